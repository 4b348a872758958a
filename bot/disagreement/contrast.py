"""What sources differ in: looked for by what the question asks, a figure, yes or no, a name, or what is true; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from bot.accounts import Account
from bot.disagreement.asked import asks_for_name, asks_what_is_true, asks_yes_or_no, units_asked
from bot.disagreement.figures import contrast_figures, tell_figure
from bot.disagreement.names import contrast_names, tell_name
from bot.disagreement.stories import contrast_doubted, contrast_set_against, set_against
from bot.disagreement.told import Contrast
from bot.disagreement.verdicts import contrast_verdicts, tell_verdict

_N_CLAIMS = 4
_CLAIM_SHARE, _RIVAL_SHARE = 0.8, 0.55


def may_differ(question: str) -> bool:
    """Whether a question asks for something in which sources can be seen to differ."""
    asked = (units_asked, asks_what_is_true, asks_yes_or_no, asks_for_name)
    return any(asks(question) for asks in asked)


def choose_claims(question: str, accounts: Sequence[Account]) -> list[Account]:
    """The first few sentences that could be the answer.

    Args:
        accounts: The likeliest answer first.
    """
    chosen = list(islice(_tell_answer(question, accounts), _N_CLAIMS))
    best = max((a.closeness for a in chosen), default=0.0)
    return [a for a in chosen if a.closeness >= _CLAIM_SHARE * best]


def find_contrast(question: str, claims: Sequence[Account], others: Sequence[Account]) -> Contrast | None:
    """The surest difference between a claim and another account; None where all of them can be true.

    Args:
        others: The likeliest answer first.
    """
    best = max((a.closeness for a in claims), default=0.0)
    near = [a for a in others if a.closeness >= _RIVAL_SHARE * best]
    if units_asked(question):
        return contrast_figures(question, claims, near)
    found = None
    if asks_yes_or_no(question):
        found = contrast_verdicts(question, claims, near)
    elif asks_for_name(question):
        found = contrast_names(question, claims, near)
    if found is None and asks_what_is_true(question):
        found = contrast_doubted(near)
    return found or contrast_set_against(claims, near)


def _tell_answer(question: str, accounts: Sequence[Account]) -> Iterator[Account]:
    """Those that tell a figure, yes or no, or a name, as is asked; then those that are set against others."""
    if units_asked(question):
        yield from tell_figure(question, accounts)
        return
    if asks_yes_or_no(question):
        yield from tell_verdict(question, accounts)
    elif asks_for_name(question):
        yield from tell_name(question, accounts)
    likely = accounts[:_N_CLAIMS]
    yield from likely if asks_what_is_true(question) else set_against(likely)

"""A checked text as people read it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.claims.show import show_check
from bot.claims.types import Change, ChangeKind, CheckedClaim, CheckedText, ClaimVerdict, Proof, Stance
from bot.terminal import make_console
from bot.types import Citation

CITATION = Citation(
    n=1,
    article_id="rally",
    title="Rally [large]",
    source="The Courier",
    published_at=datetime(2025, 5, 4, tzinfo=UTC),
    url="",
    paragraph=2,
    text="It rained. 3,200 people came.",
    quote="3,200 people came.",
    link="",
)
CHANGE = Change(ChangeKind.FIGURE, "4,100", "3,200", "3,200 came.")


def shown(capsys, *claims: CheckedClaim) -> str:
    show_check(make_console(no_color=True), CheckedText("", claims))
    return capsys.readouterr().out


def test_a_contradicted_claim_is_shown_with_what_differs_and_the_paragraph(capsys):
    proof = Proof(Stance.CONTRADICTS, CITATION, CHANGE)
    out = shown(capsys, CheckedClaim("4,100 came.", ClaimVerdict.CONTRADICTED, (proof,)))
    assert "contradicted: 4,100 came." in out
    assert "The Courier, 4 May 2025: 3,200, not 4,100" in out
    assert "It rained. »3,200 people came.«" in out


def test_the_nearest_paragraph_is_called_that(capsys):
    proof = Proof(Stance.NEAREST, CITATION)
    out = shown(capsys, CheckedClaim("Nobody came.", ClaimVerdict.NOT_FOUND, (proof,)))
    assert out.index("not in these articles: Nobody came.") < out.index("The nearest paragraph:") < out.index("[1]")


def test_claims_that_were_left_out_are_counted(capsys):
    claim = CheckedClaim("Nobody came.", ClaimVerdict.NOT_FOUND)
    show_check(make_console(no_color=True), CheckedText("", (claim,), n_left_out=3))
    assert "The text has 3 more claims, which were not checked." in capsys.readouterr().out


def test_an_empty_text_is_said_to_hold_no_claim(capsys):
    assert shown(capsys) == "There is no claim in that.\n"

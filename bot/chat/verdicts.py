"""A checked message as a sheet: each claim with its verdict in words, and the paragraphs behind it; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.chat.render import clip, escape, link_title, quote_paragraph
from bot.chat.sheet import Sheet
from bot.claims.types import CheckedClaim, CheckedText, ClaimVerdict, Proof, Stance
from bot.terminal import format_day

_MAX_CLAIM = 500
_MAX_WORDS = 300
_MAX_OUTLET = 100
_MAX_PARAGRAPH = 1000
_VERDICTS = {
    ClaimVerdict.SUPPORTED: "supported",
    ClaimVerdict.CONTRADICTED: "contradicted",
    ClaimVerdict.DISPUTED: "disputed, for sources differ",
    ClaimVerdict.NOT_FOUND: "not in these articles",
}
_STANCES = {
    Stance.SUPPORTS: "Supported by",
    Stance.CONTRADICTS: "Contradicted by",
    Stance.NEAREST: "Nearest paragraph",
}
_NO_CLAIM = (
    "I found nothing in that message that articles could prove, such as who did what, when, or how many. Questions and "
    "opinions I cannot check."
)


def tell_verdicts(checked: CheckedText, n_left_out: int = 0) -> Sheet:
    """The claims in their order; what claims nothing is left out.

    Args:
        n_left_out: How many further claims were not checked.
    """
    claims = [claim for claim in checked.claims if claim.verdict is not ClaimVerdict.NO_CLAIM]
    if not claims:
        return Sheet("Nothing to check", (("", _NO_CLAIM),))
    units = [("", _sum_up(claims, n_left_out))]
    for number, claim in enumerate(claims, 1):
        units += _tell(number, claim)
    return Sheet("What the articles say of that message", tuple(units))


def _sum_up(claims: Sequence[CheckedClaim], n_left_out: int) -> str:
    counts = Counter(claim.verdict for claim in claims)
    parts = [f"{counts[verdict]} {words}" for verdict, words in _VERDICTS.items() if counts[verdict]]
    head = f"{len(claims)} claim{'' if len(claims) == 1 else 's'}: {'; '.join(parts)}."
    return f"{head} It has {n_left_out} more, which I did not check." if n_left_out else head


def _tell(number: int, claim: CheckedClaim) -> Iterator[tuple[str, str]]:
    verdict = _VERDICTS[claim.verdict]
    yield "\n\n", f"**Claim {number}: {verdict}**\n{clip(escape(claim.text), _MAX_CLAIM)}"
    for stance, heading in _STANCES.items():
        proof = next((p for p in claim.proofs if p.stance is stance), None)
        if proof:
            yield "\n", f"{heading} {_show(proof)}"


def _show(proof: Proof) -> str:
    """Where it is, what it tells instead, and the paragraph."""
    c = proof.citation
    title = link_title(c.title, c.link)
    if title == link_title(c.title, ""):
        title = link_title(c.title, c.url)
    where = f"{title}, {clip(escape(c.source), _MAX_OUTLET)}, {format_day(c.published_at)}, paragraph {c.paragraph}"
    differs = f"\nIt says: {clip(escape(proof.change.words), _MAX_WORDS)}" if proof.change else ""
    return f"{where}{differs}\n{quote_paragraph(c.text, c.quote, _MAX_PARAGRAPH)}"

"""A checked text on a terminal: each claim with its verdict, what differs, and the paragraphs."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.claims.types import CheckedText, ClaimVerdict, Stance
from bot.terminal import show_paragraph

_SHOWN = {
    ClaimVerdict.SUPPORTED: ("supported", "bold green"),
    ClaimVerdict.CONTRADICTED: ("contradicted", "bold red"),
    ClaimVerdict.DISPUTED: ("disputed", "bold yellow"),
    ClaimVerdict.NOT_FOUND: ("not in these articles", "bold"),
    ClaimVerdict.NO_CLAIM: ("no claim", "dim"),
}


def show_check(console: Console, checked: CheckedText) -> None:
    """Each claim under its verdict, with the paragraphs that bear on it, the newest first."""
    if not checked.claims:
        console.print("There is no claim in that.")
    for claim in checked.claims:
        words, style = _SHOWN[claim.verdict]
        console.print(Text("\n").append(words, style=style).append(f": {claim.text}"))
        for proof in claim.proofs:
            if proof.stance is Stance.NEAREST:
                console.print(Padding(Text("The nearest paragraph:", style="dim"), (0, 0, 0, 2)))
            elif proof.differs:
                console.print(Padding(Text(proof.differs, style="yellow"), (0, 0, 0, 2)))
            show_paragraph(console, [proof.citation])
    if checked.n_left_out:
        console.print(f"\nThe text has {checked.n_left_out} more claims, which were not checked.")

"""Whether one sentence of a text says who did what, and how much of it, as a Chinese claim does. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise, takewhile

from bot.verify import hanzi
from bot.verify.figures import Figure, read_figures, same_figure

_SENTENCE = re.compile(r"[^。！？；]+")
_CLAUSE = re.compile(r"[^，：]+")
_LIGHT = re.compile(r"一[名位个]|已经|[是了的在也都曾用于这那]")
"""What a sentence may have or lack and say the same."""
_PRONOUN = re.compile("[他她它]")
_LESSENS = hanzi.NEGATORS + hanzi.FUTURE + hanzi.POSSIBLE + ("想", "打算")
_MIN_SHARE = 0.7
_N_LAST = 2


def is_bound_in_chinese(claim: str, texts: Sequence[str], published: date | None) -> bool:
    """Whether each sentence of a claim has its subject, figures and most of its words in one sentence of the texts."""
    told = [pair for text in texts for pair in pairwise(["", *_SENTENCE.findall(text)])]
    return all(any(_is_told(part, *pair, published) for pair in told) for part in _SENTENCE.findall(claim))


def list_pairs(text: str, figures: Sequence[Figure] = ()) -> list[str]:
    """The pairs of signs of what a text says, without its light words and figures."""
    for figure in reversed(figures):
        text = f"{text[: figure.start]} {text[figure.end :]}"
    text = _LIGHT.sub(" ", text)
    return [a + b for a, b in pairwise(text) if (a + b).isalpha()]


def _is_told(claim: str, before: str, sentence: str, published: date | None) -> bool:
    figures = read_figures(claim, published)
    pairs = list_pairs(claim, figures)
    told = read_figures(sentence, published)
    if not pairs or not all(any(same_figure(f, t) for t in told) for f in figures):
        return False
    subject = list(takewhile(before.__contains__, pairs)) if _PRONOUN.search(sentence) else []
    known = [p in subject or p in sentence for p in pairs]
    if sum(known) < _MIN_SHARE * len(pairs) or not any(p in sentence for p in pairs[-_N_LAST:]):
        return False
    return known[0] and not _says_less(claim, pairs, sentence)


def _says_less(claim: str, pairs: Sequence[str], sentence: str) -> bool:
    """Whether the clauses that tell a claim have a not, a will or a may that it lacks."""
    clauses = [c for c in _CLAUSE.findall(sentence) if any(p in c for p in pairs[1:] or pairs)]
    return any(word in clause and word not in claim for word in _LESSENS for clause in clauses)

"""Sentences of a paragraph, as exact ranges of it."""

from __future__ import annotations

import re

import sentencex

_RUNS_ON = re.compile(r"(?:\b[ap]\.m\.|\b(?:[A-Z]\.){2,}|\b(?:Tues|Thurs|Wed|Mon|Fri|Sat|Sun)\.)[”\"’')]?\s*$")
_STARTS = re.compile(
    r"[“\"‘'(]?(?:The|A|An|He|She|It|They|We|I|You|But|And|In|On|At|This|That|These|Those|If|When|While|As|"
    r"For|His|Her|Its|Their|Our|There|Some|Many|However|After|Before|Meanwhile|Also|So|With|By|From|What|Who)\b"
)
_CJK = re.compile(r"[\u3400-\u9fff]")


def split_sentences(paragraph: str) -> list[tuple[int, int]]:
    """Half-open ranges of the sentences, in order, without the whitespace between them."""
    language = "zh" if _CJK.search(paragraph) else "en"
    pieces: list[str] = []
    for piece in sentencex.segment(language, paragraph):
        if pieces and _continues(pieces[-1], piece):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return _ranges(paragraph, pieces)


def _continues(before: str, piece: str) -> bool:
    """Whether a break was taken where no sentence ends: after an abbreviation, or before a small letter."""
    text = piece.lstrip()
    if not text or text[0] in "”’)]":
        return True
    if text[0].islower():
        return True
    return bool(_RUNS_ON.search(before)) and not _STARTS.match(text)


def _ranges(paragraph: str, pieces: list[str]) -> list[tuple[int, int]]:
    ranges = []
    at = 0
    for piece in pieces:
        start = paragraph.index(piece.strip(), at) if piece.strip() else at
        end = start + len(piece.strip())
        if end > start:
            ranges.append((start, end))
        at = end
    return ranges

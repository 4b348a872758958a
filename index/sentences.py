"""Sentences of a paragraph, as exact ranges of it."""

from __future__ import annotations

import re
from itertools import pairwise

import sentencex

_RUNS_ON = re.compile(r"(?:\b[ap]\.m\.|\b(?:[A-Z]\.){2,}|\b(?:Tues|Thurs|Wed|Mon|Fri|Sat|Sun)\.)[”\"’')]?\s*$")
_STARTS = re.compile(
    r"[“\"‘'(]?(?:The|A|An|He|She|It|They|We|I|You|But|And|In|On|At|This|That|These|Those|If|When|While|As|"
    r"For|His|Her|Its|Their|Our|There|Some|Many|However|After|Before|Meanwhile|Also|So|With|By|From|What|Who)\b"
)
_CJK = re.compile(r"[\u3400-\u9fff]")
_FULL_STOP = re.compile(r"[。！？](?=[0-9０-９A-Za-z])")
"""Before a digit or a Latin letter sentencex takes it for none."""
_OPEN, _CLOSED = "“「『（《", "”」』）》"


def split_sentences(paragraph: str) -> list[tuple[int, int]]:
    """Half-open ranges of the sentences, in order, without the whitespace between them."""
    language = "zh" if _CJK.search(paragraph) else "en"
    pieces: list[str] = []
    for piece in sentencex.segment(language, paragraph):
        if pieces and _continues(pieces[-1], piece):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    if language == "zh":
        pieces = [part for piece in pieces for part in _split_at_full_stops(piece)]
    return _ranges(paragraph, pieces)


def _split_at_full_stops(piece: str) -> list[str]:
    """The sentences of a piece of Chinese; what stands in quotation marks stays whole."""
    ends = [m.end() for m in _FULL_STOP.finditer(piece) if _is_balanced(piece[: m.end()])]
    return [piece[a:b] for a, b in pairwise([0, *ends, len(piece)])]


def _is_balanced(text: str) -> bool:
    return sum(map(text.count, _OPEN)) == sum(map(text.count, _CLOSED))


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

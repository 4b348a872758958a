"""A model's text as sentences with their markers, while it is written: no links, markup or lists of sources. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.sentences import split_sentences

_MARKER = re.compile(r"\s*[\[【［]\^?(\d{1,3}(?:\s*[-–,;]\s*\d{1,3})*)[\]】］]")
"""In square brackets only: what stands in round ones may be an age or a score."""
_RANGE = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
_MAX_RANGE = 20
_BETWEEN_MARKERS = re.compile(r"(?<=[\]】］])\s*(?:,|;|&|and|、|和)\s*(?=[\[【［]\^?\d)")
_SOURCES_BLOCK = re.compile(r"^\W*(?:sources?|references?|citations?)\b(?:.{0,3}:|\W*$)", re.IGNORECASE | re.MULTILINE)
_LINKED_MARKER = re.compile(r"\[?(\[\^?\d{1,3}\])\]?\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)|<?https?://\S+")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MARKUP = re.compile(
    r"\*\*|__|`|^#+\s*|^\s*>+\s*|^\s*[-*]\s+|^\s*\d+[.)]\s+|</?[A-Za-z][^<>]{0,50}>|(?<!\w)[*_]|[*_](?!\w)",
    re.MULTILINE,
)
_WORD_ENDS = re.compile(r"[\s。！？]")
_MAY_END = re.compile(r"[.!?…]\S*\s+\S|[\n。！？]")
_MAX_BRACKETED = 40
_STRAY_BRACKET = re.compile(rf"[\[【［](?![^\[【［\]】］]{{0,{_MAX_BRACKETED}}}[\]】］])")
"""What it opens is no marker; sentences would be taken together up to the next bracket that closes."""
_QUOTES = (("“", "”"), ("「", "」"), ("『", "』"), ('"', '"'))
_UNFINISHED = re.compile(
    rf"(?:(?<=[\]】］])\s*(?:[,;&、和]|\w{{1,3}})?)?\s*(?:[\[【［][^\]】］\n]{{0,{_MAX_BRACKETED}}})?$"
)
"""The beginning of a marker, or what may join another one to that before."""


def clean(text: str) -> str:
    """A text up to a list of sources, without links, markup and what cannot be printed."""
    text = _UNPRINTABLE.sub("", text)
    if block := _SOURCES_BLOCK.search(text):
        text = text[: block.start()]
    text = _BETWEEN_MARKERS.sub("", _LINKED_MARKER.sub(r"\1", text))
    return _MARKUP.sub("", _LINK.sub(lambda m: m.group(1) or "", text))


def cited_sentences(text: str) -> list[tuple[str, list[int]]]:
    """Sentences without markers, each with those that stand in it or right behind it."""
    found: list[tuple[str, list[int]]] = []
    for line in map(str.strip, text.split("\n")):
        n_before = len(found)
        for a, b in split_sentences(_STRAY_BRACKET.sub("-", line)):
            piece = line[a:b]
            lead = _MARKER.match(piece)
            alone = lead and not re.search(r"\w", _MARKER.sub("", piece))
            while lead and found and (alone or len(found) > n_before):
                found[-1][1].extend(_numbers_in(lead))
                piece = piece[lead.end() :]
                lead = _MARKER.match(piece)
            markers = [n for m in _MARKER.finditer(piece) for n in _numbers_in(m)]
            sentence = " ".join(_MARKER.sub("", piece).split()).strip()
            if re.search(r"\w", sentence):
                found.append((sentence, markers))
    return found


def _numbers_in(marker: re.Match[str]) -> list[int]:
    """The paragraphs that a marker names; of a range that is no likely one, its ends."""
    numbers: list[int] = []
    for start, end in _RANGE.findall(marker[1]):
        a, b = int(start), int(end or start)
        numbers += range(a, b + 1) if a <= b <= a + _MAX_RANGE else (a, b)
    return numbers


def _up_to_open_end(text: str) -> str:
    """A text without the marker or quotation that it ends in the midst of."""
    text = _UNFINISHED.sub("", text, count=1)
    line = text.rfind("\n") + 1
    for opening, closing in _QUOTES:
        end = text.rfind(opening, line)
        is_open = text.count(opening, line) % 2 if opening == closing else end > text.rfind(closing, line)
        text = text[:end] if end >= 0 and is_open else text
    return text


class SentenceStream:
    """Splits a text into sentences with their markers as its pieces arrive."""

    def __init__(self) -> None:
        self._text = ""
        self._n_given = 0

    def feed(self, piece: str) -> Iterator[tuple[str, list[int]]]:
        """The sentences that are now known to be whole: those before the last one that has begun."""
        self._text += piece
        # Each sentence given has used up a place where one may end; the others are worth a look, which is slow.
        if _WORD_ENDS.search(piece) and len(_MAY_END.findall(self._text)) > self._n_given:
            found = cited_sentences(clean(_up_to_open_end(self._text)))
            yield from self._give(found[:-1])

    def finish(self) -> Iterator[tuple[str, list[int]]]:
        """The sentences that are left."""
        yield from self._give(cited_sentences(clean(self._text)))

    def _give(self, found: list[tuple[str, list[int]]]) -> Iterator[tuple[str, list[int]]]:
        new = found[self._n_given :]
        self._n_given += len(new)
        yield from new

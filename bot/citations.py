"""Markers of a model's text: parse, verify, renumber; and links to the quoted words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from index.lexical import tokenize
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
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_MIN_SHARED_WORDS = 0.5
_FRAGMENT_WORDS = 5
_LONG_QUOTE_WORDS = 12


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph that was given to the model, under the number it was given."""

    article_id: str
    number: int
    text: str
    context: str


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence of the model that may be shown; `given` are indexes into the paragraphs, from 0."""

    text: str
    given: tuple[int, ...]


def verify_prose(text: str, paragraphs: Sequence[Paragraph]) -> tuple[list[CheckedSentence], list[str]]:
    """The sentences of a model's answer that are cited and supported, and why the others are dropped.

    A sentence stays when its markers point to a paragraph that was given, or to several that only together have every
    number in it and at least half of its words. Markers that point nowhere, links and lists of sources are removed.
    """
    kept: list[CheckedSentence] = []
    dropped: list[str] = []
    for sentence, markers in _cited_sentences(_clean(text)):
        wrong = [m for m in markers if not 1 <= m <= len(paragraphs)]
        dropped += [f"marker [{m}] points nowhere" for m in wrong]
        right = tuple(dict.fromkeys(m - 1 for m in markers if m not in wrong))
        proven = tuple(i for i in right if supports([paragraphs[i]], sentence))
        if not proven and len(right) > 1 and supports([paragraphs[i] for i in right], sentence):
            proven = right
        if proven:
            kept.append(CheckedSentence(sentence, proven))
        else:
            dropped.append(f"{'unsupported' if right else 'no citation'}: {sentence}")
    return kept, dropped


def supports(paragraphs: Sequence[Paragraph], sentence: str) -> bool:
    """Whether paragraphs have every number of a sentence and at least half of its words."""
    told = " ".join(f"{p.context} {p.text}" for p in paragraphs)
    if not _numbers(sentence) <= _numbers(told):
        return False
    words = set(tokenize(sentence))
    return len(words & set(tokenize(told))) >= _MIN_SHARED_WORDS * max(1, len(words))


def closest_sentence(paragraph: str, sentence: str) -> tuple[int, int]:
    """The range of the paragraph's sentence that shares most words with another sentence."""
    words = set(tokenize(sentence))

    def shared(span: tuple[int, int]) -> float:
        own = set(tokenize(paragraph[span[0] : span[1]]))
        return len(own & words) / (1 + len(own | words))

    return max(split_sentences(paragraph), key=shared)


def link_to_quote(url: str, paragraph: str, quoted: str) -> str:
    """The page's address with a text fragment that opens it at the quote; empty without a web address."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:  # such as half an IPv6 address
        return ""
    if scheme not in ("http", "https"):
        return ""
    page, _, fragment = url.partition("#")
    route = fragment.partition(":~:")[0] if fragment.startswith(("!", "/")) else ""
    return f"{page}#{route}:~:text={_fragment(paragraph, quoted)}"


def _fragment(paragraph: str, quoted: str) -> str:
    """The whole quote where it is short, else its first and last words.

    https://wicg.github.io/scroll-to-text-fragment: a comma parts start and end, a hyphen ends a prefix.
    """
    words = quoted.split()
    if len(words) <= _LONG_QUOTE_WORDS:
        return _escape(quoted)
    start, end = " ".join(words[:_FRAGMENT_WORDS]), " ".join(words[-_FRAGMENT_WORDS:])
    unambiguous = paragraph.count(start) == 1 and paragraph.count(end) == 1
    return f"{_escape(start)},{_escape(end)}" if unambiguous else _escape(quoted)


def _escape(text: str) -> str:
    return quote(text, safe="").replace("-", "%2D")


def _clean(text: str) -> str:
    """The text up to a list of sources, without links, markup and what cannot be printed."""
    text = _UNPRINTABLE.sub("", text)
    if block := _SOURCES_BLOCK.search(text):
        text = text[: block.start()]
    text = _BETWEEN_MARKERS.sub("", _LINKED_MARKER.sub(r"\1", text))
    return _MARKUP.sub("", _LINK.sub(lambda m: m.group(1) or "", text))


def _cited_sentences(text: str) -> list[tuple[str, list[int]]]:
    """Sentences without markers, each with those that stand in it or right behind it."""
    found: list[tuple[str, list[int]]] = []
    for line in text.split("\n"):
        n_before = len(found)
        for a, b in split_sentences(line.strip()):
            piece = line.strip()[a:b]
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


def _numbers(text: str) -> set[str]:
    return {n.replace(",", "").rstrip(".") for n in _NUMBER.findall(text)}

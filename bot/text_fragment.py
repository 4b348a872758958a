"""Links that open a page at the quoted words: https://wicg.github.io/scroll-to-text-fragment/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from itertools import islice
from urllib.parse import quote, urlsplit

_LONG = 12
_ENDS = (5, 8)
_AROUND = (3, 6, 12)
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CJK}]|[^\s{_CJK}]+")
_WITHIN_WORD = re.compile(rf"[^\W_{_CJK}]{{2}}")


@dataclass(frozen=True, slots=True)
class TextDirective:
    """What a browser looks for: words, or all from a start to an end, between others; empty where not told."""

    start: str
    end: str = ""
    prefix: str = ""
    suffix: str = ""

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a text has what is looked for; both in small letters, with single spaces between words."""
        for at in _find(text, self.start):
            end = at + len(self.start)
            if self.prefix and not _ends_with(text[max(0, at - len(self.prefix) - 2) : at].rstrip(), self.prefix):
                continue
            if self.end:
                ends = (last + len(self.end) for last in _find(text, self.end, end))
                if end := next((end for end in ends if self._fits_behind(text, end)), 0):
                    yield at, end
            elif self._fits_behind(text, end):
                yield at, end

    def _fits_behind(self, text: str, at: int) -> bool:
        behind = text[at : at + len(self.suffix) + 2].lstrip()
        return behind.startswith(self.suffix) and not (
            self.suffix and _joins(self.suffix[-1:] + behind[len(self.suffix) :][:1])
        )

    def __str__(self) -> str:
        parts = (self.prefix and f"{_escape(self.prefix)}-", _escape(self.start), _escape(self.end))
        return ",".join(filter(None, (*parts, self.suffix and f"-{_escape(self.suffix)}")))


def link_to_quote(url: str, paragraphs: Mapping[int, str], number: int, quoted: str) -> str:
    """The page's address with a text fragment that opens it at a quote; empty without a web address.

    A browser goes to the first place that fits: words around the quote are named where it does not stand alone in the
    article.

    Args:
        paragraphs: All of the article, by number.
        number: The one in which the quote stands.
    """
    try:
        scheme = urlsplit(url).scheme
    except ValueError:  # such as half an IPv6 address
        return ""
    if scheme not in ("http", "https"):
        return ""
    if not quoted.strip():
        return url
    page, _, fragment = url.partition("#")
    route = fragment.partition(":~:")[0] if fragment.startswith(("!", "/")) else ""
    return f"{page}#{route}:~:text={_choose_directive(paragraphs, number, quoted)}"


def _choose_directive(paragraphs: Mapping[int, str], number: int, quoted: str) -> TextDirective:
    """The first of the ways to name a quote that fits its place alone; the quote itself where none does."""
    before = "\n\n".join(paragraphs[n] for n in sorted(paragraphs) if n < number)
    own, _, rest = paragraphs[number].partition(quoted)
    after = "\n\n".join([rest, *(paragraphs[n] for n in sorted(paragraphs) if n > number)])
    before = f"{before}\n\n{own}"
    article = _fold(before + quoted + after)
    at = len(_fold(f"{before}x")) - 1
    place = (at, at + len(_fold(quoted)))
    for directive in _ways(before, quoted, after):
        folded = TextDirective(*(_fold(part) for part in astuple(directive)))
        if list(islice(folded.places(article), 2)) == [place]:
            return directive
    return TextDirective(" ".join(quoted.split()))


def _ways(before: str, quoted: str, after: str) -> Iterator[TextDirective]:
    """From the shortest; a long quote is named by its ends."""
    ways = [TextDirective(quoted)]
    if len(_WORD.findall(quoted)) > _LONG:
        ways = [*(TextDirective(_first(quoted, n), _last(quoted, n)) for n in _ENDS), *ways]
    yield from ways
    for n in _AROUND:
        yield replace(ways[0], prefix=_last(before, n))
        yield replace(ways[0], prefix=_last(before, n), suffix=_first(after, n))


def _first(text: str, n: int) -> str:
    words = list(islice(_WORD.finditer(text), n))
    return text[words[0].start() : words[-1].end()] if words else ""


def _last(text: str, n: int) -> str:
    words = list(_WORD.finditer(text))[-n:]
    return text[words[0].start() : words[-1].end()] if words else ""


def _fold(text: str) -> str:
    return " ".join(text.lower().split())


def _find(text: str, words: str, at: int = 0) -> Iterator[int]:
    """Where a text has some words, each whole."""
    while (at := text.find(words, at)) >= 0 and words:
        if not _joins(text[at - 1 : at] + words[:1]) and not _joins(words[-1:] + text[at + len(words) :][:1]):
            yield at
        at += 1


def _ends_with(text: str, words: str) -> bool:
    return text.endswith(words) and not _joins(text[: -len(words)][-1:] + words[:1])


def _joins(pair: str) -> bool:
    """Whether two characters are of one word, as none are in scripts without spaces."""
    return bool(_WITHIN_WORD.fullmatch(pair))


def _escape(text: str) -> str:
    return quote(" ".join(text.split()), safe="").replace("-", "%2D")

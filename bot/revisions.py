"""What an article said before its outlet changed it, told under an answer that cites what was changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from bot.amounts import Amount, find_amounts
from bot.disagreement.told_figures import are_like
from bot.lines import Line
from bot.moments import Moment, find_moments, goes_on, show_moment
from bot.types import Answer, Citation
from index.lexical import tokenize
from index.sentences import split_sentences
from index.types import Article

_SAME_WORDS, _MAX_OTHER_WORDS = 0.8, 2
_CHANGED = Line(
    "An earlier version of [{n}] said {old}; it now says {new}.", "[{n}]的较早版本说的是{old}，现在说的是{new}。"
)

_UPDATED = Line(
    "[{n}] was updated: earlier it said {old}, now it says {new}.", "[{n}]已更新：早先说的是{old}，现在说的是{new}。"
)


class EarlierVersions(Protocol):
    """Where earlier versions of articles are kept."""

    def find(self, article_id: str) -> Sequence[Article]:
        """All versions of an article, oldest first; none where there is but one."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A figure that a sentence has, and the one that an earlier version of its article had in its place.

    Attributes:
        is_update: Whether both were true when they were told, for what is told of went on; then each has its moment
            behind it, where two are named.
    """

    new: str
    old: str
    is_update: bool = False


def tell_revisions(answer: Answer, versions: EarlierVersions) -> Answer:
    """The answer, with a line for each citation whose figure was another one in an earlier version of its article."""
    known: dict[str, Sequence[Article]] = {}
    for citation in answer.citations:
        if citation.article_id not in known:
            known[citation.article_id] = versions.find(citation.article_id)
    lines = [line for c in answer.citations if (line := _describe(answer.question, c, known[c.article_id]))]
    return replace(answer, notice=" ".join(filter(None, [answer.notice, *lines]))) if lines else answer


def find_revision(
    quote: str, earlier: Iterable[str], current: Iterable[str] = (), day: date | None = None
) -> Revision | None:
    """A figure of a sentence that an earlier version of its article gave otherwise.

    Args:
        earlier: The paragraphs of that version.
        current: Those of the article now; what it still says was not changed.
        day: Of the article's publication.
    """
    former = _split(earlier)
    if quote in former:
        return None
    amounts = _find_figures(quote, day)
    words = _without(quote, amounts)

    def compare(sentence: str) -> tuple[float, bool, Revision | None]:
        """How much of its words a sentence shares, whether its figures are the same, and what is not."""
        others = _find_figures(sentence, day)
        pair = next(_pair_changed(amounts, others), None)
        revision = _read_revision(quote, pair[0], sentence, pair[1]) if pair else None
        return _share_words(words, _without(sentence, others)), revision is None, revision

    still = set(_split(current))
    compared = map(compare, (sentence for sentence in former if sentence not in still))
    share, _, revision = max(compared, key=lambda told: told[:2], default=(0.0, True, None))
    return revision if share > 0 else None


def _split(paragraphs: Iterable[str]) -> list[str]:
    return [paragraph[a:b] for paragraph in paragraphs for a, b in split_sentences(paragraph)]


def _describe(question: str, citation: Citation, versions: Sequence[Article]) -> str:
    """A line on the latest version that had another figure; empty where none had."""
    if not versions:
        return ""
    *earlier, current = versions
    day = citation.published_at.date() if citation.published_at else None
    for version in reversed(earlier):
        if found := find_revision(citation.quote, version.paragraphs, current.paragraphs, day):
            line = _UPDATED if found.is_update else _CHANGED
            return line.to(question, n=citation.n, new=found.new, old=found.old)
    return ""


def _find_figures(sentence: str, day: date | None) -> list[Amount]:
    """Its amounts, but for those that only tell when the others stood so."""
    moments = list(find_moments(sentence))
    return [a for a in find_amounts(sentence, day) if not any(m.covers(a.start) for m in moments)]


def _read_revision(quote: str, new: Amount, sentence: str, old: Amount) -> Revision:
    figures = quote[new.start : new.end], sentence[old.start : old.end]
    if not goes_on(quote, new.start, sentence, old.start):
        return Revision(*figures)
    moments = show_moment(quote), show_moment(sentence)
    if all(moments) and moments[0] != moments[1]:
        figures = f"{figures[0]} ({moments[0]})", f"{figures[1]} ({moments[1]})"
    return Revision(*figures, is_update=True)


def _pair_changed(amounts: Sequence[Amount], others: Sequence[Amount]) -> Iterator[tuple[Amount, Amount]]:
    """Amounts of one kind that only one of two sentences tells, as they follow each other."""
    gone = [old for old in others if not any(old.repeats(a) for a in amounts)]
    come = [new for new in amounts if not any(new.repeats(o) for o in others)]
    return ((new, old) for new in come for old in gone if are_like(new, old))


def _without(sentence: str, amounts: Sequence[Amount]) -> set[str]:
    """The words of a sentence, its amounts and their moments apart."""
    parts: list[Amount | Moment] = [*amounts, *find_moments(sentence)]
    for part in sorted(parts, key=lambda part: part.start, reverse=True):
        sentence = f"{sentence[: part.start]} {sentence[part.end :]}"
    return set(tokenize(sentence))


def _share_words(a: set[str], b: set[str]) -> float:
    """How much of the words of two sentences is the same; 0 where that is too little for them to be one."""
    share = len(a & b) / max(1, len(a | b))
    return share if share >= _SAME_WORDS and len(a ^ b) <= _MAX_OTHER_WORDS else 0.0

"""What an article said before its outlet changed it, told under an answer that cites what was changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from bot.amounts import Amount, find_amounts
from bot.disagreement.told_figures import are_like
from bot.lines import Line
from bot.types import Answer, Citation
from index.lexical import tokenize
from index.sentences import split_sentences
from index.types import Article

_SAME_WORDS, _MAX_OTHER_WORDS = 0.8, 2
_CHANGED = Line(
    "An earlier version of [{n}] said {old}; it now says {new}.", "[{n}]的较早版本说的是{old}，现在说的是{new}。"
)


class EarlierVersions(Protocol):
    """Where earlier versions of articles are kept."""

    def find(self, article_id: str) -> Sequence[Article]:
        """All versions of an article, oldest first; none where there is but one."""


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
) -> tuple[str, str] | None:
    """A figure of a sentence, and the one that an earlier version of its article had in its place.

    Args:
        earlier: The paragraphs of that version.
        current: Those of the article now; what it still says was not changed.
        day: Of the article's publication.
    """
    former = _split(earlier)
    if quote in former:
        return None
    amounts = list(find_amounts(quote, day))
    words = _without(quote, amounts)

    def compare(sentence: str) -> tuple[float, bool, tuple[str, str] | None]:
        """How much of its words a sentence shares, whether its figures are the same, and what is not."""
        others = list(find_amounts(sentence, day))
        pair = next(_pair_changed(amounts, others), None)
        changed = (quote[pair[0].start : pair[0].end], sentence[pair[1].start : pair[1].end]) if pair else None
        return _share_words(words, _without(sentence, others)), changed is None, changed

    still = set(_split(current))
    compared = map(compare, (sentence for sentence in former if sentence not in still))
    share, _, changed = max(compared, key=lambda told: told[:2], default=(0.0, True, None))
    return changed if share > 0 else None


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
            return _CHANGED.to(question, n=citation.n, new=found[0], old=found[1])
    return ""


def _pair_changed(amounts: Sequence[Amount], others: Sequence[Amount]) -> Iterator[tuple[Amount, Amount]]:
    """Amounts of one kind that only one of two sentences tells, as they follow each other."""
    gone = [old for old in others if not any(old.repeats(a) for a in amounts)]
    come = [new for new in amounts if not any(new.repeats(o) for o in others)]
    return ((new, old) for new in come for old in gone if are_like(new, old))


def _without(sentence: str, amounts: Sequence[Amount]) -> set[str]:
    """The words of a sentence, its amounts apart."""
    for amount in sorted(amounts, key=lambda a: a.start, reverse=True):
        sentence = f"{sentence[: amount.start]} {sentence[amount.end :]}"
    return set(tokenize(sentence))


def _share_words(a: set[str], b: set[str]) -> float:
    """How much of the words of two sentences is the same; 0 where that is too little for them to be one."""
    share = len(a & b) / max(1, len(a | b))
    return share if share >= _SAME_WORDS and len(a ^ b) <= _MAX_OTHER_WORDS else 0.0

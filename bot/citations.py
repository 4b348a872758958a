"""Citations: of which paragraph, of which sentence in it, and under which number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bot.text_fragment import link_to_quote
from bot.types import Citation
from index.lexical import tokenize
from index.sentences import split_sentences

if TYPE_CHECKING:
    from bot.evidence import Evidence
    from index.generation import Generation


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph that was given to the model, under the number it was given.

    Attributes:
        context: Its outlet, day and title, as the model was given them.
        published: The day that its weekdays and its yesterday refer to.
    """

    article_id: str
    number: int
    text: str
    context: str
    published: date | None = None


def closest_sentence(paragraph: str, sentence: str) -> tuple[int, int]:
    """The range of the paragraph's sentence that shares most words with another sentence."""
    words = set(tokenize(sentence))

    def shared(span: tuple[int, int]) -> float:
        own = set(tokenize(paragraph[span[0] : span[1]]))
        return len(own & words) / (1 + len(own | words))

    return max(split_sentences(paragraph), key=shared)


class Citations:
    """Those of one answer, numbered from 1 in the order of appearance; an article is read once."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._articles: dict[str, Mapping[int, str]] = {}
        self._made: dict[tuple[str, int, str], Citation] = {}

    @property
    def made(self) -> tuple[Citation, ...]:
        """All so far, by number."""
        return tuple(self._made.values())

    def read(self, article_ids: Iterable[str]) -> None:
        """Read articles now, for by the time they are cited the index may have let go of them."""
        self._articles |= self._generation.read_articles(set(article_ids) - set(self._articles))

    def cite(self, e: Evidence, quote: str) -> Citation:
        """The citation of words in the paragraph of an evidence; the same words have one number."""
        key = (e.hit.passage.article_id, e.paragraph, quote)
        if key not in self._made:
            self._made[key] = self._make(len(self._made) + 1, e, quote)
        return self._made[key]

    def _make(self, n: int, e: Evidence, quote: str) -> Citation:
        hit = e.hit
        article_id = hit.passage.article_id
        self.read([article_id])
        paragraphs = self._articles[article_id]
        return Citation(
            n=n,
            article_id=article_id,
            title=hit.title,
            source=hit.source,
            published_at=hit.published_at,
            url=hit.url,
            paragraph=e.paragraph,
            text=paragraphs[e.paragraph],
            quote=quote,
            link=link_to_quote(hit.url, paragraphs, e.paragraph, quote),
        )

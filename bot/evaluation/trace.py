"""Where a search had its hits and the gold that it missed, before copies were collapsed and articles spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.conversation import understand_question
from bot.desk import Desk
from bot.evaluation.dataset import GoldQuestion
from bot.types import Question
from index.generation import Generation
from index.search import Found, find_all, merge
from index.segment import from_timestamp
from index.types import Hit


@dataclass(frozen=True, slots=True)
class MissedGold:
    """A gold article that no hit is of; its title, outlet and date are empty where the index has it not.

    Attributes:
        dense_rank: Of its best passage by meaning, from 1; None where none is among the candidates.
        lexical_rank: The same by words.
        fused_rank: The same by learnt score.
    """

    article_id: str
    title: str = ""
    source: str = ""
    published_at: datetime | None = None
    dense_rank: int | None = None
    lexical_rank: int | None = None
    fused_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of a question's candidates.

    Attributes:
        fused_ranks: Of the hits by passage id: ranks by learnt score, from 1. One that stands for a copy may have none.
        missed: In the order of their ids.
    """

    fused_ranks: Mapping[str, int] = field(default_factory=dict)
    missed: tuple[MissedGold, ...] = ()


def trace_search(desk: Desk, gold: GoldQuestion, hits: Sequence[Hit]) -> Trace:
    """Find the candidates of a question once more, and in them its hits and its missed gold articles."""
    generation = desk.reader.current()
    found = _find_again(desk, generation, gold.question)
    fused = {c.row: rank for rank, c in enumerate(merge(generation, found), 1)}
    wanted = {h.passage.article_id for h in hits}
    rows = [row for row in fused if generation.articles[generation.article_of[row]].id in wanted]
    ids = {stored.passage.id: row for row, stored in generation.passages(rows).items()}
    missing = gold.articles - wanted - {copy for h in hits for copy in h.copies}
    return Trace(
        fused_ranks={h.passage.id: fused[ids[h.passage.id]] for h in hits if h.passage.id in ids},
        missed=tuple(_find_missed(generation, article_id, found[0], fused) for article_id in sorted(missing)),
    )


def _find_again(desk: Desk, generation: Generation, question: Question) -> list[Found]:
    query, filters = understand_question(question, desk.settings.zone, generation.outlets)
    vectors = desk.encoder.encode_queries([query.text, *(part.text for part in query.parts)])
    return find_all(generation, query, vectors, question.moment, filters)


def _find_missed(generation: Generation, article_id: str, whole: Found, fused: Mapping[int, int]) -> MissedGold:
    numbers = [n for n, article in enumerate(generation.articles) if article.id == article_id]
    if not numbers:
        return MissedGold(article_id)
    article = generation.articles[numbers[-1]]

    def best(ranks: Mapping[int, int]) -> int | None:
        return min((rank for row, rank in ranks.items() if generation.article_of[row] in numbers), default=None)

    return MissedGold(
        article_id=article_id,
        title=article.title,
        source=article.source,
        published_at=from_timestamp(article.published),
        dense_rank=best(whole.dense_ranks),
        lexical_rank=best(whole.lexical_ranks),
        fused_rank=best(fused),
    )

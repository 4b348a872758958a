"""The questions of a run that went wrong, and how; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from bot.evaluation.report.curves import first_gold

FAILED: Mapping[str, str] = {
    "missed": "gold not in the first 4",
    "wrong": "answer not correct",
    "refused": "refused wrongly",
    "answered": "not refused",
    "inexact": "quote not exact",
}
"""Name of each way to fail, and how it is shown. A question that was refused does not count as answered wrongly."""
_FIRST_HITS = 4


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of an answer, with what is known of its article."""

    article: str
    paragraph: int
    quote: str
    exact: bool
    gold: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A hit as a row of the failure's table.

    Attributes:
        why: The features of its score, as one text.
    """

    rank: int
    gold: bool
    article_id: str
    title: str
    source: str
    published_at: str
    score: float
    similarity: float | None
    dense_rank: int | None
    lexical_rank: int | None
    fused_rank: int | None
    n_copies: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that went wrong.

    Attributes:
        failed: The ways it did, of FAILED.
        new: Whether it did not fail, or not in all these ways, in the run compared with.
        gold_rank: Rank of the first hit of a gold article.
        filters: What the search was restricted to, by name.
        history: Earlier questions of the conversation, each with its answer.
        understood: What was understood of the question, by name.
        missed: Where those of the gold articles were that no hit is of.
    """

    dataset: str
    id: str
    kind: str
    question: str
    asked_on: str
    filters: Mapping[str, str]
    history: tuple[str, ...]
    answerable: bool
    failed: tuple[str, ...]
    new: bool
    gold_rank: int | None
    understood: Mapping[str, str]
    gold_answers: tuple[str, ...]
    gold_articles: tuple[str, ...]
    missed: Mapping[str, str]
    outcome: str
    confidence: float | None
    answer: str
    citations: tuple[Cited, ...]
    hits: tuple[Found, ...]


def name_failures(question: Mapping[str, Any]) -> tuple[str, ...]:
    """The ways in which a question went wrong, of FAILED; what its record does not tell counts as right."""
    scores = question.get("scores", {})
    answerable = question.get("answerable", False)
    refused = scores.get("refused wrongly", 0) > 0
    failed = {
        "missed": answerable and _misses_gold(question),
        "wrong": answerable and not refused and scores.get("answer correct", 1) < 1,
        "refused": answerable and refused,
        "answered": not answerable and scores.get("refused rightly", 1) < 1,
        "inexact": scores.get("quotes exact", 1) < 1,
    }
    return tuple(name for name, did in failed.items() if did)


def find_failures(dataset: Mapping[str, Any], other: Mapping[str, Any] | None = None) -> list[Failure]:
    """The questions of a dataset that went wrong, in the order they were asked.

    Args:
        other: The same dataset in the run compared with.
    """
    before = None if other is None else {q["id"]: name_failures(q) for q in other.get("questions", ())}
    titles = dict(_name_articles(dataset.get("questions", ())))
    return [
        _to_failure(dataset["dataset"], q, failed, _is_new(q["id"], failed, before), titles)
        for q in dataset.get("questions", ())
        if (failed := name_failures(q))
    ]


def show_value(value: object) -> str:
    """A text or number as it is, several parted by commas; nothing for what is empty."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {show_value(v)}" for name, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(show_value(v) for v in value)
    return "" if value is None else str(value)


def _misses_gold(question: Mapping[str, Any]) -> bool:
    if "hits" not in question:  # a brief record has the scores alone
        return bool(question.get("scores", {}).get("hit@4", 1) < 1)
    if not question.get("gold_articles"):
        return False
    rank = first_gold(question["hits"])
    return rank is None or rank > _FIRST_HITS


def _is_new(name: str, failed: Sequence[str], before: Mapping[str, Sequence[str]] | None) -> bool:
    return before is not None and name in before and not set(failed) <= set(before[name])


def _name_articles(questions: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for question in questions:
        for hit in (*question.get("hits", ()), *question.get("missed_gold", ())):
            origin = ", ".join(filter(None, (hit.get("source"), _day(hit.get("published_at")))))
            yield hit["article_id"], f"{hit.get('title') or ''} ({origin})" if origin else hit.get("title") or ""


def _to_failure(
    dataset: str, question: Mapping[str, Any], failed: tuple[str, ...], new: bool, titles: Mapping[str, str]
) -> Failure:
    hits = question.get("hits", ())
    gold = {*question.get("gold_articles", ()), *(hit["article_id"] for hit in hits if hit.get("gold"))}
    return Failure(
        dataset=dataset,
        id=question["id"],
        kind=question.get("kind", ""),
        question=question["question"],
        asked_on=_day(question.get("asked_on")),
        filters={name: show_value(v) for name, v in question.get("filters", {}).items()},
        history=tuple(f"{turn['question']} – {turn['answer']}" for turn in question.get("history", ())),
        answerable=question["answerable"],
        failed=failed,
        new=new,
        gold_rank=first_gold(hits),
        understood={name: text for name, v in question.get("query", {}).items() if (text := show_value(v))},
        gold_answers=tuple(question.get("gold_answers", ())),
        gold_articles=tuple(_show_article(a, titles) for a in question.get("gold_articles", ())),
        missed={_show_article(m["article_id"], titles): _show_place(m) for m in question.get("missed_gold", ())},
        outcome=(question.get("outcome") or "").replace("_", " "),
        confidence=question.get("confidence"),
        answer=question.get("answer") or "",
        citations=tuple(_to_cited(c, gold, titles) for c in question.get("citations", ())),
        hits=tuple(_to_found(hit) for hit in hits),
    )


def _to_cited(citation: Mapping[str, Any], gold: Set[str], titles: Mapping[str, str]) -> Cited:
    article_id = citation["article_id"]
    article = _show_article(article_id, titles)
    return Cited(article, citation["paragraph"], citation["quote"], citation.get("exact", True), article_id in gold)


def _to_found(hit: Mapping[str, Any]) -> Found:
    return Found(
        rank=hit["rank"],
        gold=bool(hit.get("gold")),
        article_id=hit["article_id"],
        title=hit.get("title") or "",
        source=hit.get("source") or "",
        published_at=_day(hit.get("published_at")),
        score=hit["score"],
        similarity=hit.get("similarity"),
        dense_rank=hit.get("dense_rank"),
        lexical_rank=hit.get("lexical_rank"),
        fused_rank=hit.get("fused_rank"),
        n_copies=len(hit.get("copies", ())),
        text=hit.get("text") or "",
        why=" · ".join(f"{name} {value:.3g}" for name, value in hit.get("why", {}).items()),
    )


def _show_place(missed: Mapping[str, Any]) -> str:
    """The best rank that any passage of a gold article had, which no hit is of."""
    ranks = {name: missed.get(f"{name}_rank") for name in ("dense", "lexical", "fused")}
    if not any(ranks.values()):
        return "not among the candidates"
    shown = ", ".join(f"{name} {rank or '–'}" for name, rank in ranks.items())
    return f"no hit; its best ranks: {shown}"


def _show_article(article_id: str, titles: Mapping[str, str]) -> str:
    return f"{titles[article_id]} · {article_id}" if titles.get(article_id) else article_id


def _day(moment: str | None) -> str:
    return (moment or "")[:10]

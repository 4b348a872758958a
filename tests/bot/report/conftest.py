"""Records of runs, small and made up: some found, some not, some refused, one written by an attacker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Record = dict[str, Any]
MakeQuestion = Callable[..., Record]
MakeRun = Callable[..., Record]

HOSTILE = "</script></style><img src=x onerror=alert(1)>\"' onmouseover='alert(2)' {{ 7 * 7 }} \u202e drow"


def make_question(name: str, gold_rank: int | None = 1, *, answerable: bool = True, **changes: Any) -> Record:
    """An answerable question, found first, answered rightly, confidence 0.9; changed as told."""
    hits = [make_hit(f"{name}-{rank}", rank, gold=rank == gold_rank) for rank in range(1, 11)]
    scores = {"hit@1": float(gold_rank == 1), "answer correct": 1.0, "refused wrongly": 0.0, "quotes exact": 1.0}
    record = {
        "id": name,
        "kind": "lookup",
        "question": f"What became of ferry {name}?",
        "asked_on": "2025-04-14T00:00:00Z",
        "filters": {"as_of": "2025-04-13T23:59:59Z", "sources": ["The Courier", "Star"]},
        "history": [{"question": "Which ferry?", "answer": "The old one."}],
        "answerable": answerable,
        "gold_answers": [f"answer {name}"] if answerable else [],
        "gold_articles": [f"{name}-{gold_rank or 99}"] if answerable else [],
        "outcome": "quoted",
        "confidence": 0.9,
        "answer": f"The ferry of {name} sank. [1]",
        "citations": [{"article_id": f"{name}-1", "paragraph": 2, "quote": f"quote {name}", "exact": True}],
        "query": {"names": ["Port Amsel", "Ravn"], "from": "2025-04-01", "parts": []},
        "hits": hits,
        "missed_gold": [],
        "scores": scores if answerable else {"refused rightly": 0.0},
        "timings_ms": {"search": 12.0},
    }
    return {**record, **changes}


def make_hit(article_id: str, rank: int, *, gold: bool = False, **changes: Any) -> Record:
    record = {
        "rank": rank,
        "passage": f"{article_id}:1-2",
        "article_id": article_id,
        "title": f"Title of {article_id}",
        "source": "The Courier",
        "published_at": "2025-04-12T06:00:00Z",
        "score": 1 / rank,
        "similarity": 0.5,
        "dense_rank": rank,
        "lexical_rank": None,
        "fused_rank": rank + 1,
        "gold": gold,
        "copies": [],
        "text": f"The harbour master of {article_id} spoke.\n\nNobody was hurt.",
        "why": {"coverage": 0.25, "names": 1.0},
    }
    return {**record, **changes}


def make_run(*datasets: list[Record], name: str = "this-run", **changes: Any) -> Record:
    """A run over datasets named `news`, `news-2`…, each a list of questions."""
    return {
        "schema": 1,
        "name": name,
        "created_at": "2025-11-24T18:03:00Z",
        "version": "0.1.0",
        "commit": "abc1234",
        "changed": True,
        "encoder": "some-encoder",
        "model": None,
        "settings": {"reranker": "features"},
        "prompts": "0123456789abcdef",
        "peak_memory_mb": 1234.5,
        "datasets": [_make_dataset(f"news-{i}" if i > 1 else "news", q) for i, q in enumerate(datasets, 1)],
        **changes,
    }


def _make_dataset(name: str, questions: list[Record]) -> Record:
    kinds = dict.fromkeys(q["kind"] for q in questions)
    return {
        "dataset": name,
        "articles_digest": "a" * 16,
        "questions_digest": "b" * 16,
        "with": [],
        "fixed_now": False,
        "n_articles": 2872,
        "n_passages": 25143,
        "build": {"embedded": 25143, "seconds": 500.0, "passages_per_s": 50.3},
        "scores": _average(questions),
        "kinds": {kind: _average([q for q in questions if q["kind"] == kind]) for kind in kinds},
        "timings_ms": {"encode": {"p50": 3.0, "p95": 5.0}, "total": {"p50": 20.0, "p95": 40.0}},
        "questions": questions,
    }


def _average(questions: list[Record]) -> Record:
    names = dict.fromkeys(name for q in questions for name in q["scores"])
    values = {name: [q["scores"][name] for q in questions if name in q["scores"]] for name in names}
    means = {name: sum(v) / len(v) for name, v in values.items()}
    return {
        name: {"mean": m, "low": max(0.0, m - 0.1), "high": min(1.0, m + 0.1), "n": len(values[name])}
        for name, m in means.items()
    }


@pytest.fixture(scope="session")
def hit() -> MakeQuestion:
    return make_hit


@pytest.fixture(scope="session")
def question() -> MakeQuestion:
    return make_question


@pytest.fixture(scope="session")
def run_of() -> MakeRun:
    return make_run


@pytest.fixture(scope="session")
def hostile_text() -> str:
    return HOSTILE


@pytest.fixture(scope="session")
def mixed_run() -> Record:
    """Two datasets with every way to fail, and an attacker's words wherever a text may stand."""
    hostile_hits = [make_hit(HOSTILE, 1, title=HOSTILE, source=HOSTILE, text=HOSTILE * 4, why={HOSTILE: 1.0})]
    refused = {"hit@1": 1.0, "answer correct": 0.0, "refused wrongly": 1.0}
    first = [
        make_question("found"),
        make_question("low", 7),
        make_question("lost", None, scores={"hit@1": 0.0, "answer correct": 0.0, "refused wrongly": 0.0}),
        make_question("shy", scores=refused, outcome="not_covered", confidence=0.1, citations=[]),
        make_question("bold", None, answerable=False, kind="unanswerable", confidence=0.6),
        make_question(
            "modest", None, answerable=False, kind="unanswerable", confidence=0.05, scores={"refused rightly": 1.0}
        ),
    ]
    second = [
        make_question(
            HOSTILE,
            None,
            kind=HOSTILE,
            question=HOSTILE,
            answer=HOSTILE,
            gold_answers=[HOSTILE],
            gold_articles=[HOSTILE],
            query={HOSTILE: [HOSTILE]},
            filters={HOSTILE: [HOSTILE]},
            history=[{"question": HOSTILE, "answer": HOSTILE}],
            citations=[{"article_id": HOSTILE, "paragraph": 1, "quote": HOSTILE, "exact": False}],
            hits=hostile_hits,
            missed_gold=[{"article_id": HOSTILE, "title": HOSTILE, "source": HOSTILE, "published_at": HOSTILE}],
            scores={"hit@1": 0.0, "answer correct": 0.0, "quotes exact": 0.0},
        ),
        make_question("second", 9, kind="number"),
    ]
    return make_run(first, second, name=HOSTILE, settings={HOSTILE: HOSTILE})

"""Where hits and missed gold were before copies were collapsed and articles spread."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.run import evaluate_dataset

Measure = Callable[..., dict[str, Any]]

WHERE = "dense_rank", "lexical_rank", "fused_rank"
FILLER = " ".join(f"word{n}" for n in range(45))
"""As long as a passage: paragraphs with it stand alone."""


@pytest.fixture
def measure(settings, fake_weights, answer_all, tmp_path) -> Measure:
    """Index some articles, each an id with its paragraphs, and ask of the harbour bridge; the question's record."""

    def measure(articles: dict[str, list[str]], *gold: str, **asked: Any) -> dict[str, Any]:
        folder = tmp_path / "set"
        folder.mkdir()
        records = [
            {"id": name, "title": name, "source": "Star", "published_at": "2025-05-01", "paragraphs": paragraphs}
            for name, paragraphs in articles.items()
        ]
        question = {
            "question": "When did the harbour bridge open?",
            "asked_on": "2025-05-02",
            "articles": gold,
            **asked,
        }
        for name, lines in (("articles", records), ("questions", [question])):
            (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        [record] = evaluate_dataset(settings, Path(folder), lambda *_: None)["questions"]
        return record

    return measure


def others(n: int) -> dict[str, list[str]]:
    """Articles that are about the bridge and no copies of each other."""
    tails = (" ".join(f"{chr(97 + i)}{j}" for j in range(6)) for i in range(n))
    return {f"other{i}": [f"The harbour bridge did open: {tail}."] for i, tail in enumerate(tails)}


def test_hits_keep_the_ranks_that_they_had_before_articles_were_spread(measure):
    twice = [
        f"The harbour bridge did open on Monday. {FILLER}",
        f"When the harbour bridge did open it rained. {FILLER}",
    ]
    hits = measure({"both": twice, "toll": ["A toll for the bridge."]}, "both")["hits"]
    assert [(h["article_id"], h["fused_rank"]) for h in hits] == [("both", 1), ("toll", 3), ("both", 2)]


def test_a_gold_article_that_no_hit_is_of_is_kept_with_the_ranks_of_its_best_passage(measure):
    gold = [f"Nothing of it. {FILLER}", f"A bridge. {FILLER}"]
    record = measure({**others(12), "gold": gold}, "gold")
    assert len(record["hits"]) == 10
    [missed] = record["missed_gold"]
    assert (missed["article_id"], missed["title"], missed["source"]) == ("gold", "gold", "Star")
    assert missed["published_at"].startswith("2025-05-01")
    assert [missed[rank] for rank in WHERE] == [13, 13, 13]


def test_a_gold_article_that_the_question_may_not_see_is_not_among_the_candidates(measure):
    [missed] = measure(others(1), "other0", as_of="2025-04-01")["missed_gold"]
    assert (missed["title"], [missed[rank] for rank in WHERE]) == ("other0", [None] * 3)


def test_a_gold_article_that_is_not_in_the_index_has_no_title(measure):
    [missed] = measure(others(1), "other0", "elsewhere")["missed_gold"]
    assert (missed["article_id"], missed["title"]) == ("elsewhere", "")


def test_a_gold_article_that_a_hit_stands_for_is_not_missed(measure):
    text = [f"The harbour bridge did open on Monday. {FILLER}"]
    record = measure({"agency": text, "copy": text}, "copy")
    assert [(h["article_id"], h["copies"]) for h in record["hits"]] == [("agency", ["copy"])]
    assert record["missed_gold"] == []

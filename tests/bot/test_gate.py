"""The sample newsroom, measured with the real weights against the committed run: what continuous integration holds.

After a change that is meant to move scores, renew that run:
`newsdesk eval corpus --run gate --brief --json tests/golden/gate.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.evaluation.compare import compare_runs, find_falls
from bot.evaluation.learn_ranking import Example, collect, rank
from bot.evaluation.run import evaluate_dataset
from bot.evaluation.runs import load_run, make_run
from bot.settings import Settings
from index.ranking import RANK_WEIGHTS

ROOT = Path(__file__).resolve().parents[2]
GATE = ROOT / "tests" / "golden" / "gate.json"
POINTS = 1.0
LONG_AGO = timedelta(days=30)
MAX_BYTES = 300_000


def test_the_committed_run_is_small_and_tells_nothing_of_a_machine():
    content = GATE.read_text(encoding="utf-8")
    assert len(content) < MAX_BYTES
    assert str(Path.home()) not in content
    assert len(load_run(str(GATE), GATE.parent)["datasets"][0]["questions"]) >= 150


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One index for all tests of this file."""
    return Settings(home=tmp_path_factory.mktemp("gate"))


@pytest.mark.weights
def test_no_score_of_the_sample_newsroom_fell_since_the_committed_run(settings: Settings):
    measured = evaluate_dataset(settings, ROOT / "corpus", lambda *_: None)
    comparison = compare_runs(
        load_run(str(GATE), GATE.parent), make_run(settings, "now", datetime.now(UTC), [measured])
    )
    assert comparison.datasets[0].warnings == (), "the corpus changed; renew tests/golden/gate.json"
    assert find_falls(comparison, POINTS) == []


@pytest.mark.weights
def test_no_question_about_the_past_loses_its_hit_because_newer_articles_are_preferred(settings: Settings):
    timeless = {**RANK_WEIGHTS, "recent": 0.0, "recent and on topic": 0.0}
    past = [e for e in collect(settings, str(ROOT / "corpus")) if newest_gold(e) < e.gold.question.now - LONG_AGO]
    lost = [e.gold.id for e in past if is_hit(e, timeless) and not is_hit(e, RANK_WEIGHTS)]
    assert len(past) >= 20
    assert lost == []


def newest_gold(example: Example) -> datetime:
    """When the newest article that answers it was published."""
    return max(
        datetime.fromtimestamp(a.published, UTC) for a in example.generation.articles if a.id in example.gold.articles
    )


def is_hit(example: Example, weights: Mapping[str, float]) -> bool:
    """Whether an article that answers it is among the first four hits."""
    return any({h.passage.article_id, *h.copies} & example.gold.articles for h in rank(example, weights)[:4])

"""Twenty-four small matters, labelled by hand before there were rules, in one index with the real encoder."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.answer import Answerer
from bot.second_look import look_for_contrast
from bot.types import Difference, Question
from index.build import build_index
from index.encoder import SentenceEncoder
from index.reader import Reader
from index.store import Store

ROOT = Path(__file__).resolve().parents[3]
CASES = [json.loads(line) for line in (ROOT / "tests/golden/conflicts.jsonl").read_text("utf-8").splitlines()]
FIELDS = {"id", "half", "about", "difference", "question", "asked_on", "sides", "articles"}


def test_cases_are_well_formed_and_their_sides_are_told():
    assert len({c["id"] for c in CASES}) == len(CASES) == 24
    for c in CASES:
        assert set(c) == FIELDS, c["id"]
        assert c["about"] in {"number", "date", "name", "yes/no"}, c["id"]
        assert c["difference"] in {"", *(kind.value for kind in Difference)}, c["id"]
        told = "\n".join(p for a in c["articles"] for p in a["paragraphs"]).lower()
        assert len(c["sides"]) == (2 if c["difference"] else 0), c["id"]
        assert all(side.lower() in told for side in c["sides"]), c["id"]


def test_two_thirds_are_conflicts_in_each_half():
    assert Counter((c["half"], bool(c["difference"])) for c in CASES) == {
        ("dev", True): 8,
        ("dev", False): 4,
        ("held", True): 8,
        ("held", False): 4,
    }


@pytest.fixture(scope="module")
def answerer_and_encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("conflicts")
    articles = [
        {"id": f"{c['id']}-{n}", "language": "en", **article} for c in CASES for n, article in enumerate(c["articles"])
    ]
    (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
    store, encoder = Store(folder / "home"), SentenceEncoder(threads=1)
    build_index(store, encoder, [folder / "articles.jsonl"], recorded=())
    return Answerer(Reader(store, encoder), encoder), encoder


@pytest.mark.weights
@pytest.mark.parametrize(("half", "least"), [("dev", 8), ("held", 4)])
def test_both_sides_are_found_and_nothing_else(answerer_and_encoder, half, least):
    answerer, encoder = answerer_and_encoder
    n_found = 0
    for c in (c for c in CASES if c["half"] == half):
        question = Question(c["question"], datetime.fromisoformat(c["asked_on"]).replace(tzinfo=UTC))
        found = look_for_contrast(question, answerer.gather(question), encoder)
        if not c["sides"]:
            assert found is None or found.kind is Difference.UPDATED, c["id"]
        elif found is not None:
            told = [side.text.lower() for side in found.sides]
            assert all(side.lower() in text for side, text in zip(c["sides"], told, strict=True)), c["id"]
            assert found.kind.value == c["difference"], c["id"]
            n_found += 1
    assert n_found >= least

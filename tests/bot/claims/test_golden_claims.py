"""Sixty claims about the sample newsroom, labelled by hand before there were rules, with the real encoder."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.answer import Answerer
from bot.claims.checker import ClaimChecker
from bot.types import Question
from index.build import build_index
from index.encoder import SentenceEncoder
from index.generation import Reader
from index.store import Store

ROOT = Path(__file__).resolve().parents[3]
CLAIMS = [json.loads(line) for line in (ROOT / "tests/golden/claims.jsonl").read_text("utf-8").splitlines()]
ASKED_ON = datetime(2025, 6, 30, tzinfo=UTC)
FIELDS = {"id", "half", "kind", "verdict", "claim", "articles", "why"}
VERDICTS = {"supported", "contradicted", "disputed", "not_found"}


def test_claims_are_well_formed_and_their_articles_exist():
    files = {file.stem for file in (ROOT / "corpus" / "articles").glob("*.md")}
    assert len({c["id"] for c in CLAIMS}) == len({c["claim"] for c in CLAIMS}) == len(CLAIMS) >= 60
    for c in CLAIMS:
        assert set(c) == FIELDS, c["id"]
        assert c["verdict"] in VERDICTS, c["id"]
        assert set(c["articles"]) <= files, c["id"]
        assert (c["verdict"] == "not_found") == (c["articles"] == []), c["id"]


def test_halves_are_even():
    for verdict in VERDICTS:
        halves = Counter(c["half"] for c in CLAIMS if c["verdict"] == verdict)
        assert halves["dev"] == halves["held"]


@pytest.fixture(scope="module")
def checker_and_reader(tmp_path_factory):
    store, encoder = Store(tmp_path_factory.mktemp("claims")), SentenceEncoder(threads=1)
    build_index(store, encoder, [ROOT / "corpus" / "articles"], recorded=())
    reader = Reader(store, encoder)
    return ClaimChecker(Answerer(reader, encoder), encoder), reader


@pytest.mark.weights
@pytest.mark.parametrize(("half", "precision", "accuracy"), [("dev", 0.8, 0.55), ("held", 0.65, 0.4)])
def test_what_is_marked_is_right_and_enough_is_marked(checker_and_reader, half, precision, accuracy):
    checker, reader = checker_and_reader
    confusion: Counter[tuple[str, str]] = Counter()
    for c in CLAIMS:
        if c["half"] == half:
            checked = checker.check(Question(c["claim"], ASKED_ON), reader.current())
            confusion[c["verdict"], checked.claims[0].verdict.value] += 1
    print(f"\n{half}: " + ", ".join(f"{gold} as {got} {n}" for (gold, got), n in sorted(confusion.items())))
    for verdict in ("supported", "contradicted"):
        right = confusion[verdict, verdict]
        assert right >= precision * sum(n for (_, got), n in confusion.items() if got == verdict)
    assert sum(n for (gold, got), n in confusion.items() if gold == got) >= accuracy * confusion.total()
    assert confusion["not_found", "not_found"] == sum(n for (gold, _), n in confusion.items() if gold == "not_found")

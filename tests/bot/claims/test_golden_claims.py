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
from index.reader import Reader
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
@pytest.mark.parametrize(("half", "precision", "accuracy"), [("dev", 0.8, 0.42), ("held", 0.8, 0.27)])
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


@pytest.mark.weights
@pytest.mark.parametrize(
    "claim",
    [
        "The ferry strike ended.",
        "Mr. Kroll was convicted of fraud.",
        "The union wants eight per cent.",
        "Sealark has seven ships.",
        "Leopold Gray put the damage at 140 million crowns.",
        "Scientists found 268 occupied nests.",
        "Freya Stroud becomes finance minister.",
        "Tollman's Bridge opened in 1831.",
        "林岚是一名护士",
        "林岚用了八小时四十一分游过塘鹅海峡",
        "林国栋开面馆二十二年",
    ],
)
def test_what_an_article_says_in_nearly_these_words_is_supported(checker_and_reader, claim):
    assert verdict_of(claim, *checker_and_reader) == "supported"


@pytest.mark.weights
@pytest.mark.parametrize(
    "claim",
    [
        "Kroll was convicted of arson.",
        "The presiding judge outvoted the lay members.",
        "Tollman's Bridge was closed for nine days in 1977.",
        "The union opened at four and Sealark at eight.",
        "In June 2025 Kroll was convicted.",
        "Lindvik Tramways won the Cup final.",
        "Two people died in Storm Ismene.",
        "Kroll was detained in Antwerp.",
        "The former driver was paid a reward of 150,000 crowns.",
        "Lennart Brook was a watchman at a rope store.",
        "Each flooded household can draw 30 million crowns.",
        "The clubs voted for paying 2.6 million crowns for video review.",
        "The bridge will be closed for nineteen years.",
        "林岚开面馆二十二年",
        "苏慧敏卖出四箱香草荚",
        "特克拉·莫罗是审判长",
    ],
)
def test_what_only_has_the_words_of_an_article_is_not_supported(checker_and_reader, claim):
    assert verdict_of(claim, *checker_and_reader) in ("not_found", "contradicted")


def verdict_of(claim: str, checker: ClaimChecker, reader: Reader) -> str:
    checked = checker.check(Question(claim, ASKED_ON), reader.current())
    return checked.claims[0].verdict.value

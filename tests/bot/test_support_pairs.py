"""The hand-labelled (sentence, paragraph) pairs are well formed, balanced and split without overlap."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from index.corpus import read_corpus

ROOT = Path(__file__).resolve().parents[2]
PAIRS = [json.loads(line) for line in (ROOT / "tests/golden/support.jsonl").read_text("utf-8").splitlines()]
FIELDS = {
    "id": str, "half": str, "kind": str, "label": bool, "corpus": bool, "sentence": str,
    "source": str, "title": str, "published_at": str, "paragraph": str, "why": str,
}  # fmt: skip
FREQUENT = {"number", "date", "name", "negation", "roles", "direction", "blend"}
FALSE = FREQUENT | {"amount", "percentage", "place", "quotation", "invented", "modality"}
TRUE = {
    "paraphrase", "form", "short name", "joined", "copy",
    "negation kept", "direction kept", "passive", "reported",
}  # fmt: skip
HAN = re.compile(r"[\u3400-\u9fff]")


def paragraphs(pair: dict) -> list[str]:
    return pair["paragraph"].split("\n\n")


def is_chinese(text: str) -> bool:
    return HAN.search(text) is not None


def test_a_pair_has_all_fields_and_no_other():
    for pair in PAIRS:
        assert {name: type(value) for name, value in pair.items()} == FIELDS, pair["id"]
        assert pair["half"] in {"dev", "held"}, pair["id"]
        assert str(date.fromisoformat(pair["published_at"])) == pair["published_at"], pair["id"]
        for name in ("sentence", "source", "title", "paragraph", "why"):
            assert pair[name] == pair[name].strip() != "", (pair["id"], name)


def test_ids_and_sentences_are_unique():
    assert len({pair["id"] for pair in PAIRS}) == len(PAIRS) >= 280
    assert len({(pair["sentence"], pair["paragraph"]) for pair in PAIRS}) == len(PAIRS)


def test_a_kind_belongs_to_one_label():
    assert {pair["kind"] for pair in PAIRS if pair["label"]} == TRUE
    assert {pair["kind"] for pair in PAIRS if not pair["label"]} == FALSE


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("field", ["label", "corpus"])
def test_about_half_the_pairs_are_true_and_about_half_from_the_corpus(field, value):
    assert 0.4 <= sum(pair[field] is value for pair in PAIRS) / len(PAIRS) <= 0.6


def test_a_tenth_of_the_pairs_is_chinese_and_none_mixes_languages():
    assert 0.08 <= sum(is_chinese(pair["sentence"]) for pair in PAIRS) / len(PAIRS) <= 0.15
    assert [pair["id"] for pair in PAIRS if is_chinese(pair["sentence"]) != is_chinese(pair["paragraph"])] == []


@pytest.mark.parametrize("label", [True, False])
def test_the_halves_are_even_within_five_per_cent(label):
    halves = Counter(pair["half"] for pair in PAIRS if pair["label"] is label)
    assert abs(halves["dev"] - halves["held"]) <= 0.05 * halves.total()


@pytest.mark.parametrize("kind", sorted(TRUE | FALSE))
def test_every_kind_has_its_minimum_in_both_halves(kind):
    halves = Counter(pair["half"] for pair in PAIRS if pair["kind"] == kind)
    assert halves.total() >= (12 if kind in FREQUENT else 6)
    assert min(halves["dev"], halves["held"]) >= 0.4 * halves.total()


def test_no_paragraph_is_in_both_halves():
    halves = defaultdict(set)
    for pair in PAIRS:
        for paragraph in paragraphs(pair):
            halves[paragraph].add(pair["half"])
    assert [paragraph for paragraph, seen in halves.items() if len(seen) > 1] == []


def test_a_paragraph_of_the_corpus_stands_verbatim_in_its_article():
    articles = read_corpus([ROOT / "corpus" / "articles"], lambda bad: pytest.fail(str(bad)))
    known = {
        (article.source, article.title, str(article.published_at.date()), paragraph)
        for article in articles
        if article.published_at
        for paragraph in article.paragraphs
    }
    cited = {
        (pair["source"], pair["title"], pair["published_at"], paragraph)
        for pair in PAIRS
        if pair["corpus"]
        for paragraph in paragraphs(pair)
    }
    assert cited - known == set()


def test_a_paragraph_written_for_the_set_is_not_in_the_corpus():
    corpus = "\n".join(file.read_text("utf-8") for file in (ROOT / "corpus" / "articles").glob("*.md"))
    written = {paragraph for pair in PAIRS if not pair["corpus"] for paragraph in paragraphs(pair)}
    assert [paragraph for paragraph in written if paragraph in corpus] == []


@pytest.mark.parametrize(("name", "at_least"), [("fresh", 120), ("held", 300)])
def test_later_pairs_are_told_apart_and_about_half_of_them_true(name, at_least):
    lines = (ROOT / f"tests/golden/support_{name}.jsonl").read_text("utf-8").splitlines()
    later = [json.loads(line) for line in lines]
    assert len({pair["id"] for pair in later}) == len({pair["sentence"] for pair in later}) == len(later) >= at_least
    assert 0.4 <= sum(pair["label"] for pair in later) / len(later) <= 0.6
    assert not {pair["paragraph"] for pair in later} & {pair["paragraph"] for pair in PAIRS}

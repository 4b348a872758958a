"""MultiHop-RAG's two files, read as a dataset."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.evaluation.dataset import BadDataset, Dataset, load_dataset
from bot.evaluation.multihop import convert_multihop, is_multihop, name_article
from index.corpus import read_corpus
from index.types import Article

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "multihop_rag"

BRIDGE = {
    "url": "https://gazette.example/bridge",
    "title": "Bridge opens",
    "source": "Gazette",
    "author": "Ines Dahl",
    "published_at": "2023-09-26T17:01:22+00:00",
    "category": "local",
    "facts": ["The bridge opened on Monday.", "It cost 41 million crowns."],
}
FERRY = BRIDGE | {
    "url": "https://star.example/ferry",
    "title": "Ferry stops",
    "source": "Star",
    "author": None,
    "published_at": "2023-12-24T23:34:39+00:00",
    "facts": ["The ferry stopped."],
}


def query(kind: str, answer: str, *evidence: dict[str, Any], **fields: Any) -> dict[str, Any]:
    found = [{**{k: v for k, v in e.items() if k != "facts"}, "fact": e["facts"][0]} for e in evidence]
    fixed = {"id": kind, "query": f"A {kind} question?", "question_type": f"{kind}_query"}
    return {**fixed, "answer": answer, "evidence_list": found, **fields}


QUERIES = [
    query("inference", "The Gazette", BRIDGE, FERRY, BRIDGE),
    query("comparison", "Yes", BRIDGE, FERRY),
    query("temporal", "Before", FERRY, asked_on="2023-10-01"),
    query("null", "Insufficient information."),
]


def write(folder: Path, evidence: object = (BRIDGE, FERRY), queries: object = QUERIES) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "evidence.json").write_text(json.dumps(evidence), encoding="utf-8")
    (folder / "queries.json").write_text(json.dumps(queries), encoding="utf-8")
    return folder


@pytest.fixture
def dataset(tmp_path) -> Dataset:
    return load_dataset(write(tmp_path / "hops"), UTC, tmp_path / "cache")


def articles_of(dataset: Dataset) -> list[Article]:
    return list(read_corpus(dataset.articles, lambda bad: pytest.fail(str(bad))))


def test_the_facts_of_an_evidence_article_are_its_paragraphs(dataset):
    bridge, ferry = articles_of(dataset)
    assert bridge.paragraphs == ("The bridge opened on Monday.", "It cost 41 million crowns.")
    assert (bridge.title, bridge.source, bridge.authors, bridge.url) == (
        "Bridge opens",
        "Gazette",
        ("Ines Dahl",),
        "https://gazette.example/bridge",
    )
    assert bridge.published_at == datetime(2023, 9, 26, 17, 1, 22, tzinfo=UTC)
    assert (ferry.authors, ferry.section) == ((), "local")


def test_gold_articles_are_those_at_the_addresses_of_the_evidence(dataset):
    ids = {a.url: a.id for a in articles_of(dataset)}
    assert dataset.questions[0].articles == {ids[BRIDGE["url"]], ids[FERRY["url"]]}
    assert dataset.questions[2].articles == {ids[FERRY["url"]]}


def test_the_kind_is_the_type_of_the_question(dataset):
    assert [q.kind for q in dataset.questions] == ["inference", "comparison", "temporal", "null"]


def test_only_an_inference_has_an_answer_that_can_stand_in_an_article(dataset):
    assert [q.answers for q in dataset.questions] == [("The Gazette",), (), (), ()]


def test_a_null_question_is_unanswerable(dataset):
    assert [q.answerable for q in dataset.questions] == [True, True, True, False]


def test_a_question_is_asked_at_the_end_of_the_newest_articles_day_unless_it_says_when(dataset):
    moments = [q.question.now for q in dataset.questions]
    assert moments[0] == moments[3] == datetime(2023, 12, 24, 23, 59, 59, 999999, UTC)
    assert moments[2] == datetime(2023, 10, 1, 23, 59, 59, 999999, UTC)


def test_the_day_ends_where_the_reader_is(tmp_path):
    folder = write(tmp_path / "hops")
    gold = load_dataset(folder, ZoneInfo("Asia/Tokyo"), tmp_path / "cache").questions[0]
    assert gold.question.now == datetime(2023, 12, 24, 14, 59, 59, 999999, UTC)


def test_the_dataset_has_its_folders_name_and_the_same_digests_again(tmp_path, dataset):
    again = load_dataset(tmp_path / "hops", UTC, tmp_path / "other cache")
    assert dataset.name == again.name == "hops"
    assert (dataset.digest, dataset.questions_digest) == (again.digest, again.questions_digest)
    assert dataset.articles != again.articles


def test_another_question_changes_the_questions_digest_and_not_the_articles(tmp_path, dataset):
    other = load_dataset(write(tmp_path / "hops", queries=QUERIES[:2]), UTC, tmp_path / "cache")
    assert other.digest == dataset.digest
    assert other.questions_digest != dataset.questions_digest


def test_what_is_converted_already_is_left_as_it_is(tmp_path):
    folder = write(tmp_path / "hops")
    made = convert_multihop(folder, tmp_path / "cache") / "articles.jsonl"
    before = made.stat().st_mtime_ns, made.stat().st_ino
    assert convert_multihop(folder, tmp_path / "cache") == made.parent
    assert (made.stat().st_mtime_ns, made.stat().st_ino) == before


def test_what_was_converted_in_another_way_is_written_anew(tmp_path):
    folder = write(tmp_path / "hops")
    made = convert_multihop(folder, tmp_path / "cache") / "articles.jsonl"
    content = made.read_bytes()
    made.write_bytes(b"old")
    convert_multihop(folder, tmp_path / "cache")
    assert made.read_bytes() == content
    assert sorted(f.name for f in made.parent.iterdir()) == ["articles.jsonl", "questions.jsonl"]


def test_an_articles_id_depends_on_its_address_alone():
    assert name_article("https://gazette.example/bridge") == "9a03153d78c234a7"
    assert name_article("https://gazette.example/bridge?a=1") != name_article("https://gazette.example/bridge")


@pytest.mark.parametrize("missing", ["evidence.json", "queries.json"])
def test_a_folder_with_one_of_the_files_is_not_of_this_kind(tmp_path, missing):
    folder = write(tmp_path / "hops")
    (folder / missing).unlink()
    assert not is_multihop(folder)
    with pytest.raises(BadDataset, match="give the folder of a dataset"):
        load_dataset(folder, UTC, tmp_path / "cache")


def without(record: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in record.items() if k != key}


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        ([], "is not a list of records"),
        ({}, "is not a list of records"),
        (["text"], "is not a list of records"),
        ([BRIDGE, without(FERRY, "url")], "entry 2: KeyError 'url'"),
        ([BRIDGE | {"facts": None}], "entry 1: TypeError"),
        ([BRIDGE | {"published_at": "someday"}], "entry 1: published_at is no date"),
        ([without(BRIDGE, "published_at")], "entry 1: published_at is no date"),
        ([BRIDGE | {"url": 7}], "entry 1: AttributeError"),
    ],
)
def test_evidence_that_cannot_be_read_is_named_by_its_entry(tmp_path, evidence, reason):
    folder = write(tmp_path / "hops", evidence=evidence)
    with pytest.raises(BadDataset, match=r"hops: .*evidence\.json") as caught:
        load_dataset(folder, UTC, tmp_path / "cache")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("queries", "reason"),
    [
        ([without(QUERIES[0], "query")], "entry 1: KeyError 'query'"),
        ([QUERIES[1], QUERIES[0] | {"evidence_list": [{}]}], "entry 2: KeyError 'url'"),
        ([QUERIES[0] | {"question_type": None}], "entry 1: AttributeError"),
    ],
)
def test_a_query_that_cannot_be_read_is_named_by_its_entry(tmp_path, queries, reason):
    folder = write(tmp_path / "hops", queries=queries)
    with pytest.raises(BadDataset, match=r"hops: .*queries\.json") as caught:
        load_dataset(folder, UTC, tmp_path / "cache")
    assert reason in str(caught.value)


@pytest.mark.parametrize("content", ["{not json", "[" * 100_000, ""])
def test_a_file_that_is_no_json_is_named(tmp_path, content):
    folder = write(tmp_path / "hops")
    (folder / "queries.json").write_text(content, encoding="utf-8")
    with pytest.raises(BadDataset, match=r"queries\.json is not JSON"):
        load_dataset(folder, UTC, tmp_path / "cache")


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is absent")
def test_the_real_files_are_read(tmp_path):
    dataset = load_dataset(SHARED, UTC, tmp_path)
    articles = articles_of(dataset)
    assert len(articles) == 326
    assert sum(len(a.paragraphs) for a in articles) == 438
    kinds = [q.kind for q in dataset.questions]
    assert {k: kinds.count(k) for k in kinds} == {"inference": 161, "comparison": 154, "temporal": 114, "null": 71}
    assert {q.kind for q in dataset.questions if not q.answerable} == {"null"}
    assert {a for q in dataset.questions for a in q.articles} <= {a.id for a in articles}

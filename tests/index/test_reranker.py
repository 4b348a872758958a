"""The cross-encoder, and the order that it gives to what was found."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from typing import Any

import numpy as np
import pytest

from index.encoder import packaged_weights
from index.errors import RerankerUnavailable
from index.query import understand_query
from index.reranker import CrossEncoderReranker
from index.search import N_RERANKED, search
from index.types import Filters, Hit, Reranker
from tests.conftest import NOW
from tests.tiny_cross_encoder import make_model

QUESTION = "What happened at the harbour?"


class Script:
    """A Reranker that gives each text a log-odds by a word of it, and nothing to the others.

    Attributes:
        read: The texts of each call.
    """

    def __init__(self, **log_odds: float) -> None:
        self.log_odds = log_odds
        self.read: list[list[str]] = []

    def score(self, question: str, texts: Sequence[str]) -> list[float] | None:
        self.read.append(list(texts))
        return [sum(x for word, x in self.log_odds.items() if word in text) for text in texts]


class Broken:
    """A model in the place of the real one that fails, or whose scores are none."""

    def __init__(self, result: Any) -> None:
        self.result = result

    def predict(self, *_: Any, **__: Any) -> Any:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.fixture
def find(newsroom, encoder):
    """Search the newsroom with a reranker."""

    def find(reranker: Reranker | None, k: int = 10, **filters: Any) -> list[Hit]:
        query = understand_query(QUESTION, NOW, UTC, newsroom.open().outlets)
        vectors = encoder.encode_queries([QUESTION])
        return search(newsroom.open(), query, vectors, NOW, Filters(**filters), k, reranker)

    return find


@pytest.fixture
def harbour(newsroom):
    """Forty articles that answer alike, the newer the better."""
    for n in range(40):
        day = f"{NOW - timedelta(days=2 * n + 1):%Y-%m-%d}"
        newsroom.write(f"a{n}", f"The harbour saw ship{n}x happen.", title=f"Title {n}", published_at=day)
    newsroom.build()
    return newsroom


def article_ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.passage.article_id for hit in hits]


# The order of hits


def test_hits_come_in_the_order_of_the_reranker(harbour, find):
    hits = find(Script(ship7x=40, ship3x=30, ship5x=20))
    assert article_ids(hits)[:3] == ["a7", "a3", "a5"]
    assert [hit.why.get("reranker") for hit in hits[:4]] == [40, 30, 20, None]


def test_the_first_hit_has_score_one_and_the_others_descend(harbour, find):
    scores = [hit.score for hit in find(Script(ship7x=4, ship3x=3, ship29x=-2), k=40)]
    assert scores[0] == 1
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < scores[1]


def test_the_thirty_best_are_read_once_with_their_titles_and_no_others(harbour, find):
    reranker = Script()
    plain = find(None, k=40)
    find(reranker, k=3)
    [texts] = reranker.read
    assert texts == [f"{hit.title}\n{hit.passage.text}" for hit in plain[:N_RERANKED]]


def test_what_was_not_read_stays_behind_in_its_order(harbour, find):
    plain = article_ids(find(None, k=40))
    dislike = {f"ship{article_id[1:]}x": -50.0 for article_id in plain[:N_RERANKED]}
    found = find(Script(**dislike, ship39x=99), k=40)
    assert article_ids(found)[N_RERANKED:] == plain[N_RERANKED:]
    assert found[N_RERANKED].score <= found[N_RERANKED - 1].score


@pytest.mark.parametrize("k", [1, 2, 5, 20, 40])
def test_the_first_hits_do_not_depend_on_k(harbour, find, k):
    script = {"ship29x": 9.0, "ship12x": 5.0}
    assert article_ids(find(Script(**script), k=k)) == article_ids(find(Script(**script), k=40))[:k]


def test_of_passages_that_the_reranker_likes_alike_the_better_one_by_the_learnt_score_is_first(harbour, find):
    assert article_ids(find(Script(ship20x=6, ship9x=6)))[:2] == ["a9", "a20"]


def test_a_reranker_that_makes_no_difference_makes_none(harbour, find):
    assert find(Script()) == find(None)


def test_a_reranker_that_fails_leaves_the_hits_as_they_were(harbour, find):
    reranker = CrossEncoderReranker("broken")
    reranker._model = Broken(RuntimeError("out of memory"))
    assert find(reranker, k=40) == find(None, k=40)


def test_where_nothing_is_found_nothing_is_read(harbour, find):
    reranker = Script()
    assert find(reranker, language="fr") == []
    assert reranker.read == []


# A model that fails


@pytest.mark.parametrize(
    "result",
    [RuntimeError("out of memory"), IndexError("index out of range"), np.array([1.0, np.nan]), np.array([np.inf, 0.0])],
)
def test_a_failure_gives_no_scores_and_is_logged_once(caplog, result):
    reranker = CrossEncoderReranker("some/model")
    reranker._model = Broken(result)
    assert [reranker.score(QUESTION, ["a", "b"]) for _ in range(3)] == [None] * 3
    [record] = caplog.records
    assert "some/model" in record.getMessage()
    assert record.exc_info is None


# A real one, two layers deep


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.mark.slow
def test_a_model_scores_every_text_in_their_order(folder):
    texts = ["the ship", "giraffe", "the giraffe ship ship ship", "giraffe giraffe giraffe"]
    none, one, few, many = CrossEncoderReranker(str(folder)).score("the harbour", texts)
    assert many > one > few > none


@pytest.mark.slow
def test_scores_are_log_odds_and_no_probabilities(folder):
    [score] = CrossEncoderReranker(str(folder)).score("giraffe", ["giraffe giraffe"])
    assert score > 1


@pytest.mark.slow
def test_a_long_text_is_read_as_far_as_the_model_goes(folder):
    reranker = CrossEncoderReranker(str(folder))
    early, late = reranker.score("the", ["giraffe " + "ship " * 2000, "ship " * 2000 + "giraffe"])
    assert early > late


@pytest.mark.slow
def test_no_texts_have_no_scores(folder):
    assert CrossEncoderReranker(str(folder)).score("giraffe", []) == []


@pytest.mark.slow
def test_threads_that_ask_at_once_get_what_one_gets(folder):
    texts = ["giraffe", "the giraffe ship", "the ship"]
    alone = CrossEncoderReranker(str(folder)).score("the harbour", texts)
    shared = CrossEncoderReranker(str(folder))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: shared.score("the harbour", texts), range(12))) == [alone] * 12


@pytest.mark.slow
def test_a_model_puts_the_passage_first_that_it_takes_for_the_answer(newsroom, find, folder):
    newsroom.write("port", "What happened at the harbour: a ship sank.")
    newsroom.write("market", "The giraffe saw the harbour.")
    newsroom.write("zoo", "Giraffe, giraffe, giraffe!", title="Giraffe")
    newsroom.build()
    assert article_ids(find(None)) == ["port", "market", "zoo"]
    hits = find(CrossEncoderReranker(str(folder)))
    assert article_ids(hits) == ["zoo", "market", "port"]
    assert hits[0].why["reranker"] > hits[1].why["reranker"] > hits[2].why.get("reranker", 0)


# Models that are none


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "labels"), [("BertForSequenceClassification", "abc"), ("BertModel", "a")])
def test_a_model_of_another_kind_is_refused_with_the_remedy(tmp_path, kind, labels):
    model = make_model(tmp_path / "model", kind, labels)
    with pytest.raises(RerankerUnavailable, match=r"no cross-encoder.*; set NEWSDESK_RERANKER"):
        CrossEncoderReranker(str(model)).score(QUESTION, ["giraffe"])


@pytest.mark.slow
def test_the_encoder_is_no_reranker(capfd):
    with pytest.raises(RerankerUnavailable, match="no cross-encoder"):
        CrossEncoderReranker(str(packaged_weights().parent)).score(QUESTION, ["giraffe"])
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_a_folder_that_holds_no_model_or_half_of_one_is_refused_with_the_remedy(tmp_path, folder):
    half = tmp_path / "half"
    half.mkdir()
    for file in folder.iterdir():
        (half / file.name).write_bytes(file.read_bytes()[: 500 if file.suffix == ".safetensors" else None])
    for path in (tmp_path, tmp_path / "nowhere", half):
        with pytest.raises(RerankerUnavailable, match=f"reranker {path}: .*; set NEWSDESK_RERANKER"):
            CrossEncoderReranker(str(path)).score(QUESTION, ["giraffe"])


@pytest.mark.slow
def test_offline_a_model_of_the_hub_is_not_downloaded(monkeypatch):
    def connect(*_: Any, **__: Any) -> None:
        raise AssertionError("it connects")

    monkeypatch.setattr("socket.getaddrinfo", connect)
    with pytest.raises(RerankerUnavailable, match="needs it downloads it, or set NEWSDESK_RERANKER"):
        CrossEncoderReranker("cross-encoder/no-such-model", offline=True).score(QUESTION, ["giraffe"])

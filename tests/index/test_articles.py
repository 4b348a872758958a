"""What segments know of their articles, each alone and side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.articles import UNDATED, ArticleChain, ArticleRow, Articles, write_articles

ROWS = [
    ArticleRow("a", "digest a", "Bridge", "Post", "en", 1744898700, "https://post.example/1", 1744898800),
    ArticleRow("b", "digest b", "Brücke", "Zeitung", "de", UNDATED, ""),
    ArticleRow("c", "digest c", "Ferry", "Post", "en", 0, "https://post.example/2"),
]
LATER = [ArticleRow("b", "digest d", "Brücke, neu", "Blatt", "de", 7, "")]


def write(folder: Path, rows: list[ArticleRow]) -> Articles:
    folder.mkdir()
    signatures = [np.full(64, n, dtype=np.uint32) for n in range(len(rows))]
    return Articles.open(folder, *write_articles(folder, rows, signatures))


@pytest.fixture
def articles(tmp_path) -> ArticleChain:
    return ArticleChain([write(tmp_path / "first", ROWS), write(tmp_path / "second", LATER)])


def test_articles_come_back_as_they_were(tmp_path):
    articles = write(tmp_path / "first", ROWS)
    assert list(articles) == ROWS
    assert articles.numbers["signature"][:, 5].tolist() == [0, 1, 2]


def test_removed_articles_are_masked_and_strange_ones_do_no_harm(tmp_path):
    mask = write(tmp_path / "first", ROWS).all_but({"b", "nobody"})
    assert mask.tolist() == [True, False, True]
    assert write(tmp_path / "second", ROWS).all_but(frozenset()).all()


def test_of_some_ids_those_are_told_that_are_held(tmp_path):
    articles = write(tmp_path / "first", ROWS)
    assert articles.held({"a", "c", "nobody"}) == {"a", "c"}
    assert articles.held(frozenset()) == frozenset()


def test_columns_that_do_not_fit_are_told(tmp_path):
    write(tmp_path / "first", ROWS)
    write(tmp_path / "second", LATER)
    (tmp_path / "second" / "articles.npy").replace(tmp_path / "first" / "articles.npy")
    with pytest.raises(ValueError, match="do not fit"):
        Articles.open(tmp_path / "first", ["Post", "Zeitung"], ["de", "en"])


def test_articles_of_several_segments_are_counted_through(articles):
    assert len(articles) == 4
    assert list(articles) == [articles[row] for row in range(4)] == [*ROWS, *LATER]
    assert list(articles.ids()) == ["a", "b", "c", "b"]


def test_an_id_is_found_in_every_segment_that_has_it(articles):
    assert sorted(articles.find(["b", "c", "nobody"])) == [1, 2, 3]


def test_numbers_of_several_segments_are_one_column(articles):
    assert articles.numbers("published").tolist() == [1744898700, UNDATED, 0, 7]
    assert articles.numbers("signature").shape == (4, 64)


def test_outlets_and_languages_of_several_segments_have_one_numbering(articles):
    outlets, numbers = articles.names("source")
    assert (outlets, numbers.tolist()) == (["Blatt", "Post", "Zeitung"], [1, 2, 1, 0])
    languages, numbers = articles.names("language")
    assert [languages[n] for n in numbers] == ["en", "de", "en", "de"]

"""One segment's vectors, a byte for each component."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import index.segment
from index.articles import UNDATED, ArticleRow
from index.errors import IndexMismatch
from index.segment import PassageRow, Segment, derive_segment, load_segment
from index.types import Passage, Vectors

ARTICLE = ArticleRow("a", "digest", "Bridge", "Paper", "en", UNDATED, "")


def derive(folder: Path, vectors: Vectors) -> Segment:
    rows = [PassageRow(ARTICLE, Passage("a", n, n, f"text {n}"), f"key {n}") for n in range(1, len(vectors) + 1)]
    return derive_segment("segment", zip(rows, vectors, strict=True), len(rows), folder / "segment")


def draw_unit(n: int, dim: int, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("dim", [1, 8, 64, 384, 1024])
def test_similarities_are_within_a_hundredth_of_exact(tmp_path, dim):
    vectors, questions = draw_unit(50, dim), draw_unit(20, dim, seed=1)
    segment = derive(tmp_path, vectors)
    for question in [*questions, *vectors[:5], *-vectors[:5]]:
        np.testing.assert_allclose(segment.similarities(question, np.arange(50)), vectors @ question, atol=0.01)


def test_similarities_of_real_length_vectors_are_within_two_thousandths_of_exact(tmp_path):
    vectors, questions = draw_unit(200, 384), draw_unit(20, 384, seed=1)
    segment = derive(tmp_path, vectors)
    found = np.stack([segment.similarities(question, np.arange(200)) for question in questions])
    np.testing.assert_allclose(found, questions @ vectors.T, atol=0.002)


def test_one_large_component_leaves_the_others_near_enough(tmp_path):
    vectors = draw_unit(20, 384)
    vectors[:, 0] = 5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    question = draw_unit(1, 384, seed=1)[0]
    np.testing.assert_allclose(
        derive(tmp_path, vectors).similarities(question, np.arange(20)), vectors @ question, atol=0.01
    )


def test_a_vector_of_nothing_is_like_nothing(tmp_path):
    vectors = np.zeros((2, 8), dtype=np.float32)
    vectors[1, 3] = 1
    assert derive(tmp_path, vectors).similarities(vectors[1], np.arange(2)).tolist() == pytest.approx([0, 1])


def test_similarities_come_in_the_order_of_the_rows_whatever_the_size_of_a_block(tmp_path, monkeypatch):
    segment = derive(tmp_path, draw_unit(10, 16))
    question, rows = draw_unit(1, 16, seed=1)[0], np.array([9, 0, 4, 4, 7, 1, 2])
    whole = segment.similarities(question, rows)
    monkeypatch.setattr(index.segment, "_BLOCK", 3)
    np.testing.assert_allclose(segment.similarities(question, rows), whole, atol=1e-6)
    np.testing.assert_allclose(whole, [segment.similarities(question, np.array([row]))[0] for row in rows], atol=1e-6)


def test_no_rows_have_no_similarities(tmp_path):
    segment = derive(tmp_path, draw_unit(2, 8))
    assert segment.similarities(draw_unit(1, 8)[0], np.array([], dtype=np.int64)).shape == (0,)


def test_a_segment_from_the_disk_has_the_same_similarities(tmp_path):
    segment, question = derive(tmp_path, draw_unit(10, 16)), draw_unit(1, 16, seed=1)[0]
    loaded = load_segment("segment", tmp_path / "segment", 10)
    assert loaded is not None
    assert isinstance(loaded.vectors.base, np.memmap)
    np.testing.assert_array_equal(
        loaded.similarities(question, np.arange(10)), segment.similarities(question, np.arange(10))
    )


def test_an_article_in_pieces_is_no_segment(tmp_path):
    other = ArticleRow("b", "digest", "Ferry", "Paper", "en", UNDATED, "")
    rows = [PassageRow(a, Passage(a.id, n, n, "text"), f"key {n}") for n, a in enumerate((ARTICLE, other, ARTICLE), 1)]
    with pytest.raises(IndexMismatch, match="apart from one another"):
        derive_segment("segment", zip(rows, draw_unit(3, 8), strict=True), 3, tmp_path / "segment")

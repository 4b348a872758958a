"""The packaged encoder in onnxruntime: its precision, its threads, and what the CPU is asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, get_ident

import numpy as np
import pytest

import index.minilm
import index.minilm_graph
from index.encoder import packaged_weights
from index.minilm import MiniLM, multiplies_bytes, read_cpuinfo

STORM = "Storm Ismene flooded the fish quay on Friday night. Nobody was hurt, the fire brigade said."
SPANS = [(0, 51), (52, len(STORM))]
TEXTS = [
    STORM,
    "Rovers beat Tidemark by two goals to one, and Lindvik scored both of them in the second half.",
    "The council said that the toll will be nine crowns for cars from July; cyclists pay nothing. " * 8,
    "bridge",
    "",
]


def make(**options):
    return MiniLM(packaged_weights().parent, 256, **options)


@pytest.fixture(scope="module")
def exact():
    return make(threads=2)


@pytest.fixture(scope="module")
def coarse():
    return make(threads=2, int8=True)


@pytest.mark.parametrize(
    ("flags", "fast"),
    [
        ("fpu sse2 avx2 fma avx512f avx512_vnni avx512_bf16", True),
        ("avx2 avx_vnni", True),
        ("amx_tile amx_int8", True),
        ("fpu sse2 avx2 fma avx512f avx512bw", False),
        ("", False),
    ],
)
def test_only_a_cpu_with_instructions_for_it_is_said_to_multiply_bytes(flags, fast):
    assert multiplies_bytes(f"processor\t: 0\nmodel name\t: avx_vnni of sorts\nflags\t\t: {flags}\nbugs\t\t:\n") is fast


def test_a_cpu_of_which_nothing_is_known_does_not_multiply_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(index.minilm, "_CPU", tmp_path / "cpuinfo")
    assert not multiplies_bytes(read_cpuinfo())


@pytest.mark.weights
def test_int8_stays_near_float32_for_texts_and_their_ranges(exact, coarse):
    spans = [SPANS, [(0, 20)], [(0, 93), (94, 180)], []]
    vectors, parts = exact.encode_spans(TEXTS[:4], spans)
    rounded, rounded_parts = coarse.encode_spans(TEXTS[:4], spans)
    assert (vectors * rounded).sum(axis=1).min() > 0.98
    assert (np.concatenate(parts) * np.concatenate(rounded_parts)).sum(axis=1).min() > 0.98
    assert np.abs(vectors - rounded).max() > 1e-3  # it is not float32 under another name


@pytest.mark.weights
def test_damping_the_strong_channels_brings_int8_nearer_to_float32(exact, coarse, monkeypatch):
    vectors, damped = (m.encode_spans(TEXTS[:4], [()] * 4)[0] for m in (exact, coarse))
    monkeypatch.setattr(index.minilm_graph, "_DAMPING", 1)
    undamped = make(threads=2, int8=True).encode_spans(TEXTS[:4], [()] * 4)[0]
    assert (vectors * damped).sum() > (vectors * undamped).sum() + 0.002


@pytest.mark.weights
def test_questions_are_float32_beside_passages_in_int8(exact, coarse):
    np.testing.assert_array_equal(coarse.encode_queries(TEXTS), exact.encode_queries(TEXTS))


@pytest.mark.weights
def test_a_question_and_a_passage_of_the_same_text_have_the_same_vector(exact):
    passages, _ = exact.encode_spans(TEXTS, [()] * len(TEXTS))
    np.testing.assert_allclose(exact.encode_queries(TEXTS), passages, atol=1e-5)


@pytest.mark.weights
def test_no_text_changes_the_vector_of_another(coarse):
    together, _ = coarse.encode_spans(TEXTS, [()] * len(TEXTS))
    alone = [coarse.encode_spans([text], [()])[0][0] for text in TEXTS]
    np.testing.assert_array_equal(together, np.stack(alone))


@pytest.mark.weights
def test_threads_that_share_an_encoder_get_what_each_asked_for(coarse):
    expected = coarse.encode_queries(TEXTS), coarse.encode_spans(TEXTS, [()] * len(TEXTS))[0]

    def ask(_):
        return coarse.encode_queries(TEXTS), coarse.encode_spans(TEXTS, [()] * len(TEXTS))[0]

    with ThreadPoolExecutor(4) as pool:
        for questions, passages in pool.map(ask, range(4)):
            np.testing.assert_array_equal(questions, expected[0])
            np.testing.assert_array_equal(passages, expected[1])


class _Meeting:
    """A session that goes on only when as many runs as threads are under way."""

    def __init__(self, n_threads):
        self._barrier = Barrier(n_threads, timeout=30)
        self.threads = set()

    def run(self, names, feed):
        self.threads.add(get_ident())
        self._barrier.wait()
        return [feed["embeddings"]]


@pytest.mark.weights
@pytest.mark.parametrize("n_threads", [1, 3])
def test_as_many_passages_are_under_way_as_there_are_threads(n_threads, monkeypatch):
    minilm = make(threads=n_threads)
    meeting = _Meeting(n_threads)
    monkeypatch.setitem(minilm.__dict__, "_passages", meeting)
    minilm.encode_spans([STORM] * 6, [()] * 6)
    assert len(meeting.threads) == n_threads


@pytest.mark.weights
def test_a_question_takes_the_threads_given_and_a_passage_one(exact):
    sessions = exact._questions, exact._passages
    assert [s.get_session_options().intra_op_num_threads for s in sessions] == [2, 1]


@pytest.mark.weights
def test_tokens_beyond_what_is_read_are_counted_and_left_out(exact):
    assert exact.count_tokens(["bridge " * 1000, ""]) == [1000, 0]
    vectors, [part] = exact.encode_spans(["bridge " * 1000], [[(0, 6), (6000, 6006)]])
    np.testing.assert_allclose(part[1], vectors[0], atol=1e-6)
    np.testing.assert_allclose(exact.encode_queries(["bridge " * 254]), vectors, atol=1e-5)

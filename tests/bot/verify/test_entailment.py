"""The NLI model: what it is given, what its answer means, and models that are none."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bot.citations import Paragraph
from bot.verify.entailment import EntailmentModel, EntailmentUnavailable, Judgement, split_premise
from tests.tiny_cross_encoder import ANIMALS, make_model

CONTEXT = "(Gazette, 14 April 2025: Ships)"
SHIPS = Paragraph("a", 1, "The first ship came. The second sank!  The third left. Nobody cared.", CONTEXT)
OTTERS = Paragraph("b", 4, "Otters slept. They woke.", "(Star: Otters)")
LABELS = ("contradiction", "entailment", "neutral")


def split(paragraphs: list[Paragraph], max_chars: int) -> list[str]:
    return list(split_premise(paragraphs, lambda premise: len(premise) <= max_chars))


def told(text: str, context: str = "") -> list[Paragraph]:
    return [Paragraph("a", 1, text, context)]


# What it is given


def test_a_paragraph_that_fits_is_one_premise_behind_its_context():
    assert split([SHIPS], 200) == [f"{CONTEXT} {SHIPS.text}"]


def test_paragraphs_that_fit_together_are_one_premise_each_behind_its_context():
    assert split([SHIPS, OTTERS], 200) == [f"{CONTEXT} {SHIPS.text}\n(Star: Otters) {OTTERS.text}"]


def test_a_long_paragraph_is_windows_that_share_a_sentence_each_behind_the_context():
    assert split([SHIPS], len(CONTEXT) + 40) == [
        f"{CONTEXT} The first ship came. The second sank!",
        f"{CONTEXT} The second sank!  The third left.",
        f"{CONTEXT} The third left. Nobody cared.",
    ]


def test_sentences_too_long_for_a_window_of_two_have_windows_of_their_own():
    assert [w.removeprefix(f"{CONTEXT} ") for w in split([SHIPS], 0)] == [
        "The first ship came.",
        "The second sank!",
        "The third left.",
        "Nobody cared.",
    ]


def test_a_window_over_the_end_of_a_paragraph_has_both_contexts():
    assert f"{CONTEXT} Nobody cared.\n(Star: Otters) Otters slept." in split([SHIPS, OTTERS], 75)


# What its answer means


@pytest.mark.parametrize(
    ("chances", "is_entailed"),
    [((0.4, 0.3, 0.3), True), ((0.3, 0.4, 0.3), False), ((0.3, 0.3, 0.4), False), ((0.5, 0.5, 0.0), False)],
)
def test_a_sentence_is_entailed_where_that_is_the_likeliest_of_the_three(chances, is_entailed):
    assert Judgement(*chances).is_entailed is is_entailed


class Script:
    """A model in the place of the real one, with its logits for each pair, or its failure.

    Attributes:
        read: The pairs of each call.
    """

    config = SimpleNamespace(id2label=dict(enumerate(LABELS)))

    def __init__(self, result: Any, max_tokens: int = 512) -> None:
        self.result = result
        self.read: list[list[tuple[str, str]]] = []
        self.tokenizer = Words(max_tokens)

    def predict(self, pairs: Any, **_: Any) -> Any:
        self.read.append(list(pairs))
        if isinstance(self.result, Exception):
            raise self.result
        return np.array(self.result)


class Words:
    """A tokenizer that splits at spaces."""

    def __init__(self, model_max_length: int) -> None:
        self.model_max_length = model_max_length

    def __call__(self, premise: str, sentence: str) -> dict[str, list[str]]:
        return {"input_ids": [*premise.split(), *sentence.split()]}


def replay(result: Any, max_tokens: int = 512) -> EntailmentModel:
    model = EntailmentModel("some/model")
    model._model = Script(result, max_tokens)
    return model


def test_logits_become_probabilities_under_the_names_of_the_labels():
    judgement = replay([np.log([0.1, 0.7, 0.2]) + 5]).judge([SHIPS], "A ship came.")
    assert judgement is not None
    assert (judgement.entailment, judgement.neutral, judgement.contradiction) == pytest.approx((0.7, 0.2, 0.1))


def test_the_premise_is_the_paragraph_and_the_hypothesis_the_sentence():
    model = replay([[0.0, 1.0, 0.0]])
    model.judge([SHIPS], "A ship came.")
    assert model._model.read == [[(f"{CONTEXT} {SHIPS.text}", "A ship came.")]]


def test_of_windows_the_one_that_entails_the_sentence_most_decides():
    model = replay([[9.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 1.0, 3.0]], max_tokens=len(CONTEXT.split()) + 11)
    judgement = model.judge([SHIPS], "Of three ships one sank.")
    [pairs] = model._model.read
    assert len(pairs) == 3
    assert judgement is not None
    assert judgement.is_entailed


@pytest.mark.parametrize("result", [RuntimeError("out of memory"), [[np.nan, 0.0, 0.0]]])
def test_a_failure_is_no_judgement_and_is_logged_once(caplog, result):
    model = replay(result)
    assert [model.judge([SHIPS], "A ship came.") for _ in range(3)] == [None] * 3
    [record] = caplog.records
    assert "NLI model some/model fails, sentences that it cannot judge are dropped" in record.getMessage()
    assert record.exc_info is None


# A real one, two layers deep


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "tiny", labels=LABELS)


@pytest.mark.slow
@pytest.mark.parametrize("labels", list(itertools.permutations(LABELS)), ids=" ".join)
def test_the_labels_of_a_model_are_read_in_its_own_order_and_case(tmp_path, labels):
    model = EntailmentModel(str(make_model(tmp_path / "tiny", labels=[x.upper() for x in labels])))
    for animal, label in zip(ANIMALS, labels, strict=True):
        judgement = model.judge(told(f"the {animal} ."), f"the {animal}")
        assert judgement is not None
        chances = asdict(judgement)
        assert max(chances, key=chances.__getitem__) == label
        assert sum(chances.values()) == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.parametrize("at", [0, 20, 39])
def test_a_sentence_that_a_long_paragraph_entails_anywhere_is_entailed(folder, at):
    sentences = ["The ship."] * 40
    model = EntailmentModel(str(folder))
    judgements = []
    for word in ("ship", "heron"):
        sentences[at] = f"The {word} {word}."
        judgements.append(model.judge(told(" ".join(sentences), "(the harbour)"), "the ship"))
    without, entailed = judgements
    assert entailed.entailment > without.entailment
    assert (without.is_entailed, entailed.is_entailed) == (False, True)


@pytest.mark.slow
def test_a_sentence_longer_than_the_model_reads_is_cut(folder):
    assert EntailmentModel(str(folder)).judge(told("the heron " * 100), "heron " * 100).is_entailed


@pytest.mark.slow
def test_threads_that_ask_at_once_get_what_one_gets(folder):
    paragraphs = told("The heron. " + "The ship. " * 40 + "The otter.")
    alone = EntailmentModel(str(folder)).judge(paragraphs, "the heron")
    shared = EntailmentModel(str(folder))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: shared.judge(paragraphs, "the heron"), range(12))) == [alone] * 12


# Models that are none


@pytest.mark.slow
@pytest.mark.parametrize(
    "labels",
    [["LABEL_0"], ["LABEL_0", "LABEL_1"], ["entailment", "not_entailment"], ["neutral"] * 2 + ["entailment"]],
)
def test_a_model_with_other_labels_is_refused_with_them_and_the_remedy(tmp_path, labels):
    model = EntailmentModel(str(make_model(tmp_path / "model", labels=labels)))
    expected = rf"its labels are {', '.join(labels).lower()}; set NEWSDESK_NLI to .*entailment, neutral, contradiction"
    with pytest.raises(EntailmentUnavailable, match=expected):
        model.judge([SHIPS], "A ship came.")


@pytest.mark.slow
def test_an_encoder_that_has_the_labels_is_refused(tmp_path):
    model = EntailmentModel(str(make_model(tmp_path / "model", "BertModel", LABELS)))
    with pytest.raises(EntailmentUnavailable, match="is no cross-encoder; set NEWSDESK_NLI"):
        model.judge([SHIPS], "A ship came.")


def test_a_folder_without_a_model_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(EntailmentUnavailable, match=f"NLI model {tmp_path}: .*; set NEWSDESK_NLI"):
        EntailmentModel(str(tmp_path)).judge([SHIPS], "A ship came.")

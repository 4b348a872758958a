"""What is handed on while a model writes is what the answer says in the end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.answer import Answerer
from bot.llm import ModelFailed
from bot.types import Answer, Citation, Outcome, Question, Sentence
from bot.verify.entailment import Judgement

OPENED = "Who opened the harbour bridge in Port Amsel?"
NOW = datetime(2025, 7, 1, tzinfo=UTC)
RIBBON = "Mayor Ines Dahl cut the ribbon."
COST = "The harbour bridge cost 41 million crowns."
TRUE_AND_FALSE = f"{RIBBON} It rained. {COST} Mayor Ines Dahl cut no ribbon. The ribbon was cut by Mayor Ines Dahl."
SHOWN = [RIBBON, COST, "The ribbon was cut by Mayor Ines Dahl."]
SIZES = [1, 5, 1000]

Handed = list[tuple[Sentence, tuple[Citation, ...]]]


class InPieces:
    """Writes a text in pieces of one size, then fails where it is to."""

    name = "in-pieces"
    context_tokens = 4096

    def __init__(self, text: str, size: int = 1, failure: str = "") -> None:
        self.pieces = [text[i : i + size] for i in range(0, len(text), size)]
        self.failure = failure

    def complete(self, prompt, on_text):
        for piece in self.pieces:
            on_text(piece)
        if self.failure:
            raise ModelFailed(self.failure)
        return "".join(self.pieces)


@pytest.fixture
def write(newsdesk, answer_all):
    """Ask a model; returns its answer, and what was handed on."""

    def write(model: InPieces, question: str = OPENED, **fields) -> tuple[Answer, Handed]:
        handed: Handed = []
        answerer = Answerer(newsdesk.reader, newsdesk.encoder, model, **fields)
        answer = answerer.ask(Question(question, NOW), on_sentence=lambda s, cited: handed.append((s, cited)))
        return answer, handed

    return write


def texts(handed: Handed) -> list[str]:
    return [sentence.text for sentence, _ in handed]


@pytest.mark.parametrize("size", SIZES)
def test_the_sentences_that_are_proven_are_handed_on_and_no_other(write, size):
    answer, handed = write(InPieces(TRUE_AND_FALSE, size))
    assert texts(handed) == SHOWN
    assert len(answer.dropped) == 2


@pytest.mark.parametrize("size", SIZES)
def test_what_is_handed_on_has_the_numbers_and_citations_of_the_answer(write, size):
    answer, handed = write(InPieces(TRUE_AND_FALSE, size))
    assert [sentence for sentence, _ in handed] == list(answer.sentences)
    assert [sentence.citations for sentence, _ in handed] == [(1,), (2,), (1,)]
    for sentence, cited in handed:
        assert cited == tuple(answer.citations[n - 1] for n in sentence.citations)


def test_without_a_model_nothing_is_handed_on(write):
    answer, handed = write(None)
    assert (answer.outcome, handed) == (Outcome.QUOTED, [])


def test_prose_of_which_nothing_is_proven_is_not_handed_on(write):
    answer, handed = write(InPieces("It rained. Nobody sang."))
    assert (answer.outcome, handed) == (Outcome.QUOTED, [])
    assert len(answer.dropped) == 2


def test_a_sentence_that_is_not_entailed_is_not_handed_on(write):
    class Doubtful:
        def judge(self, paragraphs, sentence):
            return Judgement(0.1, 0.1, 0.8) if "41" in sentence else Judgement(0.8, 0.1, 0.1)

    answer, handed = write(InPieces(f"The ribbon was cut by Mayor Ines Dahl. {COST}"), entailment=Doubtful())
    assert texts(handed) == [s.text for s in answer.sentences] == ["The ribbon was cut by Mayor Ines Dahl."]


# A model that breaks off


@pytest.mark.parametrize("size", SIZES)
def test_what_a_model_has_said_stays_when_it_breaks_off_and_the_answer_says_so(write, size):
    answer, handed = write(InPieces(f"{RIBBON} {COST[:-8]}", size, failure="small took longer than 2 seconds"))
    assert (answer.outcome, answer.model) == (Outcome.ANSWERED, "in-pieces")
    assert texts(handed) == [s.text for s in answer.sentences] == [RIBBON]
    assert "broke off (small took longer than 2 seconds)" in answer.notice


def test_a_model_that_breaks_off_before_anything_is_proven_leaves_the_quotes(write):
    answer, handed = write(InPieces(f"It rained. {RIBBON}", failure="small is down"))
    assert (answer.outcome, answer.model, handed) == (Outcome.QUOTED, None, [])
    assert "did not answer (small is down)" in answer.notice


# A model that finds no answer


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "text",
    [
        "NOT COVERED",
        "Not covered",
        f"Not covered. {RIBBON}",
        "Answer: _Not covered_",
        "Not covered [1]",
        f"Not Covered: {RIBBON}",
        f"**NOT COVERED**. {RIBBON} {COST}",
        f"Sorry: NOT COVERED\n{RIBBON} Yes.",
    ],
)
def test_nothing_is_handed_on_once_a_model_finds_no_answer(write, text, size):
    answer, handed = write(InPieces(text, size))
    assert (answer.outcome, handed) == (Outcome.QUOTED, [])
    assert "found no answer" in answer.notice


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rest", ["NOT COVERED", f"The cost is NOT COVERED. {COST} Yes.", f"\n\nNOT COVERED\n{COST}"])
def test_what_was_handed_on_stays_when_a_model_then_finds_no_answer(write, rest, size):
    answer, handed = write(InPieces(f"{RIBBON} {rest}", size))
    assert (answer.outcome, answer.notice) == (Outcome.ANSWERED, "")
    assert texts(handed) == [s.text for s in answer.sentences] == [RIBBON]


def test_a_model_that_finds_no_answer_is_not_read_on(write):
    model = InPieces(f"NOT COVERED. {COST}", 5)
    read: list[str] = []
    model.pieces = (read.append(piece) or piece for piece in model.pieces)
    write(model)
    assert "".join(read) == "NOT COVERED. Th"[: len("".join(read))]
    assert len(read) == 3


def test_that_a_model_finds_no_answer_is_not_handed_on_where_a_paragraph_has_the_same_words(newsroom, answer_all):
    newsroom.write("storm", "The damage by the storm is not covered.")
    newsroom.build()
    model, handed = InPieces("NOT COVERED"), []
    question = Question("Is the damage by the storm covered?", NOW)
    answer = Answerer(newsroom.reader, newsroom.encoder, model).ask(question, on_sentence=lambda s, _: handed.append(s))
    assert (answer.outcome, handed) == (Outcome.QUOTED, [])
    assert "found no answer" in answer.notice


# Sides


def test_a_side_that_the_model_left_out_is_handed_on_last_under_the_next_number(newsroom, answer_all):
    post = "About 3,800 people came to the rally in Harrow Meadow on Sunday."
    gazette = "Stewards counted 6,500 people at the rally in Harrow Meadow on Sunday."
    newsroom.write("post", post, source="Post", published_at="2025-04-07T06:00:00Z")
    newsroom.write("gazette", gazette, source="Gazette", published_at="2025-04-10T06:00:00Z")
    newsroom.build()
    handed: Handed = []
    answer = Answerer(newsroom.reader, newsroom.encoder, InPieces(post)).ask(
        Question("How many people came to the rally in Harrow Meadow?", NOW),
        on_sentence=lambda s, cited: handed.append((s, cited)),
    )
    assert answer.outcome is Outcome.ANSWERED
    told = f"Told differently by Gazette (10 April 2025): {gazette}"
    assert [(s.text, s.citations) for s, _ in handed] == [(post, (1,)), (told, (2,))]
    assert [sentence for sentence, _ in handed] == list(answer.sentences)
    assert (
        [c.source for _, cited in handed for c in cited] == [c.source for c in answer.citations] == ["Post", "Gazette"]
    )

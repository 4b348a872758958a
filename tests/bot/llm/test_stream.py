"""Answers by models behind a real socket: each sentence is shown while the rest is still being written."""

from __future__ import annotations

from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from threading import Event

import pytest

from bot.answer import Answerer
from bot.llm.first_to_answer import FirstToAnswer
from bot.types import Answer, Outcome, Question

QUESTION = Question("Who opened the harbour bridge in Port Amsel?", datetime(2025, 7, 1, tzinfo=UTC))
RIBBON = "Mayor Ines Dahl cut the ribbon."
COST = "The harbour bridge cost 41 million crowns."
PATIENCE_S = 30.0


@pytest.fixture
def ask(newsdesk, answer_all):
    """Ask a model, and call a function with the text of each sentence that is handed on."""

    def ask(model, on_text) -> Answer:
        answerer = Answerer(newsdesk.reader, newsdesk.encoder, model)
        return answerer.ask(QUESTION, on_sentence=lambda sentence, _: on_text(sentence.text))

    return ask


def test_a_sentence_is_shown_while_the_model_still_writes_and_a_false_one_never(endpoint, make_model, ask):
    shown: list[str] = []
    was_shown, shown_in_time = Event(), []

    def write_in_two_parts(request: BaseHTTPRequestHandler) -> None:
        endpoint.send(request, 200, endpoint.event(content=f"{RIBBON} Mayor Ines Dahl "), "text/event-stream")
        request.wfile.flush()
        shown_in_time.append(was_shown.wait(PATIENCE_S))
        request.wfile.write(f"{endpoint.event(content=f'cut no ribbon. {COST}')}data: [DONE]\n\n".encode())

    def show(text: str) -> None:
        shown.append(text)
        was_shown.set()

    endpoint.respond = write_in_two_parts
    answer = ask(make_model(endpoint.url), show)
    assert shown_in_time == [True]
    assert shown == [s.text for s in answer.sentences] == [RIBBON, COST]
    assert answer.dropped[0].endswith("Mayor Ines Dahl cut no ribbon.")


def test_a_stream_that_breaks_keeps_what_was_shown_and_asks_no_one_again(endpoint, make_model, ask):
    def hang_up(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Content-Length", "100000")
        request.end_headers()
        request.wfile.write(endpoint.event(content=f"{RIBBON} The harbour bridge ").encode())

    endpoint.respond = [hang_up, endpoint.stream(COST)]
    shown: list[str] = []
    answer = ask(FirstToAnswer([make_model(endpoint.url), make_model(endpoint.url, name="other")]), shown.append)
    assert (answer.outcome, answer.model) == (Outcome.ANSWERED, "small-model")
    assert shown == [s.text for s in answer.sentences] == [RIBBON]
    assert "broke off (small-model could not be reached" in answer.notice
    assert len(endpoint.requests) == 1


def test_a_model_that_is_tried_again_is_shown_once(endpoint, make_model, ask):
    endpoint.respond = [endpoint.fail(503), endpoint.stream(RIBBON, " ", COST)]
    shown: list[str] = []
    answer = ask(make_model(endpoint.url), shown.append)
    assert shown == [s.text for s in answer.sentences] == [RIBBON, COST]
    assert len(endpoint.requests) == 2


def test_what_fails_in_showing_is_not_taken_for_a_failure_of_the_model(endpoint, make_model, ask):
    def fail(text: str) -> None:
        raise ValueError("no room")

    endpoint.respond = endpoint.stream(RIBBON, " ", COST)
    with pytest.raises(ValueError, match="no room"):
        ask(make_model(endpoint.url), fail)

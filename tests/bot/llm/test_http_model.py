"""Models behind a real socket: what they stream, how they fail, and when they are tried again."""

from __future__ import annotations

import logging
import socket
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import pytest

from bot.llm import ModelFailed
from bot.llm.breaker import Breaker

KEY = "sk-secret-key-4711"
PROMPT = "Who opened it?"
SHORT_S = 0.3


def fail(model) -> ModelFailed:
    """The error of a model that fails, in which neither key nor prompt must occur."""
    with pytest.raises(ModelFailed) as error:
        model.complete(PROMPT)
    told = "".join(traceback.format_exception(error.value))
    assert KEY not in told
    assert PROMPT not in told
    return error.value


def test_the_text_of_a_stream_is_put_together(endpoint, make_model):
    endpoint.respond = endpoint.stream("The bridge ", "opened ", "[1].")
    assert make_model(endpoint.url).complete(PROMPT) == "The bridge opened [1]."


def test_each_piece_is_handed_on_as_it_is_written(endpoint, make_model):
    endpoint.respond = endpoint.stream("The bridge ", "opened ", "[1].")
    pieces: list[str] = []
    make_model(endpoint.url).complete(PROMPT, pieces.append)
    assert pieces == ["The bridge ", "opened ", "[1]."]


def test_the_endpoint_gets_model_prompt_limit_and_key(endpoint, make_model):
    endpoint.respond = endpoint.stream("Yes.")
    make_model(endpoint.url).complete(PROMPT)
    request = endpoint.requests[0]
    assert request["path"] == "/v1/chat/completions"
    assert (request["model"], request["max_tokens"], request["stream"]) == ("small-model", 77, True)
    assert request["messages"] == [{"role": "user", "content": PROMPT}]
    assert request["headers"]["Authorization"] == f"Bearer {KEY}"


def test_an_endpoint_on_this_machine_is_asked_past_the_proxy(endpoint, make_model, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    endpoint.respond = endpoint.stream("Yes.")
    assert make_model(endpoint.url).complete(PROMPT) == "Yes."


# Failures


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refusal_is_named_by_its_status_and_not_tried_again(endpoint, make_model, sleeper, status):
    endpoint.respond = endpoint.fail(status, f'{{"error": {{"message": "bad key {KEY} for {PROMPT}"}}}}')
    assert str(fail(make_model(endpoint.url))) == f"small-model answered with HTTP status {status}"
    assert len(endpoint.requests) == 1


def test_a_refused_connection_is_said_to_be_one_that_cannot_be_reached(make_model):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = fail(make_model(f"http://127.0.0.1:{taken.getsockname()[1]}/v1"))
    assert "small-model could not be reached" in str(error)


@pytest.mark.parametrize("url", ["nonsense", "http://", "ftp://127.0.0.1/v1", "http://[oops/v1", "http://a b/v1"])
def test_an_address_that_is_none_is_said_to_be_one_that_cannot_be_reached(make_model, url):
    assert "could not be reached" in str(fail(make_model(url)))


@pytest.mark.parametrize("provider", ["endpoint", "anthropic"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("data: {nonsense\n\n", "text/event-stream"),
        ('data: {"choices": 7}\n\n', "text/event-stream"),
        ('data: {"error": {"message": "overloaded"}}\n\n', "text/event-stream"),
        ("data: [1, 2]\n\n", "text/event-stream"),
        ("<html>Welcome to the router</html>", "text/html"),
        ('{"choices": []}', "application/json"),
        ("", "text/event-stream"),
        ("\xff\x00" * 1000, "application/octet-stream"),
    ],
)
def test_a_body_that_is_no_stream_of_text_is_a_failure(endpoint, make_model, provider, body, kind):
    endpoint.respond = lambda request: endpoint.send(request, 200, body, kind)
    assert str(fail(make_model(endpoint.url, provider=provider))).startswith("small-model ")


def test_an_endpoint_that_hangs_up_in_the_middle_is_a_failure_that_is_not_tried_again(endpoint, make_model):
    def hang_up(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Content-Length", "100000")
        request.end_headers()
        request.wfile.write(endpoint.event(content="The bridge ").encode())

    endpoint.respond = hang_up
    assert "could not be reached" in str(fail(make_model(endpoint.url)))
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}…"])
@pytest.mark.parametrize("provider", ["endpoint", "openai", "anthropic"])
def test_a_key_that_no_header_can_hold_is_not_in_the_error(endpoint, make_model, provider, key):
    endpoint.respond = endpoint.stream("Yes.")
    fail(make_model(endpoint.url, provider=provider, key=key))


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_provider_that_needs_a_key_is_not_asked_without_one(endpoint, make_model, provider):
    model = make_model(endpoint.url, provider=provider, key="")
    assert str(fail(model)) == f"small-model needs a key; set {provider.upper()}_API_KEY"
    assert endpoint.requests == []


def test_keys_of_the_environment_are_not_sent_to_another_endpoint(endpoint, make_model, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    endpoint.respond = endpoint.stream("Yes.")
    make_model(endpoint.url, key="").complete(PROMPT)
    assert KEY not in str(endpoint.requests)


@pytest.mark.parametrize("provider", ["endpoint", "openai", "anthropic"])
def test_neither_key_nor_password_nor_prompt_is_logged(endpoint, make_model, caplog, provider):
    caplog.set_level(logging.DEBUG)
    endpoint.respond = [endpoint.fail(503, f"{KEY} {PROMPT}"), endpoint.fail(401, f"{KEY} {PROMPT}")]
    model = make_model(endpoint.url.replace("//", "//user:pa55word@"), provider=provider)
    fail(model)
    assert len(endpoint.requests) == 2
    told = f"{caplog.text} {model!r}"
    assert not [secret for secret in (KEY, "pa55word", PROMPT) if secret in told]


# Time limits


def test_an_endpoint_that_never_answers_is_given_up_after_the_time_limit(endpoint, make_model):
    endpoint.respond = lambda request: endpoint.released.wait() and None
    assert str(fail(make_model(endpoint.url, SHORT_S))) == "small-model took longer than 0.3 seconds"
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("provider", ["endpoint", "anthropic"])
def test_an_endpoint_that_stops_in_the_middle_is_given_up_after_the_time_limit(endpoint, make_model, provider):
    def stop(request: BaseHTTPRequestHandler) -> None:
        endpoint.send(request, 200, endpoint.event(content="The bridge "), "text/event-stream")
        request.wfile.flush()
        endpoint.released.wait()

    if provider == "anthropic":
        endpoint.event = lambda **_: 'data: {"type": "ping"}\n\n'
    endpoint.respond = stop
    assert "took longer" in str(fail(make_model(endpoint.url, SHORT_S, provider)))


@pytest.mark.parametrize("part", [": still thinking\n\n", "event", "data: "])
def test_an_endpoint_that_keeps_sending_is_given_up_after_the_time_limit(endpoint, make_model, part):
    part = endpoint.event(content="and ") if part == "event" else part

    def drip(request: BaseHTTPRequestHandler) -> None:
        endpoint.send(request, 200, "", "text/event-stream")
        try:
            while not endpoint.released.wait(0.02):
                request.wfile.write(part.encode())
        except OSError:
            endpoint.released.set()

    endpoint.respond = drip
    assert "took longer" in str(fail(make_model(endpoint.url, SHORT_S)))
    assert len(endpoint.requests) == 1
    assert endpoint.released.wait(10), "the connection is still open"


# Tries


@pytest.mark.parametrize("provider", ["endpoint", "openai", "anthropic"])
@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_a_busy_endpoint_is_asked_again_after_a_while(endpoint, make_model, sleeper, provider, status):
    answer = endpoint.stream_messages("Yes.") if provider == "anthropic" else endpoint.stream("Yes.")
    endpoint.respond = [endpoint.fail(status), endpoint.fail(status), answer]
    assert make_model(endpoint.url, provider=provider).complete(PROMPT) == "Yes."
    first, second = sleeper.slept
    assert 0.5 <= first <= 1.0
    assert 1.0 <= second <= 1.5


def test_an_endpoint_that_stays_busy_is_asked_three_times(endpoint, make_model):
    endpoint.respond = endpoint.fail(503)
    assert str(fail(make_model(endpoint.url))) == "small-model answered with HTTP status 503"
    assert len(endpoint.requests) == 3


def test_waits_differ_so_that_not_all_come_back_at_once(endpoint, make_model, sleeper):
    endpoint.respond = endpoint.fail(503)
    for _ in range(5):
        fail(make_model(endpoint.url))
    assert len(set(sleeper.slept)) == 10


@pytest.mark.parametrize("provider", ["endpoint", "anthropic"])
def test_the_seconds_that_a_busy_endpoint_asks_for_are_waited(endpoint, make_model, sleeper, provider):
    endpoint.respond = endpoint.fail(429, Retry_After="7")
    fail(make_model(endpoint.url, provider=provider))
    assert sleeper.slept == [7.0, 7.0]


def test_the_moment_that_a_busy_endpoint_names_is_waited_for(endpoint, make_model, sleeper):
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=1000), usegmt=True)
    endpoint.respond = [endpoint.fail(503, Retry_After=moment), endpoint.stream("Yes.")]
    make_model(endpoint.url, 5000.0).complete(PROMPT)
    assert 500 < sleeper.slept[0] <= 1000


@pytest.mark.parametrize("moment", ["Wed, 21 Oct 2015 07:28:00 GMT", "0"])
def test_a_moment_that_has_passed_is_not_waited_for(endpoint, make_model, sleeper, moment):
    endpoint.respond = [endpoint.fail(503, Retry_After=moment), endpoint.stream("Yes.")]
    make_model(endpoint.url).complete(PROMPT)
    assert sleeper.slept == [0.0]


@pytest.mark.parametrize("value", ["soon", "-5", "³", "99 bottles", "1e3"])
def test_a_wait_that_cannot_be_read_is_chosen_as_if_none_was_asked_for(endpoint, make_model, sleeper, value):
    endpoint.respond = [
        lambda request: endpoint.send(request, 503, Retry_After=value.encode().decode("latin-1")),
        endpoint.stream("Yes."),
    ]
    make_model(endpoint.url).complete(PROMPT)
    assert 0.5 <= sleeper.slept[0] <= 1.0


def test_a_wait_longer_than_the_time_left_is_not_begun(endpoint, make_model, sleeper):
    endpoint.respond = endpoint.fail(429, Retry_After="61")
    assert str(fail(make_model(endpoint.url))) == "small-model answered with HTTP status 429"
    assert (len(endpoint.requests), sleeper.slept) == (1, [])


def test_a_connection_that_is_refused_is_tried_again(make_model, sleeper):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        fail(make_model(f"http://127.0.0.1:{taken.getsockname()[1]}/v1"))
    assert len(sleeper.slept) == 2


# The breaker


def test_an_endpoint_that_is_dead_is_left_alone_and_tried_after_a_while(endpoint, make_model):
    now = 0.0
    breaker = Breaker(max_failures=2, rest_s=60.0, clock=lambda: now)
    model = make_model(endpoint.url, breaker=breaker)
    endpoint.respond = endpoint.fail(401)
    fail(model), fail(model)
    assert "left alone" in str(fail(model))
    assert len(endpoint.requests) == 2
    now = 60.0
    endpoint.respond = endpoint.stream("Yes.")
    assert [model.complete(PROMPT), model.complete(PROMPT)] == ["Yes.", "Yes."]


def test_a_missing_key_is_named_however_often_it_is_missed(endpoint, make_model):
    model = make_model(endpoint.url, provider="openai", key="", breaker=Breaker(max_failures=1))
    assert str(fail(model)) == str(fail(model)) == "small-model needs a key; set OPENAI_API_KEY"


# The window


def test_the_window_is_what_the_settings_say_or_else_what_llama_index_knows(endpoint, make_model):
    openai = make_model(endpoint.url, provider="openai", name="gpt-4o")
    assert openai.context_tokens == 128_000
    assert make_model(endpoint.url, provider="openai", name="gpt-4o", context_tokens=5000).context_tokens == 5000
    assert make_model(endpoint.url, provider="anthropic").context_tokens == 200_000


@pytest.mark.parametrize(("provider", "key"), [("endpoint", KEY), ("openai", KEY), ("openai", "")])
def test_the_window_of_an_unknown_model_is_a_small_one(endpoint, make_model, provider, key):
    assert make_model(endpoint.url, provider=provider, key=key).context_tokens == 3900

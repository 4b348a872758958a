"""Anthropic's protocol over a real socket."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from bot.llm import ModelFailed
from bot.llm.anthropic import AnthropicMessages

KEY = "sk-secret-key-4711"


def test_a_request_holds_model_limit_message_key_and_version(endpoint, make_model):
    endpoint.respond = endpoint.stream_messages("Yes.")
    make_model(endpoint.url, provider="anthropic").complete("Who?")
    request = endpoint.requests[0]
    assert request["path"] == "/v1/messages"
    assert (request["model"], request["max_tokens"], request["stream"]) == ("small-model", 77, True)
    assert request["messages"] == [{"role": "user", "content": "Who?"}]
    headers = {name.lower(): value for name, value in request["headers"].items()}
    assert (headers["x-api-key"], headers["anthropic-version"]) == (KEY, "2023-06-01")


def test_the_pieces_are_the_text_alone_in_any_script(endpoint, make_model):
    endpoint.respond = endpoint.stream_messages("Die Brücke ", "开放\u2028", "[1].")
    pieces: list[str] = []
    make_model(endpoint.url, provider="anthropic").complete("Who?", pieces.append)
    assert pieces == ["Die Brücke ", "开放\u2028", "[1]."]


def test_an_endpoint_that_is_overloaded_before_any_text_is_asked_again(endpoint, make_model):
    endpoint.respond = [endpoint.stream_messages(error="overloaded_error"), endpoint.stream_messages("Yes.")]
    assert make_model(endpoint.url, provider="anthropic").complete("Who?") == "Yes."


def test_an_error_after_some_text_is_a_failure_that_is_not_tried_again(endpoint, make_model):
    endpoint.respond = endpoint.stream_messages("The bridge ", error="overloaded_error")
    pieces: list[str] = []
    with pytest.raises(ModelFailed, match="RemoteProtocolError"):
        make_model(endpoint.url, provider="anthropic").complete("Who?", pieces.append)
    assert (pieces, len(endpoint.requests)) == (["The bridge "], 1)


def test_the_key_goes_along_no_redirect(endpoint, make_model):
    endpoint.respond = endpoint.fail(307, Location=f"{endpoint.origin}/elsewhere")
    with pytest.raises(ModelFailed, match="307"):
        make_model(endpoint.url, provider="anthropic").complete("Who?")
    assert [request["path"] for request in endpoint.requests] == ["/v1/messages"]


@pytest.fixture
def llm(endpoint):
    endpoint.respond = endpoint.stream_messages("The bridge ", "opened.")
    with httpx.Client() as client:
        yield AnthropicMessages(client, model="m", base_url=endpoint.url, api_key=SecretStr(KEY), max_tokens=9)


def test_it_is_a_whole_llm_of_llama_index(llm):
    assert llm.complete("Who?").text == "The bridge opened."
    assert [r.delta for r in llm.stream_complete("Who?")] == ["The bridge ", "opened."]
    assert [r.text for r in llm.stream_complete("Who?")] == ["The bridge ", "The bridge opened."]


def test_its_representation_has_no_key(llm):
    assert KEY not in f"{llm!r} {llm} {llm.to_dict()} {llm.model_dump_json()}"

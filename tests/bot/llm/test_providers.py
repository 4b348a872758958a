"""From the settings to models, each asked as its provider wants it."""

from __future__ import annotations

import pytest

from bot.llm import ModelFailed
from bot.llm.providers import find_gguf, make_model
from bot.settings import Settings


def make(tmp_path, llm: str, **more):
    return make_model(Settings(home=tmp_path, llm=llm, **more))


@pytest.mark.parametrize("llm", ["none", ""])
def test_without_a_model_there_is_none(tmp_path, llm):
    assert make(tmp_path, llm) is None


def test_the_models_of_the_settings_are_asked_in_their_order(tmp_path, endpoint):
    endpoint.respond = [endpoint.fail(400), endpoint.stream("Yes.")]
    model = make(tmp_path, f"{endpoint.url}#big, {endpoint.url}", llm_model="small", llm_api_key="k")
    assert model.complete("Who?", lambda _: None) == "Yes."
    assert [request["model"] for request in endpoint.requests] == ["big", "small"]
    assert model.name == "small"


@pytest.mark.parametrize(
    ("name", "told", "not_told"),
    [
        ("gpt-4o", {"max_tokens": 77, "temperature": 0.0}, "max_completion_tokens"),
        ("o3-mini", {"max_completion_tokens": 77, "temperature": 1.0}, "max_tokens"),
        ("newer-than-the-list", {"max_completion_tokens": 77, "temperature": 1.0}, "max_tokens"),
    ],
)
def test_models_of_openai_are_told_the_limit_as_they_want_it(endpoint, make_model, name, told, not_told):
    endpoint.respond = endpoint.stream("Yes.")
    make_model(endpoint.url, provider="openai", name=name).complete("Who?")
    request = endpoint.requests[0]
    assert request["model"] == name
    assert {field: request.get(field) for field in told} == told
    assert not_told not in request


def test_ollama_gets_no_key_of_another_provider(endpoint, make_model):
    endpoint.respond = endpoint.stream("Yes.")
    assert make_model(endpoint.url, provider="ollama", name="qwen2.5:1.5b").complete("Who?") == "Yes."
    request = endpoint.requests[0]
    assert (request["path"], request["model"]) == ("/v1/chat/completions", "qwen2.5:1.5b")
    assert request["headers"]["Authorization"] == "Bearer none"


def test_the_file_of_a_local_model_is_the_one_named_or_that_of_the_catalogue_in_the_home_folder(tmp_path):
    choices = Settings(llm="/models/small.gguf,local").models
    paths = [str(find_gguf(choice, tmp_path)) for choice in choices]
    assert paths == ["/models/small.gguf", f"{tmp_path}/models/qwen2.5-1.5b-instruct-q4_k_m.gguf"]


def test_a_local_model_that_was_not_fetched_fails_with_the_command_that_does(tmp_path):
    with pytest.raises(ModelFailed, match="newsdesk model get"):
        make(tmp_path, "local").complete("Who?", lambda _: None)


def test_a_local_model_has_a_window_of_4096_tokens_unless_set(tmp_path):
    assert make(tmp_path, "local").context_tokens == 4096
    assert make(tmp_path, "local", llm_context_tokens=2048).context_tokens == 2048

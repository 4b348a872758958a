"""Options of servers and channels."""

from __future__ import annotations

import sqlite3

import pytest

from bot.ledger.config import Replies, ServerConfig
from bot.ledger.errors import BadRequest
from bot.ledger.usage import Amount

SERVER, CHANNEL = 10, 11


@pytest.fixture
def config(ledger):
    return ledger.config


def test_without_options_it_answers_mentions_alone_and_everywhere(config):
    found = config.get(SERVER, CHANNEL)
    assert found == ServerConfig()
    assert (found.replies, found.reader_per_minute, found.server_per_minute) == (Replies.MENTIONS, 5, 60)
    assert found.allows([CHANNEL], [])


def test_an_option_holds_for_its_server_alone_and_across_restarts(config, open_again):
    config.set(SERVER, "model", False)
    assert not open_again().config.get(SERVER).model
    assert open_again().config.get(SERVER + 1).model


def test_what_a_channel_has_of_its_own_goes_before_what_its_server_has(config):
    config.set(SERVER, "language", "en", CHANNEL)
    config.set(SERVER, "language", "de")
    config.set(SERVER, "model", False)
    found = config.get(SERVER, CHANNEL)
    assert (found.language, found.model) == ("en", False)
    assert (config.get(SERVER).language, config.get(SERVER, CHANNEL + 1).language) == ("de", "de")


def test_setting_tells_what_then_holds(config):
    config.set(SERVER, "model", False)
    assert config.set(SERVER, "language", "zh-Hant", CHANNEL) == ServerConfig(model=False, language="zh-Hant")


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("channels", "<#123>, 456", (123, 456)),
        ("channels", "<#123><#456> 789", (123, 456, 789)),
        ("roles", "<@&123>", (123,)),
        ("roles", [123, 456], (123, 456)),
        ("sources", "Velmora Post, Star ,", ("Velmora Post", "Star")),
        ("sources", "", ()),
        ("model", "off", False),
        ("replies", "forums", Replies.FORUMS),
        ("reader_per_minute", "7", 7),
        ("language", "", ""),
    ],
)
def test_an_option_is_read_as_people_type_it(config, name, typed, meant):
    config.set(SERVER, name, typed)
    assert getattr(config.get(SERVER), name) == meant


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("channels", "general"),
        ("channels", "-1"),
        ("roles", str(2**63)),
        ("roles", list(range(1, 27))),
        ("replies", "always"),
        ("language", "English, please"),
        ("sources", "x" * 101),
        ("model", "perhaps"),
        ("max_question_chars", 1_000_000),
        ("reader_per_minute", 0),
        ("server_per_minute", "many"),
        ("daily_tokens", -1),
        ("daily_questions", None),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_its_option_and_changes_nothing(config, name, value):
    with pytest.raises(BadRequest, match=f"^{name} cannot be that: [a-z].*reset it"):
        config.set(SERVER, name, value)
    assert config.get(SERVER) == ServerConfig()


def test_a_refusal_tells_what_would_do(config):
    with pytest.raises(BadRequest, match="'mentions', 'threads' or 'forums'"):
        config.set(SERVER, "replies", "always")


def test_an_unknown_option_is_refused_with_those_that_there_are(config):
    with pytest.raises(BadRequest, match=r"no option 'colour'. There are channels, roles, replies"):
        config.set(SERVER, "colour", "red")


@pytest.mark.parametrize("name", ["channels", "server_per_minute", "daily_questions", "daily_tokens"])
def test_what_holds_for_the_whole_server_is_not_set_for_a_channel(config, name):
    with pytest.raises(BadRequest, match=f"{name} holds for the whole server"):
        config.set(SERVER, name, 20, CHANNEL)


def test_an_option_that_is_reset_falls_back_to_the_server_then_to_the_default(config):
    config.set(SERVER, "language", "de")
    config.set(SERVER, "language", "en", CHANNEL)
    assert config.reset(SERVER, "language", CHANNEL)
    assert config.get(SERVER, CHANNEL).language == "de"
    assert config.reset(SERVER, "language")
    assert config.get(SERVER, CHANNEL).language == ""
    assert not config.reset(SERVER, "language")


def test_an_option_of_another_version_is_refused_not_ignored_and_can_be_reset(config, home):
    with sqlite3.connect(home / "ledger.db") as db:
        db.execute("INSERT INTO options VALUES (?, 0, 'colour', '\"red\"')", (SERVER,))
    with pytest.raises(BadRequest, match=r"^colour cannot be that.*reset it"):
        config.get(SERVER)
    assert config.reset(SERVER, "colour")
    assert config.get(SERVER) == ServerConfig()


def test_what_was_set_is_listed_by_where_it_was_set(config):
    config.set(SERVER, "model", False)
    config.set(SERVER, "language", "en", CHANNEL)
    config.set(SERVER + 1, "language", "de")
    assert config.own(SERVER) == {None: {"model": False}, CHANNEL: {"language": "en"}}


def test_every_option_is_described():
    assert all(field.description for field in ServerConfig.model_fields.values())


@pytest.mark.parametrize(
    ("places", "roles", "allowed"),
    [([1], [7], True), ([5, 2], [8, 9], True), ([3], [7], False), ([1], [], False), ([], [7], False)],
)
def test_only_members_with_a_role_may_ask_and_only_in_the_channels(places, roles, allowed):
    assert ServerConfig(channels=(1, 2), roles=(7, 8)).allows(places, roles) == allowed


def test_the_cap_of_a_server_is_made_of_its_options(config):
    config.set(SERVER, "daily_questions", 9)
    assert config.set(SERVER, "daily_tokens", 8).daily_cap == Amount(questions=9, tokens=8)

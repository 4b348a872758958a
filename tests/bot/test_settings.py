"""Where settings come from, and what is said of those that are wrong."""

from __future__ import annotations

import traceback
from datetime import datetime
from pathlib import Path

import pytest

from bot.settings import BadSettings, Settings, load_settings

SECRET = "sk-very-secret-9137"


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "settings-home"
    folder.mkdir()
    monkeypatch.setenv("NEWSDESK_HOME", str(folder))
    return folder


def write_toml(home: Path, text: str) -> None:
    (home / "newsdesk.toml").write_text(text, encoding="utf-8")


def whole_error(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def test_without_any_setting_the_packaged_encoder_answers_in_quotes_alone(home):
    settings = load_settings()
    assert (settings.encoder, settings.llm, settings.timezone) == ("all-MiniLM-L6-v2", "none", "UTC")
    assert (settings.reranker, settings.nli) == ("", "")


def test_a_variable_sets_its_setting(home, monkeypatch):
    monkeypatch.setenv("NEWSDESK_LLM_TIMEOUT_S", "2.5")
    assert load_settings().llm_timeout_s == 2.5


def test_the_home_folder_is_the_users_data_folder_unless_set(monkeypatch, tmp_path):
    monkeypatch.delenv("NEWSDESK_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert load_settings().home.name == "newsdesk"


def test_the_file_in_the_home_folder_sets_settings(home):
    write_toml(home, 'llm = "http://127.0.0.1:8080/v1"\nllm_max_tokens = 99\n')
    settings = load_settings()
    assert (settings.llm, settings.llm_max_tokens) == ("http://127.0.0.1:8080/v1", 99)


def test_a_variable_wins_over_the_file(home, monkeypatch):
    write_toml(home, 'llm_model = "from file"\nencoder_threads = 1\n')
    monkeypatch.setenv("NEWSDESK_LLM_MODEL", "from environment")
    settings = load_settings()
    assert (settings.llm_model, settings.encoder_threads) == ("from environment", 1)


def test_an_argument_wins_over_variable_and_file(home, monkeypatch):
    write_toml(home, 'llm = "http://file"\n')
    monkeypatch.setenv("NEWSDESK_LLM", "http://environment")
    assert load_settings(llm="http://argument").llm == "http://argument"


def test_an_argument_that_is_empty_switches_a_setting_of_the_file_off(home):
    write_toml(home, 'llm = "http://file"\n')
    assert load_settings(llm="").models == ()


def test_an_empty_variable_counts_as_not_set(home, monkeypatch):
    write_toml(home, 'llm_model = "from file"\n')
    monkeypatch.setenv("NEWSDESK_LLM_MODEL", "")
    assert load_settings().llm_model == "from file"


def test_an_unknown_variable_is_refused_with_its_name_and_those_known(home, monkeypatch):
    monkeypatch.setenv("NEWSDESK_ENCODR", "x")
    with pytest.raises(BadSettings, match=r"NEWSDESK_ENCODR is no setting.*NEWSDESK_ENCODER\b"):
        load_settings()


@pytest.mark.parametrize("key", ["encodr", "NEWSDESK_LLM", "_env_file"])
def test_an_unknown_key_of_the_file_is_refused_with_file_and_name(home, key):
    write_toml(home, f'{key} = "x"\n')
    with pytest.raises(BadSettings) as error:
        load_settings()
    assert f"newsdesk.toml: {key} is no setting" in str(error.value)


@pytest.mark.parametrize("content", [b"llm = ", b"\xff\xfe", b"llm = 1\nllm = 2"])
def test_a_file_that_is_no_toml_is_refused_by_its_path(home, content):
    (home / "newsdesk.toml").write_bytes(content)
    with pytest.raises(BadSettings, match=r"newsdesk\.toml"):
        load_settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("NEWSDESK_LLM_TIMEOUT_S", "soon"),
        ("NEWSDESK_LLM_TIMEOUT_S", "0"),
        ("NEWSDESK_LLM_MAX_TOKENS", "3"),
        ("NEWSDESK_ENCODER_THREADS", "-1"),
        ("NEWSDESK_LLM_CONTEXT_TOKENS", "-1"),
        ("NEWSDESK_LLM", "ftp://127.0.0.1"),
        ("NEWSDESK_LLM", "local/unheard-of"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_the_setting(home, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSettings, match=variable.removeprefix("NEWSDESK_").lower()):
        load_settings()


@pytest.mark.parametrize("zone", ["Mars/Phobos", "Europe", "../UTC", "/etc/localtime", "x" * 300])
def test_a_zone_that_does_not_exist_is_refused_with_an_example(home, monkeypatch, zone):
    monkeypatch.setenv("NEWSDESK_TIMEZONE", zone)
    with pytest.raises(BadSettings, match=r"timezone.*Europe/Berlin"):
        load_settings()


def test_the_zone_of_the_settings_is_that_of_their_name(home, monkeypatch):
    monkeypatch.setenv("NEWSDESK_TIMEZONE", "Asia/Tokyo")
    offset = load_settings().zone.utcoffset(datetime(2025, 4, 17))
    assert offset is not None
    assert offset.total_seconds() == 9 * 3600


@pytest.mark.parametrize("variable", ["DISCORD_TOKEN", "NEWSDESK_DISCORD_TOKEN"])
def test_the_token_of_the_bot_is_read_under_either_name(home, monkeypatch, variable):
    monkeypatch.setenv(variable, SECRET)
    assert load_settings().discord_token.get_secret_value() == SECRET


def test_the_models_are_those_of_the_list_in_its_order(home, monkeypatch):
    monkeypatch.setenv("NEWSDESK_LLM", "http://127.0.0.1:8080/v1,ollama/small")
    monkeypatch.setenv("NEWSDESK_LLM_MODEL", "big")
    assert [choice.name for choice in load_settings().models] == ["big", "small"]


def test_a_password_in_the_address_of_a_bad_model_is_not_in_the_error(home, monkeypatch):
    monkeypatch.setenv("NEWSDESK_LLM", f"ftp://user:{SECRET}@127.0.0.1")
    with pytest.raises(BadSettings) as error:
        load_settings()
    assert SECRET not in whole_error(error.value)


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"])
@pytest.mark.parametrize("prefix", ["", "NEWSDESK_"])
def test_the_key_of_a_provider_is_read_under_either_name(home, monkeypatch, name, prefix):
    monkeypatch.setenv(prefix + name, SECRET)
    settings = load_settings()
    assert getattr(settings, name.lower()).get_secret_value() == SECRET
    assert SECRET not in f"{settings!r} {settings.model_dump_json()}"


def test_secrets_are_in_no_representation_of_the_settings(home, monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", SECRET)
    monkeypatch.setenv("NEWSDESK_LLM_API_KEY", SECRET)
    settings = load_settings()
    shown = f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    assert SECRET not in shown
    assert settings.llm_api_key.get_secret_value() == SECRET


def test_a_secret_beside_a_bad_value_is_not_in_the_error(home, monkeypatch):
    monkeypatch.setenv("NEWSDESK_LLM_API_KEY", SECRET)
    monkeypatch.setenv("NEWSDESK_LLM_TIMEOUT_S", "soon")
    with pytest.raises(BadSettings) as error:
        load_settings()
    assert SECRET not in whole_error(error.value)


def test_a_secret_of_a_wrong_type_in_the_file_is_not_in_the_error(home):
    write_toml(home, f'llm_api_key = ["{SECRET}"]\n')
    with pytest.raises(BadSettings, match="llm_api_key") as error:
        load_settings()
    assert SECRET not in whole_error(error.value)


def test_settings_cannot_be_changed_once_read(home):
    settings = Settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.llm = "http://elsewhere"

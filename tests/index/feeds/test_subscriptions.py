"""`corpus.toml`: read, and edited without touching what people wrote into it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.feeds.subscriptions import (
    BadSubscriptions,
    Kind,
    add_source,
    load_subscriptions,
    make_source,
    remove_source,
)

MINE = """\
# My sources
delay_s = 2.5  # be kind

[[source]]
url = "https://a.example/feed"
name = "A"
# keep_days = 3

# The second one
[[source]]  # from Ina
url = "https://b.example/feed"
name = "B"
max_articles = 10
"""


def source(url: str = "https://c.example/feed", name: str = "C", **options: object):
    return make_source(url=url, name=name, **options)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.toml"
    path.write_text(MINE, encoding="utf-8")
    return path


def test_without_a_file_nothing_is_collected_and_articles_go_into_the_home_folder(tmp_path):
    subscriptions = load_subscriptions(tmp_path)
    assert (subscriptions.source, subscriptions.articles) == ((), tmp_path / "articles")


def test_a_folder_of_articles_is_relative_to_the_file(tmp_path):
    (tmp_path / "corpus.toml").write_text('articles = "../news"')
    assert load_subscriptions(tmp_path).articles == tmp_path / "../news"


def test_a_source_is_added_below_what_people_wrote(tmp_path, file):
    add_source(tmp_path, source(kind=Kind.PAGE, keep_days=7))
    text = file.read_text(encoding="utf-8")
    assert text.startswith(MINE)
    assert [s.name for s in load_subscriptions(tmp_path).source] == ["A", "B", "C"]
    assert load_subscriptions(tmp_path).source[2].keep_days == 7


def test_a_first_source_makes_a_file_that_explains_itself(tmp_path):
    add_source(tmp_path / "new", source())
    text = (tmp_path / "new" / "corpus.toml").read_text(encoding="utf-8")
    assert text.startswith("# What `newsdesk corpus fetch` collects.")
    assert tomllib.loads(text) == {"source": [{"url": "https://c.example/feed", "name": "C"}]}


def test_a_source_is_removed_with_its_own_lines_alone(tmp_path, file):
    assert remove_source(tmp_path, "http://www.a.example/feed/").name == "A"
    text = file.read_text(encoding="utf-8")
    assert "a.example" not in text
    assert "# The second one\n[[source]]  # from Ina\n" in text
    assert text.startswith("# My sources\ndelay_s = 2.5  # be kind\n")


def test_all_sources_can_be_removed_and_others_added(tmp_path, file):
    for name in ("a", "b"):
        remove_source(tmp_path, f"https://{name}.example/feed")
    assert load_subscriptions(tmp_path).source == ()
    add_source(tmp_path, source())
    assert [s.name for s in load_subscriptions(tmp_path).source] == ["C"]


def test_a_source_cannot_be_added_twice_however_it_is_written(tmp_path, file):
    with pytest.raises(BadSubscriptions, match="is collected already"):
        add_source(tmp_path, source("http://www.b.example/feed/?utm_source=x"))


def test_removing_what_is_none_names_those_there_are(tmp_path, file):
    with pytest.raises(
        BadSubscriptions, match=r"no source; they are: https://a\.example/feed, https://b\.example/feed"
    ):
        remove_source(tmp_path, "https://c.example/feed")


def test_a_layout_that_cannot_be_edited_is_left_as_it_is(tmp_path):
    path = tmp_path / "corpus.toml"
    path.write_text('source = [{url = "https://a.example/", name = "A"}]\n')
    with pytest.raises(BadSubscriptions, match="by hand"):
        remove_source(tmp_path, "https://a.example/")
    assert load_subscriptions(tmp_path).source[0].name == "A"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("source = 3", "source"),
        ("nonsense", "corpus.toml"),
        ("colour = 'red'", "colour: Extra inputs"),
        ("[[source]]\nurl = 'ftp://a.example'\nname = 'A'", "source.1.url.*no http or https"),
        ("[[source]]\nurl = 'https://a.example'", r"source\.1\.name: Field required"),
        ("[[source]]\nurl = 'https://a.example'\nname = 'A'\nkeep_days = -1", r"source\.1\.keep_days"),
        ("[[source]]\nurl = 'https://a.example'\nname = 'A'\nkind = 'blog'", r"source\.1\.kind"),
        ("[[source]]\nurl = 'https://a.example'\nname = 'A'\nkind = 'auto'", "finds out which"),
        ("[[source]]\nurl = 'https://a.example'\nname = \"A\\nB\"", "control characters"),
        ("[[source]]\nurl = 'https://a.example'\nname = 'A'\n" * 2, "stands there twice"),
        ("articles = 3", "articles"),
    ],
)
def test_a_bad_file_is_refused_and_named(tmp_path, text, reason):
    (tmp_path / "corpus.toml").write_text(text)
    with pytest.raises(BadSubscriptions, match=reason):
        load_subscriptions(tmp_path)


@given(st.text(min_size=1, max_size=40), st.text(max_size=20))
def test_any_name_and_address_that_is_taken_comes_back(tmp_path_factory, name, path):
    home = tmp_path_factory.mktemp("home")
    try:
        added = source(f"https://a.example/{path}", name)
    except BadSubscriptions:
        return
    add_source(home, added)
    add_source(home, source())
    assert load_subscriptions(home).source[0] == added
    assert remove_source(home, added.url) == added

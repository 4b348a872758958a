"""`newsdesk corpus`, from a home page to a cited answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from index.errors import NewsdeskError
from tests.web_site import Item, WebSite, rss_feed

TEXT = (
    "The harbour bridge in Port Amsel opened on Monday after three years of work on both banks.",
    "The bridge cost 41 million crowns, two million more than planned, said the contractor Ravn.",
    "Cyclists may use the bridge from six in the morning, while lorries have to wait until June.",
)


def write_page(title: str, *paragraphs: str) -> str:
    body = "".join(f"<p>{p}</p>" for p in paragraphs)
    head = f"<head><title>{title}</title></head>"
    return f"<html lang='en'>{head}<body><article><h1>{title}</h1>{body}</article></body></html>"


@pytest.fixture
def site() -> Iterator[WebSite]:
    with WebSite() as running:
        feed = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        running.add("/", f"<html><head>{feed}</head><body>Home</body></html>")
        running.add("/feed.xml", rss_feed([Item("Bridge opens", running.url("/bridge"))]), "application/rss+xml")
        running.add("/bridge", write_page("Bridge opens", *TEXT))
        yield running


@pytest.fixture
def home(tmp_path: Path, site: WebSite) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "corpus.toml").write_text(f'open_hosts = ["{site.host}"]\ndelay_s = 0\n')
    return folder


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def fail(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    return result.exit_code, result.output


@pytest.mark.usefixtures("fake_weights", "answer_all")
def test_a_home_page_becomes_a_cited_answer(home, site):
    assert "collected as The Paper" in run("corpus", "add", site.url("/"))
    assert "The Paper: 1 new" in run("corpus", "fetch")
    run("index", "build", str(home / "articles"))
    answer = json.loads(run("ask", "What did the harbour bridge cost?", "--json"))
    assert "41 million crowns" in answer["answer"]
    assert answer["citations"][0]["url"] == site.url("/bridge")


def test_adding_tells_what_was_found_and_takes_options(home, site):
    added = json.loads(run("corpus", "add", site.url("/"), "--name", "Star", "--keep-days", "30", "--json"))
    assert (added["url"], added["name"], added["kind"]) == (site.url("/feed.xml"), "Star", "feed")
    assert (added["keep_days"], added["items"], added["newest"]) == (30, 1, "2025-04-17T12:00:00+00:00")
    assert f'url = "{site.url("/feed.xml")}"' in (home / "corpus.toml").read_text()


def test_a_bad_option_is_told_before_anything_is_fetched(home, site):
    with pytest.raises(NewsdeskError, match="keep_days"):
        run("corpus", "add", site.url("/"), "--keep-days", "-1")
    code, output = fail("corpus", "add", site.url("/"), "--kind", "blog")
    assert code == 2
    assert "feed" in output
    assert site.paths == []


def test_an_address_inside_is_not_added(home):
    with pytest.raises(NewsdeskError, match=r"10\.0\.0\.1"):
        run("corpus", "add", "http://10.0.0.1/feed")


def test_sources_are_listed_with_what_is_known_of_them(home, site):
    assert "corpus add" in run("corpus", "list")
    run("corpus", "add", site.url("/feed.xml"))
    (before,) = json.loads(run("corpus", "list", "--json"))
    assert (before["fetched"], before["next"]) == ("never", "now")
    run("corpus", "fetch")
    (after,) = json.loads(run("corpus", "list", "--json"))
    assert (after["items"], after["articles"], after["error"]) == (1, 1, "")
    assert after["fetched"] < after["next"]
    site.fail("/feed.xml", 404)
    fail("corpus", "fetch")
    assert "HTTP status 404" in json.loads(run("corpus", "list", "--json"))[0]["error"]
    assert "The Paper" in run("corpus", "list")


def test_a_fetch_reports_as_json_and_fails_only_where_nothing_came(home, site):
    run("corpus", "add", site.url("/feed.xml"))
    site.add("/other.xml", rss_feed([Item("Gone", site.url("/gone"))]), "application/rss+xml")
    run("corpus", "add", site.url("/other.xml"), "--name", "Star")
    report = json.loads(run("corpus", "fetch", "--json"))
    assert (report["new"], report["refused"]) == (1, 1)
    assert report["sources"][1]["refusals"][0]["url"] == site.url("/gone")
    code, output = fail("corpus", "fetch", site.url("/other.xml"))
    assert code == 0, output  # nothing of it is due
    site.remove("/other.xml")
    code, output = fail("corpus", "fetch", site.url("/other.xml"))
    assert code == 1
    assert "HTTP status 404" in output


def test_a_fetch_without_sources_says_what_to_do(home):
    with pytest.raises(NewsdeskError, match="corpus add URL"):
        run("corpus", "fetch")


def test_a_refusal_is_shown_with_its_reason(home, site):
    run("corpus", "add", site.url("/feed.xml"))
    site.remove("/bridge")
    code, output = fail("corpus", "fetch", "--no-color")
    assert code == 1
    assert f"refused {site.url('/bridge')}: answered with HTTP status 404" in output


def test_a_source_is_removed_with_or_without_its_articles(home, site):
    run("corpus", "add", site.url("/feed.xml"))
    run("corpus", "fetch")
    assert "0 articles were deleted" in run("corpus", "remove", site.url("/feed.xml"))
    assert len(list(home.rglob("*.md"))) == 1
    run("corpus", "add", site.url("/feed.xml"))
    assert "1 articles were deleted" in run("corpus", "remove", site.url("/feed.xml"), "--with-articles")
    assert list(home.rglob("*.md")) == []


def test_an_article_is_withdrawn_by_its_address(home, site):
    run("corpus", "add", site.url("/feed.xml"))
    run("corpus", "fetch")
    assert "withdrawn: the-paper-" in run("corpus", "remove", "--purge", site.url("/bridge"))
    assert list(home.rglob("*.md")) == []
    run("corpus", "fetch")
    assert list(home.rglob("*.md")) == []


@pytest.mark.usefixtures("fake_weights")
def test_a_withdrawn_article_is_taken_from_the_index_and_kept_out_of_it(home, site, monkeypatch):
    monkeypatch.setattr("index.purge._GRACE_S", 0)
    run("corpus", "add", site.url("/feed.xml"))
    run("corpus", "fetch")
    (path,) = home.rglob("*.md")
    text = path.read_text(encoding="utf-8")
    run("index", "build", str(home / "articles"))
    article_id = json.loads(run("search", "bridge", "--json"))[0]["article_id"]
    run("corpus", "remove", "--purge", site.url("/bridge"))
    assert fail("index", "status")[0] == 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NewsdeskError, match="1 were withdrawn"):
        run("index", "build", str(home / "articles"))
    assert f"let in again: {article_id}" in run("index", "purge", "--restore", article_id)
    assert "1 added" in run("index", "build", str(home / "articles"))


@pytest.mark.usefixtures("fake_weights")
@pytest.mark.parametrize("by", ["url", "id"])
def test_an_article_that_only_the_index_holds_is_withdrawn_and_a_purge_that_failed_done_again(
    home, site, monkeypatch, by
):
    monkeypatch.setattr("index.purge._GRACE_S", 0)
    run("corpus", "add", site.url("/feed.xml"))
    run("corpus", "fetch")
    run("index", "build", str(home / "articles"))
    run("corpus", "remove", site.url("/feed.xml"), "--with-articles")
    article_id = json.loads(run("search", "bridge", "--json"))[0]["article_id"]
    words = ("corpus", "remove", "--purge", {"url": site.url("/bridge"), "id": article_id}[by])
    with monkeypatch.context() as patch:
        patch.setattr("bot.desk.purge_articles", fail_to_purge)
        with pytest.raises(NewsdeskError, match="is building"):
            run(*words)
    assert f"withdrawn: {article_id}" in run(*words)
    assert fail("index", "status")[0] == 1


def fail_to_purge(*_: object, wait: bool, **__: object) -> None:
    assert wait
    raise NewsdeskError("another process is building")


def test_purge_is_for_articles_and_with_articles_for_sources(home, site):
    code, output = fail("corpus", "remove", site.url("/feed.xml"), "--purge", "--with-articles")
    assert code == 2
    assert "--purge" in output


@pytest.mark.usefixtures("fake_weights", "answer_all")
def test_an_answer_tells_what_an_article_said_before_it_was_changed(home, site):
    run("corpus", "add", site.url("/bridge"), "--name", "The Paper")
    for cost in (41, 43):
        site.add("/bridge", write_page("Bridge opens", TEXT[0], TEXT[1].replace("41", str(cost)), TEXT[2]))
        run("corpus", "fetch")
    run("index", "build", str(home / "articles"))
    answer = json.loads(run("ask", "What did the harbour bridge cost?", "--json"))
    assert "43 million crowns" in answer["answer"]
    n = next(c["n"] for c in answer["citations"] if "43 million" in c["quote"])
    assert f"An earlier version of [{n}] said 41 million crowns; it now says 43 million crowns." in answer["notice"]

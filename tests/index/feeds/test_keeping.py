"""What is kept, for how long, and how it is deleted: expiry, removal, withdrawal."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from filelock import FileLock

from index.feeds.archive import Archive
from index.feeds.collect import CollectBusy
from index.feeds.folder import ArticleFolder
from index.feeds.history import History
from index.feeds.journal import Journal
from index.feeds.journal_file import BadJournal
from index.feeds.records import Listed
from index.feeds.report import Outcome
from index.feeds.subscriptions import load_subscriptions
from index.feeds.withdraw import NoSuchArticle, drop_source, withdraw_article
from tests.web_site import Item, rss_feed

BIRDS = ("Herons", "Terns", "Gulls", "Storks", "Geese")


def story(bird: str) -> str:
    return "".join(
        f"<p>Volunteers counted many {bird} {place}, said the warden, who had never seen so many {bird} before.</p>"
        for place in ("on the marsh at dawn", "along the old canal", "behind the lighthouse")
    )


def list_birds(stand, *birds: str, days_ago: int = 0, path: str = "/feed.xml") -> None:
    """Each a day older than the one before it."""
    items = [
        Item(b, stand.site.url(f"/{b.lower()}"), stand.now.replace(day=18 - days_ago - n, hour=1), text=story(b))
        for n, b in enumerate(birds)
    ]
    stand.site.add(path, rss_feed(items), "application/rss+xml")


def withdraw(stand, article: str, purge=lambda _: None, **options) -> list[str]:
    return withdraw_article(stand.home, article, stand.now, purge, **options)


def lose_journal(stand) -> None:
    for file in stand.home.glob("feeds.sqlite*"):
        file.unlink()


def titles(stand) -> set[str]:
    return {a.title for a in stand.articles()}


# Expiry


def test_articles_older_than_they_are_kept_are_deleted_and_do_not_come_back(stand):
    stand.subscribe(full_text=False, keep_days=5)
    list_birds(stand, *BIRDS[:3])
    assert stand.collect().counts[Outcome.NEW] == 3
    stand.wait(days=4)
    report = stand.collect()
    assert report.expired == 2
    assert titles(stand) == {"Herons"}
    assert stand.collect().counts[Outcome.NEW] == 0
    assert titles(stand) == {"Herons"}


def test_an_article_that_is_too_old_already_is_not_fetched(stand):
    stand.subscribe(keep_days=3)
    list_birds(stand, "Herons", days_ago=10)
    stand.collect()
    assert "/herons" not in stand.site.paths
    assert stand.articles() == []


def test_only_the_newest_so_many_articles_are_fetched_and_kept(stand):
    stand.subscribe(max_articles=2)
    list_birds(stand, *BIRDS[1:])
    assert stand.collect().counts[Outcome.NEW] == 2
    assert not {"/storks", "/geese"} & set(stand.site.paths)
    list_birds(stand, *BIRDS)
    report = stand.collect()
    assert (report.counts[Outcome.NEW], report.expired) == (1, 1)
    assert titles(stand) == {"Herons", "Terns"}
    report = stand.collect()
    assert (report.counts[Outcome.NEW], report.expired) == (0, 0)


def test_a_page_that_has_expired_is_not_fetched_again(stand):
    stand.subscribe("/a", kind="page", keep_days=3)
    stand.publish("/a")
    stand.collect()
    stand.wait(days=4)
    assert stand.collect().expired == 1
    report = stand.collect()
    assert (report.counts[Outcome.NEW], report.expired) == (0, 0)


def test_rules_are_those_of_each_source(stand):
    stand.subscribe("/1.xml", full_text=False, max_articles=1)
    stand.subscribe("/2.xml", name="Star", full_text=False)
    list_birds(stand, "Herons", "Terns", path="/1.xml")
    list_birds(stand, "Gulls", "Storks", path="/2.xml")
    stand.collect_all()
    assert titles(stand) == {"Herons", "Gulls", "Storks"}


def test_expired_articles_take_their_versions_and_empty_folders_along(stand, text):
    stand.subscribe("/a", kind="page", keep_days=3)
    stand.publish("/a")
    stand.collect()
    stand.publish("/a", *text, "A boat was hit.")
    stand.collect()
    assert len(stand.versions()) == 1
    stand.site.remove("/a")
    stand.wait(days=4)
    assert stand.collect().expired == 1
    assert list(stand.folder.rglob("*")) == []


# Removal of a source


def test_articles_of_a_removed_source_stay_unless_it_is_said_otherwise(stand):
    url = stand.subscribe(full_text=False)
    list_birds(stand, "Herons")
    stand.collect()
    source, deleted = drop_source(stand.home, url, with_articles=False)
    assert (source.url, deleted) == (url, [])
    assert titles(stand) == {"Herons"}
    stand.subscribe(full_text=False)
    assert len(drop_source(stand.home, url, with_articles=True)[1]) == 1
    assert stand.articles() == []
    assert load_subscriptions(stand.home).source == ()


def test_a_source_that_is_added_again_goes_on_where_it_ended(stand):
    url = stand.subscribe(full_text=False)
    list_birds(stand, "Herons")
    stand.collect()
    drop_source(stand.home, url, with_articles=False)
    stand.subscribe(full_text=False)
    assert stand.collect().counts == {Outcome.UNCHANGED: 1}


# Withdrawal


@pytest.mark.parametrize("by", ["id", "url", "listed"])
def test_a_withdrawn_article_is_deleted_with_its_versions_and_does_not_come_back(stand, text, page, by):
    stand.subscribe()
    stand.list("/a?utm_source=rss")
    canonical = '<link rel="canonical" href="/home/of/a">'
    for words in (text, (*text, "A boat was hit.")):
        stand.site.add("/a", page("A", *words, head=canonical))
        stand.list("/a?utm_source=rss", published_at=stand.now)
        stand.wait(hours=2)
        stand.collect()
    article = stand.article()
    assert len(stand.versions()) == 1
    name = {"id": article.id, "url": article.url, "listed": stand.site.url("/a")}[by]
    assert withdraw(stand, name) == [article.id]
    assert list(stand.folder.rglob("*.md")) == []
    stand.site.add("/a", page("A", *text, "Changed.", head=canonical))
    stand.list("/a", "/home/of/a", published_at=stand.now)
    report = stand.collect()
    assert stand.articles() == []
    assert report.counts[Outcome.NEW] == 0


def test_the_text_of_a_withdrawn_article_does_not_come_back_under_another_address_of_its_outlet(stand):
    stand.subscribe()
    stand.list("/a")
    stand.publish("/a")
    stand.collect()
    withdraw(stand, stand.article().id)
    stand.list("/b")
    stand.publish("/b")
    report = stand.collect()
    assert [r.reason for r in report.refusals] == ["was withdrawn"]
    assert stand.articles() == []


def test_nothing_of_a_withdrawn_article_can_be_read_in_the_journal(stand):
    stand.subscribe(full_text=False)
    list_birds(stand, "Herons", "Terns")
    stand.collect()
    (herons,) = (a for a in stand.articles() if a.title == "Herons")
    withdraw(stand, herons.id)
    written = b"".join(f.read_bytes() for f in stand.home.glob("feeds.sqlite*")).lower()
    assert b"terns" in written
    assert b"herons" not in written
    assert herons.id.encode() not in written


def test_an_article_that_the_journal_does_not_know_is_withdrawn_too(stand):
    stand.subscribe(full_text=False)
    list_birds(stand, "Herons")
    stand.collect()
    for file in stand.home.glob("feeds.sqlite*"):
        file.unlink()
    withdraw(stand, stand.article().url)
    assert stand.articles() == []
    stand.collect()
    assert stand.articles() == []


def test_what_a_crash_left_of_an_article_is_withdrawn_with_it(stand):
    stand.subscribe(full_text=False)
    list_birds(stand, "Herons")
    stand.collect()
    (file,) = stand.folder.rglob("*.md")
    file.with_name(f".{file.name}.part").write_text("half of it")
    withdraw(stand, stand.article().id)
    assert list(stand.folder.rglob("*")) == []


def test_what_is_no_article_cannot_be_withdrawn(stand):
    with pytest.raises(NoSuchArticle, match="no article"):
        withdraw(stand, "https://paper.example/none")


# Files and journal


def test_paths_of_any_title_and_outlet_are_short_and_inside(stand, text):
    stand.subscribe("/a", kind="page", name="../..//\\ 闸 " * 8)
    stand.publish("/a", title="𐍈" * 300)
    stand.collect()
    (file,) = stand.folder.rglob("*.md")
    assert all(len(part.encode()) <= 255 for part in file.parts)
    assert stand.article().paragraphs == text


@pytest.mark.parametrize("loses_journal", [False, True])
def test_a_file_that_was_spoilt_by_hand_is_left_as_it_is_until_it_is_gone(stand, text, loses_journal):
    stand.subscribe("/a", kind="page")
    stand.publish("/a")
    stand.collect()
    (file,) = stand.folder.rglob("*.md")
    file.write_text("---\nnot closed")
    if loses_journal:
        lose_journal(stand)
    (refusal,) = stand.collect().refusals
    assert "cannot be read; mend or delete it" in refusal.reason
    assert file.read_text() == "---\nnot closed"
    file.unlink()
    assert stand.collect().counts[Outcome.NEW] == 1
    assert stand.article().paragraphs == text


def test_an_unfinished_file_is_no_article(stand):
    stand.subscribe(full_text=False)
    list_birds(stand, "Herons")
    stand.collect()
    (file,) = stand.folder.rglob("*.md")
    file.with_name(".4711.part").write_text("half")
    assert titles(stand) == {"Herons"}
    assert ArticleFolder(stand.folder).find(stand.article().id) == file.relative_to(stand.folder).as_posix()


def test_a_journal_of_a_later_version_is_refused(tmp_path):
    with Journal(tmp_path):
        pass
    db = sqlite3.connect(tmp_path / "feeds.sqlite")
    db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(BadJournal, match="later Newsdesk"):
        Journal(tmp_path)


def test_a_new_journal_is_created_once_by_those_who_open_it_at_once(tmp_path):
    at_once = Barrier(4)

    def open_journal(home: Path) -> int:
        at_once.wait()
        with Journal(home) as journal:
            journal.note_listing(Listed("https://a.example", "https://a.example"))
            return len(journal.signatures(datetime(2025, 4, 18, tzinfo=UTC))[0])

    with ThreadPoolExecutor(4) as pool:
        for n in range(10):
            assert list(pool.map(open_journal, [tmp_path / str(n)] * 4)) == [0] * 4


def test_a_journal_that_another_process_has_just_created_is_used_as_it_is(tmp_path, monkeypatch):
    create = Journal._create

    def create_second(journal: Journal) -> None:
        monkeypatch.setattr(Journal, "_create", create)
        with Journal(tmp_path) as quicker:
            quicker.note_listing(Listed("https://a.example", "https://a.example", etag="first"))
        create(journal)

    monkeypatch.setattr(Journal, "_create", create_second)
    with Journal(tmp_path) as journal:
        assert journal.listed("https://a.example", "https://a.example").etag == "first"


def test_a_journal_that_is_locked_while_another_process_turns_to_its_log_is_waited_for(tmp_path, monkeypatch):
    class Locked(sqlite3.Connection):
        n_refused = 0

        def execute(self, query: str, *values: Any) -> sqlite3.Cursor:
            if "journal_mode" in query and Locked.n_refused < 2:
                Locked.n_refused += 1
                error = sqlite3.OperationalError("database is locked")
                error.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise error
            return super().execute(query, *values)

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Locked))
    with Journal(tmp_path) as journal:
        assert Locked.n_refused == 2
        assert journal._read("PRAGMA journal_mode") == [("wal",)]


def test_a_damaged_journal_is_refused_with_a_way_out(stand):
    (stand.home / "feeds.sqlite").write_bytes(b"no database at all" * 100)
    stand.subscribe()
    assert load_subscriptions(stand.home).source
    with pytest.raises(BadJournal, match="move it aside"):
        stand.collect()


# Earlier versions


def test_earlier_versions_are_found_oldest_first(stand, text):
    stand.subscribe("/a", kind="page")
    for number in (41, 42, 43):
        stand.publish("/a", text[0], text[1].replace("41", str(number)), text[2])
        stand.collect()
    found = History(stand.home).find(stand.article().id)
    assert [version.paragraphs[1].split()[2] for version in found] == ["41", "42", "43"]
    lose_journal(stand)
    assert History(stand.home).find(stand.article().id) == found


def test_an_article_that_never_changed_or_is_unknown_has_no_earlier_versions(stand):
    history = History(stand.home)
    assert history.find("any") == []
    assert not (stand.home / "feeds.sqlite").exists()
    stand.subscribe("/a", kind="page")
    stand.publish("/a")
    stand.collect()
    assert history.find(stand.article().id) == history.find("any") == []


# Purging that fails, or comes late


def collect_one(stand) -> str:
    stand.subscribe()
    stand.list("/a")
    stand.publish("/a")
    stand.collect()
    return stand.site.url("/a")


def test_a_purge_that_failed_elsewhere_is_done_again_by_the_same_words(stand):
    url = collect_one(stand)
    article = stand.article()

    def fail(ids: object) -> None:
        raise BadJournal("busy")

    with pytest.raises(BadJournal):
        withdraw(stand, url, fail)
    assert stand.article() == article
    purged: list[str] = []
    for _ in range(2):  # once more than is needed does no harm
        withdraw(stand, url, purged.extend)
    assert purged == [article.id] * 2
    assert stand.articles() == []


def test_what_has_expired_is_withdrawn_by_its_address(stand, text):
    stand.subscribe(keep_days=3)
    stand.list("/a")
    stand.publish("/a")
    stand.collect()
    article = stand.article()
    stand.wait(days=4)
    assert stand.collect().expired == 1
    assert withdraw(stand, article.url) == [article.id]


def test_what_only_the_index_knows_is_withdrawn_from_there(stand):
    assert withdraw(stand, "https://paper.example/a", find_indexed=lambda _: ["paper-1"]) == ["paper-1"]


def test_an_earlier_text_of_a_withdrawn_article_does_not_come_back_either(stand, text):
    url = collect_one(stand)
    stand.publish("/a", text[0], text[1].replace("41", "43"), text[2])
    stand.wait(minutes=61)
    stand.collect()
    withdraw(stand, url)
    stand.list("/b")
    stand.publish("/b")
    assert [r.reason for r in stand.collect().refusals] == ["was withdrawn"]


def test_a_collection_that_runs_is_not_waited_for_and_brings_nothing_back(stand, monkeypatch):
    url = collect_one(stand)
    article = stand.article()
    stand.publish("/a", *article.paragraphs, "A boat was hit.")
    stand.wait(minutes=61)
    settle = Archive.settle

    def settle_and_withdraw(self, *told):
        done = settle(self, *told)
        withdraw(stand, url)
        return done

    monkeypatch.setattr(Archive, "settle", settle_and_withdraw)
    stand.collect()
    assert stand.articles() == []
    with Journal(stand.home) as journal:
        assert journal.keys_of(article.id) == []


def test_a_log_that_is_being_read_is_told_and_purged_the_next_time(stand, monkeypatch):
    monkeypatch.setattr("index.sqlite_file._PATIENCE_S", 0)
    url = collect_one(stand)
    reader = sqlite3.connect(stand.home / "feeds.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM items").fetchall()
    with pytest.raises(BadJournal, match="purge it again"):
        withdraw(stand, url)
    reader.close()
    withdraw(stand, url)
    assert not any(b"/a" in file.read_bytes() for file in stand.home.glob("feeds.sqlite*"))


# What several sources list


def share_one(stand, **options) -> str:
    url = stand.subscribe("/1.xml", name="One", **options)
    stand.subscribe("/2.xml", name="Two")
    for path in ("/1.xml", "/2.xml"):
        stand.list("/a", path=path)
    stand.publish("/a")
    for source in load_subscriptions(stand.home).source:
        stand.collect_all(source.url)
    return url


def test_an_article_that_another_source_lists_outlives_its_first_one(stand):
    url = share_one(stand)
    assert drop_source(stand.home, url, with_articles=True)[1] == []
    assert len(stand.articles()) == 1
    assert len(drop_source(stand.home, stand.site.url("/2.xml"), with_articles=True)[1]) == 1
    assert stand.articles() == []


def test_an_article_expires_only_when_no_source_keeps_it(stand):
    share_one(stand, keep_days=3)
    stand.wait(days=4)
    for _ in range(2):
        stand.collect_all()
    assert len(stand.articles()) == 1


def test_a_source_is_not_removed_while_its_articles_cannot_be(stand, monkeypatch):
    monkeypatch.setattr("index.feeds.collect._PATIENCE_S", 0.0)
    collect_one(stand)
    (source,) = load_subscriptions(stand.home).source
    with FileLock(stand.home / "feeds.lock"), pytest.raises(CollectBusy):
        drop_source(stand.home, source.url, with_articles=True)
    assert load_subscriptions(stand.home).source == (source,)
    assert len(stand.articles()) == 1

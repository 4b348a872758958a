"""Collecting from a site: what fails or is hostile is told, ends nothing else, and loses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from filelock import FileLock

from index.errors import NewsdeskError
from index.feeds import collect as collect_module
from index.feeds import collector as collector_module
from index.feeds.collect import CollectBusy
from index.feeds.journal import Journal
from index.feeds.look import next_look
from index.feeds.records import Listed
from index.feeds.report import Outcome
from index.feeds.subscriptions import make_source
from tests.index.feeds.told import HERONS, LONG, counts, reasons
from tests.web_site import Item, news_sitemap, rss_feed

# What does not come is told, and not lost


def test_each_refusal_says_why(stand, page):
    stand.subscribe()
    stand.list("/gone", "/short", "/empty", "/pdf", "/loop", "/inside", "/barred", "/deep")
    stand.publish("/short", "Subscribe to read on.")
    stand.site.add("/empty", "")
    stand.site.add("/pdf", b"%PDF-1.7\n\x00\x01\x02", "application/pdf")
    stand.site.redirect("/loop", "/loop")
    stand.site.redirect("/inside", "http://169.254.169.254/latest/meta-data")
    stand.site.robots("User-agent: *\nDisallow: /barred")
    stand.site.add("/deep", "<html><body>" + "<div>" * 30_000 + "x")
    report = stand.collect()
    why = {refusal.url.rpartition("/")[2]: refusal.reason for refusal in report.refusals}
    assert counts(report) == {"refused": 8}
    assert stand.articles() == []
    assert "HTTP status 404" in why["gone"]
    assert "no article" in why["short"] or "too little text" in why["short"]
    assert why["empty"]
    assert why["pdf"]
    assert "redirects more than" in why["loop"]
    assert "169.254.169.254" in why["inside"]
    assert "robots.txt" in why["barred"]
    assert why["deep"]


def test_what_failed_in_passing_is_tried_again_though_the_feed_lists_it_no_longer(stand):
    stand.subscribe()
    stand.list("/a")
    stand.site.send("/a", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nbroken off")
    assert counts(stand.collect()) == {"refused": 1}
    stand.list("/b")
    stand.publish("/a")
    stand.publish("/b", *HERONS)
    stand.wait(minutes=20)
    assert counts(stand.collect()) == {"new": 2}


def test_a_change_that_could_not_be_had_is_fetched_when_it_can_however_old_the_article_is(stand, text):
    stand.subscribe()
    stand.list("/a")
    stand.publish("/a")
    stand.collect()
    stand.wait(days=30)
    stand.list("/a", published_at=stand.now)
    stand.site.send("/a", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nbroken off")
    assert counts(stand.collect()) == {"refused": 1}
    stand.publish("/a", *text, "A boat was hit.")
    assert counts(stand.collect()) == {"changed": 1}


def test_what_is_refused_for_good_is_not_fetched_again_until_its_feed_tells_of_a_change(stand):
    stand.subscribe()
    stand.list("/a")
    stand.publish("/a", "Subscribe to read on.")
    stand.collect()
    stand.wait(days=2)
    assert counts(stand.collect()) == {"unchanged": 1}
    assert stand.site.paths.count("/a") == 1
    stand.publish("/a")
    stand.list("/a", published_at=stand.now)
    assert counts(stand.collect()) == {"new": 1}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html><body>hello</body></html>", "neither a feed nor a sitemap"),
        ("", "neither a feed nor a sitemap"),
        ('{"version": 3}', "no JSON Feed"),
        ('{"version": ', "is no JSON"),
        ('<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel/></rss>', "XML entities"),
        ("<rss>" + "<a>" * 200_000, "more than 100,000 tags"),
    ],
)
def test_a_feed_that_cannot_be_read_is_an_error_that_says_why(stand, body, reason):
    stand.subscribe()
    stand.site.add("/feed.xml", body)
    report = stand.collect_all()
    assert reason in report.sources[0].error
    assert report.has_failed


def test_a_gzip_bomb_for_a_feed_is_an_error(stand):
    stand.subscribe()
    stand.site.bomb("/feed.xml")
    assert "larger than" in stand.collect().error


def test_a_broken_feed_gives_what_can_be_read_of_it(stand):
    stand.subscribe()
    stand.publish("/a")
    whole = rss_feed([Item("Bridge opens", stand.site.url("/a")), Item("B & C", stand.site.url("/b"))])
    stand.site.add("/feed.xml", whole.replace("&amp;", "&")[:-60])
    report = stand.collect()
    assert report.counts[Outcome.NEW] == 1
    assert "is not well-formed" in report.notes[0]


def test_one_failing_source_does_not_fail_the_others(stand):
    stand.subscribe("/1.xml")
    stand.subscribe("/2.xml", name="Star")
    stand.list("/a", path="/2.xml")
    stand.publish("/a")
    report = stand.collect_all()
    assert [s.error for s in report.sources] == ["answered with HTTP status 404", ""]
    assert not report.has_failed


def test_a_source_that_has_moved_for_good_is_told(stand):
    stand.subscribe("/old.xml")
    stand.site.redirect("/old.xml", "/feed.xml", 301)
    stand.list("/a")
    stand.publish("/a")
    report = stand.collect()
    assert f"has moved to {stand.site.url('/feed.xml')}" in report.notes[0]


def test_more_than_can_be_looked_at_is_left_for_the_next_time(stand, monkeypatch):
    monkeypatch.setattr(collector_module, "MAX_ITEMS", 2)
    stand.subscribe(full_text=False)
    items = [Item(f"Herons {n}", stand.site.url(f"/{n}"), text=LONG.replace("212", str(n))) for n in range(5)]
    stand.site.add("/feed.xml", rss_feed(items))
    assert [stand.collect().left for _ in range(3)] == [3, 1, 0]
    assert len(stand.articles()) == 5


def test_a_folder_that_cannot_be_written_to_ends_the_collection_with_one_line(stand):
    stand.subscribe()
    stand.list("/a")
    stand.publish("/a")
    stand.folder.write_text("a file")
    with pytest.raises(NewsdeskError, match="articles"):
        stand.collect()


def test_another_process_that_collects_is_waited_for_and_then_told(stand, monkeypatch):
    monkeypatch.setattr(collect_module, "_PATIENCE_S", 0.0)
    stand.subscribe()
    with FileLock(stand.home / "feeds.lock"), pytest.raises(CollectBusy, match="another process is collecting"):
        stand.collect()


def test_progress_is_told_for_each_item(stand):
    seen: list[tuple[str, int, int | None]] = []
    stand.subscribe(full_text=False)
    items = [Item(f"Herons {n}", stand.site.url(f"/{n}"), text=LONG.replace("212", str(n))) for n in range(3)]
    stand.site.add("/feed.xml", rss_feed(items))
    collect_module.collect_articles(stand.home, on_progress=lambda *told: seen.append(told), clock=lambda: stand.now)
    assert seen == [("fetching", n, 3) for n in (1, 2, 3)]


def test_only_sources_that_are_due_are_looked_at_where_that_is_wanted(stand):
    stand.subscribe(every_minutes=30)
    stand.list()
    stand.collect()

    def collect_due() -> int:
        return len(collect_module.collect_articles(stand.home, due_only=True, clock=lambda: stand.now).sources)

    stand.wait(minutes=29)
    assert collect_due() == 0
    stand.wait(minutes=1)
    assert collect_due() == 1


def test_a_source_that_fails_is_asked_less_and_less_often_up_to_once_a_day(stand):
    source = make_source(url="https://paper.example/feed", name="Paper", every_minutes=30)
    listed = [Listed(source.url, source.url, fetched_at=stand.now, n_failures=n) for n in (0, 1, 2, 5, 6, 500)]
    waits = [(next_look(source, known) - stand.now).total_seconds() / 60 for known in listed]
    assert waits == [30, 60, 120, 960, 1440, 1440]


def test_a_page_that_cannot_be_had_is_an_error_of_its_source_until_it_can(stand):
    url = stand.subscribe("/a", kind="page")
    assert stand.collect_all().has_failed
    with Journal(stand.home) as journal:
        assert "HTTP status 404" in journal.listed(url, url).error
    stand.publish("/a")
    stand.collect()
    with Journal(stand.home) as journal:
        assert (journal.listed(url, url).error, journal.listed(url, url).n_failures) == ("", 0)


# What fails is told, and ends nothing else


@pytest.mark.parametrize("is_redirect", [False, True])
def test_an_address_in_broken_punycode_is_refused_and_the_others_come(stand, is_redirect):
    stand.subscribe()
    bad = "http://xn--/"
    stand.site.redirect("/bad", bad)
    links = [stand.site.url("/a"), stand.site.url("/bad") if is_redirect else bad]
    stand.site.add("/feed.xml", rss_feed([Item(link, link) for link in links]))
    stand.publish("/a", title=links[0])
    report = stand.collect()
    assert counts(report) == {"new": 1, "refused": 1}
    assert "is not a URL" in reasons(report)[0]


def test_an_unforeseen_error_of_a_page_refuses_it_alone_and_it_is_tried_again(stand, monkeypatch):
    stand.subscribe()
    stand.list("/a", "/b")
    stand.publish("/a")
    stand.publish("/b", *HERONS)
    read = collector_module.draft_from_page

    def fail(source: Any, item: Any, *told: Any) -> Any:
        if item.url.endswith("/b"):
            raise ZeroDivisionError
        return read(source, item, *told)

    with monkeypatch.context() as patch:
        patch.setattr(collector_module, "draft_from_page", fail)
        report = stand.collect()
    assert counts(report) == {"new": 1, "refused": 1}
    assert reasons(report) == ["cannot be read (ZeroDivisionError)"]
    assert counts(stand.collect()) == {"unchanged": 1, "new": 1}


def test_an_unforeseen_error_of_a_source_fails_it_alone(stand, monkeypatch):
    bad = stand.subscribe("/1.xml")
    stand.subscribe("/2.xml", name="Star")
    stand.list("/a", path="/2.xml")
    stand.publish("/a")
    look_at = collector_module.look_at

    async def fail(source: Any, *told: Any) -> Any:
        if source.url == bad:
            raise ZeroDivisionError
        return await look_at(source, *told)

    monkeypatch.setattr(collector_module, "look_at", fail)
    report = stand.collect_all()
    assert [s.error for s in report.sources] == ["cannot be read (ZeroDivisionError)", ""]
    assert report.count(Outcome.NEW) == 1
    with Journal(stand.home) as journal:
        assert journal.listed(bad, bad).n_failures == 1


def publish_numbered(stand, n_articles: int) -> None:
    items = [Item(f"Herons {n}", stand.site.url(f"/{n}")) for n in range(n_articles)]
    stand.site.add("/feed.xml", rss_feed(items), etag='"1"')
    for n in range(n_articles):
        stand.publish(f"/{n}", *(f"{p} It was said {n} times." for p in HERONS), title=f"Herons {n}")


def test_what_is_left_of_a_feed_that_is_as_it_was_comes_the_next_times(stand, monkeypatch):
    monkeypatch.setattr(collector_module, "MAX_ITEMS", 2)
    stand.subscribe()
    publish_numbered(stand, 5)
    left = []
    for _ in range(3):
        left.append(stand.collect().left)
        stand.wait(hours=2)
    assert left[0] == 3
    assert len(stand.articles()) == 5


def test_what_a_killed_collection_left_of_a_feed_comes_though_the_feed_is_as_it_was(stand, monkeypatch):
    async def die(*_: object) -> None:
        raise KeyboardInterrupt

    stand.subscribe()
    publish_numbered(stand, 3)
    with monkeypatch.context() as patch:
        patch.setattr(collector_module.Collector, "_take_all", die)
        with pytest.raises(KeyboardInterrupt):
            stand.collect()
    report = stand.collect()
    assert (report.is_same, counts(report)) == (True, {"new": 3})


def test_a_source_that_takes_too_long_leaves_the_rest_for_the_next_time(stand, monkeypatch):
    stand.subscribe()
    publish_numbered(stand, 3)
    with monkeypatch.context() as patch:
        patch.setattr(collector_module, "MAX_S", 0.0)
        assert stand.collect().left == 3
    assert stand.articles() == []
    assert counts(stand.collect()) == {"new": 3}


def test_sitemaps_of_an_index_that_is_as_it_was_are_looked_at(stand):
    stand.subscribe("/index.xml")
    place = f"<sitemap><loc>{stand.site.url('/1.xml')}</loc></sitemap>"
    stand.site.add("/index.xml", f"<sitemapindex>{place}</sitemapindex>", "application/xml", etag='"1"')
    stand.publish("/a")
    stand.publish("/b", *HERONS)
    items = [Item("A", stand.site.url("/a")), Item("B", stand.site.url("/b"))]
    for n_items in (1, 2):
        stand.site.add("/1.xml", news_sitemap(items[:n_items]), "application/xml", etag=f'"{n_items}"')
        stand.collect()
    assert len(stand.articles()) == 2
    assert stand.collect().is_same


def test_what_fails_for_a_week_is_given_up_though_it_is_listed(stand):
    stand.subscribe()
    stand.list("/a")
    stand.site.fail("/a")
    stand.collect()
    stand.wait(days=8)
    stand.collect()
    n_asked = stand.site.paths.count("/a")
    assert counts(stand.collect()) == {"unchanged": 1}
    assert stand.site.paths.count("/a") == n_asked

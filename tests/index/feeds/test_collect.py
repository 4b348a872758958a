"""Collecting from a site: what comes is stored, and what was there is not fetched again."""

from __future__ import annotations

import pytest

from index.feeds.report import Outcome
from tests.index.feeds.told import HERONS, LONG, counts
from tests.web_site import Item, atom_feed, json_feed, news_sitemap, rss_feed

# What comes is stored


def test_an_article_is_stored_as_its_page_shows_it_and_its_feed_tells(stand, text):
    stand.subscribe()
    stand.list("/bridge-opens", author="Ines Dahl")
    stand.publish("/bridge-opens")
    assert counts(stand.collect()) == {"new": 1}
    article = stand.article()
    assert article.paragraphs == text
    assert (article.title, article.source, article.authors) == ("Bridge Opens", "The Paper", ("Ines Dahl",))
    assert article.published_at.isoformat() == "2025-04-17T12:00:00+00:00"
    assert (article.url, article.language) == (stand.site.url("/bridge-opens"), "en")
    (file,) = stand.folder.rglob("*.md")
    assert file.relative_to(stand.folder).as_posix().startswith("the-paper/2025-04/2025-04-17-bridge-opens-")


@pytest.mark.parametrize("write", [rss_feed, atom_feed, json_feed, news_sitemap])
def test_every_kind_of_listing_is_collected_from(stand, write):
    stand.subscribe("/listing")
    stand.site.add("/listing", write([Item("Bridge opens", stand.site.url("/a"))]), "text/plain")
    stand.publish("/a")
    assert counts(stand.collect()) == {"new": 1}
    assert stand.article().title == "Bridge opens"


def test_an_index_of_sitemaps_is_followed_and_a_broken_one_in_it_is_told(stand):
    stand.subscribe("/index.xml")
    places = "".join(f"<sitemap><loc>{stand.site.url(p)}</loc></sitemap>" for p in ("/1.xml", "/2.xml"))
    stand.site.add("/index.xml", f"<sitemapindex>{places}</sitemapindex>", "application/xml")
    stand.site.add("/1.xml", news_sitemap([Item("Bridge opens", stand.site.url("/a"))]), "application/xml")
    stand.publish("/a")
    report = stand.collect()
    assert counts(report) == {"new": 1}
    assert report.notes == [f"{stand.site.url('/2.xml')}: answered with HTTP status 404"]
    assert report.error == ""


def test_a_single_page_is_collected_and_asked_for_again_each_time(stand):
    stand.subscribe("/bridge", kind="page")
    stand.publish("/bridge", etag='"1"')
    assert counts(stand.collect()) == {"new": 1}
    stand.wait(days=40)
    assert counts(stand.collect()) == {"unchanged": 1}
    assert [r.headers.get("if-none-match") for r in stand.site.requests if r.path == "/bridge"] == [None, '"1"']


def test_a_page_that_is_not_there_is_replaced_by_the_feeds_own_text_if_that_is_a_whole_article(stand):
    stand.subscribe()
    stand.list("/herons", text=LONG)
    assert counts(stand.collect()) == {"new": 1}
    assert stand.article().paragraphs[0].startswith("Volunteers counted 212 herons")
    assert len(stand.article().paragraphs) == 3


def test_without_full_text_no_page_is_fetched(stand):
    stand.subscribe(full_text=False)
    stand.list("/herons", text=LONG)
    stand.publish("/herons")
    assert counts(stand.collect()) == {"new": 1}
    assert "/herons" not in stand.site.paths
    assert stand.article().paragraphs[0].startswith("Volunteers")


def test_an_item_without_an_address_is_what_its_feed_holds(stand):
    stand.subscribe()
    item = f"<item><title>Herons</title><description><![CDATA[{LONG}]]></description></item>"
    stand.site.add("/feed.xml", f"<rss version='2.0'><channel>{item}</channel></rss>")
    assert counts(stand.collect()) == {"new": 1}
    assert counts(stand.collect()) == {"unchanged": 1}
    assert stand.article().title == "Herons"


def test_several_sources_are_collected_from_at_once_and_reported_in_their_order(stand):
    for number in range(3):
        stand.subscribe(f"/{number}.xml", name=f"Paper {number}")
        stand.list(f"/story-{number}", path=f"/{number}.xml")
        stand.publish(f"/story-{number}", *(f"{number} {p}{p}" for p in (LONG[3:90], LONG[95:180])))
    report = stand.collect_all()
    assert [s.name for s in report.sources] == ["Paper 0", "Paper 1", "Paper 2"]
    assert report.count(Outcome.NEW) == 3
    assert {a.source for a in stand.articles()} == {"Paper 0", "Paper 1", "Paper 2"}


# What was there is not fetched again


def test_what_is_known_is_not_fetched_again(stand):
    stand.subscribe()
    stand.list("/a", "/b")
    stand.publish("/a")
    stand.publish("/b", *(p.replace("bridge", "ferry") for p in HERONS))
    assert counts(stand.collect()) == {"new": 2}
    stand.wait(minutes=20)
    assert counts(stand.collect()) == {"unchanged": 2}
    assert (stand.site.paths.count("/a"), stand.site.paths.count("/b")) == (1, 1)


def test_a_feed_that_is_as_it_was_is_not_sent_again(stand):
    stand.subscribe()
    stand.site.add("/feed.xml", rss_feed([Item("A", stand.site.url("/a"))]), etag='"1"', last_modified="yesterday")
    stand.publish("/a")
    stand.collect()
    stand.wait(minutes=20)
    report = stand.collect()
    assert report.is_same
    asked = [r.headers for r in stand.site.requests if r.path == "/feed.xml"][1]
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"1"', "yesterday")


def test_an_article_of_the_last_day_is_asked_for_again_after_an_hour_and_a_former_one_is_not(stand):
    stand.subscribe()
    stand.list("/a")
    stand.publish("/a", etag='"1"')
    stand.collect()
    stand.wait(minutes=61)
    assert counts(stand.collect()) == {"unchanged": 1}
    assert [r.headers.get("if-none-match") for r in stand.site.requests if r.path == "/a"] == [None, '"1"']
    stand.wait(days=2)
    stand.collect()
    assert stand.site.paths.count("/a") == 2


def test_without_the_journal_articles_are_found_in_the_folder(stand):
    stand.subscribe()
    stand.list("/a")
    stand.publish("/a")
    stand.collect()
    for file in stand.home.glob("feeds.sqlite*"):
        file.unlink()
    assert counts(stand.collect()) == {"unchanged": 1}
    assert len(stand.articles()) == 1

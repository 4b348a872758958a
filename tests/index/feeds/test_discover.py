"""What is found at an address."""

from __future__ import annotations

import pytest

from index.errors import NewsdeskError
from index.feeds.discover import discover
from index.feeds.fetch import Fetcher
from index.feeds.subscriptions import Kind
from tests.web_site import Item, json_feed, news_sitemap, rss_feed


async def look(site, path: str = "/", kind: Kind = Kind.AUTO):
    async with Fetcher("newsdesk-test", [site.host], per_host_delay_s=0) as fetcher:
        return await discover(site.url(path), kind, fetcher)


def link(href: str, type_: str = "application/rss+xml", title: str = "News") -> str:
    return f'<link rel="alternate" type="{type_}" title="{title}" href="{href}">'


def feed(site, n_items: int = 2) -> str:
    return rss_feed([Item(f"Story {n}", site.url(f"/{n}")) for n in range(n_items)])


async def test_a_feed_is_found_where_it_is(site):
    site.add("/feed.xml", feed(site), "application/rss+xml")
    found = await look(site, "/feed.xml")
    assert (found.url, found.kind, found.title, found.n_items) == (site.url("/feed.xml"), Kind.FEED, "The Paper", 2)
    assert found.newest is not None


async def test_a_home_page_names_its_feed_and_that_of_comments_comes_last(site):
    head = link("/comments.xml", title="Comments") + link("/feed.xml")
    site.add("/", f"<html><head>{head}</head><body>Home</body></html>")
    site.add("/comments.xml", feed(site), "application/rss+xml")
    site.add("/feed.xml", feed(site), "application/rss+xml")
    assert (await look(site)).url == site.url("/feed.xml")


async def test_a_feed_that_is_named_but_broken_is_passed_over(site):
    site.add("/", f"<html><head>{link('/gone.xml')}{link('/feed.json', 'application/feed+json')}</head></html>")
    site.add("/feed.json", json_feed([Item("A", site.url("/a"))]), "application/feed+json")
    assert (await look(site)).url == site.url("/feed.json")


async def test_a_sitemap_is_found(site):
    site.add("/map.xml", news_sitemap([Item("A", site.url("/a"))]), "application/xml")
    found = await look(site, "/map.xml")
    assert (found.kind, found.n_items) == (Kind.SITEMAP, 1)


async def test_an_article_is_found_though_its_page_names_a_feed(site, page, text):
    head = link("/feed.xml") + '<meta property="og:type" content="article">'
    site.add("/a", page("A", *text, head=head))
    site.add("/feed.xml", feed(site), "application/rss+xml")
    assert (await look(site, "/a")).kind is Kind.PAGE


async def test_a_feed_that_is_asked_for_is_looked_for_on_an_article_too(site, page, text):
    head = link("/feed.xml") + '<meta property="og:type" content="article">'
    site.add("/a", page("A", *text, head=head))
    site.add("/feed.xml", feed(site), "application/rss+xml")
    assert (await look(site, "/a", Kind.FEED)).url == site.url("/feed.xml")


async def test_a_feed_that_has_moved_for_good_is_found_where_it_is_now(site):
    site.redirect("/old", "/feed.xml", 308)
    site.add("/feed.xml", feed(site), "application/rss+xml")
    assert (await look(site, "/old")).url == site.url("/feed.xml")


@pytest.mark.parametrize(
    ("path", "kind", "reason"),
    [
        ("/gone", Kind.AUTO, "HTTP status 404"),
        ("/home", Kind.AUTO, "names no feed"),
        ("/home", Kind.SITEMAP, "names no feed"),
        ("/home", Kind.PAGE, "no article|names no feed"),
        ("/feed.xml", Kind.SITEMAP, "is a feed, not a sitemap"),
        ("/data", Kind.AUTO, "give the address of a feed"),
        ("/bomb", Kind.AUTO, "larger than"),
        ("/out", Kind.AUTO, "10.0.0.1"),
    ],
)
async def test_what_cannot_be_collected_from_is_refused_with_the_reason(site, path, kind, reason):
    site.add("/home", "<html><body>Welcome</body></html>")
    site.add("/feed.xml", feed(site), "application/rss+xml")
    site.add("/data", b"\x00\x01\x02", "application/octet-stream")
    site.bomb("/bomb")
    site.redirect("/out", "http://10.0.0.1/feed")
    with pytest.raises(NewsdeskError, match=reason):
        await look(site, path, kind)

"""A web site on the loopback interface, over real sockets, that can be as broken as the web is.

    with WebSite() as site:
        site.add("/feed.xml", rss_feed([Item("Bridge opens", site.url("/bridge"))]), "application/rss+xml")
        site.redirect("/old", "/feed.xml", 301)
        ...
        assert site.paths == ["/robots.txt", "/feed.xml"]

It runs in a thread of its own, so that tests may be `async` or not. Open it to a fetcher by `site.host`.
"""

from tests.web_site.fake_time import FakeTime
from tests.web_site.feeds import Item, atom_feed, json_feed, news_sitemap, rss_feed
from tests.web_site.site import Gate, Reply, Request, WebSite

__all__ = [
    "FakeTime",
    "Gate",
    "Item",
    "Reply",
    "Request",
    "WebSite",
    "atom_feed",
    "json_feed",
    "news_sitemap",
    "rss_feed",
]

"""Feeds, sitemaps and pieces of HTML, read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.feeds.charset import decode_text
from index.feeds.fragment import read_line, split_fragment
from index.feeds.listing import NoListing, read_listing
from index.feeds.subscriptions import Kind
from tests.web_site import Item, atom_feed, json_feed, news_sitemap, rss_feed

WHERE = "https://paper.example/feeds/main"
DAY = datetime(2025, 4, 17, 12, tzinfo=UTC)
ITEMS = (
    Item("Bridge opens &amp; closes", "/a?utm_source=rss", DAY, "<p>One.</p><p>Two.</p>", "Ines Dahl"),
    Item("Herons", "https://paper.example/b", DAY),
)


@pytest.mark.parametrize("write", [rss_feed, atom_feed, json_feed])
def test_a_feed_tells_title_address_date_author_and_text(write):
    listing = read_listing(write(ITEMS), WHERE)
    assert (listing.kind, listing.title) == (Kind.FEED, "The Paper")
    first = listing.items[0]
    assert first.url == "https://paper.example/a"
    assert (first.published_at, first.authors, first.paragraphs) == (DAY, ("Ines Dahl",), ("One.", "Two."))
    assert len(listing.items) == 2


def test_markup_in_a_title_is_read_as_text():
    listing = read_listing(rss_feed([Item("A <b>bold</b> claim &amp; more", "/a")]), WHERE)
    assert listing.items[0].title == "A bold claim & more"


def test_rdf_is_read():
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        "<channel><title>The Paper</title></channel><item><title>Bridge</title><link>https://paper.example/a</link></item>"
        "</rdf:RDF>"
    )
    assert [i.url for i in read_listing(rdf, WHERE).items] == ["https://paper.example/a"]


def test_a_news_sitemap_is_read_latest_first():
    late = Item("Late", "https://paper.example/b", DAY.replace(day=18))
    listing = read_listing(news_sitemap([ITEMS[0], late]), WHERE)
    assert [i.title for i in listing.items] == ["Late", "Bridge opens &amp; closes"]
    assert (listing.kind, listing.title) == (Kind.SITEMAP, "The Paper")


def test_titles_of_images_in_a_sitemap_are_not_the_articles():
    sitemap = (
        '<urlset xmlns:image="i" xmlns:news="n"><url><loc>https://paper.example/a</loc><news:news><news:title>Bridge'
        "</news:title></news:news><image:image><image:loc>https://paper.example/a.jpg</image:loc><image:title>A photo"
        "</image:title></image:image></url></urlset>"
    )
    (item,) = read_listing(sitemap, WHERE).items
    assert (item.url, item.title) == ("https://paper.example/a", "Bridge")


def test_an_index_of_sitemaps_lists_them_latest_first():
    entries = "".join(f"<sitemap><loc>/{n}.xml</loc><lastmod>2025-04-0{n}</lastmod></sitemap>" for n in (1, 3, 2))
    listing = read_listing(f"<sitemapindex>{entries}</sitemapindex>", WHERE)
    assert listing.sitemaps == tuple(f"https://paper.example/{n}.xml" for n in (3, 2, 1))


@pytest.mark.parametrize("date", ["1970-01-01T00:00:00Z", "2025-13-45", "yesterday", "0000-00-00", "99999-01-01"])
def test_a_date_that_is_none_is_no_date(date):
    feed = f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{{"id": "1", "date_published": "{date}"}}]}}'
    assert read_listing(feed, WHERE).items[0].published_at is None


def test_json_of_wrong_types_is_read_as_far_as_it_goes():
    feed = (
        '{"version": "https://jsonfeed.org/version/1", "title": 7, "items": [null, 3, {"id": 5, "url": ["x"],'
        '"title": {}, "authors": "me", "tags": [1, "news\\ud800"], "content_html": null,'
        '"content_text": "One.\\n\\nTwo."}]}'
    )
    (item,) = read_listing(feed, WHERE).items
    assert (item.guid, item.url, item.section, item.paragraphs) == ("5", "", "news", ("One.", "Two."))


@pytest.mark.parametrize("encoded", [False, True])
def test_entities_that_could_unfold_are_refused(encoded):
    bomb = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss><channel><title>&b;</title></channel></rss>'
    text = decode_text(bomb.encode("utf-16")) if encoded else bomb
    with pytest.raises(NoListing, match="entities"):
        read_listing(text, WHERE)


def test_an_external_entity_is_refused_in_a_sitemap():
    text = '<!DOCTYPE u [<!entity x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>'
    with pytest.raises(NoListing, match="entities"):
        read_listing(text, WHERE)


def test_a_feed_that_is_the_name_of_a_file_opens_none(tmp_path):
    with pytest.raises(NoListing):
        read_listing(str(tmp_path), WHERE)


@given(st.text(max_size=200))
def test_no_text_crashes_the_reading(text):
    for start in ("<rss>", "<feed>", "<urlset>", '{"version": "https://jsonfeed.org/version/1", "items": [', ""):
        try:
            read_listing(start + text, WHERE)
        except NoListing:
            continue


@pytest.mark.parametrize(
    ("fragment", "paragraphs"),
    [
        ("<p>One.</p>\n<p>Two <b>words</b>.</p>", ("One.", "Two words.")),
        ("One.<br><br>Two.<br/>Three.", ("One.", "Two.", "Three.")),
        ("<h2>Head</h2><div>One.<ul><li>a</li><li>b</li></ul>Two.</div>", ("One.", "a", "b", "Two.")),
        ("<figure><figcaption>Photo</figcaption></figure><script>x()</script><p>One.</p>", ("One.",)),
        ("plain & simple", ("plain & simple",)),
        ("<!-- note --><p>One.</p>", ("One.",)),
        ("", ()),
        ("\x00\x01", ()),
    ],
)
def test_a_piece_of_html_becomes_paragraphs(fragment, paragraphs):
    assert split_fragment(fragment) == paragraphs


@given(st.text(alphabet="<>/&;abpdiv \x00\n'\"!-", max_size=80))
def test_no_piece_of_html_crashes(fragment):
    assert all(p == p.strip() and p for p in split_fragment(fragment))
    assert "\n" not in read_line(fragment)


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("é".encode(), "", "é"),
        ("é".encode(), "latin-1", "é"),
        ("“é”".encode("cp1252"), "iso-8859-1", "“é”"),
        ("“é”".encode("cp1252"), "utf-8", "“é”"),
        ("é".encode("utf-16"), "", "é"),
        (b"\xef\xbb\xbf" + "é".encode(), "latin-1", "é"),
        ("闸门".encode("gbk"), "gb2312", "闸门"),
        (b'<meta charset="gbk">' + "闸门".encode("gbk"), "", '<meta charset="gbk">闸门'),
        ("ニュース".encode("iso-2022-jp"), "iso-2022-jp", "ニュース"),
        (b"+ADw-script+AD4-", "utf-7", "+ADw-script+AD4-"),
        ("éééé".encode() + b"\xff", "utf-8", "éééé\ufffd"),
        (b"abc", "no-such", "abc"),
        (b"", "", ""),
    ],
)
def test_bytes_become_text_whatever_they_claim(body, charset, text):
    assert decode_text(body, charset) == text

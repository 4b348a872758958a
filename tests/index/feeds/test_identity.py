"""Addresses and what they have in common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.feeds.identity import choose_url, clean_url, is_same_site, key_of, slug_of


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("HTTPS://Paper.example/A?utm_source=x&id=7&fbclid=1#top", "https://paper.example/A?id=7"),
        ("http://paper.example:80/a", "http://paper.example/a"),
        ("https://paper.example", "https://paper.example/"),
        ("https://paper.example/a?ref=rss&source=Twitter", "https://paper.example/a"),
        ("https://paper.example/a?ref=7", "https://paper.example/a?ref=7"),
        ("https://paper.example/märz 1", "https://paper.example/m%C3%A4rz%201"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ("https://user:secret@paper.example/a", "https://paper.example/a"),
        ("https://[2001:db8::1]:8080/a", "https://[2001:db8::1]:8080/a"),
        ("ftp://paper.example/a", ""),
        ("javascript:alert(1)", ""),
        ("https://[broken/a", ""),
        ("https://paper.example:99999/a", ""),
        ("https://\x00/a", ""),
        ("", ""),
    ],
)
def test_an_address_is_cleaned(url, clean):
    assert clean_url(url) == clean


def test_a_relative_address_is_relative_to_where_it_stands():
    assert clean_url("../b?x=1", "https://paper.example/news/today/") == "https://paper.example/news/b?x=1"


@pytest.mark.parametrize(
    "other", ["http://paper.example/a", "https://www.paper.example/a/", "https://paper.example/a#b"]
)
def test_scheme_www_slash_and_fragment_do_not_tell_addresses_apart(other):
    assert key_of(other) == key_of("https://paper.example/a")


@pytest.mark.parametrize(
    "other", ["https://paper.example/b", "https://paper.example/a?id=1", "https://paper.example:1/a"]
)
def test_path_query_and_port_tell_addresses_apart(other):
    assert key_of(other) != key_of("https://paper.example/a")


@pytest.mark.parametrize(
    ("canonical", "chosen"),
    [
        ("/story", "https://m.paper.example/story"),
        ("https://www.paper.example/story", "https://www.paper.example/story"),
        ("https://paper.example/", "https://m.paper.example/s?p=1"),
        ("https://evil.example/story", "https://m.paper.example/s?p=1"),
        ("https://notpaper.example/story", "https://m.paper.example/s?p=1"),
        ("nonsense://x", "https://m.paper.example/s?p=1"),
        ("", "https://m.paper.example/s?p=1"),
    ],
)
def test_where_an_article_is_at_home(canonical, chosen):
    assert choose_url("https://m.paper.example/s?p=1", canonical, "https://paper.example/feed") == chosen


def test_sites_are_told_apart_by_their_ports():
    assert not is_same_site("http://127.0.0.1:1/", "http://127.0.0.1:2/", "http://127.0.0.1:1/feed")


@pytest.mark.parametrize(
    ("a", "b", "source", "is_same"),
    [
        ("https://paper.example/a", "https://www.paper.example/b", "https://feeds.example/1", True),
        ("https://amp.paper.example/a", "https://www.paper.example/b", "https://paper.example/feed", True),
        ("https://amp.paper.example/a", "https://paper.example/b", "https://amp.paper.example/feed", False),
        ("https://ann.github.io/a", "https://github.io/b", "https://ann.github.io/feed", False),
        ("https://ann.github.io/a", "https://bob.github.io/b", "https://ann.github.io/feed", False),
        ("https://a.co.uk/a", "https://co.uk/b", "https://a.co.uk/feed", False),
        ("https://m.github.io/a", "https://github.io/b", "https://m.github.io/feed", False),
    ],
)
def test_one_site_is_one_host_or_what_is_below_the_host_of_the_source(a, b, source, is_same):
    assert is_same_site(a, b, source) == is_same


@given(st.text(max_size=80))
def test_no_text_crashes_the_cleaning_and_what_is_clean_stays_as_it_is(text):
    clean = clean_url(f"https://paper.example/{text}")
    assert clean_url(clean) == clean
    key_of(text)


@given(st.text(max_size=80), st.integers(1, 50))
def test_a_slug_is_safe_in_a_file_name(text, n):
    slug = slug_of(text, n)
    assert len(slug) <= n
    assert not set("/\\.\0 ") & set(slug)
    assert not slug.startswith("-")

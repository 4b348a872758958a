"""Pages as sites lay them out: the article is found in each, and nothing that stands around it."""

from __future__ import annotations

import pytest

from tests.web_site import Item, news_sitemap

P = (
    "The ferry strike in Port Amsel ended on Tuesday after nine days, when the crews accepted a rise of four per cent.",
    "“Nobody got what they wanted,” said Ina Ravn, who led the talks for the union, outside the old customs house.",
    "The first boat left for Kirrin at six in the morning with 212 passengers and two lorries of fish on board.",
    "The company had offered three per cent in March, and the crews had asked for seven.",
)
AROUND = ("Subscribe", "Most read", "cookies", "Advertisement", "All rights reserved", "reader42", "Share on")
_NAV = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/sport'>Sport</a></li></ul></nav>"
_FOOT = "<footer><p>All rights reserved. <a href='/imprint'>Imprint</a></p></footer>"


def paragraphs(separator: str = "", tag: str = "p", attributes: str = "") -> str:
    return separator.join(f"<{tag}{attributes}>{p}</{tag}>" for p in P)


def semantic() -> str:
    return (
        "<html lang='en'><head><title>Ferry strike ends | The Paper</title>"
        "<meta property='article:published_time' content='2025-04-08T09:30:00+02:00'></head>"
        f"<body>{_NAV}<main><article><header><h1>Ferry strike ends</h1></header>{paragraphs()}</article></main>"
        f"<aside><h2>Most read</h2><ul><li><a href='/1'>Herons counted</a></li></ul></aside>{_FOOT}</body></html>"
    )


def json_ld() -> str:
    return (
        '<html lang="en"><head><title>Ferry strike ends</title><script type="application/ld+json">{"@context":'
        '"https://schema.org","@type":"NewsArticle","headline":"Ferry strike ends","datePublished":"2025-04-08",'
        '"author":{"@type":"Person","name":"Ines Dahl"}}</script></head><body><div class="story-body">'
        f"{paragraphs()}</div><div class='share'><a href='#'>Share on Chirp</a></div></body></html>"
    )


def divs_without_meaning() -> str:
    return (
        "<html><head><title>Ferry strike ends</title><meta name='date' content='2025-04-08'></head><body>"
        "<div id='wrap'><div class='nav'><a href='/'>Home</a> <a href='/a'>News</a></div><div class='col'>"
        f"<div class='entry-content'><h2>Ferry strike ends</h2>{paragraphs()}</div></div><div class='col right'>"
        "<div class='widget'>Subscribe to our newsletter</div></div></div></body></html>"
    )


def tables_of_the_nineties() -> str:
    return (
        "<html><head><title>Ferry strike ends</title></head><body bgcolor=white><table><tr><td width=120>"
        "<a href='/'>Home</a><br><a href='/sport'>Sport</a></td><td><font size=5>Ferry strike ends</font>"
        f"{paragraphs()}</td></tr></table><hr><small>All rights reserved</small></body></html>"
    )


def with_figures_and_related() -> str:
    first, *rest = (f"<p>{p}</p>" for p in P)
    related = "<aside class='related'><h3>Most read</h3><a href='/x'>Harbour bridge opens</a></aside>"
    figure = "<figure><img src='/ferry.jpg' alt='A ferry'><figcaption>A ferry. Photo: Voss</figcaption></figure>"
    return (
        "<html lang='en'><head><title>Ferry strike ends</title><meta property='og:type' content='article'></head><body>"
        f"<article><h1>Ferry strike ends</h1>{figure}{first}{related}{''.join(rest)}</article>{_FOOT}</body></html>"
    )


def with_comments_and_consent() -> str:
    return (
        "<html lang='en'><head><title>Ferry strike ends</title></head><body>"
        "<div id='consent' class='cookie-banner'><p>We use cookies.</p><button>Accept</button></div>"
        f"<article><h1>Ferry strike ends</h1>{paragraphs()}</article>"
        "<section id='comments' class='comments'><h2>Comments</h2><div class='comment'><b>reader42</b>"
        "<p>About time that they went to work again, if you ask me, which nobody does.</p></div></section>"
        "</body></html>"
    )


def blog_engine() -> str:
    return (
        "<html lang='en-GB'><head><title>Ferry strike ends &#8211; The Paper</title>"
        "<meta property='article:published_time' content='2025-04-08T07:30:00+00:00'></head><body class='single-post'>"
        "<div id='page'><div id='content'><article class='post type-post hentry'><header class='entry-header'>"
        "<h1 class='entry-title'>Ferry strike ends</h1><span class='posted-on'>8 April 2025</span></header>"
        f"<div class='entry-content'>{paragraphs(chr(10))}</div></article></div><div id='secondary'>"
        "<section class='widget'><h2>Subscribe</h2></section></div></div></body></html>"
    )


def microdata() -> str:
    return (
        "<html><head><title>Ferry strike ends</title></head><body>"
        "<div itemscope itemtype='https://schema.org/NewsArticle'><h1 itemprop='headline'>Ferry strike ends</h1>"
        "<meta itemprop='datePublished' content='2025-04-08T09:30:00+02:00'>"
        f"<div itemprop='articleBody'>{paragraphs()}</div></div>{_FOOT}</body></html>"
    )


def badly_closed() -> str:
    return (
        "<html><head><title>Ferry strike ends<body><div class=article><h1>Ferry strike ends</h1>"
        + "".join(f"<p>{p}" for p in P)
        + "<div class=ad>Advertisement"
    ).replace("ends<body>", "ends</title></head><body>")


def amp() -> str:
    return (
        "<!doctype html><html amp lang='en'><head><title>Ferry strike ends</title><style amp-boilerplate>body{}</style>"
        f"<script async src='https://cdn.example/v0.js'></script></head><body><amp-analytics></amp-analytics>{_NAV}"
        f"<article><h1>Ferry strike ends</h1>{paragraphs()}<amp-ad>Advertisement</amp-ad></article></body></html>"
    )


LAYOUTS = (
    semantic,
    json_ld,
    divs_without_meaning,
    tables_of_the_nineties,
    with_figures_and_related,
    with_comments_and_consent,
    blog_engine,
    microdata,
    badly_closed,
    amp,
)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_article_is_found_in_its_layout(stand, layout):
    stand.subscribe("/map.xml", kind="sitemap")
    stand.site.add("/map.xml", news_sitemap([Item("Ferry strike ends", stand.site.url("/ferry"))]))
    stand.site.add("/ferry", layout())
    report = stand.collect()
    assert report.refusals == []
    article = stand.article()
    found = [p for p in article.paragraphs if p in P]
    assert found == list(P)
    assert not any(words in p for words in AROUND for p in article.paragraphs)
    assert article.title == "Ferry strike ends"


@pytest.mark.parametrize("layout", [semantic, json_ld, divs_without_meaning, blog_engine, microdata])
def test_the_date_of_a_page_is_used_where_its_listing_has_none(stand, layout):
    stand.subscribe("/map.xml")
    stand.site.add("/map.xml", f"<urlset><url><loc>{stand.site.url('/ferry')}</loc></url></urlset>")
    stand.site.add("/ferry", layout())
    stand.collect()
    assert stand.article().published_at.date().isoformat() == "2025-04-08"


def test_the_time_of_a_page_is_read_with_its_zone(stand):
    stand.subscribe("/ferry", kind="page")
    stand.site.add("/ferry", microdata())
    stand.collect()
    assert stand.article().published_at.isoformat() == "2025-04-08T07:30:00+00:00"

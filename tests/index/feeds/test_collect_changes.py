"""Collecting from a site: which addresses mean one article, and what may change it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from index.feeds.folder import ArticleFolder
from index.feeds.journal import Journal
from index.feeds.report import Outcome
from tests.index.feeds.told import HERONS, LONG, counts, reasons
from tests.web_site import Item, rss_feed

# One article under several addresses


@pytest.mark.parametrize("other", ["/a?utm_source=rss", "/a/", "/a#top", "/old", "/amp", "/a?fbclid=1&utm_medium=x"])
def test_another_address_of_an_article_is_the_same_article(stand, page, text, other):
    stand.subscribe()
    stand.list("/a", other)
    canonical = f'<link rel="canonical" href="{stand.site.url("/a")}">'
    for path in ("/a", "/a/", "/amp", "/a?utm_source=rss"):
        stand.site.add(path, page("A", *text, head=canonical))
    stand.site.redirect("/old", "/a")
    report = stand.collect()
    assert report.counts[Outcome.NEW] == 1
    assert reasons(report) == []
    assert len(stand.articles()) == 1


def test_a_canonical_address_on_another_site_is_not_believed(stand, page, text):
    stand.subscribe()
    stand.list("/a")
    stand.site.add("/a", page("A", *text, head='<link rel="canonical" href="https://other.example/theirs">'))
    stand.collect()
    assert stand.article().url == stand.site.url("/a")


def test_a_canonical_address_that_is_the_home_page_is_not_believed(stand, page, text):
    stand.subscribe()
    stand.list("/a", "/b")
    for path, words in (("/a", text), ("/b", [p.upper() + " Not." for p in text])):
        stand.site.add(path, page(path, *words, head='<link rel="canonical" href="/">'))
    assert counts(stand.collect()) == {"new": 2}


def test_the_same_text_and_title_under_another_address_is_the_same_article(stand, page, text):
    stand.subscribe()
    pages = [Item("Bridge opens", stand.site.url(path)) for path in ("/a", "/news/a")]
    stand.site.add("/feed.xml", rss_feed(pages))
    for path in ("/a", "/news/a"):
        stand.site.add(path, page("Bridge opens", *text))
    assert counts(stand.collect()) == {"new": 1, "unchanged": 1}


def test_a_wall_that_stands_before_every_article_is_stored_once_at_most_and_told(stand, page, text):
    stand.subscribe()
    stand.list("/bridge-opens", "/herons-counted", "/ferry-strike-ends")
    for path in ("/bridge-opens", "/herons-counted", "/ferry-strike-ends"):
        stand.site.add(path, page("We value your privacy", *text))
    report = stand.collect()
    assert counts(report) == {"new": 1, "refused": 2}
    assert all("shows the text of another article" in reason for reason in reasons(report))


def test_a_near_copy_of_another_outlet_is_stored_and_counted(stand, page, text):
    stand.subscribe("/1.xml", name="Paper")
    stand.subscribe("/2.xml", name="Star")
    stand.list("/a", path="/1.xml")
    stand.list("/b", path="/2.xml")
    stand.site.add("/a", page("A", *text))
    stand.site.add("/b", page("B", *text, "Reporting by the agency."))
    report = stand.collect_all()
    assert report.count(Outcome.NEW) == 2
    assert sum(s.copies for s in report.sources) == 1


def test_short_articles_are_no_copies_of_each_other(stand, page):
    stand.subscribe(full_text=False)
    items = [Item(w, stand.site.url(f"/{w}"), text=f"<p>{w * 20}</p>" * 3) for w in ("闸门开启", "渡轮停航")]
    stand.site.add("/feed.xml", rss_feed(items))
    report = stand.collect()
    assert (report.counts[Outcome.NEW], report.copies) == (2, 0)


def test_a_feed_cannot_change_what_came_from_another_source(stand, text):
    stand.subscribe("/1.xml", name="Paper")
    stand.list("/a", path="/1.xml")
    stand.publish("/a")
    stand.collect_all()
    stand.subscribe("/2.xml", name="Liar", full_text=False)
    stand.list("/a", path="/2.xml", text=LONG)
    stand.collect_all()
    assert (stand.article().source, stand.article().paragraphs) == ("Paper", text)


# Changes


def test_a_change_keeps_the_earlier_version_beside_the_article(stand, text):
    stand.subscribe()
    stand.list("/a")
    stand.publish("/a")
    stand.collect()
    before = stand.article()
    stand.publish("/a", text[0], text[1].replace("41", "43"), text[2])
    stand.list("/a", published_at=stand.now)
    stand.wait(minutes=10)
    assert counts(stand.collect()) == {"changed": 1}
    after = stand.article()
    assert "43 million" in after.paragraphs[1]
    assert (after.id, after.published_at) == (before.id, before.published_at)
    (earlier,) = stand.versions()
    assert "41 million" in earlier
    (live,) = stand.folder.glob("*/*/*.md")
    assert "version: 2\n" in live.read_text(encoding="utf-8")


def test_a_change_is_not_seen_as_of_a_moment_before_it_was_fetched(stand, text, newsroom):
    stand.subscribe()
    stand.list("/a", published_at=stand.now)
    stand.publish("/a")
    stand.collect()
    assert stand.article().changed_at is None
    between = stand.now + timedelta(minutes=30)
    stand.wait(minutes=61)
    stand.publish("/a", text[0], text[1].replace("41", "43"), text[2])
    stand.collect()
    assert stand.article().changed_at == stand.now
    newsroom.build(stand.folder)
    assert newsroom.find("What did the bridge cost?", as_of=stand.now) == {stand.article().id}
    assert newsroom.find("What did the bridge cost?", as_of=between) == set()


def test_a_changed_article_whose_file_is_deleted_by_hand_comes_back_as_a_later_version(stand, text, newsroom):
    stand.subscribe()
    stand.list("/a", published_at=stand.now)
    stand.publish("/a")
    stand.collect()
    before = stand.now
    for number in (43, 44):
        stand.wait(minutes=61)
        stand.publish("/a", text[0], text[1].replace("41", str(number)), text[2])
        (file,) = stand.folder.glob("*/*/*.md")
        if number == 44:
            file.unlink()
        stand.collect()
    assert "44 million" in stand.article().paragraphs[1]
    assert stand.article().changed_at == stand.now
    told = file.read_text(encoding="utf-8")
    assert "version: 2\n" in told
    assert "updated_at: " in told
    newsroom.build(stand.folder)
    assert newsroom.find("What did the bridge cost?", as_of=before) == set()
    assert newsroom.find("What did the bridge cost?", as_of=stand.now) == {stand.article().id}


def test_a_change_back_and_forth_keeps_every_version(stand, text):
    stand.subscribe("/a", kind="page")
    for number in (41, 43, 41):
        stand.publish("/a", text[0], text[1].replace("41", str(number)), text[2])
        stand.collect()
    assert ["41 million" in v for v in stand.versions()] == [True, False]
    assert "41 million" in stand.article().paragraphs[1]


def test_an_article_that_shrinks_to_its_beginning_stays_whole(stand, text):
    body = [f"{number} {p}" for number in range(4) for p in text]
    stand.subscribe("/a", kind="page")
    stand.publish("/a", *body)
    stand.collect()
    stand.publish("/a", *body[:3])
    report = stand.collect()
    assert reasons(report) == ["the page shows but the beginning of it; what is stored of it stays"]
    assert len(stand.article().paragraphs) == 12


def test_an_address_that_leads_to_another_page_does_not_change_the_article(stand, text):
    stand.subscribe("/a", kind="page")
    stand.publish("/a")
    stand.collect()
    stand.publish("/topics", *HERONS)
    stand.site.redirect("/a", "/topics")
    report = stand.collect()
    assert "its address leads to another page" in reasons(report)[0]
    assert stand.article().paragraphs == text
    assert stand.versions() == []


@pytest.mark.parametrize("break_page", [lambda s: s.remove("/a"), lambda s: s.send("/a", b"nonsense\r\n\r\n")])
def test_an_article_whose_page_is_gone_or_broken_stays(stand, text, monkeypatch, break_page):
    stand.subscribe()
    stand.list("/a", text=LONG)
    stand.publish("/a")
    stand.collect()
    break_page(stand.site)
    stand.list("/a", text=LONG, published_at=stand.now)
    report = stand.collect()
    assert counts(report) == {"refused": 1}
    assert "what is stored of it stays" in reasons(report)[0]
    assert stand.article().paragraphs == text


def test_another_headline_in_another_feed_is_no_change(stand):
    stand.subscribe("/1.xml")
    stand.subscribe("/2.xml", name="The Paper, politics")
    stand.publish("/a")
    stand.site.add("/1.xml", rss_feed([Item("Bridge opens", stand.site.url("/a"))]))
    stand.collect_all()
    stand.site.add("/2.xml", rss_feed([Item("Mayor opens bridge", stand.site.url("/a"))]))
    report = stand.collect_all()
    assert report.count(Outcome.CHANGED) == 0
    assert stand.article().title == "Bridge opens"


@pytest.mark.parametrize(
    ("owner", "step", "is_stored", "then"),
    [
        pytest.param(Journal, "note_article", True, {"unchanged": 1}, id="between article and journal"),
        pytest.param(ArticleFolder, "_write", False, {"changed": 1}, id="between earlier version and article"),
    ],
)
def test_a_crash_in_a_change_is_made_good(stand, text, monkeypatch, owner, step, is_stored, then):
    stand.subscribe("/a", kind="page")
    stand.publish("/a")
    stand.collect()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    stand.publish("/a", *text, "A boat was hit.")
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, crash)
        with pytest.raises(KeyboardInterrupt):
            stand.collect()
    assert (stand.article().paragraphs[-1] == "A boat was hit.") is is_stored
    assert counts(stand.collect()) == then
    assert stand.article().paragraphs[-1] == "A boat was hit."
    assert len(stand.versions()) == 1


# An article is changed by its own page alone


def test_stories_that_name_their_section_as_their_home_are_stored_each(stand, page, text):
    stand.subscribe()
    stand.list("/news/a", "/news/b")
    for path, words in (("/news/a", text), ("/news/b", HERONS)):
        stand.site.add(path, page(path, *words, head='<link rel="canonical" href="/news">'))
    assert counts(stand.collect()) == {"new": 2}
    stand.wait(minutes=61)
    assert counts(stand.collect()) == {"unchanged": 2}
    assert stand.versions() == []


@pytest.mark.parametrize("comes_first", [False, True])
def test_a_page_that_claims_the_home_of_another_article_takes_nothing_from_it(stand, page, text, comes_first):
    stand.subscribe()
    evil = page("Evil", *HERONS, head=f'<link rel="canonical" href="{stand.site.url("/real")}">')
    stand.site.add("/evil", evil)
    stand.publish("/real")
    for paths in (("/evil",), ("/evil", "/real")) if comes_first else (("/real",), ("/real", "/evil")):
        stand.list(*paths)
        stand.collect()
        stand.wait(minutes=61)
    stand.collect()
    assert {(a.url.rpartition("/")[2], a.paragraphs[0]) for a in stand.articles()} == {
        ("real", text[0]),
        ("evil", HERONS[0]),
    }
    assert stand.versions() == []


def test_a_page_that_shows_another_text_does_not_change_the_article(stand, text):
    stand.subscribe("/a", kind="page")
    stand.publish("/a")
    stand.collect()
    stand.publish("/a", *HERONS)
    assert reasons(stand.collect()) == ["its page shows another text; what is stored of it stays"]
    assert stand.article().paragraphs == text


def test_a_redirect_to_the_home_page_is_no_article(stand):
    stand.subscribe()
    stand.list("/a")
    stand.site.redirect("/a", "/")
    stand.publish("/", title="Welcome")
    assert reasons(stand.collect()) == ["redirects to the home page"]


def test_of_two_addresses_with_one_text_the_one_that_is_changed_gets_an_article_of_its_own(stand, page, text):
    stand.subscribe()
    stand.site.add("/feed.xml", rss_feed([Item("Bridge", stand.site.url(path)) for path in ("/a", "/b")]))
    for path in ("/a", "/b"):
        stand.site.add(path, page("Bridge", *text))
    stand.collect()
    kept = stand.article().url.rpartition("/")[2]
    other = "/b" if kept == "a" else "/a"
    stand.site.add(other, page("Bridge", text[0], text[1].replace("41", "43"), text[2]))
    stand.wait(minutes=61)
    assert counts(stand.collect()) == {"unchanged": 1, "new": 1}
    stand.wait(minutes=61)
    assert counts(stand.collect()) == {"unchanged": 2}
    assert len(stand.articles()) == 2
    assert stand.versions() == []

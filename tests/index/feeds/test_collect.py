"""Collecting from a site: what is stored, what is changed, what is refused and why."""

from __future__ import annotations

from typing import Any

import pytest
from filelock import FileLock

from index.errors import NewsdeskError
from index.feeds import collect as collect_module
from index.feeds import collector as collector_module
from index.feeds.collect import CollectBusy
from index.feeds.fetch import Fetched, Fetcher
from index.feeds.folder import ArticleFolder
from index.feeds.journal import Journal
from index.feeds.look import next_look
from index.feeds.records import Listed
from index.feeds.report import Outcome
from index.feeds.subscriptions import make_source
from tests.web_site import Item, Reply, atom_feed, json_feed, news_sitemap, rss_feed

LONG = (
    "<p>Volunteers counted 212 herons on the marsh on Sunday, eleven more than in any year before.</p>"
    "<p>The count began at dawn and ended when the fog came in from the sea, said the warden Tilda Voss.</p>"
    "<p>Next year it will be held a week earlier, so that the young birds are counted in their nests.</p>"
)

HERONS = (LONG[3:90], LONG[95:180], LONG[200:300])


def counts(report):
    return {outcome.value: n for outcome, n in report.counts.items() if n}


def reasons(report):
    return [refusal.reason for refusal in report.refusals]


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
    stand.publish("/b", *(p.replace("bridge", "ferry") for p in (LONG[3:90], LONG[95:180], LONG[200:300])))
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
    stand.publish("/topics", *(LONG[3:90], LONG[95:180], LONG[200:300]))
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


def test_a_crash_between_file_and_journal_is_made_good(stand, text, monkeypatch):
    stand.subscribe("/a", kind="page")
    stand.publish("/a")
    stand.collect()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    stand.publish("/a", *text, "A boat was hit.")
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "note_article", crash)
        with pytest.raises(KeyboardInterrupt):
            stand.collect()
    assert stand.article().paragraphs[-1] == "A boat was hit."
    assert counts(stand.collect()) == {"unchanged": 1}
    assert len(stand.versions()) == 1


def test_a_crash_between_an_earlier_version_and_the_article_is_made_good(stand, text, monkeypatch):
    stand.subscribe("/a", kind="page")
    stand.publish("/a")
    stand.collect()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    stand.publish("/a", *text, "A boat was hit.")
    with monkeypatch.context() as patch:
        patch.setattr(ArticleFolder, "_write", crash)
        with pytest.raises(KeyboardInterrupt):
            stand.collect()
    assert stand.article().paragraphs == text
    assert counts(stand.collect()) == {"changed": 1}
    assert len(stand.versions()) == 1


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
    stand.publish("/b", *(LONG[3:90], LONG[95:180], LONG[200:300]))
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


# Hostile and foolish


def test_a_date_far_ahead_becomes_the_moment_of_fetching(stand):
    stand.subscribe()
    stand.publish("/a")
    stand.site.add("/feed.xml", rss_feed([Item("A", stand.site.url("/a"), stand.now.replace(year=2031))]))
    stand.collect()
    assert stand.article().published_at == stand.now


def test_titles_and_names_cannot_break_out_of_the_front_matter(stand):
    stand.subscribe(name="The Paper")
    title = "Bridge\n---\nid: evil\nsource: Other\n---\n# opens \x00\u2028\u202e" + "x" * 5000
    feed = atom_feed([Item(title.replace("\x00", ""), stand.site.url("/../../../etc/passwd"), author="A: b\n---\n")])
    stand.site.add("/feed.xml", feed)
    stand.publish("/etc/passwd")
    assert counts(stand.collect()) == {"new": 1}
    article = stand.article()
    assert article.source == "The Paper"
    assert article.id.startswith("the-paper-")
    assert len(article.title) <= 300
    assert all(file.is_relative_to(stand.folder) for file in stand.home.rglob("*.md"))


def test_text_that_looks_like_markdown_comes_back_as_it_was(stand, page):
    words = (
        "# Not a heading, but the first of the paragraphs that this article is made of, which is long enough.",
        "- **He** said: &lt;b&gt;no&lt;/b&gt; [to](https://evil.example) `it` and __all__ that, 3 * 4 * 5 = 60.",
        "--- and the third is here only because an article has to have some length before it is taken for one.",
    )
    stand.subscribe()
    stand.list("/a")
    stand.site.add("/a", page("A", *words))
    stand.collect()
    first, second, _ = stand.article().paragraphs
    assert first.startswith("# Not a heading")
    assert second.startswith("- **He** said: <b>no</b> [to](https://evil.example) `it` and __all__ that")


def test_a_symlink_out_of_the_folder_is_not_written_through(stand, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    stand.folder.mkdir()
    (stand.folder / "the-paper").symlink_to(outside)
    stand.subscribe()
    stand.list("/a")
    stand.publish("/a")
    with pytest.raises(NewsdeskError, match="leads out of the folder"):
        stand.collect()
    assert list(outside.rglob("*.md")) == []


@pytest.mark.parametrize(
    ("encoding", "content_type", "meta"),
    [
        ("utf-8", "text/html; charset=iso-8859-1", ""),
        ("utf-8", "text/html", '<meta charset="windows-1252">'),
        ("windows-1252", "text/html; charset=iso-8859-1", ""),
        ("windows-1252", "text/html; charset=nonsense", '<meta charset="windows-1252">'),
        ("windows-1252", "text/html; charset=utf-8", ""),
        ("utf-16", "text/html", ""),
    ],
)
def test_wrong_charsets_do_not_spoil_the_text(stand, page, text, encoding, content_type, meta):
    stand.subscribe()
    stand.list("/a")
    words = f"Fräulein Åse Brüggemann said “très bien” at the café — and left. {text[0]}"
    html = page("A", words, *text, head=meta).replace('<meta charset="utf-8">', "")
    stand.site.add("/a", html.encode(encoding), content_type)
    stand.collect()
    assert stand.article().paragraphs[0] == words


def test_a_chinese_page_in_gbk_that_is_declared_as_gb2312_is_read(stand, page):
    words = ["闸门于周一开启，市长为新桥剪彩，现场有数百人观看。" * 3]
    words += ["工程造价四千一百万，比计划多出两百万，承建商说。" * 3]
    stand.subscribe()
    stand.list("/a")
    html = page("闸门开启", *words, language="zh").replace("utf-8", "gb2312")
    stand.site.add("/a", html.encode("gbk"), "text/html; charset=gb2312")
    stand.collect()
    assert stand.article().paragraphs == tuple(words)
    assert stand.article().language == "zh"


def test_pages_that_never_end_are_given_up_and_the_others_come(stand, monkeypatch):
    class Hasty(Fetcher):
        """Gives up soon on what does not end."""

        async def get(self, url: str, **options: Any) -> Fetched:
            if not url.endswith(("/drip", "/silent")):
                return await super().get(url, **options)
            async with Fetcher("hasty", [stand.site.host], timeout_s=0.1, per_host_delay_s=0) as hasty:
                return await hasty.get(url)

    monkeypatch.setattr(collect_module, "Fetcher", Hasty)
    stand.subscribe()
    stand.list("/drip", "/silent", "/a")
    stand.site.drip("/drip")
    stand.site.silence("/silent")
    stand.publish("/a")
    report = stand.collect()
    assert counts(report) == {"new": 1, "refused": 2}
    assert all("after 0.1 seconds" in reason for reason in reasons(report))


def test_an_item_address_that_leads_inside_is_never_asked(stand):
    stand.subscribe()
    asked: list[str] = []
    stand.site.answer("/secret", lambda request: asked.append(request.path) or Reply(b"secret"))
    inside = f"http://localhost:{stand.site.port}/secret"
    stand.site.add("/feed.xml", rss_feed([Item("Secret", inside), Item("File", "file:///etc/passwd")]))
    report = stand.collect()
    assert asked == []
    assert len(report.refusals) == 2


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

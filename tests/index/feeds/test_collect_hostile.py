"""Collecting from a site: hostile and foolish pages."""

from __future__ import annotations

from typing import Any

import pytest

from index.errors import NewsdeskError
from index.feeds import collect as collect_module
from index.feeds.fetch import Fetched, Fetcher
from tests.index.feeds.told import counts, reasons
from tests.web_site import Item, Reply, atom_feed, rss_feed


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

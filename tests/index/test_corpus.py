"""Articles from files and folders, and what is said of those that are bad."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.corpus import read_corpus
from index.errors import BadArticle, CorpusMissing
from index.types import Article

SHARED = Path(__file__).resolve().parents[3] / "shared"
STORY = "The harbour bridge opened on Monday. Traffic was light.\n\nThe mayor cut a ribbon."
PARAGRAPHS = ("The harbour bridge opened on Monday. Traffic was light.", "The mayor cut a ribbon.")


def read(*paths: Path) -> tuple[list[Article], list[BadArticle]]:
    bad: list[BadArticle] = []
    return list(read_corpus(paths, bad.append)), bad


def read_one(path: Path) -> Article:
    articles, bad = read(path)
    assert bad == []
    assert len(articles) == 1
    return articles[0]


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def line(**fields: object) -> str:
    return json.dumps({"id": "a", "body": STORY} | fields) + "\n"


def only_reason(path: Path) -> str:
    articles, bad = read(path)
    assert articles == []
    assert len(bad) == 1
    return str(bad[0])


# Files and folders


def test_a_path_that_does_not_exist_is_refused_before_any_reading(tmp_path):
    with pytest.raises(CorpusMissing, match="nowhere"):
        read_corpus([tmp_path, tmp_path / "nowhere"], lambda _: None)


def test_folders_are_read_recursively_in_the_order_of_names(tmp_path):
    for name in ("b.md", "a/z.txt", "c/d/e.md", "a/b.md"):
        write(tmp_path / name, STORY)
    articles, bad = read(tmp_path)
    assert [a.id for a in articles] == ["a/b.md", "a/z.txt", "b.md", "c/d/e.md"]
    assert bad == []


def test_hidden_files_other_endings_readmes_and_questions_in_a_folder_are_ignored(tmp_path):
    for name in (
        ".a.md",
        ".git/a.md",
        "a.pdf",
        "README.md",
        "sub/readme.md",
        "questions.jsonl",
        "unanswerable.jsonl",
    ):
        write(tmp_path / name, "words")
    assert read(tmp_path) == ([], [])


def test_a_readme_with_front_matter_is_an_article(tmp_path):
    write(tmp_path / "README.md", "---\nid: a\n---\nSome words.")
    assert [a.id for a in read(tmp_path)[0]] == ["a"]


def test_a_named_file_of_an_unknown_ending_is_bad(tmp_path):
    assert "a.pdf: has none of the endings" in only_reason(write(tmp_path / "a.pdf", "words"))


def test_a_file_that_is_reached_twice_is_read_once(tmp_path):
    path = write(tmp_path / "a.md", STORY)
    articles, bad = read(tmp_path, path, tmp_path)
    assert len(articles) == 1
    assert bad == []


def test_an_id_that_was_read_before_is_bad(tmp_path):
    write(tmp_path / "1.jsonl", line() + line(title="Again"))
    write(tmp_path / "2.md", "---\nid: a\n---\nwords")
    articles, bad = read(tmp_path)
    assert len(articles) == 1
    assert [b.place for b in bad] == [f"{tmp_path}/1.jsonl:2", f"{tmp_path}/2.md"]


def test_a_symlink_out_of_the_folder_is_bad(tmp_path):
    secret = write(tmp_path / "secret.md", STORY)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.md").symlink_to(secret)
    (folder / "b").symlink_to(tmp_path)
    articles, bad = read(folder)
    assert articles == []
    assert [b.reason.split(",")[0] for b in bad] == ["is a symlink out of the folder"] * 2


def test_symlink_loops_are_bad_and_end(tmp_path):
    write(tmp_path / "a" / "x.md", STORY)
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self.md").symlink_to(tmp_path / "self.md")
    articles, bad = read(tmp_path)
    assert len(articles) == 1
    assert ["symlink loop" in b.reason for b in bad] == [True, True]


def test_a_symlink_within_the_folder_is_followed_to_what_is_hidden(tmp_path):
    write(tmp_path / ".data" / "a.md", STORY)
    (tmp_path / "a.md").symlink_to(".data/a.md")
    articles, bad = read(tmp_path)
    assert [a.id for a in articles] == ["a.md"]
    assert bad == []


def test_a_dangling_symlink_is_bad(tmp_path):
    (tmp_path / "a.md").symlink_to("gone.md")
    assert "cannot be followed" in str(read(tmp_path)[1][0])


def test_a_pipe_is_bad_instead_of_blocking(tmp_path):
    os.mkfifo(tmp_path / "a.md")
    assert "is not a regular file" in str(read(tmp_path)[1][0])


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_bad(tmp_path):
    write(tmp_path / "a.md", STORY).chmod(0)
    assert "cannot be read" in str(read(tmp_path)[1][0])


def test_a_file_name_that_is_no_unicode_is_shown_in_a_printable_way(tmp_path):
    name = os.fsdecode(b"caf\xe9\x1b.md")
    write(tmp_path / name, "")
    bad = read(tmp_path)[1]
    bad[0].place.encode()
    assert "\x1b" not in bad[0].place


def test_a_file_of_more_than_50_mb_is_bad(tmp_path):
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        stream.truncate(50_000_001)
    assert "larger than 50 MB" in only_reason(path)


def test_on_bad_may_stop_the_reading(tmp_path):
    write(tmp_path / "a.md", "")

    def stop(bad: BadArticle) -> None:
        raise bad

    with pytest.raises(BadArticle, match="no text"):
        list(read_corpus([tmp_path], stop))


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.jsonl", "a.json"])
def test_another_encoding_than_utf_8_is_bad_and_names_the_byte(tmp_path, name):
    assert "bad encoding: byte 0xe9 at 3" in only_reason(write(tmp_path / name, b"caf\xe9 and more"))


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    path = write(tmp_path / "a.md", b"\xef\xbb\xbf---\nid: a\n---\nSome words.")
    assert read_one(path).paragraphs == ("Some words.",)


# Fields


def test_missing_fields_are_filled_in(tmp_path):
    article = read_one(write(tmp_path / "a.jsonl", line(url="https://www.paper.example/x")))
    assert article.title == "The harbour bridge opened on Monday."
    assert article.source == "paper.example"
    assert (article.language, article.published_at, article.authors) == ("en", None, ())


def test_a_missing_source_without_a_url_is_unknown(tmp_path):
    assert read_one(write(tmp_path / "a.jsonl", line())).source == "unknown"


def test_a_long_first_sentence_is_cut_at_a_word_as_the_title(tmp_path):
    title = read_one(write(tmp_path / "a.jsonl", line(body="bridge " * 60 + "ends."))).title
    assert len(title) <= 100
    assert title.endswith("bridge…")


def test_a_text_of_chinese_characters_is_chinese(tmp_path):
    assert read_one(write(tmp_path / "a.jsonl", line(body="大桥星期一开通。"))).language == "zh"


def test_a_language_is_kept_without_its_region(tmp_path):
    assert read_one(write(tmp_path / "a.jsonl", line(language="de-AT"))).language == "de"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "http://[", "https://a.example/ b"])
def test_a_url_that_is_no_web_address_is_left_out(tmp_path, url):
    assert read_one(write(tmp_path / "a.jsonl", line(url=url))).url == ""


@pytest.mark.parametrize("article_id", ["", "  ", 7, True, ["a"], "x" * 201, "a\nb", "a\u0000b"])
def test_an_id_that_cannot_be_one_is_bad(tmp_path, article_id):
    assert ":1: id " in only_reason(write(tmp_path / "a.jsonl", line(id=article_id)))


def test_an_id_is_never_used_as_a_path(tmp_path):
    assert read_one(write(tmp_path / "a.jsonl", line(id="../../etc/passwd"))).id == "../../etc/passwd"


def test_a_date_that_is_present_but_bad_makes_the_article_bad(tmp_path):
    reason = only_reason(write(tmp_path / "a.jsonl", line(published_at="yesterday")))
    assert "a.jsonl:1: published_at is not a date: 'yesterday'" in reason


@pytest.mark.parametrize("published_at", [None, "", " "])
def test_an_empty_date_is_no_date(tmp_path, published_at):
    assert read_one(write(tmp_path / "a.jsonl", line(published_at=published_at))).published_at is None


@pytest.mark.parametrize("field", ["title", "source", "url", "language", "section", "authors"])
def test_a_field_of_the_wrong_type_is_bad(tmp_path, field):
    assert f"a.jsonl:1: {field} is n" in only_reason(write(tmp_path / "a.jsonl", line(**{field: 7})))


def test_control_characters_and_lone_surrogates_are_removed_and_whitespace_collapsed(tmp_path):
    body = "One\u0000 two\ufeff\ud800\u00a0\u3000three\tfour\nfive\u009f — “six”"
    assert read_one(write(tmp_path / "a.jsonl", line(body=body))).paragraphs == ("One two three four five — “six”",)


# JSON


def test_a_line_of_json_is_an_article_with_all_its_fields(tmp_path):
    path = write(
        tmp_path / "a.jsonl",
        line(
            title="Bridge", source="Paper", authors=["Ann Lee", "Bo Li"], section="city",
            published_at="2025-04-17", url="https://paper.example/1",
        ),
    )  # fmt: skip
    assert read_one(path) == Article(
        id="a",
        title="Bridge",
        source="Paper",
        paragraphs=PARAGRAPHS,
        authors=("Ann Lee", "Bo Li"),
        published_at=datetime(2025, 4, 17, tzinfo=UTC),
        url="https://paper.example/1",
        section="city",
    )


@pytest.mark.parametrize(
    "text",
    [
        {"body": STORY},
        {"text": STORY},
        {"paragraphs": list(PARAGRAPHS)},
        {"body": STORY.replace("\n\n", "\n")},
    ],
)
def test_text_comes_as_body_or_text_or_paragraphs(tmp_path, text):
    path = write(tmp_path / "a.jsonl", json.dumps({"id": "a", **text}))
    assert read_one(path).paragraphs == PARAGRAPHS


def test_authors_come_as_names_parted_by_commas(tmp_path):
    assert read_one(write(tmp_path / "a.jsonl", line(author="Ann Lee, Bo Li"))).authors == (
        "Ann Lee",
        "Bo Li",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{nope}", "is not JSON: "),
        ("[1]", "is not a JSON object but a list"),
        ("null", "is not a JSON object but a NoneType"),
        ("[" * 100_000, "nested too deep"),
        ('{"a":' * 100_000, "nested too deep"),
        ('{"id": ' + "9" * 5000 + "}", "is not JSON"),
        ('{"id": "x"}', "no text"),
        ('{"id": "x", "body": " \\n\\n\\u0000 "}', "no text"),
        ('{"id": "x", "body": 7}', "body is neither"),
        ('{"id": "x", "url": ' + "[" * 700 + "]" * 700 + ', "body": "words"}', "url is not text"),
    ],
)
def test_a_bad_line_is_reported_with_its_number_and_does_not_hide_the_next(tmp_path, content, reason):
    articles, bad = read(write(tmp_path / "a.jsonl", f"\n{content}\n{line()}"))
    assert [a.id for a in articles] == ["a"]
    assert [b.place for b in bad] == [f"{tmp_path}/a.jsonl:2"]
    assert reason in bad[0].reason


def test_a_line_of_50_mb_is_bad_and_the_next_is_read(tmp_path):
    path = write(tmp_path / "a.jsonl", line(id="b") + "x" * 50_000_000 + "\n" + line())
    articles, bad = read(path)
    assert [a.id for a in articles] == ["b", "a"]
    assert [str(b) for b in bad] == [f"{path}:2: the line is longer than 10 MB"]


def test_a_gzip_bomb_in_a_line_is_bad_and_the_next_is_read(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(60):
            stream.write(bytes(1_000_000))
        stream.write(b"\n" + line().encode())
    articles, bad = read(path)
    assert [a.id for a in articles] == ["a"]
    assert [b.place for b in bad] == [f"{path}:1"]


def test_what_comes_before_the_cut_of_a_truncated_gzip_is_kept(tmp_path):
    whole = gzip.compress("".join(line(id=f"a{i}", title=os.urandom(40).hex()) for i in range(2000)).encode())
    articles, bad = read(write(tmp_path / "a.jsonl.gz", whole[: len(whole) // 2]))
    assert 500 < len(articles) < 1500
    assert bad[-1].place == f"{tmp_path}/a.jsonl.gz:{len(articles) + 1}"
    assert "truncated" in bad[-1].reason


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"x" * 99, mtime=0)[:-6] + b"\0\0\0\0\0\0"])
def test_a_file_that_is_no_gzip_is_bad_or_empty(tmp_path, content):
    articles, bad = read(write(tmp_path / "a.jsonl.gz", content))
    assert articles == []
    assert bool(bad) == bool(content)


def test_a_json_list_holds_articles(tmp_path):
    path = write(tmp_path / "a.json", f"[{line()}, 7, {line(id='b')}]")
    articles, bad = read(path)
    assert [a.id for a in articles] == ["a", "b"]
    assert [b.place for b in bad] == [f"{path}[2]"]


def test_a_json_file_that_is_no_list_is_bad(tmp_path):
    assert "is not a JSON list" in only_reason(write(tmp_path / "a.json", "{}"))


def test_an_article_without_an_id_keeps_its_made_one_when_lines_move(tmp_path):
    first = [line(id=None, title="One"), line(id=None, title="Two")]
    path = write(tmp_path / "a.jsonl", "".join(first))
    before = {a.title: a.id for a in read(path)[0]}
    write(path, "".join(reversed(first)))
    assert {a.title: a.id for a in read(path)[0]} == before
    assert len(set(before.values())) == 2


# Markdown


def markdown(path: Path, body: str, front: str = "id: a") -> Path:
    return write(path / "a.md", f"---\n{front}\n---\n{body}")


def test_front_matter_gives_the_fields(tmp_path):
    front = (
        "id: bridge\ntitle: The bridge\nsource: Paper\nauthors: Ann Lee, Bo Li\n"
        "published_at: 2025-04-17T14:05:00Z\nurl: https://paper.example/1\nlanguage: en\nsection: city\nmood: 7"
    )
    article = read_one(markdown(tmp_path, STORY, front))
    assert article == Article(
        "bridge", "The bridge", "Paper", PARAGRAPHS, ("Ann Lee", "Bo Li"),
        datetime(2025, 4, 17, 14, 5, tzinfo=UTC), "https://paper.example/1", "en", "city",
    )  # fmt: skip


def test_the_first_heading_is_the_title_where_none_is_given(tmp_path):
    assert read_one(markdown(tmp_path, f"## Kicker\n\n# The *new* bridge\n\n{STORY}")).title == "The new bridge"


@pytest.mark.parametrize(
    "block",
    ["# Heading", "### Heading ###", "Heading\n=======", "![alt](x.png)", "<!-- a\n\nnote -->", "---",
     "* * *", "[ref]: https://a.example", "[![alt](x.png)](https://a.example)", "<img src='x.png'>"],
)  # fmt: skip
def test_headings_images_comments_and_rules_are_no_paragraphs(tmp_path, block):
    assert read_one(markdown(tmp_path, STORY.replace("\n\n", f"\n\n{block}\n\n"))).paragraphs == PARAGRAPHS


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("The [mayor](https://a.example/b_(c) 'x') spoke.", "The mayor spoke."),
        ("See <https://a.example/x>.", "See https://a.example/x."),
        ("A *very* **big** _old_ __red__ ***bridge***.", "A very big old red bridge."),
        ("**The *new* bridge**", "The new bridge"),
        ("大桥**很好**看", "大桥很好看"),
        ("5 * 3 * 2 = 30, 5*3*2 and snake_case_name", "5 * 3 * 2 = 30, 5*3*2 and snake_case_name"),
        (r"A \*star\* &amp; `code`", "A *star* & code"),
        ("wrapped\nlines", "wrapped lines"),
        ("- one\n- two", "one two"),
        ("> said\n> she", "said she"),
        ("A 5-4 win [sic] in 2025.", "A 5-4 win [sic] in 2025."),
    ],
)
def test_marks_become_the_text_they_mark(tmp_path, source, text):
    assert read_one(markdown(tmp_path, source)).paragraphs == (text,)


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        ("---\nid: a\nwords", ":1", "not closed"),
        ("---\nid: a\nb: [\n---\nwords", ":4", "no YAML"),
        ("---\njust words\n---\nwords", ":1", "`key: value`"),
        ("---\nid: a\npublished_at: 2025-13-45\n---\nwords", ":1", "no YAML: month"),
        ("---\na: &a [x]\nb: [*a, *a]\n---\nwords", ":1", "aliases"),
        ("---\na: !!python/object/apply:os.system [ls]\n---\nwords", ":2", "no YAML"),
        ("---\na: " + "[" * 50_000 + "\n---\nwords", ":1", "no YAML"),
        ("---\nid: a\n\npublished_at: yesterday\n---\nwords", ":4", "not a date: 'yesterday'"),
        ("---\nid: a\ntitle: 7\n---\nwords", ":3", "title is not text"),
        ("---\nid: a\n---\n# Heading\n", "", "no text"),
    ],
)
def test_a_bad_markdown_file_is_reported_with_its_line(tmp_path, content, place, reason):
    bad = read(write(tmp_path / "x.md", content))[1]
    assert [b.place for b in bad] == [f"{tmp_path}/x.md{place}"]
    assert reason in bad[0].reason


@pytest.mark.parametrize("unit", ["<!--", "[", "![", "](", "**a", "_a", "`", "[a](", "<a ", "\\", "> ", "# ", "- "])
def test_no_run_of_marks_takes_long(tmp_path, unit):
    read(markdown(tmp_path, unit * 30_000))


# Plain text


def plain(path: Path, *blocks: str) -> Article:
    return read_one(write(path / "a.txt", "\n\n".join(blocks)))


def test_a_byline_in_brackets_gives_source_and_authors(tmp_path):
    article = plain(tmp_path, "[By Harbour Network, Ann Lee] The bridge opened.", "It is long.")
    assert (article.source, article.authors) == ("Harbour Network", ("Ann Lee",))
    assert article.paragraphs == ("The bridge opened.", "It is long.")


@pytest.mark.parametrize(
    ("byline", "source", "authors"),
    [
        ("[By Ann Lee]", "unknown", ("Ann Lee",)),
        ("[Text/Harbour News Ann Lee]", "Harbour News", ("Ann Lee",)),
        ("[Article by Harbour Net, Ann Lee, Bo Li]", "Harbour Net", ("Ann Lee", "Bo Li")),
        ("【文/海港网 李安】", "海港网", ("李安",)),
    ],
)
def test_bylines_come_in_several_forms(tmp_path, byline, source, authors):
    article = plain(tmp_path, f"{byline} The bridge opened.")
    assert (article.source, article.authors) == (source, authors)
    assert article.paragraphs == ("The bridge opened.",)


@pytest.mark.parametrize(
    "block",
    ['On Monday the mayor walked over the bridge. "Harbour Eye"', "The bridge at dawn. (Reuters)",
     "Photo: Ann Lee", "File photo of the bridge", "The bridge at dawn. Image: Harbour News",
     "桥。[图源:海港网]", "The mayor on Monday. [AP Photo/Ann Lee]",
     "Disclaimer: This is the author's view.", "This piece cannot be reprinted without permission.",
     "© 2025 Harbour News. All rights reserved.", "Tell us with the [Like/Dislike] buttons.",
     "Original article: https://paper.example/1"],
)  # fmt: skip
def test_captions_and_boilerplate_are_no_paragraphs(tmp_path, block):
    assert plain(tmp_path, *PARAGRAPHS, block).paragraphs == PARAGRAPHS


@pytest.mark.parametrize(
    "block",
    ['She called it "a great day". "It is our bridge."', 'He was "not worried".',
     "The bank said so (see above).", "The court ruled on copyright on Monday.", "The photo showed a bridge.",
     'They call it the "Eye of the Harbour"', 'The mayor said: "We will build another."'],
)  # fmt: skip
def test_prose_that_resembles_a_caption_is_kept(tmp_path, block):
    assert plain(tmp_path, *PARAGRAPHS, block).paragraphs == (*PARAGRAPHS, block)


def test_labelled_lines_are_fields(tmp_path):
    head = "Title: The bridge\nSource: Paper\nBy Ann Lee and Bo Li\nPublished: April 17, 2025"
    article = plain(tmp_path, head, STORY, "Original article: https://paper.example/1")
    assert (article.title, article.source, article.authors) == ("The bridge", "Paper", ("Ann Lee", "Bo Li"))
    assert article.published_at == datetime(2025, 4, 17, tzinfo=UTC)
    assert article.url == "https://paper.example/1"
    assert article.paragraphs == PARAGRAPHS


def test_a_bad_date_line_makes_the_article_bad(tmp_path):
    assert "published_at is not a date: 'soon'" in only_reason(write(tmp_path / "a.txt", f"Date: soon\n\n{STORY}"))


def test_a_short_first_line_without_a_full_stop_is_the_title(tmp_path):
    article = plain(tmp_path, "Bridge opens", STORY)
    assert (article.title, article.paragraphs) == ("Bridge opens", PARAGRAPHS)


def test_a_date_in_the_text_is_not_the_date(tmp_path):
    assert plain(tmp_path, "Begun on 3 May 2019, it opened on April 17, 2025.").published_at is None


def test_a_line_of_the_head_that_is_a_full_date_is_the_date(tmp_path):
    article = plain(tmp_path, "Bridge opens", "April 17, 2025", *PARAGRAPHS)
    assert (article.published_at, article.paragraphs) == (datetime(2025, 4, 17, tzinfo=UTC), PARAGRAPHS)


def test_a_day_without_a_year_is_no_date(tmp_path):
    assert plain(tmp_path, "It opened on April 17th, and by 2025 all will use it.").published_at is None


def test_lines_are_paragraphs_where_no_line_is_blank(tmp_path):
    assert plain(tmp_path, STORY.replace("\n\n", "\n")).paragraphs == PARAGRAPHS


def test_wrapped_lines_are_joined(tmp_path):
    assert plain(tmp_path, "The bridge\nopened on\nMonday.").paragraphs == ("The bridge opened on Monday.",)


# Web pages

PAGE = """<html lang="en-GB"><head><title>Bridge | Paper</title>
<meta property="og:title" content="The bridge"><meta property="og:site_name" content="Paper">
<meta name="author" content="Ann Lee"><meta property="article:published_time" content="2025-04-17T14:05:00Z">
<link rel="canonical" href="https://paper.example/1"></head>
<body><nav><a href="/">Home</a></nav><article><h1>The bridge</h1>{paragraphs}</article>
<footer>All rights reserved</footer></body></html>"""
PROSE = tuple(
    f"Number {i}: the <b>harbour</b> bridge, which took nine years to build, opened on Monday in the rain."
    for i in range(4)
)


def page(paragraphs: tuple[str, ...]) -> str:
    return PAGE.replace("{paragraphs}", "".join(f"<p>{p}</p>" for p in paragraphs))


def test_a_web_page_gives_its_fields_and_paragraphs(tmp_path):
    article = read_one(write(tmp_path / "a.html", page(PROSE)))
    assert (article.title, article.source, article.authors) == ("The bridge", "Paper", ("Ann Lee",))
    assert article.published_at == datetime(2025, 4, 17, tzinfo=UTC)
    assert (article.url, article.language) == ("https://paper.example/1", "en")
    assert article.paragraphs == tuple(p.replace("<b>", "").replace("</b>", "") for p in PROSE)


def test_the_encoding_of_a_web_page_is_detected(tmp_path):
    content = page(("Das Café öffnet am Montag für alle Gäste, sagte die Bürgermeisterin.",) * 4)
    content = content.replace("<head>", '<head><meta charset="iso-8859-1">')
    article = read_one(write(tmp_path / "a.htm", content.encode("latin-1")))
    assert article.paragraphs[0].startswith("Das Café öffnet")


@pytest.mark.parametrize("content", ["", "words", "<html><body></body></html>", "<div>" * 20_000, "\0" * 100])
def test_a_page_without_an_article_is_bad(tmp_path, content):
    assert "no text" in only_reason(write(tmp_path / "a.html", content))


# Properties


@settings(deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)),
    st.sampled_from(["a.md", "a.txt", "a.jsonl", "a.json", "a.jsonl.gz", "README.md"]),
)
def test_no_file_raises_anything(content, name):
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / name, content)
        articles, _ = read(path)
        assert all(article.paragraphs and article.title for article in articles)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=30),
        lambda v: st.lists(v, max_size=3) | st.dictionaries(st.sampled_from(["id", "title", "body", "authors"]), v),
    )
)
def test_every_json_value_is_an_article_or_is_reported(value):
    with tempfile.TemporaryDirectory() as folder:
        articles, bad = read(write(Path(folder) / "a.jsonl", json.dumps(value)))
        assert len(articles) + len(bad) == 1


@settings(deadline=None)
@given(st.text(alphabet="ab *_[]()!<>-#`\\\n&;", max_size=200))
def test_every_markdown_text_is_an_article_or_is_reported(text):
    with tempfile.TemporaryDirectory() as folder:
        articles, bad = read(write(Path(folder) / "a.md", text))
        assert len(articles) + len(bad) == 1
        for article in articles:
            assert all(p == " ".join(p.split()) for p in article.paragraphs)


# The data for development


def test_the_seed_article_is_read():
    path = SHARED / "seed"
    if not path.is_dir():
        pytest.skip("the shared data are not here")
    articles, bad = read(path)
    assert bad == []
    assert (articles[0].source, articles[0].authors) == ("Guancha Network", ("Lin Chenli",))
    assert articles[0].url.startswith("https://www.toutiao.com/")
    assert articles[0].published_at is None
    assert len(articles[0].paragraphs) == 11


def test_all_articles_of_realtimeqa_are_read():
    path = SHARED / "data" / "realtimeqa"
    if not path.is_dir():
        pytest.skip("the shared data are not here")
    articles, bad = read(path)
    assert len(articles) == 2872
    assert bad == []

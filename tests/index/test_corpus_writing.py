"""An article that is written is read back as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.fields import BadField, make_article
from index.corpus.files import CorpusFile
from index.corpus.markdown import read_markdown
from index.corpus.writing import write_markdown
from index.types import Article

TEXTS = st.text(
    st.one_of(st.sampled_from("#*_`[]()<>!-=+|~\\&;:.,'\"1ab \n\r\t{}%@"), st.characters()), min_size=1, max_size=60
)


def read_back(folder: Path, article: Article, **others: object) -> Article:
    path = folder / "a.md"
    path.write_bytes(write_markdown(article, {"version": 2} | others).encode())
    return read_markdown(CorpusFile(path, "a.md"))


@given(
    title=TEXTS, section=TEXTS, authors=st.lists(TEXTS, max_size=2), paragraphs=st.lists(TEXTS, min_size=1, max_size=4)
)
def test_any_article_is_read_back_as_it_was(tmp_path_factory, title, section, authors, paragraphs):
    fields = {"title": title, "source": title, "section": section, "authors": authors, "published_at": "2025-04-17"}
    try:
        article = make_article(fields, paragraphs, "an-id")
    except BadField:
        return
    assert read_back(tmp_path_factory.mktemp("written"), article) == article


def test_plain_text_is_written_as_it_is():
    article = Article("a", "Title: a story", "Paper", ("He said: 5 < 6 & 7.", "A list - of things."))
    assert write_markdown(article).endswith("---\n\nHe said: 5 < 6 & 7.\n\nA list - of things.\n")


def test_only_the_paragraph_that_looks_like_markup_is_written_otherwise():
    article = Article("a", "Title", "Paper", ("A *strong* word.", "A plain_word."))
    assert write_markdown(article).endswith("\n\nA &#42;strong&#42; word.\n\nA plain_word.\n")


@pytest.mark.parametrize(
    ("others", "changed_at"),
    [
        ({"fetched_at": "2025-04-18T10:00:00+00:00", "version": 2}, datetime(2025, 4, 18, 10, tzinfo=UTC)),
        ({"fetched_at": "2025-04-18T10:00:00+00:00", "version": 1}, None),
        ({"fetched_at": "2025-04-18T10:00:00+00:00", "version": None}, None),
        ({"fetched_at": "once", "version": "two"}, None),
        ({"fetched_at": "once", "version": 2}, None),
        ({"fetched_at": "2190-01-01", "version": 2}, None),
        ({"fetched_at": ["2025-04-18"], "version": 2}, None),
    ],
)
def test_a_later_version_tells_since_when_it_says_what_it_does(tmp_path, others, changed_at):
    assert read_back(tmp_path, Article("a", "Title", "Paper", ("It opened.",)), **others).changed_at == changed_at

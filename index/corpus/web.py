"""Articles as web pages, through trafilatura."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from index.corpus.fields import make_article, make_id
from index.corpus.files import CorpusFile, read_bytes
from index.errors import BadArticle
from index.types import Article

MAX_ELEMENTS = 20_000
"""Of a page; the time that trafilatura takes grows with their square, up to 40 seconds at 30,000."""

_PARAGRAPHS = frozenset({"p", "quote", "item", "code"})
_PUBLISHED = ("article:published_time", "datePublished", "og:article:published_time")
_MODIFIED = ("article:modified_time", "dateModified", "og:article:modified_time")


PARSER_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What parsers of other people's make of pages that their authors did not think of."""


class NoArticle(ValueError):
    """A page without an article in it; the message says why."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of its article, as it stands there.

    Attributes:
        paragraphs: The main text, without headings, menus and comments.
        day: When it was published, to the day.
        published: The same to the second, and when it was last changed, where the page says so.
        canonical: Where it says that it is at home; may be relative.
    """

    paragraphs: tuple[str, ...]
    title: str = ""
    site: str = ""
    authors: str = ""
    day: str = ""
    published: str = ""
    modified: str = ""
    url: str = ""
    canonical: str = ""
    language: str = ""
    section: str = ""


def read_web(file: CorpusFile) -> Article:
    """The article of an HTML file: its main text, without headings, menus and comments.

    Raises:
        BadArticle: It is too large, or without an article in it.
        BadField: The article has no text.
    """
    try:
        page = read_page(read_bytes(file))
    except NoArticle as e:
        raise BadArticle(file.place, f"no text: {e}") from e
    fields = {
        "title": page.title,
        "source": page.site,
        "authors": page.authors,
        "published_at": page.day,
        "url": page.url,
        "language": page.language,
    }
    return make_article(fields, page.paragraphs, make_id(file.name))


def read_page(content: bytes | str) -> Page:
    """The article of a page, and what it says of itself.

    Raises:
        NoArticle: It is no HTML, too large, or has no main text.
    """
    try:
        return _read_page(content)
    except NoArticle:
        raise
    except PARSER_FAULTS as e:
        raise NoArticle(f"the page cannot be read ({type(e).__name__})") from e


def _read_page(content: bytes | str) -> Page:
    from trafilatura import bare_extraction, load_html
    from trafilatura.settings import Document

    tree = load_html(content)
    if tree is None:
        raise NoArticle("not an HTML page")
    if sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        raise NoArticle(f"the page has more than {MAX_ELEMENTS:,} elements")
    said = {
        "published": _read_meta(tree, _PUBLISHED),
        "modified": _read_meta(tree, _MODIFIED),
        "section": _read_meta(tree, ("article:section",)),
        "canonical": next(iter(tree.xpath("//link[@rel='canonical']/@href")), ""),
        "language": tree.get("lang", ""),
    }
    found = bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if not isinstance(found, Document) or found.body is None:
        raise NoArticle("the page has no article in it")
    blocks = [e for e in found.body.iter(*_PARAGRAPHS) if not any(a.tag in _PARAGRAPHS for a in e.iterancestors())]
    return Page(
        tuple("".join(block.itertext()) for block in blocks),
        title=found.title or "",
        site=found.sitename or "",
        authors=(found.author or "").replace(";", ","),
        day=found.date or "",
        url=found.url or "",
        **{name: str(value) for name, value in said.items()},
    )


def _read_meta(tree: Any, names: tuple[str, ...]) -> str:
    """What the first `meta` of one of some names holds."""
    for name in names:
        found = tree.xpath("//meta[@property=$name or @itemprop=$name or @name=$name]/@content", name=name)
        if found:
            return str(found[0])
    return ""

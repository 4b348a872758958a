"""Articles as saved web pages, through trafilatura."""

from __future__ import annotations

from index.corpus.fields import make_article, make_id
from index.corpus.files import CorpusFile, read_bytes
from index.errors import BadArticle
from index.types import Article

_PARAGRAPHS = frozenset({"p", "quote", "item", "code"})


def read_web(file: CorpusFile) -> Article:
    """The article of an HTML file: its main text, without headings, menus and comments.

    Raises:
        BadArticle: It is too large.
        BadField: A page without an article in it.
    """
    from trafilatura import bare_extraction, load_html
    from trafilatura.settings import Document

    tree = load_html(read_bytes(file))
    if tree is None:
        raise BadArticle(file.place, "no text: not an HTML page")
    language = tree.get("lang")
    page = bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if not isinstance(page, Document) or page.body is None:
        raise BadArticle(file.place, "no text: the page has no article in it")
    fields = {
        "title": page.title,
        "source": page.sitename,
        "authors": (page.author or "").replace(";", ","),
        "published_at": page.date,
        "url": page.url,
        "language": language,
    }
    blocks = [e for e in page.body.iter(*_PARAGRAPHS) if not any(a.tag in _PARAGRAPHS for a in e.iterancestors())]
    return make_article(fields, ["".join(block.itertext()) for block in blocks], make_id(file.name))

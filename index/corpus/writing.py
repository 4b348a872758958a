"""An article as the Markdown that reading gives back: front matter, and each paragraph as it is."""

from __future__ import annotations

from collections.abc import Mapping

from index.corpus.markdown import read_blocks
from index.types import Article

_INLINE = str.maketrans({c: f"&#{ord(c)};" for c in "&<>[]*_`\\"})


def write_markdown(article: Article, others: Mapping[str, object] | None = None) -> str:
    """The file of an article; what is empty is left out.

    What would be taken for markup is written as a character reference, in the paragraphs that need it.

    Args:
        others: Further lines of the front matter, which reading passes over.
    """
    import yaml

    fields = {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "authors": list(article.authors),
        "published_at": article.published_at and article.published_at.isoformat(),
        "url": article.url,
        "language": article.language,
        "section": article.section,
        **(others or {}),
    }
    front = yaml.safe_dump(
        {key: value for key, value in fields.items() if value}, allow_unicode=True, sort_keys=False, width=10**6
    )
    return f"---\n{front}---\n\n" + "\n\n".join(map(_write_paragraph, article.paragraphs)) + "\n"


def _write_paragraph(text: str) -> str:
    inline = text.translate(_INLINE)
    first = inline if inline.startswith("&") else f"&#{ord(inline[0])};{inline[1:]}"
    return next((form for form in (text, inline) if read_blocks(form) == [(0, text)]), first)

"""Pieces of HTML, as feeds carry them, as paragraphs; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.corpus.text import clean_text

_BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table"
    " td th tr ul".split()
)
_LEFT_OUT = frozenset(
    "button canvas figcaption figure form h1 h2 h3 h4 h5 h6 iframe noscript object script select style svg template"
    " video".split()
)
_BREAK = "\x00"


def split_fragment(fragment: str) -> tuple[str, ...]:
    """The paragraphs of a piece of HTML, or of plain text, without headings, captions and scripts."""
    root = _parse(fragment)
    if root is None:
        return ()
    return tuple(text for part in "".join(_walk(root)).split(_BREAK) if (text := clean_text(part)))


def read_line(fragment: str) -> str:
    """The text of a piece of HTML on one line."""
    if "<" not in fragment and "&" not in fragment:
        return clean_text(fragment)
    root = _parse(fragment)
    return "" if root is None else clean_text("".join(root.itertext()))


def _parse(fragment: str) -> Any:
    from lxml import etree, html

    text = "".join(c for c in fragment if c not in "\x00\ufeff")
    try:
        return html.document_fromstring(f"<div>{text}</div>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):  # empty, or of control characters
        return None


def _walk(root: Any) -> Iterator[str]:
    """Texts in their order, with breaks around blocks; nothing recurses, however deep they lie."""
    pending: list[Any] = [root]
    while pending:
        part = pending.pop()
        if isinstance(part, str):
            yield part
            continue
        pending.append(part.tail or "")
        is_block = part.tag in _BLOCKS
        if is_block:
            yield _BREAK
            pending.append(_BREAK)
        if not isinstance(part.tag, str) or part.tag in _LEFT_OUT:  # comments have a function for a tag
            continue
        pending += [*reversed(part), part.text or ""]

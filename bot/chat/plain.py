"""Answers as plain text, for channels where the bot may not embed links; pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.chat.render import (
    clip,
    describe_making,
    escape,
    flow,
    head_of,
    link_title,
    list_units,
    name_source,
    quote_paragraph,
)
from bot.types import Answer, Citation

MAX_CONTENT = 2000
_MAX_QUESTION = 256
_MAX_NAME = 200


def plain_answer(answer: Answer, n_articles: int | None = None) -> list[str]:
    """The texts of as many messages as are needed, parted between paragraphs, sentences and sources."""
    return flow(_units(answer, n_articles), MAX_CONTENT)


def plain_notice(title: str, text: str) -> str:
    """A short message of the bot itself."""
    return clip(f"**{escape(title)}.** {text}", MAX_CONTENT)


def _units(answer: Answer, n_articles: int | None) -> Iterator[tuple[str, str]]:
    yield "", f"**{clip(escape(answer.question) or '…', _MAX_QUESTION)}**"
    yield "\n", f"{head_of(answer)}:"
    for n, (between, unit) in enumerate(list_units(answer)):
        yield between if n else "\n", unit
    for citation in answer.citations:
        yield "\n\n", _source(citation)
    if making := describe_making(answer, n_articles):
        yield "\n\n", escape(making)


def _source(c: Citation) -> str:
    """Outlet, day, linked title and paragraph; the link stands where nothing clips it."""
    name = clip(escape(name_source(c)), _MAX_NAME)
    title = link_title(c.title, c.link)
    linked = title if title != link_title(c.title, "") else link_title(c.title, c.url)
    return f"{name}: {linked}, paragraph {c.paragraph}\n{quote_paragraph(c.text, c.quote)}"

"""Answers as Discord messages within its limits; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from discord import Colour, Embed

from bot.terminal import format_day
from bot.types import Answer, Citation, Nearest, Outcome, Sentence, Turn

MAX_EMBEDS = 10
MAX_EMBED_CHARS = 6000
_MAX_TITLE = 256
_MAX_DESCRIPTION = 4096
_MAX_AUTHOR = 256
_MAX_FOOTER = 2048
_MAX_URL = 2048
_MAX_PARAGRAPH = 1200
_MAX_ANSWER = 3000

_SPECIAL = re.compile(r"([\\*_~`|<>\[\]()@:])")
_LINE_START = re.compile(r"^(\s*)(?:([#+-])|(\d+)\.)", re.MULTILINE)
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_COLOURS = {True: Colour.from_rgb(46, 125, 50), False: Colour.from_rgb(120, 120, 120)}
_HEADS = {
    Outcome.ANSWERED: "Answer",
    Outcome.QUOTED: "Quoted from the articles",
    Outcome.NOT_COVERED: "Not covered",
    Outcome.OUT_OF_RANGE: "Not covered in these dates",
    Outcome.FILTERED_OUT: "Not covered by these outlets",
    Outcome.NO_SEARCH: "Newsdesk",
}


def render_answer(answer: Answer) -> list[list[Embed]]:
    """The embeds of each message: the answer first, then every source with its paragraph."""
    embeds = [_answer_embed(answer), *map(_source_embed, answer.citations)]
    return pack_embeds(embeds)


def pack_embeds(embeds: Iterable[Embed]) -> list[list[Embed]]:
    """Embeds in as few messages as the limits allow: ten embeds and 6,000 characters each."""
    messages: list[list[Embed]] = []
    used = 0
    for embed in embeds:
        if not messages or len(messages[-1]) == MAX_EMBEDS or used + len(embed) > MAX_EMBED_CHARS:
            messages.append([])
            used = 0
        messages[-1].append(embed)
        used += len(embed)
    return messages


def render_notice(title: str, text: str) -> Embed:
    """A short message of the bot itself."""
    return Embed(
        title=clip(escape(title), _MAX_TITLE), description=clip(text, _MAX_DESCRIPTION), colour=_COLOURS[False]
    )


def render_facts(title: str, facts: Mapping[str, Any]) -> Embed:
    """Names and values, one on each line."""
    lines = (f"**{escape(name.replace('_', ' '))}**: {escape(_show(value))}" for name, value in facts.items())
    return render_notice(title, "\n".join(lines))


def read_turn(embeds: Sequence[Embed]) -> Turn | None:
    """The question and answer that a message of the bot shows; None where it shows none."""
    if not embeds or not embeds[0].title:
        return None
    answer = re.sub(r"\\?\[\d+\\?\]|\*\*", "", embeds[0].description or "")
    return Turn(_unescape(embeds[0].title), _unescape(answer))


def escape(text: str) -> str:
    """Text that Discord shows as itself: no markup, link, mention or hidden direction mark works in it."""
    plain = _INVISIBLE.sub("", text)
    return _LINE_START.sub(_escape_line_start, _SPECIAL.sub(r"\\\1", plain))


def clip(text: str, max_chars: int) -> str:
    """Text cut at a word's end, with an ellipsis, where it is too long; never behind a backslash."""
    if len(text) <= max_chars:
        return text
    cut = text.rfind(" ", max_chars // 2, max_chars - 1)
    return text[: cut if cut > 0 else max_chars - 1].rstrip("\\* ") + "…"


def _answer_embed(answer: Answer) -> Embed:
    body = " ".join(_marked(s) for s in answer.sentences) if answer.sentences else escape(answer.message)
    parts = [clip(body, _MAX_ANSWER)]
    if answer.notice:
        parts.append(f"-# {clip(escape(answer.notice), 300)}")
    if answer.nearest:
        parts.append("Nearest in these articles:")
        parts += [f"- {_near(n)}" for n in answer.nearest]
    embed = Embed(
        title=clip(escape(answer.question) or "…", _MAX_TITLE),
        description=clip("\n".join(parts), _MAX_DESCRIPTION),
        colour=_COLOURS[answer.outcome.has_answer],
    )
    embed.set_author(name=_HEADS.get(answer.outcome, "Newsdesk"))
    embed.set_footer(text=clip(_footer(answer), _MAX_FOOTER))
    return embed


def _source_embed(c: Citation) -> Embed:
    link = c.link if len(c.link) <= _MAX_URL else c.url
    embed = Embed(
        title=clip(escape(c.title), _MAX_TITLE),
        url=link if 0 < len(link) <= _MAX_URL else None,
        description=_quoted_paragraph(c.text, c.quote),
        colour=_COLOURS[True],
    )
    embed.set_author(name=clip(f"[{c.n}] {c.source}, {format_day(c.published_at)}", _MAX_AUTHOR))
    embed.set_footer(text=f"paragraph {c.paragraph}")
    return embed


def _quoted_paragraph(text: str, quote: str) -> str:
    """The paragraph as a quotation, the sentence in bold; cut around the sentence where it is too long."""
    before, _, after = text.partition(quote)
    proof = clip(escape(quote), _MAX_PARAGRAPH)
    room = max(0, _MAX_PARAGRAPH - len(proof))
    after = clip(escape(after), max(room // 2, room - len(escape(before)))) if room else ""
    before = escape(before)
    room -= len(after)
    if len(before) > room:
        before = "…" + before[len(before) - room :].partition(" ")[2] if room > 1 else "…"
    return f"> {before}**{proof}**{after}"


def _marked(sentence: Sentence) -> str:
    pieces = []
    at = 0
    for a, b in sentence.highlights:
        pieces += [escape(sentence.text[at:a]), f"**{escape(sentence.text[a:b])}**"]
        at = b
    pieces.append(escape(sentence.text[at:]))
    return "".join(pieces) + "".join(f" \\[{n}\\]" for n in sentence.citations)


def _near(n: Nearest) -> str:
    label = clip(escape(n.title), 150)
    linked = f"[{label}](<{n.url}>)" if n.url and not re.search(r"[<>()\s]", n.url) and len(n.url) < 500 else label
    return f"{escape(n.source)}, {format_day(n.published_at)}: {linked}"


def _footer(answer: Answer) -> str:
    parts = [answer.model] if answer.model else []
    dates = [c.published_at for c in answer.citations if c.published_at]
    if dates:
        parts.append(f"newest source {format_day(max(dates))}")
    if "total" in answer.timings_ms:
        parts.append(f"{answer.timings_ms['total'] / 1000:.1f} s")
    return " · ".join(parts)


def _escape_line_start(match: re.Match[str]) -> str:
    return f"{match[1]}\\{match[2]}" if match[2] else f"{match[1]}{match[3]}\\."


def _unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _show(value: object) -> str:
    shown = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return clip(shown, 500)

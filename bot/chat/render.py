"""Answers as Discord messages within its limits; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote as percent_encode

from discord import Colour, Embed

from bot.sides import describe_sides
from bot.terminal import format_day
from bot.types import Answer, Citation, Nearest, Outcome, Sentence, Turn

MAX_EMBEDS = 10
MAX_EMBED_CHARS = 6000
_MAX_TITLE = 256
_MAX_DESCRIPTION = 4096
_MAX_AUTHOR = 256
_MAX_FOOTER = 256  # Discord takes 2,048; so any one embed fits into a message
_MAX_URL = 2048
_MAX_QUOTE = 4000
_MAX_PARAGRAPH = 1200
_MAX_NEAR_URL = 500
_MAX_NOTE = 500

_SPECIAL = re.compile(r"([\\*_~`|<>\[\]()@:])")
_LINE_START = re.compile(r"^([^\S\n]*)(?:([#+-])|(\d+)\.)", re.MULTILINE)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_OURS = re.compile(r" ?\\\[\d+\\\]|\*\*")
# Discord refuses the whole message for an address without a dotted host (discord-jda/JDA#699, bugsink#280).
_WEB_ADDRESS = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:[/?#].*)?", re.IGNORECASE)
_COLOURS = {True: Colour.from_rgb(46, 125, 50), False: Colour.from_rgb(120, 120, 120)}
_HEADS = {
    Outcome.ANSWERED: "Answer",
    Outcome.QUOTED: "Quoted from the articles",
    Outcome.NOT_COVERED: "Not covered",
    Outcome.OUT_OF_RANGE: "Not covered in these dates",
    Outcome.FILTERED_OUT: "Not covered by these outlets",
    Outcome.NO_SEARCH: "Newsdesk",
}
_HEADS_OF_TURNS = frozenset(head for outcome, head in _HEADS.items() if outcome is not Outcome.NO_SEARCH)


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
    if not embeds or embeds[0].author.name not in _HEADS_OF_TURNS:
        return None
    body = (embeds[0].description or "").split("\n", 1)[0]
    return Turn(_unescape(embeds[0].title or ""), _unescape(_OURS.sub("", body)))


def escape(text: str) -> str:
    """Text that Discord shows as itself: no markup, link, mention or hidden direction mark works in it."""
    return _LINE_START.sub(_escape_line_start, _SPECIAL.sub(r"\\\1", _show_plainly(text)))


def clip(text: str, max_chars: int) -> str:
    """Text cut at a word's end, with an ellipsis, where it is too long; no escape or bold is cut in two."""
    if len(text) <= max_chars:
        return text
    room = max(0, max_chars - 3)
    cut = text.rfind(" ", room // 2, room + 1)
    kept = text[: cut if cut > 0 else room].rstrip("\\* ")
    return f"{kept}{'**' if kept.count('**') % 2 else ''}…"[:max_chars]


def _answer_embed(answer: Answer) -> Embed:
    body = _body(answer)
    notes = (describe_sides(answer), answer.freshness, answer.notice)
    under = "".join(f"\n\n*{clip(escape(note), _MAX_NOTE)}*" for note in notes if note)
    if answer.nearest:
        under += "\n\n**Nearest in these articles**" + "".join(f"\n- {_near(n)}" for n in answer.nearest)
    embed = Embed(
        title=clip(escape(answer.question) or "…", _MAX_TITLE),
        description=clip(body, _MAX_DESCRIPTION - len(under)) + under,
        colour=_COLOURS[answer.outcome.has_answer],
    )
    embed.set_author(name=_HEADS.get(answer.outcome, "Newsdesk"))
    embed.set_footer(text=clip(_footer(answer), _MAX_FOOTER))
    return embed


def _body(answer: Answer) -> str:
    """The sentences, of a timeline each on a line of its own with its day; without any, the message."""
    if not answer.is_timeline:
        return " ".join(_marked(s) for s in answer.sentences) if answer.sentences else escape(answer.message)
    days = (format_day(answer.citations[s.citations[0] - 1].published_at) for s in answer.sentences)
    return "\n".join(f"- **{day}**: {_marked(s)}" for day, s in zip(days, answer.sentences, strict=True))


def _source_embed(c: Citation) -> Embed:
    embed = Embed(
        title=clip(escape(c.title), _MAX_TITLE),
        url=_web_address(c.link, _MAX_URL) or _web_address(c.url, _MAX_URL) or None,
        description=_quoted_paragraph(c.text, c.quote),
        colour=_COLOURS[True],
    )
    embed.set_author(name=clip(_show_plainly(f"[{c.n}] {c.source}, {format_day(c.published_at)}"), _MAX_AUTHOR))
    embed.set_footer(text=f"paragraph {c.paragraph}")
    return embed


def _quoted_paragraph(text: str, quote: str) -> str:
    """The paragraph as a quotation, the sentence in bold; cut around the sentence where it is too long."""
    before, _, after = text.partition(quote)
    proof = clip(escape(quote), _MAX_QUOTE)
    before, after = escape(before), escape(after)
    room = max(0, _MAX_PARAGRAPH - len(proof))
    after = clip(after, max(room // 2, room - len(before)))
    room -= len(after)
    if len(before) > room:
        before = "…" + before[len(before) - room + 1 :].partition(" ")[2] if room > 1 else ""
    return f"> {before}**{proof}**{after}"


def _marked(sentence: Sentence) -> str:
    pieces = []
    at = 0
    for a, b in sentence.highlights:
        pieces += [escape(sentence.text[at:a]), f"**{escape(sentence.text[a:b])}**"]
        at = b
    pieces.append(escape(sentence.text[at:]))
    text = "".join(pieces).replace("****", "")  # between ranges that touch
    return text + "".join(f" \\[{n}\\]" for n in sentence.citations)


def _near(n: Nearest) -> str:
    label = clip(escape(n.title.replace("[", "(").replace("]", ")")), 150)
    url = _web_address(n.url, _MAX_NEAR_URL).replace("(", "%28").replace(")", "%29")
    linked = f"[{label}](<{url}>)" if url and label else label
    return f"{clip(escape(n.source), 100)}, {format_day(n.published_at)}: {linked}"


def _footer(answer: Answer) -> str:
    parts = [_show_plainly(answer.model)] if answer.model else []
    if answer.newest_source:
        parts.append(f"newest source {format_day(answer.newest_source)}")
    if "total" in answer.timings_ms:
        parts.append(f"{answer.timings_ms['total'] / 1000:.1f} s")
    return " · ".join(parts)


def _escape_line_start(match: re.Match[str]) -> str:
    return f"{match[1]}\\{match[2]}" if match[2] else f"{match[1]}{match[3]}\\."


def _unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _show_plainly(text: str) -> str:
    """Text without control characters and marks that turn or hide what stands beside them."""
    return _INVISIBLE.sub("", text)


def _web_address(url: str, max_chars: int) -> str:
    """The address in a form that Discord takes, or empty text."""
    quoted = percent_encode(url, safe="!#$%&'()*+,/:;=?@~")
    return quoted if len(quoted) <= max_chars and _WEB_ADDRESS.fullmatch(quoted) else ""


def _show(value: object) -> str:
    shown = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return clip(shown, 500)

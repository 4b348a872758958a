"""Answers as Discord messages within its limits; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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
_INVITE = re.compile(r"(discord(?:app)?\.(?:gg|com/invite))/", re.IGNORECASE)
_LINE_START = re.compile(r"^([^\S\n]*)(?:([#+-])|(\d+)\.)", re.MULTILINE)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"  # tags, but for those that make flags
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


def render_answer(answer: Answer, n_articles: int | None = None) -> list[list[Embed]]:
    """The embeds of each message: the answer first, then every source with its paragraph.

    Args:
        n_articles: How many articles were searched, where that is known.
    """
    return pack_embeds([*_answer_embeds(answer, n_articles), *_source_embeds(answer.citations)])


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


def read_turn(embeds: Sequence[Embed]) -> Turn | None:
    """The question and answer that a message of the bot shows; None where it shows none."""
    if not embeds or embeds[0].author.name not in _HEADS_OF_TURNS:
        return None
    body = (embeds[0].description or "").split("\n", 1)[0]
    return Turn(_unescape(embeds[0].title or ""), _unescape(_OURS.sub("", body)))


def escape(text: str) -> str:
    """Text that Discord shows as itself: no markup, link, mention or hidden direction mark works in it."""
    return _break_invites(_LINE_START.sub(_escape_line_start, _SPECIAL.sub(r"\\\1", show_plainly(text))))


def clip(text: str, max_chars: int) -> str:
    """Text cut at a word's end, with an ellipsis, where it is too long; no escape or bold is cut in two."""
    if len(text) <= max_chars:
        return text
    room = max(0, max_chars - 3)
    cut = text.rfind(" ", room // 2, room + 1)
    kept = text[: cut if cut > 0 else room].rstrip("\\* ")
    return f"{kept}{'**' if kept.count('**') % 2 else ''}…"[:max_chars]


def head_of(answer: Answer) -> str:
    """What kind of answer it is, in words."""
    return _HEADS.get(answer.outcome, "Newsdesk")


def list_units(answer: Answer) -> Iterator[tuple[str, str]]:
    """The parts of an answer that are not to be cut, each with what stands between it and the one before."""
    yield from _body(answer)
    for note in (describe_sides(answer), answer.freshness, answer.notice):
        if line := " ".join(note.split()):
            yield "\n\n", f"*{clip(escape(line), _MAX_NOTE)}*"
    if answer.nearest:
        yield "\n\n", "**Nearest in these articles**"
    for near in answer.nearest:
        yield "\n", f"- {_near(near)}"


def flow(units: Iterable[tuple[str, str]], max_chars: int) -> list[str]:
    """Units in as few texts as a limit allows, at least one; a unit that is longer by itself is clipped."""
    texts = [""]
    for between, whole in units:
        unit = clip(whole, max_chars)
        if not texts[-1]:
            texts[-1] = unit
        elif len(texts[-1]) + len(between) + len(unit) <= max_chars:
            texts[-1] += between + unit
        else:
            texts.append(unit)
    return texts


def describe_making(answer: Answer, n_articles: int | None = None) -> str:
    """How an answer came about: the model, the articles searched, the newest source and the time taken."""
    parts = [show_plainly(answer.model)] if answer.model else []
    if n_articles is not None:
        parts.append(f"{n_articles:,} article{'' if n_articles == 1 else 's'} searched")
    if answer.newest_source:
        parts.append(f"newest source {format_day(answer.newest_source)}")
    if "total" in answer.timings_ms:
        parts.append(f"{answer.timings_ms['total'] / 1000:.1f} s")
    return " · ".join(parts)


def _answer_embeds(answer: Answer, n_articles: int | None) -> list[Embed]:
    """One as a rule; what does not fit into it goes on in others."""
    colour = _COLOURS[answer.outcome.has_answer]
    embeds = [Embed(description=text, colour=colour) for text in flow(list_units(answer), _MAX_DESCRIPTION)]
    embeds[0].title = clip(escape(answer.question) or "…", _MAX_TITLE)
    embeds[0].set_author(name=head_of(answer))
    embeds[-1].set_footer(text=clip(describe_making(answer, n_articles), _MAX_FOOTER))
    return embeds


def _body(answer: Answer) -> Iterator[tuple[str, str]]:
    """The sentences, of a timeline each on a line of its own with its day; without any, the message."""
    if not answer.sentences:
        yield "", escape(answer.message)
    for sentence in answer.sentences:
        if answer.is_timeline:
            day = format_day(answer.citations[sentence.citations[0] - 1].published_at)
            yield "\n", f"- **{day}**: {_marked(sentence)}"
        else:
            yield " ", _marked(sentence)


def name_source(c: Citation) -> str:
    """Number, outlet and day of a source, for where Discord knows no markup."""
    return clip(show_plainly(f"[{c.n}] {c.source}, {format_day(c.published_at)}"), _MAX_AUTHOR)


def _source_embeds(citations: Sequence[Citation]) -> Iterator[Embed]:
    """A source for each paragraph, with all that is cited of it in bold; one for each citation of a long paragraph."""
    paragraphs: dict[tuple[str, int, str], list[Citation]] = {}
    for c in citations:
        paragraphs.setdefault((c.article_id, c.paragraph, c.text), []).append(c)
    for same in paragraphs.values():
        whole = _quote_whole(same[0].text, [c.quote for c in same])
        if len(whole) <= _MAX_PARAGRAPH:
            yield _source_embed(same, whole)
        else:
            yield from (_source_embed([c], quote_paragraph(c.text, c.quote)) for c in same)


def _source_embed(same: Sequence[Citation], paragraph: str) -> Embed:
    c = same[0]
    embed = Embed(
        title=clip(escape(c.title), _MAX_TITLE) or "…",
        url=web_address(c.link, _MAX_URL) or web_address(c.url, _MAX_URL) or None,
        description=paragraph,
        colour=_COLOURS[True],
    )
    others = "".join(f"[{other.n}] " for other in same[1:])
    embed.set_author(name=clip(name_source(c).replace("] ", f"] {others}", 1), _MAX_AUTHOR))
    embed.set_footer(text=f"paragraph {c.paragraph}")
    return embed


def _quote_whole(text: str, quotes: Sequence[str]) -> str:
    """A paragraph as a quotation, some sentences of it in bold."""
    pieces = ["> "]
    at = 0
    for start, end in sorted((text.find(q), text.find(q) + len(q)) for q in quotes if q and q in text):
        if start >= at:
            pieces += [escape(text[at:start]), f"**{escape(text[start:end])}**"]
            at = end
    return _join([*pieces, escape(text[at:])])


def quote_paragraph(text: str, quote: str, max_chars: int = _MAX_PARAGRAPH) -> str:
    """The paragraph as a quotation, the sentence in bold, if any; cut around the sentence where it is too long."""
    before, _, after = text.partition(quote) if quote else ("", "", text)
    proof = f"**{clip(escape(quote), _MAX_QUOTE)}**" if quote else ""
    before, after = escape(before), escape(after)
    room = max(0, max_chars - len(proof))
    after = clip(after, max(room // 2, room - len(before)))
    room -= len(after)
    if len(before) > room:
        before = "…" + before[len(before) - room + 1 :].partition(" ")[2] if room > 1 else ""
    return f"> {before}{proof}{after}"


def _marked(sentence: Sentence) -> str:
    pieces = []
    at = 0
    for a, b in sentence.highlights:
        pieces += [escape(sentence.text[at:a]), f"**{escape(sentence.text[a:b])}**"]
        at = b
    pieces.append(escape(sentence.text[at:]))
    return _join(pieces) + "".join(f" \\[{n}\\]" for n in sentence.citations)


def _join(pieces: Iterable[str]) -> str:
    """Pieces that are escaped, some of them in bold, where ranges may touch."""
    return _break_invites("".join(pieces).replace("****", ""))


def _break_invites(text: str) -> str:
    """Text whose invitations are none: Discord takes them for such without any markup."""
    return _INVITE.sub(r"\1\/", text)


def _near(n: Nearest) -> str:
    return f"{clip(escape(n.source), 100)}, {format_day(n.published_at)}: {link_title(n.title, n.url)}"


def link_title(title: str, *urls: str) -> str:
    """A title with the first link of some that fits, or without any."""
    label = clip(escape(title.replace("[", "(").replace("]", ")")), 150).strip() or "…"
    address = next(filter(None, (web_address(url, _MAX_NEAR_URL) for url in urls)), "")
    address = address.replace("(", "%28").replace(")", "%29")
    return f"[{label}](<{address}>)" if address else label


def _escape_line_start(match: re.Match[str]) -> str:
    return f"{match[1]}\\{match[2]}" if match[2] else f"{match[1]}{match[3]}\\."


def _unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def show_plainly(text: str) -> str:
    """Text without control characters and marks that turn or hide what stands beside them."""
    return _INVISIBLE.sub("", text)


def web_address(url: str, max_chars: int) -> str:
    """The address in a form that Discord takes, or empty text."""
    quoted = percent_encode(url, safe="!#$%&'()*+,/:;=?@~")
    return quoted if len(quoted) <= max_chars and _WEB_ADDRESS.fullmatch(quoted) else ""

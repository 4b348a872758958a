"""What the newsroom's lists and notices say, as sheets; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.chat.render import clip, escape, link_title
from bot.chat.sheet import Sheet
from bot.ledger.config import ServerConfig
from bot.ledger.readers import Forgotten
from bot.ledger.watches import Watch
from bot.llm.choice import ModelChoice
from bot.terminal import format_day
from bot.topics import Outlet, Story

_MAX_OPENING = 300
_MAX_OUTLET = 100
_MAX_ALSO_IN = 200
_MAX_OUTLETS = 100
_MAX_FACT = 500
_MENTIONS = {"channels": "<#{}>", "roles": "<@&{}>"}
EMPTY = "empty"
"""What stands for a text or list with nothing in it."""
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_WHAT = (
    "Newsdesk answers questions about the news from the articles that it has indexed, shows the paragraph that proves "
    "each sentence, and says so where they have no answer. Ask with /ask, by mentioning me, or by replying to me. What "
    "somebody else wrote can be checked through the menu of their message, under Apps."
)
_LICENCE = "Newsdesk is free software under the Apache License 2.0. The articles belong to those who published them."


def list_latest(stories: Sequence[Story], topic: str = "", source: str = "") -> Sheet:
    """The stories under their days."""
    about = f" on {topic}" if topic else ""
    of = f" in {source}" if source else ""
    if not stories:
        return Sheet(
            "Nothing found", (("", f"No article{escape(about)}{escape(of)} is indexed. /sources lists them."),)
        )
    return Sheet(f"The latest{about}{of}", tuple(_by_day(stories)))


def _by_day(stories: Iterable[Story]) -> Iterator[tuple[str, str]]:
    last = ""
    for story in stories:
        day = format_day(story.published_at)
        heading = "" if day == last else f"**{day[:1].upper()}{day[1:]}**\n"
        yield "\n\n", f"{heading}{_show(story)}"
        last = day


def tell_new(story: Story, topic: str) -> Sheet:
    """A new story, for a channel that follows its topic."""
    return Sheet(f"New on {topic}", (("", f"{_show(story)}\n{format_day(story.published_at)}"),))


def list_watches(watches: Sequence[Watch]) -> Sheet:
    """What a channel follows."""
    if not watches:
        return Sheet("This channel follows no topic", (("", "With /watch it is told of new articles on one."),))
    lines = (f"- **{escape(w.topic)}**: {_count(w.per_day, 'message')} a day at most" for w in watches)
    return Sheet("This channel follows", tuple(("\n", line) for line in lines))


def _show(story: Story) -> str:
    """Linked title, outlets, and how it begins."""
    also_in = f", also in {', '.join(story.also_in)}" if story.also_in else ""
    outlets = clip(escape(story.source), _MAX_OUTLET) + clip(escape(also_in), _MAX_ALSO_IN)
    return f"{link_title(story.title, story.url)} ({outlets})\n{clip(escape(story.opening), _MAX_OPENING)}"


def list_sources(outlets: Sequence[Outlet]) -> Sheet:
    """Each outlet with how much of it there is, and how new."""
    n_articles = sum(outlet.n_articles for outlet in outlets)
    head = f"{_count(n_articles, 'article')} of {_count(len(outlets), 'outlet')}:"
    units = [("", head), *(("\n", _line(outlet)) for outlet in outlets[:_MAX_OUTLETS])]
    if len(outlets) > _MAX_OUTLETS:
        units.append(("\n", f"and {_count(len(outlets) - _MAX_OUTLETS, 'outlet')} with fewer articles"))
    return Sheet("Sources", tuple(units))


def _line(outlet: Outlet) -> str:
    name = clip(escape(outlet.name), _MAX_OUTLET)
    return f"- **{name}**: {_count(outlet.n_articles, 'article')}, newest {format_day(outlet.newest)}"


def tell_about(kept: Mapping[str, str], models: Iterable[ModelChoice]) -> Sheet:
    """What Newsdesk is, what it stores for how long, and what goes where.

    Args:
        kept: What is stored, and for how long.
        models: Those that may write here.
    """
    units = [("", _WHAT), ("\n\n", "**What is stored, and for how long**")]
    units += [("\n", f"- {escape(what)}: {escape(how_long)}") for what, how_long in kept.items()]
    units += [
        ("\n", "With /forget-me you delete what is stored of you."),
        ("\n\n", f"**What goes elsewhere**\n{describe_hosts(models)}"),
        ("\n\n", f"**Licence**\n{_LICENCE}"),
    ]
    return Sheet("About Newsdesk", tuple(units))


def describe_hosts(models: Iterable[ModelChoice]) -> str:
    """Which hosts get what, by the models that may write."""
    hosts = dict.fromkeys(
        host for m in models if m.provider != "local" and (host := urlsplit(m.address).hostname) and host not in _HERE
    )
    if not hosts:
        return "Nothing: no language model of another host is asked."
    return (
        f"A language model at {escape(' or '.join(hosts))} writes answers. It gets the question, what was asked and "
        "answered before it, and paragraphs of articles that bear on it; not who asks, nor where."
    )


def tell_forgotten(forgotten: Forgotten) -> str:
    """How much of a reader was deleted."""
    return f"{_count(forgotten.n_answers, 'question')} with answers and {_count(forgotten.n_ratings, 'vote')} deleted."


def tell_facts(title: str, facts: Mapping[str, object]) -> Sheet:
    """Names and values, one on each line."""
    lines = (
        f"**{escape(name.replace('_', ' '))}**: {clip(escape(str(value)), _MAX_FACT)}" for name, value in facts.items()
    )
    return Sheet(title, tuple(("\n", line) for line in lines))


def list_options(
    title: str, options: ServerConfig, own: Mapping[int | None, Mapping[str, Any]], channel: int | None = None
) -> Sheet:
    """Every option: what holds, since when that was set, and what it is.

    Args:
        options: Those that hold.
        own: What was set for the server, under None, and for channels.
        channel: The one that is meant; without one, those that differ are named at the end.
    """
    whence = dict.fromkeys(own.get(None, ()), "set for the server")
    if channel:
        whence |= dict.fromkeys(own.get(channel, ()), "set for this channel")
    units = [
        ("\n", f"**{escape(name)}**: {show_option(options, name)} ({whence.get(name, 'default')})\n{field.description}")
        for name, field in ServerConfig.model_fields.items()
    ]
    if not channel and (others := [c for c in own if c]):
        units.append(("\n\n", "**Channels with options of their own**"))
        units += [("\n", f"- <#{c}>: {escape(', '.join(own[c]))}") for c in others]
    return Sheet(title, tuple(units))


def show_option(options: ServerConfig, name: str) -> str:
    """The value of an option as people write it; channels and roles as mentions."""
    value = getattr(options, name)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(_MENTIONS.get(name, "{}").format(escape(str(v))) for v in value) or EMPTY
    return escape(str(value)) or EMPTY


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"

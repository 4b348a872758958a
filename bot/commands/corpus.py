"""The commands of `newsdesk corpus`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.options import Json, NoColor, Output, Quiet, console, print_json
from bot.progress import progress
from bot.settings import load_settings
from bot.terminal import show_table
from index.errors import NewsdeskError

if TYPE_CHECKING:
    from rich.console import Console

    from index.feeds.report import CollectReport, SourceReport

corpus_app = typer.Typer(help="Collect articles from feeds, sitemaps and pages.", no_args_is_help=True)

_MAX_REFUSALS_SHOWN = 10


@corpus_app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="A feed, a sitemap, an article, or a home page that names its feed.")],
    name: Annotated[str, typer.Option(help="The outlet; by default what it calls itself.")] = "",
    kind: Annotated[str, typer.Option(help="feed, sitemap or page; by default whichever it is.")] = "auto",
    language: Annotated[str, typer.Option(help="Of all its articles, such as en; by default what each says.")] = "",
    keep_days: Annotated[int, typer.Option(help="Delete articles this long after their publication; 0 for never.")] = 0,
    max_articles: Annotated[int, typer.Option(help="Keep the newest so many; 0 for all.")] = 0,
    full_text: Annotated[
        bool, typer.Option("--full-text/--feed-text", help="Fetch each article's page, or take what the feed holds.")
    ] = True,
    json_output: Json = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Collect from URL from now on; it is fetched once to see what is there."""
    from index.feeds.collect import make_fetcher
    from index.feeds.discover import Found, discover
    from index.feeds.subscriptions import Kind, Source, add_source, load_subscriptions, make_source

    home = load_settings().home
    if kind not in set(Kind):
        raise typer.BadParameter(f"--kind is one of {', '.join(Kind)}")
    options = {"language": language, "keep_days": keep_days, "max_articles": max_articles, "full_text": full_text}
    make_source(url=url, name=name or "outlet", **options)  # what is wrong is told before anything is fetched

    async def look() -> Found:
        async with make_fetcher(load_subscriptions(home)) as fetcher:
            return await discover(url, Kind(kind), fetcher)

    found = asyncio.run(look())
    source: Source = make_source(url=found.url, name=name or found.title[:100], kind=found.kind, **options)
    add_source(home, source)
    if json_output:
        newest = found.newest and found.newest.isoformat()
        print_json({**source.model_dump(mode="json"), "items": found.n_items, "newest": newest})
    elif not Output.quiet:
        newest = f", the newest of {found.newest:%-d %B %Y}" if found.newest else ""
        counted = f" with {found.n_items} articles{newest}" if found.kind is not Kind.PAGE else ""
        print(f"{found.url}: a {found.kind.value}{counted}; collected as {source.name}")
        print("next: newsdesk corpus fetch")


@corpus_app.command("list")
def list_sources(json_output: Json = False, quiet: Quiet = False, no_color: NoColor = False) -> None:
    """List what is collected from, when it was last looked at, and what was wrong."""
    from index.feeds.journal import Journal
    from index.feeds.look import next_look
    from index.feeds.subscriptions import load_subscriptions

    home = load_settings().home
    rows: list[dict[str, Any]] = []
    with Journal(home) as journal:
        for source in load_subscriptions(home).source:
            listed = journal.listed(source.url, source.url)
            has_looked = listed.fetched_at.year > 1970
            rows.append(
                {
                    "name": source.name,
                    "url": source.url,
                    "kind": source.kind.value,
                    "fetched": _show(listed.fetched_at) if has_looked else "never",
                    "items": listed.n_items,
                    "articles": journal.count_articles(source.url),
                    "next": _show(next_look(source, listed)) if has_looked else "now",
                    "error": listed.error,
                }
            )
    if json_output:
        print_json(rows)
    elif rows:
        show_table(console(), rows)
    else:
        print("nothing yet; run `newsdesk corpus add URL`")


@corpus_app.command("remove")
def remove(
    url: Annotated[str, typer.Argument(help="A source; with --purge the id or address of an article.")],
    with_articles: Annotated[bool, typer.Option("--with-articles", help="Delete the articles it brought too.")] = False,
    purge: Annotated[
        bool, typer.Option("--purge", help="Withdraw one article from everywhere, never to be collected again.")
    ] = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Stop collecting from a source; its articles stay. With --purge, withdraw an article instead."""
    from index.feeds.withdraw import drop_source

    if purge and with_articles:
        raise typer.BadParameter("--with-articles is for sources, --purge for one article")
    if purge:
        note = f"withdrawn: {', '.join(_withdraw(url))}"
    else:
        source, deleted = drop_source(load_settings().home, url, with_articles=with_articles)
        note = f"{source.url} is no longer collected; {len(deleted)} articles were deleted"
    if not Output.quiet:
        print(note)


def _withdraw(article: str) -> list[str]:
    """Withdraw an article from everywhere; its id is told first, so that it is known should this fail."""
    from bot.desk import Desk
    from index.feeds.withdraw import find_indexed, withdraw_article

    desk = Desk(load_settings())

    def purge(ids: Sequence[str]) -> None:
        if not Output.quiet:
            print(f"withdrawing {', '.join(ids)}", file=sys.stderr)
        with progress(console(stderr=True), quiet=Output.quiet) as on_progress:
            desk.purge(ids, on_progress, wait=True)

    return withdraw_article(desk.settings.home, article, datetime.now(UTC), purge, partial(find_indexed, desk.store))


@corpus_app.command("fetch")
def fetch(
    urls: Annotated[list[str] | None, typer.Argument(help="Sources to look at; by default all.")] = None,
    json_output: Json = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Fetch what is new and changed; exit 1 where nothing came of any source."""
    from index.feeds.collect import collect_articles
    from index.feeds.subscriptions import load_subscriptions

    home = load_settings().home
    subscriptions = load_subscriptions(home)
    if not subscriptions.source:
        raise NewsdeskError("there is nothing to collect from; run `newsdesk corpus add URL`")
    try:
        with progress(console(stderr=True), quiet=Output.quiet) as on_progress:
            report = collect_articles(home, urls or (), on_progress=on_progress)
    except KeyboardInterrupt:
        raise NewsdeskError("stopped; what came is stored, and the next run goes on from there") from None
    if json_output:
        print_json(report.to_json())
    elif not Output.quiet:
        _show_report(console(), report)
        print(f"next: newsdesk index build {subscriptions.articles}")
    if report.has_failed:
        raise typer.Exit(1)


def _show_report(out: Console, report: CollectReport) -> None:
    for source in report.sources:
        out.print(f"{source.name}: {_describe(source)}", soft_wrap=True)
        for note in source.notes:
            out.print(f"  {note}", style="yellow", soft_wrap=True)
        for refusal in source.refusals[:_MAX_REFUSALS_SHOWN]:
            out.print(f"  refused {refusal.url}: {refusal.reason}", style="yellow", soft_wrap=True)
        if len(source.refusals) > _MAX_REFUSALS_SHOWN:
            out.print(f"  … and {len(source.refusals) - _MAX_REFUSALS_SHOWN} more; --json tells all", style="yellow")


def _describe(source: SourceReport) -> str:
    counts = [f"{n} {outcome.value}" for outcome, n in source.counts.items() if n]
    counts += [f"{n} {what}" for what, n in (("copies", source.copies), ("expired", source.expired)) if n]
    counts += [f"{source.left} left for the next time"] if source.left else []
    return "; ".join(filter(None, [source.error, ", ".join(counts)])) or "nothing listed"


def _show(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"

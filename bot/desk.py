"""The newsroom as a whole, put together from the settings: what the command line and Discord talk to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property, partial
from pathlib import Path
from threading import Event
from typing import Any

from bot.answer import Answerer
from bot.claims.checker import ClaimChecker
from bot.claims.types import CheckedText
from bot.conversation import understand_question
from bot.generations import describe_manifest, server_of
from bot.ledger.ledger import LEDGER_FILE, open_ledger
from bot.llm import LanguageModel
from bot.llm.providers import make_model
from bot.prompts import data_folder
from bot.settings import Settings
from bot.types import Question, format_moment
from bot.verify.entailment import EntailmentModel
from index.build import BuildReport, build_index, drop_index
from index.encoder import SentenceEncoder
from index.errors import IndexMismatch, IndexMissing
from index.feeds.history import History
from index.generation import Generation
from index.manifest import Worker
from index.purge import PurgeReport, purge_articles
from index.query import Query
from index.reader import Reader
from index.repair import RepairReport, repair_index
from index.reranker import CrossEncoderReranker
from index.search import search
from index.shares import build_share
from index.store import Store
from index.survey import OnProgress
from index.task import Check
from index.types import Hit
from index.watch import Listener, Watch

_COLLECT_EVERY_S = 30.0
_COMPACT_EVERY_S = 10.0
_NOT_BUILT = "there is no index yet; run `newsdesk index build`"


class Desk:
    """One index with its encoder and language model, each opened when first needed."""

    def __init__(self, settings: Settings, index_home: Path | None = None) -> None:
        """`index_home` is the folder of an index of its own, by default it is the one of the settings."""
        self.settings = settings
        self._home = index_home or settings.home
        self._server = None if index_home else server_of(settings)

    @property
    def place(self) -> str:
        """Where the index is."""
        return self._server.url if self._server else str(self._home)

    @cached_property
    def encoder(self) -> SentenceEncoder:
        """The encoder; its weights are loaded when first used."""
        return SentenceEncoder(self.settings.encoder, threads=self.settings.encoder_threads)

    @cached_property
    def reranker(self) -> CrossEncoderReranker | None:
        """The cross-encoder of the settings, or None for the learnt order; its weights are loaded when first used."""
        s = self.settings
        return CrossEncoderReranker(s.reranker, threads=s.encoder_threads) if s.reranker else None

    @cached_property
    def entailment(self) -> EntailmentModel | None:
        """The NLI model of the settings, or None for the rules alone; its weights are loaded when first used."""
        s = self.settings
        return EntailmentModel(s.nli, threads=s.encoder_threads) if s.nli else None

    @cached_property
    def store(self) -> Store:
        """The index on disk."""
        return Store(self._home, self._server)

    @cached_property
    def reader(self) -> Reader:
        """The live generation, whichever process built it."""
        return Reader(self.store, self.encoder)

    @cached_property
    def model(self) -> LanguageModel | None:
        """The language model of the settings, or None for quotes only."""
        return make_model(self.settings)

    @cached_property
    def answerer(self) -> Answerer:
        """What answers questions."""
        s = self.settings
        return Answerer(
            self.reader,
            self.encoder,
            self.model,
            s.llm_context_words,
            s.zone,
            self.reranker,
            s.llm_max_tokens,
            entailment=self.entailment,
            versions=History(s.home),
        )

    def check(self, question: Question) -> CheckedText:
        """What the articles say of each claim of a text, given as a question is.

        Raises:
            TextTooLong: It is longer than a message may be.
            UnknownOutlet: The filters name one of which there are no articles.
            IndexMissing: Nothing was built yet.
            IndexMismatch: The index was built by another encoder or schema.
        """
        checker = ClaimChecker(self.answerer, self.encoder, self.settings.zone, self.entailment)
        return checker.check(question, self.reader.current())

    def warm_up(self) -> Generation:
        """Load the weights and the live generation, so that the first question does not wait."""
        self.encoder.encode_queries(["warm up"])
        if self.reranker:
            self.reranker.score("warm up", ["warm up"])
        if self.model and self.entailment:
            self.entailment.judge([], "warm up")
        return self.reader.current()

    def understand(self, question: Question) -> Query:
        """What a question says about where and when to look."""
        query, _ = understand_question(question, self.settings.zone, self.reader.current().outlets)
        return query

    def search(self, question: Question, k: int) -> list[Hit]:
        """The best `k` passages for a question."""
        generation = self.reader.current()
        query, filters = understand_question(question, self.settings.zone, generation.outlets)
        vectors = self.encoder.encode_queries([query.text, *(part.text for part in query.parts)])
        return search(generation, query, vectors, question.moment, filters, k, self.reranker)

    def rebuild(
        self,
        paths: Sequence[Path] = (),
        *,
        strict: bool = False,
        check: Check | None = None,
        asked_for: bool = True,
        wait: bool = False,
        worker: Worker | None = None,
        on_progress: OnProgress = lambda *_: None,
    ) -> BuildReport:
        """Make the index hold exactly the articles of `paths`; without any, of those of the last build.

        As one of several workers, do a share of it, and wait for the others.

        A first build without paths takes the sample corpus, and so do its repetitions, wherever it lies. The other
        arguments are those of `build_index`.
        """
        recorded = tuple(str(path.resolve()) for path in paths)
        if not paths:
            live = self.store.live()
            if live is None and not asked_for:
                raise IndexMissing(_NOT_BUILT)
            recorded = live.paths if live else ()
        build = partial(build_share, worker=worker) if worker else partial(build_index, asked_for=asked_for, wait=wait)
        return build(
            self.store,
            self.encoder,
            _find_sources(recorded),
            recorded=recorded,
            again=not paths,
            strict=strict,
            keep=self.settings.keep_generations,
            check=check,
            on_progress=on_progress,
        )

    def keep_fresh(self, listener: Listener, stopped: Event) -> None:
        """Collect what is due, and build whenever the files of the last build change, until it is stopped."""
        self.encoder.encode_queries(["warm up"])
        build = partial(self.rebuild, asked_for=False)
        Watch(self.store, self._sources, build, listener, (self._collect, self._compact)).run(stopped)

    def _collect(self) -> float:
        """Collect from the sources of `corpus.toml` that are due; returns after how many seconds to look again."""
        from index.feeds.collect import collect_articles
        from index.feeds.subscriptions import load_subscriptions

        if load_subscriptions(self.settings.home).source:
            collect_articles(self.settings.home, due_only=True)
        return _COLLECT_EVERY_S

    def _compact(self) -> float:
        """Merge what builds have left, in another process; returns after how many seconds to look again."""
        from bot.apart import compact_apart
        from index.compaction import is_compaction_due

        if is_compaction_due(self.store):
            compact_apart(self.settings)
        return _COMPACT_EVERY_S

    def _sources(self) -> list[Path]:
        live = self.store.live()
        if live is None:
            raise IndexMissing(_NOT_BUILT)
        return _find_sources(live.paths)

    def status(self) -> dict[str, Any]:
        """The live generation in names and numbers; `generation` is None before the first build."""
        live = self.store.live()
        if live is None:
            return {"generation": None, **self._places()}
        try:
            generation = self.reader.current()
        except IndexMismatch:
            generation = Generation(self.store, live)
        return {
            **describe_manifest(live),
            "held": self.store.held(),
            "newest": format_moment(generation.newest),
            "sources": list(generation.sources),
            "segments": len(live.segments),
            "paths": list(live.paths) or ["the sample newsroom"],
            **self._places(),
            "megabytes": round(self.store.size_bytes() / 1e6, 1),
        }

    def _places(self) -> dict[str, str]:
        return ({"chroma": self._server.url} if self._server else {}) | {"home": str(self._home)}

    def purge(
        self, article_ids: Collection[str], on_progress: OnProgress = lambda *_: None, *, wait: bool = False
    ) -> PurgeReport:
        """Withdraw articles from the index, and the answers that are kept of them; raises as `purge_articles`.

        Raises:
            BadLedger: The ledger cannot be read or written.
        """
        report = purge_articles(self.store, article_ids, wait=wait, on_progress=on_progress)
        if (self.settings.home / LEDGER_FILE).exists():
            ledger = open_ledger(self.settings)
            ledger.answers.withdraw(article_ids)
            ledger.close()
        return report

    def repair(self, on_progress: OnProgress = lambda *_: None) -> RepairReport:
        """Mend what the doctor finds wrong with the index; raises as `repair_index`."""
        return repair_index(self.store, on_progress=on_progress)

    def drop(self) -> None:
        """Delete the whole index.

        Raises:
            BuildBusy: It is being built.
        """
        drop_index(self.store)


def _find_sources(recorded: Sequence[str]) -> list[Path]:
    return [Path(path) for path in recorded] or [data_folder("corpus") / "articles"]

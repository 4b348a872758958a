"""The newsroom as a whole, put together from the settings: what the command line and Discord talk to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.answer import Answerer
from bot.claims.checker import ClaimChecker
from bot.claims.types import CheckedText
from bot.conversation import understand_question
from bot.llm import LanguageModel
from bot.llm.providers import make_model
from bot.prompts import data_folder
from bot.settings import Settings
from bot.types import Question, format_moment
from bot.verify.entailment import EntailmentModel
from index.build import BuildReport, build_index, drop_index
from index.encoder import SentenceEncoder
from index.errors import IndexMismatch
from index.generation import Generation, Reader
from index.manifest import Manifest
from index.query import Query
from index.reranker import CrossEncoderReranker
from index.search import search
from index.store import Store
from index.survey import OnProgress
from index.types import Hit


class Desk:
    """One index with its encoder and language model, each opened when first needed."""

    def __init__(self, settings: Settings, index_home: Path | None = None) -> None:
        """`index_home` is the folder of the index, by default the one of the settings."""
        self.settings = settings
        self._home = index_home or settings.home

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
        return Store(self._home)

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
        on_progress: OnProgress = lambda *_: None,
    ) -> BuildReport:
        """Make the index hold exactly the articles of `paths`; without any, of those of the last build.

        A first build without paths takes the sample corpus, and so do its repetitions, wherever it lies.
        """
        recorded = tuple(str(path.resolve()) for path in paths)
        if not paths:
            live = self.store.live()
            recorded = live.paths if live else ()
        sources = [Path(path) for path in recorded] or [data_folder("corpus") / "articles"]
        return build_index(self.store, self.encoder, sources, recorded=recorded, strict=strict, on_progress=on_progress)

    def status(self) -> dict[str, Any]:
        """The live generation in names and numbers; `generation` is None before the first build."""
        live = self.store.live()
        if live is None:
            return {"generation": None, "home": str(self._home)}
        try:
            generation = self.reader.current()
        except IndexMismatch:
            generation = Generation(self.store, live)
        return {
            **_describe(live),
            "newest": format_moment(generation.newest),
            "sources": list(generation.sources),
            "segments": len(live.segments),
            "paths": list(live.paths) or ["the sample newsroom"],
            "home": str(self._home),
            "megabytes": round(self.store.size_bytes() / 1e6, 1),
        }

    def generations(self) -> list[dict[str, Any]]:
        """The generations that are kept, oldest first."""
        live = self.store.live_generation()
        return [{**_describe(self.store.manifest(name)), "live": name == live} for name in self.store.generations()]

    def drop(self) -> None:
        """Delete the whole index.

        Raises:
            BuildBusy: It is being built.
        """
        drop_index(self.store)


def _describe(manifest: Manifest) -> dict[str, Any]:
    return {
        "generation": manifest.generation,
        "built_at": format_moment(manifest.created_at.replace(microsecond=0)),
        "articles": manifest.n_articles,
        "passages": manifest.n_passages,
        "encoder": manifest.encoder,
    }

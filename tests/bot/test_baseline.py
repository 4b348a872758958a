"""The plain pipeline: real llama-index and Chroma, with an embedding that hashes words."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from llama_index.core.embeddings import BaseEmbedding
from pydantic import PrivateAttr

from bot.evaluation import baseline
from bot.evaluation.baseline import BuildFigures, PlainPipeline
from index.errors import BuildBusy, EncoderUnavailable, NewsdeskError
from index.types import Encoder, Hit, Passage

STORY = ("The harbour bridge opened on Monday.", "It cost 41 million crowns.", "Cyclists may use it from six.")
WORDS = "amber birch cedar delta ember fjord grove heath inlet jetty knoll ledge marsh north orbit pearl".split()


class HashEmbedding(BaseEmbedding):
    """llama-index's embedding over the encoder that hashes words, with a record of the passages it embedded."""

    _encoder: Encoder = PrivateAttr()
    _embedded: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(model_name="hash")
        self._encoder = encoder

    @property
    def passages(self) -> list[str]:
        return [text for text in self._embedded if text != "warm up"]

    def _get_text_embedding(self, text: str) -> list[float]:
        self._embedded.append(text)
        return self._get_query_embedding(text)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._encoder.encode_queries([query])[0].tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class PlainDesk:
    """Writes articles and opens plain pipelines over them, each with an embedding of its own."""

    def __init__(self, folder: Path, home: Path, make_encoder: Callable[..., Encoder]) -> None:
        self.corpus = folder / "articles.jsonl"
        self.corpus.touch()
        self.home = home
        self._make_encoder = make_encoder
        self._opened: list[PlainPipeline] = []

    def write(self, article_id: str, *paragraphs: str, **fields: Any) -> None:
        record = {"id": article_id, "title": "Story", "source": "Paper", "published_at": "2025-04-17T12:00:00Z"}
        with self.corpus.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(record | fields | {"paragraphs": paragraphs}) + "\n")

    def open(self, home: Path | None = None) -> tuple[PlainPipeline, HashEmbedding]:
        embedding = HashEmbedding(self._make_encoder(dim=256))
        pipeline = PlainPipeline(home or self.home, [self.corpus], embedding=embedding)
        self._opened.append(pipeline)
        return pipeline, embedding

    def build(self) -> PlainPipeline:
        pipeline, _ = self.open()
        pipeline.build()
        return pipeline


@pytest.fixture
def desk(tmp_path: Path, home: Path, make_encoder: Callable[..., Encoder]) -> PlainDesk:
    return PlainDesk(tmp_path, home, make_encoder)


@pytest.fixture
def article_by_article(monkeypatch: pytest.MonkeyPatch) -> None:
    """Store after each article."""
    monkeypatch.setattr(baseline, "_STORE_BATCH", 1)


def sentences(n: int, length: int = 12) -> str:
    """A paragraph of `n` sentences, no two the same."""
    return " ".join(
        f"Sentence {i} tells of {' '.join(WORDS[(i * 7 + j) % len(WORDS)] for j in range(length))}." for i in range(n)
    )


def long_article() -> tuple[str, ...]:
    """Paragraphs of unequal length, one of them longer than a chunk."""
    return tuple(sentences(n) for n in (1, 3, 40, 1, 1, 12, 2, 9))


def chunks(pipeline: PlainPipeline) -> set[str]:
    """All that a pipeline holds, as passage ids."""
    return {hit.passage.id for hit in pipeline.search("anything", 1000)}


# Building


def test_a_build_embeds_every_chunk_and_counts_articles_and_passages(desk):
    desk.write("bridge", *STORY)
    desk.write("marsh", *long_article())
    pipeline, embedding = desk.open()
    figures = pipeline.build()
    assert figures.embedded == figures.passages == len(embedding.passages) == len(chunks(pipeline)) > 2
    assert pipeline.n_articles == 2
    assert figures.seconds > 0


def test_the_text_alone_is_embedded_without_title_or_outlet(desk):
    desk.write("bridge", *STORY, title="Zeppelin", source="Courier")
    pipeline, embedding = desk.open()
    pipeline.build()
    assert embedding.passages == ["\n\n".join(STORY)]


def test_a_long_title_leaves_the_chunks_as_they_are(desk):
    desk.write("short", *long_article(), title="Story")
    desk.write("long", *long_article(), title=" ".join(WORDS * 5))
    pipeline, embedding = desk.open()
    pipeline.build()
    half = len(embedding.passages) // 2
    assert embedding.passages[:half] == embedding.passages[half:]


def test_a_finished_build_is_used_again(desk):
    desk.write("bridge", *STORY)
    first = desk.build()
    again, embedding = desk.open()
    assert again.build() == BuildFigures(embedded=0, seconds=0.0, passages=1)
    assert embedding.passages == []
    assert again.search("bridge", 5) == first.search("bridge", 5)


def test_a_stopped_build_goes_on_where_it_was(desk, tmp_path, article_by_article):
    for n in range(5):
        desk.write(f"a{n}", *long_article()[n:])

    def stop(stage: str, done: int, total: int | None) -> None:
        if done == 2:
            raise KeyboardInterrupt

    stopped, before = desk.open()
    with pytest.raises(KeyboardInterrupt):
        stopped.build(stop)
    resumed, after = desk.open()
    figures = resumed.build()
    straight, whole = desk.open(tmp_path / "straight")
    straight.build()
    assert resumed.n_articles == 5
    assert before.passages + after.passages == whole.passages
    assert figures.embedded == len(after.passages) == figures.passages - len(before.passages)
    assert chunks(resumed) == chunks(straight)


def test_an_article_that_failed_halfway_is_embedded_again_as_a_whole(desk, monkeypatch):
    desk.write("marsh", *long_article())
    broken, _ = desk.open()
    left = iter(range(4))
    embed = HashEmbedding._get_text_embedding

    def fail(self: HashEmbedding, text: str) -> list[float]:
        if next(left, None) is None:
            raise RuntimeError("the machine is out of memory")
        return embed(self, text)

    monkeypatch.setattr(HashEmbedding, "_get_text_embedding", fail)
    with pytest.raises(RuntimeError):
        broken.build()
    monkeypatch.undo()
    pipeline, embedding = desk.open()
    figures = pipeline.build()
    assert figures.embedded == figures.passages == len(embedding.passages) > 4


def test_articles_are_known_again_however_many_pages_they_fill(desk, monkeypatch):
    monkeypatch.setattr(baseline, "_PAGE", 2)
    for n in range(5):
        desk.write(f"a{n}", f"Story {n}.")
    desk.build()
    pipeline, _ = desk.open()
    assert pipeline.build().embedded == 0
    assert pipeline.n_articles == 5


def test_articles_that_came_later_are_added(desk):
    desk.write("bridge", *STORY)
    desk.build()
    desk.write("ferry", "The ferry strike ended.")
    pipeline, embedding = desk.open()
    assert pipeline.build().embedded == 1
    assert embedding.passages == ["The ferry strike ended."]
    assert pipeline.n_articles == 2


def test_progress_counts_articles_and_those_held_before_too(desk, article_by_article):
    desk.write("bridge", *STORY)
    desk.build()
    desk.write("ferry", "The ferry strike ended.")
    desk.write("heron", "Volunteers counted herons.")
    seen: list[tuple[str, int, int | None]] = []
    pipeline, _ = desk.open()
    pipeline.build(lambda *progress: seen.append(progress))
    assert seen == [("encoding", 2, 3), ("encoding", 3, 3)]


def test_bad_articles_are_left_out(desk):
    desk.write("bridge", *STORY)
    with desk.corpus.open("a") as lines:
        lines.write("{not json\n")
    desk.write("ferry", "The ferry strike ended.")
    assert desk.build().n_articles == 2


def test_a_corpus_without_articles_is_an_error_that_names_it(desk):
    with pytest.raises(NewsdeskError, match=r"no article found in .*articles\.jsonl"):
        desk.build()


def test_two_builds_at_once_are_refused(desk):
    desk.write("bridge", *STORY)
    desk.build()
    with FileLock(desk.home / "build.lock"), pytest.raises(BuildBusy, match="wait until it is done"):
        desk.build()


def test_a_home_that_is_a_file_is_an_error_that_names_it(desk, tmp_path):
    desk.write("bridge", *STORY)
    (tmp_path / "file").touch()
    pipeline, _ = desk.open(tmp_path / "file")
    with pytest.raises(NewsdeskError, match=r"/file: cannot be written"):
        pipeline.build()


def test_a_missing_package_is_named_with_what_installs_it(desk, monkeypatch):
    desk.write("bridge", *STORY)
    monkeypatch.setitem(sys.modules, "llama_index.embeddings.huggingface", None)
    with pytest.raises(EncoderUnavailable, match="pip install llama-index-embeddings-huggingface"):
        PlainPipeline(desk.home, [desk.corpus]).build()


# Searching


def test_a_hit_carries_its_article(desk):
    desk.write("bridge", *STORY, title="Bridge opens", url="https://paper.example/bridge", language="da")
    [hit] = desk.build().search("bridge", 5)
    assert hit == Hit(
        rank=1,
        score=hit.score,
        passage=Passage("bridge", 1, 3, "\n\n".join(STORY)),
        title="Bridge opens",
        source="Paper",
        published_at=datetime(2025, 4, 17, 12, tzinfo=UTC),
        url="https://paper.example/bridge",
        language="da",
        similarity=hit.similarity,
        dense_rank=1,
    )


def test_an_article_without_a_date_has_none(desk):
    desk.write("bridge", *STORY, published_at=None)
    [hit] = desk.build().search("bridge", 5)
    assert hit.published_at is None


def test_hits_come_nearest_first_with_the_cosine_as_similarity(desk, make_encoder):
    for n in range(6):
        desk.write(f"a{n}", " ".join(WORDS[n : n + 6]))
    hits = desk.build().search("amber birch cedar delta", 4)
    encoder = make_encoder(dim=256)
    question = encoder.encode_queries(["amber birch cedar delta"])[0]
    assert [h.similarity for h in hits] == pytest.approx(
        sorted((float(encoder.encode_queries([h.passage.text])[0] @ question) for h in hits), reverse=True), abs=1e-5
    )
    assert [h.rank for h in hits] == [h.dense_rank for h in hits] == [1, 2, 3, 4]
    assert [h.score for h in hits] == sorted({h.score for h in hits}, reverse=True)
    assert hits[0].passage.article_id == "a0"


def test_asking_for_more_than_there_is_gives_all(desk):
    desk.write("bridge", *STORY)
    assert len(desk.build().search("bridge", 10)) == 1


def test_a_pipeline_that_holds_nothing_finds_nothing(desk):
    pipeline, _ = desk.open()
    assert pipeline.search("bridge", 10) == []


@pytest.fixture
def marsh(desk: PlainDesk) -> list[Passage]:
    """All passages of the long article."""
    desk.write("marsh", *long_article())
    return [hit.passage for hit in desk.build().search("anything", 1000)]


def test_the_text_of_a_passage_stands_in_its_paragraphs_where_it_says(marsh):
    for passage in marsh:
        own = "\n\n".join(long_article()[passage.first - 1 : passage.last])
        assert own[passage.start :].startswith(passage.text)
        assert passage.start < len(long_article()[passage.first - 1])
        assert len(own) - len(long_article()[passage.last - 1]) < passage.start + len(passage.text)


def test_a_passage_is_partial_where_it_is_not_whole_paragraphs(marsh):
    whole = [p.text == "\n\n".join(long_article()[p.first - 1 : p.last]) for p in marsh]
    assert [p.partial for p in marsh] == [not w for w in whole]
    assert any(whole)
    assert not all(whole)


def test_passages_cover_every_paragraph_and_no_two_have_one_id(marsh):
    assert {n for p in marsh for n in range(p.first, p.last + 1)} == set(range(1, len(long_article()) + 1))
    assert len({p.id for p in marsh}) == len(marsh)


@pytest.mark.parametrize(
    ("start", "end", "place"),
    [
        (0, 4, (1, 1, 0, False)),
        (0, 3, (1, 1, 0, True)),
        (2, 4, (1, 1, 2, True)),
        (0, 10, (1, 2, 0, False)),
        (3, 7, (1, 2, 3, True)),
        (6, 10, (2, 2, 0, False)),
        (6, 13, (2, 3, 0, False)),
    ],
)
def test_characters_are_placed_in_their_paragraphs(start, end, place):
    text = "abcd\n\nefgh\n\ni"
    assert baseline._place(text.split("\n\n"), start, end) == place


@pytest.mark.weights
def test_the_real_weights_find_what_is_meant_in_float32(tmp_path, home):
    corpus = tmp_path / "articles.jsonl"
    told = {
        "bridge": "The new bridge over the harbour was opened by the mayor.",
        "ferry": "Ferry crews ended their strike after nine days.",
        "storm": "A storm flooded the fish market on Friday night.",
        "herons": "Volunteers counted more birds on the marsh than ever before.",
        "theatre": "The old playhouse opens again with a comedy.",
    }
    corpus.write_text(
        "".join(
            json.dumps({"id": k, "title": k, "source": "Paper", "published_at": "2025-04-17", "text": v}) + "\n"
            for k, v in told.items()
        )
    )
    pipeline = PlainPipeline(home, [corpus], threads=1)
    assert pipeline.build().embedded == 5
    assert pipeline.search("When did sailors stop their walkout?", 1)[0].passage.article_id == "ferry"
    assert pipeline.search("Which stage play is on?", 1)[0].passage.article_id == "theatre"
    assert {str(p.dtype) for p in pipeline._embedding._model.parameters()} == {"torch.float32"}

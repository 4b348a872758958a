"""Speed and memory, as ratios measured in one run: `make bench`, `make bench BENCH="--articles 2000"`.

Reads ../shared/data/realtimeqa and says so where it is absent. The plain way is llama-index as its
documentation shows it: SentenceSplitter of 256 tokens with an overlap of 20, the same weights in
float32 in batches of 32, VectorStoreIndex into Chroma.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bot.desk import Desk
from bot.evaluation.metrics import percentile
from bot.settings import load_settings
from bot.types import Question
from index.build import build_index
from index.encoder import SentenceEncoder, packaged_weights
from index.types import Filters, Vectors

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "realtimeqa"
WORK = ROOT / ".bench"
TOP = 10


def main() -> None:
    """Run every benchmark, or those that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=200, help="how many to build from (default 200)")
    parser.add_argument("--passages", type=int, default=25_000, help="size of the index to ask (default 25000)")
    parser.add_argument("--only", choices=["build", "ask"])
    given = parser.parse_args()
    if not DATA.is_dir():
        sys.exit(f"nothing measured: {DATA} is absent")
    WORK.mkdir(exist_ok=True)
    if given.only != "ask":
        bench_build(given.articles)
    if given.only != "build":
        bench_ask(given.passages)


def bench_build(n_articles: int) -> None:
    """First build and unchanged rebuild against the plain way, and hit@10 of both."""
    records, questions = sample(n_articles)
    corpus = WORK / "articles.jsonl"
    corpus.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    shutil.rmtree(WORK / "build", ignore_errors=True)
    desk = Desk(load_settings(home=WORK / "build"))
    desk.encoder.encode(["warm up"])
    first = desk.rebuild([corpus])
    again = desk.rebuild([corpus])
    found = [[h.passage.article_id for h in desk.search(q["question"], Filters(), TOP)] for q in questions]
    seconds, plain_found = build_plainly(records, [q["question"] for q in questions])
    print(
        f"build: {first.articles} articles, {first.passages} passages, {first.articles / first.seconds:.2f} articles/s"
    )
    print(f"build, plain way: {first.articles / seconds:.2f} articles/s; ratio {seconds / first.seconds:.2f}")
    print(
        f"hit@10: {hit_rate(found, questions):.3f}, plain way {hit_rate(plain_found, questions):.3f}; "
        f"{len(questions)} questions"
    )
    print(f"unchanged rebuild: {again.embedded} embedded, {again.seconds / first.seconds:.4f} of the first build")


def build_plainly(records: Sequence[dict[str, Any]], questions: Sequence[str]) -> tuple[float, list[list[str]]]:
    """Seconds of the plain way's build, and the articles of its ten first nodes for each question."""
    import chromadb
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    shutil.rmtree(WORK / "plain", ignore_errors=True)
    embedding = HuggingFaceEmbedding(str(packaged_weights().parent), embed_batch_size=32, device="cpu")
    embedding.get_text_embedding("warm up")
    started = time.monotonic()
    documents = [Document(text=r["body"], metadata={"article": r["id"], "title": r["title"]}) for r in records]
    collection = chromadb.PersistentClient(str(WORK / "plain")).create_collection("plain")
    index = VectorStoreIndex.from_documents(
        documents,
        storage_context=StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection)),
        embed_model=embedding,
        transformations=[SentenceSplitter(chunk_size=256, chunk_overlap=20)],
    )
    seconds = time.monotonic() - started
    retriever = index.as_retriever(similarity_top_k=TOP)
    return seconds, [[n.metadata["article"] for n in retriever.retrieve(q)] for q in questions]


def bench_ask(n_passages: int) -> None:
    """Latency of a question, memory, and a fresh process, on an index of real passages."""
    home = WORK / f"ask-{n_passages}"
    desk = Desk(load_settings(home=home))
    if desk.store.live() is None:
        fill(desk, n_passages)
    desk.warm_up()
    questions = [json.loads(line)["question"] for line in (DATA / "questions.jsonl").open(encoding="utf-8")]
    answers = [desk.answerer.ask(Question(q, datetime.now(UTC))) for q in questions]
    for stage in ("encode", "search", "evidence", "total"):
        spent = [a.timings_ms[stage] for a in answers]
        print(f"ask, {stage}: p50 {percentile(spent, 0.5):.0f} ms, p95 {percentile(spent, 0.95):.0f} ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"memory at {desk.status()['passages']} passages: {resident_gb():.2f} GB resident, peak {peak:.2f} GB")
    environment = {**os.environ, "NEWSDESK_HOME": str(home)}
    for _ in range(2):
        started = time.monotonic()
        command = [sys.executable, "-c", "from bot.cli import main; main()", "ask", questions[0], "--json"]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        print(f"newsdesk ask in a fresh process: {time.monotonic() - started:.1f} s")


class RandomVectors(SentenceEncoder):
    """The real encoder for questions and sentences, and seeded noise for the passages of a build.

    How long a search takes depends on how many vectors there are, not on what they mean.
    """

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Noise of unit length, of the shapes of the real ones."""
        return self._noise(len(texts)), [self._noise(len(own)) for own in spans]

    def _noise(self, n: int) -> Vectors:
        noise = np.random.default_rng(n).standard_normal((n, self.dim)).astype(np.float32)
        unit: Vectors = noise / np.maximum(np.linalg.norm(noise, axis=1, keepdims=True), 1e-12)
        return unit


def fill(desk: Desk, n_passages: int) -> None:
    """Index articles until there are at least so many passages, with noise for vectors."""
    per_article = 11.26  # of this data, measured
    corpus = WORK / "fill.jsonl"
    records = list(articles())[: round(n_passages / per_article)]
    corpus.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    build_index(desk.store, RandomVectors(), [corpus], recorded=[str(corpus)])


def sample(n: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """`n` articles, those that answer questions first, and the questions that they answer."""
    questions = [json.loads(line) for line in (DATA / "questions.jsonl").open(encoding="utf-8")]
    gold = list(dict.fromkeys(a for q in questions for a in q["articles"]))[: n // 2]
    records = {r["id"]: r for r in articles()}
    chosen = dict.fromkeys([*(a for a in gold if a in records), *records])
    kept = {a: records[a] for a in list(chosen)[:n]}
    return list(kept.values()), [q for q in questions if kept.keys() >= set(q["articles"])]


def articles() -> Iterator[dict[str, Any]]:
    """The articles of the dataset."""
    with gzip.open(DATA / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def hit_rate(found: Sequence[Sequence[str]], questions: Sequence[dict[str, Any]]) -> float:
    """Share of the questions with an article that answers them among what was found."""
    return float(np.mean([bool(set(f) & set(q["articles"])) for f, q in zip(found, questions, strict=True)]))


def resident_gb() -> float:
    """Memory of this process now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e9


if __name__ == "__main__":
    main()

"""Speed and memory, as ratios measured in one run: `make bench`, `make bench BENCH="--articles 2000"`.

Reads ../shared/data/realtimeqa and says so where it is absent. The plain way is llama-index as its
documentation shows it: SentenceSplitter of 256 tokens with an overlap of 20, the same weights in
float32 in batches of 32, VectorStoreIndex into Chroma.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from itertools import count, islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bot.desk import Desk
from bot.evaluation.baseline import PlainPipeline
from bot.evaluation.lies import say
from bot.evaluation.metrics import percentile
from bot.questions import Wording, make_question
from bot.settings import load_settings
from bot.types import Question
from bot.verify.check import check_sentence
from index.build import build_index
from index.encoder import SentenceEncoder, packaged_weights
from index.segment import from_timestamp
from index.store import Store
from index.types import Filters, Vectors
from tests.fresh import time_articles, time_rollbacks, time_searches_during, time_stages, write_articles
from tests.load import ask_at_once, ask_one_by_one, soak

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "realtimeqa"
WORK = ROOT / ".bench"
TOP = 10
PASSAGES_PER_ARTICLE = 11.26  # of this data, measured
NAME = re.compile(r"\b[A-Z][a-z]{3,}\b")


def main() -> None:
    """Run every benchmark, or those that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=200, help="how many to build from (default 200)")
    parser.add_argument("--passages", type=int, default=25_000, help="size of the index to ask (default 25000)")
    stages = ["build", "ask", "encode", "verify", "discord", "soak", "fresh", "rollback", "scale"]
    parser.add_argument("--only", choices=stages)
    parser.add_argument("--minutes", type=float, default=60, help="of the soak, which only runs where it is named")
    parser.add_argument("--no-sentences", action="store_true", help="of scale: store no vectors of sentences")
    given = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    if given.only == "scale":
        bench_scale(given.passages, sentences=not given.no_sentences)
        return
    if not DATA.is_dir():
        sys.exit(f"nothing measured: {DATA} is absent")
    if given.only in (None, "encode"):
        bench_encode()
    if given.only in (None, "verify"):
        bench_verify()
    if given.only in (None, "build"):
        bench_build(given.articles)
    if given.only in (None, "ask"):
        bench_ask(given.passages)
    if given.only in (None, "discord"):
        bench_discord()
    if given.only in (None, "fresh"):
        bench_fresh(given.passages)
    if given.only == "rollback":
        bench_rollback()
    if given.only == "soak":
        bench_soak(given.minutes)


def bench_encode(n_texts: int = 64) -> None:
    """Texts of 256 tokens, and one question, against sentence-transformers' default: float32 in batches of 32."""
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(packaged_weights().parent), device="cpu")
    encoder = SentenceEncoder()
    bodies = [r["body"][:2000] for r in islice(articles(), 500)]
    counts = encoder.count_tokens(bodies)
    texts = [body for body, n in zip(bodies, counts, strict=True) if n >= encoder.max_tokens][:n_texts]
    sentences = [[(at, at + 120) for at in range(0, 1000, 120)]] * len(texts)
    ways: dict[str, Callable[[], Any]] = {
        "sentence-transformers": lambda: plain.encode(texts, batch_size=32, show_progress_bar=False),
        "encode": lambda: encoder.encode(texts),
        "encode_spans": lambda: encoder.encode_spans(texts, sentences),
    }
    seconds = {name: min(spent) for name, spent in time_alternately(ways, 3).items()}
    for name, best in seconds.items():
        ratio = seconds["sentence-transformers"] / best
        print(f"{name}: {len(texts) / best:.1f} texts/s of {encoder.max_tokens} tokens; ratio {ratio:.2f}")
    similar = (plain.encode(texts, show_progress_bar=False) * encoder.encode(texts)).sum(axis=1)
    print(f"cosine to sentence-transformers: mean {similar.mean():.4f}, least {similar.min():.4f}")
    question = "Which country won the most medals at the winter games that were held in Beijing?"
    one = {
        "sentence-transformers": lambda: plain.encode([question]),
        "Newsdesk": lambda: encoder.encode_queries([question]),
    }
    for name, run in one.items():  # apart, for torch's threads go on spinning after each text
        spent = time_alternately({name: run}, 30)[name]
        print(f"one question, {name}: p50 {1000 * percentile(spent, 0.5):.1f} ms")


def bench_verify(n_sentences: int = 1000) -> None:
    """The check of one sentence against its paragraph, without the encoder; of copies it takes next to nothing."""
    spent: list[float] = []
    changed = (said for said in say(DATA / "articles.jsonl.gz", parity=1) if said.lie)
    for said in islice(changed, n_sentences):
        started = time.perf_counter()
        check_sentence(said.text, said.source)
        spent.append((time.perf_counter() - started) * 1000)
    print(f"check of a sentence: p50 {percentile(spent, 0.5):.1f} ms, p95 {percentile(spent, 0.95):.1f} ms")


def time_alternately(ways: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each way in each round, after one round to warm up; what else the machine does falls on all."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for n in range(rounds + 1):
        for name, run in ways.items():
            started = time.perf_counter()
            run()
            if n:
                seconds[name].append(time.perf_counter() - started)
    return seconds


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
    asked = [make_question(q["question"], Wording(now=q["asked_on"]), UTC) for q in questions]
    found = [[h.passage.article_id for h in desk.search(q, TOP)] for q in asked]
    seconds, plain_found = build_plainly(corpus, [q["question"] for q in questions])
    print(
        f"build: {first.articles} articles, {first.passages} passages, {first.articles / first.seconds:.2f} articles/s"
    )
    print(f"build, plain way: {first.articles / seconds:.2f} articles/s; ratio {seconds / first.seconds:.2f}")
    print(
        f"hit@10: {hit_rate(found, questions):.3f}, plain way {hit_rate(plain_found, questions):.3f}; "
        f"{len(questions)} questions"
    )
    print(f"unchanged rebuild: {again.embedded} embedded, {again.seconds / first.seconds:.4f} of the first build")


def build_plainly(corpus: Path, questions: Sequence[str]) -> tuple[float, list[list[str]]]:
    """Seconds of the plain way's build, and the articles of its ten first passages for each question."""
    shutil.rmtree(WORK / "plain", ignore_errors=True)
    plain = PlainPipeline(WORK / "plain", [corpus])
    seconds = plain.build().seconds
    return seconds, [[h.passage.article_id for h in plain.search(q, TOP)] for q in questions]


def bench_ask(n_passages: int) -> None:
    """Latency of a question, memory, and a fresh process, on an index of real passages."""
    home = WORK / f"ask-{n_passages}"
    desk = Desk(load_settings(home=home))
    if desk.store.live() is None:
        fill(desk, n_passages)
    desk.warm_up()
    records = [json.loads(line) for line in (DATA / "questions.jsonl").open(encoding="utf-8")]
    questions = [make_question(r["question"], Wording(now=r["asked_on"]), UTC) for r in records]
    answers = [desk.answerer.ask(q) for q in questions]
    for stage in ("understand", "encode", "search", "evidence", "total"):
        show_times(f"ask, {stage}", [a.timings_ms[stage] for a in answers])
    to_hits = [sum(a.timings_ms[stage] for stage in ("understand", "encode", "search")) for a in answers]
    show_times("question to hits", to_hits)
    for name, filters in choose_filters(desk).items():
        show_times(f"question to hits, {name}", [time_search(desk, replace(q, filters=filters)) for q in questions])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"memory at {desk.status()['passages']} passages: {resident_gb():.2f} GB resident, peak {peak:.2f} GB")
    environment = {**os.environ, "NEWSDESK_HOME": str(home)}
    for _ in range(2):
        started = time.monotonic()
        command = [sys.executable, "-c", "from bot.cli import main; main()", "ask", questions[0].text, "--json"]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        print(f"newsdesk ask in a fresh process: {time.monotonic() - started:.1f} s")


def bench_discord(n_readers: int = 200) -> None:
    """How long readers wait for the bot on the loopback Discord: one after another, and all at once."""
    home, questions = open_realtimeqa()
    for line in asyncio.run(ask_one_by_one(home, questions)).report("one reader"):
        print(line)
    for line in asyncio.run(ask_at_once(home, questions[:n_readers])).report(f"{n_readers} readers"):
        print(line)


def bench_soak(minutes: float) -> None:
    """Whether the bot's memory stays flat, and its tasks and files are not more and more."""
    home, questions = open_realtimeqa()
    for line in asyncio.run(soak(home, questions, minutes * 60)).report():
        print(line)


def bench_fresh(n_passages: int, n_articles: int = 20) -> None:
    """From file to answerable, an unchanged build against a first one, and searches while a build runs."""
    home, folder = WORK / f"fresh-{n_passages}", WORK / f"fresh-{n_passages}-articles"
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    desk = Desk(load_settings(home=home))
    records = repeat_articles()
    write_articles(folder, islice(records, round(n_passages / PASSAGES_PER_ARTICLE)))
    build_index(desk.store, RandomVectors(), [folder], recorded=[str(folder)])
    desk.warm_up()
    for line in time_articles(desk, folder, list(islice(records, n_articles + 1))).report():
        print(line)
    for stage, seconds in time_stages(desk, folder, list(islice(records, 6))).items():
        print(f"build of one article, {stage}: {seconds:.2f} s")
    again = desk.rebuild()
    encoding = again.passages / time_encoding(desk, list(islice(records, n_articles)))
    print(
        f"unchanged rebuild: {again.embedded} embedded, {again.seconds:.2f} s, "
        f"{again.seconds / encoding:.4f} of the encoding of a first build"
    )
    asked = [make_question(json.loads(q)["question"], Wording(), UTC) for q in (DATA / "questions.jsonl").open()]

    def search(n: int) -> float:
        return time_search(desk, asked[n % len(asked)])

    at_rest: list[float] = []
    during: list[float] = []
    desk.reader.newest()
    with desk.reader.follow():
        for turn in range(4):  # alternately, for what else the machine does falls on both
            write_articles(folder / f"more-{turn}", islice(records, n_articles // 4))
            at_rest += [search(n) for n in range(100)]
            during += time_searches_during(["build"], home, search)
    show_times("search at rest", at_rest)
    show_times("search while a build runs", during)
    ratio = percentile(during, 0.95) / percentile(at_rest, 0.95)
    print(f"p95 while a build runs against at rest: ratio {ratio:.2f}, {len(during)} searches")
    show_rollbacks(home)


def bench_rollback(n_articles: int = 20) -> None:
    """A rollback alone, of a small index; part of `fresh` it is one of many passages."""
    home, folder = WORK / "rollback", WORK / "rollback-articles"
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    records = repeat_articles()
    for _ in range(2):
        write_articles(folder, islice(records, n_articles))
        build_index(Store(home), RandomVectors(), [folder], recorded=[str(folder)])
    show_rollbacks(home)


def show_rollbacks(home: Path) -> None:
    """What `newsdesk index rollback` takes from its start to its end."""
    seconds, busy = (median(of_each) for of_each in zip(*time_rollbacks(home), strict=True))
    print(f"newsdesk index rollback in a fresh process: {seconds:.2f} s, of the processor {busy:.2f} s")


def bench_scale(n_passages: int, *, sentences: bool) -> None:
    """What an index of so many passages takes, with noise for vectors; articles are invented where there are none."""
    from tests.scale import measure_scale  # which has its articles from here

    measure_scale(n_passages, sentences=sentences)


def time_encoding(desk: Desk, records: Sequence[dict[str, Any]]) -> float:
    """Passages that the encoder embeds in a second."""
    texts = [text for r in records for text in r["body"].split("\n\n")]
    started = time.perf_counter()
    desk.encoder.encode(texts)
    return len(texts) / (time.perf_counter() - started)


def open_realtimeqa() -> tuple[Path, list[str]]:
    """The home of an index of the whole dataset, built with the real vectors where it is not there, and questions."""
    home = WORK / "realtimeqa"
    desk = Desk(load_settings(home=home))
    if desk.store.live() is None:
        desk.rebuild([DATA / "articles.jsonl.gz"])
    records = [json.loads(line) for line in (DATA / "questions.jsonl").open(encoding="utf-8")]
    return home, list(dict.fromkeys(r["question"] for r in records))


def show_times(name: str, ms: Sequence[float]) -> None:
    """Median and 95th percentile."""
    print(f"{name}: p50 {percentile(ms, 0.5):.0f} ms, p95 {percentile(ms, 0.95):.0f} ms")


def time_search(desk: Desk, question: Question) -> float:
    """Milliseconds from a question to its hits."""
    started = time.perf_counter()
    desk.search(question, TOP)
    return (time.perf_counter() - started) * 1000


def choose_filters(desk: Desk) -> dict[str, Filters]:
    """Filters by date that leave some shares of the articles, and one by outlet."""
    generation = desk.reader.current()
    days = np.sort(generation.published)
    named: dict[str, Filters] = {"no filter": Filters()}
    for share in (0.5, 0.2, 0.02):
        since = from_timestamp(int(days[int(len(days) * (1 - share))]))
        named[f"since, {share:.0%} of the articles left"] = Filters(since=since)
    named["one outlet"] = Filters(sources=generation.sources[:1])
    return named


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
    corpus = WORK / "fill.jsonl"
    with corpus.open("w", encoding="utf-8") as lines:
        for record in islice(repeat_articles(), round(n_passages / PASSAGES_PER_ARTICLE)):
            lines.write(json.dumps(record) + "\n")
    build_index(desk.store, RandomVectors(), [corpus], recorded=[str(corpus)])


def repeat_articles() -> Iterator[dict[str, Any]]:
    """The articles over and over, from the second time on with other names, ids and dates."""
    for turn in count():
        for record in articles():
            yield record if turn == 0 else disguise(record, turn)


def disguise(record: dict[str, Any], turn: int) -> dict[str, Any]:
    """The article with an ending at every name, and published earlier by as many years as turns."""
    ending = "abcdefghijklmnopqrstuvwxyz"[turn % 26] + "o" * (1 + turn // 26)
    published = record["published_at"]
    earlier = f"{int(published[:4]) - turn}{published[4:].replace('-02-29', '-02-28')}" if published else ""
    renamed = {field: NAME.sub(rf"\g<0>{ending}", record[field]) for field in ("title", "body")}
    return {**record, **renamed, "id": f"{record['id']}-{turn}", "published_at": earlier}


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

"""What an index of very many passages takes: `make bench BENCH="--only scale --passages 250000"`.

The articles are those of the benchmarks over and over, their names changed and the words of each paragraph in another
order, so that none is a copy; where they are absent, of invented words. The vectors of the builds are noise. The index
grows by steps; two million passages take hours, so a run goes on behind the last step of one that was stopped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from bot.desk import Desk
from bot.evaluation.metrics import percentile
from bot.questions import Wording, make_question
from bot.settings import load_settings
from bot.types import Question
from index.build import BuildReport, build_index
from index.encoder import SentenceEncoder
from index.generation import Generation
from index.manifest import Manifest, Pointer
from index.store import Store
from index.survey import OnProgress
from index.types import Encoder, Vectors
from tests.bench import DATA, PASSAGES_PER_ARTICLE, WORK, RandomVectors, choose_filters, repeat_articles, time_search
from tests.fresh import write_articles

_BYTES_PER_PASSAGE = 13_500  # everything together, measured
_BYTES_LEFT = 15e9
_STEP = 250_000
_CHARS_PER_TOKEN = 4.8  # of this data, measured
_N_QUESTIONS = 200
_N_NEW = 5
_VOCABULARY = 50_000
_PARTS = {
    "Chroma's SQLite": "chroma/chroma.sqlite3*",
    "HNSW": "chroma/*/*",
    "segments/": "segments/**/*",
    "sentences.sqlite": "sentences.sqlite*",
    "files.sqlite": "files.sqlite*",
}


def measure_scale(n_passages: int, *, sentences: bool = True) -> None:
    """Build, ask and build again, each in a process of its own, so that its memory is told apart.

    Args:
        sentences: Whether vectors of sentences are stored, which are noise as well.
    """
    work = WORK / ("scale" if sentences else "scale-no-sentences")
    home, folder, figures = work / "home", work / "articles", work / "figures"
    steps = split_steps(n_passages)
    noted = [figures / f"{number:02}-{size}.txt" for number, size in enumerate(steps)]
    if set(figures.glob("*.txt")) - set(noted):
        sys.exit(f"nothing measured: {work} has an index that grew by other steps; delete it, or ask for more passages")
    n_there = sum(size for size, path in zip(steps, noted, strict=True) if path.exists())
    room = shutil.disk_usage(WORK).free - (n_passages - n_there) * _BYTES_PER_PASSAGE
    if room < _BYTES_LEFT:
        sys.exit(f"nothing measured: {n_passages} passages would leave {room / 1e9:.0f} GB on the disk")
    figures.mkdir(parents=True, exist_ok=True)
    articles = make_articles()
    for number, (size, path) in enumerate(zip(steps, noted, strict=True)):
        records = islice(articles, round(size / PASSAGES_PER_ARTICLE))
        if path.exists():
            show(f"step {number}, built before: {path.read_text(encoding='utf-8')}")
            deque(records, maxlen=0)
            continue
        write_articles(folder / f"{number:02}", records)
        run_apart(build_step, home, folder, number, sentences, path)
    show_disk(home)
    run_apart(ask, home)
    run_apart(build_again, home, folder)


def split_steps(n_passages: int) -> list[int]:
    """How many passages each step adds."""
    n_whole, rest = divmod(n_passages, _STEP)
    return [_STEP] * n_whole + [rest] * (rest > 0)


def run_apart(run: Callable[..., None], *args: object) -> None:
    """Run a function in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        process.submit(run, *args).result()


def build_step(home: Path, folder: Path, step: int, sentences: bool, noted: Path) -> None:
    """Time by stage and memory of a build, which is noted where it has ended."""
    store, encoder = NotedStore(home), NoiseVectors(step, sentences=sentences)
    encoder.encode_queries(["warm up"])
    resumed = "; it went on with a build that was stopped, whose time is not told" if store.orphans() else ""
    report, seconds = time_build(store, encoder, folder)
    kind = "" if sentences else ", without those of sentences"
    told = (
        f"{report.embedded} passages added to make {report.passages} of {report.articles} articles; random unit "
        f"vectors{kind}, tokens reckoned from characters; {report.seconds:.1f} s, peak "
        f"{memory_gb('VmHWM'):.2f} GB resident{resumed}"
    )
    show(f"build: {told}")
    show_stages("build", seconds)
    noted.write_text(told, encoding="utf-8")


def ask(home: Path) -> None:
    """Opening, memory and latency of a process that answers."""
    desk = Desk(load_settings(home=home))
    desk.encoder.encode_queries(["warm up"])
    before = memory_gb("VmRSS")
    started = time.perf_counter()
    n_passages = desk.warm_up().manifest.n_passages
    show(f"opening {n_passages} passages: {time.perf_counter() - started:.2f} s; resident {tell_memory()}")
    show(f"of it before opening, with the encoder: {before:.2f} GB")
    questions = make_questions()
    show(f"first question, from question to hits: {time_search(desk, questions[0]):.0f} ms")
    for name, filters in choose_filters(desk).items():
        ms = [time_search(desk, replace(q, filters=filters)) for q in questions]
        show(f"question to hits, {name}: p50 {percentile(ms, 0.5):.0f} ms, p95 {percentile(ms, 0.95):.0f} ms")
        if name == "no filter":
            show(f"resident after {len(questions)} questions: {tell_memory()}")


def build_again(home: Path, folder: Path) -> None:
    """An unchanged build, and builds of one new article each with the real encoder, with a reader at its side."""
    store, encoder = NotedStore(home), SentenceEncoder()
    encoder.encode_queries(["warm up"])
    report, seconds = time_build(store, encoder, folder)
    show(f"unchanged rebuild: {report.embedded} embedded, {report.seconds:.2f} s")
    open_live(store)
    for record in islice(make_articles(seed=time.time_ns()), _N_NEW):
        (folder / f"{record['id']}.json").write_text(json.dumps([record]), encoding="utf-8")
        _, seconds = time_build(store, encoder, folder)
        to_flip = sum(seconds.values()) - seconds["after the flip"]
        show(f"one new article: from file to flip {to_flip:.2f} s, opening it {open_live(store):.2f} s")
        show_stages("one new article", seconds)
    show(f"peak of builds of one article: {memory_gb('VmHWM'):.2f} GB resident")


def open_live(store: Store) -> float:
    """Seconds until the live generation is open; its segments are in memory where they were before."""
    live = store.live()
    assert live is not None
    started = time.perf_counter()
    Generation(store, live)
    return time.perf_counter() - started


class NotedStore(Store):
    """A store that notes when the pointer was moved."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.on_flip: Callable[[], None] = lambda: None

    def publish(self, manifest: Manifest, after: Pointer | None = None, *, held: bool = False) -> None:
        super().publish(manifest, after, held=held)
        self.on_flip()


class NoiseVectors(RandomVectors):
    """Noise of unit length for passages and sentences, no two alike; the real encoder for questions.

    Tokens are reckoned, for counting them takes much of the time where embedding takes none.
    """

    def __init__(self, seed: int, *, sentences: bool) -> None:
        super().__init__()
        self._random = np.random.default_rng(seed)
        self._sentences = sentences

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [round(len(text) / _CHARS_PER_TOKEN) + 1 for text in texts]

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]]:
        lengths = [len(own) if self._sentences else 0 for own in spans]
        pieces = np.split(self._noise(sum(lengths)), np.cumsum(lengths))[:-1]  # none of nothing
        return self._noise(len(texts)), pieces

    def _noise(self, n: int) -> Vectors:
        noise = self._random.random((n, self.dim), dtype=np.float32) - 0.5
        unit: Vectors = noise / np.maximum(np.linalg.norm(noise, axis=1, keepdims=True), 1e-12)
        return unit


def time_build(store: NotedStore, encoder: Encoder, folder: Path) -> tuple[BuildReport, dict[str, float]]:
    """A build, and the seconds from the first word of each of its stages to that of the next."""
    at = {"start": time.perf_counter()}

    def note(stage: str, *_: object) -> None:
        at.setdefault(stage, time.perf_counter())

    store.on_flip = lambda: note("after the flip")
    on_progress: OnProgress = note
    report = build_index(store, encoder, [folder], recorded=[str(folder)], on_progress=on_progress)
    times = [*at.values(), time.perf_counter()]
    return report, {stage: b - a for stage, a, b in zip(at, times, times[1:], strict=False)}


def make_articles(seed: int = 0) -> Iterator[dict[str, Any]]:
    """Articles without end, no two of them alike, nor like one of another seed."""
    if not DATA.is_dir():
        return invent_articles(seed)
    return (scramble(record, Random(f"{seed} {number}")) for number, record in enumerate(repeat_articles()))


def scramble(record: dict[str, Any], random: Random) -> dict[str, Any]:
    """The article with the words of each paragraph in another order, for else its repetitions would be its copies."""
    paragraphs = [p.split() for p in re.split(r"\n\s*\n", record["body"])]
    body = "\n\n".join(" ".join(random.sample(words, len(words))) for words in paragraphs)
    return {**record, "id": f"{record['id']}-{random.getrandbits(64):x}", "body": body}


def invent_articles(seed: int) -> Iterator[dict[str, Any]]:
    """Articles of invented words that are about as frequent as words are (Zipf), from twenty years and ten outlets."""
    random = np.random.default_rng(seed)
    for number in count():
        paragraphs = [f"{' '.join(invent_words(random, 60))}." for _ in range(round(PASSAGES_PER_ARTICLE))]
        yield {
            "id": f"invented-{seed}-{number}",
            "title": " ".join(invent_words(random, 8)),
            "source": f"Outlet {number % 10}",
            "published_at": f"{2005 + number % 20}-{1 + number // 20 % 12:02}-{1 + number // 240 % 28:02}",
            "body": "\n\n".join(paragraphs),
        }


def invent_words(random: np.random.Generator, n: int) -> list[str]:
    """Words of three syllables, the lower their ranks the more often."""
    ranks = np.exp(random.random(n) * np.log(_VOCABULARY)).astype(int)
    return ["".join("bdfgklmnprstvz"[r % 14] + "aeiou"[r // 14 % 5] for r in (k, k // 70, k // 4900)) for k in ranks]


def make_questions() -> list[Question]:
    """Questions that people asked of the articles; of invented ones, some of their words."""
    if DATA.is_dir():
        records = map(json.loads, (DATA / "questions.jsonl").open(encoding="utf-8"))
        texts = [record["question"] for record in records]
    else:
        random = np.random.default_rng(1)
        texts = [f"What of {' '.join(invent_words(random, 6))}?" for _ in range(_N_QUESTIONS)]
    return [make_question(text, Wording(), UTC) for text in texts[:_N_QUESTIONS]]


def show_disk(home: Path) -> None:
    """What each part takes."""
    for name, pattern in _PARTS.items():
        size = sum(path.stat().st_size for path in home.glob(pattern) if path.is_file())
        show(f"disk, {name}: {size / 1e9:.3f} GB")


def show_stages(name: str, seconds: dict[str, float]) -> None:
    """The stages in a line."""
    show(f"{name}, by stage: {', '.join(f'{stage} {s:.2f} s' for stage, s in seconds.items())}")


def tell_memory() -> str:
    """Memory of this process, and what of it is its own rather than mapped from files."""
    return f"{memory_gb('VmRSS'):.2f} GB, {memory_gb('RssAnon'):.2f} GB of it not of files"


def memory_gb(field: str) -> float:
    """A field of what the system tells of this process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)[0]) / 1e6


def show(line: str) -> None:
    """A figure, with how busy the machine was in the last minute."""
    print(f"{line} (load {os.getloadavg()[0]:.1f})", flush=True)

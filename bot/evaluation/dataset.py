"""A dataset: a folder of articles and questions whose answers are known."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path

from bot.evaluation.multihop import convert_multihop, is_multihop
from bot.questions import BadQuestion, Wording, make_question, parse_history
from bot.types import Question
from index.errors import NewsdeskError

CONFLICT = "conflict"
UNANSWERABLE = "unanswerable"
_ARTICLE_FILES = ("articles*.jsonl", "articles*.jsonl.gz")
_QUESTION_FILES = ("questions.jsonl", "unanswerable.jsonl")


class BadDataset(NewsdeskError):
    """A folder that is no dataset, or a question in it that cannot be read."""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and what answers it.

    Attributes:
        answers: Any of them is right; of a `conflict`, each is one side and all are needed.
        articles: Ids of the articles that hold the answer; empty where the dataset does not say.
        paragraphs: Where it stands, as `article_id:number`; empty where the dataset does not say.
    """

    id: str
    kind: str
    question: Question
    answers: tuple[str, ...]
    articles: frozenset[str]
    paragraphs: frozenset[str] = frozenset()

    @property
    def answerable(self) -> bool:
        """Whether some article answers it: either which, or what the answer is, is known."""
        return bool(self.articles or self.answers)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Articles to index and questions to ask of them.

    Attributes:
        digest: Changes whenever an article file does; names the dataset's own index.
        questions_digest: Changes whenever a question file does.
    """

    name: str
    digest: str
    articles: tuple[Path, ...]
    questions: tuple[GoldQuestion, ...] = ()
    questions_digest: str = ""


def load_dataset(folder: Path, zone: tzinfo, cache: Path | None = None) -> Dataset:
    """Read a folder with `articles*.jsonl(.gz)` or `articles/`, and with `questions.jsonl` or `unanswerable.jsonl`.

    A folder with the two files of MultiHop-RAG is read too, given a `cache` folder to convert it in.

    Raises:
        BadDataset: Something of that is missing, or a question cannot be read.
    """
    dataset = load_haystack(folder, cache)
    files = [path for name in _QUESTION_FILES if (path := dataset.articles[0].parent / name).is_file()]
    ids: set[str] = set()
    questions = tuple(q for path in files for q in _read(path, zone, ids))
    if not questions:
        raise BadDataset(f"{folder}: no questions in questions.jsonl; see corpus/README.md for its fields")
    return replace(dataset, questions=questions, questions_digest=_digest(files))


def load_haystack(folder: Path, cache: Path | None = None) -> Dataset:
    """The articles of a dataset, without its questions; raises as `load_dataset`."""
    home = _convert(folder, cache) if cache and is_multihop(folder) else folder
    articles = sorted(path for pattern in _ARTICLE_FILES for path in home.glob(pattern))
    if (home / "articles").is_dir():
        articles.append(home / "articles")
    if not articles:
        raise BadDataset(
            f"{folder}: no articles.jsonl, articles.jsonl.gz or articles/ in it; give the folder of a dataset"
        )
    return Dataset(folder.resolve().name, _digest(articles), tuple(articles))


def check_names(folders: Sequence[Path]) -> None:
    """See that the datasets of one run can be told apart by the names of their folders.

    Raises:
        BadDataset: Two have the same.
    """
    known: dict[str, Path] = {}
    for folder in folders:
        name = folder.resolve().name
        if name in known:
            raise BadDataset(
                f"{folder}: {known[name]} has the same name; rename one, or measure each in a run of its own"
            )
        known[name] = folder


def joint_digest(datasets: Sequence[Dataset]) -> str:
    """Names the index that holds the articles of several datasets, in any order; of one alone, its own."""
    digests = sorted({d.digest for d in datasets})
    return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode()).hexdigest()[:16]


def _convert(folder: Path, cache: Path) -> Path:
    try:
        return convert_multihop(folder, cache)
    except (ValueError, OSError) as e:
        raise BadDataset(f"{folder}: cannot be read as MultiHop-RAG ({e}); mend the file") from e


def _read(path: Path, zone: tzinfo, ids: set[str]) -> Iterator[GoldQuestion]:
    for number, line in enumerate(path.read_bytes().removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            gold = _to_gold(json.loads(line.decode()), f"{path.stem}-{number}", zone)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, BadQuestion) as e:
            raise BadDataset(f"{path}:{number}: not a question with its answers ({e}); mend the line") from e
        if gold.id in ids:
            raise BadDataset(f"{path}:{number}: id {gold.id!r} was read before; give each question its own")
        ids.add(gold.id)
        yield gold


def _to_gold(record: dict[str, object], fallback_id: str, zone: tzinfo) -> GoldQuestion:
    wording = Wording(now=str(record.get("asked_on") or ""), as_of=str(record.get("as_of") or ""))
    articles, answers = frozenset(_texts(record, "articles")), tuple(_texts(record, "answers"))
    text, own_id = record["question"], record.get("id")
    if not isinstance(text, str) or not text.strip():
        raise TypeError("question is no text")
    return GoldQuestion(
        id=fallback_id if own_id is None or own_id == "" else str(own_id),
        kind=str(record.get("kind") or ("question" if articles or answers else UNANSWERABLE)),
        question=make_question(text, wording, zone, parse_history(record.get("history"))),
        answers=answers,
        articles=articles,
        paragraphs=frozenset(_texts(record, "paragraphs")),
    )


def _texts(record: dict[str, object], key: str) -> list[str]:
    value = record.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise TypeError(f"{key} is not a list of texts")
    return value


def _digest(articles: list[Path]) -> str:
    files = [f for path in articles for f in (sorted(path.rglob("*")) if path.is_dir() else [path]) if f.is_file()]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:16]

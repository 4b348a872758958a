"""MultiHop-RAG's `evidence.json` and `queries.json`, written as the article and question files of any other dataset.

There is one article for each address, its facts as paragraphs, for gold is counted by article: any fact of it finds it,
and several count once. With an article for each fact, another fact of the same story would be no gold.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.dates import parse_published
from index.errors import BadDate

EVIDENCE = "evidence.json"
QUERIES = "queries.json"
_WITH_ANSWER_TEXTS = "inference"
"""The other kinds are answered by Yes, no or Before, which stand in no article."""


def is_multihop(folder: Path) -> bool:
    """Whether a folder holds MultiHop-RAG's two files."""
    return (folder / EVIDENCE).is_file() and (folder / QUERIES).is_file()


def convert_multihop(folder: Path, cache: Path) -> Path:
    """Write `articles.jsonl` and `questions.jsonl` into a folder of their own below `cache`, and return that folder.

    The facts of an evidence article become its paragraphs. The same sources give the same bytes.

    Raises:
        ValueError: A file is no list of records with the fields of MultiHop-RAG; the message names the entry.
        OSError: A file cannot be read or written.
    """
    contents = [(folder / name).read_bytes() for name in (EVIDENCE, QUERIES)]
    evidence, queries = (_parse(name, content) for name, content in zip((EVIDENCE, QUERIES), contents, strict=True))
    asked_on = _newest_day(evidence)
    converted = cache / f"multihop-{hashlib.sha256(b''.join(contents)).hexdigest()[:16]}"
    converted.mkdir(parents=True, exist_ok=True)
    _write(converted / "articles.jsonl", _convert_each(EVIDENCE, evidence, _to_article))
    _write(converted / "questions.jsonl", _convert_each(QUERIES, queries, lambda q: _to_question(q, asked_on)))
    return converted


def name_article(url: str) -> str:
    """The id of the article at an address."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _to_article(evidence: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name_article(evidence["url"]),
        "title": evidence["title"],
        "source": evidence["source"],
        "authors": evidence.get("author") or None,
        "published_at": evidence["published_at"],
        "url": evidence["url"],
        "section": evidence.get("category"),
        "paragraphs": list(dict.fromkeys(evidence["facts"])),
    }


def _to_question(query: dict[str, Any], asked_on: str) -> dict[str, Any]:
    kind = query["question_type"].removesuffix("_query")
    return {
        "id": str(query["id"]),
        "kind": kind,
        "asked_on": query.get("asked_on") or asked_on,
        "question": query["query"],
        "answers": [query["answer"]] if kind == _WITH_ANSWER_TEXTS and query["evidence_list"] else [],
        "articles": list(dict.fromkeys(name_article(e["url"]) for e in query["evidence_list"])),
    }


def _newest_day(evidence: Sequence[dict[str, Any]]) -> str:
    """The day of the newest article, in UTC."""
    moments: list[datetime] = []
    for number, record in enumerate(evidence, 1):
        try:
            moments.append(parse_published(record["published_at"]))
        except (BadDate, KeyError, TypeError) as e:
            raise ValueError(f"{EVIDENCE}, entry {number}: published_at is no date ({e})") from e
    return max(moments).astimezone(UTC).date().isoformat()


def _parse(name: str, content: bytes) -> list[dict[str, Any]]:
    try:
        records = json.loads(content)
    except (ValueError, RecursionError) as e:
        raise ValueError(f"{name} is not JSON: {e}") from e
    if not isinstance(records, list) or not records or not all(isinstance(r, dict) for r in records):
        raise ValueError(f"{name} is not a list of records")
    return records


def _convert_each(name: str, records: Sequence[dict[str, Any]], convert: Any) -> Iterator[dict[str, Any]]:
    for number, record in enumerate(records, 1):
        try:
            yield convert(record)
        except (KeyError, TypeError, AttributeError) as e:
            raise ValueError(f"{name}, entry {number}: {type(e).__name__} {e}") from e


def _write(path: Path, records: Iterator[dict[str, Any]]) -> None:
    content = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode("utf-8", "replace")
    if path.is_file() and path.read_bytes() == content:
        return
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)

"""Sentences of articles, some of them made false: what a lying model says, for measuring how much of it is shown.

`python -m bot.evaluation.lies ARTICLES.jsonl.gz` prints the shares for the articles whose id has an odd CRC-32; the
rules were developed on the others.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.evaluation.script import run_script
from bot.verify.check import Source, check_sentence
from index.sentences import split_sentences

SHARE_OF_LIES = 0.3
_PER_ARTICLE = 3
_NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z][a-z]+(?:['-][A-Z][a-z]+)?)(?: [A-Z][a-z]+)*")
_NUMBER = re.compile(r"(?<![\w$.,-])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w,.-]*\d)")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DATE = re.compile(rf"\b(?:{'|'.join(_DAYS + _MONTHS)}|(?:19|20)\d\d)\b")
_AUXILIARY = re.compile(r"\b(is|are|was|were|has|have|had|will|would|could|should|did|does|do)( not|n't|n’t)?\b(?! no)")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the model's, the paragraph it cites, and how it lies, if it does."""

    text: str
    source: Source
    lie: str


def say(path: Path, parity: int, seed: int = 0) -> Iterator[Said]:
    """Sentences of the articles whose CRC-32 is even (0) or odd (1), a share of them false."""
    rng = random.Random(seed)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if zlib.crc32(record["id"].encode()) % 2 == parity:
                yield from _say_some(record, rng)


def _say_some(record: dict[str, str], rng: random.Random) -> Iterator[Said]:
    paragraphs = [p for p in record["body"].split("\n\n") if 8 <= len(p.split()) <= 200]
    names = sorted({m[0] for p in paragraphs for m in _NAME.finditer(p)} - {*_DAYS, *_MONTHS})
    published = date.fromisoformat(record["published_at"][:10]) if record["published_at"] else None
    for paragraph in rng.sample(paragraphs, min(_PER_ARTICLE, len(paragraphs))):
        sentences = [s for a, b in split_sentences(paragraph) if 6 <= len((s := paragraph[a:b]).split()) <= 45]
        if not sentences:
            continue
        sentence = rng.choice(sentences)
        source = Source(paragraph, f"({record['source']}: {record['title']})", published)
        if rng.random() >= SHARE_OF_LIES:
            yield Said(sentence, source, "")
        elif lie := _lie(sentence, names, rng):
            yield Said(lie[1], source, lie[0])


def _lie(sentence: str, names: Sequence[str], rng: random.Random) -> tuple[str, str] | None:
    kinds: list[tuple[str, Callable[[], str | None]]] = [
        ("number", lambda: _swap_number(sentence, rng)),
        ("name", lambda: _swap_name(sentence, names, rng)),
        ("date", lambda: _swap_date(sentence, rng)),
        ("negation", lambda: _swap_negation(sentence, rng)),
        ("roles", lambda: _swap_roles(sentence, rng)),
    ]
    rng.shuffle(kinds)
    return next(((kind, lie) for kind, make in kinds if (lie := make()) and lie != sentence), None)


def _replace(sentence: str, match: re.Match[str], text: str) -> str:
    return sentence[: match.start()] + text + sentence[match.end() :]


def _swap_number(sentence: str, rng: random.Random) -> str | None:
    found = [m for m in _NUMBER.finditer(sentence) if not _DATE.match(m[0])]
    if not found:
        return None
    match = rng.choice(found)
    value = float(match[0].replace(",", ""))
    other = value + rng.choice((1, 2, 7, 10)) if value < 100 else value * rng.choice((0.5, 1.2, 2, 10))
    return _replace(sentence, match, f"{other:,.0f}" if match[0].isdigit() or "," in match[0] else f"{other:.1f}")


def _swap_name(sentence: str, names: Sequence[str], rng: random.Random) -> str | None:
    found = [m for m in _NAME.finditer(sentence) if m[0] not in (*_DAYS, *_MONTHS)]
    others = [n for n in names if not set(n.split()) & set(re.findall(r"\w+", sentence))]
    return _replace(sentence, rng.choice(found), rng.choice(others)) if found and others else None


def _swap_date(sentence: str, rng: random.Random) -> str | None:
    found = list(_DATE.finditer(sentence))
    if not found:
        return None
    match = rng.choice(found)
    if match[0].isdigit():
        return _replace(sentence, match, str(int(match[0]) + rng.choice((-2, -1, 1, 10))))
    kind = _DAYS if match[0] in _DAYS else _MONTHS
    return _replace(sentence, match, rng.choice([other for other in kind if other != match[0]]))


def _swap_negation(sentence: str, rng: random.Random) -> str | None:
    found = list(_AUXILIARY.finditer(sentence))
    if not found:
        return None
    match = rng.choice(found)
    return _replace(sentence, match, match[1] if match[2] else f"{match[1]} not")


def _swap_roles(sentence: str, rng: random.Random) -> str | None:
    found = [m for m in _NAME.finditer(sentence) if m[0] not in (*_DAYS, *_MONTHS)]
    if len(found) < 2:
        return None
    a, b = sorted(rng.sample(found, 2), key=lambda m: m.start())
    if set(a[0].split()) & set(b[0].split()) or sentence[a.end() : b.start()].strip() in (",", "and", "and the", "or"):
        return None
    return sentence[: a.start()] + b[0] + sentence[a.end() : b.start()] + a[0] + sentence[b.end() :]


def main(paths: Sequence[str]) -> None:
    """Print, by kind of lie, the share that is shown, and the share of true sentences that is kept."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for said in say(Path(paths[0]), parity=1):
        is_shown = check_sentence(said.text, said.source).supported
        for kind in {said.lie or "true", "false" if said.lie else "true"}:
            counts[kind][0] += is_shown
            counts[kind][1] += 1
    for kind, (shown, n) in sorted(counts.items()):
        print(f"{kind}: {shown} of {n} shown, {shown / n:.3f}")


if __name__ == "__main__":
    run_script("lies", main)

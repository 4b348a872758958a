"""What each objection of the check is worth: `python -m bot.evaluation.objections tests/golden/support.jsonl …`.

Prints how many supported and unsupported pairs each objection is raised against, and how many it is alone against. One
that is raised mostly with others, or often alone against what is supported, does not earn its place.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from bot.evaluation.script import run_script
from bot.verify.check import Source, find_objections


def main(paths: Sequence[str]) -> None:
    """Print the counts of each objection, those against most unsupported pairs first."""
    raised: Counter[tuple[str, bool]] = Counter()
    alone: Counter[tuple[str, bool]] = Counter()
    for sentence, source, label in _read_pairs(paths):
        kinds = {reason.partition(" (")[0] for reason in find_objections(sentence, source)}
        raised.update((kind, label) for kind in kinds)
        alone.update((kind, label) for kind in kinds if len(kinds) == 1)
    print(f"{'':28} unsupported  supported  alone: unsupported  supported")
    for kind in sorted({kind for kind, _ in raised}, key=lambda k: -raised[k, False]):
        counts = (raised[kind, False], raised[kind, True], alone[kind, False], alone[kind, True])
        print(f"{kind:28} {counts[0]:11} {counts[1]:10} {counts[2]:19} {counts[3]:10}")


def _read_pairs(paths: Sequence[str]) -> Iterator[tuple[str, Source, bool]]:
    """Sentences of labelled pairs, each with its paragraph and whether that supports it."""
    for path in paths:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            pair = json.loads(line)
            published = date.fromisoformat(pair["published_at"])
            context = f"({pair.get('source', '')}, {published:%-d %B %Y}: {pair.get('title', '')})"
            yield pair["sentence"], Source(pair["paragraph"], context, published), pair["label"]


if __name__ == "__main__":
    run_script("objections", main)

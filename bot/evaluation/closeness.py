"""Choose how close in meaning a sentence must be: `python -m bot.evaluation.closeness tests/golden/support.jsonl …`.

The threshold lies a little below the least close supported pair; what it is worth is the share of supported sentences
that it tells from paragraphs of other pairs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.evaluation.script import run_script
from bot.verify.meaning import Meaning
from index.encoder import SentenceEncoder


def main(paths: Sequence[str]) -> None:
    """Print the closeness of supported pairs, and of the same sentences to other paragraphs."""
    lines = [line for path in paths for line in Path(path).read_text(encoding="utf-8").splitlines()]
    pairs = [p for line in lines if (p := json.loads(line))["label"]]
    meaning = Meaning(SentenceEncoder())
    own = np.array([meaning.closeness(p["sentence"], [p["paragraph"]]) for p in pairs])
    paragraphs = list(dict.fromkeys(p["paragraph"] for p in pairs))
    other = np.array(
        [meaning.closeness(p["sentence"], [q]) for p in pairs for q in paragraphs[::7] if q != p["paragraph"]]
    )
    for threshold in np.arange(0.2, 0.6, 0.04):
        print(
            f"{threshold:.2f}: {np.mean(own < threshold):.3f} of own, {np.mean(other < threshold):.3f} of other below"
        )
    print(f"least of own {own.min():.3f}")


if __name__ == "__main__":
    run_script("closeness", main)

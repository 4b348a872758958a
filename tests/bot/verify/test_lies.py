"""What the check lets through of a model that lies in three of ten sentences."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.evaluation.lies import say
from bot.verify.check import check_sentence

ARTICLES = Path(__file__).resolve().parents[4] / "shared/data/realtimeqa/articles.jsonl.gz"


@pytest.mark.slow
@pytest.mark.skipif(not ARTICLES.is_file(), reason=f"{ARTICLES} is absent")
def test_of_articles_that_the_rules_were_not_written_with_few_lies_are_shown_and_most_truths_kept():
    shown: Counter[bool] = Counter()
    said: Counter[bool] = Counter()
    for sentence in say(ARTICLES, parity=1):
        is_true = not sentence.lie
        said[is_true] += 1
        shown[is_true] += check_sentence(sentence.text, sentence.source).supported
    print({("true" if key else "false"): f"{shown[key]} of {n} shown" for key, n in said.items()})
    assert said[False] > 0.25 * said.total()
    assert shown[False] <= 0.02 * said[False]
    assert shown[True] >= 0.90 * said[True]

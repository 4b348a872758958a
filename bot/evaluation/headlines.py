"""Differences shown where a question asks too little to have one answer: `python -m bot.evaluation.headlines FOLDER…`.

Headlines of a dataset's articles are asked as questions, two days after they were printed. Hardly any has two answers,
so nearly all that is shown is none, but for a toll that grew or a day put off.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.evaluation.learn_ranking import open_set
from bot.evaluation.run import Trial
from bot.evaluation.script import run_script
from bot.settings import load_settings
from bot.types import Answer, Question
from index.segment import from_timestamp

_N = 350
_OPENINGS = ("When did this happen:", "When will this happen:", "How many people")
_LATER = timedelta(days=2)
_CUT_OFF = re.compile(r" \.\.\.$| [-|] .*$")


def main(folders: Sequence[str]) -> None:
    """Print, for each way to ask, what was shown and how often."""
    for folder in folders:
        _, trial = open_set(load_settings(), folder)
        for opening in _OPENINGS:
            answers = list(_ask(trial, opening))
            shown = [a for a in answers if a.disagreement]
            for answer in shown:
                print(f"  {answer.question}\n    {_describe(answer)}")
            print(f"{folder}, {opening} …: {len(shown)} of {len(answers)} show a difference")


def _ask(trial: Trial, opening: str) -> Iterator[Answer]:
    articles = list(trial.desk.reader.current().articles)
    random.Random(5).shuffle(articles)
    for article in articles[:_N]:
        printed = from_timestamp(article.published)
        if printed is not None:
            headline = _CUT_OFF.sub("", article.title).rstrip(".?")
            yield trial.desk.answerer.ask(Question(f"{opening} {headline}?", printed + _LATER))


def _describe(answer: Answer) -> str:
    sides = answer.disagreement.sides if answer.disagreement else ()
    cited = ((side.words, answer.citations[side.citation - 1]) for side in sides)
    return "; ".join(f"{words} ({c.source}): {c.quote}" for words, c in cited)


if __name__ == "__main__":
    run_script("headlines", main)

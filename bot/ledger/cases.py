"""Rated answers as cases for `newsdesk eval`.

A case whose gold is known can stand in the `questions.jsonl` of a dataset as it is. One of the kind `to_judge` has
null where its gold belongs, which no dataset takes: somebody must fill it in or delete the line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.ledger.answers import Answers, KeptAnswer
from bot.ledger.feedback import Feedback, Rating, Vote
from bot.types import Turn, format_moment
from index.errors import NewsdeskError

TO_JUDGE = "to_judge"


def make_cases(answers: Answers, feedback: Feedback) -> Iterator[dict[str, Any]]:
    """A case for each rated answer, oldest first; nothing in it tells who asked, who rated, or where."""
    for answer_id in answers.list_rated():
        kept, ratings = answers.load(answer_id), feedback.of_answer(answer_id)
        if kept and ratings:  # another process may have deleted them since
            yield _make_case(kept, ratings)


def write_cases(cases: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write cases to a file, one on each line, whole or not at all.

    Raises:
        NewsdeskError: It cannot be written.
    """
    lines = [json.dumps(case, ensure_ascii=False) + "\n" for case in cases]
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        unfinished.write_text("".join(lines), encoding="utf-8", errors="replace")
        unfinished.replace(path)
    except OSError as e:
        unfinished.unlink(missing_ok=True)
        raise NewsdeskError(f"{path}: cannot be written ({e.strerror}); name a file in a folder of yours") from e


def _make_case(kept: KeptAnswer, ratings: Sequence[Rating]) -> dict[str, Any]:
    """What an answer cites is gold where it has citations and every vote is for it."""
    question, answer, filters = kept.question, kept.answer, kept.question.filters
    known = answer.outcome.has_answer and all(r.vote is Vote.UP for r in ratings)
    articles = sorted({c.article_id for c in answer.citations})
    paragraphs = sorted({f"{c.article_id}:{c.paragraph}" for c in answer.citations})
    return {
        "id": kept.id,
        "kind": "feedback" if known else TO_JUDGE,
        "question": question.text,
        "asked_on": format_moment(question.now),
        "as_of": format_moment(filters.as_of),
        "since": format_moment(filters.since),
        "until": format_moment(filters.until),
        "source": list(filters.sources),
        "history": [_turn_json(turn) for turn in question.history],
        "answers": [] if known else None,
        "articles": articles if known else None,
        "paragraphs": paragraphs if known else None,
        "ratings": [{"vote": r.vote.value, "reason": r.reason and r.reason.value, "note": r.note} for r in ratings],
        "outcome": answer.outcome.value,
        "answer": answer.text,
        "cited": paragraphs,
        "hits": [hit.passage.id for hit in answer.hits],
        "generation": answer.generation,
        "model": answer.model,
    }


def _turn_json(turn: Turn) -> dict[str, str]:
    return {"question": turn.question, "answer": turn.answer}

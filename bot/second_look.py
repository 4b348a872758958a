"""What is looked for once an answer is found: sources that differ from it, and how the matter unfolded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.accounts import find_sentences, read_accounts
from bot.development import asks_for_development, choose_lines
from bot.disagreement.asked import units_asked
from bot.disagreement.contrast import choose_claims, find_contrast, may_differ
from bot.disagreement.told import Contrast
from bot.evidence import Evidence, find_evidence
from bot.types import Question
from index.query import Query
from index.search import search
from index.types import Encoder, Hit, Vectors

if TYPE_CHECKING:
    from bot.answer import Gathered

_N_RIVALS = 10
_N_OF_TIMELINE = 40


def look_for_contrast(question: Question, found: Gathered, encoder: Encoder) -> Contrast | None:
    """In what the sources differ of what the question asks; each likely answer is searched for by its own words.

    Of a question of several parts, that is the first one that asks for a figure.
    """
    text, meaning = _choose_part(question, found)
    if not may_differ(text):
        return None
    vectors = found.generation.sentences.of_hits(found.hits, encoder)
    evidence = sorted(found.evidence, key=lambda e: -e.undated_score)  # the older side is as good as the newer
    accounts = read_accounts(evidence, found.hits, vectors, meaning)
    claims = choose_claims(text, accounts)
    if not claims:
        return None
    rivals = [hit for c in claims for hit in _search(question, found, Query(c.text), c.vector[None], _N_RIVALS)]
    hits = list({hit.passage.id: hit for hit in (*rivals, *found.hits)}.values())
    known = {(e.hit.passage.id, e.paragraph, e.start) for e in found.evidence}
    others = [e for e in find_sentences(found.asked, hits) if (e.hit.passage.id, e.paragraph, e.start) not in known]
    vectors = found.generation.sentences.of_hits(hits, encoder)
    everything = read_accounts([*evidence, *others], hits, vectors, meaning)
    return find_contrast(text, choose_claims(text, everything[: len(accounts)]), everything)


def look_for_timeline(question: Question, found: Gathered, encoder: Encoder) -> list[Evidence]:
    """The dated sentences that tell how a matter unfolded, where the question asks that; else none."""
    if not asks_for_development(question.text):
        return []
    hits = _search(question, found, found.query, found.vectors, _N_OF_TIMELINE)
    vectors = found.generation.sentences.of_hits(hits, encoder)
    asked = replace(found.asked, moment=None)  # what was first told is as good as what was last
    evidence = find_evidence(asked, hits, vectors, found.generation.idf)
    return choose_lines(question.text, read_accounts(evidence, hits, vectors, found.vectors[0]))


def _choose_part(question: Question, found: Gathered) -> tuple[str, Vectors]:
    """What is to be looked at, and its vector; of several parts none but one for a figure, or else empty text."""
    parts = found.query.parts
    if not parts:
        return question.text, found.vectors[0]
    figures = (n for n, part in enumerate(parts, 1) if units_asked(part.text))
    n = next(figures, 0)
    return (parts[n - 1].text if n else ""), found.vectors[n]


def _search(question: Question, found: Gathered, query: Query, vectors: Vectors, k: int) -> list[Hit]:
    """What a search finds under the question's filters, so that nothing is later than its `as_of`."""
    return search(found.generation, query, vectors, question.moment, found.filters, k)

"""What is looked for once an answer is found: sources that differ from it, and how the matter unfolded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.accounts import Account, read_accounts
from bot.development import asks_for_development, choose_lines
from bot.disagreement import Contrast, choose_claims, find_contrast, may_differ
from bot.evidence import Evidence, find_evidence
from bot.types import Question
from index.query import Query
from index.search import search
from index.types import Encoder, Vectors

if TYPE_CHECKING:
    from bot.answer import Gathered

_N_RIVALS = 10
_N_OF_TIMELINE = 40


def look_for_contrast(question: Question, found: Gathered, encoder: Encoder) -> Contrast | None:
    """In what the sources differ of what the question asks; each likely answer is searched for by its own words.

    A question of several parts is taken as it is: what differs may belong to different parts.
    """
    if found.query.parts or not may_differ(question.text):
        return None
    sentences = found.generation.sentences.of_hits(found.hits, encoder)
    accounts = read_accounts(found.evidence, found.hits, sentences, found.vectors[0])
    claims = choose_claims(question.text, accounts)
    others = [a for claim in claims for a in _search(question, found, Query(claim.text), claim.vector[None], encoder)]
    return find_contrast(question.text, claims, [*accounts, *others])


def look_for_timeline(question: Question, found: Gathered, encoder: Encoder) -> list[Evidence]:
    """The dated sentences that tell how a matter unfolded, where the question asks that; else none."""
    if not asks_for_development(question.text):
        return []
    return choose_lines(_search(question, found, found.query, found.vectors, encoder, _N_OF_TIMELINE))


def _search(
    question: Question, found: Gathered, query: Query, vectors: Vectors, encoder: Encoder, k: int = _N_RIVALS
) -> list[Account]:
    """The sentences that a search finds under the question's filters, so that none is later than its `as_of`."""
    generation = found.generation
    hits = search(generation, query, vectors, question.moment, found.filters, k)
    sentences = generation.sentences.of_hits(hits, encoder)
    evidence = find_evidence(found.asked, hits, sentences)
    return read_accounts(evidence, hits, sentences, found.vectors[0])

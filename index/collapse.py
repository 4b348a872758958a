"""Copies of one story among the candidates: the passages of one article stay, and name the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.articles import UNDATED
from index.copies import Repeated, are_copies
from index.generation import Generation, Mask


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage row on its way to a hit.

    Attributes:
        view: Number of the view that it fits best: 0 for the whole question, then its parts.
        place: Where it is among the candidates of that view.
        leads_part: It is the best of one of the parts.
        log_odds: The reranker's part of the score; 0 where it did not read the passage.
    """

    row: int
    article: int
    score: float
    view: int = 0
    place: int = 0
    leads_part: bool = False
    copies: tuple[str, ...] = ()
    log_odds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Story:
    """An article that stands for those that are copies of it."""

    article: int
    later: frozenset[int]
    copies: tuple[str, ...]


class CollapsedCopies:
    """Candidates, added best first, with copies collapsed.

    Of near-identical articles that is the earliest allowed one, of those preferred if there are any. A passage of a
    later article gives way only where the earliest says the same: what it adds or revises stays.
    """

    def __init__(self, generation: Generation, allowed: Mask, preferred: Mask) -> None:
        self._generation = generation
        self._allowed = allowed
        self._preferred = preferred
        self._kept: dict[int, Candidate] = {}
        self._stories: dict[int, _Story] = {}
        self._originals: dict[int, Repeated] = {}

    @property
    def n_passages(self) -> int:
        """How many are kept."""
        return len(self._kept)

    @property
    def n_articles(self) -> int:
        """From how many articles those are."""
        return len({c.article for c in self._kept.values()})

    def ranked(self) -> list[Candidate]:
        """Those that are kept, best first."""
        return sorted(self._kept.values(), key=lambda c: (-c.score, c.row))

    def add(self, candidates: Sequence[Candidate]) -> None:
        """Take more, none of them better than one before."""
        self._find_stories(candidates)
        texts = self._read(candidates)
        for candidate in candidates:
            story = self._story_of(candidate)
            row = candidate.row if candidate.article == story.article else None
            if candidate.article in story.later:
                row = self._originals[story.article].find(texts[candidate.row])
            if row is None:
                self._keep(candidate)
            else:
                self._keep(replace(candidate, row=row, article=story.article, copies=story.copies))

    def _keep(self, candidate: Candidate) -> None:
        kept = self._kept.setdefault(candidate.row, candidate)
        if candidate.leads_part and not kept.leads_part:
            self._kept[candidate.row] = replace(kept, leads_part=True)

    def _story_of(self, candidate: Candidate) -> _Story:
        return self._stories[int(self._generation.copy_groups[candidate.article])]

    def _find_stories(self, candidates: Sequence[Candidate]) -> None:
        generation, groups = self._generation, self._generation.copy_groups
        new = sorted({int(groups[c.article]) for c in candidates} - set(self._stories))
        members: dict[int, list[int]] = {group: [] for group in new}
        for article in np.flatnonzero(self._allowed & np.isin(groups, new)).tolist():
            members[int(groups[article])].append(article)
        for group, articles in members.items():
            first, *others = sorted(articles, key=lambda a: (not self._preferred[a], *_age(generation, a)))
            copies = [a for a in others if are_copies(generation.signatures[first], generation.signatures[a])]
            ids = tuple(generation.articles[a].id for a in sorted(copies, key=lambda a: _age(generation, a)))
            self._stories[group] = _Story(first, frozenset(copies), ids)

    def _read(self, candidates: Sequence[Candidate]) -> Mapping[int, str]:
        """Texts of those that may repeat another article; its own are read as well, once."""
        doubtful = [c for c in candidates if c.article in self._story_of(c).later]
        new = {self._story_of(c).article for c in doubtful} - set(self._originals)
        rows_of = {article: np.flatnonzero(self._generation.article_of == article).tolist() for article in new}
        wanted = [*(c.row for c in doubtful), *(row for rows in rows_of.values() for row in rows)]
        stored = self._generation.passages(list(dict.fromkeys(wanted)))
        texts = {row: one.passage.text for row, one in stored.items()}
        self._originals |= {article: Repeated({row: texts[row] for row in rows}) for article, rows in rows_of.items()}
        return texts


def _age(generation: Generation, article: int) -> tuple[bool, int, str]:
    row = generation.articles[article]
    return row.published == UNDATED, row.published, row.id

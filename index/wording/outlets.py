"""Outlets that a question names, in full or by the short names that people use."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.wording.outlet_names import Alias, Kind, fold_word, list_aliases
from index.wording.outlet_places import Place
from index.wording.outlet_senses import means_outlet

_WORD = re.compile(r"[^\W_]+")
_MARK = re.compile(r"[?!]$")


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names an outlet; several sources where one name stands for an outlet's sections."""

    start: int
    end: int
    sources: tuple[str, ...]


class Outlets:
    """The outlets of an index, findable in a text by their full and their usual short names."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(dict.fromkeys(str(name) for name in names if _WORD.search(name)))
        self._by_word: dict[str, list[Alias]] = defaultdict(list)
        self._by_character: dict[str, list[Alias]] = defaultdict(list)
        order = list(Kind)
        for alias in sorted(
            list_aliases(self.names), key=lambda a: (-len(a.words), -len(a.written), order.index(a.kind))
        ):
            if alias.is_unspaced:
                self._by_character[alias.written[0]].append(alias)
            else:
                self._by_word[alias.words[0]].append(alias)

    def find(self, text: str) -> tuple[Mention, ...]:
        """Every mention of an outlet, in order, without overlaps; the longest name wins."""
        kept: list[Mention] = []
        found = [*self._find_spaced(text), *self._find_unspaced(text)]
        for mention in sorted(found, key=lambda m: (m.start, -m.end)):
            if not kept or kept[-1].end <= mention.start:
                kept.append(mention)
        return tuple(kept)

    def _find_spaced(self, text: str) -> Iterator[Mention]:
        words = list(_WORD.finditer(text))
        folded = [fold_word(word.group()) for word in words]
        at = end = 0
        while at < len(words):
            size = 1
            for alias in self._by_word.get(folded[at], ()):
                mark = _MARK.search(alias.written)
                place = Place(text, words, folded, at, len(alias.words), end, mark[0] if mark else "")
                if tuple(folded[at : at + place.size]) == alias.words and means_outlet(alias, place):
                    yield Mention(place.start_with_article, place.end, alias.sources)
                    size, end = place.size, place.end
                    break
            at += size

    def _find_unspaced(self, text: str) -> Iterator[Mention]:
        at = 0
        while self._by_character and at < len(text):
            alias = next((a for a in self._by_character.get(text[at], ()) if text.startswith(a.written, at)), None)
            if alias:
                yield Mention(at, at + len(alias.written), alias.sources)
            at += len(alias.written) if alias else 1

"""What a segment knows of its articles beside their texts, mapped from the disk."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.copies import N_PERMUTATIONS, Signatures
from index.strings import Strings, write_strings

UNDATED = np.iinfo(np.int64).min
_NUMBERS = np.dtype(
    [
        ("published", np.int64),
        ("changed", np.int64),
        ("source", np.int32),
        ("language", np.int32),
        ("signature", np.uint32, (N_PERMUTATIONS,)),
    ]
)


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """What a segment knows of an article beside its text.

    Attributes:
        published: Timestamp, or UNDATED.
        changed: Timestamp since when it is known to say this; UNDATED where it is not known to have said another thing.
    """

    id: str
    digest: str
    title: str
    source: str
    language: str
    published: int
    url: str
    changed: int = UNDATED


@dataclass(frozen=True, slots=True)
class Articles:
    """The articles of one segment, each known by its row, from 0.

    Attributes:
        sources: Their outlets, each once.
        languages: Their languages, each once.
        numbers: Of each article its moments, which of the outlets and languages it is of, and its MinHash.
    """

    ids: Strings
    digests: Strings
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    numbers: NDArray[np.void]
    _titles: Strings
    _urls: Strings

    @classmethod
    def open(cls, folder: Path, sources: Sequence[str], languages: Sequence[str]) -> Articles:
        """Map what `write_articles` has written; raises OSError, ValueError or EOFError where it is not whole."""
        numbers = np.asarray(np.load(folder / "articles.npy", mmap_mode="r"))
        ids, digests, titles, urls = (Strings.open(folder / name) for name in ("ids", "digests", "titles", "urls"))
        if numbers.dtype != _NUMBERS or {len(s) for s in (ids, digests, titles, urls)} != {len(numbers)}:
            raise ValueError(f"{folder}: the columns of its articles do not fit")
        return cls(ids, digests, tuple(sources), tuple(languages), numbers, titles, urls)

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, row: int) -> ArticleRow:
        numbers = self.numbers[row]
        return ArticleRow(
            id=self.ids[row],
            digest=self.digests[row],
            title=self._titles[row],
            source=self.sources[numbers["source"]],
            language=self.languages[numbers["language"]],
            published=int(numbers["published"]),
            url=self._urls[row],
            changed=int(numbers["changed"]),
        )

    def __iter__(self) -> Iterator[ArticleRow]:
        return map(self.__getitem__, range(len(self)))

    def held(self, article_ids: Collection[str]) -> frozenset[str]:
        """Which of some ids are among these articles."""
        wanted = list(article_ids)
        rows = self.ids.find(wanted).tolist()
        return frozenset(article_id for article_id, row in zip(wanted, rows, strict=True) if row >= 0)

    def all_but(self, removed: Collection[str]) -> NDArray[np.bool_]:
        """Which rows are of none of some ids; shape (len(self),)."""
        mask = np.ones(len(self), dtype=np.bool_)
        rows = self.ids.find(list(removed))
        mask[rows[rows >= 0]] = False
        return mask


class ArticleChain:
    """The articles of several segments side by side as if they were those of one."""

    def __init__(self, segments: Iterable[Articles]) -> None:
        self._segments = tuple(segments)
        self._firsts = np.cumsum([0, *map(len, self._segments)]).tolist()

    def __len__(self) -> int:
        return int(self._firsts[-1])

    def __getitem__(self, row: int) -> ArticleRow:
        n = bisect_right(self._firsts, row) - 1
        return self._segments[n][row - self._firsts[n]]

    def __iter__(self) -> Iterator[ArticleRow]:
        return chain.from_iterable(self._segments)

    def ids(self) -> Iterator[str]:
        """The id of each."""
        return chain.from_iterable(segment.ids for segment in self._segments)

    def find(self, article_ids: Collection[str]) -> list[int]:
        """The rows of some ids, of which each may have one in every segment."""
        wanted = list(article_ids)
        pairs = zip(self._firsts, self._segments, strict=False)
        return [first + row for first, own in pairs for row in own.ids.find(wanted).tolist() if row >= 0]

    def numbers(self, name: str) -> NDArray[Any]:
        """A column of `Articles.numbers` over all segments."""
        return np.concatenate([segment.numbers[name] for segment in self._segments])

    def names(self, name: str) -> tuple[list[str], NDArray[np.int64]]:
        """The outlets ("source") or languages of all, sorted, and the number of each row's among these."""
        own = [segment.sources if name == "source" else segment.languages for segment in self._segments]
        numbers = _count_off(chain.from_iterable(own))
        places = [np.array([numbers[text] for text in texts], dtype=np.int64) for texts in own]
        pairs = zip(places, self._segments, strict=True)
        return list(numbers), np.concatenate([place[segment.numbers[name]] for place, segment in pairs])


def write_articles(
    folder: Path, articles: Sequence[ArticleRow], signatures: Sequence[Signatures]
) -> tuple[list[str], list[str]]:
    """Write the columns of a segment's articles; returns their outlets and languages, each once."""
    sources, languages = _count_off(a.source for a in articles), _count_off(a.language for a in articles)
    numbers = np.zeros(len(articles), dtype=_NUMBERS)
    numbers["published"] = [a.published for a in articles]
    numbers["changed"] = [a.changed for a in articles]
    numbers["source"] = [sources[a.source] for a in articles]
    numbers["language"] = [languages[a.language] for a in articles]
    numbers["signature"] = np.reshape(signatures, (-1, N_PERMUTATIONS))
    np.save(folder / "articles.npy", numbers)
    write_strings(folder / "ids", (a.id for a in articles))
    write_strings(folder / "digests", (a.digest for a in articles))
    write_strings(folder / "titles", (a.title for a in articles))
    write_strings(folder / "urls", (a.url for a in articles))
    return list(sources), list(languages)


def _count_off(names: Iterable[str]) -> dict[str, int]:
    """Each name once, sorted, with its number."""
    return {name: n for n, name in enumerate(sorted(set(names)))}

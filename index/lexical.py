"""BM25 over one segment, with weights that belong to the whole generation."""

from __future__ import annotations

import math
import re
import unicodedata
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import Stemmer
from numpy.typing import NDArray

from index.recent import Recent
from index.strings import Strings, write_strings

_WORD = re.compile(r"[^\W_]+")
_CJK_FUNCTION = frozenset("谁什么吗呢吧了是的")
_CJK_RUN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
_POSSESSIVE = re.compile(r"['’]s\b")
# The marks come first and then what stands around them, nine times as quick as the other way round.
_INNER_MARK = re.compile(r"[,.'’](?:(?<=\d,)(?=\d{3}\b)|(?<=\w['’])(?=\w)|(?<=\b[^\W\d_]\.)(?=[^\W\d_]\b))")
_STOPWORDS = frozenset(
    "a an and are as at be been but by can could did do does for from had has have he her him his how i in into is "
    "it its me more most my no not of on or our she so than that the their them then there these they this "
    "those to was we were what when where which who whom whose why will with would you your".split()
)
_LATIN_MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]")
_OTHER_MARKS = re.compile(
    "[\u0483-\u1dff\u20d0-\u20ff\u2cef-\u2dff\u302a-\u309a\ua66f-\uabff\ufb1e\ufe20-\ufe2f\U00010000-\U0010ffff]"
)
"""Where Unicode has other marks that combine, and where it does not say that it has none."""
_MAX_KNOWN = 1024
_COLUMNS = ("indptr", "indices", "data")
_stem = Stemmer.Stemmer("english")


def tokenize(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order; Chinese and Japanese as pairs of characters."""
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()
    if "'" in folded or "’" in folded:
        folded = _POSSESSIVE.sub("", folded)
    folded = _fold_accents(_INNER_MARK.sub("", folded))
    words = [word for word in _WORD.findall(folded) if word not in _STOPWORDS]
    if not folded.isascii() and _CJK_RUN.search(folded):
        words = [part for word in words for part in (_split_cjk(word) if _CJK_RUN.search(word) else [word])]
    stems: list[str] = _stem.stemWords(words)
    return stems


@lru_cache(maxsize=4096)
def tokens_of(text: str) -> tuple[str, ...]:
    """`tokenize` with a memory: one question has the same sentences read again and again, and many the same names."""
    return tuple(tokenize(text))


def _fold_accents(text: str) -> str:
    if text.isascii():
        return text
    bare = _LATIN_MARKS.sub("", unicodedata.normalize("NFD", text))
    if not _OTHER_MARKS.search(bare):
        return bare
    return "".join(c for c in bare if not unicodedata.combining(c))


def _split_cjk(word: str) -> Iterable[str]:
    at = 0
    for run in _CJK_RUN.finditer(word):
        yield from filter(None, [word[at : run.start()]])
        characters = run.group()
        pairs = [characters[i : i + 2] for i in range(max(1, len(characters) - 1))]
        yield from (pair for pair in pairs if _CJK_FUNCTION.isdisjoint(pair))
        at = run.end()
    yield from filter(None, [word[at:]])


class LexicalIndex:
    """BM25 over the passages of one segment.

    Segments differ in size, so a word's rarity is that of the whole generation: `bm25s` stores each
    posting with the segment's own idf, which a query's weight then divides out. Passages are of much the
    same length by design, so their length counts less than is usual: b = 0.4.
    """

    def __init__(self, vocabulary: Strings, columns: Mapping[str, NDArray[Any]], n_passages: int) -> None:
        """Take the postings of each token, those of one behind those of another.

        Args:
            columns: Where those of each token begin ("indptr"), and their rows ("indices") and scores ("data").
        """
        self._vocabulary = vocabulary
        self._starts, self._rows, self._scores = (columns[name] for name in _COLUMNS)
        self._known: Recent[str, int] = Recent(_MAX_KNOWN)
        self.n_passages = n_passages

    @classmethod
    def build(cls, texts: Iterable[str], folder: Path) -> LexicalIndex:
        """Index texts, in the order of their rows, and save the index in a folder."""
        import bm25s

        bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.4)
        numbers: dict[str, int] = {}
        tokens = [array("i", _number(tokenize(text) or [""], numbers)) for text in texts]  # a tenth of lists of words
        bm25.index((tokens, numbers), show_progress=False)
        folder.mkdir(parents=True, exist_ok=True)
        for name in _COLUMNS:
            np.save(folder / f"{name}.npy", bm25.scores[name])
        write_strings(folder / "words", bm25.vocab_dict)
        return cls.open(folder, len(tokens))

    @classmethod
    def open(cls, folder: Path, n_passages: int) -> LexicalIndex:
        """Map an index that `build` saved; raises OSError, ValueError or EOFError where it is not whole."""
        columns = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _COLUMNS}
        return cls(Strings.open(folder / "words"), columns, n_passages)

    def document_frequencies(self, tokens: Iterable[str]) -> dict[str, int]:
        """In how many passages each token occurs; zero for those that do not."""
        columns = self._find(list(tokens))
        return {t: 0 if c < 0 else int(self._starts[c + 1] - self._starts[c]) for t, c in columns.items()}

    def _find(self, tokens: Sequence[str]) -> dict[str, int]:
        """The column of each token, -1 where it has none; those of the last questions are remembered."""
        columns = {t: column for t in tokens if (column := self._known.get(t)) is not None}
        missing = [t for t in tokens if t not in columns]
        for token, column in zip(missing, self._vocabulary.find(missing).tolist(), strict=True):
            self._known.put(token, column)
            columns[token] = column
        return columns

    def postings(self, token: str, idf: float) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The passages that have a token, and its BM25 in each, with the given weight for its rarity."""
        column = self._find([token])[token]
        if column < 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        a, b = int(self._starts[column]), int(self._starts[column + 1])
        if a == b:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        weight = np.float32(idf / inverse_document_frequency(b - a, self.n_passages))
        return self._rows[a:b], self._scores[a:b] * weight


def _number(tokens: Iterable[str], numbers: dict[str, int]) -> Iterable[int]:
    return (numbers.setdefault(token, len(numbers)) for token in tokens)


def inverse_document_frequency(n_containing: int, n_passages: int) -> float:
    """Weight of a word by its rarity, as Lucene computes it; always above zero."""
    return math.log(1 + (n_passages - n_containing + 0.5) / (n_containing + 0.5))

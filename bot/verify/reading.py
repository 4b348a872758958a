"""A text as tokens that know their clause, polarity, certainty and voice. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise

import Stemmer

from bot.verify import english
from bot.verify.figures import Figure, read_figures
from index.sentences import split_sentences

_stem = Stemmer.Stemmer("english")
_TOKEN = re.compile(r"[^\W\d_]+(?:[.-][^\W\d_]+)*(?:['’]s?\b)?|\d+|[^\w\s]")
_POSSESSIVE = re.compile(r"['’]s?$")
_BREAKS = frozenset(',;:—–()“”"•')
_QUOTE = re.compile(r"[“\"]([^”\"]+)[”\"]")
_CAPITAL_INSIDE = re.compile(r"(?<=[\w,;:—–] )[A-Z][\w.'’-]*|(?<=[\w,] [\"“'(])[A-Z][\w'’-]*")
_CAPITAL_PAIR = re.compile(r"([A-Z][\w-]+)(?= [A-Z])")
_PAST_AUXILIARY = frozenset("was were had has have did been".split())
_DETERMINERS = frozenset("a an the no its their his her".split())
_WITHOUT_WORDS = 2
_BASE_FORMS = {
    form: base for base, forms in (entry.split(":") for entry in english.IRREGULAR.split()) for form in forms.split(",")
}
_PLURAL = re.compile(r"[^s]s$")
_PLURALS = frozenset("women men people children".split())


@dataclass(frozen=True, slots=True)
class Token:
    """A word, name or figure that says something.

    Attributes:
        kind: word, name or figure.
        keys: Its stem and the meanings it may have.
        opposites: The pairs of opposites it belongs to, each with whether it is the second of the pair as it stands.
        negated: Whether it stands below a negator.
        certainty: 0 for a fact, 1 for what is to come, 2 for what may be.
        past: Whether it is told as having happened.
        passive: Whether it is a verb in the passive voice.
        verb: Whether it looks like a verb.
        preposition: The one before it, if any since the last verb.
    """

    text: str
    kind: str
    keys: frozenset[str]
    sentence: int
    clause: int
    at: int
    length: int
    opposites: frozenset[tuple[str, bool]] = frozenset()
    negated: bool = False
    certainty: int = 0
    past: bool = False
    passive: bool = False
    verb: bool = False
    preposition: str = ""
    figure: Figure | None = None


Item = tuple[str, Token | None]
"""A word of a sentence by its stem, with its token if it says something."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence between commas and conjunctions.

    Attributes:
        words: All its words, in lower case.
        opening: The first of them.
        sequence: All its words in order.
    """

    number: int
    sentence: int
    tokens: tuple[Token, ...]
    pronouns: tuple[str, ...]
    words: frozenset[str]
    opening: str
    sequence: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, read; its phrases are single words in `text`."""

    text: str
    clauses: tuple[Clause, ...]
    quotes: tuple[str, ...]

    @property
    def tokens(self) -> list[Token]:
        """All tokens in order."""
        return [t for c in self.clauses for t in c.tokens]

    def tokens_of(self, kind: str) -> list[Token]:
        """Tokens of one kind in order."""
        return [t for t in self.tokens if t.kind == kind]


def stem(word: str) -> str:
    """A word's stem, in lower case, irregular forms included."""
    folded = _POSSESSIVE.sub("", word.lower())
    stemmed: str = _stem.stemWord(_BASE_FORMS.get(folded, folded))
    return stemmed


def quotes_of(text: str) -> tuple[str, ...]:
    """What stands between quotation marks."""
    return tuple(m[1] for m in _QUOTE.finditer(text))


def names_within(text: str) -> frozenset[str]:
    """Words, in lower case, that are written with a capital where no sentence starts, or before another such word."""
    found = {_POSSESSIVE.sub("", m[0].rstrip(".")).lower() for m in _CAPITAL_INSIDE.finditer(text)}
    return frozenset(found | {m[1].lower() for m in _CAPITAL_PAIR.finditer(text)} - english.FUNCTION - english.TITLES)


@lru_cache(maxsize=256)
def read(text: str, published: date | None, names: frozenset[str]) -> Reading:
    """Read an English text.

    Args:
        names: Words, in lower case, that are names even where a sentence starts.
    """
    clauses: list[Clause] = []
    normal = _join_phrases(text)
    for n, (a, b) in enumerate(split_sentences(normal)):
        clauses += _read_clauses(normal[a:b], _Clause(n, len(clauses), names), published)
    return Reading(normal, tuple(_pass_on_certainty(clauses)), quotes_of(text))


def _join_phrases(text: str) -> str:
    text = re.sub(r"\s+", " ", text.replace("’", "'").replace("‘", "'"))
    for pattern, words in _PHRASES:
        text = pattern.sub(words, text)
    return text


def _read_clauses(text: str, clause: _Clause, published: date | None) -> Iterator[Clause]:
    figures = {f.start: f for f in read_figures(text, published)}
    covered = {i for f in figures.values() for i in range(f.start, f.end)}
    words = [(m.start(), m[0]) for m in _TOKEN.finditer(text) if m.start() not in covered]
    places = sorted([*words, *((at, "") for at in figures)])
    for (at, word), (_, following) in pairwise([*places, (0, "")]):
        if not word:
            clause.add_figure(figures[at], at)
        elif word in _BREAKS:
            yield from clause.close()
        elif word[0].isalpha():
            if word.lower() in english.CLAUSE_STARTS and clause.tokens:
                yield from clause.close()
            clause.add_word(word, at, following)
    yield from clause.close()


def _pass_on_certainty(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """What goes on with a will is to come as well; what an if follows in its sentence is no more than possible."""
    level = 0
    for i, clause in enumerate(clauses):
        following = clauses[i + 1] if i + 1 < len(clauses) else None
        goes_on = i and clauses[i - 1].sentence == clause.sentence and clause.opening in ("and", "or", "then")
        has_own = clause.pronouns or clause.words & english.AUXILIARY or any(t.past for t in clause.tokens)
        if following and following.sentence == clause.sentence and following.words & {"if", "unless"}:
            yield _at_least(clause, 2)
        else:
            yield _at_least(clause, level) if goes_on and not has_own else clause
        if not (goes_on and not has_own) and any(t.verb for t in clause.tokens):
            level = max(t.certainty for t in clause.tokens)


def _at_least(clause: Clause, level: int) -> Clause:
    return replace(clause, tokens=tuple(replace(t, certainty=max(level, t.certainty)) for t in clause.tokens))


class _Clause:
    """A clause as far as it has been read."""

    def __init__(self, sentence: int, number: int, names: frozenset[str]) -> None:
        self._sentence, self._number, self._names = sentence, number, names
        self._is_first = True
        self._start()

    def _start(self) -> None:
        self.tokens: list[Token] = []
        self._pronouns: list[str] = []
        self._words: list[str] = []
        self._sequence: list[Item] = []
        self._negated = self._past = self._be = self._auxiliary = self._determined = False
        self._certainty = self._without = self._after_to = 0
        self._preposition = ""

    def close(self) -> Iterator[Clause]:
        """The clause, if there is any, and begin another."""
        if self._words or self.tokens:
            opening = self._words[0] if self._words else ""
            words, sequence = frozenset(self._words), tuple(self._sequence)
            pronouns = tuple(self._pronouns)
            yield Clause(self._number, self._sentence, tuple(self.tokens), pronouns, words, opening, sequence)
            self._number += 1
        self._start()

    def add_figure(self, figure: Figure, at: int) -> None:
        """Go on with a figure."""
        self._is_first = False
        self._add(min(figure.keys), "", "figure", figure.keys, at, figure.end - at, figure=figure)

    def add_word(self, word: str, at: int, following: str) -> None:
        """Go on with a word; `following` is the next one."""
        lower, stemmed = _POSSESSIVE.sub("", word.lower()), stem(word)
        is_name = self._is_name(word, lower, following)
        self._is_first = False
        self._note_grammar(lower)
        is_known_name = word[0].isupper() and lower in self._names
        if (lower in english.FUNCTION and not is_known_name) or (
            lower in english.NEGATORS and stemmed not in _OPPOSITES
        ):
            self._sequence.append((lower, None))
        elif is_name:
            self._add(stemmed, lower, "name", frozenset({stemmed}), at, len(word), past=self._past)
        else:
            self._add_content(lower, stemmed, at, len(word), following)
        if not is_name:
            self._note_certainty(lower, stemmed)
            if stemmed in _NEGATES_NEXT and (following.endswith("ing") or following.lower() in ("to", "that", "from")):
                self._negated = not self._negated

    def _is_name(self, word: str, lower: str, following: str) -> bool:
        if not word[0].isupper():
            return False
        if lower in english.TITLES and (following[:1].isupper() or (self.tokens and self.tokens[-1].kind == "name")):
            return False
        before_name = following[:1].isupper() and lower not in english.FUNCTION
        return not self._is_first or lower in self._names or before_name

    def _note_grammar(self, lower: str) -> None:
        self._words.append(lower)
        if lower in english.PRONOUNS:
            self._pronouns.append(lower)
        if lower in english.PREPOSITIONS:
            self._preposition = lower
        self._negated ^= lower in english.NEGATORS
        self._be |= lower in english.BE
        self._past |= lower in _PAST_AUXILIARY
        if lower == "without":
            self._without = _WITHOUT_WORDS
        if lower in english.AUXILIARY:
            self._auxiliary = True
        elif lower in _DETERMINERS:
            self._auxiliary, self._determined = False, True

    def _note_certainty(self, lower: str, stemmed: str) -> None:
        """A word tells how certain those behind it are, not how certain itself is."""
        if lower in english.FUTURE or (stemmed in _FUTURE and not lower.endswith("s")):
            self._certainty = max(self._certainty, 1)
        if lower in english.POSSIBLE or stemmed in _POSSIBLE:
            self._certainty = 2
        if lower == "to":
            self._certainty, self._after_to = max(self._certainty, self._after_to), 0
        elif stemmed in _POSSIBLE_TO or stemmed in _FUTURE_TO:
            self._after_to = 2 if stemmed in _POSSIBLE_TO else 1

    def _add_content(self, lower: str, stemmed: str, at: int, length: int, following: str) -> None:
        after_name = bool(self.tokens) and self.tokens[-1].kind == "name"
        is_past = lower.endswith("ed") or lower in english.PAST or (lower in _BASE_FORMS and lower not in _PLURALS)
        is_verb = (
            is_past
            or (self._auxiliary and not _PLURAL.search(lower))
            or (after_name and lower.endswith("s"))
            or (lower.endswith("ing") and not self._determined)
        )
        is_passive = (self._be and (is_past or lower.endswith("en"))) or (is_verb and following.lower() == "by")
        if is_verb:
            self._preposition = ""
        opposites = frozenset((pair, second ^ self._negated) for pair, second in _OPPOSITES.get(stemmed, ()))
        keys, negated = frozenset({stemmed}) | _MEANINGS.get(stemmed, frozenset()), self._negated
        if not opposites and _UN.fullmatch(lower):  # unharmed is not harmed
            keys, negated = frozenset({stem(lower[2:])}), not negated
        self._add(
            stemmed, lower, "word", keys, at, length,
            opposites=opposites, negated=negated, past=self._past or is_past, passive=is_passive, verb=is_verb,
        )  # fmt: skip
        self._determined = self._auxiliary = False
        if self._without:
            self._without -= 1
            self._negated ^= not self._without

    def _add(
        self, key: str, text: str, kind: str, keys: frozenset[str], at: int, length: int, *,
        opposites: frozenset[tuple[str, bool]] = frozenset(), negated: bool | None = None, past: bool = False,
        passive: bool = False, verb: bool = False, figure: Figure | None = None,
    ) -> None:  # fmt: skip
        token = Token(
            text, kind, keys, self._sentence, self._number, at, length, opposites,
            self._negated if negated is None else negated, self._certainty, past, passive, verb,
            self._preposition, figure,
        )  # fmt: skip
        self.tokens.append(token)
        self._sequence.append((key, token))
        if kind == "name":
            self._determined = self._auxiliary = False


def _index_opposites() -> dict[str, set[tuple[str, bool]]]:
    found: dict[str, set[tuple[str, bool]]] = {}
    for pair, sides in english.OPPOSITES.items():
        for second, words in enumerate(sides):
            for word in words.split():
                found.setdefault(stem(word), set()).add((pair, bool(second)))
    return found


def _index_meanings() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for n, line in enumerate(english.SYNONYMS):
        for word in line.split():
            found[stem(word)] = found.get(stem(word), frozenset()) | {f"~{n}"}
    return found


_OPPOSITES = _index_opposites()
_MEANINGS = _index_meanings()
_PHRASES = [(re.compile(pattern, re.IGNORECASE), words) for pattern, words in english.PHRASES]
_UN = re.compile(r"un(?!it)\w{2,}ed")
_FUTURE = frozenset(map(stem, english.FUTURE))
_POSSIBLE = frozenset(stem(w) for w in english.POSSIBLE if not w.endswith("ly"))
_FUTURE_TO = frozenset(map(stem, english.FUTURE_TO))
_POSSIBLE_TO = frozenset(map(stem, english.POSSIBLE_TO))
_NEGATES_NEXT = frozenset(map(stem, english.NEGATES_NEXT))

"""A clause of an English sentence, read word by word: what each word says under those before it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.verify import english
from bot.verify.figures import Figure
from bot.verify.forms import is_past, stem, stems, without_possessive
from bot.verify.nations import COUNTRIES
from bot.verify.opposites import OPPOSITES_OF
from bot.verify.tokens import Clause, Item, Token
from bot.verify.verbs import DENIES, IMPLICATIVE, NEGATES_NEXT, POSSIBLE_TO, WISHES

_PAST_AUXILIARY = frozenset("was were had has have did been".split())
_DETERMINERS = frozenset("a an the no its their his her".split())
_SINGULAR = frozenset("he she it who which".split())
_AND = frozenset({"and", "or"})
_ADVERBS = frozenset("last first later never once now then".split())
_WITHOUT_WORDS = 2
_PLURAL = re.compile(r"[^s]s$")
_UN = re.compile(r"un(?!it)\w{2,}ed")
_FUTURE = stems(" ".join(english.FUTURE))
_POSSIBLE = stems(" ".join(w for w in english.POSSIBLE if not w.endswith("ly")))

_BEFORE_THAT = (_FUTURE | _POSSIBLE) - stems("plan schedule")
"""Stems of words that say of the clause behind their `that`, with or without it, how certain it is."""


@dataclass(slots=True)
class _State:
    """What the words so far say of those that follow in their clause.

    Attributes:
        after_be: Behind a form of be, so that a participle is in the passive voice.
        after_modal: Behind a word that a base form follows.
        without: How many words are still below a `without`.
    """

    negated: bool = False
    certainty: int = 0
    after_to: int = 0
    past: bool = False
    after_be: bool = False
    after_modal: bool = False
    determined: bool = False
    without: int = 0
    preposition: str = ""


class ClauseReader:
    """The clauses of one sentence, one after the other; `tokens` are those of the one that is being read."""

    def __init__(self, sentence: int, number: int, names: frozenset[str]) -> None:
        """Begin the clause with that number; names are in lower case."""
        self._sentence, self._number, self._names = sentence, number, names
        self._is_first = True
        self._start()

    def _start(self, *, negated: bool = False, certainty: int = 0) -> None:
        self.tokens: list[Token] = []
        self._pronouns: list[str] = []
        self._words: list[str] = []
        self._sequence: list[Item] = []
        self._state = _State(negated=negated, certainty=certainty)

    def close(self, opening_word: str = "") -> Iterator[Clause]:
        """The clause, if there is any, and begin another, which what stands before its `that` may deny or doubt."""
        last = self.tokens[-1] if self.tokens else None
        said = last.keys if last else frozenset[str]()
        if self._words or self.tokens:
            opening = self._words[0] if self._words else ""
            words, sequence = frozenset(self._words), tuple(self._sequence)
            pronouns = tuple(self._pronouns)
            yield Clause(self._number, self._sentence, tuple(self.tokens), pronouns, words, opening, sequence)
            self._number += 1
        before = self._state
        if opening_word == "having":
            self._start(negated=bool(before.negated and said & NEGATES_NEXT), certainty=before.certainty)
        elif opening_word == "that":
            is_denied = bool(last and said & DENIES and not last.negated)
            self._start(negated=is_denied, certainty=before.certainty if said & _BEFORE_THAT else 0)
        else:
            self._start()

    def add_figure(self, figure: Figure, at: int) -> None:
        """Go on with a figure."""
        self._is_first = self._state.after_modal = False
        self._add(min(figure.keys), self._token("", "figure", figure.keys, at, figure.end - at, figure=figure))

    def add_word(self, word: str, at: int, following: str) -> None:
        """Go on with a word; `following` is the next one."""
        lower, stemmed = without_possessive(word), stem(word)
        is_name = self._is_name(word, lower, following)
        self._is_first = False
        self._note_grammar(lower)
        says_nothing = lower in english.FUNCTION and not (word[0].isupper() and lower in self._names)
        if says_nothing or (lower in english.NEGATORS and stemmed not in OPPOSITES_OF):
            self._sequence.append((lower, None))
        elif is_name:
            name = COUNTRIES.get(lower, lower)
            self._add(stemmed, self._token(name, "name", frozenset({stem(name)}), at, len(word), past=self._state.past))
            self._state.determined = self._state.after_modal = False
        else:
            self._add_content(lower, stemmed, at, len(word), following)
        if not is_name:
            self._note_certainty(lower, stemmed, following)
            if stemmed in NEGATES_NEXT and (following.endswith("ing") or following.lower() in ("to", "that", "from")):
                self._state.negated = not self._state.negated

    def _is_name(self, word: str, lower: str, following: str) -> bool:
        if not word[0].isupper():
            return False
        if lower in english.TITLES and (following[:1].isupper() or (self.tokens and self.tokens[-1].kind == "name")):
            return False
        before_name = following[:1].isupper() and lower not in english.FUNCTION
        return not self._is_first or lower in self._names or before_name

    def _note_grammar(self, lower: str) -> None:
        state = self._state
        self._words.append(lower)
        if lower in english.PRONOUNS:
            self._pronouns.append(lower)
        if lower in english.PREPOSITIONS:
            state.preposition = lower
        if lower != "nor" or "neither" not in self._words:
            state.negated ^= lower in english.NEGATORS
        state.after_be |= lower in english.BE
        state.past |= lower in _PAST_AUXILIARY
        if lower == "without":
            state.without = _WITHOUT_WORDS
        if lower == "be" and not state.after_modal and not {"to", "ll", "d"} & set(self._words[-3:]):
            state.certainty = 2  # that two officers be charged
        if lower in english.MODAL:
            state.after_modal = True
        elif lower in english.AUXILIARY | english.PREPOSITIONS | _DETERMINERS:
            state.after_modal = False
        state.determined |= lower in _DETERMINERS

    def _note_certainty(self, lower: str, stemmed: str, following: str) -> None:
        """A word tells how certain those behind it are, not how certain itself is."""
        state = self._state
        if lower in english.FUTURE or (stemmed in _FUTURE and not lower.endswith("s")):
            state.certainty = max(state.certainty, 1)
        if lower in english.POSSIBLE or stemmed in _POSSIBLE:
            state.certainty = 2
        if lower == "to":
            verb = next((t.keys for t in reversed(self.tokens) if t.verb), frozenset[str]())
            is_infinitive = bool(self.tokens) and following[:1].islower() and following not in english.FUNCTION
            is_open = is_infinitive and not verb & IMPLICATIVE and self._words[-2:-1] != ["used"]
            state.certainty, state.after_to = max(state.certainty, state.after_to, int(is_open)), 0
        elif stemmed in POSSIBLE_TO:
            state.after_to = 2
        if stemmed in WISHES:
            state.certainty = 2

    def _add_content(self, lower: str, stemmed: str, at: int, length: int, following: str) -> None:
        state = self._state
        before = self._words[-2] if len(self._words) > 1 else ""
        last = self.tokens[-1] if self.tokens else None
        past = is_past(lower) and not self._qualifies(before, following)
        verb = (
            past
            or (state.after_modal and not _PLURAL.search(lower) and not lower.endswith("ly"))
            or bool(last and last.kind == "name" and lower.endswith("s"))
            or (before in _SINGULAR and lower.endswith("s"))
            or (lower.endswith("ing") and not state.determined)
        )
        passive = (state.after_be and (past or lower.endswith("en"))) or (verb and following.lower() == "by")
        passive |= bool(past and before in _AND and last and last.passive)
        if verb:
            state.preposition, state.after_be = "", False
        elif not lower.endswith("ly") and lower not in _ADVERBS:
            state.after_be = False
        opposites = frozenset((pair, second ^ state.negated) for pair, second in OPPOSITES_OF.get(stemmed, ()))
        is_undone = not opposites and _UN.fullmatch(lower) is not None
        token = self._token(
            lower, "word", frozenset({stem(lower[2:]) if is_undone else stemmed}), at, length,
            opposites=opposites, negated=state.negated ^ is_undone, past=state.past or past, passive=passive, verb=verb,
        )  # fmt: skip
        self._add(stemmed, token)
        state.determined = state.after_modal = False
        if state.without:
            state.without -= 1
            state.negated ^= not state.without

    def _qualifies(self, before: str, following: str) -> bool:
        """Whether a participle belongs to the noun behind it, as in the disputed border, 640 swapped boxes."""
        _, token = self._sequence[-1] if self._sequence else ("", None)
        is_after = before in _DETERMINERS or (before in english.PREPOSITIONS and before != "to")
        is_after |= token is not None and token.kind == "figure"
        is_before = following[:1].isalpha() and following.lower() not in english.FUNCTION
        return is_after and is_before and not self._state.after_be

    def _token(
        self, text: str, kind: str, keys: frozenset[str], at: int, length: int, *,
        opposites: frozenset[tuple[str, bool]] = frozenset(), negated: bool | None = None, past: bool = False,
        passive: bool = False, verb: bool = False, figure: Figure | None = None,
    ) -> Token:  # fmt: skip
        state = self._state
        return Token(
            text, kind, keys, self._sentence, self._number, at, length, opposites,
            state.negated if negated is None else negated, state.certainty, past, passive, verb,
            state.preposition, figure,
        )  # fmt: skip

    def _add(self, key: str, token: Token) -> None:
        self.tokens.append(token)
        self._sequence.append((key, token))

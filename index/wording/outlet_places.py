"""Where an outlet's name may stand in a question, and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.wording.outlet_names import ORDINARY

OPENERS = frozenset(
    "a according after an and are as at before but by can could did do does for from had has have how if in is like no "
    "of on or per should since so than that the then to unlike was were what when where whether which while who whom "
    "whose why will with would yes".split()
)
"""Words that open a question or a phrase, and may be written large for that alone."""

_OPENING = "'\"“‘«「《"
_CLOSING = "'\"”’»」》"
_SENTENCE_START = re.compile(r"(?:^|[.?!:;]\s+)['\"“‘]?$")
_ON = re.compile(r" on \w")
_AND = re.compile(r"(?:['’]s)?,?(?: and| or)? (?:the )?")
_REACH = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Some words of a text, and what stands around them; a mark ends the name, as in `Which?`."""

    text: str
    words: Sequence[re.Match[str]]
    folded: Sequence[str]
    at: int
    size: int
    end_of_last: int = 0
    mark: str = ""

    @property
    def found(self) -> Sequence[re.Match[str]]:
        """The words."""
        return self.words[self.at : self.at + self.size]

    @property
    def start(self) -> int:
        """Where they begin in the text."""
        return self.words[self.at].start()

    @property
    def end(self) -> int:
        """Where they end, with the mark."""
        end = self.words[self.at + self.size - 1].end()
        return end + len(self.mark) if self.text.startswith(self.mark, end) else end

    @property
    def written(self) -> str:
        """The words as the text writes them."""
        return self.text[self.start : self.end]

    @property
    def has_article(self) -> bool:
        """Whether `the` or `that` stands before."""
        before = self.folded[self.at - 1] if self.at else ""
        return before in {"the", "that"} and self.start - self.words[self.at - 1].end() == 1

    @property
    def start_with_article(self) -> int:
        """Where they begin with their article, if any."""
        return self.words[self.at - 1].start() if self.has_article else self.start

    @property
    def is_written_large(self) -> bool:
        """Whether every word begins with a capital, or with what has none."""
        return not any(word.group()[0].islower() for word in self.found)

    @property
    def is_quoted(self) -> bool:
        """Whether quotation marks stand around them."""
        start, end = self.start_with_article, self.end
        return start > 0 and end < len(self.text) and self.text[start - 1] in _OPENING and self.text[end] in _CLOSING

    @property
    def begins_sentence(self) -> bool:
        """Whether a sentence begins with them."""
        return bool(_SENTENCE_START.search(self.text, max(0, self.start - 4), self.start)) if self.start else True

    @property
    def continues_list(self) -> bool:
        """Whether an outlet stands right before, as in `cnn and the guardian`."""
        return self.end_of_last > 0 and bool(_AND.fullmatch(self.text, self.end_of_last, self.start))

    @property
    def is_in_title(self) -> bool:
        """Whether most words of the text are written large, so that a capital tells nothing."""
        long = [word.group() for word in self.words if len(word.group()) > 3]
        return len(long) > 4 and sum(word[0].isupper() for word in long) > 0.8 * len(long)

    @property
    def has_small_article(self) -> bool:
        """Whether `the` stands before, not `The`."""
        return self.has_article and self.text[self.start_with_article].islower()

    @property
    def has_large_article(self) -> bool:
        """Whether `The` stands before, within a sentence or to open a topic, as in `The Verge on phones`."""
        if not self.has_article or self.has_small_article:
            return False
        return self.leads_topic or not replace(self, at=self.at - 1, size=1).begins_sentence

    @property
    def leads_topic(self) -> bool:
        """Whether `on` follows, as in `The Verge on phones`."""
        return self.has_after(_ON)

    @property
    def is_in_longer_name(self) -> bool:
        """Whether another capital or a number touches the words."""
        return self.leads_name or self.follows_name

    @property
    def leads_name(self) -> bool:
        """Whether a capital, a number or `of` follows."""
        following = self.words[self.at + self.size] if self.at + self.size < len(self.words) else None
        if not following or self.text[self.end : following.start()] not in {" ", "-"}:
            return False
        word = following.group()
        return word[0].isupper() or word[0].isdigit() or word == "of"

    @property
    def follows_name(self) -> bool:
        """Whether a name stands right before."""
        if not self.at or self.text[self.words[self.at - 1].end() : self.start] not in {" ", "-"}:
            return False
        before = self.words[self.at - 1].group()
        return before[0].isupper() and before.casefold() not in ORDINARY | OPENERS

    def has_before(self, pattern: re.Pattern[str]) -> bool:
        """Whether a pattern fits what stands before."""
        return bool(pattern.search(self.text, max(0, self.start - _REACH), self.start))

    def has_after(self, pattern: re.Pattern[str]) -> bool:
        """Whether a pattern fits what follows."""
        return bool(pattern.match(self.text, self.end, self.end + _REACH))

"""A question in its conversation: made to stand alone where it leans on the one before it, and understood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

from bot.llm import LanguageModel, ModelFailed
from bot.prompts import fill_prompt
from bot.types import Question, Turn
from index.lexical import tokenize
from index.query import Outlets, Query, understand_query
from index.types import Filters

_OPENERS = re.compile(
    r"\W*(?:(?:and|but|so|or|also|then|what about|how about|who else|what else)\b|那|还有)", re.IGNORECASE
)
_POINTERS = re.compile(
    r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs|there|the same"
    r"|(?:of|after|before|about|for|from|by|with|than|like|to|in|at|on|is|was|are|were|did|does|do)"
    r" (?:that|those|this|these))\b|[他她它]|这|那",
    re.IGNORECASE,
)
_WEAK_POINTERS = re.compile(r"\b(?:that|those|these|this|then|ones?|else|instead|others?)\b", re.IGNORECASE)
_NO_POINTERS = re.compile(
    r"\b(?:(?:is|are|was|were|will|has|have|had|would|could)(?:n['’]t)? there"
    r"|there(?:['’]s| (?:is|are|was|were|will|has|have|had|would|could|be|been))"
    r"|(?:sa(?:y|id)|t[eo]ld?|f[io]u?nd|thinks?|thought|believe|announce|claim|report|warn|den[iy]|reveal|confirm|suggest"
    r"|argue|predict|declare|rul|admit|promise|show|expect|estimate)[a-z]* that|that (?:the|an?|(?-i:[A-Z\d])[\w’'-]*)"
    r"|those who|then-[a-z]+"
    r"|th(?:is|ese) (?:past |last |coming )?(?:days?|week(?:end)?|month|year|season|spring|summer|autumn|fall|winter"
    r"|morning|afternoon|evening|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day))\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[a-z]{4}[.?!:]) ")
_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_FEW_WORDS = 4
_MAX_NAMES = 4
_MAX_WORDS = 60
_MAX_TURNS = 5
_MAX_REWRITTEN = 300
_MAX_QUOTED = 1000


def understand_question(question: Question, zone: tzinfo, outlets: Outlets) -> tuple[Query, Filters]:
    """What a question and what it leaves unsaid ask for, and its filters: the reader's, and what its words demand.

    What an earlier question demanded is over; outlets that it demanded are still raised.

    Args:
        zone: The reader's, in which the days that questions name begin and end.
        outlets: Those of the index.
    """
    query = understand_query(question.text, question.moment, zone, outlets)
    filters = question.filters.narrow(query.demanded)
    if carried := carry_over(query.text, question.history):
        whole = understand_query(f"{query.text} {carried}", question.moment, zone, outlets)
        query = replace(whole, demanded=query.demanded, sources=whole.sources or whole.demanded.sources)
    return query, filters


def carry_over(text: str, history: Sequence[Turn]) -> str:
    """What a follow-up leaves unsaid: the last question, and the names of its answer; else empty."""
    if not history or not _leans(text):
        return ""
    last = history[-1]
    names = [n for n in _NAME.findall(last.answer) if len(n) > 3 and n.lower() not in text.lower()]
    carried = " ".join(dict.fromkeys(names[:_MAX_NAMES]))
    earlier = carry_over(last.question, history[-_MAX_TURNS:-1])
    return " ".join(f"{last.question} {carried} {earlier}".split()[:_MAX_WORDS])


def write_alone(question: Question, model: LanguageModel) -> Question:
    """A follow-up as a question that stands alone, by a language model.

    The question itself where it leans on nothing, or where the model fails, or names what neither the conversation nor
    the question did.
    """
    if not carry_over(question.text, question.history):
        return question
    last = question.history[-1]
    prompt = fill_prompt("follow_up", earlier=last.question, answer=last.answer[:_MAX_QUOTED], question=question.text)
    try:
        written = model.complete(prompt, lambda _: None)
    except ModelFailed:
        return question
    lines = [line.strip(' \t"“”') for line in written.splitlines()]
    text = next(filter(None, lines), "")
    told = set(tokenize(f"{last.question} {last.answer} {question.text}"))
    if not 0 < len(text) <= _MAX_REWRITTEN or not _names(text) <= told:
        return question
    return replace(question, text=text, history=())


def _names(text: str) -> set[str]:
    """Tokens of the names and numbers in a question, its first word left out."""
    return {
        token
        for place, word in enumerate(text.split())
        if any(c.isdigit() for c in word) or (place and any(c.isupper() for c in word))
        for token in tokenize(word)
    }


def _leans(text: str) -> bool:
    """Whether a question needs the one before it; what follows a full sentence of its own may point to that."""
    first = _SENTENCE.split(text, maxsplit=1)[0]
    text = text if _says_little(first) else first
    if _OPENERS.match(text) or _says_little(text):
        return True
    pointing = _NO_POINTERS.sub("", text)
    return bool(_POINTERS.search(pointing) or (_WEAK_POINTERS.search(pointing) and not _names(text)))


def _says_little(text: str) -> bool:
    """Whether it has few words that carry meaning; those of a name count twice."""
    return len(set(tokenize(text))) + len(_names(text)) < _FEW_WORDS

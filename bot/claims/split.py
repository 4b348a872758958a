"""A text to its claims: one sentence, or one independent part of it, each made to stand alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.claims.days import write_days
from bot.smalltalk import MAX_QUESTION_CHARS, reply_without_search
from bot.verify import english
from bot.verify.reading import names_within, read
from bot.verify.subjects import name_runs, subject_of
from index.errors import NewsdeskError
from index.lexical import tokenize
from index.sentences import split_sentences

MAX_CHARS = 4000
"""The longest message of Discord."""

_UNPRINTABLE = re.compile(
    "\x1b\\[[0-9;?]*[ -/]*[@-~]"
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\ud800-\udfff]"
)
"""Escape sequences of terminals, control characters, and those without width or that turn the direction of writing."""
_CODE = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)|<?https?://[^\s>]+>?")
_MARKUP = re.compile(
    r"<[@#:][^>\s]*>|</?[A-Za-z][^<>]{0,200}>|[*_~`|]{2,}|`|^\s*(?:[>*•-]|#+|\d+[.)])\s+", re.MULTILINE
)
"""Discord's mentions and emoji, tags, Markdown's marks of style and lists."""
_JOINT = re.compile(r"[;；]\s*|,\s+(?:and|but|while|whereas|yet)\s+")
_SUBJECT = re.compile(r"[“\"']?(?:[A-Z\d]|(?:the|an?|no|his|her|its|their|he|she|it|they|this|that|these|those)\b)")
_DEPENDENT = re.compile(r"\b(?:if|unless|whether|either|neither|between)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|unless)\b|如果|假如|要是|倘若|除非", re.IGNORECASE)
_NO_CONDITION = re.compile(r"\b(?:as|even|ask\w*|know\w*|knew|see|decid\w+) if\b", re.IGNORECASE)
_OPENING = re.compile(
    r"(?:(?:well|so|btw|fyi|by the way|breaking(?: news)?|fact|apparently|reportedly|no|yes|ok(?:ay)?|look"
    r"|in my (?:view|opinion)|to be honest|honestly|as far as i know|it(?: is|'s|’s) true that|did you know that"
    r"|(?:i|we) (?:think|believe|heard|hear|read|saw|guess|suppose|know|bet)(?: that)?"
    r"|(?:my|our) [\w-]+ (?:sa(?:ys?|id)|thinks?|thought|believes?|heard|tells? (?:me|us)|told (?:me|us))(?: that)?"
    r"|they say(?: that)?|people (?:say|are saying)(?: that)?)\b[,:!]?\s+)+",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"^(?:i|we|you)\b|\b(?:i|we) (?:[\w'’]+ )?(?:think|feel|love|hate|like|hope|wish|want|doubt|guess|bet|believe)\b"
    r"|\b(?:let['’]s|please|deserves?|(?:is|are|was|were|so|how|what an?)"
    r" (?:really |very |so |such |just |quite |an? |the )*(?:awful|terrible|great|good|bad|nice|sad|happy|brilliant"
    r"|stupid|ridiculous|shame|shameful|disgrace(?:ful)?|scandal(?:ous)?|wonderful|amazing|pathetic|funny|boring|beautiful"
    r"|worst|best|joke))\b|^(?:read|see|look|check|click|share|follow|watch|join|subscribe|imagine|wow|lol)\b"
    r"|^(?!.*\b(?:sa(?:y|id|ys)|told|asked|wants?|argued|ruled|recommend\w*)\b).*\b(?:should|ought)\b"
    r"|我觉得|我认为|应该|真是|太[^，。]{1,4}了",
    re.IGNORECASE,
)
_ASKS = re.compile(r"[?？][”\"'’)）\s!]*$|吗[。！]?$")
_PRONOUN = re.compile(
    r"(?P<owner>his|her|its|their)(?= (?!and\b)[a-z])|(?P<plain>he|she|it|they)\b|(?P<vague>this|that|these|those)\b"
    r"|(?P<han>[他她它]们?|这|那)",
    re.IGNORECASE,
)
_NOT_FINITE = frozenset("to be been being".split())
_HAN = re.compile(r"[\u3400-\u9fff]")
_MIN_WORDS = 2


class TextTooLong(NewsdeskError):
    """A text that is longer than a message may be."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of a text.

    Attributes:
        text: As it was written.
        alone: As it can be searched for and checked: what its pronoun stands for put in, days as dates.
        is_claim: Whether it tells something that articles could prove; the rest of a text is kept for the reader.
        is_whole: Whether `alone` is the claim itself; else it has the sentence before it, to which it points.
    """

    text: str
    alone: str
    is_claim: bool = True
    is_whole: bool = True


def split_claims(text: str, today: date) -> list[Claim]:
    """The sentences of a text, and the parts of a sentence that claim something each for itself, in order.

    Args:
        today: The day that weekdays and yesterday refer to.

    Raises:
        TextTooLong: It has more than MAX_CHARS characters.
    """
    if len(text) > MAX_CHARS:
        raise TextTooLong(f"the text is longer than {MAX_CHARS:,} characters; check it in parts")
    claims: list[Claim] = []
    for part in _parts(_clean(text)):
        before = claims[-1] if claims else None
        claims.append(_read_claim(part, before, today))
    return list({c.alone.casefold(): c for c in claims}.values())


def _clean(text: str) -> str:
    """A text without what cannot be printed, code, links and markup; of a link what it is called stays."""
    text = _CODE.sub(" ", _UNPRINTABLE.sub("", text))
    return _MARKUP.sub("", _LINK.sub(lambda m: m[1] or "", text))


def _parts(text: str) -> Iterator[str]:
    for line in text.splitlines():
        for a, b in split_sentences(line):
            if any(c.isalnum() for c in line[a:b]):
                yield from _split_sentence(" ".join(line[a:b].split()))


def _split_sentence(sentence: str) -> Iterator[str]:
    """Parts joined by a semicolon, or by `, and` and the like, where each has a subject and a verb of its own."""
    start = 0
    for joint in () if _DEPENDENT.search(sentence) or _ASKS.search(sentence) else _JOINT.finditer(sentence):
        left, right = sentence[start : joint.start()], sentence[joint.end() :]
        if _is_quoted(sentence[: joint.start()]) or not _can_stand(left, right):
            continue
        yield left
        start = joint.end()
    yield sentence[start:]


def _is_quoted(before: str) -> bool:
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


def _can_stand(left: str, right: str) -> bool:
    if _HAN.search(right):
        return min(len(left), len(right)) > 3
    part = _JOINT.split(right)[0]
    says_enough = len(set(tokenize(part))) >= _MIN_WORDS
    return bool(_SUBJECT.match(right)) and says_enough and _has_verb(left) and _has_verb(part)


def _has_verb(text: str) -> bool:
    reading = read(text, None, names_within(text))
    words = {w for c in reading.clauses for w in c.words}
    return bool(words & (english.AUXILIARY - _NOT_FINITE)) or any(t.verb and t.past for t in reading.tokens)


def _read_claim(text: str, before: Claim | None, today: date) -> Claim:
    opening = _OPENING.match(text)
    said = text[opening.end() :] if opening else text
    if not _tells(said):
        return Claim(text, text, is_claim=False)
    said = write_days(said, today)
    pronoun = _PRONOUN.match(said)
    if not pronoun or before is None:
        return Claim(text, said[:1].upper() + said[1:])
    name = "" if pronoun["vague"] or pronoun["han"] else _find_subject(before.alone)
    if not name:
        return Claim(text, f"{before.alone.rstrip('.')}. {said}", is_whole=False)
    return Claim(text, f"{name}{'’s' if pronoun['owner'] else ''}{said[pronoun.end() :]}")


def _tells(text: str) -> bool:
    """Whether a sentence is no question, condition, greeting or opinion, and says enough to be looked for."""
    is_small_talk = len(text) <= MAX_QUESTION_CHARS and reply_without_search(text) is not None
    unquoted = _NO_CONDITION.sub("", re.sub(r"“[^”]*”|\"[^\"]*\"", "", text))
    if is_small_talk or _ASKS.search(text) or _CONDITION.search(unquoted) or _OPINION.search(unquoted):
        return False
    return len(set(tokenize(text))) >= _MIN_WORDS


def _find_subject(text: str) -> str:
    """The name that a text is about: its subject, else the only one it has; else empty."""
    first = re.match(r"[A-Z][\w-]+", text)
    opening = {first[0].lower()} - english.FUNCTION - english.TITLES if first else set()
    reading = read(text, None, names_within(text) | opening)
    runs = name_runs(reading)
    subject = subject_of(reading.clauses[0]) if reading.clauses else ()
    wanted = tuple(t.text for t in subject)
    own = [run for run in runs if set(run) <= set(wanted)] if wanted else runs
    if len(own) != 1:
        return ""
    found = re.search(r"[\W_]+".join(map(re.escape, own[0])), text, re.IGNORECASE)
    return found[0] if found and not text[found.end() :].startswith(" and ") else ""

"""A Chinese sentence against its paragraph, by characters: no word of it is known beforehand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from difflib import SequenceMatcher

from bot.verify import hanzi
from bot.verify.figures import read_figures, same_figure

_CLAUSE = re.compile(r"[^，；。！？：]+")
_SENTENCE = re.compile(r"[^。！？；]+[。！？；]?")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_PASSIVE = re.compile("被(?!判|要求|控|指|捕|罚)|由")
_NEGATED = re.compile("(?:不|没有|没|未|并非|无|别)(?:会|能|再|曾|得|准|可|想|愿|敢|必|提出|被)?$")
_SAYS = re.compile(
    r"([\u3400-\u9fff]{2,4}?)(?:称赞|批评|抱怨|解释|强调|补充|透露|回应)?(?:说|表示|认为|指出|抱怨|宣布)"
)
_AMOUNT = re.compile("[\ue000-\uf8ff].{0,2}")
_MIN_KNOWN = 0.35
_SHORT = 5
_COPIED = 0.5
_PRIVATE = 0xE000


def object_in_chinese(sentence: str, text: str, context: str, published: date | None) -> Iterator[str]:
    """What speaks against a Chinese sentence."""
    told = read_figures(f"{text} {context}", published)
    for figure in read_figures(sentence, published):
        if not any(same_figure(figure, t) for t in told):
            yield f"figure ({min(figure.keys)})"
    for word in _LATIN.findall(sentence):
        if word.lower() not in f"{text} {context}".lower():
            yield f"name ({word})"
    signs: dict[str, str] = {}
    mine = _with_figures(sentence, published, signs)
    sentences = [_with_figures(m[0], published, signs) for m in _SENTENCE.finditer(text) if _CLAUSE.search(m[0])]
    if not sentences:
        yield "invented"
        return
    yield from _check_known(mine, "".join(sentences) + context)
    yield from _compare_speakers(mine, sentences)
    for clause in _CLAUSE.findall(mine):
        best = max(sentences, key=lambda s: _shared(clause, s))
        parts = sorted(_CLAUSE.findall(best), key=lambda s: -_shared(clause, s))
        yield from _compare(clause, parts[0], best)
        yield from _compare_names(clause, parts[0], "".join(sentences))
        yield from _compare_figures(clause, sentences)


def _compare_speakers(sentence: str, sentences: Sequence[str]) -> Iterator[str]:
    """Whether who says something says it in the sentence that tells the same."""
    for m in _SAYS.finditer(sentence):
        said = sentence[m.end() :]
        best = max(sentences, key=lambda s: _shared(said, s))
        told = _SAYS.search(best)
        if m[1][-2:] in hanzi.UNNAMED or m[1][-1] in "他她" or (told and told[1][-2:] in hanzi.UNNAMED):
            continue
        if m[1][-2:] not in "".join(sentences) or (_shared(said, best) >= 2 and m[1][-2:] not in best):
            yield f"speaker ({m[1]})"


def _with_figures(text: str, published: date | None, signs: dict[str, str]) -> str:
    """The text with each figure as one character, the same for figures that share a form; `signs` by form."""
    for figure in reversed(read_figures(text, published)):
        known = next((signs[key] for key in figure.keys if key in signs), chr(_PRIVATE + len(signs)))
        signs.update(dict.fromkeys(figure.keys, known))
        text = f"{text[: figure.start]}{known}{text[figure.end :]}"
    return text


def _is_figure(text: str) -> bool:
    return any("\ue000" <= c <= "\uf8ff" for c in text)


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _shared(a: str, b: str) -> float:
    return len(_pairs(a) & _pairs(b))


def _check_known(sentence: str, text: str) -> Iterator[str]:
    characters = re.findall(r"[\u3400-\u9fff]", sentence)
    if sum(c in text for c in characters) < _MIN_KNOWN * len(characters):
        yield "invented"


def _compare(clause: str, part: str, sentence: str) -> Iterator[str]:
    mine, theirs = _signs(clause), _signs(sentence)
    opposed = {concept for concept in mine.keys() & theirs.keys() if not mine[concept] & theirs[concept]}
    for concept in opposed - hanzi.CONVERSE:
        yield f"direction ({concept})"
    if not mine.keys() & theirs.keys():
        if len(clause) >= _SHORT and _negators(clause) % 2 != _negators(part) % 2:
            yield "negation"
        yield from _compare_negated(clause, sentence)
    done = re.search("[已了]", clause) and not _has(clause, hanzi.FUTURE + hanzi.POSSIBLE)
    if (done and _has(part, hanzi.FUTURE + hanzi.POSSIBLE) and not re.search("[已了]", part)) or (
        _has(part, hanzi.POSSIBLE) and not _has(clause, hanzi.POSSIBLE)
    ):
        yield "certainty"
    yield from _compare_roles(clause, sentence, turned=bool(opposed & hanzi.CONVERSE))


def _has(text: str, words: tuple[str, ...]) -> bool:
    return any(w in text for w in words)


def _negators(text: str) -> int:
    return len(re.findall("|".join(hanzi.NEGATORS), re.sub("不过|不仅|不少|不久|不同|不断|无论|非常|无锡", "", text)))


def _signs(text: str) -> dict[str, set[bool]]:
    """For each pair of opposites the sides that a text takes, negators taken into account."""
    found: dict[str, set[bool]] = {}
    for concept, sides in hanzi.OPPOSITES.items():
        for opposite, words in enumerate(sides):
            for m in re.finditer("|".join(words.split()), text):
                negated = _negators(text[max(0, m.start() - 4) : m.start()].rpartition("，")[2]) % 2
                found.setdefault(concept, set()).add(bool(opposite) ^ bool(negated))
    return found


def _compare_negated(clause: str, sentence: str) -> Iterator[str]:
    """Whether a word that is denied in one is not denied in the other."""
    for pair in sorted(_pairs(clause) & _pairs(sentence)):
        mine, theirs = _denials(pair, clause), _denials(pair, sentence)
        if len(mine | theirs) == 2 and len(mine) == len(theirs) == 1:
            yield f"negation ({pair})"


def _denials(word: str, text: str) -> set[bool]:
    return {bool(_NEGATED.search(text[: m.start()])) for m in re.finditer(re.escape(word), text)}


def _compare_roles(clause: str, sentence: str, *, turned: bool) -> Iterator[str]:
    """Whether what stands before a word that both have stands behind it in the paragraph, and the reverse."""
    clause, sentence = (_AMOUNT.sub("", text) for text in (clause, sentence))
    for pivot in sorted(_pairs(clause) & _pairs(sentence)):
        a, b = clause.split(pivot, 1), sentence.split(pivot, 1)
        if turned or bool(_PASSIVE.search(a[0])) != bool(_PASSIVE.search(b[0])):
            a = a[::-1]
        crossed = _longest(a[0], b[1]), _longest(a[1], b[0])
        straight = _longest(a[0], b[0]), _longest(a[1], b[1])
        if min(crossed) >= 2 and sum(crossed) > sum(straight):
            yield f"roles ({pivot})"


def _longest(a: str, b: str) -> int:
    return SequenceMatcher(None, a, b, autojunk=False).find_longest_match().size


def _compare_names(clause: str, part: str, text: str) -> Iterator[str]:
    """Whether a word or figure of another place of the paragraph was put where this one has its own."""
    matcher = SequenceMatcher(None, clause, part, autojunk=False)
    codes = matcher.get_opcodes()
    if sum(b - a for tag, a, b, _, _ in codes if tag == "equal") < _COPIED * len(clause):
        return
    for tag, a, b, c, d in codes:
        put, out = clause[a:b], part[c:d]
        if {put, out} & hanzi.UNNAMED or put in ("他", "她", "它") or out in ("他", "她", "它"):
            continue
        if tag == "replace" and put not in part and put in text and _is_figure(put) == _is_figure(out):
            yield f"name in place of another ({put})"


def _compare_figures(clause: str, sentences: Sequence[str]) -> Iterator[str]:
    """Whether another figure of the paragraph stands behind the same characters."""
    text = "".join(sentences)
    for at, sign in enumerate(clause):
        before = clause[max(0, at - 2) : at]
        if not _is_figure(sign) or len(before) < 2:
            continue
        behind = {text[m.end()] for m in re.finditer(re.escape(before) + r"(?=.)", text) if _is_figure(text[m.end()])}
        if behind and sign not in behind:
            yield "figure of something else"

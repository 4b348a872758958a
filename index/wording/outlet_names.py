"""The ways in which people write an outlet's name, and how sure each is to mean the outlet."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SEPARATOR = re.compile(r"\s+[-–—|·•»/]{1,2}\s+|\s*\|\s*|:\s+")
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_DOMAIN = re.compile(
    r"(?:www\.)?([a-z0-9-]{3,})\.(?:com|org|net|news|info|tv|io|eu|co\.[a-z]{2}|com\.[a-z]{2}|[a-z]{2})", re.I
)
_INNER_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z])")
_MIXED = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]|\d")
_APOSTROPHE = re.compile(r"['’]")
_MAX_WORDS = 12

ORDINARY = frozenset(
    "advertiser advocate age ages argus arts athletic atlantic banner beacon bee blade blog broadcast bugle bulletin "
    "business call capital cell chronicle citizen city clarion conversation country courant courier cut daily dawn "
    "day democrat despatch dispatch drum eagle echo economist edge enquirer entertainment evening examiner express "
    "eye face finance focus fortune forward free future gazette globe grill guardian hacker health herald hill hour "
    "hours hub hustle independent industry information inquirer insider intelligencer intercept inverse journal "
    "latest leader ledger life lifestyle line live local magazine mail mercury messenger metro mirror money monitor "
    "morning nation national nature news newspaper now observer online outlook paper patriot people planet players "
    "point politics polygon post press progress public quartz radio reader record reform register reporter republic "
    "review ringer roar root salon science scotsman sentinel slate source spectator sport sporting sports standard "
    "star state statesman street style sun tech telegram telegraph time times today top transcript travel tribune "
    "trust union variety verge view voice wall watch week weekly wire wired world wrap writers".split()
)
"""Words of which outlets' names are made, and which questions also use for other things."""

_SECTIONS = ORDINARY | frozenset(
    "and breaking culture headlines home homepage latest opinion stories the uk us".split()
)
_GENERIC = frozenset(
    "agency daily english media magazine network news newspaper online review service tv weekly".split()
)
_LAST_WORDS = (
    ORDINARY - _GENERIC - frozenset("blog business life line live science sport sports style today world press".split())
)
_NO_INITIALS = frozenset(
    "AI ALL AM AN ANY AS AT BE BY DO EU HE HER HIM HIS IF IN IS IT ME MEN MY NO OF ON OR OUR PM SHE SO THE TO TV UK UN "
    "US USA WE WHO YOU".split()
)
_NICKNAMES = {
    "daily mail": ("Mail Online", "MailOnline"),
    "der spiegel": ("Spiegel",),
    "huffpost": ("Huffington Post", "HuffPo"),
    "huffington post": ("HuffPost", "HuffPo"),
    "washington post": ("WaPo",),
}


class Kind(Enum):
    """Where a name means its outlet."""

    PLAIN = "anywhere, in any case"
    EXACT = "in these capitals, or where something reports"
    TINY = "in these capitals, behind an article or where something reports"
    WORD = "where something reports"
    ORDINARY = "with a capital, and not as a part of another name"
    SHORT = "with a capital, behind an article or where something reports"
    STEM = "with a capital, where something surely reports"


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to write the name of an outlet, or of all its sections.

    Attributes:
        words: Casefolded and without accents and a leading `the`.
        written: As the index or a shortened form spells it.
        has_article: Whether its own name begins with `The`.
        is_unspaced: Whether its script, such as Chinese, sets no spaces between words.
    """

    words: tuple[str, ...]
    written: str
    kind: Kind
    sources: tuple[str, ...]
    has_article: bool
    is_unspaced: bool


def list_aliases(names: Sequence[str]) -> Iterator[Alias]:
    """All ways to write the names of an index's outlets; of the shortened ones only those that mean one outlet."""
    full: dict[tuple[tuple[str, ...], str], list[str]] = defaultdict(list)
    short: dict[tuple[tuple[str, ...], str, Kind], list[str]] = defaultdict(list)
    owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
    with_article: set[tuple[str, ...]] = set()
    for name in names:
        main = _find_main(name)
        for written in dict.fromkeys(_spell(name, main)):
            words = _drop_article(fold(written), with_article)
            full[words, written].append(name)
            owners[words].add(_find_owner(main))
        for written, kind in dict.fromkeys(_shorten(main)):
            short[fold(written), written, kind].append(name)
            owners[fold(written)].add(_find_owner(main))
    for (words, written), sources in full.items():
        if 0 < len(words) <= _MAX_WORDS:
            yield _make_alias(words, written, _find_kind(words, written), sources, words in with_article)
    for (words, written, kind), sources in short.items():
        if words and len(owners[words]) == 1:
            yield _make_alias(words, written, kind, sources, False)


def fold(text: str) -> tuple[str, ...]:
    """The words of a text, casefolded and without accents."""
    return tuple(fold_word(word.group()) for word in _WORD.finditer(text))


def fold_word(word: str) -> str:
    """A word casefolded and without accents."""
    if not word.isascii():
        letters = "".join(c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u036f")
        word = unicodedata.normalize("NFC", letters)
    return word.casefold()


def is_mixed(written: str) -> bool:
    """Whether it has capitals inside, as TechCrunch has, or a digit."""
    return bool(_MIXED.search(written))


def _find_owner(main: str) -> str:
    return main.casefold().removeprefix("the ")


def _make_alias(words: tuple[str, ...], written: str, kind: Kind, sources: Sequence[str], has_article: bool) -> Alias:
    return Alias(words, written, kind, tuple(sources), has_article, bool(_UNSPACED.search(written)))


def _drop_article(words: tuple[str, ...], with_article: set[tuple[str, ...]]) -> tuple[str, ...]:
    if len(words) < 2 or words[0] != "the":
        return words
    with_article.add(words[1:])
    return words[1:]


def _find_main(name: str) -> str:
    """An outlet's name without its section or slogan."""
    pieces = [piece.strip() for piece in _SEPARATOR.split(_IN_BRACKETS.sub("", name)) if piece.strip()]
    if not pieces:
        return name
    return pieces[-1] if _is_section(pieces[0]) and not _is_section(pieces[-1]) else pieces[0]


def _is_section(piece: str) -> bool:
    return all(word in _SECTIONS for word in fold(piece))


def _spell(name: str, main: str) -> Iterator[str]:
    """The name, its main part, and an address as words: `CBSSports.com` as CBS Sports."""
    yield name
    yield main
    domain = _DOMAIN.fullmatch(main)
    stem = domain[1] if domain else main
    yield stem
    if domain and stem.lower().startswith("the") and len(stem) > 6:
        yield f"the {stem[3:]}"
    if " " not in stem:
        yield _INNER_CAPITAL.sub(" ", stem) if domain else stem


def _shorten(main: str) -> Iterator[tuple[str, Kind]]:
    """What people make of a name: nicknames, one word of many, its last words, its first ones, its initials."""
    for nickname in _NICKNAMES.get(_find_owner(main), ()):
        yield nickname, _find_kind(fold(nickname), nickname)
    if _APOSTROPHE.search(main):
        plain = _APOSTROPHE.sub("", main)
        yield plain, Kind.PLAIN if len(fold(plain)) > 1 else Kind.WORD
    words = [word for word in main.split() if _WORD.search(word)]
    if words and words[0].casefold() == "the":
        yield "".join(words), Kind.PLAIN
        words = words[1:]
    if len(words) < 2 or _UNSPACED.search(main):
        return
    if not _is_section(main):
        yield "".join(words), Kind.PLAIN
    yield from _take_last(words)
    yield from _take_first(words)
    yield from _take_initials(words)


def _take_initials(words: Sequence[str]) -> Iterator[tuple[str, Kind]]:
    """`NYT`, `NY Times`, `N.Y. Times` and `NYTimes` of New York Times."""
    letters = [part[0] for word in words for part in word.split("-") if part[:1].isupper()]
    initials = "".join(letters)
    if len(initials) > 1 and initials not in _NO_INITIALS:
        yield initials, Kind.EXACT if len(initials) > 2 else Kind.TINY
    if len(words) > 2 and len(initials) == len(words):
        for first in (initials[:-1], ".".join(initials[:-1]) + "."):
            yield f"{first} {words[-1]}", Kind.PLAIN
        yield initials[:-1] + words[-1], Kind.PLAIN


def _take_last(words: Sequence[str]) -> Iterator[tuple[str, Kind]]:
    """`the Gazette`, `Evening Star`, `Radio 5`."""
    is_numbered = words[-1].isdigit()
    if is_numbered or words[-1].casefold() in _LAST_WORDS:
        for n in range(2 if is_numbered else 1, len(words)):
            yield " ".join(words[-n:]), Kind.SHORT if n == 1 or is_numbered else Kind.ORDINARY


def _take_first(words: Sequence[str]) -> Iterator[tuple[str, Kind]]:
    """`BBC` of BBC News, `Harbour Radio` of Harbour Radio 5."""
    stem = list(words[:-1]) if words[-1].isdigit() else list(words)
    while len(stem) > 1 and stem[-1].casefold() in _GENERIC:
        stem.pop()
    if len(stem) == len(words):
        return
    if len(stem) > 1:
        yield " ".join(stem), Kind.ORDINARY
    else:
        is_initials = stem[0].isupper() and len(stem[0]) > 2
        yield stem[0], Kind.PLAIN if is_initials else Kind.SHORT if stem[0].casefold() in _LAST_WORDS else Kind.STEM


def _find_kind(words: tuple[str, ...], written: str) -> Kind:
    if len(words) < 3 and all(word in _SECTIONS for word in words):
        return Kind.ORDINARY
    is_one = len(words) == 1 or (len(words) == 2 and words[1] == "s")
    if not is_one or _UNSPACED.search(written) or written.upper() == written.lower():
        return Kind.PLAIN
    if len(words[0]) < 3:
        return Kind.TINY
    is_no_word = written.isupper() or is_mixed(written) or not re.search("[aeiouy]", words[0])
    return Kind.PLAIN if is_no_word and words[0].isascii() else Kind.WORD

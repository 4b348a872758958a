"""English words by their form: stems, and what looks like a past tense. Pure."""

from __future__ import annotations

import re

import Stemmer

_IRREGULAR = """
    buy:bought sell:sold rise:rose,risen fall:fell win:won lose:lost give:gave,given take:took,taken
    freeze:froze,frozen sink:sank lead:led meet:met sue:sued draw:drew,drawn drive:drove spend:spent send:sent
    keep:kept leave:left hold:held find:found bring:brought think:thought catch:caught teach:taught fight:fought
    tell:told say:said pay:paid make:made build:built write:wrote,written break:broke,broken choose:chose,chosen
    begin:began,begun run:ran come:came go:went,gone see:saw,seen know:knew,known grow:grew,grown throw:threw
    shoot:shot hit:hit strike:struck hang:hung,rehung speak:spoke stand:stood withdraw:withdrew,withdrawn
    steal:stole,stolen seek:sought hide:hid,hidden fly:flew,flown hear:heard hurt:hurt lay:laid lend:lent
    mean:meant ride:rode shake:shook sleep:slept sweep:swept tear:tore,torn wake:woke wear:worn,wore feed:fed
    dig:dug deal:dealt rebuild:rebuilt overtake:overtook understand:understood forbid:forbade become:became
    get:got flee:fled feel:felt forget:forgot swim:swam sing:sang bear:bore read:read show:shown woman:women
    man:men person:people child:children shrink:shrank swear:swore uphold:upheld withhold:withheld
    undertake:undertook,undertaken oversee:oversaw,overseen arise:arose,arisen bind:bound bend:bent blow:blew,blown
    eat:ate,eaten lie:lain light:lit ring:rang,rung sit:sat speed:sped spin:spun stick:stuck swell:swollen swing:swung
    undergo:underwent,undergone weep:wept overcome:overcame foresee:foresaw,foreseen overrun:overran resell:resold
    repay:repaid prove:proven burn:burnt learn:learnt overthrow:overthrew,overthrown mislead:misled leap:leapt
    beat:beaten wear:worn tear:torn bear:bore,borne drive:drove,driven ride:rode,ridden shake:shook,shaken
    forget:forgotten bite:bit,bitten know:known grow:grown throw:threw,thrown draw:drew,drawn fly:flew,flown do:did,done
    set:set
    strive:strove spring:sprang,sprung slay:slew,slain forgive:forgave,forgiven mistake:mistook,mistaken cling:clung
    creep:crept shine:shone remake:remade retake:retook,retaken outdo:outdid undo:undid,undone drink:drank,drunk"""
"""Base forms, each with its irregular ones."""
_PAST = frozenset(
    "was were had did became began bought built came chose cut died fell found fled gave got grew held hit kept "
    "knew led left lost made met paid put ran rose said sank sat saw sent set shot sold spent spoke stood struck "
    "sued swore taken took threw told went won wore wrote beat broke brought caught drew drove felt flew forgot "
    "fought froze shut spread hung hit came saw knew threw".split()
)
"""Irregular forms that tell what has happened."""
_NOUNS = frozenset("women men people children".split())
_BASES = {form: base for base, forms in (entry.split(":") for entry in _IRREGULAR.split()) for form in forms.split(",")}
_ED = re.compile(r"(?:[aeiouy].*[^e]|gre|fre|ante|cre)ed$")
"""Not need, seed or red."""
_INITIALS = {"US": "u.s", "USA": "u.s", "U.S.A": "u.s", "UK": "u.k", "UN": "u.n", "EU": "e.u"}
"""Names that are written with and without full stops, one of them otherwise taken for a pronoun."""
_POSSESSIVE = re.compile(r"['’]s?$")
_stemmer = Stemmer.Stemmer("english")


def without_possessive(word: str) -> str:
    """A word in lower case, without the ending of a possessive; US and its like as if they had full stops."""
    bare = _POSSESSIVE.sub("", word)
    return _INITIALS.get(bare, bare.lower())


def stem(word: str) -> str:
    """A word's stem, in lower case, irregular forms included."""
    folded = without_possessive(word)
    stemmed: str = _stemmer.stemWord(_BASES.get(folded, folded))
    return stemmed


def stems(words: str) -> frozenset[str]:
    """The stems of words with spaces between them."""
    return frozenset(map(stem, words.split()))


def is_past(word: str) -> bool:
    """Whether a word in lower case looks like a past tense or participle."""
    return bool(_ED.search(word)) or word in _PAST or (word in _BASES and word not in _NOUNS)

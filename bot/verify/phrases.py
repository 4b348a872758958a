"""English phrases that are read as single words. Data only, but for the substitution."""

from __future__ import annotations

import re

_PHRASES = (
    (r"\b(\w+)n['’]t\b", r"\1 not"),
    (r"\bca(?= not\b)", "can"),
    (r"\bwo(?= not\b)", "will"),
    (
        r"\b(den(?:y|ies|ied)|doubt(?:s|ed)?) "
        r"(?=(?:(?:the|an?|his|her|its|their|\d+) (?:(?!who|which|that|and|or|of)[\w-]+ ){1,3}"
        r"|(?:he|she|it|they|we|there) )(?:ha[ds]|have|is|are|was|were|will|would|could|can|may|might|did|does)\b)",
        r"\1 that ",
    ),
    (r"\bcannot\b", "can not"),
    (r"\bno longer\b", "not"),
    (r"\bnot ((?:[\w-]+ ){0,8})until\b", r"\1only"),
    (r"\bvot(?:ed|e|es|ing) down\b", "rejected"),
    (r"\b(?:stay|keep|kept)(?:s|ed|ing)? away from\b", "not come to"),
    (r"\bno (?:fewer|less) than\b|\bnot less than\b|\bat least\b|\ba minimum of\b", "atleast"),
    (r"\bno more than\b|\bnot more than\b|\bat most\b|\bup to\b(?= \S*\d)|\ba maximum of\b", "atmost"),
    (r"\b(?:rather than|instead of)\b", "and not"),
    (r"\b((?:vot|decid|advis|rul)\w+(?: [\w-]+){0,5}) against (?=\w{3,}ing\b)", r"\1 not "),
    (r"\b(advis\w+(?: [\w-]+){0,3}) against\b", r"\1 not"),
    (r"\bat first\b", "initially"),
    (r"\bnot-", "not "),
    (r"\b(?:above|after|at) all\b(?=[,. ])", ""),
    (r"\bnot (?:only|just)\b(?=.*\bbut\b)|\bno doubt\b|\bnot least\b|\bno\. ?(?=\d)", ""),
    (r"\bturn(?:ed|s|ing)? (?:down|away)\b|\bsent? away\b", "refused"),
    (r"\bturn(?:ed|s|ing)? (\w+ \w+|\w+) (?:down|away)\b", r"refused \1"),
    (r"\b(?:rule[sd]?|ruling) out\b", "excluded"),
    (r"\brule (\w+) out\b", r"exclude \1"),
    (r"\bcall(?:ed|s|ing)? off\b", "cancelled"),
    (r"\bcall(?:ed|s|ing)? (?:up)?on (?=(?:[\w-]+ ){1,8}to\b)", "urged "),
    (r"\bput(?:s|ting)? (?:off|back)\b|\bpush(?:ed|es)? back\b", "delayed"),
    (r"\b(?:bring|brings|bringing|brought) forward\b|\bspeed(?:s|ed)? up\b|\bsped up\b", "hastened"),
    (r"\bslow(?:s|ed)? down\b", "slowed"),
    (r"\b(?:has|have|had|is|are) yet to\b|\bstill (?:has|have|had) to\b", "not will"),
    (r"\b(?:did|does|do|has|have|had|is|are|was|were) not (?:been )?chang\w+\b", "held"),
    (r"\bunchanged\b", "held"),
    (r"\bthrow(?:s|n)? out\b|\bthrew out\b", "dismissed"),
    (r"\b(?:is|are|was|were) (?:due|set|expected|scheduled|about|supposed) to\b", "will"),
    (r"\b(?:is|are|was|were) (?:\w+ )?likely to\b|\bhop(?:e|es|ed|ing) to\b|\bin the hope of\b", "may"),
    (r"\b(?:is|are|was|were) to (?=[a-z]+)", "will "),
    (r"\b(?:plan|aim|intend|expect)(?:s|ed)? to\b|\b(?:intention|plans) to\b", "will"),
    (r"\b(?:has|have|had) agreed to\b|\bagree(?:s|d)? to\b", "agreed will"),
    (r"\bha(?:s|ve|d) to\b|\bmust\b|\bneed(?:s|ed)? to\b", "must"),
    (r"\b(?:left|leav(?:e|es|ing)) out\b", "excluded"),
    (r"\bcarr(?:y|ied|ies) out\b", "did"),
    (r"\b(?:first|last|only) time since\b", "firstsince since"),
    (
        r"\b(lowest|highest|worst|best|biggest|largest|smallest|strongest|weakest|hottest|coldest) (\w+ )?since\b",
        r"\1 firstsince \2since",
    ),
    (r"\blos(?:t|es|e|ing)((?: [\w-]+){0,4}) to (?=(?:the )?[A-Z])", r"was beaten for\1 by "),
    (r"\bt(?:ake|ook|aken|aking) part(?: in)?\b", "attended"),
    (r"\bshort of\b", "below"),
    (r"\bdown on\b", "fewer"),
    (r"\bup on\b", "more"),
    (r"\btook over\b|\btak(?:e|es|ing|en) over\b", "acquired"),
    (r"\bstep(?:s|ped)? down\b", "resigned"),
    (r"\blaid off\b|\blay(?:s|ing)? off\b", "sacked"),
    (r"\b(?:give|gave|giv(?:es|en|ing)) back\b|\bhand(?:s|ed)? back\b", "returned"),
    (r"\b(?:give|hand)s? ((?:\w+ ){1,5})back\b", r"return \1"),
    (r"\b(?:hold|held|holding|holds) on to\b", "kept"),
    (r"\b(?:set|sets|setting) up\b", "founded"),
    (r"\bturn(?:ed|s)? out to be\b", "was"),
    (r"\bspoke out against\b", "criticised"),
    (r"\b(?:vot|campaign|argu|rul|lobb|protest|spok|speak|fight|fought)\w* against\b", "opposed"),
    (r"\bvot(?:ed|e|es|ing) for\b", "supported"),
    (r"\bin place of\b", "replacing"),
    (r"\bin favou?r of\b", "supported"),
    (r"\bbring in\b", "raise"),
    (r"\bbr(?:ings|ought) in\b", "raised"),
    (r"\bwent up\b|\bgo(?:es)? up\b", "rose"),
    (r"\bwent down\b|\bgo(?:es)? down\b", "fell"),
    (r"\bas soon as\b|\bas well as\b", "and"),
    (r"\bthe year before\b|\ba year (?:ago|earlier|before)\b", "last year"),
    (r"\bthe month before\b|\ba month (?:ago|earlier|before)\b", "month before"),
    (r"\bknock(?:ed|s)? out\b", "beat"),
    (r"\bno one\b", "nobody"),
    (r"\bclose to (?=(?:the |an? )?[A-Z])", "near "),
    (r"\bdrop(?:s|ped)? out\b|\bg(?:a|i)ve up\b", "quit"),
    (r"\bat large\b", "not caught"),
    (r"\bbefore (?=(?:he|she|it|they)\b)", "before "),
)
"""Phrases and the words that they are read as; tried in order."""
_COMPILED = [(re.compile(pattern, re.IGNORECASE), words) for pattern, words in _PHRASES]
FIRST_SINCE = "firstsince"
"""How `for the first time since` is read."""


def join_phrases(text: str) -> str:
    """A text with straight apostrophes and single spaces, its phrases replaced."""
    text = re.sub(r"\s+", " ", text.replace("’", "'").replace("‘", "'"))
    for pattern, words in _COMPILED:
        text = pattern.sub(words, text)
    return text

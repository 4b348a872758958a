"""Words by which a report corrects or disputes another, goes on, foresees or speaks of a period. Mostly data; pure."""

from __future__ import annotations

import re

REVISES = re.compile(
    r"\b(?:restat\w+|revis(?:ed|es|ion|ing)|correct(?:ion|ed|s)\b|recount\w*|recalculat\w+|amend(?:ed|s)|retract\w*"
    r"|miscount\w*|miscalculat\w+|misprint\w*|misread\w*|mis-?stat\w+|misreport\w*|mistak\w+|in error|erroneous\w*"
    r"|clarif\w+|apologi[sz]\w+|double[- ]counted|counted twice|mixed up|mix-up"
    r"|w(?:as|ere) wrong|got it wrong|after all|contrary to|first reports?|earlier (?:reports?|version)"
    r"|(?:not|than|as) (?:\w+ ){0,3}(?:had been|was|were|first|previously|initially|originally|earlier)"
    r" (?:\w+ )?(?:reported|feared|thought|believed|announced|given|stated|said|told))\b"
    r"|更正|修正|订正|有误|勘误",
    re.IGNORECASE,
)
DISPUTES = re.compile(
    r"\b(?:disput\w+|den(?:y|ies|ied)|conced\w+|insist\w*|swears?|contest(?:s|ed)|contradict\w*|refut\w+|rebut\w*"
    r"|reject(?:s|ed) (?:the|that|this)|still (?:quoted|claim\w*)|pull the other|nonsense|rubbish|untrue|not true"
    r"|other way a?round|(?:informed|told) (?:its|their) readers|(?:and|but) not the|had said|would have you believe"
    r"|(?:can['’]t|cannot|do(?:es)? not|don['’]t) (?:even )?agree|disagree\w*|at odds|on the contrary"
    r"|by (?:its|their|his|her|our|the [\w’' ]{3,40}) (?:own )?(?:count|tally|reckoning|sums?|estimate)"
    r"|(?:we|they|he|she) (?:make|put)s? it at?)\b"
    r"|否认|质疑|不同意|反驳",
    re.IGNORECASE,
)
SETS_AGAINST = re.compile(
    r"\b(?:other way a?round|contradict\w*|on the contrary|at odds with|conflict(?:s|ed|ing)? with|disagree\w*"
    r"|differ(?:s|ed)? from)\b|相反|矛盾|不一致",
    re.IGNORECASE,
)
GOES_ON = re.compile(
    r"\b(?:now|still|so far|as of|risen|rose to|climbed to|at last count|since then|to date|again)\b"
    r"|目前|截至|已[增升]",
    re.IGNORECASE,
)
WITHDRAWS = re.compile(
    r"\b(?:(?:earlier|previous|original) (?:version|report|article|story|edition|bulletin)s?|had said"
    r"|wrongly|mistakenly|incorrectly|erroneously"
    r"|had been (?:given|put|stated|told|reported))\b"
    r"(?:(?!, (?:and|but|not|while|whereas)\b)[^;:—–])*$"
    r"|(?:此前|早前|原先|先前)(?:的)?(?:报道|版本|说法)?[^，；。]*$",
    re.IGNORECASE,
)
"""Before an amount, that it is told only as what was said wrongly, or was said before."""
MOVES = re.compile(
    r"\b(?:now|put (?:back|off)|postpon\w+|delay(?:s|ed)|push(?:ed)? back|brought forward|resched\w+"
    r"|(?:climb|ris|increas|grow|jump|soar|swell|balloon)(?:e?s|ed|ing)? (?:to|by)"
    r"|(?:rose|risen|grew|grown|gone up) (?:to|by)"
    r"|(?:up|down) from|(?:above|below|over) the (?:\w+ )?(?:price|estimate|budget|sum|cost))\b|推迟|延期|提前|追加",
    re.IGNORECASE,
)
"""What was foreseen, a day or a price, is another one since."""
LOWERS = re.compile(r"\b(?:(?:goes|went|gone) down|fall(?:s|en)?|fell|drop(?:s|ped)?|sank|cut) to $", re.IGNORECASE)
RAISES = re.compile(r"\b(?:(?:goes|went|gone) up|ris(?:es|en)|rose|climb(?:s|ed)|grew|grown) to $", re.IGNORECASE)
PLANS_TO_PAY = re.compile(
    r"\b(?:(?:will|would|may|could|to) (?:now )?cost|priced at|(?:is|are|was|were) budgeted"
    r"|expected to (?:now )?(?:cost|reach|come to))\b",
    re.IGNORECASE,
)
JOINS = re.compile(r"\b(?:together|combined|jointly|between (?:them|the two))\b|合计|一共|总共", re.IGNORECASE)
FORESEES = re.compile(r"\b(?:predict\w*|forecast\w*|expect\w*|project(?:ed|s))\b|预计", re.IGNORECASE)
POLLS = re.compile(r"\b(?:polls?|polling|pollsters?|surveys?)\b|民调", re.IGNORECASE)
PERIODS = (
    re.compile(r"\b(first|second|third|fourth)[- ]quarter\b", re.IGNORECASE),
    re.compile(r"\b((?:19|20)\d\d)\b"),
    re.compile(r"\b(January|February|March|April|May(?= \d|$)|June|July|August|September|October|November|December)\b"),
)
"""Quarters, years, months: texts that name only different ones speak of different times."""
IN_YEAR = re.compile(
    r"\b(?:[Ii]n|[Oo]n) (?:the year |(?:late|early|mid)[ -])?(?:\d\d? )?(?:[A-Z][a-z]+\.? )?(?:\d\d?, )?"
    r"((?:19|20)\d\d)\b"
)

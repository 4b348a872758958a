"""Whether a sentence can be understood by itself, or begins with a word for what was named before it."""

from __future__ import annotations

import re

_SPEAKS_OF_NOW = r"(?:morning|afternoon|evening|week|weekend|month|year|season|spring|summer|autumn|fall|winter)\b"
_IS_EMPTY = r"(?:['’]s|\s(?:is|was|will\sbe|would\sbe|has\sbeen))\s(?:\S+\s){0,2}(?:that|who|to|whether|when|where)\b"
_BEGINS_WITH_PRONOUN = re.compile(
    rf"""^["'“‘「]?(?:(?:and|but|so|yet|then|still|however|meanwhile|there),?\s)?
    (?:(?:he|she|they|him|his|her|hers|their|theirs|its|these|those(?!\swho))\b
    |(?:this|that)\b(?!\s{_SPEAKS_OF_NOW})
    |(?-i:[Ii]t)\b(?!{_IS_EMPTY})
    |one\sof\s(?:them|these|those)\b|both\s(?:of\sthem|are|were|have|had|said)\b
    |the\s(?:latter|former|other)\b)
    |^[“「]?(?:但|而|不过|然而)?(?:[他她它该其]|这(?![天周月年里]))""",
    re.IGNORECASE | re.VERBOSE,
)


def begins_with_pronoun(sentence: str) -> bool:
    """Whether a sentence begins with `she`, `this` or the like; not with `this week`, nor `it was rain that …`."""
    return bool(_BEGINS_WITH_PRONOUN.match(sentence))

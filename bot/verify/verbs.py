"""English verbs by what they say of the verb, clause or wish behind them. Data only."""

from __future__ import annotations

from bot.verify.forms import stems

POSSIBLE_TO = stems("allow permit seek propose want urge advise recommend ask offer apply threaten free try")
"""Verbs that leave open what follows them with a `to`."""
WISHES = stems("want urge seek demand propose recommend request")
"""Verbs that leave open what follows them, with a `to` or without."""
IMPLICATIVE = stems(
    "begin start continue manage help go come get happen prove cause force lead fail seem appear bother vote refuse "
    "decline succeed remain use"
)
"""Verbs after which what follows with a `to` is a fact, or no fact, and not to come."""
DENIES = stems("deny dismiss reject refute dispute doubt disprove")
NEGATES_NEXT = stems("refuse decline fail deny refusal failure stop cease forget bar forbid ban unable prohibit")
"""Verbs that negate the infinitive, the -ing form or the clause behind them."""
DOUBT = stems(
    "allege claim accuse suspect believe think fear suggest speculate assume suppose guess argue contend maintain "
    "insist rumour hint theory suspicion allegation accusation belief"
)
"""What is reported by these need not be so."""

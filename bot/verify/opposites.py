"""English words and their opposites. Data only, but for the look-up."""

from __future__ import annotations

from bot.verify.forms import stem

_OPPOSITES: dict[str, tuple[str, str]] = {
    "rise": (
        "rise rose risen climb gain grow grew grown growth jump soar surge increase up raise boost advance expand "
        "widen quicken accelerate rally rebound double treble triple swell upward uplift leap upturn improve recover "
        "escalate spike mount multiply elevate heighten lengthen extend enlarge",
        "fall fell fallen drop decline slip shrink shrank shrunk decrease down reduce ease slow sink sank diminish "
        "slide slid plunge dip tumble narrow halve weaken shed slump plummet downward recede dwindle downturn worsen "
        "deteriorate contract shorten curtail trim lessen erode cut lower",
    ),
    "more": (
        "more higher above over exceed beyond better greater upwards larger bigger longer heavier taller wider",
        "less lower fewer below under short smaller worse shorter lighter narrower",
    ),
    "limit": ("atleast minimum", "atmost maximum"),
    "most": (
        "most highest largest biggest maximum top longest best greatest heaviest tallest",
        "least lowest smallest minimum bottom shortest worst fewest lightest",
    ),
    "after": ("after afterwards later since following", "before earlier ahead until prior previously"),
    "win": (
        "win won beat beaten defeat victory triumph knocked overcome outlast edge victor winner thrash outclass",
        "lose lost loser",
    ),
    "profit": ("profit profitable surplus", "loss deficit lossmaking shortfall"),
    "buy": ("buy bought acquire acquisition purchase buyer takeover", "sell sold sale seller vendor"),
    "accept": (
        "accept agree approve back support welcome endorse allow permit grant let approval "
        "consent advocate champion authorise authorize permission favour favor uphold upheld sanction",
        "refuse reject decline oppose block bar forbid forbade forbidden ban veto refusal rejection prohibit "
        "resist deny denial overturn quash overrule object opposition disagree disapprove outlaw rule-out",
    ),
    "admit": (
        "admit confess concede acknowledge confirm admission confirmation affirm",
        "deny denial dispute contest contradict rebut refute",
    ),
    "succeed": ("succeed manage success successful successfully", "fail failure unsuccessful"),
    "hold": ("hold held keep kept retain remain stay preserve", "abandon lose lost drop relinquish forfeit"),
    "start": (
        "start begin began begun open launch reopen resume introduce restart revive commence inaugurate",
        "end ended finish stop close halt cease shut suspend scrap cancel axe terminate conclude discontinue abolish "
        "shelve",
    ),
    "join": (
        "join enter arrive arrival reach",
        "leave left quit resign depart departure exit withdraw withdrew withdrawn",
    ),
    "hire": (
        "hire appoint recruit name employ promote reinstate",
        "sack fire redundant oust lay layoff dismissal demote",
    ),
    "include": ("include cover add added", "exclude omit spare exempt except remove"),
    "legal": ("legal lawful constitutional", "illegal unlawful unconstitutional"),
    "free": ("free freed release released liberate", "jail imprison detain arrest"),
    "guilty": ("guilty convict conviction condemn", "innocent innocence acquit acquittal clear exonerate vindicate"),
    "live": ("survive survivor alive", "die died dead death drown kill killed fatal"),
    "north": ("north northern northward northeast", "south southern southward southwest"),
    "east": ("east eastern", "west western"),
    "first": ("first earliest oldest", "last latest newest youngest"),
    "early": ("early", "late"),
    "import": ("import", "export"),
    "borrow": ("borrow", "lend lent"),
    "young": ("young younger", "old older elder"),
    "hasten": ("hasten expedite", "delay postpone defer"),
    "lead": ("ahead lead leading clear", "behind trail trailing adrift"),
    "fast": ("fast faster quickly quicker rapidly swift swiftly", "slow slowly slower"),
    "inside": ("inside within indoor", "outside outdoor"),
    "praise": (
        "praise applaud welcome hail support back commend laud",
        "criticise criticize condemn blame attack denounce oppose reject protest deplore criticism",
    ),
    "present": ("present presence attend attendance", "absent absence miss skip"),
    "able": ("able", "unable"),
    "public": ("public publicly", "private privately secret secretly"),
    "hot": ("hot warm hotter warmer heat", "cold cool cooler colder"),
    "true": ("true genuine real authentic correct accurate", "false fake untrue bogus wrong incorrect inaccurate"),
    "believe": ("believe trust", "doubt disbelieve distrust"),
    "wish": ("wish want willing", "unwilling reluctant"),
    "safe": ("safe safely harmless", "dangerous unsafe harmful hazardous"),
    "advise": ("advise advice urge suggest", ""),
    "disclose": ("disclose reveal publish", "conceal hide hidden withhold withheld"),
    "left": ("left-wing", "right-wing"),
    "easy": ("easy easier easily", "hard harder difficult"),
    "strong": ("strong stronger strengthen", "weak weaker weaken"),
    "cheap": ("cheap cheaper inexpensive", "dear dearer expensive"),
    "adopt": ("pass adopt approve enact ratify", "defeat reject veto scrap repeal"),
    "defer": ("defer", ""),
    "send": ("send sent export dispatch deliver give gave given pay paid lend lent donate", "receive get got collect"),
    "teach": ("teach taught", "learn learnt"),
    "full": ("full filled", "empty emptied"),
    "wet": ("wet wettest rainy damp", "dry driest drought"),
    "heavy": ("heavy heavier heaviest", "light lighter lightest"),
    "remember": ("remember recall", "forget forgot forgotten"),
    "allow": ("lift unblock relax loosen ease unban legalise", "impose ban tighten toughen restrict"),
    "find": ("find found discover recover trace", "lose lost missing vanish"),
    "optimist": ("optimistic hopeful confident optimism", "pessimistic gloomy pessimism"),
    "peace": ("calm peaceful peacefully", "violent violently"),
    "pros": ("advantage benefit", "disadvantage drawback"),
    "union": ("unite united merge unanimous unanimously", "divide divided split"),
    "build": ("build built erect rebuild rebuilt repair restore", "demolish destroy dismantle raze"),
    "ally": ("ally friend supporter", "enemy foe opponent critic"),
    "rich": ("rich wealthy", "poor"),
    "urban": ("urban", "rural"),
    "temporary": ("temporary temporarily briefly", "permanent permanently"),
    "domestic": ("domestic", "foreign abroad overseas"),
    "voluntary": ("voluntary optional", "compulsory mandatory obligatory"),
    "known": ("known identify identified", "unknown anonymous"),
    "enough": ("enough sufficient plenty adequate", "insufficient inadequate scarce shortage"),
    "complete": ("complete finish entire whole", "incomplete unfinished partial"),
    "day": ("morning", "evening"),
    "possible": ("possible", "impossible"),
    "popular": ("popular", "unpopular"),
    "even": ("equal draw drew level tie", ""),
    "change": ("change alter amend revise", "unchanged"),
    "parent": ("mother daughter sister wife woman girl", "father son brother husband man boy"),
    "child": ("parent father mother", "child son daughter"),
    "employer": ("employer landlord owner", "employee tenant"),
    "plaintiff": ("sue accuse prosecute plaintiff prosecutor", "defend defendant"),
    "gain": ("gain firm strengthen appreciate", "lose lost shed weaken depreciate"),
    "likely": ("likely probable", "unlikely improbable"),
    "hope": ("hope", "fear worry dread"),
    "appear": ("appear emerge", "disappear vanish"),
    "encourage": ("encourage", "discourage deter dissuade"),
    "enable": ("enable facilitate", "prevent hinder hamper impede"),
    "common": ("common commonplace frequent frequently often", "rare rarely seldom uncommon"),
    "majority": ("majority", "minority"),
    "stable": ("stable", "unstable"),
    "certain": ("certain", "uncertain unclear"),
    "comply": ("comply obey", "defy violate flout disobey"),
    "advance": ("advance", "retreat"),
    "thrive": ("thrive flourish prosper", "struggle languish"),
    "damage": ("damage harm injure hurt wound", "unharmed unhurt intact undamaged unscathed"),
}  # fmt: skip
"""By concept, the words that say it and those that say the opposite."""

CONVERSE = frozenset({"win", "buy", "send", "borrow", "teach", "parent", "child", "employer", "plaintiff"})
"""Opposites that tell the same of the other side: who beats wins, who is beaten loses."""


def _index() -> dict[str, frozenset[tuple[str, bool]]]:
    found: dict[str, frozenset[tuple[str, bool]]] = {}
    for pair, sides in _OPPOSITES.items():
        for second, words in enumerate(sides):
            for word in map(stem, words.split()):
                found[word] = found.get(word, frozenset()) | {(pair, bool(second))}
    return found


OPPOSITES_OF = _index()
"""By stem, the pairs it belongs to, each with whether it is the second of the pair."""

"""English words by what they claim: opposites, synonyms, negators, degrees of certainty, phrases. Data only."""

from __future__ import annotations

OPPOSITES: dict[str, tuple[str, str]] = {
    "rise": (
        "rise rose risen climb gain grow grew grown jump soar surge increase up higher lift raise boost advance expand "
        "widen quicken hasten accelerate rally rebound double treble triple strengthen swell upward",
        "fall fell fallen drop decline slip shrink shrank shrunk decrease down lower cut reduce ease slow sink sank "
        "slide slid plunge dip tumble narrow halve weaken shed slump plummet downward recede",
    ),
    "more": (
        "more higher above over exceed beyond better greater upwards larger bigger longer",
        "less lower fewer below under short smaller worse shorter",
    ),
    "most": (
        "most highest largest biggest maximum top longest best",
        "least lowest smallest minimum bottom shortest worst fewest",
    ),
    "after": ("after afterwards later since following", "before earlier ahead until prior previously"),
    "win": (
        "win won beat beaten defeat victory triumph knocked overcome outlast edge victor winner",
        "lose lost loser",
    ),
    "profit": ("profit", "loss deficit"),
    "buy": ("buy bought acquire acquisition purchase buyer takeover", "sell sold sale seller vendor"),
    "accept": (
        "accept agree approve back support welcome endorse allow permit grant let authorise authorize clear approval "
        "consent "
        "permission",
        "refuse reject decline oppose block bar forbid forbade forbidden ban veto dismiss refusal rejection prohibit "
        "resist deny denial",
    ),
    "admit": (
        "admit confess concede acknowledge confirm admission confirmation",
        "deny denial dispute contest contradict challenge",
    ),
    "succeed": ("succeed manage success", "fail failure"),
    "hold": ("hold held keep kept retain remain stay", "abandon lose lost"),
    "start": (
        "start begin began begun open launch reopen resume introduce",
        "end ended finish stop close halt cease shut suspend scrap cancel axe",
    ),
    "join": (
        "join enter arrive arrival reach",
        "leave left quit resign depart departure exit withdraw withdrew withdrawn",
    ),
    "hire": ("hire appoint recruit name", "sack dismissed fire redundant oust lay"),
    "include": ("include cover", "exclude omit spare exempt except"),
    "legal": ("legal lawful", "illegal unlawful"),
    "free": ("free freed release released acquit", "jail imprison detain arrest convict"),
    "guilty": ("guilty", "innocent"),
    "live": ("survive survivor alive", "die died dead death drown kill killed"),
    "north": ("north northern northward northeast", "south southern southward southwest"),
    "east": ("east eastern", "west western"),
    "first": ("first earliest oldest", "last latest newest youngest"),
    "early": ("early", "late"),
    "import": ("import", "export"),
    "borrow": ("borrow", "lend lent"),
    "young": ("young younger", "old older elder"),
    "hasten": ("hasten", "delay postpone defer"),
    "lead": ("ahead lead leading clear", "behind trail trailing adrift"),
    "fast": ("fast faster quickly quicker rapidly swift", "slow slowly slower"),
    "inside": ("inside within indoor", "outside outdoor"),
    "praise": (
        "praise applaud welcome hail support back",
        "criticise criticize condemn blame attack denounce oppose reject protest",
    ),
    "present": ("present presence attend", "absent absence miss skip"),
    "able": ("able", "unable"),
    "public": ("public", "private secret"),
    "hot": ("hot warm hotter warmer", "cold cool cooler colder"),
    "true": ("true genuine", "false fake"),
    "believe": ("believe trust", "doubt disbelieve distrust"),
    "wish": ("wish want", "unwilling"),
    "safe": ("safe", "dangerous unsafe"),
    "advise": ("advise advice urge suggest", ""),
    "disclose": ("disclose reveal", "conceal hide hidden withhold"),
    "left": ("left-wing", "right-wing"),
    "easy": ("easy easier", "hard harder difficult"),
    "strong": ("strong stronger", "weak weaker"),
    "cheap": ("cheap cheaper inexpensive", "dear dearer expensive"),
    "adopt": ("pass adopt approve enact ratify", "defeat reject veto scrap"),
    "majority": ("majority", "minority"),
    "defer": ("defer", ""),
}  # fmt: skip
"""By concept, the words that say it and those that say the opposite."""

SYNONYMS = (
    "say said tell told add state note remark explain comment report according announce announcement declare statement",
    "company firm business group maker",
    "car vehicle van",
    "noon midday",
    "job post role position",
    "worker employee staff workforce labour",
    "candidate would-be nominee",
    "member seat place mp",
    "house home dwelling household flat",
    "money fund sum cash",
    "film movie picture",
    "hurt injure injury wound",
    "kill die drown dead death",
    "arrest detain custody",
    "find found discover discovered",
    "trial case lawsuit proceedings",
    "begin start",
    "make made build built manufacture produce",
    "build built construct",
    "plan intend aim propose intention proposal",
    "expect forecast predict reckon estimate project calculate think believe",
    "share stock",
    "sale turnover revenue",
    "sue lawsuit",
    "order instruct command require oblige force must demand tell told",
    "try attempt seek sought",
    "big large huge",
    "get got receive obtain",
    "give gave given hand grant donate provide",
    "show display exhibit",
    "choose chosen chose pick select",
    "child children kid",
    "country nation state",
    "government cabinet ministry administration",
    "poll survey",
    "vote ballot",
    "doctor medic physician",
    "police officer",
    "match game tie fixture",
    "prize award",
    "book novel",
    "illness disease sickness",
    "shop store",
    "pay paid payment cost",
    "deal agreement contract",
    "offer bid",
    "see saw seen spot spotted notice witness",
    "hit struck strike collide",
    "talk speak spoke discuss",
    "ask question request",
    "use employ",
    "return restore back",
    "happen occur take",
    "live reside resident",
    "own belong possess",
    "about around some roughly approximately",
    "part portion share",
    "go went gone travel",
    "play meet",
    "catch caught infect contract",
    "shut closed",
    "near close",
    "help aid assist",
    "picture photo photograph image",
    "boss chief head chair chairman director executive ceo",
    "leader leadership",
    "lawyer attorney counsel",
    "court judge tribunal",
    "prosecutor prosecution",
    "seat constituency",
    "plane aircraft jet",
    "dismiss drop throw reject",
    "clear acquit exonerate",
    "promise pledge vow",
    "guilty convict",
    "falsify fake forge",
    "win take claim secure",
    "withdraw pull lift remove retract recall",
    "lend loan borrow",
    "damage harm",
    "destroy ruin wreck",
    "rescue save",
    "flee escape evacuate",
    "warn caution",
    "insist maintain argue claim",
    "reveal disclose show",
    "cause trigger prompt lead",
    "prevent stop avert",
    "resign quit step",
    "replace succeed",
    "crash collide",
    "appear emerge come welcome",
    "publish release issue",
    "reach arrive come land",
    "search hunt look",
    "attack assault raid",
    "protest demonstrate march rally",
    "fine penalty",
    "ban prohibit forbid outlaw bar",
    "need require",
    "work operate function run",
    "stage host organise organize hold",
    "delay postpone",
    "earn make",
    "road street",
    "rain downpour",
    "fire blaze",
    "storm hurricane typhoon",
    "quake earthquake tremor",
    "explosion blast explode",
    "pupil student",
    "study research paper",
    "scientist researcher",
    "drug medicine treatment",
    "vaccine jab",
    "strike walkout stoppage",
    "wage pay salary",
    "price cost",
    "tax levy duty",
    "bank lender",
    "investor shareholder",
    "jobless unemployment unemployed",
    "score net",
    "team side squad club",
    "title championship trophy cup",
    "singer vocalist",
    "song track single",
    "author writer novelist",
    "crowd audience spectator",
    "town city",
    "law act legislation bill",
    "limit cap ceiling",
    "check inspect examine",
    "agree consent",
    "choose prefer",
    "gift present donation",
    "mistake error",
    "fast quick rapid",
    "stop halt cease end",
    "boat ship vessel",
)  # fmt: skip
"""Words that may stand for each other, a line for each meaning; a word may be on several."""

NEGATORS = frozenset(
    "not no never nobody none nothing neither nor without cannot hardly barely nowhere minus lack lacks lacked "
    "n't".split()
)
NEGATES_NEXT = frozenset(
    "refuse decline fail deny refusal failure stop cease forget bar forbid ban unable prohibit".split()
)
"""Verbs that negate the infinitive, the -ing form or the clause behind them."""

FUTURE = frozenset("will shall would plan intend aim expect promise vow pledge propose schedule hope".split())
POSSIBLE = frozenset(
    "may might could can let perhaps maybe possibly if unless allege allegedly reportedly probably apparently "
    "suspect likely potential accuse consider".split()
)
FUTURE_TO = frozenset("agree promise pledge vow prepare give order".split())
"""Verbs after which what follows with a `to` is to come."""
POSSIBLE_TO = frozenset(
    "allow permit seek propose want urge advise recommend ask offer apply threaten free try".split()
)
"""Verbs that leave open what follows them with a `to`."""
FACTIVE = frozenset("admit concede confess confirm acknowledge promise vow pledge guarantee order force demand".split())
"""What is reported by these is more than said: the paragraph must have such a word too."""

PHRASES = (
    (r"\b(\w+)n['’]t\b", r"\1 not"),
    (r"\bca(?= not\b)", "can"),
    (r"\bwo(?= not\b)", "will"),
    (r"\bcannot\b", "can not"),
    (r"\bno longer\b", "not"),
    (r"\bno (?:more|fewer|less) than\b|\bnot (?:more|less) than\b|\bat (?:most|least)\b", "limit"),
    (r"\bnot-", "not "),
    (r"\bnot (?:only|just)\b(?=.*\bbut\b)|\bno doubt\b|\bnot least\b|\bno\. (?=\d)", ""),
    (r"\bturn(?:ed|s|ing)? (?:down|away)\b|\bsent? away\b", "refused"),
    (r"\bturn(?:ed|s|ing)? (\w+ \w+|\w+) (?:down|away)\b", r"refused \1"),
    (r"\b(?:rule[sd]?|ruling) out\b", "excluded"),
    (r"\brule (\w+) out\b", r"exclude \1"),
    (r"\bcall(?:ed|s|ing)? off\b", "cancelled"),
    (r"\bput(?:s|ting)? (?:off|back)\b|\bpush(?:ed|es)? back\b", "delayed"),
    (r"\b(?:bring|brings|bringing|brought) forward\b|\bspeed(?:s|ed)? up\b|\bsped up\b", "hastened"),
    (r"\bslow(?:s|ed)? down\b", "slowed"),
    (r"\b(?:has|have|had|is|are) yet to\b|\bstill (?:has|have|had) to\b", "not will"),
    (r"\b(?:did|does|do|has|have|had|is|are|was|were) not (?:been )?chang\w+\b", "held"),
    (r"\bunchanged\b", "held"),
    (r"\bthrow(?:s|n)? out\b|\bthrew out\b", "dismissed"),
    (r"\b(?:is|are|was|were) (?:due|set|expected|scheduled|likely|about|supposed) to\b", "will"),
    (r"\b(?:is|are|was|were) to (?=[a-z]+)", "will "),
    (r"\b(?:plan|aim|intend|hope|expect)(?:s|ed)? to\b|\b(?:intention|plans) to\b", "will"),
    (r"\b(?:has|have|had) agreed to\b|\bagree(?:s|d)? to\b", "agreed will"),
    (r"\bha(?:s|ve|d) to\b|\bmust\b|\bneed(?:s|ed)? to\b", "must"),
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
    (r"\bin favou?r of\b", "supported"),
    (r"\bbr(?:ing|ings|ought) in\b", "raised"),
    (r"\bwent up\b|\bgo(?:es)? up\b", "rose"),
    (r"\bwent down\b|\bgo(?:es)? down\b", "fell"),
    (r"\bas soon as\b|\bas well as\b", "and"),
    (r"\bthe year before\b|\ba year (?:ago|earlier|before)\b", "last year"),
    (r"\bthe month before\b|\ba month (?:ago|earlier|before)\b", "last month"),
    (r"\bknock(?:ed|s)? out\b", "beat"),
    (r"\bno one\b", "nobody"),
    (r"\bdrop(?:s|ped)? out\b|\bg(?:a|i)ve up\b", "quit"),
    (r"\bat large\b", "not caught"),
    (r"\bbefore (?=(?:he|she|it|they)\b)", "before "),
)
"""Phrases and the words that they are read as; tried in order."""

PRONOUNS = frozenset(
    "i we us our my he she it they him her them his its their this that these those who which whose".split()
)
SUBJECT_PRONOUNS = frozenset("i we us our my he she it they his its their who which".split())
BE = frozenset("be is are was were been being am get got gets".split())
AUXILIARY = BE | frozenset("has have had do does did will would shall should can could may might must to".split())
FUNCTION = frozenset(
    "a an the of in on at to for from by with as and or but nor so yet than then that this these those there here "
    "it its "
    "he she they him her them his their hers theirs we us our i you your who whom whose which what where when while "
    "how why is are was were be been being am has have had having do does did doing will would shall should can "
    "could may "
    "might must into onto out off through during between among against about also too just only even "
    "still already again very much many some any each every all both such same other another s t re ve ll d m mr "
    "mrs ms dr "
    "unlike if because although though unless until since per via amid despite however not no never without one "
    "ones put made make "
    "said say says told tell tells according".split()
)
"""Words that say too little to be looked for."""

PREPOSITIONS = frozenset("by to from of in on at for with against into over under between".split())
SAYING = frozenset("say says said tell tells told call calls called add adds added according".split())
CLAUSE_STARTS = frozenset(
    "but while although though because whereas who which whose where when if unless and so as after before since "
    "until that "
    "despite unlike or with having".split()
)
TITLES = frozenset(
    "mr mrs ms miss dr sir dame lord lady professor prof president minister prime chancellor senator governor "
    "mayor judge "
    "justice captain commander general colonel sergeant king queen prince princess pope bishop reverend rev coach "
    "director chairman chief executive officer secretary ambassador representative rep sen gov first finance foreign "
    "interior defence defense former vice deputy".split()
)
FIRST_SINCE = "firstsinc"
"""How the stem of what PHRASES make of "for the first time since" reads."""

IRREGULAR = """
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
    man:men person:people child:children shrink:shrank swear:swore
"""
"""Base forms, each with its irregular ones."""
PAST = frozenset(
    "was were had did became began bought built came chose cut died fell found fled gave got grew held hit kept "
    "knew led left lost made met paid put ran rose said sank sat saw sent set shot sold spent spoke stood struck "
    "sued swore taken took threw told went won wore wrote beat broke brought caught drew drove felt flew forgot "
    "fought froze shut spread hung hit came saw knew threw".split()
)
"""Irregular forms that tell what has happened."""
IMPLIED_NEGATIONS = frozenset("accept admit succeed present include able believe".split())
"""Opposites by whose second word a verb says a not."""

"""English words of grammar: negators, degrees of certainty, pronouns, auxiliaries, titles. Data only."""

from __future__ import annotations

NEGATORS = frozenset(
    "not no never nobody none nothing neither nor without cannot hardly barely nowhere minus lack lacks lacked lacking "
    "n't".split()
)
FUTURE = frozenset(
    "will shall would plan intend aim expect promise vow pledge propose schedule hope must should".split()
)
POSSIBLE = frozenset(
    "may might could can let perhaps maybe possibly if unless allege allegedly reportedly probably apparently "
    "suspect likely potential accuse consider suspicion allegation accusation probable".split()
)
PRONOUNS = frozenset(
    "i we us our my he she it they him her them his its their this that these those who which whose".split()
)
BE = frozenset("be is are was were been being am get got gets".split())
AUXILIARY = BE | frozenset("has have had do does did will would shall should can could may might must to".split())
MODAL = frozenset("do does did will would shall should can could may might must to".split())
"""Words before the base form of a verb."""
FUNCTION = frozenset(
    "a an the of in on at to for from by with as and or but nor so yet than then that this these those there here "
    "it its "
    "he she they him her them his their hers theirs we us our i you your who whom whose which what where when while "
    "how why is are was were be been being am has have had having do does did doing will would shall should can "
    "could may "
    "might must into onto out off through during between among against about also too just only even "
    "now still already again very much many some any each every all both such same other another s t re ve ll d m mr "
    "mrs ms dr "
    "unlike if because although though unless until since per via amid despite however not no never without one "
    "ones "
    "said say says told tell tells according".split()
)
"""Words that say too little to be looked for."""

PREPOSITIONS = frozenset(
    "by to from of in on at for with against into over under between near outside inside across after before through "
    "during since until without within towards off beside behind above below despite amid among along".split()
)
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
    "interior defence defense former vice deputy founder owner editor author researcher scientist engineer analyst "
    "economist historian curator librarian biologist archaeologist geologist ecologist lawyer attorney prosecutor "
    "detective inspector superintendent sheriff constable councillor alderman lieutenant admiral major spokesman "
    "spokeswoman spokesperson actor actress singer novelist poet playwright composer conductor painter sculptor "
    "architect designer farmer trader banker broker investor organiser organizer activist campaigner headteacher "
    "principal teacher doctor nurse surgeon midwife goalkeeper defender midfielder striker substitute rider driver "
    "pilot referee manager trainer producer commissioner administrator negotiator mediator envoy delegate opposition "
    "leader head".split()
)

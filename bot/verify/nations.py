"""Countries and what is named after them: adjectives and people. Data only, but for the look-up."""

from __future__ import annotations

_DERIVED = """
    afghanistan:afghan albania:albanian algeria:algerian argentina:argentine,argentinian armenia:armenian
    australia:australian austria:austrian azerbaijan:azerbaijani bangladesh:bangladeshi belarus:belarusian
    belgium:belgian bolivia:bolivian bosnia:bosnian brazil:brazilian britain:british,briton bulgaria:bulgarian
    cambodia:cambodian cameroon:cameroonian canada:canadian chile:chilean china:chinese colombia:colombian
    congo:congolese croatia:croatian,croat cuba:cuban cyprus:cypriot czechia:czech denmark:danish,dane
    ecuador:ecuadorian egypt:egyptian england:english estonia:estonian ethiopia:ethiopian europe:european
    fiji:fijian finland:finnish,finn france:french,frenchman georgia:georgian germany:german ghana:ghanaian
    greece:greek haiti:haitian hungary:hungarian iceland:icelandic,icelander india:indian indonesia:indonesian
    iran:iranian iraq:iraqi ireland:irish,irishman israel:israeli italy:italian jamaica:jamaican japan:japanese
    jordan:jordanian kazakhstan:kazakh kenya:kenyan korea:korean kosovo:kosovan kuwait:kuwaiti latvia:latvian
    lebanon:lebanese libya:libyan lithuania:lithuanian malaysia:malaysian mali:malian malta:maltese
    mexico:mexican moldova:moldovan mongolia:mongolian morocco:moroccan myanmar:burmese nepal:nepalese,nepali
    netherlands:dutch,dutchman nicaragua:nicaraguan niger:nigerien nigeria:nigerian norway:norwegian oman:omani
    pakistan:pakistani palestine:palestinian panama:panamanian peru:peruvian philippines:philippine,filipino
    poland:polish,pole portugal:portuguese qatar:qatari romania:romanian russia:russian rwanda:rwandan
    scotland:scottish,scot senegal:senegalese serbia:serbian,serb singapore:singaporean slovakia:slovak
    slovenia:slovenian,slovene somalia:somali spain:spanish,spaniard sudan:sudanese sweden:swedish,swede
    switzerland:swiss syria:syrian taiwan:taiwanese tanzania:tanzanian thailand:thai tibet:tibetan
    tunisia:tunisian turkey:turkish,turk uganda:ugandan ukraine:ukrainian uruguay:uruguayan venezuela:venezuelan
    vietnam:vietnamese wales:welsh,welshman yemen:yemeni zambia:zambian zimbabwe:zimbabwean"""

COUNTRIES = {
    form + ending: country
    for country, forms in (entry.split(":") for entry in _DERIVED.split())
    for form in forms.split(",")
    for ending in ("", "s")
}
"""The country of each adjective and people, in lower case."""

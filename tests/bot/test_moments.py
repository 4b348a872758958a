"""When a sentence says that its figures stood so."""

from __future__ import annotations

import re

import pytest

from bot.moments import find_moments, goes_on, show_moment

FIGURE = re.compile("1[1245]|1,2")


@pytest.mark.parametrize(
    ("sentence", "moment"),
    [
        ("As of noon 12 people were missing.", "as of noon"),
        ("As of 9 p.m. on Monday, 12 people were missing.", "as of 9 p.m. on Monday"),
        ("At least 12 people had died as of early Tuesday, said the coroner.", "as of early Tuesday"),
        ("As of 17 April, 12 people were missing.", "as of 17 April"),
        ("By 18:30 some 40 percent had voted.", "by 18:30"),
        ("Some 40 percent had voted by Sunday evening.", "by Sunday evening"),
        ("The coroner said on Monday that 12 had died, and as of dusk 2 were missing.", "as of dusk"),
        ("The coroner said late on Monday that 12 had died.", "late on Monday"),
        ("截至18时，已有12人失踪。", "截至18时"),
        ("截至4月17日中午，已有12人失踪。", "截至4月17日中午"),
        ("It was signed by 12 people.", ""),
        ("It must be done by 12 May.", ""),
        ("The bank will pay 12 million crowns by Friday.", ""),
        ("By Friday the bank will pay 12 million crowns.", ""),
        ("The court says it will pay 12 million crowns, its largest fine, by Friday.", ""),
        ("The firm was ordered to pay 12 crowns by 6 p.m. on Friday.", ""),
        ("As many as 12 may have died by Friday.", "by Friday"),
        ("The toll rose to 12 by Friday.", "by Friday"),
        ("The city would help, and 12 had left by Friday.", "by Friday"),
        ("By Friday, 12 had died, and more would follow.", "by Friday"),
        ("Since 3 May 12 had left by Friday.", "by Friday"),
        ("The crane fell on Monday and hurt 12 people.", ""),
        ("The mayor said 12 people were hurt.", ""),
        ("The fare is 12 crowns as of old.", ""),
    ],
)
def test_the_moment_of_a_figure_is_found(sentence, moment):
    assert show_moment(sentence) == moment


def test_those_at_which_figures_stood_come_before_those_at_which_they_were_told():
    sentence = "The coroner said on Monday that 12 had died, and as of dusk 2 were missing."
    assert [sentence[m.start : m.end] for m in find_moments(sentence)] == ["as of dusk", "on Monday"]


@pytest.mark.parametrize(
    ("old", "new", "is_later"),
    [
        ("As of noon 12 were missing.", "As of dusk 14 were missing.", True),
        ("As of noon 12 were missing.", "As of noon 14 were missing.", False),
        ("As of noon 12 had been found so far.", "As of noon 14 had been found so far.", False),
        ("12 were missing.", "As of dusk 14 were missing.", True),
        ("Police said on Monday 12 were missing.", "Police said on Tuesday 14 were missing.", True),
        ("Police said on Monday 12 were missing.", "Police said on Monday 14 were missing.", False),
        ("Police said on Monday 12 were missing.", "Police said on Monday 14 were now missing.", True),
        ("12 were found.", "14 were found so far.", True),
        ("12 were found so far.", "14 were found so far.", False),
        ("As of noon 12 had been found so far.", "As of dusk 14 had been found so far.", True),
        ("As of noon 12 were missing.", "Now 14 are missing.", True),
        ("The toll has risen to 14 percent.", "The toll has risen to 12 percent.", False),
        ("The yard now employs 12,000.", "The yard now employs 1,200.", False),
        ("The fund still holds 14 million.", "The fund still holds 12 million.", False),
        ("The bank will pay 12 million by Monday.", "The bank will pay 14 million by Friday.", False),
        ("The bank will pay 12 million.", "The bank will pay 14 million by Friday.", False),
        ("12 had left by Monday.", "14 had left by Friday.", True),
        ("The toll is 12.", "The toll has risen to 14.", True),
        ("The toll was 12.", "The toll rose to 14.", True),
        ("The price was 12 crowns.", "The price fell to 11 crowns.", True),
        ("Revenue rose to 12 million crowns.", "Revenue rose to 15 million crowns.", False),
        ("The bridge cost 12 million crowns.", "The bridge cost 15 million crowns.", False),
        ("As of noon 12 were missing.", "As of dusk 14 were missing, a revised list says.", False),
        ("截至18时，已有12人失踪。", "截至21时，已有14人失踪。", True),
        ("目前有12人失踪。", "目前有14人失踪。", False),
        ("有12人失踪。", "目前有14人失踪。", True),
        ("大桥造价12亿克朗。", "大桥造价15亿克朗。", False),
    ],
)
def test_a_later_figure_is_told_from_a_corrected_one(old, new, is_later):
    assert goes_on(new, FIGURE.search(new).start(), old, FIGURE.search(old).start()) is is_later

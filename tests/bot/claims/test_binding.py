"""A claim is told only where one clause has who did what to whom, and how much of it."""

from __future__ import annotations

from datetime import date

import pytest

from bot.claims.binding import is_bound

PUBLISHED = date(2025, 5, 23)
FERRIES = "Sealark Ferries will raise basic pay by 5.4 per cent. It had opened at four and the crews' union at eight."
COURT = (
    "Kroll will go to prison for three years and nine months for defrauding his insurer, but not for the fire. "
    "Both lay members thought the evidence too thin, and outvoted the presiding judge, Sunniva Reyne."
)
BRIDGE = "The bridge is old. It has been closed before: for nine days in 1952 and for one afternoon in 1977."


def bound(claim: str, text: str, title: str = "") -> bool:
    return is_bound(claim, (text, title), title, PUBLISHED)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("Sealark will raise basic pay by 5.4%.", FERRIES),
        ("Kroll was sentenced to three years and nine months in prison.", COURT),
        ("The lay members outvoted the presiding judge.", COURT),
        ("Sunniva Reyne was outvoted by the lay members.", COURT),
        ("The bridge was closed in 1977.", BRIDGE),
        ("Stroud becomes finance minister.", "Freya Stroud, 41, who ran the campaign, becomes finance minister."),
        ("Renn is allergic to nuts.", "Tobias Renn is handed fisheries. He confessed that he is allergic to nuts."),
        ("The trustees will settle the fate of the chart.", "She met the trustees. They will settle the chart's fate."),
    ],
)
def test_what_one_clause_says_is_told(claim, text):
    assert bound(claim, text)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("The presiding judge outvoted the lay members.", COURT),
        ("Kroll will go to prison for the fire.", COURT),
        ("Kroll was sentenced to three years in prison.", COURT),
        ("The union opened at four and Sealark at eight.", FERRIES),
        ("The bridge was closed for nine days in 1977.", BRIDGE),
        ("Kroll was detained in Antwerp.", "A former driver for Kroll was detained in Antwerp."),
        ("Rovers won the final.", "By every measure other than the cup itself, Rovers won the final."),
        ("Rovers won the final.", "Rovers won the semi-final. Town played in the final."),
        ("Two people died.", "Two of the people who died were in a car."),
        ("The clubs voted for video review.", "The clubs voted against video review."),
        ("The school reopened yesterday.", "The school was meant to reopen yesterday."),
        ("Each household can draw 30 million.", "They gave 30 million crowns, of which each household can draw 8,000."),
        ("Brook was a watchman.", "The dead are Lennart Brook, 38, a driver, and Davor Minch, 44, a watchman."),
        ("In June Kroll was convicted.", "Kroll, convicted last month, has appealed, officials said on 12 June."),
    ],
)  # fmt: skip
def test_words_that_stand_in_other_clauses_or_parts_tell_nothing(claim, text):
    assert not bound(claim, text)


def test_a_title_tells_as_a_paragraph_does():
    assert bound("Kroll was convicted of fraud.", "He will appeal.", "Kroll convicted of fraud, cleared of arson")
    assert not bound("Kroll was convicted of arson.", "He will appeal.", "Kroll convicted of fraud, cleared of arson")


def test_only_the_clause_of_the_core_words_is_looked_at():
    claim, text = "Shares rose a tenth after the long speech.", "Shares rose a tenth."
    assert not bound(claim, text)
    assert is_bound(claim, (text,), "", PUBLISHED, core="rose")

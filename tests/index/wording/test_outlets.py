"""Outlets that a text names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.wording.outlets import Outlets

WEEK, TIME, AGE, GUARDIAN, FORTUNE = "The Week", "Time", "The Age", "The Guardian", "Fortune"
GAZETTE, POST, RADIO, COURIER = "Orrin Valley Gazette", "Velmora Post", "Harbour Radio 5", "The Aldersund Courier"
AGENCY, HERALD, CNBC, SPORTS = (
    "Coastline News Agency",
    "The Sydney Morning Herald",
    "Cnbc | World Business",
    "CBSSports.com",
)
FOX_HEALTH, FOX_LIFE, BBC, CHINESE = "FOX News - Health", "FOX News - Lifestyle", "BBC News - Arts", "北岸华报"
ALL = (WEEK, TIME, AGE, GUARDIAN, FORTUNE, GAZETTE, POST, RADIO, COURIER, AGENCY, HERALD, CNBC, SPORTS, FOX_HEALTH)
OUTLETS = Outlets((*ALL, FOX_LIFE, BBC, CHINESE))

NYT = "The New York Times"
WORDS = Outlets(
    ["Deadline", "Reason", "Complex", "Heavy", "Vice", "Mint", "Which?", "i", "The Atlantic", "The Sun", "The Hill",
     "Bloomberg", "Forbes", "USA Today", "Associated Press", "Financial Times", "Deutsche Welle", "The Washington Post",
     NYT, "Los Angeles Times", "HuffPost", "Fox News", "Al Jazeera", "El País", "Barron's", "Daily Mail",
     "Harbour Echo", "Aldersund Mercury", "Union Star"]
)  # fmt: skip


def named(text: str, outlets: Outlets = OUTLETS) -> set[str]:
    return {source for mention in outlets.find(text) for source in mention.sources}


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("what did the velmora post say", POST),
        ("the VELMORA POST's columnist", POST),
        ("according to 'The Age', who won?", AGE),
        ("the Sydney Morning Herald on rates", HERALD),
        ("Sydney Morning Herald on rates", HERALD),
        ("Cnbc | World Business on Amazon", CNBC),
        ("据北岸华报报道，谁来教？", CHINESE),
    ],
)
def test_a_full_name_is_found_in_any_case_with_or_without_the_article(text, outlet):
    assert named(text) == {outlet}


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("What does the Courier columnist pay?", COURIER),
        ("according to that Post columnist", POST),
        ("What did the Gazette find?", GAZETTE),
        ("Where did Harbour Radio catch him?", RADIO),
        ("as Radio 5 reported", RADIO),
        ("the SMH on rates", HERALD),
        ("What did CNBC's reporter ask?", CNBC),
        ("CBS Sports on the Chiefs", SPORTS),
        ("cbssports.com on the Chiefs", SPORTS),
        ("the Coastline report on the strike", AGENCY),
        ("what does bbc say on the festival", BBC),
    ],
)
def test_a_usual_short_name_is_found(text, outlet):
    assert named(text) == {outlet}


def test_the_name_of_an_outlet_stands_for_all_its_sections():
    assert named("What does Fox News say?") == {FOX_HEALTH, FOX_LIFE}


def test_the_name_of_a_section_stands_for_it_alone():
    assert named("What does FOX News - Health say?") == {FOX_HEALTH}


def test_a_last_word_that_two_outlets_share_means_neither():
    outlets = Outlets(["Velmora Post", "Harbour Post"])
    assert named("What did the Post say?", outlets) == set()
    assert named("What did the Velmora Post say?", outlets) == {"Velmora Post"}


def test_initials_that_two_outlets_share_mean_neither():
    assert named("NYT says", Outlets(["The New York Times", "New Yale Tribune"])) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Which country stepped back this week?",
        "Which country stepped back this Week?",
        "the week in pictures, and the week reported on",
        "It was a tough week for Tesla",
        "Time will tell whether prices fall",
        "Who owns Time Warner?",
        "How many Fortune 500 companies moved?",
        "Fortune favours the brave",
        "Who sells The Age of Wushu?",
        "What is the age range?",
        "the guardian of the child",
        "Who runs the Post Office?",
        "a star of the show",
        "Which Guardian Angels patrol the subway?",
        "Where Was The Week Most Violent In Northern Europe?",
    ],
)
def test_an_ordinary_word_is_no_outlet(text):
    assert named(text) == set()


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("What did The Week report?", WEEK),
        ("according to fortune, who won?", FORTUNE),
        ("what does the guardian say on this?", GUARDIAN),
        ("accused by The Age of a cover-up", AGE),
        ("as reported by Time", TIME),
        ("Does the Fortune article claim that?", FORTUNE),
        ("'Time' on the war", TIME),
        ("the guardian's report on the war", GUARDIAN),
    ],
)
def test_an_ordinary_word_is_an_outlet_where_it_reports(text, outlet):
    assert named(text) == {outlet}


@pytest.mark.parametrize(
    "text",
    [
        "What is the deadline for student loan relief?",
        "What is the Deadline for the report?",
        "what reason did he give",
        "Who owns the apartment complex?",
        "heavy rain in Ohio",
        "Who is the vice president?",
        "What did Vice President Harris say?",
        "What is a mint coin worth?",
        "Which bank failed?",
        "Which report on banks failed?",
        "what should i do, and did i say so?",
        "How many storms formed in the Atlantic?",
        "How hot is the Sun?",
        "How is the Earth heated by the Sun?",
        "Who protested on the Hill?",
        "What did Michael Bloomberg say?",
        "Steve Forbes said what?",
        "What does gas cost in the USA today?",
        "How many cases were reported in the USA today?",
        "what does gas cost in the usa today",
        "Was the Press barred?",
        "What did the Press say?",
        "an ap class in ft worth, and did he say so?",
        "the AM and US",
    ],
)
def test_a_word_of_the_dictionary_or_a_person_is_no_outlet(text):
    assert named(text, WORDS) == set()


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("According to Deadline, who won?", "Deadline"),
        ("as reported by reason", "Reason"),
        ("what did vice say", "Vice"),
        ("accused by Mint of fraud", "Mint"),
        ("the Which? report on cars", "Which?"),
        ("What did 'i' find?", "i"),
        ("The Atlantic on the war", "The Atlantic"),
        ("What did The Sun find out?", "The Sun"),
        ("the Hill's coverage of the war", "The Hill"),
        ("Did Bloomberg report it?", "Bloomberg"),
        ("Forbes on taxes", "Forbes"),
        ("what does usa today say today?", "USA Today"),
        ("deadline.com on films", "Deadline"),
    ],
)
def test_a_word_of_the_dictionary_is_an_outlet_where_it_reports(text, outlet):
    assert named(text, WORDS) == {outlet}


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("According to AP, who won?", "Associated Press"),
        ("What did the AP find?", "Associated Press"),
        ("FT reports on rates", "Financial Times"),
        ("what does dw say", "Deutsche Welle"),
        ("what does nyt say", NYT),
        ("NY Times on rates", NYT),
        ("NYTimes on rates", NYT),
        ("nytimes.com on rates", NYT),
        ("LA Times on fires", "Los Angeles Times"),
        ("L.A. Times on fires", "Los Angeles Times"),
        ("WaPo on rates", "The Washington Post"),
        ("Huffington Post on rates", "HuffPost"),
        ("FoxNews on rates", "Fox News"),
        ("Aljazeera on rates", "Al Jazeera"),
        ("theatlantic.com on rates", "The Atlantic"),
        ("el pais on rates", "El País"),
        ("Barrons on rates", "Barron's"),
        ("What did the Mail say?", "Daily Mail"),
    ],
)
def test_what_people_make_of_a_name_is_found(text, outlet):
    assert named(text, WORDS) == {outlet}


def test_an_ordinary_word_beside_another_outlet_is_one():
    assert named("compare bbc and the guardian on the war") == {BBC, GUARDIAN}
    assert named("what do the guardian and bbc say") == {BBC, GUARDIAN}


def test_a_mention_tells_where_it_stands_with_its_article():
    text = "Did the Gazette or the Velmora Post say so?"
    assert [text[m.start : m.end] for m in OUTLETS.find(text)] == ["the Gazette", "the Velmora Post"]


def test_words_of_two_sentences_make_no_name():
    assert named("He left Velmora. Post offices closed.") == set()


def test_an_index_without_outlets_finds_none():
    assert Outlets([]).find("What did The Week say?") == ()
    assert Outlets(["", " - ", "|"]).find("What did The Week say?") == ()


@given(st.lists(st.text(max_size=30), max_size=5), st.text(max_size=80))
def test_mentions_lie_in_the_text_in_order_without_overlaps(names, text):
    at = 0
    for mention in Outlets([*names, "The Week"]).find(text):
        assert at <= mention.start < mention.end <= len(text)
        at = mention.end


@pytest.mark.parametrize(
    "question", ["News from Reuters about floods", "Coverage of the flood by Reuters", "The latest from Reuters?"]
)
def test_news_from_an_outlet_names_it(question):
    assert [m.sources for m in Outlets(("Reuters", "CNN")).find(question)] == [("Reuters",)]

"""Links that open a page at the quoted words."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text_fragment import TextDirective, link_to_quote

PAGE = "https://gazette.example/a"
LONG = "The harbour bridge opened on Monday after three years of work, the mayor of Port Amsel said."


def directive(*paragraphs: str, quoted: str, number: int = 1) -> str:
    """The text directive of a link into an article, decoded."""
    link = link_to_quote(PAGE, dict(enumerate(paragraphs, 1)), number, quoted)
    page, _, text = link.partition("#:~:text=")
    assert page == PAGE
    return unquote(text)


def test_a_short_quote_is_named_whole():
    link = link_to_quote(PAGE, {1: "It cost 41 million. Traffic was light."}, 1, "Traffic was light.")
    assert link == f"{PAGE}#:~:text=Traffic%20was%20light."


def test_a_long_quote_is_named_by_its_ends():
    assert directive(LONG, quoted=LONG) == "The harbour bridge opened on,mayor of Port Amsel said."


def test_commas_hyphens_and_ampersands_are_escaped():
    link = link_to_quote(PAGE, {1: "A well-known, dear & old bridge."}, 1, "A well-known, dear & old bridge.")
    assert link == f"{PAGE}#:~:text=A%20well%2Dknown%2C%20dear%20%26%20old%20bridge."


def test_a_quote_that_stands_twice_is_named_with_the_words_before_it():
    paragraphs = ("Rain fell on the hills. Traffic was light.", "On the coast it stayed dry. Traffic was light.")
    assert directive(*paragraphs, quoted="Traffic was light.", number=2) == "it stayed dry.-,Traffic was light."


def test_the_words_behind_it_are_named_where_those_before_are_the_same():
    paragraphs = ("It stayed dry. Traffic was light.", "It stayed dry. Traffic was light. Buses ran.")
    found = directive(*paragraphs, quoted="Traffic was light.", number=2)
    assert found == "It stayed dry.-,Traffic was light.,-Buses ran."


def test_a_long_quote_with_a_beginning_of_its_own_elsewhere_takes_more_words():
    other = "The harbour bridge opened on time. The mayor of Port Amsel said."
    assert directive(other, LONG, quoted=LONG, number=2) == (
        "The harbour bridge opened on Monday after three,of work, the mayor of Port Amsel said."
    )


def test_part_of_a_word_is_another_word():
    assert directive("Courts were light, and the port was light.", quoted="port was light") == "port was light"
    assert list(TextDirective("port").places("report, sport, port.")) == [(15, 19)]


def test_chinese_quotes_are_counted_by_character():
    long = "奥林河上的大桥星期一通车，修了三年，市长说钱还没有付清。"
    assert directive(long, quoted=long) == "奥林河上的,没有付清。"
    twice = ("天气晴。大桥通车。", "下了雨。大桥通车。")
    assert directive(*twice, quoted="大桥通车。", number=2) == "了雨。-,大桥通车。"


def test_the_words_before_may_be_those_of_another_paragraph():
    assert directive("So.", "So.", quoted="So.", number=2) == "So.-,So."


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{PAGE}?page=2#top", f"{PAGE}?page=2#:~:text=Rain"),
        (f"{PAGE}#!/story", f"{PAGE}#!/story:~:text=Rain"),
        (f"{PAGE}#/story:~:text=old", f"{PAGE}#/story:~:text=Rain"),
    ],
)
def test_an_earlier_fragment_is_replaced_but_for_a_route(url, expected):
    assert link_to_quote(url, {1: "Rain fell."}, 1, "Rain") == expected


@pytest.mark.parametrize(
    "url",
    ["", "gazette.example/a", "ftp://gazette.example/a", "javascript:alert(1)", "file:///etc/passwd", "http://[oops"],
)
def test_what_is_no_web_address_gives_no_link(url):
    assert link_to_quote(url, {1: "Rain fell."}, 1, "Rain") == ""


@given(st.lists(st.text("ab .,-\n大桥", min_size=1, max_size=40), min_size=1, max_size=4), st.data())
def test_every_link_decodes_to_words_of_the_article(texts, data):
    paragraphs = {n: " ".join(text.split()) or "x" for n, text in enumerate(texts, 1)}
    number = data.draw(st.sampled_from(sorted(paragraphs)))
    text = paragraphs[number]
    start = data.draw(st.integers(0, len(text) - 1))
    quoted = text[start : data.draw(st.integers(start + 1, len(text)))]
    link = link_to_quote(PAGE, paragraphs, number, quoted)
    article = " ".join(" ".join(paragraphs.values()).split())
    for part in link.partition("#:~:text=")[2].split(","):
        assert unquote(part.strip("-")) in article or not part.strip("-")


def test_an_empty_quote_opens_the_page():
    assert link_to_quote(PAGE, {1: "Rain fell."}, 1, " ") == PAGE


def test_words_around_a_quote_are_whole():
    both = ("Monday. Rain fell. Bus", "A sunday. Rain fell. Buses ran.")
    assert list(TextDirective("rain fell.", prefix="monday.").places(_article(*both))) == [(8, 18)]
    assert list(TextDirective("rain fell.", suffix="bus").places(_article(*both))) == [(8, 18)]
    assert list(TextDirective("rain fell.", prefix="day.").places(_article(*both))) == []


def _article(*paragraphs: str) -> str:
    return " ".join(paragraphs).lower()


def test_a_quote_that_cannot_be_told_apart_is_named_as_it_is():
    assert directive("So, so.", quoted="o") == "o"

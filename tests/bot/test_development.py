"""A question on how something unfolded is answered as a dated list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bot.accounts import Account
from bot.development import MAX_LINES, asks_for_development, choose_lines, find_topic
from bot.evidence import Evidence
from index.types import Hit, Passage

QUESTION = "How did the talks develop?"
START = datetime(2025, 4, 1, 12, tzinfo=UTC)


def account(
    n: int,
    *,
    hours: int,
    article: str = "",
    likely: float = 1.0,
    score: float = 9.0,
    around: float = 0.5,
    text: str = "",
) -> Account:
    text = text or f"Sentence {n} tells what the talks came to."
    hit = Hit(
        1, likely, Passage(article or f"a{n}", 1, 1, text), "Talks", "Post", START + timedelta(hours=hours), "", "en"
    )
    return Account(Evidence(hit, 1, 0, text, score, {"around": around}), np.zeros(2, dtype=np.float32), 0.5)


@pytest.mark.parametrize(
    "question",
    [
        "How did the talks develop?",
        "Timeline of the ferry strike",
        "How has the cost of Tollman's Bridge changed?",
        "What has happened since the storm?",
        "What's changed at Tollman's Bridge since March?",
        "How have the coalition talks unfolded so far?",
        "渡轮罢工的来龙去脉是什么？",
        "事故经过",
    ],
)
def test_it_is_heard_in_the_question(question):
    assert asks_for_development(question)


@pytest.mark.parametrize(
    "question",
    ["How did the strike end?", "What happened in Thornmouth?", "Who developed the vaccine?", "经过桥的车有多少？"],
)
def test_other_questions_do_not_ask_for_it(question):
    assert not asks_for_development(question)


def test_lines_are_in_order_with_the_best_sentence_of_each_day():
    chosen = choose_lines(
        QUESTION, [account(1, hours=48), account(2, hours=0), account(3, hours=1), account(4, hours=96)]
    )
    assert [e.text.split()[1] for e in chosen] == ["2", "1", "4"]


def test_an_article_has_one_line():
    chosen = choose_lines(QUESTION, [account(n, hours=24 * n, article="one" if n < 3 else "") for n in range(1, 6)])
    assert [e.text.split()[1] for e in chosen] == ["1", "3", "4", "5"]


def test_there_are_so_many_lines_at_most():
    assert len(choose_lines(QUESTION, [account(n, hours=24 * n) for n in range(20)])) == MAX_LINES


@pytest.mark.parametrize("weak", [{"likely": 0.0001}, {"score": 1.0}])
def test_what_hardly_bears_on_the_question_is_no_line(weak):
    far = account(9, hours=240, **weak)
    chosen = choose_lines(QUESTION, [*(account(n, hours=24 * n) for n in range(3)), far])
    assert far.evidence not in chosen


def test_two_days_make_a_timeline_and_one_day_none():
    first, second = account(1, hours=0), account(2, hours=48)
    assert choose_lines(QUESTION, [second, first]) == [first.evidence, second.evidence]
    assert choose_lines(QUESTION, [account(1, hours=0), account(2, hours=3)]) == []


def test_a_line_tells_what_happened_rather_than_what_is_said_of_it():
    colour = account(1, hours=0, article="one", text="That is how it goes with talks, as the rain tells.")
    speech = account(2, hours=0, article="one", text='"Talks are like soup," says the man at the kiosk.')
    event = account(3, hours=0, article="one", score=8.5, text="Odile Marstrand walked out of the talks on Sunday.")
    later = account(4, hours=48)
    assert choose_lines(QUESTION, [colour, speech, event, later]) == [event.evidence, later.evidence]


def test_where_a_price_is_followed_each_line_has_a_sum():
    first = account(1, hours=0, text="The bridge is priced at 14 million crowns, they say.")
    aside = account(2, hours=24, text="Costs in the bridge business went up everywhere.")
    later = account(3, hours=48, text="The bridge would now cost 31 million crowns, they say.")
    assert choose_lines("How has the cost of the bridge changed?", [aside, first, later]) == [
        first.evidence,
        later.evidence,
    ]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("How did the ferry strike unfold?", "ferry strike"),
        ("How has the cost of the Correnside bridge changed since May?", "cost Correnside bridge May"),
        ("香草案是怎么发展的", "香草案"),
        ("What has happened so far?", "What has happened so far?"),
    ],
)
def test_the_topic_is_left_without_the_words_that_ask_how_it_went(question, topic):
    assert find_topic(question) == topic


def test_what_shares_little_with_the_question_is_no_line():
    told = [account(n, hours=24 * n) for n in range(3)]
    best = account(3, hours=100, score=9.5)
    aside = account(4, hours=200, around=0.2)
    assert choose_lines(QUESTION, [best, *told, aside]) == [*(a.evidence for a in told), best.evidence]

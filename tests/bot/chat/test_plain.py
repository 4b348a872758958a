"""Answers as plain text: whole, in messages that Discord takes, and without markup of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.plain import MAX_CONTENT, plain_answer, plain_notice
from bot.chat.render import flow
from bot.types import Answer, Outcome, Sentence
from tests.bot.chat.test_render import MARKUP, answers, live_in, short


def test_an_answer_has_its_question_kind_sentences_sources_and_footer(quoted, cite):
    answer = quoted("When did it open?", cite(), timings_ms={"total": 1200.0}, freshness="The newest is old.")
    [text] = plain_answer(answer, 69)
    assert text.split("\n") == [
        "**When did it open?**",
        "Quoted from the articles:",
        r"The harbour bridge opened on 17 April. \[1\]",
        "",
        "*The newest is old.*",
        "",
        r"\[1\] Velmora Post, 18 April 2025: [Bridge opens after nine years]"
        "(<https://post.example/bridge#:~:text=The%20harbour%20bridge>), paragraph 3",
        "> It rained. **The harbour bridge opened on 17 April.** The mayor cut a ribbon.",
        "",
        "69 articles searched · newest source 18 April 2025 · 1.2 s",
    ]


def test_a_refusal_names_the_nearest_articles(refusal):
    [text] = plain_answer(refusal())
    assert text.endswith("**Nearest in these articles**\n- Velmora Post, 18 April 2025: [Bridge opens]"
                         "(<https://post.example/b>)")  # fmt: skip


def test_a_source_whose_link_is_too_long_has_that_of_its_article(quoted, cite):
    [text] = plain_answer(quoted("Why?", cite(link="https://post.example/b#:~:text=" + "a" * 600)))
    assert "(<https://post.example/bridge>)" in text


def test_a_long_answer_flows_between_sentences_and_sources_and_loses_none(cite):
    cited = tuple(cite(n, quote=f"Sentence {n} tells " + "much " * 40 + "of it.") for n in range(1, 41))
    answer = Answer("Why?", Outcome.QUOTED, tuple(Sentence(c.quote, (c.n,)) for c in cited), cited)
    texts = plain_answer(answer)
    assert all(len(text) <= MAX_CONTENT for text in texts)
    for n in range(1, 41):
        assert sum(text.count(f"Sentence {n} tells") for text in texts) == 2
        assert sum(text.count(rf"\[{n}\] Velmora Post") for text in texts) == 1
    assert not any("…" in text for text in texts)


@short
@given(answers())
def test_every_message_of_every_answer_stays_within_the_limit_and_nothing_of_others_works_in_it(answer):
    shown = replace(answer, notice="", nearest=(), citations=(), model=None)
    for text in plain_answer(answer):
        assert 0 < len(text) <= MAX_CONTENT
    for text in plain_answer(shown):
        assert MARKUP.search(live_in(text).replace("**", "x")) is None


def test_a_notice_is_one_message():
    assert plain_notice("Sorry", "Please ask again.") == "**Sorry.** Please ask again."
    assert len(plain_notice("Sorry", "x " * 3000)) <= MAX_CONTENT


@short
@given(st.lists(st.tuples(st.sampled_from([" ", "\n\n"]), st.text("ab ", min_size=1, max_size=60)), max_size=30))
def test_units_flow_in_order_within_the_limit(units):
    texts = flow(units, 60)
    assert all(len(text) <= 60 for text in texts)
    assert "".join("".join(texts).split()) == "".join("".join(unit for _, unit in units).split())


@pytest.mark.parametrize(("n", "shown"), [(1, "1 article searched"), (25000, "25,000 articles searched")])
def test_the_number_of_articles_is_told_in_words(quoted, n, shown):
    answer = quoted("Why?", timings_ms={"total": 10.0}, freshness="")
    assert shown in plain_answer(answer, n)[0]
    assert "searched" not in plain_answer(answer)[0]
    assert answer.newest_source == datetime(2025, 4, 18, 7, tzinfo=UTC)

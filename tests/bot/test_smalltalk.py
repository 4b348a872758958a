"""What is answered without a search, and what is not."""

from __future__ import annotations

import pytest

from bot.smalltalk import MAX_QUESTION_CHARS, reply_without_search


@pytest.mark.parametrize("text", ["Hi", "hello!", "Good morning", "Hey there :)", "  HELLO  ", "你好"])
def test_a_greeting_is_greeted(text):
    reply = reply_without_search(text)
    assert reply is not None
    assert reply.startswith("Hello!")


@pytest.mark.parametrize("text", ["thanks", "Thank you so much!", "Many thanks", "谢谢"])
def test_thanks_are_accepted(text):
    assert reply_without_search(text) == "You are welcome."


@pytest.mark.parametrize("text", ["bye", "Goodbye.", "See you later", "再见"])
def test_a_farewell_is_returned(text):
    assert reply_without_search(text) == "Goodbye!"


@pytest.mark.parametrize("text", ["Who are you?", "What can you do?", "help", "Are you a bot?", "你是谁？"])
def test_a_question_about_the_bot_is_answered_by_what_it_does(text):
    reply = reply_without_search(text)
    assert reply is not None
    assert "articles" in reply


@pytest.mark.parametrize("text", ["", "   ", "?!", "🙂", "…", "\n\t"])
def test_nothing_to_look_up_is_said_to_be_no_question(text):
    reply = reply_without_search(text)
    assert reply is not None
    assert "did not find a question" in reply


def test_a_question_of_the_greatest_length_is_looked_up_and_a_longer_one_is_not():
    assert reply_without_search("a" * MAX_QUESTION_CHARS) is None
    reply = reply_without_search("a" * (MAX_QUESTION_CHARS + 1))
    assert reply is not None
    assert str(MAX_QUESTION_CHARS) in reply


@pytest.mark.parametrize(
    "text",
    [
        "Hello, who won the election?",
        "Who are you going to quote on the strike?",
        "What helped the ferry crews?",
        "Who said thank you to the mayor?",
        "Bye-election results",
        "Good morning television ratings",
        "Was the joke about the bridge reported?",
        "谁当选了？",
        "7",
    ],
)
def test_a_question_about_the_news_is_looked_up(text):
    assert reply_without_search(text) is None

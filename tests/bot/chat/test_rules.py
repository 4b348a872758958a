"""What a server allows: where, who, how long, and in which outlets and language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.chat.rules import Declined, Place, hold_to_options
from bot.ledger.config import Replies, ServerConfig
from bot.types import Question
from index.types import Filters

NOW = datetime(2025, 4, 19, tzinfo=UTC)
HERE = Place(server=1, channel=10)


def hold(options: ServerConfig, place: Place = HERE, text: str = "Who paid?", **filters: object) -> Question:
    return hold_to_options(Question(text, NOW, Filters(**filters)), options, place, roles=[7])


def test_by_default_a_question_is_left_as_it_is():
    assert hold(ServerConfig()) == Question("Who paid?", NOW)


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"channels": (11,)}, HERE),
        ({"roles": (8, 9)}, HERE),
        ({"replies": Replies.THREADS}, Place(1, 10, is_message=True)),
        ({"max_question_chars": 20}, HERE),
    ],
)
def test_what_a_server_does_not_allow_is_declined(options, place):
    with pytest.raises(Declined):
        hold(ServerConfig(**options), place, "Who paid for the bridge?")


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"channels": (10,)}, HERE),
        ({"channels": (10,)}, Place(1, 99, parent=10)),
        ({"roles": (7, 9)}, HERE),
        ({"replies": Replies.THREADS}, Place(1, 99, parent=10, is_message=True)),
        ({"replies": Replies.THREADS}, HERE),
    ],
)
def test_what_it_allows_is_asked(options, place):
    assert hold(ServerConfig(**options), place).text == "Who paid?"


def test_a_reader_may_narrow_what_the_server_lets_be_searched_and_not_widen_it():
    options = ServerConfig(sources=("The Ledger", "Velmora Post"), language="en")
    assert hold(options).filters == Filters(sources=("The Ledger", "Velmora Post"), language="en")
    assert hold(options, sources=("the ledger",)).filters.sources == ("The Ledger",)
    assert not {"The Ledger", "Velmora Post"} & set(hold(options, sources=("Daily",)).filters.sources)

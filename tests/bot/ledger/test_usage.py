"""What servers use in a day, and the cap on it."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from bot.ledger.usage import UNLIMITED, Amount, Prices

SERVER = 10
ONE = Amount(questions=1)
ROOT = Path(__file__).resolve().parents[3]
RESERVING = """
import sys
from datetime import datetime
from pathlib import Path
from bot.ledger.database import Database
from bot.ledger.usage import Amount, Usage
usage = Usage(Database(Path(sys.argv[1])), Amount(questions=100))
now = datetime.fromisoformat(sys.argv[2])
print([usage.reserve(10, now, Amount(questions=1)) for _ in range(80)].count(None))
"""


def test_what_is_reserved_is_counted_by_server_and_day(ledger, now):
    for server in (SERVER, SERVER, SERVER + 1, None):
        assert ledger.usage.reserve(server, now, Amount(1, 200, 0.5)) is None
    assert ledger.usage.of_day(SERVER, now) == Amount(2, 400, 1.0)
    assert ledger.usage.of_day(None, now) == Amount(1, 200, 0.5)
    assert ledger.usage.of_day(SERVER, now + timedelta(days=1)) == Amount()


@pytest.mark.parametrize(
    ("cap", "limit"),
    [(Amount(questions=1), "questions"), (Amount(tokens=399), "tokens"), (Amount(cost=0.9), "cost"), (UNLIMITED, None)],
)
def test_what_would_exceed_the_cap_is_not_counted_and_the_limit_is_named(open_again, now, cap, limit):
    usage = open_again(cap=cap).usage
    wanted = Amount(1, 200, 0.5)
    assert usage.reserve(SERVER, now, wanted) is None
    assert usage.reserve(SERVER, now, wanted) == limit
    assert usage.of_day(SERVER, now) == (Amount(2, 400, 1.0) if limit is None else wanted)


def test_the_cap_may_be_reached_exactly_and_is_whole_again_the_next_day(open_again, now):
    usage = open_again(cap=Amount(questions=2)).usage
    assert [usage.reserve(SERVER, now, ONE) for _ in range(3)] == [None, None, "questions"]
    assert usage.reserve(SERVER, now + timedelta(hours=11, minutes=59), ONE) == "questions"
    assert usage.reserve(SERVER, now + timedelta(hours=12), ONE) is None


def test_an_exhausted_limit_does_not_hold_up_what_needs_nothing_of_it(open_again, now):
    usage = open_again(cap=Amount(tokens=100)).usage
    usage.reserve(SERVER, now, Amount(tokens=100))
    assert usage.reserve(SERVER, now, ONE) is None


def test_a_server_can_only_lower_the_cap(open_again, now):
    usage = open_again(cap=Amount(questions=2)).usage
    assert usage.reserve(SERVER, now, ONE, Amount(questions=1)) is None
    assert usage.reserve(SERVER, now, ONE, Amount(questions=1)) == "questions"
    assert usage.reserve(SERVER, now, ONE, Amount(questions=99)) is None
    assert usage.reserve(SERVER, now, ONE, Amount(questions=99)) == "questions"


def test_what_was_used_takes_the_place_of_what_was_reserved_on_that_day(ledger, now):
    reserved = Amount(1, 1000, 2.0)
    ledger.usage.reserve(SERVER, now, reserved)
    ledger.usage.settle(SERVER, now, reserved, Amount(1, 300, 0.5))
    assert ledger.usage.of_day(SERVER, now) == Amount(1, 300, 0.5)


def test_two_processes_and_several_threads_do_not_exceed_the_cap_together(open_again, home, now):
    usage = open_again(cap=Amount(questions=100)).usage
    command = [sys.executable, "-c", RESERVING, str(home / "ledger.db"), now.isoformat()]
    other = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    with ThreadPoolExecutor(4) as threads:
        ours = list(threads.map(lambda _: usage.reserve(SERVER, now, ONE), range(80))).count(None)
    theirs = int(other.communicate()[0])
    assert ours + theirs == 100
    assert usage.of_day(SERVER, now) == Amount(questions=100)


def test_tokens_come_to_what_their_prices_say():
    assert Prices(read=3, written=15).amount_of(1_000_000, 200_000) == Amount(tokens=1_200_000, cost=6.0)

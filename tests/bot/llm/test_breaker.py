"""When an endpoint that failed is asked again."""

from __future__ import annotations

import pytest

from bot.llm.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock) -> Breaker:
    return Breaker(max_failures=3, rest_s=60.0, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.admit()
        breaker.note_failure()


def test_fewer_failures_than_allowed_change_nothing(breaker):
    fail(breaker, 2)
    assert breaker.admit()


def test_after_the_last_failure_allowed_nobody_is_admitted_until_the_rest_is_over(breaker, clock):
    fail(breaker, 3)
    clock.now += 59.9
    assert not breaker.admit()
    clock.now += 0.1
    assert breaker.admit()


def test_a_success_forgives_all_failures(breaker):
    fail(breaker, 2)
    breaker.note_success()
    fail(breaker, 2)
    assert breaker.admit()


def test_after_a_rest_one_alone_is_admitted(breaker, clock):
    fail(breaker, 3)
    clock.now += 60
    assert [breaker.admit() for _ in range(3)] == [True, False, False]


def test_a_success_after_a_rest_admits_all(breaker, clock):
    fail(breaker, 3)
    clock.now += 60
    breaker.admit()
    breaker.note_success()
    assert all(breaker.admit() for _ in range(3))


def test_a_failure_after_a_rest_begins_another_rest(breaker, clock):
    fail(breaker, 3)
    clock.now += 60
    fail(breaker, 1)
    clock.now += 59.9
    assert not breaker.admit()


def test_who_tried_and_never_came_back_keeps_the_others_out_for_one_rest_alone(breaker, clock):
    fail(breaker, 3)
    clock.now += 60
    breaker.admit()
    clock.now += 60
    assert breaker.admit()

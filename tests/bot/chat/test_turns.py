"""Who has the turn to be answered, who waits at which place, and who is turned away until when."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections import Counter
from collections.abc import Hashable
from itertools import zip_longest

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.chat.turns import (
    QueueFull,
    ReaderBusy,
    ReaderCooling,
    Refusal,
    ServerCooling,
    Stopping,
    Turns,
    describe_position,
)

LONG_S = 3600.0


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Asked:
    """A question that holds its turn until it is told to end."""

    def __init__(self, turns: Turns, server: Hashable | None, reader: Hashable, started: list[Hashable]) -> None:
        self.positions: list[int] = []
        self.is_running = False
        self._reader = reader
        self._started = started
        self._end = asyncio.Event()
        self._error: Exception | None = None
        self.task = asyncio.create_task(self._hold(turns, server))

    async def _hold(self, turns: Turns, server: Hashable | None) -> None:
        async with turns.take(server=server, reader=self._reader, on_position=self.positions.append):
            self._started.append(self._reader)
            self.is_running = True
            try:
                await self._end.wait()
            finally:
                self.is_running = False
            if self._error:
                raise self._error

    async def end(self, error: Exception | None = None) -> None:
        self._error = error
        self._end.set()
        await self._gone()

    async def cancel(self) -> None:
        self.task.cancel()
        await self._gone()

    async def _gone(self) -> None:
        await asyncio.gather(self.task, return_exceptions=True)
        await settle()


class Newsroom:
    """Turns, and those who ask for them."""

    def __init__(self, **limits: int) -> None:
        self.clock = Clock()
        self.started: list[Hashable] = []
        values = {"n_workers": 1, "reader_per_minute": 1000, "server_per_minute": 1000, **limits}
        self.turns = Turns(**values, clock=self.clock)

    async def ask(self, server: Hashable | None, reader: Hashable) -> Asked:
        asked = Asked(self.turns, server, reader, self.started)
        await settle()
        if asked.task.done():
            asked.task.result()
        return asked

    async def ask_and_end(self, server: Hashable | None, reader: Hashable) -> None:
        await (await self.ask(server, reader)).end()

    def count(self) -> tuple[int, int]:
        return self.turns.n_running, self.turns.n_waiting


async def settle() -> None:
    """Let every task run up to where it waits: each hands on to the next at most twice."""
    for _ in range(5):
        await asyncio.sleep(0)


# Turns


async def test_as_many_run_at_once_as_there_are_workers():
    room = Newsroom(n_workers=2)
    asked = [await room.ask("a", reader) for reader in range(3)]
    assert [a.is_running for a in asked] == [True, True, False]
    await asked[1].end()
    assert [a.is_running for a in asked] == [True, False, True]


async def test_a_question_that_need_not_wait_hears_of_no_position():
    room = Newsroom()
    assert (await room.ask("a", 1)).positions == []


async def test_a_server_with_a_hundred_waiting_does_not_hold_up_the_one_question_of_another():
    room = Newsroom()
    crowd = [await room.ask("crowd", reader) for reader in range(101)]
    alone = await room.ask("small", "alone")
    assert alone.positions == [2]
    await crowd[0].end()
    await crowd[1].end()
    assert alone.is_running


async def test_within_a_server_the_first_to_ask_is_the_first_to_be_served():
    room = Newsroom()
    asked = [await room.ask("a", reader) for reader in range(5)]
    for a in asked:
        await a.end()
    assert room.started == [0, 1, 2, 3, 4]


async def test_servers_are_served_in_turn():
    room = Newsroom()
    asked = {f"{server}{n}": await room.ask(server, f"{server}{n}") for server in "abc" for n in range(3)}
    while len(room.started) < len(asked):
        await asked[room.started[-1]].end()
    assert room.started == ["a0", "a1", "b0", "c0", "a2", "b1", "c1", "b2", "c2"]


async def test_direct_messages_of_each_reader_are_a_server_of_their_own():
    room = Newsroom()
    running = await room.ask("a", 0)
    for reader in (1, 2, 3):
        await room.ask("a", reader)
    first, second = await room.ask(None, 4), await room.ask(None, 5)
    assert (first.positions, second.positions) == ([2], [3])
    await running.end()
    assert (first.positions[-1], second.positions[-1]) == (1, 2)


async def test_two_hundred_readers_who_ask_at_once_are_each_answered_once_every_server_in_its_turn():
    turns = Turns(n_workers=2)
    answered: list[tuple[int, int]] = []
    most_running = 0

    async def ask(server: int, reader: int) -> None:
        nonlocal most_running
        async with turns.take(server=server, reader=reader, on_position=lambda _: None):
            most_running = max(most_running, turns.n_running)
            answered.append((server, reader))
            await asyncio.sleep(0)

    readers = [(reader // 10, reader) for reader in range(200)]
    await asyncio.gather(*(ask(*r) for r in readers))
    assert sorted(answered) == readers
    assert most_running == 2
    rounds = [answered[2 + n : 22 + n] for n in range(0, 160, 20)]  # the first two found a worker free
    assert [len({server for server, _ in one_each}) for one_each in rounds] == [20] * 8
    assert (turns.n_running, turns.n_waiting) == (0, 0)


# Positions


async def test_positions_are_told_once_each_as_the_queue_moves_on():
    room = Newsroom()
    asked = [await room.ask("a", reader) for reader in range(4)]
    for a in asked:
        await a.end()
    assert [a.positions for a in asked] == [[], [1], [2, 1], [3, 2, 1]]


async def test_a_question_moves_back_for_another_server_whose_turn_is_sooner():
    room = Newsroom()
    asked = [await room.ask("a", reader) for reader in range(3)]
    await room.ask("b", 3)
    assert asked[1].positions == [1]
    assert asked[2].positions == [2, 3]


async def test_an_error_while_a_position_is_told_ends_that_question_alone():
    room = Newsroom()
    running = await room.ask("a", 1)
    waiting = await room.ask("a", 2)

    def fail(_: int) -> None:
        raise ValueError("no such message")

    with pytest.raises(ValueError, match="no such message"):
        async with room.turns.take(server="a", reader=3, on_position=fail):
            room.started.append(3)
    assert room.started == [1]
    assert room.count() == (1, 1)
    await running.end()
    assert waiting.is_running


@pytest.mark.parametrize(
    ("position", "words"),
    [
        (1, "next"),
        (2, "second"),
        (3, "third"),
        (10, "tenth"),
        (11, "11th"),
        (13, "13th"),
        (21, "21st"),
        (22, "22nd"),
        (103, "103rd"),
        (111, "111th"),
        (120, "120th"),
    ],
)
def test_a_position_is_told_in_words(position, words):
    assert describe_position(position) == f"Your question is waiting: you are {words}."


# Refusals


async def test_a_reader_whose_question_runs_or_waits_gets_no_other_turn_on_any_server():
    room = Newsroom()
    running, waiting = await room.ask("a", 1), await room.ask("a", 2)
    for server, reader in (("a", 1), ("b", 1), (None, 2)):
        with pytest.raises(ReaderBusy, match="Your last question is not answered yet"):
            await room.ask(server, reader)
    await running.end()
    assert waiting.is_running
    assert (await room.ask("b", 1)).positions == [1]


async def test_a_reader_who_asks_too_often_is_told_when_to_come_back_and_then_gets_a_turn():
    room = Newsroom(reader_per_minute=5)
    for _ in range(5):
        await room.ask_and_end("a", 1)
    room.clock.now += 4.5
    with pytest.raises(ReaderCooling, match=r"Please ask again in 8 seconds\.") as refused:
        await room.ask("b", 1)
    assert refused.value.wait_s == 8
    await room.ask_and_end("a", 2)
    room.clock.now += 7.5
    await room.ask_and_end("b", 1)
    with pytest.raises(ReaderCooling, match="in 12 seconds"):
        await room.ask("b", 1)


@pytest.mark.parametrize("per_minute", [1, 7, 11, 13, 60])
async def test_a_whole_burst_is_taken_and_whoever_comes_back_when_told_is_let_in(per_minute):
    room = Newsroom(reader_per_minute=per_minute)
    room.clock.now = 86_400.1
    for _ in range(per_minute):
        await room.ask_and_end("a", 1)
    for _ in range(20):
        with pytest.raises(ReaderCooling) as refused:
            await room.ask("a", 1)
        room.clock.now += 60 / per_minute
        assert refused.value.wait_s - 1 < 60 / per_minute <= refused.value.wait_s
        await room.ask_and_end("a", 1)


async def test_a_server_that_asks_too_often_is_told_when_to_come_back_while_others_are_served():
    room = Newsroom(server_per_minute=60)
    for reader in range(60):
        await room.ask_and_end("a", reader)
    with pytest.raises(ServerCooling, match=r"Please ask again in 1 second\."):
        await room.ask("a", "late")
    await room.ask_and_end("b", "late")
    await room.ask_and_end(None, 1)
    room.clock.now += 1
    await room.ask_and_end("a", "late")


async def test_the_rates_of_the_place_go_before_the_general_ones():
    room = Newsroom(reader_per_minute=5)
    strict = {"server": "strict", "reader": 1, "on_position": print, "reader_per_minute": 2}
    for _ in range(2):
        async with room.turns.take(**strict):
            pass
    room.clock.now += 15
    with pytest.raises(ReaderCooling) as refused:
        async with room.turns.take(**strict):
            pass
    assert refused.value.wait_s == 15
    await room.ask_and_end("lenient", 1)


async def test_a_refused_question_costs_no_token():
    room = Newsroom(reader_per_minute=2)
    first = await room.ask("a", 1)
    for _ in range(5):
        with pytest.raises(ReaderBusy):
            await room.ask("a", 1)
    await first.end()
    await room.ask_and_end("a", 1)


async def test_a_full_queue_takes_no_more_until_a_place_is_free():
    room = Newsroom(max_waiting=3)
    running = await room.ask("a", 0)
    for n, server in enumerate("abc", 1):
        await room.ask(server, n)
    with pytest.raises(QueueFull, match=r"Many questions are waiting already\. Please ask again in 30 seconds\."):
        await room.ask("d", 4)
    await running.end()
    assert (await room.ask("d", 4)).positions == [3]


async def test_without_places_to_wait_a_free_worker_still_takes_questions():
    room = Newsroom(max_waiting=0)
    await room.ask("a", 1)
    with pytest.raises(QueueFull):
        await room.ask("a", 2)


async def test_one_server_cannot_fill_the_queue():
    room = Newsroom(max_waiting=10)
    for reader in range(6):
        await room.ask("crowd", reader)
    with pytest.raises(QueueFull):
        await room.ask("crowd", 6)
    assert (await room.ask("small", "alone")).positions == [2]


# Leaving


async def test_a_cancelled_question_gives_its_place_to_those_behind_it():
    room = Newsroom()
    asked = [await room.ask("a", reader) for reader in range(3)]
    await asked[1].cancel()
    assert asked[2].positions == [2, 1]
    await asked[0].cancel()
    assert asked[2].is_running
    assert (await room.ask("a", 0)).positions == [1]


async def test_cancelling_all_in_one_moment_leaves_nothing_behind():
    room = Newsroom(n_workers=2)
    asked = [await room.ask(reader % 3, reader) for reader in range(9)]
    await asyncio.gather(*(a.cancel() for a in asked))
    assert room.count() == (0, 0)
    assert room.started == [0, 1]
    assert (await room.ask(0, 0)).is_running


async def test_a_question_cancelled_in_the_moment_of_its_turn_hands_it_on():
    room = Newsroom()
    asked = [await room.ask("a", reader) for reader in range(3)]
    asked[0].task.cancel()
    asked[1].task.cancel()
    await settle()
    assert [a.is_running for a in asked] == [False, False, True]


async def test_a_failed_answer_passes_its_error_on_and_its_turn_to_the_next():
    room = Newsroom()
    failing, waiting = await room.ask("a", 1), await room.ask("a", 2)
    await failing.end(TimeoutError("the model is slow"))
    with pytest.raises(TimeoutError, match="the model is slow"):
        failing.task.result()
    assert waiting.is_running
    await room.ask("a", 1)


async def test_readers_and_servers_that_have_long_been_idle_are_forgotten():
    class Name:
        pass

    room = Newsroom(reader_per_minute=5, server_per_minute=60)
    names = [Name() for _ in range(50)]
    for name in names:
        await room.ask_and_end(name, name)
        await room.ask_and_end(None, name)
    known = [weakref.ref(name) for name in names]
    del names, name
    room.started.clear()
    room.clock.now += 60
    await room.ask_and_end("a", 1)
    gc.collect()
    assert [ref() for ref in known if ref()] == []


# Stopping


async def test_a_stop_refuses_the_new_and_ends_when_those_who_run_and_wait_are_answered():
    room = Newsroom()
    running, waiting = await room.ask("a", 1), await room.ask("a", 2)
    drain = asyncio.create_task(room.turns.drain(LONG_S))
    await settle()
    with pytest.raises(Stopping, match=r"I am being restarted .* Please ask again in 60 seconds\."):
        await room.ask("b", 3)
    await running.end()
    assert waiting.is_running
    assert not drain.done()
    await waiting.end()
    assert drain.done()
    assert room.started == [1, 2]
    running.task.result()
    waiting.task.result()


async def test_what_has_not_ended_in_time_is_stopped_and_says_so():
    room = Newsroom()
    asked = [await room.ask("a", reader) for reader in range(3)]
    await room.turns.drain(0)
    await asyncio.wait([a.task for a in asked])
    assert [type(a.task.exception()) for a in asked] == [Stopping] * 3
    assert room.started == [0]
    assert room.count() == (0, 0)


async def test_a_second_stop_may_be_in_a_greater_hurry():
    room = Newsroom()
    running = await room.ask("a", 1)
    patient = asyncio.create_task(room.turns.drain(LONG_S))
    await settle()
    await asyncio.gather(room.turns.drain(0), room.turns.drain(0), patient)
    assert isinstance(running.task.exception(), Stopping)


async def test_a_second_stop_waits_for_what_the_first_is_ending():
    room = Newsroom()
    tidied = asyncio.Event()

    async def ask() -> None:
        async with room.turns.take(server="a", reader=1, on_position=lambda _: None):
            try:
                await asyncio.Event().wait()
            finally:
                await tidied.wait()

    task = asyncio.create_task(ask())
    await settle()
    stops = [asyncio.create_task(room.turns.drain(0))]
    await settle()
    stops.append(asyncio.create_task(room.turns.drain(0)))
    await settle()
    assert [stop.done() for stop in stops] == [False, False]
    tidied.set()
    await asyncio.gather(*stops)
    assert isinstance(task.exception(), Stopping)


async def test_a_task_that_was_stopped_can_go_on_to_tell_its_reader():
    room = Newsroom()
    told = []

    async def ask() -> None:
        try:
            async with room.turns.take(server="a", reader=1, on_position=told.append):
                await asyncio.Event().wait()
        except Stopping as e:
            await asyncio.sleep(0)
            told.append(str(e))

    task = asyncio.create_task(ask())
    await settle()
    await room.turns.drain(0)
    await task
    assert told == ["I am being restarted and cannot answer this now. Please ask again in 60 seconds."]


async def test_a_stop_with_nobody_there_ends_at_once():
    await Newsroom().turns.drain(LONG_S)


# Against a model


class TurnsMachine(RuleBasedStateMachine):
    """Turns beside a model that writes them down plainly: a rotation of servers, one list of the waiting, levels."""

    N_WORKERS = 2
    MAX_WAITING = 4
    PER_MINUTE = 5
    TOKEN_S = 12

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.room = self.runner.run(self._open())
        self.asked: dict[str, Asked] = {}
        self.running: list[str] = []
        self.waiting: list[tuple[str, str]] = []
        self.rotation: list[str] = []
        self.level_s: Counter[str] = Counter()  # seconds until the reader's bucket is full

    async def _open(self) -> Newsroom:
        return Newsroom(n_workers=self.N_WORKERS, max_waiting=self.MAX_WAITING, reader_per_minute=self.PER_MINUTE)

    def teardown(self) -> None:
        self.runner.close()

    @rule(server=st.sampled_from("abc"), reader=st.sampled_from("123456789"))
    def ask(self, server: str, reader: str) -> None:
        if refusal := self._refusal(server, reader):
            with pytest.raises(refusal):
                self.runner.run(self.room.ask(server, reader))
            return
        self.asked[reader] = self.runner.run(self.room.ask(server, reader))
        self.level_s[reader] += self.TOKEN_S
        self.waiting.append((server, reader))
        self._serve()

    @rule(seconds=st.integers(1, 30))
    def let_time_pass(self, seconds: int) -> None:
        self.room.clock.now += seconds
        for reader in self.level_s:
            self.level_s[reader] = max(0, self.level_s[reader] - seconds)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), how=st.sampled_from(["end", "fail", "cancel"]))
    def leave(self, data: st.DataObject, how: str) -> None:
        reader = data.draw(st.sampled_from(sorted(self.asked) if how == "cancel" else sorted(self.running)))
        asked = self.asked.pop(reader)
        self.runner.run(asked.cancel() if how == "cancel" else asked.end(ValueError() if how == "fail" else None))
        self.running = [r for r in self.running if r != reader]
        self.waiting = [(s, r) for s, r in self.waiting if r != reader]
        self._serve()

    @invariant()
    def who_runs_and_who_waits_where_is_as_in_the_model(self) -> None:
        assert sorted(r for r, a in self.asked.items() if a.is_running) == sorted(self.running)
        assert (self.room.turns.n_running, self.room.turns.n_waiting) == (len(self.running), len(self.waiting))
        rounds = zip_longest(*([r for s, r in self.waiting if s == server] for server in self.rotation))
        in_order = [reader for row in rounds for reader in row if reader]
        assert [self.asked[reader].positions[-1] for reader in in_order] == list(range(1, len(in_order) + 1))

    def _refusal(self, server: str, reader: str) -> type[Refusal] | None:
        if reader in self.asked:
            return ReaderBusy
        if self.level_s[reader] + self.TOKEN_S > 60:
            return ReaderCooling
        n_own = sum(s == server for s, _ in self.waiting)
        if len(self.running) == self.N_WORKERS and n_own >= self.MAX_WAITING - len(self.waiting):
            return QueueFull
        return None

    def _serve(self) -> None:
        self._refresh_rotation()
        while len(self.running) < self.N_WORKERS and self.waiting:
            server = self.rotation.pop(0)
            first = next(w for w in self.waiting if w[0] == server)
            self.waiting.remove(first)
            self.running.append(first[1])
            self._refresh_rotation()

    def _refresh_rotation(self) -> None:
        """Servers with nothing waiting leave, new ones come last."""
        servers = list(dict.fromkeys(s for s, _ in self.waiting))
        self.rotation = [s for s in self.rotation if s in servers]
        self.rotation += [s for s in servers if s not in self.rotation]


TestTurnsAgainstAModel = TurnsMachine.TestCase
TestTurnsAgainstAModel.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

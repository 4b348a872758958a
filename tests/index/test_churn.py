"""An index through which articles pass takes no more room and finds no less as the days go by."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.churn import Day, churn, growth

_SETTLED = 4


@pytest.fixture(scope="module")
def days() -> Iterator[list[Day]]:
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield list(churn(Path(folder), n_days=12, n_articles=40))


def test_the_disk_space_stays_what_it_was(days):
    assert growth([day.disk for day in days], _SETTLED) < 0.05


def test_the_memory_of_a_process_that_only_reads_stays_what_it_was(days):
    assert growth([day.reader_memory for day in days], _SETTLED) < 0.1


def test_everything_is_found_every_day(days):
    assert min(day.recall for day in days) >= 0.99


def test_there_are_as_many_articles_and_few_segments_every_day(days):
    assert {day.articles for day in days} == {160}
    assert max(day.segments for day in days) <= 5

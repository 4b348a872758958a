"""The real bot in a process of its own, asked without a pause while its socket breaks again and again."""

from __future__ import annotations

import pytest

from bot.desk import Desk
from bot.settings import Settings
from tests.load import soak

QUESTIONS = (
    "How many people came to Harrow Meadow?",
    "When did the tollman's bridge open?",
    "What did storm Ismene damage?",
    "Who won the ferry dispute?",
    "How did the storm unfold?",
    "瑶兰大桥什么时候通车？",
)


@pytest.mark.weights
@pytest.mark.slow
async def test_memory_stays_flat_and_neither_tasks_nor_files_leak(tmp_path):
    Desk(Settings(home=tmp_path / "index")).rebuild()
    soaked = await soak(tmp_path / "index", QUESTIONS, seconds=120)
    assert soaked.n_answered > 60
    assert soaked.n_lost == 0
    assert soaked.n_resumed > 1
    assert soaked.growth("resident_mb") < 0.02 * soaked.median("resident_mb", 1), "\n".join(soaked.report())
    for sign in ("n_files", "n_threads", "n_tasks"):
        assert soaked.growth(sign) <= 3, "\n".join(soaked.report())

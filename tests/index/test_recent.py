"""A memory that tells what is new, and does not grow."""

from __future__ import annotations

from index.recent import Recent


def test_a_key_is_new_once():
    recent: Recent[int, str] = Recent(10)
    assert recent.put(1, "a")
    assert not recent.put(1, "b")
    assert recent.get(1) == "b"
    assert recent.get(2) is None


def test_the_oldest_is_forgotten_and_what_came_again_is_not_old():
    recent: Recent[int, bool] = Recent(3)
    for key in (1, 2, 3, 1, 4):
        recent.put(key, True)
    assert len(recent) == 3
    assert recent.get(2) is None
    assert recent.get(1)

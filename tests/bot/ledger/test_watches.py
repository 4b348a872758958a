"""Topics that channels follow, and what they are told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.ledger.errors import BadRequest
from bot.ledger.watches import MAX_WATCHES, Watch

SERVER, CHANNEL = 10, 11


@pytest.fixture
def watches(ledger):
    return ledger.watches


@pytest.fixture
def watch(watches, now) -> Watch:
    return watches.follow(SERVER, CHANNEL, "Harbour  bridge", now, per_day=2)


def test_a_topic_is_followed_across_restarts(watch, open_again, now):
    assert watch == Watch(SERVER, CHANNEL, "Harbour bridge", 2, now)
    assert open_again().watches.of_channel(CHANNEL) == [watch]


def test_following_a_topic_again_changes_the_number_of_messages_alone(watches, watch, now):
    again = watches.follow(SERVER, CHANNEL, "harbour BRIDGE", now + timedelta(days=1), per_day=9)
    assert again == Watch(SERVER, CHANNEL, "Harbour bridge", 9, now)
    assert watches.of_channel(CHANNEL) == [again]


def test_a_topic_is_unfollowed_in_any_case(watches, watch):
    assert watches.unfollow(CHANNEL, " HARBOUR bridge")
    assert watches.of_channel(CHANNEL) == []
    assert not watches.unfollow(CHANNEL, "Harbour bridge")


def test_all_topics_of_all_channels_are_listed(watches, watch, now):
    other = watches.follow(SERVER, CHANNEL + 1, "Storm", now)
    assert watches.list_all() == [watch, other]


@pytest.mark.parametrize(
    ("topic", "per_day", "message"),
    [(" ", 5, "name a topic"), ("x" * 101, 5, "100 characters"), ("Storm", 0, "between 1"), ("Storm", 25, "and 24")],
)
def test_a_topic_that_cannot_be_followed_is_refused(watches, now, topic, per_day, message):
    with pytest.raises(BadRequest, match=message):
        watches.follow(SERVER, CHANNEL, topic, now, per_day)


def test_a_channel_follows_so_many_topics_and_no_more(watches, now):
    for n in range(MAX_WATCHES):
        watches.follow(SERVER, CHANNEL, f"Topic {n}", now)
    with pytest.raises(BadRequest, match="/unwatch one first"):
        watches.follow(SERVER, CHANNEL, "One more", now)
    assert len(watches.of_channel(CHANNEL)) == MAX_WATCHES
    watches.follow(SERVER, CHANNEL, "Topic 1", now, per_day=1)


def test_an_article_is_told_once_whoever_tells_it(watches, watch, open_again, now):
    assert watches.claim(watch, "a", [], now)
    assert not open_again().watches.claim(watch, "a", [], now + timedelta(days=3))


@pytest.mark.parametrize(("article", "copies"), [("b", []), ("c", ["a"]), ("d", ["b"])])
def test_a_copy_of_what_was_told_is_not_told(watches, watch, now, article, copies):
    assert watches.claim(watch, "a", ["b"], now)
    assert not watches.claim(watch, article, copies, now)


def test_a_copy_of_a_copy_is_known_as_one(watches, watch, now):
    watches.claim(watch, "a", [], now)
    watches.claim(watch, "a", ["b"], now)
    assert not watches.claim(watch, "c", ["b"], now)
    assert not watches.claim(watch, "c", [], now)


def test_no_more_is_told_in_a_day_than_was_set_and_copies_do_not_count(watches, watch, now):
    told = [watches.claim(watch, article, [f"copy of {article}"], now) for article in "abc"]
    assert told == [True, True, False]
    assert watches.claim(watch, "c", [], now + timedelta(days=1))


def test_a_copy_that_comes_later_does_not_count_and_is_known_although_the_day_is_full(watches, watch, now):
    later = [("a", []), ("b", ["a"]), ("c", []), ("d", ["c"])]
    assert [watches.claim(watch, article, copies, now) for article, copies in later] == [True, False, True, False]
    assert not watches.claim(watch, "d", [], now + timedelta(days=1))


def test_an_article_of_two_topics_is_told_once_in_a_channel_and_in_each_channel(watches, watch, now):
    same_channel = watches.follow(SERVER, CHANNEL, "Bridges", now)
    other_channel = watches.follow(SERVER, CHANNEL + 1, "Bridges", now)
    assert [watches.claim(w, "a", [], now) for w in (watch, same_channel, other_channel)] == [True, False, True]


def test_an_article_whose_message_was_not_sent_can_be_told_again(watches, watch, now):
    for _ in range(3):
        assert watches.claim(watch, "a", ["b"], now)
        watches.give_back(watch, "a", ["b"])
    assert watches.claim(watch, "b", [], now)


def test_nothing_is_told_of_a_topic_that_is_no_longer_followed(watches, watch, now):
    watches.unfollow(CHANNEL, watch.topic)
    assert not watches.claim(watch, "a", [], now)

"""Filters put together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Filters

MOMENTS = st.none() | st.datetimes(datetime(2025, 1, 1), datetime(2025, 12, 31), timezones=st.just(UTC))
FILTERS = st.builds(
    Filters,
    since=MOMENTS,
    until=MOMENTS,
    as_of=MOMENTS,
    sources=st.lists(st.sampled_from(["Paper", "Star", "Post"]), unique=True).map(tuple),
)
MAY, JUNE = datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)


def test_of_two_bounds_the_stricter_wins():
    assert Filters(since=MAY, until=JUNE).narrow(Filters(since=JUNE, until=MAY)) == Filters(since=JUNE, until=MAY)


def test_filters_without_a_bound_leave_it_as_it_is():
    own = Filters(since=MAY, as_of=JUNE, sources=("Paper",), language="en")
    assert own.narrow(Filters()) == own == Filters().narrow(own)


def test_outlets_that_both_name_in_any_case_are_kept():
    assert Filters(sources=("paper", "Star")).narrow(Filters(sources=("Paper", "Post"))).sources == ("Paper",)


def test_filters_of_different_outlets_let_no_article_through(newsroom):
    newsroom.write("a", "Words.", source="Paper")
    newsroom.write("b", "Words.", source="Star")
    newsroom.build()
    both = Filters(sources=("Paper",)).narrow(Filters(sources=("Star",)))
    assert newsroom.open().allowed_articles(Filters(sources=("Paper",))).sum() == 1
    assert not newsroom.open().allowed_articles(both).any()
    assert not newsroom.open().allowed_articles(both.narrow(Filters(sources=("Paper",)))).any()


def test_what_either_excludes_is_excluded(newsroom):
    for source in ("Paper", "Star", "Post"):
        newsroom.write(source, "Words.", source=source)
    newsroom.build()
    both = Filters(excluded=("paper",)).narrow(Filters(sources=("Paper", "Post"), excluded=("Star",)))
    assert both.excluded == ("paper", "Star")
    [left] = newsroom.open().allowed_articles(both).nonzero()[0]
    assert newsroom.open().articles[left].source == "Post"


@pytest.mark.parametrize("name", ["since", "until", "as_of"])
@given(a=FILTERS, b=FILTERS)
def test_nothing_is_ever_widened(name, a, b):
    both = a.narrow(b)
    given_bounds = [bound for bound in (getattr(a, name), getattr(b, name)) if bound]
    assert getattr(both, name) == ((max if name == "since" else min)(given_bounds) if given_bounds else None)
    assert not {"Paper", "Star", "Post"}.intersection(both.sources) - set(a.sources or both.sources)
    assert bool(both.sources) == bool(a.sources or b.sources)

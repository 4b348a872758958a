"""What speaks for a passage: each feature by itself, their weights, and what is shown of them."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.query import Period, understand_query
from index.ranking import RANK_WEIGHTS, View, describe, is_telling, match_words, weigh
from index.search import make_views
from tests.conftest import NOW, Newsroom

FILLER = "and so it went on for a long while with nothing else to tell about the day that followed"


def make_view(newsroom: Newsroom, text: str, **fields) -> View:
    """A view of some text that names nothing, unless `fields` say what it names."""
    defaults = {"names": (), "quoted": (), "sources": (), "periods": (), "moment": NOW}
    return View(text=text, vector=newsroom.encoder.encode_queries([text])[0], **(defaults | fields))


def understand(newsroom: Newsroom, question: str, now: datetime = NOW) -> View:
    """The view of a whole question."""
    query = understand_query(question, now, UTC, newsroom.open().outlets)
    texts = [question, *(part.text for part in query.parts)]
    return make_views(query, newsroom.encoder.encode_queries(texts), now)[0]


def describe_all(newsroom: Newsroom, view: View, feature: str, now: datetime = NOW) -> dict[str, float]:
    """A feature of every passage of the index, by the passage's id up to the number of its last paragraph."""
    generation = newsroom.open()
    rows = np.arange(len(generation.article_of))
    similarities = generation.similarities(view.vector, rows)
    features = describe(generation, view, match_words(generation, view), rows, similarities, now)
    ids = [generation.passages([row])[row].passage.id.partition("-")[0] for row in rows.tolist()]
    return dict(zip(ids, features[feature].tolist(), strict=True))


def publish(newsroom: Newsroom, **days: str | None) -> None:
    """Build an index of articles with these days of publication."""
    for number, (article_id, published_at) in enumerate(days.items()):
        newsroom.write(article_id, f"The harbour bridge, number {number}.", published_at=published_at)
    newsroom.build()


# Recency


def test_recency_falls_with_age(newsroom):
    publish(newsroom, today="2025-04-18T12:00:00Z", week="2025-04-11T12:00:00Z", year="2024-04-18T12:00:00Z")
    recent = describe_all(newsroom, make_view(newsroom, "bridge"), "recent")
    assert recent["today:1"] == pytest.approx(1)
    assert 1 > recent["week:1"] > recent["year:1"] > 0
    assert recent["year:1"] < 0.01


def test_an_article_published_after_the_moment_of_asking_is_not_recent(newsroom):
    publish(newsroom, before="2025-04-17", after="2025-04-25")
    recent = describe_all(newsroom, make_view(newsroom, "bridge"), "recent")
    assert recent["before:1"] > 0.9
    assert recent["after:1"] == 0


def test_an_article_of_the_next_day_is_as_recent_as_can_be_for_clocks_and_zones_differ(newsroom):
    publish(newsroom, tomorrow="2025-04-19T12:00:00Z")
    assert describe_all(newsroom, make_view(newsroom, "bridge"), "recent") == {"tomorrow:1": 1}


def test_only_what_was_published_days_after_the_moment_of_asking_is_ahead(newsroom):
    publish(newsroom, before="2025-04-17", tomorrow="2025-04-19T12:00:00Z", after="2025-04-25", undated=None)
    ahead = describe_all(newsroom, make_view(newsroom, "bridge"), "ahead")
    assert ahead == {"before:1": 0, "tomorrow:1": 0, "after:1": 1, "undated:1": 0}
    assert RANK_WEIGHTS["ahead"] < 0


@pytest.mark.parametrize("question", ["How many had died by 20 March?", "As of March 20, who led the poll?"])
def test_what_was_known_by_a_day_is_to_be_recent_on_that_day(newsroom, question):
    publish(newsroom, then="2025-03-19", earlier="2025-02-10", later="2025-04-17")
    view = understand(newsroom, question)
    assert view.moment == datetime(2025, 3, 20, 23, 59, 59, 999999, tzinfo=UTC)
    recent = describe_all(newsroom, view, "recent")
    assert recent["then:1"] > recent["earlier:1"] > recent["later:1"] == 0


def test_what_happened_since_a_day_is_of_no_one_moment(newsroom):
    publish(newsroom, then="2025-03-19")
    assert understand(newsroom, "Who has died since 3 January?").moment is None
    assert understand(newsroom, "Who died in January and how many had died by 20 March?").moment is None


def test_undated_articles_are_not_recent(newsroom):
    publish(newsroom, dated="2025-04-17", undated=None)
    recent = describe_all(newsroom, make_view(newsroom, "bridge"), "recent")
    assert recent["dated:1"] > 0
    assert recent["undated:1"] == 0


def test_an_index_without_dates_has_nothing_recent(newsroom):
    publish(newsroom, a=None, b=None)
    assert set(describe_all(newsroom, make_view(newsroom, "bridge"), "recent").values()) == {0}


@pytest.mark.parametrize(("days", "counts"), [(29, True), (31, False), (4000, False)])
def test_nothing_is_recent_where_the_index_ends_thirty_days_before_the_question(newsroom, days, counts):
    publish(newsroom, newest="2025-04-17T12:00:00Z", older="2025-04-01")
    asked = datetime(2025, 4, 17, 12, tzinfo=UTC) + timedelta(days=days)
    recent = describe_all(newsroom, make_view(newsroom, "bridge", moment=asked), "recent", asked)
    assert {value > 0 for value in recent.values()} == {counts}


def test_an_index_that_goes_on_after_the_moment_of_asking_is_fresh_only_by_what_came_before(newsroom):
    publish(newsroom, old="2025-01-01", later="2025-06-01")
    assert set(describe_all(newsroom, make_view(newsroom, "bridge"), "recent").values()) == {0}


@pytest.mark.parametrize(
    "question",
    [
        "Who opened the bridge in March 2024?",
        "Who opened the bridge in 2019?",
        "Who opened the bridge five years ago?",
        "Who was originally to open the bridge?",
        "What did the Paper article published on April 3 say of the bridge?",
    ],
)
def test_nothing_is_recent_where_the_question_names_another_time_or_the_past(newsroom, question):
    publish(newsroom, a="2025-04-17", b="2025-04-01")
    view = understand(newsroom, question)
    assert view.moment is None
    for feature in ("recent", "recent and on topic"):
        assert set(describe_all(newsroom, view, feature).values()) == {0}


@pytest.mark.parametrize(
    "question", ["Who opened the bridge?", "Who opened the bridge this week?", "Is it open today?"]
)
def test_newer_is_more_recent_where_the_question_names_no_time_or_the_last_weeks(newsroom, question):
    publish(newsroom, a="2025-04-17", b="2025-04-01")
    view = understand(newsroom, question)
    assert view.moment == NOW
    assert view.periods == ()
    recent = describe_all(newsroom, view, "recent")
    assert recent["a:1"] > recent["b:1"] > 0


def test_recent_and_on_topic_is_the_product_of_both(newsroom):
    publish(newsroom, on="2025-04-17", older="2025-04-01")
    newsroom.write("off", "A giraffe was born.", published_at="2025-04-18")
    newsroom.build()
    view = make_view(newsroom, "bridge")
    recent, topic, both = (describe_all(newsroom, view, f) for f in ("recent", "article", "recent and on topic"))
    assert both == pytest.approx({passage: recent[passage] * topic[passage] for passage in recent})
    assert (recent["off:1"] > 0.9, both["off:1"]) == (True, 0)


def day(number: int, month: int = 4) -> datetime:
    return datetime(2025, month, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (day(11), day(18), True),  # this week
        (day(1), day(18), True),  # this month
        (day(1), None, True),
        (day(20, 3), day(10), True),
        (day(20, 3), day(8), False),  # ended ten days ago
        (day(1, 3), day(18), False),  # began seven weeks ago
        (day(1, 3), None, False),
        (None, day(18), False),
        (None, None, False),
    ],
)
def test_a_time_is_recent_that_lies_within_the_last_weeks(since, until, expected):
    assert is_telling(Period(since, until, "then"), NOW) is not expected


@pytest.mark.parametrize("question", ["What happened to the bridge yesterday?", "What happened on 14 April?"])
def test_a_day_of_the_last_weeks_raises_its_own_articles_and_newer_is_better_still(newsroom, question):
    publish(newsroom, then="2025-04-17T12:00:00Z" if "yesterday" in question else "2025-04-14", earlier="2025-04-11")
    view = understand(newsroom, question)
    assert view.moment == NOW
    happened = describe_all(newsroom, view, "happened then")
    assert (happened["then:1"], happened["earlier:1"]) == (1, 0)


def test_the_day_of_an_article_is_never_left_out_as_recent():
    assert not is_telling(Period(day(11), day(18), "this week"), NOW)
    assert is_telling(Period(day(11), day(18), "this week", published=True), NOW)


# Named times


def test_articles_of_the_day_of_an_article_that_is_named_were_published_then(newsroom):
    publish(newsroom, before="2025-04-02", then="2025-04-03T08:00:00Z", after="2025-04-04", undated=None)
    view = make_view(newsroom, "bridge", periods=(Period(day(3), day(4) - timedelta(seconds=1), "3 April", True),))
    assert describe_all(newsroom, view, "published then") == {"before:1": 0, "then:1": 1, "after:1": 0, "undated:1": 0}
    assert set(describe_all(newsroom, view, "happened then").values()) == {0}


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Pacific/Kiritimati"])
def test_a_day_that_is_named_is_the_day_of_an_article_that_tells_no_time(newsroom, zone):
    publish(newsroom, before="2025-04-02", then="2025-04-03", after="2025-04-04")
    query = understand_query(
        "Which report of 3 April told of the bridge?", NOW, ZoneInfo(zone), newsroom.open().outlets
    )
    view = make_view(newsroom, "bridge", periods=tuple(replace(p, published=True) for p in query.periods))
    assert describe_all(newsroom, view, "published then") == {"before:1": 0, "then:1": 1, "after:1": 0}


def test_what_happened_then_is_told_then_and_less_and_less_in_the_weeks_after(newsroom):
    publish(newsroom, before="2025-04-02", then="2025-04-03", week="2025-04-11", month="2025-05-04", undated=None)
    view = make_view(newsroom, "bridge", periods=(Period(day(3), day(4), "3 April"),))
    fits = describe_all(newsroom, view, "happened then")
    assert (fits["before:1"], fits["then:1"], fits["undated:1"]) == (0, 1, 0)
    assert fits["week:1"] == pytest.approx(math.exp(-1), rel=1e-5)
    assert 0 < fits["month:1"] < 0.05
    assert set(describe_all(newsroom, view, "published then").values()) == {0}


def test_a_time_that_is_open_on_one_side_has_no_bound_there(newsroom):
    publish(newsroom, old="1932-03-19", new="2025-04-17")
    since = make_view(newsroom, "bridge", periods=(Period(day(1), None, "since April", True),))
    until = make_view(newsroom, "bridge", periods=(Period(None, day(1), "until April", True),))
    assert describe_all(newsroom, since, "published then") == {"old:1": 0, "new:1": 1}
    assert describe_all(newsroom, until, "published then") == {"old:1": 1, "new:1": 0}


def test_of_several_times_the_one_that_fits_best_counts(newsroom):
    publish(newsroom, a="2025-04-02", b="2025-04-05", c="2025-04-09")
    periods = (Period(day(2), day(3), "2 April", True), Period(day(5), day(6), "5 April", True))
    view = make_view(newsroom, "bridge", periods=periods)
    assert describe_all(newsroom, view, "published then") == {"a:1": 1, "b:1": 1, "c:1": 0}


def test_a_question_with_times_of_both_kinds_has_both_features(newsroom):
    publish(newsroom, early="2025-04-03", late="2025-04-15")
    periods = (Period(day(3), day(4), "3 April", True), Period(day(15), day(16), "15 April"))
    view = make_view(newsroom, "bridge", periods=periods)
    assert describe_all(newsroom, view, "published then") == {"early:1": 1, "late:1": 0}
    assert describe_all(newsroom, view, "happened then") == {"early:1": 0, "late:1": 1}


def test_a_month_of_last_year_is_understood_and_fits_its_articles(newsroom):
    publish(newsroom, then="2024-03-10", now="2025-04-17")
    fits = describe_all(newsroom, understand(newsroom, "Who opened the bridge in March 2024?"), "happened then")
    assert fits == {"then:1": 1, "now:1": pytest.approx(0, abs=1e-6)}


# Outlets


def test_articles_of_a_named_outlet_are_told_from_others(newsroom):
    newsroom.write("post", "The bridge opened.", source="Post")
    newsroom.write("echo", "The bridge opened in rain.", source="Echo")
    newsroom.build()
    named = understand(newsroom, "What did the Post say about the bridge?")
    assert describe_all(newsroom, named, "outlet") == {"post:1": 1, "echo:1": 0}
    assert set(describe_all(newsroom, understand(newsroom, "Who opened the bridge?"), "outlet").values()) == {0}


def test_outlet_and_coverage_is_the_product_of_both(newsroom):
    newsroom.write("on", "The bridge opened.", source="Post")
    newsroom.write("off", "A giraffe was born.", source="Post")
    newsroom.write("echo", "The bridge opened in rain.", source="Echo")
    newsroom.build()
    view = make_view(newsroom, "bridge opened", sources=("Post",))
    coverage, both = (describe_all(newsroom, view, f) for f in ("coverage", "outlet and coverage"))
    assert both == {"on:1": coverage["on:1"], "off:1": 0, "echo:1": 0}
    assert both["on:1"] > 0


# Words


@pytest.fixture
def worded(newsroom):
    """Three articles with some words of `giraffe bridge 41`, and one with none."""
    newsroom.write("all", "A giraffe crossed the bridge on line 41.")
    newsroom.write("bridge", "The bridge opened in rain.")
    newsroom.write("title", "It opened in rain.", title="Bridge")
    newsroom.write("none", "A comedy reopened the theatre.")
    newsroom.build()
    return newsroom


def test_coverage_is_the_share_of_the_questions_words_by_rarity(worded):
    coverage = describe_all(worded, make_view(worded, "giraffe bridge 41"), "coverage")
    idf = worded.open().idf(["giraff", "bridg", "41"])
    assert coverage["all:1"] == pytest.approx(1)
    assert coverage["bridge:1"] == pytest.approx(idf["bridg"] / sum(idf.values()))
    assert coverage["bridge:1"] < 1 / 3
    assert coverage["none:1"] == 0


def test_words_of_the_title_are_covered_too(worded):
    coverage = describe_all(worded, make_view(worded, "bridge"), "coverage")
    assert coverage["title:1"] == pytest.approx(1)


def test_a_word_that_no_article_has_leaves_the_question_uncovered_in_part(worded):
    coverage = describe_all(worded, make_view(worded, "giraffe volcano"), "coverage")
    assert 0 < coverage["all:1"] < 0.5


def test_a_word_asked_twice_counts_once(worded):
    once, twice = (describe_all(worded, make_view(worded, q), "coverage") for q in ("bridge 41", "bridge bridge 41"))
    assert once == twice


def test_numbers_are_the_share_of_the_questions_numbers_alone(worded):
    worded.write("other", "Line 41 and line 17 ran.")
    worded.build()
    numbers = describe_all(worded, make_view(worded, "giraffe 41 17"), "numbers")
    assert 0 < numbers["all:1"] < 1
    assert numbers["other:1"] == pytest.approx(1)
    assert numbers["bridge:1"] == 0
    assert set(describe_all(worded, make_view(worded, "giraffe"), "numbers").values()) == {0}


def test_names_count_wherever_in_the_article_they_stand(newsroom):
    newsroom.write("dahl", f"Ines Dahl spoke. {FILLER} and on.", f"She cut a ribbon. {FILLER} and on.")
    newsroom.write("ines", f"Ines Brisk spoke. {FILLER} and so on.")
    newsroom.write("other", f"A giraffe was born. {FILLER} and ever on.")
    newsroom.build()
    names = describe_all(
        newsroom, make_view(newsroom, "Which ribbon did Ines Dahl cut?", names=("Ines Dahl",)), "names"
    )
    assert (names["dahl:1"], names["dahl:2"]) == (pytest.approx(1), pytest.approx(1))
    assert 0 < names["ines:1"] < 0.5
    assert names["other:1"] == 0


def test_a_question_without_names_gives_none_for_them(worded):
    assert set(describe_all(worded, make_view(worded, "bridge"), "names").values()) == {0}


def test_words_are_bm25_over_the_most_that_the_questions_words_could_give(worded):
    view = make_view(worded, "giraffe bridge 41")
    match = match_words(worded.open(), view)
    words = describe_all(worded, view, "words")
    most = sum(worded.open().idf(["giraff", "bridg", "41"]).values())
    assert list(words.values()) == pytest.approx([score / most for score in match.scores.tolist()])
    assert 1 > words["all:1"] > words["bridge:1"] > words["none:1"] == 0


def test_an_articles_best_passage_counts_for_all_of_its_passages(newsroom):
    newsroom.write("best", f"The giraffe, the giraffe. {FILLER}.", f"Then came rain. {FILLER} and on.")
    newsroom.write("less", f"One giraffe ran. {FILLER}.")
    newsroom.write("none", f"A comedy. {FILLER}.")
    newsroom.build()
    article = describe_all(newsroom, make_view(newsroom, "giraffe"), "article")
    assert (article["best:1"], article["best:2"], article["none:1"]) == (1, 1, 0)
    assert 0 < article["less:1"] < 1


def test_quoted_strings_are_had_word_for_word_by_passage_or_title(worded):
    asked = "Where was “the Bridge” said to have “opened in rain”?"
    assert describe_all(worded, understand(worded, asked), "quoted") == {
        "all:1": 0.5,
        "bridge:1": 1,
        "title:1": 0.5,
        "none:1": 0,
    }
    assert set(
        describe_all(worded, understand(worded, asked.replace("“", "").replace("”", "")), "quoted").values()
    ) == {0}


def test_what_a_question_quotes_is_found_before_what_has_the_same_words(newsroom):
    newsroom.write("words", "The glacier, of which doomsday was told, melts, said a doomsday report on the glacier.")
    newsroom.write("quote", "They call it the doomsday glacier, and it melts.")
    newsroom.build()
    assert newsroom.search('Why does the "doomsday glacier" melt?')[0].passage.article_id == "quote"


# Meaning and place


def test_meaning_is_the_cosine_below_the_best_candidates(worded):
    view = make_view(worded, "A comedy reopened the theatre")
    similarities = worded.open().similarities(view.vector, np.arange(4))
    meaning = describe_all(worded, view, "meaning")
    assert meaning["none:1"] == max(meaning.values()) == 0
    assert list(meaning.values()) == pytest.approx((similarities - similarities.max()).tolist())


def test_what_leads_an_article_is_told_from_what_follows(newsroom):
    newsroom.write("a", *(f"Paragraph number {n}. {FILLER}." for n in range(1, 5)))
    newsroom.build()
    lead = describe_all(newsroom, make_view(newsroom, "paragraph"), "lead")
    assert lead == pytest.approx({"a:1": 1, "a:2": 1 / 2, "a:3": 1 / 3, "a:4": 1 / 4})


# All together


@pytest.mark.parametrize("question", ["", "?", "the", "zebra", "bridge", "giraffe bridge 41", "大桥", "41 41 41"])
def test_every_feature_is_there_for_every_question_and_lies_between_minus_one_and_one(worded, question):
    generation, view = worded.open(), understand(worded, question)
    rows = np.arange(4)
    similarities = generation.similarities(view.vector, rows)
    features = describe(generation, view, match_words(generation, view), rows, similarities, NOW)
    assert list(features) == list(RANK_WEIGHTS)
    values = np.stack(list(features.values()))
    assert values.shape == (len(RANK_WEIGHTS), 4)
    assert (values >= -1.01).all()
    assert (values <= 1.01).all()


def test_no_candidates_have_no_features(worded):
    generation, view = worded.open(), make_view(worded, "bridge")
    nothing = np.array([], dtype=np.int64)
    found = describe(generation, view, match_words(generation, view), nothing, np.zeros(0, dtype=np.float32), NOW)
    assert {len(column) for column in found.values()} == {0}


columns = st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=3).map(lambda v: np.array(v, dtype=np.float32))


@given(st.fixed_dictionaries({"a": columns, "b": columns, "c": columns}), st.floats(-10, 10), st.floats(-10, 10))
def test_a_score_is_the_sum_of_the_features_by_their_weights(features, a, b):
    expected = [a * x + b * y for x, y in zip(features["a"], features["b"], strict=True)]
    assert weigh(features, {"a": a, "b": b}).tolist() == pytest.approx(expected, abs=1e-4)


def test_features_without_a_weight_do_not_count():
    features = {"a": np.array([1.0], dtype=np.float32), "b": np.array([5.0], dtype=np.float32)}
    assert weigh(features, {"a": 2.0}).tolist() == [2.0]


# What is shown


def test_a_hit_says_why_it_was_found_and_leaves_out_what_is_nothing(worded):
    hits = {hit.passage.article_id: hit for hit in worded.search("Which giraffe crossed the bridge on line 41?")}
    assert hits["all"].why.keys() >= {"words", "coverage", "numbers", "article", "lead", "recent"}
    assert {"words", "coverage", "numbers", "outlet", "published then", "part"}.isdisjoint(hits["none"].why)
    assert hits["all"].why["numbers"] == 1


def test_what_a_hit_says_is_what_the_features_are(worded):
    question = "Which giraffe crossed the bridge on line 41?"
    view = understand(worded, question)
    hits = worded.search(question)
    for feature in RANK_WEIGHTS:
        described = describe_all(worded, view, feature)
        shown = {f"{hit.passage.article_id}:1": hit.why.get(feature, 0) for hit in hits}
        assert shown == pytest.approx(described, abs=0.001)


def test_the_scores_of_hits_follow_from_what_they_say_by_the_weights(worded):
    first, *others = worded.search("Which giraffe crossed the bridge on line 41?")
    assert first.score == pytest.approx(1)
    assert len(others) == 3

    def add_up(hit) -> float:
        return sum(RANK_WEIGHTS[name] * value for name, value in hit.why.items())

    for hit in others:
        assert math.log(hit.score) == pytest.approx(add_up(hit) - add_up(first), abs=0.05)

"""Means, precision and F1 of refusals, and bootstrap intervals, against cases worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.aggregate import METRICS, aggregate

ANSWERED = {"refused wrongly": 0.0}
LOST = {"refused wrongly": 1.0}
REFUSED = {"refused rightly": 1.0}
MISLED = {"refused rightly": 0.0}


def test_a_score_is_the_mean_over_the_questions_that_have_it():
    scores = aggregate([{"hit@1": 1.0}, {"hit@1": 0.0}, {"hit@1": 1.0}, {"refused rightly": 1.0}])
    assert scores["hit@1"]["mean"] == pytest.approx(2 / 3)
    assert scores["hit@1"]["n"] == 3


def test_refusals_are_counted_right_wrong_and_precise():
    scores = aggregate([ANSWERED, ANSWERED, ANSWERED, LOST, REFUSED, REFUSED, MISLED, MISLED])
    assert scores["refused wrongly"]["mean"] == 1 / 4
    assert scores["refused rightly"]["mean"] == 2 / 4
    assert scores["refusal precision"]["mean"] == pytest.approx(2 / 3)  # three are refused, two of them rightly
    p, r = 2 / 3, 2 / 4
    assert scores["refusal f1"]["mean"] == pytest.approx(2 * p * r / (p + r))  # 4 / 7


def test_the_n_of_a_refusal_score_counts_the_questions_that_bear_on_it():
    scores = aggregate([ANSWERED, LOST, REFUSED, MISLED, MISLED])
    assert scores["refusal precision"]["n"] == 2  # the refused ones
    assert scores["refusal f1"]["n"] == 4  # the refused and the unanswerable ones


def test_where_nothing_is_refused_precision_is_no_score_and_f1_is_zero():
    scores = aggregate([ANSWERED, MISLED])
    assert "refusal precision" not in scores
    assert scores["refusal f1"]["mean"] == 0.0


@pytest.mark.parametrize("alone", [[ANSWERED, LOST], [REFUSED, MISLED]])
def test_questions_of_one_sort_alone_have_no_precision_of_refusals(alone):
    assert set(aggregate(alone)) == set(alone[0])


def test_no_questions_have_no_scores():
    assert aggregate([]) == {}
    assert aggregate([{}]) == {}


def test_scores_come_in_the_order_of_the_metrics():
    scores = aggregate([dict.fromkeys(reversed(METRICS[:-2]), 0.5), REFUSED])
    assert list(scores) == [name for name in METRICS if name in scores]


# Intervals


def test_the_interval_of_equal_scores_is_their_value():
    score = aggregate([{"mrr@10": 0.25}] * 30)["mrr@10"]
    assert (score["low"], score["mean"], score["high"]) == pytest.approx((0.25, 0.25, 0.25))


def test_the_interval_of_a_right_and_a_wrong_question_spans_everything():
    score = aggregate([{"hit@1": 0.0}, {"hit@1": 1.0}])["hit@1"]  # a quarter of the resamples has the right one twice
    assert (score["low"], score["high"]) == (0.0, 1.0)


def test_the_interval_of_many_is_that_of_the_normal_distribution():
    score = aggregate([{"hit@1": float(i % 2)} for i in range(400)])["hit@1"]
    error = 1.96 * (0.5 * 0.5 / 400) ** 0.5  # 0.049
    assert (score["low"], score["high"]) == pytest.approx((0.5 - error, 0.5 + error), abs=0.01)


def test_a_rare_score_is_resampled_with_the_questions_that_lack_it():
    score = aggregate([{"hit@1": 1.0}, *[MISLED] * 20])["hit@1"]
    assert (score["low"], score["mean"], score["high"], score["n"]) == (1.0, 1.0, 1.0, 1)


def test_the_same_questions_have_the_same_interval_again():
    questions = [{"ndcg@10": i / 20, **(LOST if i % 3 else REFUSED)} for i in range(20)]
    assert aggregate(questions) == aggregate(questions)


SHARE = st.floats(0, 1)
QUESTION = st.one_of(
    st.fixed_dictionaries({"hit@1": SHARE, "refused wrongly": st.sampled_from([0.0, 1.0])}, optional={"mrr@10": SHARE}),
    st.fixed_dictionaries({"refused rightly": st.sampled_from([0.0, 1.0])}),
)


@given(st.lists(QUESTION, min_size=1, max_size=12))
def test_every_score_and_its_interval_lie_between_zero_and_one(questions):
    for score in aggregate(questions).values():
        assert -1e-9 <= score["low"] <= score["high"] <= 1 + 1e-9
        assert -1e-9 <= score["mean"] <= 1 + 1e-9
        assert 1 <= score["n"] <= len(questions)

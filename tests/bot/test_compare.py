"""Two runs side by side, the randomisation test against exact enumeration, and the gate."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.aggregate import LOWER_IS_BETTER, REFUSALS
from bot.evaluation.compare import (
    GATED,
    Change,
    Comparison,
    NothingCompared,
    compare_runs,
    describe_dataset,
    find_falls,
    randomisation_test,
)
from bot.evaluation.table import show_comparison
from bot.terminal import make_console

NEAR = 0.015
"""Three times the standard error of a p-value of one half from 10,000 draws."""


def question(name: str, kind: str = "lookup", **scores: float) -> dict[str, Any]:
    return {"id": name, "kind": kind, "question": f"What of {name}?", "scores": scores}


def dataset(*questions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    fixed = {"dataset": "tiny", "with": [], "fixed_now": False, "articles_digest": "a", "questions_digest": "q"}
    return {**fixed, "questions": list(questions), **fields}


def run(*datasets: dict[str, Any], name: str = "run") -> dict[str, Any]:
    return {"name": name, "datasets": list(datasets)}


def hits(*values: float, metric: str = "hit@1", kind: str = "lookup") -> dict[str, Any]:
    """A dataset with a question for each value of a metric."""
    return dataset(*(question(f"q{i}", kind, **{metric: v}) for i, v in enumerate(values)))


def compare(before: dict[str, Any], after: dict[str, Any]) -> Comparison:
    return compare_runs(run(before, name="old"), run(after, name="new"))


def changes(comparison: Comparison) -> dict[str, Change]:
    return {c.metric: c for c in comparison.datasets[0].changes}


# The test


def enumerate_exactly(before: np.ndarray, after: np.ndarray) -> float:
    """Share of all ways to swap the two runs question by question whose difference is as great."""

    def differ(a: np.ndarray, b: np.ndarray) -> float:
        (x, m), (y, n) = a.sum(axis=0), b.sum(axis=0)
        return abs(y / n - x / m) if m and n else 0.0

    observed = differ(before, after)
    n_great = 0
    ways = list(product([False, True], repeat=len(before)))
    for way in ways:
        swap = np.array(way)[:, None]
        n_great += differ(np.where(swap, after, before), np.where(swap, before, after)) >= observed - 1e-9
    return n_great / len(ways)


def means(*values: float) -> np.ndarray:
    return np.array([(v, 1.0) for v in values])


def test_equal_scores_have_a_p_of_one():
    assert randomisation_test(means(1, 0, 0.5), means(1, 0, 0.5)) == 1.0


def test_one_question_alone_proves_nothing():
    assert randomisation_test(means(1, 1, 1), means(0, 1, 1)) == 1.0


def test_five_gains_and_no_loss_have_twice_the_fifth_power_of_one_half():
    p = randomisation_test(means(0, 0, 0, 0, 0, 1), means(1, 1, 1, 1, 1, 1))
    assert p == pytest.approx(2 / 2**5, abs=NEAR)


def test_ten_gains_and_no_loss_are_significant():
    p = randomisation_test(means(*[0] * 10), means(*[1] * 10))
    assert p == pytest.approx(2 / 2**10, abs=0.002)


def test_two_gains_and_a_loss_are_as_great_as_any_draw_of_three():
    assert randomisation_test(means(0, 0, 1), means(1, 1, 0)) == 1.0  # an odd number of flips never cancels out


@pytest.mark.parametrize("seed", range(4))
def test_the_p_of_means_is_near_the_exact_one(seed):
    rng = np.random.default_rng(seed)
    before, after = (means(*rng.random(9)) for _ in range(2))
    after[:, 0] += 0.2
    assert randomisation_test(before, after) == pytest.approx(enumerate_exactly(before, after), abs=NEAR)


@pytest.mark.parametrize("seed", range(4))
def test_the_p_of_fractions_is_near_the_exact_one(seed):
    rng = np.random.default_rng(seed)
    before, after = (np.stack([right, np.ones(9)], axis=1) for right in rng.integers(0, 2, (2, 9)))
    for terms in (before, after):
        terms[:5, 1] = rng.integers(0, 2, 5)
        terms[:, 0] = np.minimum(terms[:, 0], terms[:, 1])
    assert randomisation_test(before, after) == pytest.approx(enumerate_exactly(before, after), abs=NEAR)


SCORES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8)


@given(SCORES)
def test_a_p_value_is_a_share_and_the_same_in_both_directions(pairs):
    before, after = (means(*values) for values in zip(*pairs, strict=True))
    p = randomisation_test(before, after)
    assert 0 < p <= 1
    assert p == randomisation_test(after, before)


# What changed


def test_a_change_is_the_difference_of_means_in_points():
    change = changes(compare(hits(1, 0, 0, 0), hits(1, 1, 1, 0)))["hit@1"]
    assert (change.before, change.after, change.points, change.n) == (0.25, 0.75, 50.0, 4)
    assert change.p == pytest.approx(0.5, abs=NEAR)  # two gains: both flipped alike, one time in two


def test_a_score_is_compared_over_the_questions_that_have_it_in_both_runs():
    before = dataset(
        question("a", **{"citation recall": 1.0}), question("b", **{"citation recall": 0.0}), question("c")
    )
    after = dataset(question("a", **{"citation recall": 0.5}), question("b"), question("c", **{"citation recall": 1.0}))
    change = changes(compare(before, after))["citation recall"]
    assert (change.before, change.after, change.n) == (1.0, 0.5, 1)


def test_a_score_that_no_question_has_in_both_runs_is_left_out():
    assert changes(compare(dataset(question("a", **{"hit@1": 1.0})), dataset(question("a", **{"mrr@10": 1.0})))) == {}


def test_precision_of_refusals_is_compared_over_all_questions():
    def refuse(*refused: float) -> dict[str, Any]:
        sorts = ["refused wrongly"] * 2 + ["refused rightly"] * 2
        return dataset(*(question(f"q{i}", **{s: r}) for i, (s, r) in enumerate(zip(sorts, refused, strict=True))))

    change = changes(compare(refuse(1, 0, 1, 0), refuse(0, 0, 1, 1)))["refusal precision"]
    assert (change.before, change.after, change.n) == (0.5, 1.0, 4)


def test_kinds_are_compared_apart():
    before = dataset(question("a", "x", **{"hit@1": 1.0}), question("b", "y", **{"hit@1": 0.0}))
    after = dataset(question("a", "x", **{"hit@1": 0.0}), question("b", "y", **{"hit@1": 1.0}))
    kinds = compare(before, after).datasets[0].kinds
    assert {kind: [c.points for c in own] for kind, own in kinds.items()} == {"x": [-100.0], "y": [100.0]}


def test_questions_that_changed_are_listed_with_their_direction_the_worse_first():
    before = dataset(
        question("same", **{"hit@1": 1.0, "answer correct": 0.0}),
        question("better", **{"hit@1": 0.0, "hit@4": 0.0, "refused wrongly": 1.0}),
        question("mixed", **{"hit@4": 1.0, "answer correct": 0.0}),
        question("worse", **{"hit@1": 1.0, "refused wrongly": 0.0}),
        question("misled", **{"refused rightly": 1.0}),
        question("unwatched", **{"ndcg@10": 1.0}),
    )
    after = dataset(
        question("same", **{"hit@1": 1.0, "answer correct": 0.0}),
        question("better", **{"hit@1": 1.0, "hit@4": 1.0, "refused wrongly": 0.0}),
        question("mixed", **{"hit@4": 0.0, "answer correct": 1.0}),
        question("worse", **{"hit@1": 0.0, "refused wrongly": 1.0}),
        question("misled", **{"refused rightly": 0.0}),
        question("unwatched", **{"ndcg@10": 0.0}),
    )
    assert [(q.id, q.worse, q.better) for q in compare(before, after).datasets[0].questions] == [
        ("worse", ("hit@1", "refused wrongly"), ()),
        ("misled", ("refused rightly",), ()),
        ("mixed", ("hit@4",), ("answer correct",)),
        ("better", (), ("hit@1", "hit@4", "refused wrongly")),
    ]


def test_a_question_is_listed_in_the_words_of_the_later_run():
    before = dataset({"id": "q", "kind": "lookup", "scores": {"hit@1": 0.0}})
    [changed] = compare(before, dataset(question("q", **{"hit@1": 1.0}))).datasets[0].questions
    assert changed.question == "What of q?"


# Which datasets


@pytest.mark.parametrize("other", [{"dataset": "other"}, {"with": ["hay"]}, {"fixed_now": True}])
def test_a_dataset_is_compared_only_with_itself_in_the_same_setup(other):
    comparison = compare(hits(1) | other, hits(1))
    assert (comparison.datasets, comparison.unmatched) == ((), ("tiny",))


def test_datasets_indexed_along_are_the_same_in_any_order():
    assert len(compare(hits(1) | {"with": ["a", "b"]}, hits(1) | {"with": ["b", "a"]}).datasets) == 1


def test_a_setup_is_described_in_words():
    assert describe_dataset(dataset()) == "tiny"
    assert describe_dataset(dataset(**{"with": ["b", "a"], "fixed_now": True})) == "tiny with a, b, fixed now"


def test_articles_and_questions_that_changed_are_warned_of_and_common_questions_compared():
    before = hits(1, 1, 1) | {"articles_digest": "x", "questions_digest": "y"}
    compared = compare(before, hits(0, 1)).datasets[0]
    assert compared.n == 2
    assert compared.warnings == (
        "the articles are not the same in both runs",
        "the questions are not the same in both runs",
        "only 2 questions are compared, of 3 before and 2 now",
    )
    assert compared.changes[0].before == 1.0


def test_like_runs_are_not_warned_of():
    assert compare(hits(1), hits(1)).datasets[0].warnings == ()


# The gate


@pytest.mark.parametrize("metric", [m for m in GATED if m not in REFUSALS | LOWER_IS_BETTER])
def test_a_score_that_fell_by_more_than_the_points_is_named(metric):
    fallen = compare(hits(*[1] * 20, metric=metric), hits(*[0] * 10, *[1] * 10, metric=metric))
    [fall] = find_falls(fallen, 49.9)
    assert fall.startswith(f"tiny: {metric} fell by 50.0 points, from 1.000 to 0.500 (p = 0.00")
    assert find_falls(fallen, 50.0) == []


def test_refusals_of_answerable_questions_are_named_where_they_rose():
    few, many = (hits(*[1] * n, *[0] * (20 - n), metric="refused wrongly") for n in (2, 12))
    [rise] = find_falls(compare(few, many), 5)
    assert rise.startswith("tiny: refused wrongly rose by 50.0 points")
    assert find_falls(compare(many, few), 5) == []


def test_precision_and_f1_of_refusals_are_named_where_they_fell():
    def refuse(n_wrongly: int) -> dict[str, Any]:
        asked = [("refused wrongly", float(i < n_wrongly)) for i in range(20)] + [("refused rightly", 1.0)] * 10
        return dataset(*(question(f"q{i}", **{sort: refused}) for i, (sort, refused) in enumerate(asked)))

    falls = find_falls(compare(refuse(0), refuse(10)), 30)
    assert [fall.split(" fell ")[0] for fall in falls if "fell" in fall] == [
        "tiny: refusal precision",  # from 10 of 10 to 10 of 20
        "tiny: refusal f1",  # to 2 * 10 / (20 + 10)
    ]


def test_a_quote_that_is_not_exact_is_named_though_it_was_not_before_and_chance_may_have_it():
    before, after = (hits(1, 0.5, metric="quotes exact") for _ in range(2))
    assert find_falls(compare(before, after), 100) == ["tiny: questions with a quote not exact: 1"]


def test_a_quote_that_is_not_exact_is_named_in_a_question_that_is_new():
    after = hits(1, 1, 0.5, metric="quotes exact")
    assert find_falls(compare(hits(1, 1, metric="quotes exact"), after), 100) != []


@pytest.mark.parametrize("others", [[], [dataset(dataset="other")]])
def test_a_dataset_with_nothing_to_be_held_against_is_named_though_another_has(others):
    later = run(hits(1), hits(1) | {"dataset": "other"})
    comparison = compare_runs(run(hits(1), *others, name="old"), later)
    assert find_falls(comparison, 1) == ["other: old has no question of it in the same setup"]


def test_a_dataset_that_only_the_earlier_run_has_is_named(capsys):
    other = hits(1) | {"dataset": "other", "with": ["hay"]}
    comparison = compare_runs(run(hits(1), other, name="old"), run(hits(1), name="new"))
    assert find_falls(comparison, 100) == ["other with hay: new has no question of it in the same setup"]
    assert "other with hay: only in old" in shown(comparison, capsys)[0]


def test_a_fall_that_may_be_chance_is_let_pass():
    assert find_falls(compare(hits(*[1] * 20), hits(*[0] * 5, *[1] * 15)), 1) == []  # 25 points, p = .0625


def test_a_score_that_rose_is_let_pass():
    assert find_falls(compare(hits(*[0] * 20), hits(*[1] * 20)), 0) == []


def test_a_score_that_is_not_gated_is_let_pass():
    name = "first sentence correct"
    assert find_falls(compare(hits(*[1] * 20, metric=name), hits(*[0] * 20, metric=name)), 1) == []


@pytest.mark.parametrize("before", [hits(1) | {"dataset": "other"}, dataset()])
def test_runs_without_a_common_question_are_no_gate(before):
    with pytest.raises(NothingCompared, match="old has no question of new"):
        find_falls(compare(before, hits(1)), 1)


# On a terminal


def shown(comparison: Comparison, capsys: pytest.CaptureFixture[str]) -> list[str]:
    show_comparison(make_console(no_color=True), comparison)
    return capsys.readouterr().out.split("\n")


def test_a_comparison_fits_in_110_columns_and_cuts_questions_not_what_changed(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    names = [*GATED, "refused rightly"]
    before, after = (
        dataset(
            *(question(f"q{i}" * 20, f"kind {i % 3}" * 5, **dict.fromkeys(names, value)) for i in range(40)),
            articles_digest=value,
        )
        for value in (1.0, 0.0)
    )
    comparison = compare_runs(run(before, name="b" * 100), run(after, name="a" * 100))
    lines = shown(comparison, capsys)
    assert max(map(len, lines)) <= 110
    changed = [line for line in lines if "worse: hit@1 hit@4 right refused; better: lost" in line]
    assert len(changed) == 30
    assert all(line.startswith("q") and "  What of q" in line and line.endswith("…") for line in changed)
    assert "and 10 more" in lines


def test_a_comparison_shows_scores_kinds_and_questions(capsys):
    before = dataset(question("a", "x", **{"hit@1": 1.0}), question("b", "y", **{"hit@1": 0.0}))
    after = dataset(question("a", "x", **{"hit@1": 0.0}), question("b", "y", **{"hit@1": 0.0}))
    text = "\n".join(shown(compare(before, after), capsys))
    assert "tiny: new against old, 2 questions" in text
    rows = [line.split() for line in text.split("\n")]
    assert ["hit@1", "0.500", "0.000", "-50.0", "1.000", "2"] in rows
    assert [row[:2] for row in rows if row[:1] in (["x"], ["y"])] == [["x", "-100.0"]]  # y did not change
    assert "a x worse: hit@1 What of a?".split() in rows


def test_a_dataset_that_is_not_in_the_earlier_run_is_said_to_be_so(capsys):
    assert "tiny: not in old" in shown(compare(hits(1) | {"dataset": "other"}, hits(1)), capsys)[0]


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x9b2J", "\x07", "\r", "\x00", "\u202e", "\ud800"])
def test_what_is_no_text_is_shown_as_a_mark(sign, capsys):
    before, after = (
        dataset(
            {"id": f"q{sign}1", "kind": f"k{sign}2", "question": f"w{sign}3", "scores": {"hit@1": v}},
            question("other", **{"hit@1": v}),
            dataset=f"d{sign}4",
        )
        for v in (0.0, 1.0)
    )
    comparison = compare_runs(run(before, name=f"a{sign}5"), run(after, before | {"dataset": f"u{sign}6"}, name="new"))
    text = "\n".join(shown(comparison, capsys))
    assert sign not in text
    for first, last in ("q1", "k2", "d4", "a5", "u6"):
        assert f"{first}{sign.replace(sign[0], chr(0xFFFD))}{last}" in text


def test_text_of_a_question_is_shown_as_it_is(capsys):
    before, after = (dataset(question("[red]q", **{"hit@1": v})) for v in (0.0, 1.0))
    assert any("[red]q" in line for line in shown(compare(before, after), capsys))

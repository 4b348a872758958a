"""The report: its figures by hand-worked cases, and its page as a browser would read it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.confidence import CONFIDENCE_THRESHOLD
from bot.evaluation.compare import compare_runs
from bot.evaluation.report import ReportNotWritten, write_report
from bot.evaluation.report.curves import (
    Rated,
    average_precision,
    bin_confidences,
    brier_score,
    first_gold,
    fit_axis,
    rate_questions,
    refuse_below,
    stack_stages,
    trace_hits,
    trace_refusals,
    wilson_interval,
)
from bot.evaluation.report.failures import find_failures, name_failures
from bot.evaluation.report.page import render_report
from bot.evaluation.report.scores import OTHER, group_scores, to_row, used_metrics
from bot.evaluation.report.view import list_changes, list_facts, show_moment, view_dataset
from bot.evaluation.run import evaluate_dataset
from bot.evaluation.runs import make_run

FOUR = [Rated(0.9, True), Rated(0.7, False), Rated(0.6, True), Rated(0.2, False)]
RATED = st.lists(st.builds(Rated, st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


class Page(HTMLParser):
    """What a page is made of: its tags with their attributes, its shown text, its scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.within = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.blocks: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.within = tag
        if tag in self.blocks:
            self.blocks[tag].append("")

    def handle_endtag(self, tag):
        self.within = ""

    def handle_data(self, data):
        if self.within in self.blocks:
            self.blocks[self.within][-1] += data
        else:
            self.text += data

    def count(self, tag: str) -> int:
        return sum(t == tag for t, _ in self.tags)


def test_the_first_gold_hit_is_the_one_of_the_best_rank(hit):
    assert first_gold([hit("a", 1), hit("b", 6, gold=True), hit("c", 3, gold=True)]) == 3
    assert first_gold([hit("a", 1)]) is None


def test_hits_are_counted_by_rank_over_the_answerable_questions(question):
    asked = [question("a", 1), question("b", 3), question("c", None), question("d", 3), question("e", answerable=False)]
    assert trace_hits(asked) == [0.25, 0.25, *[0.75] * 8]


def test_questions_whose_gold_articles_are_unknown_have_no_curve_and_miss_nothing(question):
    unknown = question("a", None, gold_articles=[])
    assert trace_hits([unknown]) == []
    assert name_failures(unknown) == ()
    assert trace_hits([unknown, question("b", 1)]) == [1.0] * 10


def test_questions_without_hits_have_no_curve(question):
    assert trace_hits([question("a", hits=[])]) == []
    assert trace_hits([question("a", answerable=False)]) == []


def test_refusing_below_a_threshold_answers_the_rest():
    point = refuse_below(0.6, FOUR)
    assert (point.answered, point.coverage, point.precision, point.refused) == (3, 1.0, pytest.approx(2 / 3), 0.5)


def test_refusing_everything_has_no_precision():
    point = refuse_below(0.95, FOUR)
    assert (point.coverage, point.precision, point.refused) == (0.0, None, 1.0)


def test_the_curve_goes_from_the_surest_question_to_all_of_them():
    curve = trace_refusals(FOUR)
    assert [(p.threshold, p.coverage, p.precision) for p in curve] == [
        (0.9, 0.5, 1.0),
        (0.7, 0.5, 0.5),
        (0.6, 1.0, pytest.approx(2 / 3)),
        (0.2, 1.0, 0.5),
    ]


def test_questions_of_the_same_confidence_are_one_point():
    assert len(trace_refusals([Rated(0.5, True), Rated(0.5, False)])) == 1


def test_average_precision_is_the_area_in_steps():
    assert average_precision(trace_refusals(FOUR)) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_average_precision_is_one_where_every_answerable_question_is_surer():
    assert average_precision(trace_refusals([Rated(0.9, True), Rated(0.8, True), Rated(0.3, False)])) == 1


def test_confidence_that_cannot_tell_the_two_apart_is_not_rated(question):
    answerable, other = question("a"), question("b", answerable=False)
    assert rate_questions([answerable]) == []
    assert rate_questions([answerable, question("b", answerable=False, confidence=None)]) == []
    assert rate_questions([answerable, other]) == [Rated(0.9, True), Rated(0.9, False)]


def test_a_confidence_on_a_border_belongs_to_the_tenth_above_and_one_to_the_last():
    bins = bin_confidences([Rated(0.1, True), Rated(0.09, False), Rated(1.0, True)])
    assert [(b.low, b.n, b.n_answerable) for b in bins] == [(0.0, 1, 0), (0.1, 1, 1), (0.9, 1, 1)]


def test_a_tenth_tells_mean_confidence_and_share():
    (only,) = bin_confidences([Rated(0.42, True), Rated(0.48, False)])
    assert (only.mean, only.share) == (pytest.approx(0.45), 0.5)


@given(RATED)
def test_every_question_is_in_one_tenth(rated):
    bins = bin_confidences(rated)
    assert sum(b.n for b in bins) == len(rated)
    assert all(0 <= b.share_low <= b.share + 1e-9 <= b.share_high + 2e-9 <= 1 + 2e-9 for b in bins)


def test_the_interval_of_a_share_is_wilsons():
    assert wilson_interval(0.0, 10) == (0.0, pytest.approx(0.2775, abs=1e-4))
    assert wilson_interval(0.5, 100) == (pytest.approx(0.4038, abs=1e-4), pytest.approx(0.5962, abs=1e-4))


def test_the_brier_score_is_the_mean_squared_error():
    assert brier_score(FOUR) == pytest.approx((0.01 + 0.49 + 0.16 + 0.04) / 4)


def test_stages_begin_where_those_before_them_end():
    times = {name: {"p50": p50, "p95": 2 * p50} for name, p50 in (("total", 70), ("search", 20), ("encode", 10))}
    stages = stack_stages(times | {"ponder": {"p50": 5, "p95": 6}, "model": {"p50": 40, "p95": 80}})
    assert [(s.name, s.start_p50, s.start_p95) for s in stages] == [
        ("encode", 0, 0),
        ("search", 10, 20),
        ("model", 30, 60),
        ("ponder", 70, 140),
        ("total", 0, 0),
    ]


@given(st.lists(st.floats(0, 1)))
def test_an_axis_holds_its_values_and_has_a_tick_at_both_ends(values):
    axis = fit_axis(values)
    assert (axis.ticks[0], axis.ticks[-1]) == (axis.low, 1.0)
    assert 2 <= len(axis.ticks) <= 6
    assert all(axis.low <= v for v in values)


def test_scores_stand_under_their_headings_and_unknown_ones_at_the_end(run_of, question):
    dataset = run_of([question("a", scores={"novelty": 1.0, "refused wrongly": 0.0, "hit@1": 1.0})])["datasets"][0]
    groups = group_scores(dataset)
    assert {heading: [s.name for s in group] for heading, group in groups.items()} == {
        "Retrieval": ["hit@1"],
        "Refusals": ["refused wrongly"],
        OTHER: ["novelty"],
    }


def test_a_difference_counts_the_questions_that_changed(run_of, question):
    now = [question("a", scores={"hit@1": 1.0}), question("b", scores={"hit@1": 1.0}), question("c", scores={})]
    then = [question("a", scores={"hit@1": 0.0}), question("b", scores={"hit@1": 1.0})]
    (score,) = group_scores(run_of(now)["datasets"][0], run_of(then)["datasets"][0])["Retrieval"]
    assert score.difference is not None
    assert (score.difference.mean, score.difference.points, score.difference.verdict) == (0.5, 50.0, "better")
    assert (score.difference.n_better, score.difference.n_worse) == (1, 0)


@pytest.mark.parametrize(
    ("then", "now", "verdict"), [(0.0, 1.0, "worse"), (1.0, 0.0, "better"), (1.0, 1.0, "the same")]
)
def test_refusing_fewer_questions_wrongly_is_better(run_of, question, then, now, verdict):
    runs = [run_of([question("a", scores={"refused wrongly": value})])["datasets"][0] for value in (now, then)]
    (score,) = group_scores(*runs)["Refusals"]
    assert score.difference is not None
    assert score.difference.verdict == verdict


def test_a_score_that_the_other_run_lacks_has_no_difference(run_of, question):
    runs = [run_of([question("a", scores=scores)])["datasets"][0] for scores in ({"hit@1": 1.0}, {})]
    assert group_scores(*runs)["Retrieval"][0].difference is None


def test_metrics_are_in_one_order_and_the_main_ones_are_few():
    interval = {"mean": 0.5, "low": 0.4, "high": 0.6, "n": 3}
    row = to_row("lookup", dict.fromkeys(("novelty", "answer correct", "ndcg@10", "hit@1"), interval), "abc")
    assert row.n == 3
    assert used_metrics([row], main=True) == ["hit@1", "answer correct"]
    assert used_metrics([row], main=False) == ["hit@1", "ndcg@10", "answer correct", "novelty"]


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({}, ()),
        ({"gold_rank": 4}, ()),
        ({"gold_rank": 5}, ("missed",)),
        ({"gold_rank": None}, ("missed",)),
        ({"scores": {"answer correct": 0.0}}, ("wrong",)),
        ({"scores": {"answer correct": 0.0, "refused wrongly": 1.0}}, ("refused",)),
        ({"scores": {"answer correct": 1.0, "quotes exact": 0.5}}, ("inexact",)),
        ({"answerable": False, "gold_rank": None}, ("answered",)),
        ({"answerable": False, "gold_rank": None, "scores": {"refused rightly": 1.0}}, ()),
        ({"gold_rank": 9, "scores": {"answer correct": 0.0}}, ("missed", "wrong")),
    ],
)
def test_a_question_fails_in_as_many_ways_as_it_did(question, changes, failed):
    assert name_failures(question("a", **changes)) == failed


def test_what_a_record_does_not_tell_is_no_failure():
    assert name_failures({"id": "a", "question": "Who?", "answerable": True}) == ()


def test_a_failure_is_new_where_it_did_not_fail_like_that_before(run_of, question):
    now = [question("a", 9), question("b", 9), question("c", 9), question("d", 9, scores={"answer correct": 0.0})]
    then = [question("a", 1), question("b", 9), question("d", 9)]
    failures = find_failures(run_of(now)["datasets"][0], run_of(then)["datasets"][0])
    assert [(f.id, f.new) for f in failures] == [("a", True), ("b", False), ("c", False), ("d", True)]


def test_a_brief_record_tells_by_its_scores_what_failed_before(run_of, question):
    brief = {key: value for key, value in question("a", 9, scores={"hit@4": 0.0}).items() if key != "hits"}
    (failure,) = find_failures(run_of([question("a", 9)])["datasets"][0], run_of([brief])["datasets"][0])
    assert not failure.new


def test_a_cited_copy_of_a_gold_article_is_gold(run_of, question, hit):
    cited = [{"article_id": name, "paragraph": 1, "quote": "x", "exact": True} for name in ("copy", "other")]
    hits = [hit("copy", 9, gold=True), hit("other", 1)]
    (failure,) = find_failures(run_of([question("a", citations=cited, hits=hits)])["datasets"][0])
    assert [c.gold for c in failure.citations] == [True, False]


def test_gold_articles_are_called_by_the_titles_under_which_any_question_found_them(run_of, question):
    missing = question("a", None, gold_articles=["b-1", "unseen"])
    (failure,) = find_failures(run_of([missing, question("b")])["datasets"][0])
    assert failure.gold_articles == ("Title of b-1 (The Courier, 2025-04-12) · b-1", "unseen")


@pytest.mark.parametrize(
    ("ranks", "where"),
    [
        ({"dense_rank": None, "lexical_rank": None, "fused_rank": None}, "not among the candidates"),
        (
            {"dense_rank": 57, "lexical_rank": None, "fused_rank": 43},
            "no hit; its best ranks: dense 57, lexical –, fused 43",
        ),
    ],
)
def test_a_missed_gold_article_is_shown_by_its_title_with_where_it_was(run_of, question, ranks, where):
    missed = {"article_id": "gone", "title": "Ferry sinks", "source": "Star", "published_at": "2025-04-12T06:00:00Z"}
    run = run_of([question("a", None, gold_articles=["gone"], missed_gold=[missed | ranks])])
    shown = f"Ferry sinks (Star, 2025-04-12) · gone {where}"
    assert shown in " ".join(Page(render_report(run)).text.split())


def test_a_record_that_does_not_tell_where_gold_was_shows_it_without(run_of, question):
    record = {key: value for key, value in question("a", None, gold_articles=["gone"]).items() if key != "missed_gold"}
    (failure,) = find_failures(run_of([record])["datasets"][0])
    assert (failure.gold_articles, failure.missed) == (("gone",), {})


def test_questions_that_changed_are_listed_the_worse_and_the_better(run_of, question):
    now, then = (
        run_of([question("a", a), question("b", b)], name=name) for name, a, b in (("now", 1, 2), ("old", 2, 1))
    )
    html = render_report(now, then, compare_runs(then, now))
    assert "Questions that changed since old: 1 worse, 1 better" in Page(html).text
    worse, better = html.index('<td class="worse">hit@1</td>'), html.index('<td class="better">hit@1</td>')
    assert html.index("ferry b") < worse < html.index("ferry a") < better
    assert "Questions that changed" not in render_report(now, now, compare_runs(now, now))


@pytest.mark.parametrize(
    ("embedded", "rate", "shown"),
    [
        (25143, 50.3, "25,143 in 500.0 s, 50 passages/s"),
        (0, 50.3, "nothing, the index was there; 50 passages/s when it was filled"),
        (0, None, "nothing, the index was there"),
    ],
)
def test_what_was_embedded_is_told_with_the_rate_of_the_build_that_filled_the_index(run_of, embedded, rate, shown):
    (dataset,) = run_of([])["datasets"]
    dataset["build"] = {"embedded": embedded, "seconds": 500.0, "passages_per_s": rate}
    assert view_dataset(dataset).facts["Embedded"] == shown


def test_what_was_understood_leaves_out_what_is_empty(run_of, question):
    (failure,) = find_failures(run_of([question("a", 9)])["datasets"][0])
    assert failure.understood == {"names": "Port Amsel, Ravn", "from": "2025-04-01"}


def test_a_moment_is_shown_to_the_minute_in_utc():
    assert show_moment("2025-11-24T19:03:09+01:00") == "24 November 2025, 18:03 UTC"
    assert show_moment("soon") == "soon"


def test_facts_that_a_record_lacks_are_left_out(run_of):
    assert list_facts(run_of())["Commit"] == "abc1234, with changes not committed"
    assert "Commit" not in list_facts(run_of(commit=None, changed=None))


def test_changes_between_runs_name_what_was_made_otherwise(run_of):
    now = run_of(settings={"reranker": "features", "zone": "UTC"})
    then = run_of(encoder="older-encoder", settings={"zone": "UTC", "window": 3})
    assert list_changes(now, then) == {
        "encoder": ("older-encoder", "some-encoder"),
        "reranker": ("none", "features"),
        "window": ("3", "none"),
    }


def test_a_setting_that_an_earlier_run_did_not_know_is_a_change_only_where_it_is_set(run_of):
    then = run_of(settings={})
    assert list_changes(run_of(settings={"reranker": ""}), then) == {}
    assert list_changes(run_of(settings={"reranker": "some/model"}), then) == {"reranker": ("none", "some/model")}


def test_hostile_text_stays_text(mixed_run, hostile_text):
    page = Page(render_report(mixed_run, mixed_run))
    assert page.count("script") == page.count("style") == 1
    assert page.count("img") == 0
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert page.text.count(hostile_text) >= 10


def test_the_page_refers_to_nothing_outside_itself(mixed_run):
    page = Page(render_report(mixed_run))
    links = [a[name] or "" for _, a in page.tags for name in ("href", "src", "srcset", "action", "data") if name in a]
    assert links
    assert [link for link in links if not link.startswith("#")] == []
    assert "url(" not in page.blocks["style"][0]


def test_the_policy_allows_the_pages_own_script_and_style_alone(mixed_run):
    page = Page(render_report(mixed_run))
    (policy,) = [a["content"] for tag, a in page.tags if tag == "meta" and "http-equiv" in a]
    hashes = {
        name: base64.b64encode(hashlib.sha256(blocks[0].encode()).digest()).decode()
        for name, blocks in page.blocks.items()
    }
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; script-src 'sha256-{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not [a for _, a in page.tags if "style" in a]


def test_a_full_record_has_every_card_and_plot(mixed_run):
    text = Page(render_report(mixed_run)).text
    for part in (
        "At a glance",
        "By kind of question",
        "How far down the gold is",
        "Precision and coverage of answering",
        "Calibration of the confidence",
        "Where the time goes",
        f"threshold {CONFIDENCE_THRESHOLD:.3g}",
    ):
        assert part in text


def test_what_an_evaluation_records_is_shown(settings, fake_weights, refuse_all, tmp_path):
    (tmp_path / "tiny").mkdir()
    article = {"id": "bridge", "title": "Bridge", "source": "Gazette", "body": "The bridge opened on Monday."}
    asked = {"id": "q1", "question": "When did the bridge open?", "answers": ["Monday"], "articles": ["bridge"]}
    unanswerable = {"id": "q2", "question": "Who won the cup in Tidemark?"}
    for name, lines in (("articles", [article]), ("questions", [asked, unanswerable])):
        (tmp_path / "tiny" / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    dataset = evaluate_dataset(settings, tmp_path / "tiny", lambda *_: None)
    run = make_run(settings, "real", datetime(2025, 7, 1, tzinfo=UTC), [dataset])
    text = " ".join(Page(render_report(run, run)).text.split())
    for part in ("When did the bridge open?", "refused wrongly", "Calibration", "Where the time goes"):
        assert part in text
    stages = [stage.name for stage in stack_stages(dataset["timings_ms"])]
    assert stages == ["understand", "encode", "search", "evidence", "second look", "total"]
    assert "Other scores" not in text


def test_a_record_of_retrieval_alone_leaves_the_other_plots_out(run_of, question):
    bare = {"confidence": None, "answer": "", "outcome": "", "citations": [], "query": {}, "scores": {"hit@1": 0.0}}
    run = run_of([question("a", 9, **bare), question("b", None, answerable=False, **bare)])
    run["datasets"][0]["timings_ms"] = {}
    text = Page(render_report(run)).text
    assert "How far down the gold is" in text
    for part in ("Calibration", "Precision and coverage", "Where the time goes", "Answers", "Refusals", "Compared"):
        assert part not in text


def test_a_record_of_the_least_fields_is_shown():
    least = {"dataset": "news", "questions": [{"id": "a", "question": "Who?", "answerable": True}]}
    assert "Failures" in Page(render_report({"name": "bare", "datasets": [least]})).text


def test_a_card_tells_mean_interval_and_difference(run_of, question):
    now, then = (run_of([question("a", rank), question("b", None)], name=f"run {rank}") for rank in (1, 2))
    text = " ".join(Page(render_report(now, then)).text.split())
    assert "hit@1 0.500 0.400 to 0.600, n = 2 ▲ +50.0 points, better against 0.000 · 1 better, 0 worse" in text


@pytest.mark.parametrize(("n", "sure"), [(5, False), (8, True)])  # all n are gains: p = 2 / 2 ** n
def test_a_difference_is_coloured_only_where_the_paired_test_is_sure(run_of, question, n, sure):
    now, then = (run_of([question(str(i), rank) for i in range(n)], name=f"run {rank}") for rank in (1, 2))
    comparison = compare_runs(then, now)
    page = Page(render_report(now, then, comparison))
    assert f"p = {comparison.datasets[0].changes[0].p:.3f}" in page.text
    assert "+100.0 points, better" in page.text
    assert any("difference better" in (a.get("class") or "") for _, a in page.tags) == sure
    assert not any("difference better" in (a.get("class") or "") for _, a in Page(render_report(now, then)).tags)


def test_a_comparison_with_other_questions_says_so(run_of, question):
    now, then = run_of([question("a")]), run_of([question("a")])
    assert "Not like for like" not in render_report(now, then)
    then["datasets"][0]["fixed_now"] = True
    assert "differs in the day it was asked on" in Page(render_report(now, then)).text


def test_a_failure_opens_to_all_that_is_known_of_it(run_of, question):
    text = " ".join(Page(render_report(run_of([question("a", 7)]))).text.split())
    for part in (
        "gold at rank 7",
        "2025-04-14",
        "as of 2025-04-13T23:59:59Z",
        "sources The Courier, Star",
        "Which ferry? – The old one.",
        "names Port Amsel, Ravn",
        "answer a",
        "The ferry of a sank. [1]",
        "quote a",
        "★ gold",
        "Title of a-7 · The Courier, 2025-04-12",
        "coverage 0.25 · names 1",
        "7–80.14290.500",
        "spoke. ¶ Nobody was hurt.",
    ):
        assert part in text


def test_hundreds_of_failures_stay_a_small_page_and_the_rest_are_counted(run_of, question, hit):
    hits = [
        hit("a", rank, text="word " * 80, why={f"feature {n}": 0.123456 for n in range(9)}) for rank in range(1, 11)
    ]
    html = render_report(run_of([question(str(n), None, hits=hits) for n in range(700)]))
    assert len(html.encode()) < 5_000_000
    assert html.count("<li data-dataset") == 500
    assert "The first 500 of 700 are shown" in html


def test_text_that_cannot_be_encoded_is_written_all_the_same(tmp_path, run_of, question):
    write_report(run_of([question("a", 9, question="half of a pair: \ud83d")]), tmp_path / "out.html")
    assert "half of a pair: ?" in (tmp_path / "out.html").read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_names_the_place(tmp_path, run_of):
    place = tmp_path / "missing" / "out.html"
    with pytest.raises(ReportNotWritten, match=r"out\.html: the report cannot be written") as caught:
        write_report(run_of(), place)
    assert os.strerror(2) in str(caught.value)

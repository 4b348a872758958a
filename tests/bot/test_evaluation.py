"""Scores against cases worked by hand, datasets with faults, and one evaluation from end to end."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import Desk
from bot.evaluation import run
from bot.evaluation.dataset import BadDataset, GoldQuestion, load_dataset
from bot.evaluation.metrics import contains_answer, mean, percentile, ranking_scores
from bot.evaluation.run import evaluate_dataset, score, time_stages
from bot.evaluation.table import show_scores
from bot.terminal import make_console
from bot.types import Answer, Question, Sentence, Turn
from bot.types import Outcome as Ending

NOW = datetime(2025, 7, 1, tzinfo=UTC)


# Ranking


def rank(*passages: str, gold: str) -> dict[str, float]:
    """Scores of one ranking of passages, each given by the articles it stands for, parted by spaces."""
    ranking = [frozenset(p.split()) for p in passages]
    return ranking_scores({"q": ranking}, {"q": frozenset(gold.split())})["q"]


def test_a_gold_article_first_scores_one_everywhere():
    assert rank("a", "b", gold="a") == {"hit@1": 1.0, "hit@4": 1.0, "hit@10": 1.0, "mrr@10": 1.0, "ndcg@10": 1.0}


def test_a_gold_article_third_is_a_hit_at_four_with_a_third_of_the_reciprocal_rank():
    scores = rank("b", "c", "a", gold="a")
    assert (scores["hit@1"], scores["hit@4"], scores["hit@10"]) == (0.0, 1.0, 1.0)
    assert scores["mrr@10"] == pytest.approx(1 / 3)
    assert scores["ndcg@10"] == pytest.approx(1 / math.log2(4))


def test_a_gold_article_beyond_rank_ten_scores_zero():
    assert set(rank(*"bcdefghijk", "a", gold="a").values()) == {0.0}


def test_two_gold_articles_are_both_wanted_by_ndcg():
    scores = rank("a", "x", "b", gold="a b")
    ideal = 1 + 1 / math.log2(3)
    assert scores["ndcg@10"] == pytest.approx((1 + 1 / math.log2(4)) / ideal)
    assert scores["mrr@10"] == 1.0


def test_a_second_passage_of_a_gold_article_takes_a_rank_and_gains_nothing():
    scores = rank("a", "a", "b", gold="a b")
    assert scores["ndcg@10"] == pytest.approx((1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3)))


def test_a_passage_counts_for_the_copies_of_its_article():
    assert rank("x a", gold="a")["hit@1"] == 1.0


def test_a_question_for_which_nothing_was_found_scores_zero():
    assert set(rank(gold="a").values()) == {0.0}


def test_a_question_without_gold_articles_has_no_scores():
    scores = ranking_scores(
        {"yes": [frozenset("a")], "no": [frozenset("a")]}, {"yes": frozenset("a"), "no": frozenset()}
    )
    assert list(scores) == ["yes"]


IDS = st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=3)


@given(st.lists(IDS, max_size=12), IDS)
def test_ranking_scores_lie_between_zero_and_one_and_grow_with_depth(ranking, gold):
    scores = ranking_scores({"q": ranking}, {"q": gold})["q"]
    assert all(0 <= value <= 1 + 1e-9 for value in scores.values())
    assert scores["hit@1"] <= scores["hit@4"] <= scores["hit@10"]


# Answers in a text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It cost 1,250 crowns.", "1250"),
        ("It cost 1250 crowns.", "1,250 crowns"),
        ("He met José Müller.", "Jose Muller"),
        ("THE MAYOR SAID SO", "mayor said"),
        ("The mayor’s daughter won.", "mayor daughter"),
        ("She starred in “Squid Game”.", "Squid Game"),
        ("It won an Oscar.", "the Oscar"),
        ("Twenty-one people", "twenty one"),
        ("总理周五访问北京。", "访问北京"),
        ("Straße", "STRASSE"),
    ],
)
def test_an_answer_is_found_whatever_its_case_accents_signs_and_articles(text, answer):
    assert contains_answer(text, [answer])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It cost 12,500 crowns.", "1250"),
        ("He painted the wall.", "paint"),
        ("It was 3.5 metres.", "35"),
        ("", "anything"),
        ("something", ""),
        ("something", "..."),
        ("The a", "the"),
    ],
)
def test_an_answer_is_not_found_within_another_word_or_in_nothing(text, answer):
    assert not contains_answer(text, [answer])


def test_any_of_several_answers_will_do():
    assert contains_answer("It was 12.", ["twelve", "12"])


def test_of_a_conflict_every_side_is_wanted():
    sides = ["12 people", "15 people"]
    assert not contains_answer("The Star counted 12 people.", sides, every=True)
    assert contains_answer("The Star counted 12 people, the Post 15 people.", sides, every=True)


def test_without_answers_nothing_is_contained():
    assert not contains_answer("Anything", [])
    assert not contains_answer("Anything", [], every=True)


# Means and percentiles


def test_the_mean_of_nothing_is_zero():
    assert (mean([]), mean([1.0, 2.0])) == (0.0, 1.5)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.95, 0.0),
        ([7.0], 0.0, 7.0),
        ([7.0], 1.0, 7.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([4.0, 3.0, 2.0, 1.0], 0.5, 2.0),
        (list(range(1, 21)), 0.95, 19),
        (list(range(1, 101)), 0.95, 95),
        (list(range(1, 101)), 1.0, 100),
        (list(range(1, 101)), 0.0, 1),
    ],
)
def test_a_percentile_is_the_smallest_value_that_the_share_does_not_exceed(values, share, expected):
    assert percentile(values, share) == expected


# Outcomes


def outcome(
    *, ending: Ending = Ending.QUOTED, gold: str = "a", kind: str = "lookup", right: float = 1.0, said: str = "Yes."
) -> run.Outcome:
    answer = Answer("Q?", ending, sentences=(Sentence(said, (1,)),) if ending.has_answer else ())
    question = GoldQuestion("q", kind, Question("Q?", NOW), ("Yes",), frozenset(gold))
    scores = {"hit@1": right} if gold else {}
    return run.Outcome(question, answer, scores, {"answer correct": right} if gold else {})


def test_scores_are_means_over_the_answerable_questions():
    scores = score([outcome(right=1.0), outcome(right=0.0), outcome(gold="", ending=Ending.NOT_COVERED)])
    assert (scores["n"], scores["hit@1"], scores["answer correct"]) == (3, 0.5, 0.5)


def test_refusals_are_counted_right_wrong_and_precise():
    scores = score(
        [
            outcome(),
            outcome(),
            outcome(),
            outcome(ending=Ending.NOT_COVERED),
            outcome(gold="", ending=Ending.OUT_OF_RANGE),
            outcome(gold="", ending=Ending.NOT_COVERED),
            outcome(gold="", ending=Ending.QUOTED),
        ]
    )
    assert scores["refused wrongly"] == 0.25
    assert scores["refused rightly"] == pytest.approx(2 / 3)
    assert scores["refusal precision"] == pytest.approx(2 / 3)


def test_of_unanswerable_questions_alone_only_right_refusals_are_scored():
    assert score([outcome(gold="", ending=Ending.NOT_COVERED)]) == {"n": 1, "refused rightly": 1.0}


def test_of_answerable_questions_alone_only_wrong_refusals_are_scored():
    assert score([outcome()]) == {"n": 1, "hit@1": 1.0, "answer correct": 1.0, "refused wrongly": 0.0}


def test_no_questions_have_no_scores():
    assert score([]) == {"n": 0}


def test_stages_are_timed_by_median_and_95th_percentile_over_the_answers_that_had_them():
    answers = [Answer("Q?", Ending.QUOTED, timings_ms={"search": float(n)}) for n in range(1, 21)]
    answers.append(Answer("Q?", Ending.QUOTED, timings_ms={"model": 5.04}))
    assert time_stages(answers) == {"search": {"p50": 10.0, "p95": 19.0}, "model": {"p50": 5.0, "p95": 5.0}}


# Datasets


def make_dataset(folder: Path, *questions: object, name: str = "questions.jsonl") -> Path:
    folder.mkdir(exist_ok=True)
    article = {"id": "bridge", "title": "Bridge", "source": "Gazette", "body": "The harbour bridge opened on Monday."}
    (folder / "articles.jsonl").write_text(json.dumps(article) + "\n", encoding="utf-8")
    lines = [q if isinstance(q, str) else json.dumps(q) for q in questions]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


GOOD = {"id": "q1", "question": "When did the bridge open?", "answers": ["Monday"], "articles": ["bridge"]}


def test_a_question_has_its_own_moment_bounds_history_and_gold(tmp_path):
    record = GOOD | {
        "kind": "as_of",
        "asked_on": "2025-06-01",
        "as_of": "2025-05-01",
        "paragraphs": ["bridge:1"],
        "history": [{"question": "Who?", "answer": "Dahl."}],
    }
    gold = load_dataset(make_dataset(tmp_path / "d", record), UTC).questions[0]
    assert (gold.id, gold.kind, gold.answers) == ("q1", "as_of", ("Monday",))
    assert (gold.articles, gold.paragraphs) == (frozenset({"bridge"}), frozenset({"bridge:1"}))
    assert gold.question.now == datetime(2025, 6, 1, 23, 59, 59, 999999, UTC)
    assert gold.question.filters.as_of == datetime(2025, 5, 1, 23, 59, 59, 999999, UTC)
    assert gold.question.history == (Turn("Who?", "Dahl."),)


def test_questions_without_articles_are_unanswerable(tmp_path):
    folder = make_dataset(tmp_path / "d", {"id": "u", "question": "Who?"}, name="unanswerable.jsonl")
    gold = load_dataset(folder, UTC).questions[0]
    assert (gold.kind, gold.answerable) == ("unanswerable", False)


def test_both_files_of_questions_are_read(tmp_path):
    folder = make_dataset(tmp_path / "d", GOOD)
    make_dataset(folder, {"id": "u", "question": "Who?"}, name="unanswerable.jsonl")
    assert [q.id for q in load_dataset(folder, UTC).questions] == ["q1", "u"]


@pytest.mark.parametrize(
    "bad",
    [
        "{not json",
        "[1]",
        '"text"',
        "{}",
        {"question": "Q?", "articles": "bridge"},
        {"question": "Q?", "answers": [1]},
        {"question": "Q?", "asked_on": "someday"},
        {"question": "Q?", "history": "before"},
        "[" * 100_000,
    ],
)
def test_a_question_that_cannot_be_read_is_named_by_file_and_line(tmp_path, bad):
    folder = make_dataset(tmp_path / "d", GOOD, "", bad)
    with pytest.raises(BadDataset, match=r"questions\.jsonl:3: "):
        load_dataset(folder, UTC)


def test_a_line_that_is_not_utf_8_is_named_by_file_and_line(tmp_path):
    folder = make_dataset(tmp_path / "d", GOOD)
    with (folder / "questions.jsonl").open("ab") as file:
        file.write(b'{"question": "\xff"}\n')
    with pytest.raises(BadDataset, match=r"questions\.jsonl:2: "):
        load_dataset(folder, UTC)


def test_an_id_that_two_questions_have_is_refused_with_file_and_line(tmp_path):
    folder = make_dataset(tmp_path / "d", GOOD)
    make_dataset(folder, {"id": "q1", "question": "Who?"}, name="unanswerable.jsonl")
    with pytest.raises(BadDataset, match=r"unanswerable\.jsonl:1: id 'q1'"):
        load_dataset(folder, UTC)


def test_a_folder_without_articles_is_refused_by_its_path(tmp_path):
    with pytest.raises(BadDataset, match=r"nowhere: no articles\.jsonl"):
        load_dataset(tmp_path / "nowhere", UTC)


def test_a_folder_without_questions_is_refused(tmp_path):
    with pytest.raises(BadDataset, match="no questions"):
        load_dataset(make_dataset(tmp_path / "d"), UTC)


def test_the_digest_follows_the_articles_and_not_the_questions(tmp_path):
    folder = make_dataset(tmp_path / "d", GOOD)
    before = load_dataset(folder, UTC).digest
    make_dataset(folder, GOOD, {"id": "q2", "question": "Who?"})
    assert load_dataset(folder, UTC).digest == before
    (folder / "articles.jsonl").write_text('{"id": "b", "body": "Other words."}\n', encoding="utf-8")
    assert load_dataset(folder, UTC).digest != before


def test_the_sample_newsroom_is_a_dataset():
    dataset = load_dataset(Path(__file__).resolve().parents[2] / "corpus", UTC)
    assert len(dataset.questions) >= 150


# From end to end


@pytest.fixture
def dataset(tmp_path) -> Path:
    return make_dataset(
        tmp_path / "tiny",
        GOOD,
        {"id": "q2", "kind": "conflict", "question": "When?", "answers": ["Monday", "Friday"], "articles": ["bridge"]},
        {"id": "q3", "question": "Who won the cup in Tidemark?"},
    )


def test_an_evaluation_scores_every_question_and_kind(settings, fake_weights, answer_all, dataset):
    result = evaluate_dataset(settings, dataset, lambda *_: None)
    assert result["scores"]["n"] == 3
    assert (result["scores"]["hit@1"], result["scores"]["answer in hits@1"]) == (1.0, 0.5)
    assert list(result["kinds"]) == ["question", "conflict", "unanswerable"]
    assert result["kinds"]["conflict"]["answer in hits@10"] == 0.0
    assert result["kinds"]["question"]["answer correct"] == 1.0
    assert [q["id"] for q in result["questions"]] == ["q1", "q2", "q3"]
    assert {"encode", "search", "evidence", "total"} <= set(result["timings_ms"])
    assert json.loads(json.dumps(result)) == result


def test_an_evaluation_that_refuses_everything_is_right_only_on_the_unanswerable(
    settings, fake_weights, refuse_all, dataset
):
    scores = evaluate_dataset(settings, dataset, lambda *_: None)["scores"]
    assert (scores["refused wrongly"], scores["refused rightly"], scores["answer correct"]) == (1.0, 1.0, 0.0)
    assert scores["refusal precision"] == pytest.approx(1 / 3)


def test_an_evaluation_never_moves_the_live_pointer(settings, fake_weights, dataset, articles):
    desk = Desk(settings)
    desk.rebuild([articles])
    before = (desk.status(), desk.generations())
    evaluate_dataset(settings, dataset, lambda *_: None)
    after = Desk(settings)
    assert (after.status()["generation"], after.status()["articles"]) == (before[0]["generation"], 12)
    assert after.generations() == before[1]


def test_without_an_index_an_evaluation_builds_none_that_is_live(settings, fake_weights, dataset):
    evaluate_dataset(settings, dataset, lambda *_: None)
    assert Desk(settings).status()["generation"] is None


def test_a_second_evaluation_of_the_same_articles_uses_their_index_again(settings, fake_weights, dataset):
    stages: list[str] = []
    evaluate_dataset(settings, dataset, lambda *_: None)
    evaluate_dataset(settings, dataset, lambda stage, *_: stages.append(stage))
    assert "encoding" not in stages
    assert stages.count("asking") == 3


def test_scores_are_shown_as_a_table_with_a_row_for_each_kind(
    settings, fake_weights, refuse_all, dataset, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "200")
    show_scores(make_console(), evaluate_dataset(settings, dataset, lambda *_: None))
    _, header, *rows = capsys.readouterr().out.split("\n")
    assert header.split()[:3] + header.split()[-2:] == ["kind", "n", "hit@1", "lost", "refused"]
    assert [row.split()[0] for row in rows[:4]] == ["all", "question", "conflict", "unanswerable"]
    assert {row.split()[0]: row.split()[-1] for row in rows[:4]} == {
        "all": "1.000",
        "question": "-",
        "conflict": "-",
        "unanswerable": "1.000",
    }
    assert any(row.startswith("search: p50 ") for row in rows)

"""Datasets with faults, and evaluations from end to end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bot.desk import Desk
from bot.evaluation.baseline import BuildFigures
from bot.evaluation.dataset import BadDataset, joint_digest, load_dataset, load_haystack
from bot.evaluation.record import time_stages
from bot.evaluation.run import Setup, evaluate_dataset, measure, measure_plain, prepare
from bot.evaluation.table import show_scores
from bot.generations import list_generations
from bot.terminal import make_console
from bot.types import Turn
from index.types import Hit, Passage

# Datasets


def make_dataset(folder: Path, *questions: object, name: str = "questions.jsonl") -> Path:
    folder.mkdir(exist_ok=True)
    article = {"id": "bridge", "title": "Bridge", "source": "Gazette", "body": "The harbour bridge opened on Monday."}
    (folder / "articles.jsonl").write_text(json.dumps(article) + "\n", encoding="utf-8")
    lines = [q if isinstance(q, str) else json.dumps(q) for q in questions]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def make_questions(folder: Path, *questions: object) -> None:
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, questions)), encoding="utf-8")


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


def test_questions_with_answers_and_no_articles_are_answerable(tmp_path):
    gold = load_dataset(make_dataset(tmp_path / "d", {"question": "When?", "answers": ["Monday"]}), UTC).questions[0]
    assert (gold.kind, gold.answerable) == ("question", True)


def test_zero_is_an_id_and_nothing_is_none(tmp_path):
    questions = [{"id": given, "question": "Who?"} for given in (0, "", None, 7)]
    loaded = load_dataset(make_dataset(tmp_path / "d", *questions), UTC).questions
    assert [q.id for q in loaded] == ["0", "questions-2", "questions-3", "7"]


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
        {"question": ""},
        {"question": "  "},
        {"question": 7},
        {"question": None},
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


def test_the_questions_digest_follows_the_questions_and_not_the_articles(tmp_path):
    folder = make_dataset(tmp_path / "d", GOOD)
    before = load_dataset(folder, UTC).questions_digest
    (folder / "articles.jsonl").write_text('{"id": "b", "body": "Other words."}\n', encoding="utf-8")
    assert load_dataset(folder, UTC).questions_digest == before
    make_questions(folder, GOOD | {"answers": ["Friday"]})
    assert load_dataset(folder, UTC).questions_digest != before


def test_a_haystack_needs_no_questions(tmp_path):
    folder = make_dataset(tmp_path / "d")
    (folder / "questions.jsonl").unlink()
    assert load_haystack(folder).questions == ()


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


def means(scores: dict[str, dict[str, Any]]) -> dict[str, float]:
    return {name: score["mean"] for name, score in scores.items()}


def by_id(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {q["id"]: q for q in result["questions"]}


def test_an_evaluation_scores_every_question_and_kind(settings, fake_weights, answer_all, dataset):
    result = evaluate_dataset(settings, dataset, lambda *_: None)
    scores = means(result["scores"])
    assert (scores["hit@1"], scores["answer in hits@1"], scores["all gold@10"]) == (1.0, 0.5, 1.0)
    assert {name: score["n"] for name, score in result["scores"].items() if name.startswith(("hit@1", "ref"))} == {
        "hit@1": 2,
        "hit@10": 2,
        "refused wrongly": 2,
        "refused rightly": 1,
        "refusal f1": 1,
    }
    assert list(result["kinds"]) == ["question", "conflict", "unanswerable"]
    assert means(result["kinds"]["conflict"])["answer in hits@10"] == 0.0
    assert means(result["kinds"]["question"])["answer correct"] == 1.0
    assert list(by_id(result)) == ["q1", "q2", "q3"]
    assert {"encode", "search", "evidence", "total"} <= set(result["timings_ms"])
    assert json.loads(json.dumps(result)) == result


def test_a_question_is_kept_with_its_gold_its_answer_and_what_was_found(settings, fake_weights, answer_all, dataset):
    question = by_id(evaluate_dataset(settings, dataset, lambda *_: None))["q1"]
    assert (question["question"], question["kind"], question["answerable"]) == (GOOD["question"], "question", True)
    assert (question["gold_answers"], question["gold_articles"]) == (["Monday"], ["bridge"])
    assert (question["outcome"], question["answer"]) == ("quoted", "The harbour bridge opened on Monday. [1]")
    assert question["citations"] == [
        {"article_id": "bridge", "paragraph": 1, "quote": "The harbour bridge opened on Monday.", "exact": True}
    ]
    [hit] = question["hits"]
    assert (hit["rank"], hit["passage"], hit["gold"], hit["copies"]) == (1, "bridge:1-1", True, [])
    assert (hit["title"], hit["source"], hit["published_at"]) == ("Bridge", "Gazette", None)
    assert hit["text"] == "The harbour bridge opened on Monday."
    assert (hit["dense_rank"], hit["lexical_rank"], hit["fused_rank"]) == (1, 1, 1)
    assert question["missed_gold"] == []
    assert question["scores"]["quotes exact"] == 1.0
    assert set(question["timings_ms"]) >= {"search", "total"}


def test_a_question_is_kept_with_its_bounds_and_what_was_asked_before(settings, fake_weights, answer_all, tmp_path):
    asked = GOOD | {"as_of": "2025-05-01", "history": [{"question": "Which one?", "answer": "The new one."}]}
    result = by_id(
        evaluate_dataset(settings, make_dataset(tmp_path / "d", asked, GOOD | {"id": "q2"}), lambda *_: None)
    )
    assert result["q1"]["filters"] == {"as_of": "2025-05-01T23:59:59.999999Z"}
    assert result["q1"]["history"] == [{"question": "Which one?", "answer": "The new one."}]
    assert (result["q2"]["filters"], result["q2"]["history"]) == ({}, [])


def test_long_texts_are_cut_to_400_characters(settings, fake_weights, answer_all, tmp_path):
    folder = make_dataset(tmp_path / "long", GOOD)
    words = " ".join(f"bridge{i}" for i in range(45))
    article = {"id": "bridge", "title": "T", "source": "S", "body": f"The harbour bridge {words} opened on Monday."}
    (folder / "articles.jsonl").write_text(json.dumps(article), encoding="utf-8")
    question = by_id(evaluate_dataset(settings, folder, lambda *_: None))["q1"]
    assert {len(hit["text"]) for hit in question["hits"]} == {400}
    assert {len(c["quote"]) for c in question["citations"]} == {400}
    assert question["scores"]["quotes exact"] == 1.0


def test_a_question_without_gold_texts_is_scored_by_its_articles_alone(settings, fake_weights, answer_all, tmp_path):
    folder = make_dataset(tmp_path / "d", {k: v for k, v in GOOD.items() if k != "answers"})
    scores = by_id(evaluate_dataset(settings, folder, lambda *_: None))["q1"]["scores"]
    assert scores["hit@1"] == 1.0
    assert not {"answer in hits@1", "answer correct", "first sentence correct"} & scores.keys()


def test_a_question_without_gold_articles_is_scored_by_its_texts_alone(settings, fake_weights, answer_all, tmp_path):
    folder = make_dataset(tmp_path / "d", {k: v for k, v in GOOD.items() if k != "articles"})
    scores = by_id(evaluate_dataset(settings, folder, lambda *_: None))["q1"]["scores"]
    assert (scores["answer in hits@1"], scores["answer correct"], scores["refused wrongly"]) == (1.0, 1.0, 0.0)
    assert not {"hit@1", "ndcg@10", "citation precision", "refused rightly"} & scores.keys()


def test_an_evaluation_that_refuses_everything_is_right_only_on_the_unanswerable(
    settings, fake_weights, refuse_all, dataset
):
    scores = means(evaluate_dataset(settings, dataset, lambda *_: None)["scores"])
    assert (scores["refused wrongly"], scores["refused rightly"], scores["answer correct"]) == (1.0, 1.0, 0.0)
    assert scores["refusal precision"] == pytest.approx(1 / 3)
    assert scores["refusal f1"] == pytest.approx(2 * (1 / 3) / (1 + 1 / 3))
    assert "quotes exact" not in scores


def test_stages_are_timed_by_median_and_95th_percentile_over_the_answers_that_had_them():
    timings = [{"search": float(n)} for n in range(1, 21)] + [{"model": 5.04}]
    assert time_stages(timings) == {"search": {"p50": 10.0, "p95": 19.0}, "model": {"p50": 5.0, "p95": 5.0}}


def test_a_build_that_embeds_nothing_tells_the_rate_of_the_one_that_filled_the_index(settings, fake_weights, dataset):
    first, again = (evaluate_dataset(settings, dataset, lambda *_: None) for _ in range(2))
    assert (first["n_articles"], first["n_passages"], first["build"]["embedded"]) == (1, 1, 1)
    assert first["build"]["passages_per_s"] > 0
    assert (again["n_articles"], again["build"]["embedded"]) == (1, 0)
    assert again["build"]["passages_per_s"] == first["build"]["passages_per_s"]


@pytest.mark.parametrize("kept", [None, "", "fast"])
def test_a_rate_that_was_not_kept_is_none(settings, fake_weights, dataset, kept):
    first = evaluate_dataset(settings, dataset, lambda *_: None)
    file = settings.home / "eval" / first["articles_digest"] / "passages_per_s"
    file.unlink() if kept is None else file.write_text(kept, encoding="utf-8")
    assert evaluate_dataset(settings, dataset, lambda *_: None)["build"]["passages_per_s"] is None


@pytest.mark.parametrize(
    ("embedded", "rate", "shown"),
    [
        (10, 50.2, "; 50 passages/s embedded"),
        (0, 50.2, "; 50 passages/s embedded when the index was filled"),
        (0, None, "; nothing embedded, the index was there"),
    ],
)
def test_the_rate_is_shown_with_when_it_was_measured(embedded, rate, shown, capsys):
    build = {"embedded": embedded, "seconds": 1.0, "passages_per_s": rate}
    empty = {"scores": {}, "kinds": {}, "questions": [], "timings_ms": {"total": {"p50": 1.0, "p95": 2.0}}}
    show_scores(make_console(), {"dataset": "d", "articles_digest": "a", "n_articles": 1, "build": build, **empty})
    assert f"ms, p50/p95: total 1/2{shown}\n" in capsys.readouterr().out


def test_an_evaluation_never_moves_the_live_pointer(settings, fake_weights, dataset, articles):
    desk = Desk(settings)
    desk.rebuild([articles])
    before = (desk.status(), list_generations(desk.store))
    evaluate_dataset(settings, dataset, lambda *_: None)
    after = Desk(settings)
    assert (after.status()["generation"], after.status()["articles"]) == (before[0]["generation"], 12)
    assert list_generations(after.store) == before[1]


def test_without_an_index_an_evaluation_builds_none_that_is_live(settings, fake_weights, dataset):
    evaluate_dataset(settings, dataset, lambda *_: None)
    assert Desk(settings).status()["generation"] is None


def test_a_second_evaluation_of_the_same_articles_uses_their_index_again(settings, fake_weights, dataset):
    stages: list[str] = []
    evaluate_dataset(settings, dataset, lambda *_: None)
    evaluate_dataset(settings, dataset, lambda stage, *_: stages.append(stage))
    assert "encoding" not in stages
    assert stages.count("asking") == 3


def test_scores_are_shown_as_a_table_with_a_row_for_each_kind(settings, fake_weights, refuse_all, dataset, capsys):
    show_scores(make_console(), evaluate_dataset(settings, dataset, lambda *_: None))
    title, header, *rows = capsys.readouterr().out.split("\n")
    assert title.startswith("tiny (")
    assert header.split()[:3] + header.split()[-2:] == ["kind", "n", "hit@1", "lost", "refused"]
    assert [row.split()[:2] for row in rows[:4]] == [
        ["all", "3"],
        ["question", "1"],
        ["conflict", "1"],
        ["unanswerable", "1"],
    ]
    assert [row.split()[-1] for row in rows[:4]] == ["1.000", "-", "-", "1.000"]
    assert any(row.startswith("ms, p50/p95: understand ") for row in rows)


def test_scores_are_shown_with_their_intervals(settings, fake_weights, answer_all, dataset, capsys):
    show_scores(make_console(), evaluate_dataset(settings, dataset, lambda *_: None))
    rows = [line.split() for line in capsys.readouterr().out.split("\n")]
    assert ["answer", "in", "hits@1", "0.500", "0.000-1.000", "2"] in [row[:6] for row in rows]


def test_the_table_of_a_long_name_and_kind_fits_in_110_columns(settings, fake_weights, answer_all, tmp_path, capsys):
    folder = make_dataset(tmp_path / ("d" * 60), GOOD | {"kind": "k" * 60}, GOOD | {"id": "q2", "kind": "other"})
    show_scores(make_console(), evaluate_dataset(settings, folder, lambda *_: None))
    assert max(map(len, capsys.readouterr().out.split("\n"))) <= 110


# Haystacks and a fixed day


@pytest.fixture
def hay(tmp_path) -> Path:
    """A folder of articles, without questions."""
    folder = tmp_path / "hay"
    (folder / "articles").mkdir(parents=True)
    for name, day in (("toll", "2025-06-02"), ("herons", "2025-05-01T23:30:00-05:00")):
        record = {"id": name, "title": name, "source": "Star", "published_at": day, "body": f"The {name} went up."}
        (folder / "articles" / f"{name}.jsonl").write_text(json.dumps(record), encoding="utf-8")
    return folder


def test_articles_of_a_haystack_are_indexed_along_and_its_questions_not_asked(
    settings, fake_weights, answer_all, dataset, hay
):
    make_questions(hay, {"id": "other", "question": "What went up?", "articles": ["toll"]})
    result = evaluate_dataset(settings, dataset, lambda *_: None, Setup(haystack=(hay,)))
    assert (result["dataset"], result["with"], result["n_articles"]) == ("tiny", ["hay"], 3)
    assert list(by_id(result)) == ["q1", "q2", "q3"]
    assert "toll" in {hit["article_id"] for q in result["questions"] for hit in q["hits"]}


def test_a_dataset_alone_keeps_the_index_that_its_digest_names(settings, fake_weights, dataset, hay):
    alone = evaluate_dataset(settings, dataset, lambda *_: None)
    joint = evaluate_dataset(settings, dataset, lambda *_: None, Setup(haystack=(hay,)))
    assert alone["articles_digest"] == load_dataset(dataset, UTC).digest
    assert joint["articles_digest"] not in (alone["articles_digest"], load_haystack(hay).digest)
    homes = {folder.name for folder in (settings.home / "eval").iterdir()}
    assert {alone["articles_digest"], joint["articles_digest"]} == homes


def test_two_datasets_share_one_index_whichever_is_the_haystack(settings, fake_weights, dataset, hay):
    make_questions(hay, {"id": "other", "question": "What went up?", "articles": ["toll"]})
    evaluate_dataset(settings, dataset, lambda *_: None, Setup(haystack=(hay,)))
    stages: list[str] = []
    evaluate_dataset(settings, hay, lambda stage, *_: stages.append(stage), Setup(haystack=(dataset,)))
    assert "encoding" not in stages


def test_a_dataset_is_no_haystack_of_itself(settings, fake_weights, dataset):
    result = evaluate_dataset(settings, dataset, lambda *_: None, Setup(haystack=(dataset,)))
    assert (result["with"], result["articles_digest"]) == ([], load_dataset(dataset, UTC).digest)


def test_a_joint_digest_is_the_same_in_any_order_and_a_single_one_its_own(dataset, hay):
    a, b = load_haystack(dataset), load_haystack(hay)
    assert joint_digest([a]) == joint_digest([a, a]) == a.digest
    assert joint_digest([a, b]) == joint_digest([b, a])
    assert len({joint_digest([a, b]), a.digest, b.digest}) == 3


def test_with_a_fixed_day_every_question_is_asked_at_the_end_of_the_newest_articles(
    settings, fake_weights, answer_all, dataset, hay
):
    setup = Setup(haystack=(hay,), fixed_now=True)
    make_questions(dataset, GOOD | {"asked_on": "2025-01-01"}, GOOD | {"id": "q2"})
    result = evaluate_dataset(settings, dataset, lambda *_: None, setup)
    assert {q["asked_on"] for q in result["questions"]} == {"2025-06-02T23:59:59.999999Z"}
    assert result["fixed_now"] is True


def test_the_fixed_day_ends_where_the_reader_is(settings, fake_weights, answer_all, dataset, hay):
    (hay / "articles" / "toll.jsonl").unlink()
    tokyo = settings.model_copy(update={"timezone": "Asia/Tokyo"})
    result = evaluate_dataset(tokyo, dataset, lambda *_: None, Setup(haystack=(hay,), fixed_now=True))
    assert result["questions"][0]["asked_on"] == "2025-05-02T14:59:59.999999Z"  # 13:30 on 2 May in Tokyo


def test_with_a_fixed_day_a_question_keeps_its_as_of(settings, fake_weights, answer_all, dataset, hay):
    make_questions(dataset, {"id": "q", "question": "What went up?", "articles": ["toll"], "as_of": "2025-05-20"})
    result = evaluate_dataset(settings, dataset, lambda *_: None, Setup(haystack=(hay,), fixed_now=True))
    assert {hit["article_id"] for hit in result["questions"][0]["hits"]} == {"herons"}


def test_without_a_dated_article_there_is_no_day_to_fix(settings, fake_weights, dataset):
    with pytest.raises(BadDataset, match="tiny: no article has a date"):
        evaluate_dataset(settings, dataset, lambda *_: None, Setup(fixed_now=True))


# The plain pipeline


class PlainStub:
    """A plain pipeline that finds the bridge second, and keeps how it was called."""

    made: ClassVar[list[tuple[Path, Sequence[Path]]]] = []
    asked: ClassVar[list[str]] = []

    def __init__(self, home: Path, articles: Sequence[Path], threads: int = 0) -> None:
        self.made.append((home, articles))
        self.n_articles = 7

    def build(self, on_progress: Any) -> BuildFigures:
        return BuildFigures(embedded=20, seconds=4.0, passages=30)

    def search(self, text: str, k: int) -> list[Hit]:
        self.asked.append(text)
        hits = [("other", "Nothing."), ("bridge", "It opened on Monday.")]
        return [
            Hit(rank, 1 / rank, Passage(name, 1, 1, text), "T", "S", None, "", "en")
            for rank, (name, text) in enumerate(hits, 1)
        ][:k]


def test_the_plain_pipeline_is_measured_as_a_dataset_of_its_own(settings, fake_weights, dataset, monkeypatch):
    monkeypatch.setattr("bot.evaluation.baseline.PlainPipeline", PlainStub)
    trial = prepare(settings, dataset, lambda *_: None, Setup())
    ours, plain = measure(trial), measure_plain(trial)
    assert (ours["dataset"], plain["dataset"]) == ("tiny", "tiny (plain)")
    assert PlainStub.made == [(settings.home / "eval" / f"plain-{trial.key}", trial.articles)]
    assert PlainStub.asked[-3:] == [q["question"] for q in ours["questions"]]
    assert (plain["n_articles"], plain["n_passages"]) == (7, 30)
    assert plain["build"] == {"embedded": 20, "seconds": 4.0, "passages_per_s": 5.0}
    assert set(plain["timings_ms"]) == {"search", "total"}
    scores = means(plain["scores"])
    assert (scores["hit@1"], scores["hit@4"], scores["mrr@10"]) == (0.0, 1.0, 0.5)
    assert (scores["answer in hits@1"], scores["answer in hits@3"]) == (0.0, 0.5)
    assert not {"answer correct", "quotes exact", "refused wrongly", "refused rightly"} & scores.keys()
    assert set(by_id(plain)["q1"]) == set(by_id(ours)["q1"])
    assert by_id(plain)["q1"]["outcome"] == ""
    assert json.loads(json.dumps(plain)) == plain

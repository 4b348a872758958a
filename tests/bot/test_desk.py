"""What the settings make of the newsroom: a model's sentences judged by the NLI model that they name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bot.citations import Paragraph
from bot.desk import Desk
from bot.settings import Settings
from bot.types import Answer, Outcome, Question
from bot.verify.entailment import EntailmentUnavailable, Judgement
from index.build import build_index
from index.errors import BuildBusy

pytestmark = pytest.mark.usefixtures("fake_weights", "answer_all")

REWORDED = "It opened on Monday, the harbour bridge in Port Amsel."


class Judge:
    """Stands in for the NLI model; its name is what it finds."""

    def __init__(self, name: str, threads: int) -> None:
        self.name = name
        self.threads = threads

    def judge(self, paragraphs: Sequence[Paragraph], sentence: str) -> Judgement:
        if self.name == "missing":
            raise EntailmentUnavailable("NLI model missing: is not at hand; set NEWSDESK_NLI")
        return Judgement(0.9, 0, 0.1) if self.name == "entailed" else Judgement(0.1, 0, 0.9)


@pytest.fixture
def make_desk(monkeypatch, built_home, scripted):
    """A desk over the dozen articles."""
    monkeypatch.setattr("bot.desk.EntailmentModel", Judge)
    monkeypatch.setattr("bot.desk.make_model", lambda s: None if s.llm == "none" else scripted(f"{REWORDED} [1]"))

    def make(nli: str, llm: str = "http://127.0.0.1:1/v1") -> Desk:
        return Desk(Settings(home=built_home, nli=nli, llm=llm, encoder_threads=3))

    return make


def ask(desk: Desk) -> Answer:
    return desk.answerer.ask(
        Question("When did the harbour bridge in Port Amsel open?", datetime(2025, 7, 1, tzinfo=UTC))
    )


def test_without_an_nli_model_the_rules_decide(make_desk):
    desk = make_desk("")
    assert desk.entailment is None
    assert [s.text for s in ask(desk).sentences][:1] == [REWORDED]


def test_a_sentence_is_shown_where_the_nli_model_finds_it_entailed(make_desk):
    assert [s.text for s in ask(make_desk("entailed")).sentences][:1] == [REWORDED]


def test_a_sentence_is_dropped_where_the_nli_model_does_not(make_desk):
    answer = ask(make_desk("contradicted"))
    assert answer.outcome is Outcome.QUOTED
    assert answer.dropped == (f"not entailed (contradiction 0.90): {REWORDED}",)


def test_an_nli_model_that_is_not_at_hand_is_told_before_the_first_question(make_desk):
    with pytest.raises(EntailmentUnavailable):
        make_desk("missing").warm_up()


def test_without_a_language_model_the_nli_model_is_not_needed(make_desk):
    desk = make_desk("missing", llm="none")
    desk.warm_up()
    assert ask(desk).outcome is Outcome.QUOTED


def test_a_build_without_paths_does_not_undo_one_from_others_that_came_between(newsroom, home, monkeypatch, tmp_path):
    newsroom.write("bridge", "The bridge opened on Monday.")
    newsroom.build()
    other = tmp_path / "other.md"
    other.write_text("# Story\n\nIt rained on Monday.", encoding="utf-8")

    def build_after_another(store, encoder, paths, **how):
        build_index(store, encoder, [other], recorded=[str(other)])
        return build_index(store, encoder, paths, **how)

    monkeypatch.setattr("bot.desk.build_index", build_after_another)
    desk = Desk(Settings(home=home))
    with pytest.raises(BuildBusy, match="from other paths"):
        desk.rebuild(asked_for=False)
    assert desk.store.live().paths == (str(other),)


def test_the_nli_model_runs_on_the_threads_of_the_encoder(make_desk):
    assert make_desk("entailed").entailment.threads == 3

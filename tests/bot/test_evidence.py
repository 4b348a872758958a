"""From hits to the sentences that answer, and how sure one can be of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.confidence import CONFIDENCE_WEIGHTS, confidence_features, estimate_confidence
from bot.evidence import MAX_SENTENCES, SENTENCE_WEIGHTS, choose_sentences, find_evidence, measure_from, understand
from index.lexical import tokenize
from index.passages import passage_sentences
from index.query import Outlets, understand_query
from index.types import Hit, Passage

QUESTION = "How many people crossed the harbour bridge?"
DIM = 8


def make_hit(text: str, rank: int = 1, article: str = "a", **fields) -> Hit:
    """A hit of one passage whose paragraphs are parted by empty lines."""
    defaults = {
        "rank": rank,
        "score": 1.0,
        "passage": Passage(article, 1, 1 + text.count("\n\n"), text),
        "title": "",
        "source": "The Courier",
        "published_at": None,
        "url": "",
        "language": "en",
        "vector_key": article,
        "similarity": 0.5,
    }
    return Hit(**(defaults | fields))


def equally_rare(tokens: Sequence[str]) -> dict[str, float]:
    return dict.fromkeys(tokens, 1.0)


def weigh(*hits: Hit, question: str = QUESTION, near: str = ""):
    """Evidence of hits for a question; the sentence that holds `near` is close to it, all others are not."""
    asked = understand(question, np.eye(DIM, dtype=np.float32)[0], dict.fromkeys(tokenize(question), 1.0), None)
    vectors = []
    for hit in hits:
        texts = [hit.passage.text[s.start : s.end] for s in passage_sentences(hit.passage)]
        vectors.append(np.array([np.eye(DIM)[0 if near and near in t else 1] for t in texts], dtype=np.float32))
    return find_evidence(asked, hits, vectors, equally_rare)


def feature(evidence, name: str) -> dict[str, float]:
    return {e.text: e.features[name] for e in evidence}


def test_every_feature_has_a_weight_and_none_is_large():
    [evidence] = weigh(make_hit("It rained."))
    assert list(evidence.features) == list(SENTENCE_WEIGHTS)
    assert all(-1 <= value <= 1 for value in evidence.features.values())


def test_the_nearest_sentence_comes_first():
    hit = make_hit("The mayor spoke. Crowds came at dawn. It rained.")
    assert weigh(hit, near="dawn")[0].text == "Crowds came at dawn."


def test_a_sentence_behind_a_near_one_is_raised():
    before = feature(weigh(make_hit("Crowds came at dawn. It rained. It stopped."), near="dawn"), "before")
    assert before == {"Crowds came at dawn.": 0, "It rained.": 1, "It stopped.": 0}


def test_words_of_the_title_that_were_not_asked_for_count_in_a_sentence_by_their_rarity():
    hit = make_hit("The ferry sank. The bridge sank. It rained.", title="Ferry and bridge sank")
    asked = understand("Which bridge?", np.eye(DIM, dtype=np.float32)[0], {"bridg": 1.0}, None)
    vectors = [np.zeros((3, DIM), dtype=np.float32)]
    title = feature(find_evidence(asked, [hit], vectors, lambda _: {"ferri": 3.0, "bridg": 9.0, "sank": 1.0}), "title")
    assert title == {"The ferry sank.": 1, "The bridge sank.": 0.25, "It rained.": 0}


def test_what_is_older_counts_less_up_to_a_fortnight():
    now = datetime(2026, 3, 20, tzinfo=UTC)
    asked = understand(QUESTION, np.eye(DIM, dtype=np.float32)[0], {}, now)
    ages = {days: asked.age(now - timedelta(days=days)) for days in (-2, -1, 0, 7, 14, 400)}
    assert ages == {-2: 1, -1: 0, 0: 0, 7: 0.5, 14: 1, 400: 1}
    assert asked.age(None) == 1
    assert replace(asked, moment=None).age(now - timedelta(days=400)) == 0
    old, new = (make_hit(f"{day} people came.", published_at=now - timedelta(days=day)) for day in (9, 2))
    vectors = [np.zeros((1, DIM), dtype=np.float32)] * 2
    assert [e.text for e in find_evidence(asked, [old, new], vectors, equally_rare)] == [
        "2 people came.",
        "9 people came.",
    ]


def test_of_a_sentence_that_stands_in_two_articles_the_better_place_is_kept():
    now = datetime(2026, 3, 20, tzinfo=UTC)
    asked = understand(QUESTION, np.eye(DIM, dtype=np.float32)[0], {}, now)
    hits = [
        make_hit("Six came.", article=i, published_at=now - timedelta(days=d)) for i, d in (("old", 20), ("new", 0))
    ]
    vectors = [np.zeros((1, DIM), dtype=np.float32)] * 2
    assert [e.hit.passage.article_id for e in find_evidence(asked, hits, vectors, equally_rare)] == ["new"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Who won?", 20),
        ("Who won today?", 20),
        ("How many had died by 17 March?", 17),
        ("What did the council decide on 17 March?", None),
        ("What did the council decide yesterday?", None),
        ("What was decided in 2024?", None),
        ("What did she originally plan?", None),
    ],
)
def test_age_is_measured_from_the_moment_unless_a_time_is_named_that_is_over(text: str, day: int | None):
    now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    moment = measure_from(understand_query(text, now, UTC, Outlets([])), now)
    assert (moment and moment.day) == day


def test_words_of_the_paragraph_and_of_the_title_count_around_a_sentence():
    hit = make_hit("The bridge opened. It rained.\n\nThe mayor spoke.", title="Harbour")
    around, words = (feature(weigh(hit), name) for name in ("around", "words"))
    assert around["The bridge opened."] == around["It rained."] > around["The mayor spoke."] > 0
    assert words["It rained."] == 0


@pytest.mark.parametrize("asking", ["Who crossed?", "“Who crossed?”", "谁过了桥？"])
def test_a_sentence_that_asks_is_no_answer(asking):
    evidence = weigh(make_hit(f"{asking}\n\nIt rained."))
    assert feature(evidence, "asks") == {asking: 1, "It rained.": 0}
    assert evidence[0].text == "It rained."


def test_a_sentence_with_what_is_asked_for_is_raised_and_its_words_are_marked():
    best, *_ = weigh(make_hit("The mayor spoke. 3,800 people came."))
    assert best.text == "3,800 people came."
    assert [best.text[a:b] for a, b in best.highlights] == ["3,800"]


def test_sentences_of_a_better_hit_come_first_by_its_score():
    evidence = weigh(make_hit("Rain fell."), make_hit("Snow fell.", 2, "b", score=0.01))
    assert [e.text for e in evidence] == ["Rain fell.", "Snow fell."]
    assert feature(evidence, "hit")["Snow fell."] == pytest.approx(-0.4605, abs=1e-3)


def test_a_sentence_that_two_articles_have_is_weighed_once():
    assert len(weigh(make_hit("Rain fell."), make_hit("Rain fell.", 2, "b"))) == 1


def test_the_best_sentence_leads_and_the_others_follow_in_reading_order():
    hit = make_hit("Rain came first. Wind came next.\n\nSnow came then. Some 90 hailstones came last.")
    chosen = choose_sentences(weigh(hit, near="came"))
    assert [e.text for e in chosen] == [
        "Some 90 hailstones came last.",
        "Rain came first.",
        "Wind came next.",
        "Snow came then.",
    ]


def test_what_says_the_same_again_is_left_out():
    evidence = weigh(
        make_hit("Some 3,800 people crossed the bridge on Sunday. 3,800 people crossed the bridge on Sunday.")
    )
    assert len(choose_sentences(evidence)) == 1


def test_what_is_far_behind_the_best_is_left_out():
    evidence = weigh(make_hit("3,800 people crossed the harbour bridge. It rained all day."), near="3,800")
    assert [e.text for e in choose_sentences(evidence)] == ["3,800 people crossed the harbour bridge."]


def test_another_article_is_quoted_only_where_it_is_nearly_as_good():
    good, poor = "A crowd of 3,800 crossed the bridge.", "Some came by boat."
    same = weigh(make_hit(f"{good} {poor}"))
    elsewhere = weigh(make_hit(good), make_hit(poor, 2, "b"))
    assert len(choose_sentences(same)) == 2
    assert len(choose_sentences(elsewhere)) == 1
    both = weigh(make_hit(good), make_hit("Then 6,500 crossed that bridge on foot.", 2, "b"))
    assert len(choose_sentences(both)) == 2


def test_a_sentence_that_begins_with_a_pronoun_brings_the_one_before_it():
    hit = make_hit("Rain fell. Mayor Orla Finch resigned.\n\nShe counted people at the harbour bridge. Dogs bark.")
    chosen = [e.text for e in choose_sentences(weigh(hit, near="She"))]
    assert chosen[:2] == ["She counted people at the harbour bridge.", "Mayor Orla Finch resigned."]


def test_a_pronoun_at_the_head_of_a_passage_is_quoted_alone():
    chosen = choose_sentences(weigh(make_hit("She counted people at the harbour bridge."), near="She"))
    assert len(chosen) == 1


def test_context_sentences_count_among_the_four():
    names = ("Ada", "Bea", "Cal", "Dan")
    text = " ".join(
        f"{name} left Room {n}. They saw people cross bridge {n} by foot{n}." for n, name in enumerate(names)
    )
    chosen = choose_sentences(weigh(make_hit(text), near="They"))
    assert len(chosen) == MAX_SENTENCES
    assert [e.text[:4] for e in chosen].count("They") == 2


@given(st.lists(st.text("abc .?\n", max_size=60), max_size=6))
def test_at_most_four_sentences_are_chosen_and_each_stands_in_its_paragraph(texts):
    hits = [make_hit(" ".join(text.split()) or "x", n, str(n)) for n, text in enumerate(texts, 1)]
    chosen = choose_sentences(weigh(*hits))
    assert len(chosen) <= MAX_SENTENCES
    assert bool(chosen) == bool(hits)
    for e in chosen:
        assert e.paragraph_text[e.start : e.start + len(e.text)] == e.text


# Confidence


def signals(*hits: Hit, n_passages: int = 1000, near: str = "") -> dict[str, float]:
    asked = understand(QUESTION, np.eye(DIM, dtype=np.float32)[0], dict.fromkeys(tokenize(QUESTION), 1.0), None)
    return confidence_features(asked, hits, weigh(*hits, near=near), n_passages)


def test_every_signal_of_confidence_has_a_weight():
    assert ["bias", *signals(make_hit("It rained."))] == list(CONFIDENCE_WEIGHTS)
    assert list(signals()) == list(signals(make_hit("It rained.")))


def test_more_words_of_the_question_and_a_nearer_sentence_make_it_surer():
    off = signals(make_hit("It rained."))
    on = signals(make_hit("People crossed the harbour bridge."), near="crossed")
    assert on["words"] > off["words"] == 0
    assert on["sentence"] > off["sentence"]
    assert estimate_confidence(on) > estimate_confidence(off)


def test_the_same_find_is_less_sure_the_more_passages_were_searched():
    hit = make_hit("People crossed the harbour bridge.")
    sure = [estimate_confidence(signals(hit, n_passages=n)) for n in (0, 100, 10_000, 30_000, 10**7)]
    assert sure == sorted(sure, reverse=True)
    assert sure[1] > sure[2] > sure[3] == sure[4]


def test_words_are_those_that_one_passage_has_together():
    apart = signals(make_hit("People came."), make_hit("The bridge opened.", 2, "b"))
    together = signals(make_hit("People came. The bridge opened."))
    assert together["words"] > apart["words"]
    assert signals(replace(make_hit("It rained."), why={"words": 0.3}))["best words"] == 0.3

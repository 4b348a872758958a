"""Scores of one question, against cases worked by hand."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.metrics import (
    answer_scores,
    citation_scores,
    contains_answer,
    disagreement_scores,
    is_exact,
    passage_scores,
    percentile,
    ranking_scores,
)
from bot.types import Answer, Citation, Difference, Disagreement, Outcome, Sentence
from index.types import Hit, Passage

# Ranking


RANKING = ("hit@1", "hit@4", "hit@10", "mrr@10", "ndcg@10", "recall@10", "all gold@10")


def rank(*passages: str, gold: str) -> dict[str, float]:
    """Scores of one ranking of passages, each given by the articles it stands for, parted by spaces."""
    ranking = [frozenset(p.split()) for p in passages]
    return ranking_scores({"q": ranking}, {"q": frozenset(gold.split())})["q"]


def test_a_gold_article_first_scores_one_everywhere():
    assert rank("a", "b", gold="a") == dict.fromkeys(RANKING, 1.0)


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


def test_recall_is_the_share_of_the_gold_articles_within_ten_passages():
    scores = rank("a", "x", "b", *"stuvwyz", "c", gold="a b c d")  # a and b within ten, c at rank 11, d nowhere
    assert (scores["recall@10"], scores["all gold@10"]) == (2 / 4, 0.0)


def test_recall_counts_each_gold_article_once_however_many_passages_it_has():
    assert rank("a", "a", "a", gold="a b")["recall@10"] == 1 / 2


def test_a_passage_that_stands_for_two_gold_articles_finds_both():
    scores = rank("x", "a b", gold="a b")
    assert (scores["recall@10"], scores["all gold@10"]) == (1.0, 1.0)
    assert scores["mrr@10"] == 1 / 2


def test_gold_articles_that_one_passage_stands_for_are_one_to_ndcg():
    assert rank("a b", gold="a b")["ndcg@10"] == 1.0
    assert rank("a b", "b c", gold="a b c")["ndcg@10"] == 1.0
    assert rank("x", "a b", gold="a b")["ndcg@10"] == pytest.approx(1 / math.log2(3))
    assert rank("a b", gold="a b c")["ndcg@10"] == pytest.approx(1 / (1 + 1 / math.log2(3)))  # c is still wanted


def test_a_second_passage_of_two_gold_articles_gains_nothing():
    scores = rank("a b", "a b", "c", gold="a b c")
    assert scores["ndcg@10"] == pytest.approx((1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3)))


def test_all_gold_articles_are_found_where_the_tenth_passage_is_the_last_of_them():
    scores = rank("a", *"stuvwxyz", "b", gold="a b")
    assert (scores["recall@10"], scores["all gold@10"], scores["hit@1"]) == (1.0, 1.0, 1.0)


def test_a_third_of_three_gold_articles_thrice_is_all_of_them():
    assert rank("c", "b", "a", gold="a b c")["all gold@10"] == 1.0


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
    assert scores["all gold@10"] <= scores["recall@10"] + 1e-9
    assert scores["recall@10"] <= scores["hit@10"]


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
        ("It cost $1.2 million.", "1.2 million"),
        ("Rates rose to 4.75%.", "4.75"),
        ("The sum was 1,234.5.", "1234.5"),
        ("It opened in 2024. 10 came.", "10"),
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
        ("It was 3.5 metres.", "3"),
        ("It cost 1.2 million.", "2 million"),
        ("It cost 2 million.", "1.2 million"),
        ("Version v1.2.3 is out.", "2.3"),
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


# Answers in passages and in what was said


def hit(article_id: str, text: str = "Text.", title: str = "Title", copies: tuple[str, ...] = ()) -> Hit:
    return Hit(1, 1.0, Passage(article_id, 1, 1, text), title, "Paper", None, "", "en", copies=copies)


def test_an_answer_is_looked_for_in_the_first_one_three_five_and_ten_passages():
    hits = [hit(f"a{i}", "It was Friday." if i == 3 else "Nothing.") for i in range(12)]
    assert passage_scores(hits, ["Friday"], every=False) == {
        "answer in hits@1": 0.0,
        "answer in hits@3": 0.0,
        "answer in hits@5": 1.0,
        "answer in hits@10": 1.0,
    }


def test_an_answer_beyond_the_tenth_passage_is_not_found():
    hits = [hit(f"a{i}", "It was Friday." if i == 10 else "Nothing.") for i in range(12)]
    assert set(passage_scores(hits, ["Friday"], every=False).values()) == {0.0}


def test_an_answer_may_stand_in_a_title_but_not_across_two_passages():
    assert passage_scores([hit("a", title="Squid Game is back")], ["Squid Game"], every=False)["answer in hits@1"] == 1
    across = [hit("a", "A squid"), hit("b", "Late", title="Game over")]
    assert passage_scores(across, ["squid game"], every=False)["answer in hits@3"] == 0


def test_every_side_of_a_conflict_may_stand_in_a_passage_of_its_own():
    scores = passage_scores([hit("a", "Twelve."), hit("b", "Fifteen.")], ["twelve", "fifteen"], every=True)
    assert (scores["answer in hits@1"], scores["answer in hits@3"]) == (0.0, 1.0)


def test_without_answers_there_is_nothing_to_score():
    assert passage_scores([hit("a")], [], every=False) == {}
    assert answer_scores(Answer("Q?", Outcome.QUOTED, sentences=(Sentence("Yes.", (1,)),)), [], every=False) == {}


def test_an_answer_is_correct_in_any_sentence_and_by_itself_in_the_first():
    answer = Answer("Q?", Outcome.QUOTED, sentences=(Sentence("It opened.", (1,)), Sentence("On Monday.", (2,))))
    assert answer_scores(answer, ["Monday"], every=False) == {"answer correct": 1.0, "first sentence correct": 0.0}
    assert answer_scores(answer, ["opened"], every=False) == {"answer correct": 1.0, "first sentence correct": 1.0}


def test_a_refusal_is_not_correct_even_where_its_message_has_the_words():
    answer = Answer("Q?", Outcome.NOT_COVERED, message="That is not in these articles.")
    assert answer_scores(answer, ["articles"], every=False) == {"answer correct": 0.0, "first sentence correct": 0.0}


# Citations

DAY = datetime(2025, 4, 14, tzinfo=UTC)
BRIDGE = "The harbour bridge opened on Monday after three years of work. It cost 41 million crowns."
STORED = {("bridge", 1): BRIDGE, ("bridge", 2): "Cyclists may use it.", ("ferry", 1): "The ferry strike ended."}


def cite(n: int, article_id: str, paragraph: int = 1, quote: str = "The") -> Citation:
    text = STORED.get((article_id, paragraph), "")
    return Citation(n, article_id, "Harbour news", "Gazette", DAY, "", paragraph, text, quote, "")


@pytest.mark.parametrize(
    ("kind", "shown", "false"),
    [(None, 0, 0), (Difference.DIFFERENT, 1, 1), (Difference.CORRECTED, 1, 1), (Difference.UPDATED, 1, 0)],
)
def test_a_disagreement_counts_for_conflicts_and_against_other_questions(kind, shown, false):
    answer = Answer("?", Outcome.QUOTED, disagreement=Disagreement(kind, ()) if kind else None)
    assert disagreement_scores(answer, differ=True) == {"disagreement shown": shown}
    assert disagreement_scores(answer, differ=False) == {"false disagreement": false}


def answered(*sentences: tuple[str, tuple[int, ...]], citations: list[Citation], hits: tuple[Hit, ...] = ()) -> Answer:
    said = tuple(Sentence(text, numbers) for text, numbers in sentences)
    return Answer("Q?", Outcome.ANSWERED, sentences=said, citations=tuple(citations), hits=hits)


def score(answer: Answer, gold: str = "bridge") -> dict[str, float]:
    return citation_scores(answer, frozenset(gold.split()), STORED)


def test_a_sentence_that_its_gold_paragraph_supports_scores_one_everywhere():
    answer = answered(("The bridge opened on Monday.", (1,)), citations=[cite(1, "bridge", quote="opened on Monday")])
    assert score(answer) == {"citation precision": 1.0, "citation recall": 1.0, "quotes exact": 1.0}


def test_a_citation_of_another_article_is_imprecise_though_it_supports_its_sentence():
    answer = answered(
        ("The bridge opened on Monday.", (1,)),
        ("The ferry strike ended.", (2,)),
        citations=[cite(1, "bridge"), cite(2, "ferry")],
    )
    assert score(answer) == {"citation precision": 1 / 2, "citation recall": 1.0, "quotes exact": 1.0}


def test_a_citation_that_does_not_support_its_sentence_is_imprecise_though_its_article_is_gold():
    answer = answered(("The bridge cost 52 million crowns.", (1,)), citations=[cite(1, "bridge")])
    assert score(answer) == {"citation precision": 0.0, "citation recall": 0.0, "quotes exact": 1.0}


def test_a_needless_second_citation_lowers_precision_and_not_recall():
    answer = answered(
        ("The bridge opened on Monday.", (1, 2)), citations=[cite(1, "bridge"), cite(2, "bridge", paragraph=2)]
    )
    assert (score(answer)["citation precision"], score(answer)["citation recall"]) == (1 / 2, 1.0)


def test_citations_that_only_together_support_a_sentence_are_all_right():
    answer = answered(
        ("The bridge opened on Monday, cyclists may use it, and the ferry strike ended.", (1, 2, 3)),
        citations=[cite(1, "bridge"), cite(2, "bridge", paragraph=2), cite(3, "ferry")],
    )
    both = score(answer, gold="bridge ferry")
    assert (both["citation precision"], both["citation recall"]) == (1.0, 1.0)


def test_a_sentence_without_citation_lowers_recall_alone():
    answer = answered(("The bridge opened.", (1,)), ("The mayor sang.", ()), citations=[cite(1, "bridge")])
    assert score(answer) == {"citation precision": 1.0, "citation recall": 1 / 2, "quotes exact": 1.0}


def test_a_citation_is_gold_where_a_copy_of_its_article_is():
    answer = answered(
        ("The bridge opened.", (1,)), citations=[cite(1, "bridge")], hits=(hit("bridge", copies=("reprint",)),)
    )
    assert score(answer, gold="reprint")["citation precision"] == 1.0
    assert score(answer, gold="other")["citation precision"] == 0.0


def test_the_title_and_day_before_a_paragraph_support_a_sentence_as_they_do_for_a_model():
    answer = answered(("On 14 April the Gazette told: the bridge opened.", (1,)), citations=[cite(1, "bridge")])
    assert score(answer)["citation recall"] == 1.0


def test_an_unanswerable_question_has_no_precision():
    answer = answered(("The bridge opened.", (1,)), citations=[cite(1, "bridge")])
    assert set(score(answer, gold="")) == {"citation recall", "quotes exact"}


def test_a_refusal_has_no_citation_scores():
    assert score(Answer("Q?", Outcome.NOT_COVERED, message="No.")) == {}


@pytest.mark.parametrize(
    ("quote", "exact"),
    [("opened on Monday", 1.0), (BRIDGE, 1.0), ("opened on monday", 0.0), ("opened  on", 0.0), ("", 0.0)],
)
def test_a_quote_is_exact_where_it_stands_byte_for_byte_in_the_stored_paragraph(quote, exact):
    answer = answered(("The bridge opened.", (1,)), citations=[cite(1, "bridge", quote=quote)])
    assert score(answer)["quotes exact"] == exact


def test_a_quote_of_a_paragraph_that_is_not_stored_is_not_exact():
    invented = Citation(1, "bridge", "T", "S", None, "", 9, "Invented words.", "Invented", "")
    assert not is_exact(invented, STORED)


def test_half_of_two_quotes_may_be_exact():
    answer = answered(
        ("The bridge opened.", (1, 2)), citations=[cite(1, "bridge", quote="opened"), cite(2, "bridge", quote="closed")]
    )
    assert score(answer)["quotes exact"] == 1 / 2


# Percentiles


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

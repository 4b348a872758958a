"""The sides of a disagreement come first, stay when a model writes, and are told with outlet and time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.disagreement.told import Contrast
from bot.evidence import MAX_SENTENCES, Evidence
from bot.sides import describe_sides, keep_sides, lead_with, name_sides
from bot.types import Answer, Citation, Difference, Disagreement, Outcome, Sentence, Side
from index.types import Hit, Passage


def cite(n: int, source: str, quote: str, *, day: int = 7, hour: int = 6) -> Citation:
    moment = datetime(2025, 4, day, hour, tzinfo=UTC)
    return Citation(n, source, "Rally", source, moment, "", 1, quote, quote, "")


def evidence(text: str) -> Evidence:
    return Evidence(Hit(1, 1.0, Passage(text, 1, 1, text), "Rally", "Post", None, "", "en"), 1, 0, text, 1.0, {})


SIDES = (Side("6,500", 1), Side("3,800", 2))
QUOTED = Answer(
    "How many?",
    Outcome.QUOTED,
    sentences=(Sentence("6,500 came.", (1,)), Sentence("3,800 came.", (2,)), Sentence("It rained.", (3,))),
    citations=(
        cite(1, "Gazette", "6,500 came.", day=10),
        cite(2, "Post", "3,800 came."),
        cite(3, "Star", "It rained."),
    ),
    disagreement=Disagreement(Difference.DIFFERENT, SIDES),
)


def test_sides_come_before_the_other_sentences_and_none_is_quoted_twice():
    a, b, *others = (evidence(f"Sentence {n}.") for n in range(6))
    found = Contrast(Difference.DIFFERENT, (a, b), ("1", "2"))
    chosen = lead_with(found, [others[0], b, *others[1:]])
    assert chosen == [a, b, others[0], others[1]]
    assert len(chosen) == MAX_SENTENCES


def test_sides_are_the_first_citations():
    found = Contrast(Difference.CORRECTED, (evidence("a"), evidence("b")), ("66.9 per cent", "68.3 per cent"))
    assert name_sides(found) == Disagreement(Difference.CORRECTED, (Side("66.9 per cent", 1), Side("68.3 per cent", 2)))


def test_each_side_is_told_with_outlet_day_and_citation():
    assert describe_sides(QUOTED) == (
        "Sources differ: 6,500 (Gazette, 10 April 2025) [1]; 3,800 (Post, 7 April 2025) [2]."
    )


def test_sides_of_one_day_are_told_with_their_hour():
    same_day = replace(QUOTED, citations=(cite(1, "Gazette", "a", hour=18), cite(2, "Post", "b"), QUOTED.citations[2]))
    assert "Gazette, 7 April 2025, 18:00" in describe_sides(same_day)


def test_a_correction_and_an_update_are_called_what_they_are():
    for kind, opening in (
        (Difference.CORRECTED, "A later report corrects"),
        (Difference.UPDATED, "That has changed"),
    ):
        assert describe_sides(replace(QUOTED, disagreement=Disagreement(kind, SIDES))).startswith(opening)


def test_stories_without_a_figure_are_told_by_their_outlets():
    stories = replace(QUOTED, disagreement=Disagreement(Difference.DIFFERENT, (Side("", 1), Side("", 2))))
    assert describe_sides(stories) == "Sources differ: Gazette, 10 April 2025 [1]; Post, 7 April 2025 [2]."


def test_sources_that_agree_are_not_told_of():
    assert describe_sides(replace(QUOTED, disagreement=None)) == ""


def test_a_side_that_the_model_left_out_is_quoted_behind_what_it_wrote():
    written = replace(
        QUOTED,
        outcome=Outcome.ANSWERED,
        sentences=(Sentence("There were 3,800 people.", (1,)),),
        citations=(cite(1, "Post", "3,800 came."),),
    )
    kept = keep_sides(written, QUOTED)
    assert [(s.text, s.citations) for s in kept.sentences] == [
        ("There were 3,800 people.", (1,)),
        ("Told differently by Gazette (10 April 2025): 6,500 came.", (2,)),
    ]
    assert [(c.n, c.source) for c in kept.citations] == [(1, "Post"), (2, "Gazette")]
    assert kept.disagreement == Disagreement(Difference.DIFFERENT, (Side("6,500", 2), Side("3,800", 1)))


def test_prose_stays_as_it_is_where_sources_agree():
    written = replace(QUOTED, outcome=Outcome.ANSWERED, disagreement=None)
    assert keep_sides(written, replace(QUOTED, disagreement=None)) is written


def test_a_side_whose_paragraph_the_prose_cites_is_not_quoted_again():
    other_words = replace(cite(1, "Gazette", "The stewards counted."), paragraph=1)
    written = replace(
        QUOTED,
        sentences=(Sentence("Stewards counted 6,500 and a reporter 3,800.", (1, 2)),),
        citations=(other_words, cite(2, "Post", "3,800 came.")),
    )
    kept = keep_sides(written, QUOTED)
    assert (kept.sentences, kept.citations) == (written.sentences, written.citations)
    assert kept.disagreement == Disagreement(Difference.DIFFERENT, SIDES)


def test_highlights_of_a_side_behind_prose_stay_on_its_words():
    marked = replace(QUOTED.sentences[0], highlights=((0, 5),))
    written = replace(QUOTED, sentences=(), citations=())
    kept = keep_sides(written, replace(QUOTED, sentences=(marked, *QUOTED.sentences[1:])))
    assert [kept.sentences[0].text[a:b] for a, b in kept.sentences[0].highlights] == ["6,500"]


def test_an_article_that_corrects_itself_is_called_one():
    cited = tuple(replace(c, article_id="one", source="Post") for c in (cite(1, "Post", "a"), cite(2, "Post", "b")))
    own = replace(QUOTED, citations=cited, disagreement=Disagreement(Difference.CORRECTED, SIDES))
    assert describe_sides(own) == (
        "The article corrects what it said before: 6,500 (Post, 7 April 2025) [1]; 3,800 (Post, 7 April 2025) [2]."
    )

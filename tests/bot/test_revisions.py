"""What an earlier version of a cited article said."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.revisions import Revision, find_revision, tell_revisions
from bot.types import Answer, Citation, Outcome
from index.types import Article

EARLIER = (
    "The bridge opened on Monday. It cost 41 million crowns, said the contractor Ravn.",
    "At least 12 people were hurt when the crane fell on the quay.",
)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("It cost 43 million crowns, said the contractor Ravn.", Revision("43 million crowns", "41 million crowns")),
        ("At least 14 people were hurt when the crane fell on the quay.", Revision("14", "12")),
        ("It cost 41 million crowns, said the contractor Ravn.", None),
        ("It cost 43 million crowns.", None),
        ("It took 43 weeks, said the contractor Ravn.", None),
        ("Lorries have to wait until June.", None),
    ],
)
def test_a_figure_that_was_another_one_is_found(quote, found):
    assert find_revision(quote, EARLIER, day=date(2025, 4, 17)) == found


MISSING = "As of {}, {} people were missing after the landslide above the village of Sund."
FOUND = "The fire brigade of Sund {} found {} people in the mud{}, its chief told reporters."


@pytest.mark.parametrize(
    ("quote", "earlier", "found"),
    [
        (
            MISSING.format("dusk", 14),
            MISSING.format("noon", 12),
            Revision("14 (as of dusk)", "12 (as of noon)", is_update=True),
        ),
        (
            MISSING.format("9 p.m. on Friday", 14),
            MISSING.format("noon on Thursday", 12),
            Revision("14 (as of 9 p.m. on Friday)", "12 (as of noon on Thursday)", is_update=True),
        ),
        (
            MISSING.format("18 April", 14),
            MISSING.format("17 April", 12),
            Revision("14 (as of 18 April)", "12 (as of 17 April)", is_update=True),
        ),
        (MISSING.format("18 April", 12), MISSING.format("17 April", 12), None),
        (MISSING.format("noon", 14), MISSING.format("noon", 12), Revision("14", "12")),
        (
            FOUND.format("has", 14, " so far"),
            FOUND.format("has", 12, " so far"),
            Revision("14", "12"),
        ),
        (FOUND.format("has now", 14, ""), FOUND.format("has", 12, ""), Revision("14", "12", is_update=True)),
        (FOUND.format("has", 14, ""), FOUND.format("has", 12, ""), Revision("14", "12")),
        (FOUND.format("has", 14, " so far"), FOUND.format("has", 12, ""), Revision("14", "12", is_update=True)),
        (
            "The bank will pay the village of Sund 3 million crowns by Friday.",
            "The bank will pay the village of Sund 2 million crowns by Monday.",
            Revision("3 million crowns", "2 million crowns"),
        ),
        (
            "截至21时，已有14人失踪。",
            "截至18时，已有12人失踪。",
            Revision("14 (截至21时)", "12 (截至18时)", is_update=True),
        ),
    ],
)
def test_a_later_figure_is_an_update_with_its_moment(quote, earlier, found):
    assert find_revision(quote, [earlier], day=date(2025, 4, 17)) == found


QUARTER = (
    "Revenue of the bank's retail arm rose to {} million crowns in the {} quarter of the year{} it said on Monday."
)
DEATHS = "As of {}, officials said {} people had died in the warehouse fire in the north of Port Amsel."
VOTERS = "The minister said on Tuesday that {} percent of voters in {} had cast {}ballots by noon."


@pytest.mark.parametrize(
    ("quote", "earlier", "current"),
    [
        (
            QUARTER.format(12, "first", ","),
            [QUARTER.format(12, "first", ""), QUARTER.format(15, "second", ",")],
            [QUARTER.format(12, "first", ",")],
        ),
        (
            DEATHS.format("noon", 14),
            [DEATHS.format("dawn", 12)],
            [DEATHS.format("noon", 14), DEATHS.format("dawn", 12)],
        ),
        (
            VOTERS.format(40, "Amsel", "their "),
            [VOTERS.format(55, "Ravn", "their "), VOTERS.format(40, "Amsel", "")],
            [VOTERS.format(40, "Amsel", "their ")],
        ),
        (
            "The mayor of Amsel, Ines Dahl, said 40 boats left the old harbour by the north gate for the islands.",
            ["The mayor of Ravn, Tom Voss, said 55 boats left the old harbour by the north gate for the islands."],
            [],
        ),
    ],
)
def test_a_sentence_of_something_else_is_no_earlier_version(quote, earlier, current):
    assert find_revision(quote, earlier, current) is None


class Kept:
    """Versions of one article, the one now last, and what was asked for."""

    def __init__(self, *texts: str) -> None:
        self.asked: list[str] = []
        self._versions = [Article("a", "Bridge", "Paper", (text,)) for text in texts]

    def find(self, article_id: str) -> list[Article]:
        self.asked.append(article_id)
        return self._versions if article_id == "a" else []


def cite(n: int, article_id: str, quote: str) -> Citation:
    day = datetime(2025, 4, 17, tzinfo=UTC)
    return Citation(n, article_id, "Bridge", "Paper", day, "", 1, quote, quote, "")


def answer(*citations: Citation, question: str = "What did it cost?", notice: str = "") -> Answer:
    return Answer(question, Outcome.QUOTED, citations=citations, notice=notice)


def test_an_answer_tells_what_the_latest_other_version_said():
    kept = Kept("It cost 39 million crowns.", "It cost 41 million crowns.", "It cost 43 million crowns.")
    told = tell_revisions(answer(cite(1, "b", "It rained."), cite(2, "a", "It cost 43 million crowns.")), kept)
    assert told.notice == "An earlier version of [2] said 41 million crowns; it now says 43 million crowns."


@pytest.mark.parametrize(
    ("question", "notice"),
    [
        ("How many?", "[1] was updated: earlier it said 12 (as of noon), now it says 14 (as of dusk)."),
        ("多少人？", "[1]已更新：早先说的是12 (as of noon)，现在说的是14 (as of dusk)。"),
    ],
)
def test_an_article_that_went_on_is_not_told_as_one_that_was_wrong(question, notice):
    kept = Kept(MISSING.format("noon", 12), MISSING.format("dusk", 14))
    told = tell_revisions(answer(cite(1, "a", MISSING.format("dusk", 14)), question=question), kept)
    assert told.notice == notice


def test_it_is_told_behind_what_is_to_be_noted_anyway_and_in_the_questions_language():
    kept = Kept("It cost 41 million crowns.", "It cost 43 million crowns.")
    told = tell_revisions(
        answer(cite(1, "a", "It cost 43 million crowns."), question="造价多少？", notice="Note."), kept
    )
    assert told.notice == "Note. [1]的较早版本说的是41 million crowns，现在说的是43 million crowns。"


def test_an_answer_without_changed_figures_is_as_it_was():
    kept = Kept("It cost 43 million crowns.")
    same = answer(cite(1, "a", "It cost 43 million crowns."), cite(2, "a", "It rained."))
    assert tell_revisions(same, kept) is same
    assert kept.asked == ["a"]

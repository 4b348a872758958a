"""Claims are held against articles: said, told otherwise, told both ways, or not told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.answer import Answerer
from bot.claims.checker import ClaimChecker
from bot.claims.types import CheckedClaim, CheckedText
from bot.types import Question
from bot.verify.entailment import Entailment, Judgement
from index.types import Filters

NOW = datetime(2025, 7, 1, tzinfo=UTC)
Check = Callable[..., CheckedText]


@pytest.fixture
def check(newsroom, make_encoder) -> Check:
    """Check a text against articles, each its id, paragraphs and fields."""

    def run(
        text: str, *articles: tuple[str, str, dict], entailment: Entailment | None = None, **filters: object
    ) -> CheckedText:
        newsroom.encoder.max_tokens = 60
        for article_id, paragraph, fields in articles:
            newsroom.write(article_id, paragraph, **fields)
        newsroom.build()
        checker = ClaimChecker(Answerer(newsroom.reader, newsroom.encoder), newsroom.encoder, UTC, entailment)
        return checker.check(Question(text, NOW, Filters(**filters)), newsroom.open())

    return run


POST = (
    "post",
    "Around 3,800 people came to the rally in Harrow Meadow.",
    {"source": "Post", "title": "Rally", "published_at": "2025-04-07T06:00:00Z", "url": "https://post.example/rally"},
)
GAZETTE = (
    "gazette",
    "Stewards counted: 6,500 people came to the rally in Harrow Meadow.",
    {"source": "Gazette", "title": "Rally", "published_at": "2025-04-10T06:00:00Z"},
)
COURT = (
    "court",
    "The court acquitted Kroll of arson. Freya Stroud becomes finance minister.",
    {"source": "Post", "title": "Verdict", "published_at": "2025-05-23T06:00:00Z"},
)


class Judge:
    """Finds each sentence entailed with the same probability."""

    def __init__(self, entailment: float) -> None:
        self._judgement = Judgement(entailment, 1 - entailment, 0.0)

    def judge(self, paragraphs, sentence):
        assert [p.context for p in paragraphs]
        return self._judgement


def only(checked: CheckedText) -> CheckedClaim:
    (claim,) = checked.claims
    return claim


def test_a_claim_that_a_paragraph_says_is_supported_with_its_sentence(check):
    claim = only(check("3,800 people came to the rally in Harrow Meadow.", POST, COURT))
    assert claim.verdict == "supported"
    (proof,) = claim.proofs
    assert (proof.stance, proof.citation.article_id, proof.differs) == ("supports", "post", "")
    assert proof.citation.quote == POST[1]
    assert proof.citation.link.startswith("https://post.example/rally#:~:text=")


def test_a_claim_that_is_told_otherwise_is_contradicted_in_words(check):
    claim = only(check("Some 4,100 people came to the rally in Harrow Meadow.", GAZETTE, COURT))
    assert claim.verdict == "contradicted"
    assert [p.differs for p in claim.proofs] == ["Gazette, 10 April 2025: 6,500, not 4,100"]


def test_where_articles_differ_both_are_told_the_newest_first(check):
    claim = only(check("3,800 people came to the rally in Harrow Meadow.", POST, GAZETTE))
    assert claim.verdict == "disputed"
    assert [(p.citation.n, p.citation.source, p.stance) for p in claim.proofs] == [
        (1, "Gazette", "contradicts"),
        (2, "Post", "supports"),
    ]


def test_what_was_told_long_before_does_not_dispute_what_is_told_now(check):
    claim = only(check("6,500 people came to the rally in Harrow Meadow.", GAZETTE, _at(POST, "2025-03-01T06:00:00Z")))
    assert claim.verdict == "supported"
    assert [p.citation.source for p in claim.proofs] == ["Gazette"]


def test_another_holder_of_an_office_contradicts_a_claim(check):
    claim = only(check("Mattias Quill becomes finance minister.", COURT))
    assert claim.verdict == "contradicted"
    assert [p.differs for p in claim.proofs] == ["Post, 23 May 2025: Freya Stroud, not Mattias Quill"]


@pytest.mark.parametrize(
    "text",
    [
        "Kroll is married to a vet.",
        "3,800 people came to the concert in Saltby.",
        "Freya Stroud lives in Harrow Meadow.",
    ],
)
def test_what_no_paragraph_tells_is_not_found_and_the_nearest_is_shown(check, text):
    claim = only(check(text, POST, COURT))
    assert claim.verdict == "not_found"
    assert [p.stance for p in claim.proofs] == ["nearest"]


def test_the_filters_of_a_question_hold_for_claims(check):
    as_of = datetime(2025, 4, 8, tzinfo=UTC)
    claim = only(check("3,800 people came to the rally in Harrow Meadow.", POST, GAZETTE, as_of=as_of))
    assert claim.verdict == "supported"
    assert [p.citation.article_id for p in claim.proofs] == ["post"]


def test_what_an_article_says_that_a_paper_told_is_no_support(check):
    retold = ("star", "This paper told you that Kroll was in the Anchor. He was not.", {"source": "Star"})
    assert only(check("Kroll was in the Anchor.", retold)).verdict == "not_found"


def test_the_day_of_publication_proves_no_day(check):
    assert only(check("The court acquitted Kroll of arson on 23 May 2025.", COURT)).verdict == "not_found"


def test_a_result_the_other_way_round_is_no_support(check):
    match = ("match", "Castle Rovers 1, Arden Town 3: a defeat for Castle Rovers.", {"title": "Castle Rovers lose"})
    assert only(check("Castle Rovers beat Arden Town 3-1.", match)).verdict != "supported"


def test_the_month_of_publication_proves_no_month(check):
    assert only(check("In May 2025 the court acquitted Kroll of arson.", COURT)).verdict == "not_found"


def test_a_title_counts_as_text(check):
    swim = ("swim", "计时员看了表。她自己走上了海峡边的沙滩。", {"title": "护士林岚游过海峡", "language": "zh"})
    claim = only(check("护士林岚游过了海峡。", swim))
    assert (claim.verdict, [p.citation.article_id for p in claim.proofs]) == ("supported", ["swim"])


def test_another_thing_of_nearly_the_same_name_contradicts_nothing(check):
    ended = ("strike", "The ferry strike ended on Thursday.", {"title": "Strike", "source": "Post"})
    road = ("road", "Ferry Road was meant to reopen on Thursday.", {"title": "School", "source": "Star"})
    claim = only(check("The ferry strike ended.", ended, road))
    assert (claim.verdict, [p.citation.article_id for p in claim.proofs]) == ("supported", ["strike"])


def test_text_without_claims_is_checked_without_a_search(check):
    checked = check("Hello! Who won?", POST)
    assert [c.verdict for c in checked.claims] == ["no_claim", "no_claim"]
    assert check("", POST).claims == ()


def test_a_check_is_told_in_json(check):
    checked = check("Some 4,100 people came to the rally in Harrow Meadow.", GAZETTE)
    record = checked.to_json()
    assert list(record) == ["text", "claims", "n_left_out", "generation", "timings_ms"]
    (claim,) = record["claims"]
    assert list(claim) == ["text", "verdict", "differs", "paragraphs"]
    assert claim["differs"] == ["Gazette, 10 April 2025: 6,500, not 4,100"]
    (paragraph,) = claim["paragraphs"]
    assert paragraph["stance"] == "contradicts"
    assert {"article_id", "title", "source", "published_at", "url", "paragraph", "text", "quote", "link"} <= set(
        paragraph
    )


def _at(article: tuple[str, str, dict], published_at: str) -> tuple[str, str, dict]:
    return article[0], article[1], article[2] | {"published_at": published_at}


@pytest.mark.parametrize(("entailment", "verdict"), [(0.9, "supported"), (0.2, "not_found")])
def test_an_nli_model_has_the_last_word_on_what_is_supported(check, entailment, verdict):
    claim = "At the rally in Harrow Meadow there were around 3,800 people."
    assert only(check(claim, POST, COURT)).verdict == "supported"
    assert only(check(claim, POST, COURT, entailment=Judge(entailment))).verdict == verdict

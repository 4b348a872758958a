"""Questions to a real index of a dozen articles: what is quoted, refused, and written by a model."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.answer import N_HITS, Answerer
from bot.evidence import MAX_SENTENCES
from bot.llm import estimate_tokens
from bot.types import Outcome, Question, Turn
from index.errors import IndexMissing
from index.reader import Reader
from tests.bot.conftest import ARTICLES

OPENED = "Who opened the harbour bridge in Port Amsel?"
COST = "What did the harbour bridge cost?"
QUESTIONS = [
    OPENED,
    COST,
    "Which crane had been inspected, said witness Birch?",
    "How did the ferry strike end?",
    "By how many votes did Halden Brisk win the recount?",
    "When were herons counted on the marsh?",
    "What did lamps on the quay burn?",
]


def day(month: int, number: int) -> datetime:
    return datetime(2025, month, number, tzinfo=UTC)


def shown_articles(answer) -> set[str]:
    """Every article that an answer names, as a source, as near, or as a hit."""
    return (
        {c.article_id for c in answer.citations}
        | {n.article_id for n in answer.nearest}
        | {h.passage.article_id for h in answer.hits}
        | {copy for h in answer.hits for copy in h.copies}
    )


# Quotes


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quoted_sentence_stands_in_a_quote_that_it_cites(newsdesk, answer_all, question):
    answer = newsdesk.ask(question)
    assert answer.outcome is Outcome.QUOTED
    quotes = {c.n: c.quote for c in answer.citations}
    assert answer.sentences
    for sentence in answer.sentences:
        assert sentence.citations
        assert any(sentence.text in quotes[n] for n in sentence.citations)


def test_an_answer_is_as_sure_under_a_filter_said_politely_in_words_as_under_the_filter(newsdesk, answer_all):
    said = newsdesk.ask(f"Could you please use only articles from the Gazette: {COST}")
    given = newsdesk.ask(COST, sources=("Gazette",))
    assert said.confidence == given.confidence > 0
    assert [c.quote for c in said.citations] == [c.quote for c in given.citations]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_is_an_exact_part_of_the_stored_paragraph(newsdesk, answer_all, question):
    for citation in newsdesk.ask(question).citations:
        assert citation.text == newsdesk.paragraphs_of(citation.article_id)[citation.paragraph]
        assert citation.quote in citation.text


@pytest.mark.parametrize("question", QUESTIONS)
def test_at_most_four_sentences_are_quoted_and_each_but_once(newsdesk, answer_all, question):
    texts = [s.text for s in newsdesk.ask(question).sentences]
    assert 1 <= len(texts) <= MAX_SENTENCES == 4
    assert len(set(texts)) == len(texts)


def test_citations_are_numbered_from_one_in_the_order_of_the_sentences(newsdesk, answer_all):
    answer = newsdesk.ask(OPENED)
    assert [n for s in answer.sentences for n in s.citations] == list(range(1, len(answer.sentences) + 1))
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))


def test_sentences_after_the_best_stand_in_reading_order(newsdesk, answer_all):
    answer = newsdesk.ask("Which witness told the harbour court that a crane had been inspected in spring?")
    rank = {h.passage.article_id: h.rank for h in reversed(answer.hits)}
    places = [(rank[c.article_id], c.paragraph, c.text.index(c.quote)) for c in answer.citations[1:]]
    assert places == sorted(places)


def test_highlights_lie_within_their_sentence(newsdesk, answer_all):
    answer = newsdesk.ask("When did the harbour bridge in Port Amsel open?")
    highlights = [(s.text, *h) for s in answer.sentences for h in s.highlights]
    assert highlights
    assert all(0 <= a < b <= len(text) for text, a, b in highlights)


def test_a_citation_carries_its_articles_metadata_and_a_link_to_the_quote(newsdesk, answer_all):
    citation = next(c for c in newsdesk.ask(OPENED).citations if c.article_id == "bridge")
    assert (citation.title, citation.source, citation.published_at) == ("Harbour bridge opens", "Gazette", day(4, 14))
    assert citation.url == "https://gazette.example/bridge"
    assert citation.link.startswith("https://gazette.example/bridge#:~:text=")


def test_a_paragraph_longer_than_a_passage_is_cited_whole(newsdesk, answer_all):
    answer = newsdesk.ask("Which crane had been inspected, said witness Hazel?")
    citation = next(c for c in answer.citations if c.article_id == "court")
    assert any(h.passage.partial for h in answer.hits)
    assert citation.paragraph == 2
    assert citation.text.startswith("Witness Alder")
    assert "Witness Hazel" in citation.text
    assert citation.quote in citation.text


def test_an_answer_names_the_generation_and_the_time_of_each_stage(newsdesk, answer_all):
    answer = newsdesk.ask(OPENED)
    assert answer.generation == newsdesk.store.live_generation()
    assert {"understand", "encode", "search", "evidence", "total"} <= set(answer.timings_ms)
    assert all(ms >= 0 for ms in answer.timings_ms.values())


def test_an_answer_tells_what_was_understood_of_the_question(newsdesk, answer_all):
    answer = newsdesk.ask(
        "What did the Star report about the bridge toll in June 2025, and which herons were counted on the marsh?"
    )
    assert answer.query["outlets"] == ["Star"]
    assert answer.query["times"] == ["in June 2025"]
    assert len(answer.query["parts"]) == 2


def test_nothing_is_understood_of_small_talk(newsdesk):
    assert newsdesk.ask("hello").query == {}


def test_both_parts_of_a_question_have_evidence_among_the_hits(newsdesk, answer_all):
    answer = newsdesk.ask("How did the ferry strike end, and how many herons were counted on the marsh?")
    assert {"ferry", "heron"} <= {hit.passage.article_id for hit in answer.hits[:4]}


def test_an_outlet_named_in_the_question_comes_first_and_filters_nothing(newsdesk, answer_all):
    answer = newsdesk.ask("What did the Star report about the harbour bridge?")
    assert answer.hits[0].source == "Star"
    assert {hit.source for hit in answer.hits} == {"Star", "Gazette"}


def test_an_outlet_that_the_question_demands_is_the_only_one(newsdesk, answer_all):
    answer = newsdesk.ask("Using only the Star's articles, what happened at the harbour bridge?")
    assert {hit.source for hit in answer.hits} == {"Star"}
    assert answer.query["only"] == ["Star"]


def test_a_time_that_the_question_demands_is_the_only_one(newsdesk, answer_all):
    answer = newsdesk.ask("What happened at the harbour bridge? Only articles before May 2025.")
    assert answer.hits
    assert all(hit.published_at < datetime(2025, 5, 1, tzinfo=UTC) for hit in answer.hits)


def test_a_filter_and_what_the_question_demands_hold_together(newsdesk, answer_all):
    question = "Using only the Star's articles, what happened at the harbour bridge?"
    assert newsdesk.ask(question, sources=("Gazette",)).hits == ()
    assert {hit.source for hit in newsdesk.ask(question, sources=("star", "Gazette")).hits} == {"Star"}


def test_a_day_is_that_of_the_zone_of_the_desk(newsdesk, answer_all):
    asked = Question("What came in June 2025?", datetime(2025, 6, 1, 3, tzinfo=UTC))
    told = [Answerer(newsdesk.reader, newsdesk.encoder, zone=z).ask(asked) for z in (UTC, ZoneInfo("America/New_York"))]
    assert [answer.query.get("times", []) for answer in told] == [["in June 2025"], []]


def test_without_a_model_none_is_named(newsdesk, answer_all):
    answer = newsdesk.ask(OPENED)
    assert (answer.model, answer.notice) == (None, "")


# Hits


def test_ten_hits_go_with_an_answer(newsdesk, answer_all):
    assert [h.rank for h in newsdesk.ask(OPENED).hits] == list(range(1, N_HITS + 1)) == list(range(1, 11))


def test_ten_hits_go_with_a_refusal_too(newsdesk, refuse_all):
    answer = newsdesk.ask(OPENED)
    assert answer.outcome is Outcome.NOT_COVERED
    assert len(answer.hits) == 10


# Refusals


def test_a_question_that_nothing_answers_is_not_covered_and_names_the_nearest_three(newsdesk, refuse_all):
    answer = newsdesk.ask(OPENED)
    assert (answer.outcome, answer.sentences, answer.citations) == (Outcome.NOT_COVERED, (), ())
    assert answer.text == "That is not in these articles."
    assert len({n.article_id for n in answer.nearest}) == len(answer.nearest) == 3
    assert answer.nearest[0].article_id == answer.hits[0].passage.article_id


def test_what_is_covered_only_outside_the_dates_is_out_of_range_and_names_those_articles(newsdesk, answer_all):
    answer = newsdesk.ask(OPENED, since=day(6, 20))
    assert (answer.outcome, answer.citations) == (Outcome.OUT_OF_RANGE, ())
    assert "bridge" in {n.article_id for n in answer.nearest}
    near = answer.nearest[0]
    assert answer.text == (
        f"These articles cover that only outside the dates you asked about, such as {near.source} of "
        f"{near.published_at:%-d %B %Y}. Ask again without the dates to see it."
    )


def test_what_lies_outside_what_the_question_demands_is_told_as_with_a_filter(newsdesk, answer_all):
    late = newsdesk.ask(f"Using only articles since 30 June 2025: {OPENED}")
    elsewhere = newsdesk.ask(f"Using only the Star's articles: {OPENED}", sources=("Gazette",))
    assert [late.outcome, elsewhere.outcome] == [Outcome.OUT_OF_RANGE, Outcome.FILTERED_OUT]
    assert "bridge" in {n.article_id for n in late.nearest} & {n.article_id for n in elsewhere.nearest}


def test_what_is_covered_only_by_other_outlets_is_filtered_out_and_names_those_articles(newsdesk, answer_all):
    answer = newsdesk.ask(OPENED, sources=("Nobody's Post",))
    assert (answer.outcome, answer.citations) == (Outcome.FILTERED_OUT, ())
    assert "bridge" in {n.article_id for n in answer.nearest}


def test_what_other_outlets_cover_within_the_dates_is_named_before_what_lies_outside_them(newsdesk, answer_all):
    answer = newsdesk.ask(OPENED, sources=("Nobody's Post",), since=day(6, 1))
    assert answer.outcome is Outcome.FILTERED_OUT
    assert {n.article_id for n in answer.nearest} == {"toll"}


def test_what_is_covered_only_outside_both_dates_and_outlets_is_filtered_out(newsdesk, answer_all):
    answer = newsdesk.ask(OPENED, sources=("Nobody's Post",), until=day(1, 1))
    assert answer.outcome is Outcome.FILTERED_OUT
    assert answer.text.endswith("Ask again without the filter and the dates to see it.")


def test_what_no_filter_hides_is_not_covered_even_under_filters(newsdesk, refuse_all):
    answer = newsdesk.ask(OPENED, since=day(6, 20), sources=("Star",))
    assert answer.outcome is Outcome.NOT_COVERED
    assert len(answer.nearest) == 3


def test_an_outlet_that_is_asked_for_is_the_only_one_cited(newsdesk, answer_all):
    answer = newsdesk.ask("What was said of the harbour bridge?", sources=("star",))
    assert {c.source for c in answer.citations} == {"Star"}


def test_a_refusal_asks_no_model(newsdesk, refuse_all, scripted):
    model = scripted("It opened. [1]")
    assert newsdesk.ask(OPENED, model).model is None
    assert model.prompts == []


# As of


@pytest.mark.parametrize("filters", [{}, {"since": day(5, 3)}, {"sources": ("Star",)}, {"until": day(3, 1)}])
@pytest.mark.parametrize("threshold", [1e-12, 2.0])
def test_as_of_a_day_no_later_article_is_cited_named_or_found(newsdesk, monkeypatch, threshold, filters):
    monkeypatch.setattr("bot.answer.CONFIDENCE_THRESHOLD", threshold)
    answer = newsdesk.ask("What will the harbour bridge toll be for cars?", as_of=day(5, 2), **filters)
    later_or_undated = {"toll", "court", "vote", "match", "quarter", "undated"}
    assert not shown_articles(answer) & later_or_undated


def test_without_as_of_the_later_article_is_found(newsdesk, answer_all):
    answer = newsdesk.ask("What will the harbour bridge toll be for cars?")
    assert "toll" in {c.article_id for c in answer.citations}


def test_what_only_a_later_article_has_is_not_out_of_range_as_of_before(newsdesk, answer_all):
    answer = newsdesk.ask("What will the harbour bridge toll be for cars?", as_of=day(1, 1))
    assert (answer.outcome, answer.nearest, answer.hits) == (Outcome.NOT_COVERED, (), ())


# No search


def test_small_talk_needs_no_index(store, encoder):
    answer = Answerer(Reader(store, encoder), encoder).ask(Question("Hello!", day(7, 1)))
    assert (answer.outcome, answer.hits, answer.generation) == (Outcome.NO_SEARCH, (), "")
    assert answer.text.startswith("Hello!")


def test_a_question_needs_an_index(store, encoder):
    with pytest.raises(IndexMissing, match="newsdesk index build"):
        Answerer(Reader(store, encoder), encoder).ask(Question(OPENED, day(7, 1)))


# A language model


class ByWords:
    """A model that says what it is told of the numbered paragraphs of its prompt that have some words."""

    name = "by-words"
    context_tokens = 4096

    def __init__(self, *sayings: tuple[str, str]) -> None:
        self.sayings = sayings
        self.prompts: list[str] = []

    def complete(self, prompt, on_text):
        self.prompts.append(prompt)
        numbered = [line for line in prompt.split("\n") if line.startswith("[")]
        number_of = {words: next(x for x in numbered if words in x).split("]")[0][1:] for words, _ in self.sayings}
        return " ".join(f"{sentence} [{number_of[words]}]." for words, sentence in self.sayings)


def test_prose_is_answered_with_citations_numbered_in_the_order_of_appearance(newsdesk, answer_all):
    model = ByWords(
        ("41 million crowns", "The harbour bridge cost 41 million crowns"),
        ("cut the ribbon", "Mayor Ines Dahl cut the ribbon"),
        ("41 million crowns", "The bridge cost 41 million crowns"),
    )
    answer = newsdesk.ask(COST, model)
    assert (answer.outcome, answer.model, answer.notice) == (Outcome.ANSWERED, "by-words", "")
    assert [s.citations for s in answer.sentences] == [(1,), (2,), (1,)]
    assert [(c.n, c.article_id, c.paragraph) for c in answer.citations] == [(1, "bridge", 2), (2, "bridge", 1)]
    assert answer.text.startswith("The harbour bridge cost 41 million crowns. [1] Mayor Ines Dahl")


def test_prose_quotes_the_sentence_of_the_paragraph_that_it_rests_on(newsdesk, answer_all):
    answer = newsdesk.ask(OPENED, ByWords(("cut the ribbon", "Mayor Ines Dahl cut the ribbon")))
    assert answer.citations[0].quote == "Mayor Ines Dahl cut the ribbon."
    assert answer.citations[0].text == newsdesk.paragraphs_of("bridge")[1]


def test_prose_on_a_piece_of_a_long_paragraph_cites_the_paragraph_whole(newsdesk, answer_all):
    model = ByWords(("Witness Hazel", "Witness Hazel told the harbour court of crane number 18"))
    citation = newsdesk.ask("Which crane had been inspected, said witness Hazel?", model).citations[0]
    assert citation.text == newsdesk.paragraphs_of("court")[2]
    assert citation.quote.startswith("Witness Hazel")
    assert citation.quote in citation.text


def test_what_prose_cannot_prove_is_dropped_and_recorded(newsdesk, answer_all, scripted):
    said = "Mayor Ines Dahl cut the ribbon"
    model = ByWords(("cut the ribbon", said))
    model_with_more = scripted()
    model_with_more.complete = lambda prompt, on_text: f"{model.complete(prompt, on_text)} It rained. All sang [77]."
    answer = newsdesk.ask(OPENED, model_with_more)
    assert [s.text for s in answer.sentences] == [f"{said}."]
    assert answer.dropped == (
        "invented (rained): It rained.",
        "marker [77] points nowhere",
        "invented (sang): All sang.",
    )


def test_the_hits_and_the_generation_of_prose_are_those_of_the_quotes(newsdesk, answer_all):
    quoted = newsdesk.ask(OPENED)
    written = newsdesk.ask(OPENED, ByWords(("cut the ribbon", "Mayor Ines Dahl cut the ribbon")))
    assert (written.hits, written.generation) == (quoted.hits, quoted.generation)
    assert "model" in written.timings_ms


def test_without_use_of_the_model_it_gets_nothing_not_even_a_follow_up_to_read(newsdesk, answer_all):
    model = ByWords(("cut the ribbon", "Mayor Ines Dahl cut the ribbon"))
    answerer = Answerer(newsdesk.reader, newsdesk.encoder, model)
    asked = Question("And who cut the ribbon?", day(7, 1), history=(Turn(OPENED, "On 17 April."),))
    assert answerer.ask(asked, use_model=False).outcome is Outcome.QUOTED
    assert model.prompts == []
    answerer.ask(Question(OPENED, day(7, 1)))
    assert len(model.prompts) == 1


@pytest.mark.parametrize("reason", ["small could not be reached", "small took longer than 2 seconds"])
def test_a_model_that_fails_leaves_the_quotes_with_a_notice_that_says_why(newsdesk, answer_all, scripted, reason):
    quoted = newsdesk.ask(OPENED)
    answer = newsdesk.ask(OPENED, scripted(failure=reason))
    assert (answer.outcome, answer.model) == (Outcome.QUOTED, None)
    assert (answer.sentences, answer.citations) == (quoted.sentences, quoted.citations)
    assert reason in answer.notice
    assert "quotes" in answer.notice


@pytest.mark.parametrize(
    "nonsense", ["", "\n\n", "Yes.", "Voters rejected every fishing quota [1].", "[1] [2]", "\ud800\x00"]
)
def test_nonsense_of_a_model_leaves_the_quotes_with_a_notice(newsdesk, answer_all, scripted, nonsense):
    answer = newsdesk.ask(OPENED, scripted(nonsense))
    assert (answer.outcome, answer.model) == (Outcome.QUOTED, None)
    assert answer.sentences == newsdesk.ask(OPENED).sentences
    assert "could be proven" in answer.notice


def test_a_model_that_finds_no_answer_leaves_the_quotes_and_says_so(newsdesk, answer_all, scripted):
    answer = newsdesk.ask(OPENED, scripted("NOT COVERED"))
    assert (answer.outcome, answer.sentences) == (Outcome.QUOTED, newsdesk.ask(OPENED).sentences)
    assert "found no answer" in answer.notice


def test_the_quoted_answer_is_handed_on_before_the_model_is_asked(newsdesk, answer_all, scripted):
    model = scripted("NOT COVERED")
    seen = []
    newsdesk.ask(OPENED, model, on_quoted=lambda quoted: seen.append((quoted.outcome, len(model.prompts))))
    assert seen == [(Outcome.QUOTED, 0)]
    assert len(model.prompts) == 1


def test_without_a_model_no_quoted_answer_is_handed_on_beforehand(newsdesk, answer_all):
    seen: list[object] = []
    newsdesk.ask(OPENED, on_quoted=seen.append)
    assert seen == []


def test_the_prompt_has_numbered_paragraphs_with_outlet_day_and_title_and_the_question_asked(
    newsdesk, answer_all, scripted
):
    model = scripted("NOT COVERED")
    newsdesk.ask(OPENED, model)
    assert "(Gazette, 14 April 2025: Harbour bridge opens) The harbour bridge in Port Amsel opened" in model.prompts[0]
    assert "\n[1] (" in model.prompts[0]
    assert f"asked on 1 July 2025: {OPENED}" in model.prompts[0]


def test_the_prompt_holds_no_paragraph_twice_and_no_more_words_than_allowed(newsdesk, answer_all, scripted):
    model = scripted("NOT COVERED")
    question = Question(OPENED, day(7, 1))
    Answerer(newsdesk.reader, newsdesk.encoder, model, context_words=60).ask(question)
    lines = [line.split(") ", 1)[1] for line in model.prompts[0].split("\n") if line.startswith("[")]
    assert 1 <= len(set(lines)) == len(lines)
    assert sum(len(line.split()) for line in lines) <= 60


def test_a_small_window_gets_as_many_whole_paragraphs_as_fit(newsdesk, answer_all, scripted):
    sizes = []
    for tokens in (1200, 900, 780):
        model = scripted("NOT COVERED")
        model.context_tokens = tokens
        Answerer(newsdesk.reader, newsdesk.encoder, model).ask(Question(OPENED, day(7, 1)))
        assert estimate_tokens(model.prompts[0]) <= tokens - 400
        given = [line.split(") ", 1)[1] for line in model.prompts[0].split("\n") if line.startswith("[")]
        assert all(text.endswith(".") and any(text in article[2] for article in ARTICLES.values()) for text in given)
        sizes.append(len(given))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1] >= 1


# Follow-ups

BEFORE = Turn("How many votes gave the seat in Upper Maske?", "A recount gave the seat to Halden Brisk by 17 votes.")


def test_what_went_before_reaches_the_search(newsdesk, answer_all):
    assert newsdesk.ask("Who was it?").hits[0].passage.article_id != "vote"
    assert newsdesk.ask("Who was it?", history=[BEFORE]).hits[0].passage.article_id == "vote"


def test_what_went_before_does_not_change_the_question_in_the_answer(newsdesk, answer_all):
    assert newsdesk.ask("Who was it?", history=[BEFORE]).question == "Who was it?"


def test_what_went_before_stands_in_the_prompt(newsdesk, answer_all, scripted):
    model = scripted("NOT COVERED")
    newsdesk.ask("Who was it?", model, history=[BEFORE])
    assert f"Who was it? (asked after: {BEFORE.question})" in model.prompts[-1]


class Rewriter:
    """Writes one question again, and then answers nothing."""

    name = "rewriter"
    context_tokens = 4096

    def __init__(self, written: str) -> None:
        self.replies = [written, "NOT COVERED"]
        self.prompts: list[str] = []

    def complete(self, prompt, on_text):
        self.prompts.append(prompt)
        return self.replies.pop(0)


def test_a_follow_up_is_searched_as_the_model_writes_it_and_quoted_before(newsdesk, answer_all):
    written = "Which storm flooded the fish quay?"
    model, quoted = Rewriter(written), []
    before = Turn("Which storm flooded the quay?", "The fish quay was flooded by Ismene on Friday night.")
    question = Question("And which one?", day(7, 1), history=(before,))
    answer = Answerer(newsdesk.reader, newsdesk.encoder, model).ask(question, quoted.append)
    assert answer.hits == newsdesk.ask(written).hits
    assert answer.question == "And which one?"
    assert quoted[0].hits != answer.hits
    assert model.prompts[1].endswith(f"{written}\nAnswer:\n")


def test_a_follow_up_stays_quoted_where_what_the_model_wrote_finds_nothing(newsdesk, monkeypatch):
    seen: list[object] = []

    def sure_of_the_first(signals: object) -> float:
        if signals not in seen:
            seen.append(signals)
        return float(seen.index(signals) == 0)

    monkeypatch.setattr("bot.answer.estimate_confidence", sure_of_the_first)
    model = Rewriter("Who won the seat?")
    question = Question("Who was it?", day(7, 1), history=(BEFORE,))
    answer = Answerer(newsdesk.reader, newsdesk.encoder, model).ask(question)
    assert (answer.outcome, len(seen)) == (Outcome.QUOTED, 2)
    assert answer.sentences == newsdesk.ask("Who was it?", history=[BEFORE]).sentences


def test_a_question_that_stands_alone_is_searched_without_what_went_before(newsdesk, answer_all):
    question = "Which storm flooded the fish quay of Port Amsel last Friday night?"
    assert newsdesk.ask(question, history=[BEFORE]).hits == newsdesk.ask(question).hits


def test_a_question_whose_generation_is_deleted_is_asked_of_the_newest(newsroom, answer_all, monkeypatch):
    newsroom.write("bridge", "The harbour bridge opened on Monday.")
    newsroom.build()
    newsroom.reader.current()
    encode, n_asked = newsroom.encoder.encode_queries, 0

    def build_meanwhile(texts):
        nonlocal n_asked
        n_asked += 1
        if n_asked == 1:
            newsroom.write("bridge", "The harbour bridge opened on Tuesday.")
            newsroom.build()
            newsroom.store.prune(keep=1)
        return encode(texts)

    monkeypatch.setattr(newsroom.encoder, "encode_queries", build_meanwhile)
    question = Question("When did the harbour bridge open?", datetime(2025, 7, 1, tzinfo=UTC))
    answer = Answerer(newsroom.reader, newsroom.encoder).ask(question)
    assert [s.text for s in answer.sentences] == ["The harbour bridge opened on Tuesday."]
    assert answer.generation == newsroom.store.live_generation()

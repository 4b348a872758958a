"""What a proof shows: pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat.buttons import list_sources, row_under
from bot.chat.proof import open_proof, render_proof
from bot.types import Answer, Outcome
from index.articles import UNDATED, ArticleRow
from index.errors import IndexMissing

ID = "Ab3_-Ab3_-xy"
QUOTE = "The harbour bridge opened on 17 April."
CITED = f"It rained. {QUOTE} The mayor cut a ribbon."
ASKED = datetime(2025, 4, 18, 12, tzinfo=UTC)
ARTICLE = {1: "A bridge.", 2: "They had waited nine years.", 3: CITED, 4: "Then it stopped raining."}


@dataclass
class Articles:
    """Stands in for the index: texts by article, each with its paragraphs by number; none was ever changed."""

    texts: Mapping[str, Mapping[int, str]] = field(default_factory=lambda: {"post-1": ARTICLE, "post-2": ARTICLE})

    def current(self) -> Any:
        return self

    def paragraphs_of(self, article_id: str) -> Mapping[int, str]:
        return self.texts[article_id]

    def article(self, article_id: str) -> ArticleRow:
        return ArticleRow(article_id, "", "", "", "", UNDATED, "")


class NoIndex:
    def current(self) -> Any:
        raise IndexMissing("there is no index yet")


@pytest.fixture
def answer(quoted, cite) -> Answer:
    return quoted("When did it open?", cite(1), cite(2))


@pytest.fixture
def show(answer) -> Callable[..., Any]:
    def show(number: int = 0, reader: Any = None, of: Answer = answer, moment: datetime = ASKED) -> Any:
        return render_proof(open_proof(of, 1, number, reader or Articles(), moment))

    return show


def components(view: Any) -> list[dict[str, Any]]:
    return [item for row in view.to_components() for item in row["components"]]


def labels(view: Any) -> list[str]:
    return [c.get("label") or c["placeholder"] for c in components(view)]


# The paragraph


def test_the_sentence_is_bold_in_its_whole_paragraph_between_its_neighbours(show):
    assert show().description.split("\n\n") == [
        "*Paragraph 2*\nThey had waited nine years.",
        f"*Paragraph 3 of 4, cited, the sentence in bold*\n> It rained. **{QUOTE}** The mayor cut a ribbon.",
        "*Paragraph 4*\nThen it stopped raining.",
    ]


def test_outlet_day_and_a_title_with_a_link_to_the_sentence_stand_beside_it(show):
    embed = show()
    assert embed.author.name == "[1] Velmora Post, 18 April 2025"
    assert embed.title == "Bridge opens after nine years"
    assert embed.url == "https://post.example/bridge#:~:text=The%20harbour%20bridge"
    assert embed.footer.text == "source 1 of 2"


def test_another_paragraph_has_nothing_in_bold_and_the_link_of_the_page(show):
    embed = show(4)
    assert "**" not in embed.description
    assert "*Paragraph 4 of 4*\n> Then it stopped raining." in embed.description
    assert embed.url == "https://post.example/bridge"


@pytest.mark.parametrize(
    "reader",
    [
        NoIndex(),
        Articles({}),
        Articles({"post-1": {3: "It rained."}}),
        Articles({"post-1": {n + 1: text for n, text in ARTICLE.items()}}),
    ],
    ids=["no index", "article gone", "paragraph changed", "paragraph moved"],
)
def test_where_the_article_is_no_longer_as_it_was_the_stored_paragraph_stands_and_it_says_so(show, reader):
    assert show(4, reader).description == (
        f"*Paragraph 3, cited, the sentence in bold*\n> It rained. **{QUOTE}** The mayor cut a ribbon.\n\n"
        "*The article has changed or is gone. This is the paragraph as it stood when the answer was given.*"
    )


@pytest.mark.parametrize(
    ("fetched_after", "fields", "is_whole"),
    [
        (timedelta(hours=1), {"version": 2}, False),
        (timedelta(0), {"version": 2}, True),
        (timedelta(hours=1), {}, True),
        (timedelta(hours=1), {"published_at": None}, True),
    ],
    ids=["changed since", "changed before", "fetched since", "undated"],
)
def test_of_an_article_that_was_changed_since_the_question_neither_neighbours_nor_their_number_are_shown(
    show, newsroom, fetched_after, fields, is_whole
):
    fetched_at = (ASKED + fetched_after).isoformat()
    newsroom.write("post-1", *ARTICLE.values(), fetched_at=fetched_at, **fields)
    newsroom.build()
    embed = show(4, newsroom.reader)
    assert ("Then it stopped raining." in embed.description) is is_whole
    assert ("The article has changed" in embed.description) is not is_whole
    assert (f"**{QUOTE}**" in embed.description) is not is_whole


def test_of_neighbours_the_ends_that_are_next_to_the_paragraph_are_shown(show):
    long = " ".join(f"word{n}" for n in range(200))
    before, _, behind = show(0, Articles({"post-1": ARTICLE | {2: long, 4: long}})).description.split("\n\n")
    assert before.endswith("word198 word199")
    assert before.startswith("*Paragraph 2*\n…word")
    assert behind.startswith("*Paragraph 4*\nword0 word1 ")
    assert behind.endswith("…")


@pytest.mark.parametrize("n_chars", [1500, 2600, 3900, 20_000])
@pytest.mark.parametrize("filler", ["_ ", "word ", "字"])
def test_a_long_paragraph_stays_within_the_limits_and_keeps_its_sentence(
    show, quoted, cite, within_limits, n_chars, filler
):
    text = f"{filler * (n_chars // len(filler))} {QUOTE} {filler * (n_chars // len(filler))}"
    article = {2: text, 3: text, 4: text}
    embed = show(0, Articles({"post-1": article}), quoted("?", cite(text=text)))
    within_limits([embed.to_dict()])
    assert f"**{QUOTE}**" in embed.description


def test_what_stands_in_an_article_works_as_no_markup(show, quoted, cite):
    hostile = f"@everyone <@1> **a** # b [x](https://evil.example) ||c||\n# d\n-# e \u202e {QUOTE}"
    of = quoted("?", cite(text=hostile, title=hostile, source=hostile))
    embed = show(0, Articles({"post-1": {1: hostile, 2: hostile, 3: hostile, 4: hostile}}), of)
    for shown in (embed.description, embed.title):
        assert "[x]" not in shown
        assert "<@" not in shown
        assert "@everyone" not in shown.replace("\\@", "")
        assert "\n#" not in shown
        assert "\u202e" not in shown
    assert embed.description.count("**") == 2
    assert "\u202e" not in embed.author.name


# What can be pressed


async def test_a_few_sources_have_a_numbered_button_each_and_more_have_a_select(quoted, cite):
    few = row_under(quoted("?", *(cite(n) for n in range(1, 6))), ID)
    assert labels(few)[:5] == ["Proof 1", "Proof 2", "Proof 3", "Proof 4", "Proof 5"]
    many = row_under(quoted("?", *(cite(n, title="*T* " * 40, source="S" * 200) for n in range(1, 40))), ID)
    [select] = [c for c in components(many) if c["type"] == 3]
    assert [o["value"] for o in select["options"]] == [str(n) for n in range(1, 26)]
    assert select["options"][0]["label"].startswith("[1] SSS")


async def test_an_answer_has_sources_and_the_ways_on_and_votes(answer):
    assert labels(row_under(answer, ID)) == [
        *("Proof 1", "Proof 2"),
        *("Sources", "What's new since 18 April 2025", "How it unfolded"),
        *("Helpful", "Not helpful"),
    ]


async def test_only_a_private_answer_can_be_shared(answer):
    assert "Share in this channel" in labels(row_under(answer, ID, private=True))


async def test_an_answer_without_a_dated_source_can_be_asked_again_for_what_is_new(quoted, cite):
    assert "What's new" in labels(row_under(quoted("?", cite(published_at=None)), ID))


async def test_how_it_unfolded_is_not_offered_to_whoever_has_asked_that(quoted):
    assert "How it unfolded" not in labels(row_under(quoted("How did the strike unfold?"), ID))


@pytest.mark.parametrize("private", [False, True])
async def test_a_refusal_can_be_asked_again_and_voted_on_alone(refusal, private):
    assert labels(row_under(refusal(), ID, private=private)) == ["Ask again", "Helpful", "Not helpful"]


@pytest.mark.parametrize(
    ("outcome", "label"),
    [(Outcome.OUT_OF_RANGE, "Ask without the dates"), (Outcome.FILTERED_OUT, "Ask without the filter")],
)
async def test_what_left_no_answer_can_be_left_out_unless_the_words_of_the_question_demand_it(refusal, outcome, label):
    assert labels(row_under(refusal(outcome=outcome), ID))[0] == label
    assert labels(row_under(refusal(outcome=outcome, query={"only": ["since May"]}), ID))[0] == "Ask again"


async def test_small_talk_has_nothing_to_press():
    assert row_under(Answer("hello", Outcome.NO_SEARCH, message="Hello!"), ID).to_components() == []


@pytest.mark.parametrize("n_sources", [1, 5, 6, 30])
async def test_rows_stay_within_the_limits_and_leave_room_for_one_button(quoted, cite, n_sources):
    answer = quoted("?", *(cite(n) for n in range(1, n_sources + 1)))
    view = row_under(answer, "x" * 12, private=True)
    rows = view.to_components()
    assert len(rows) == 3
    assert len(rows[1]["components"]) <= 4
    ids = [c["custom_id"] for c in components(view)]
    assert len(set(ids)) == len(ids)
    assert all(len(i) <= 100 and i[2] == ":" for i in ids)


async def test_discord_py_keeps_nothing_of_a_row(answer):
    view = row_under(answer, ID)
    assert view.is_finished()


# Sources


def test_sources_are_listed_by_article_each_quote_with_a_link_to_it(quoted, cite):
    citations = (cite(1), cite(2, article_id="star", source="Morning Star", link=""), cite(3, article_id="post-1"))
    [embed] = list_sources(quoted("?", *citations))
    assert embed.description.split("\n") == [
        "**Bridge opens after nine years**, Velmora Post, 18 April 2025",
        f"- \\[1\\] paragraph 3: [{QUOTE}](<https://post.example/bridge#:~:text=The%20harbour%20bridge>)",
        f"- \\[3\\] paragraph 3: [{QUOTE}](<https://post.example/bridge#:~:text=The%20harbour%20bridge>)",
        "**Bridge opens after nine years**, Morning Star, 18 April 2025",
        f"- \\[2\\] paragraph 3: [{QUOTE}](<https://post.example/bridge>)",
        "",
    ]


def test_many_sources_flow_over_several_embeds_and_none_is_lost(quoted, cite):
    citations = [cite(n, title="*" * 300, source="S" * 300) for n in range(1, 60)]
    embeds = list_sources(quoted("?", *citations))
    assert len(embeds) > 1
    assert all(len(e.description) <= 4096 for e in embeds)
    lines = "".join(e.description for e in embeds).strip().split("\n")
    assert [line.split()[1] for line in lines if line.startswith("- ")] == [f"\\[{n}\\]" for n in range(1, 60)]

"""Lists, notices and verdicts as readers see them: escaped, within the limits, readable without colours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.chat.pages import (
    describe_hosts,
    list_latest,
    list_options,
    list_sources,
    list_watches,
    tell_about,
    tell_facts,
    tell_forgotten,
    tell_new,
)
from bot.chat.sheet import Sheet
from bot.chat.verdicts import tell_verdicts
from bot.claims.types import Change, ChangeKind, CheckedClaim, CheckedText, ClaimVerdict, Proof, Stance
from bot.ledger.config import ServerConfig
from bot.ledger.ledger import describe_retention
from bot.ledger.readers import Forgotten
from bot.ledger.watches import Watch
from bot.llm.choice import parse_choices
from bot.topics import Outlet, Story

HOSTILE = "@everyone [click](https://evil.example) **x** <@1> `y` ||z|| \u202e # h"
DAY = datetime(2025, 4, 17, 9, tzinfo=UTC)


def make_story(n=1, **fields):
    story = Story(f"a{n}", f"Title {n}", "Post", DAY, f"https://post.example/{n}", "It rained.")
    return replace(story, **fields)


def text_of(sheet):
    return "".join(unit for pair in sheet.units for unit in pair)


def embeds_of(sheet):
    return [[embed.to_dict() for embed in page.embeds] for page in sheet.to_pages()]


# Sheets


def test_a_long_sheet_flows_over_embeds_and_messages_within_the_limits(within_limits):
    units = tuple(("\n", f"{n} " + "word " * 60) for n in range(100))
    messages = embeds_of(Sheet("Many", units))
    assert len(messages) > 1
    for embeds in messages:
        within_limits(embeds)
    shown = "\n".join(embed["description"] for embeds in messages for embed in embeds)
    assert [line.split()[0] for line in shown.splitlines()] == [str(n) for n in range(100)]


def test_a_sheet_is_plain_text_where_embeds_may_not_be_shown():
    pages = Sheet("A *title*", tuple(("\n", "word " * 60) for _ in range(20))).to_pages(plain=True)
    assert pages[0].text.startswith("**A \\*title\\***\n\nword")
    assert len(pages) > 1
    assert all(len(page.text) <= 2000 and not page.embeds for page in pages)


# The latest


def test_stories_stand_under_their_days():
    old = make_story(3, published_at=datetime(2025, 4, 16, tzinfo=UTC))
    sheet = list_latest([make_story(1), make_story(2), old, make_story(4, published_at=None)], "rain", "Post")
    assert sheet.title == "The latest on rain in Post"
    shown = text_of(sheet)
    assert [line for line in shown.splitlines() if line.startswith("**")] == [
        "**17 April 2025**",
        "**16 April 2025**",
        "**Undated**",
    ]
    assert "[Title 1](<https://post.example/1>) (Post)\nIt rained." in shown


def test_copies_name_the_other_outlets():
    assert "(Post, also in Courier, Star)" in text_of(list_latest([make_story(also_in=("Courier", "Star"))]))


def test_nothing_found_says_so_and_what_was_looked_for():
    sheet = list_latest([], "herons", "Post")
    assert sheet.title == "Nothing found"
    assert "on herons in Post" in text_of(sheet)


@pytest.mark.parametrize("plain", [False, True])
def test_texts_of_articles_and_readers_show_as_themselves(plain, within_limits):
    story = make_story(title=HOSTILE, source=HOSTILE, opening=HOSTILE, also_in=(HOSTILE,), url="javascript:alert(1)")
    for sheet in (list_latest([story], HOSTILE), list_latest([], HOSTILE, HOSTILE), tell_new(story, HOSTILE)):
        for page in sheet.to_pages(plain=plain):
            shown = [page.text, *(f"{e.title} {e.description}" for e in page.embeds)]
            assert not any("@everyone" in text.replace("\\@everyone", "") for text in shown)
            assert not any("](http" in text or "<@1>" in text or "\u202e" in text for text in shown)
            if page.embeds:
                within_limits([embed.to_dict() for embed in page.embeds])


def test_the_longest_stories_stay_within_the_limits(within_limits):
    long = make_story(
        title="t*" * 300,
        source="s_" * 200,
        opening="o " * 5000,
        also_in=("a" * 300,),
        url=f"https://a.example/{'u' * 470}",
    )
    for embeds in embeds_of(list_latest([long] * 10)):
        within_limits(embeds)


# Sources and topics


def test_outlets_are_listed_with_number_and_newest_day():
    shown = text_of(list_sources([Outlet("Post", 1200, DAY), Outlet("Star", 1, None)]))
    assert shown.splitlines() == [
        "1,201 articles of 2 outlets:",
        "- **Post**: 1,200 articles, newest 17 April 2025",
        "- **Star**: 1 article, newest undated",
    ]


def test_of_very_many_outlets_the_last_are_counted():
    shown = text_of(list_sources([Outlet(f"Outlet {n}", 1, DAY) for n in range(150)]))
    assert shown.endswith("and 50 outlets with fewer articles")


def test_a_channel_sees_what_it_follows():
    watch = Watch(1, 2, "ferry *strike*", 5, DAY)
    assert text_of(list_watches([watch])).strip() == "- **ferry \\*strike\\***: 5 messages a day at most"
    assert list_watches([]).title == "This channel follows no topic"


# About


def test_about_tells_all_that_is_stored_and_the_licence():
    shown = text_of(tell_about(describe_retention(30), ()))
    for what, how_long in describe_retention(30).items():
        assert what in shown
        assert how_long.replace("(", "\\(").replace(")", "\\)") in shown
    assert "Apache License 2.0" in shown


@pytest.mark.parametrize(
    ("llm", "hosts"),
    [
        ("none", ""),
        ("local", ""),
        ("ollama/qwen", ""),
        ("http://localhost:8080/v1", ""),
        ("openai/gpt-x", "api.openai.com"),
        ("https://user:secret@models.example:9000/v1#m", "models.example"),
        ("anthropic/claude,openai/gpt-x,local", "api.anthropic.com or api.openai.com"),
    ],
)
def test_about_names_the_hosts_that_get_questions(llm, hosts):
    told = describe_hosts(parse_choices(llm, "default"))
    assert told.startswith("Nothing: ") if not hosts else f" at {hosts} writes" in told
    assert "secret" not in told


# Verdicts


@pytest.fixture
def prove(cite):
    def prove(stance, change=None, **fields):
        return Proof(stance, cite(1, **fields), change)

    return prove


def tell(*claims, n_left_out=0):
    return tell_verdicts(CheckedText("", claims), n_left_out)


def test_each_claim_has_its_verdict_in_words_and_its_paragraph_with_the_sentence_in_bold(prove):
    supported = CheckedClaim("It opened in April.", ClaimVerdict.SUPPORTED, (prove(Stance.SUPPORTS),))
    unknown = CheckedClaim("It is blue.", ClaimVerdict.NOT_FOUND, (prove(Stance.NEAREST),))
    shown = text_of(tell(supported, unknown))
    assert shown.startswith("2 claims: 1 supported; 1 not in these articles.")
    assert "**Claim 1: supported**\nIt opened in April.\nSupported by [Bridge opens after nine years](<https" in shown
    assert ", Velmora Post, 18 April 2025, paragraph 3\n" in shown
    assert "\n> It rained. **The harbour bridge opened on 17 April.**" in shown
    assert "**Claim 2: not in these articles**\nIt is blue.\nNearest paragraph [" in shown


def test_a_contradiction_says_what_the_article_has_instead(prove):
    change = Change(ChangeKind.FIGURE, "4,100", "3,200", "")
    claim = CheckedClaim("4,100 people.", ClaimVerdict.CONTRADICTED, (prove(Stance.CONTRADICTS, change),))
    assert "paragraph 3\nIt says: 3,200, not 4,100\n> " in text_of(tell(claim))


def test_of_a_disputed_claim_both_sides_are_shown(prove):
    proofs = (prove(Stance.CONTRADICTS), prove(Stance.SUPPORTS), prove(Stance.SUPPORTS))
    shown = text_of(tell(CheckedClaim("It is open.", ClaimVerdict.DISPUTED, proofs)))
    assert "**Claim 1: disputed, for sources differ**" in shown
    assert shown.count("Supported by") == shown.count("Contradicted by") == 1


def test_a_message_that_claims_nothing_is_told_so():
    assert tell(CheckedClaim("Hello!", ClaimVerdict.NO_CLAIM)).title == "Nothing to check"
    assert tell().title == "Nothing to check"


def test_claims_that_were_left_out_are_counted(prove):
    claim = CheckedClaim("It opened.", ClaimVerdict.SUPPORTED, (prove(Stance.SUPPORTS),))
    assert "It has 3 more, which I did not check." in text_of(tell(claim, n_left_out=3))


def test_ten_claims_with_the_longest_texts_stay_within_the_limits(prove, within_limits):
    proofs = tuple(
        prove(
            stance,
            Change(ChangeKind.NAME, "x" * 900, "y_" * 900, ""),
            title=HOSTILE * 9,
            text="w " * 9000,
            quote="w " * 2500,
        )
        for stance in (Stance.SUPPORTS, Stance.CONTRADICTS)
    )
    sheet = tell(*[CheckedClaim(HOSTILE * 30, ClaimVerdict.DISPUTED, proofs)] * 10)
    for embeds in embeds_of(sheet):
        within_limits(embeds)
    assert all(len(page.text) <= 2000 for page in sheet.to_pages(plain=True))


def test_what_was_forgotten_is_counted():
    assert tell_forgotten(Forgotten(1, 2)) == "1 question with answers and 2 votes deleted."


# For those who manage a server


def test_facts_stand_on_lines_of_their_own_as_themselves(within_limits):
    sheet = tell_facts(HOSTILE, {"built_at": HOSTILE, "long": HOSTILE * 100})
    [embeds] = embeds_of(sheet)
    within_limits(embeds)
    first, second = text_of(sheet).strip().split("\n")
    assert first.startswith(r"**built at**: \@everyone \[click\]")
    assert second.startswith("**long**: ")


def test_options_with_as_much_in_them_as_may_be_stay_within_the_limits(within_limits):
    options = ServerConfig(sources=("*" * 100,) * 25, channels=tuple(range(2**60, 2**60 + 25)), roles=(2**62,) * 25)
    own = {c: {"max_question_chars": 20} for c in options.channels}
    for embeds in embeds_of(list_options("Options of this server", options, own)):
        within_limits(embeds)

"""Rendered answers fit Discord's limits, show every text as itself, and can be read back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from discord import Embed
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from bot.chat.render import clip, escape, pack_embeds, read_turn, render_answer, render_notice
from bot.types import Answer, Citation, Difference, Disagreement, Nearest, Outcome, Sentence, Side

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "message.json"
DAY = datetime(2025, 4, 18, 7, tzinfo=UTC)
PIECES = [
    *("word", "the mayor said", "é", "漢字", "😀", "1", "A", " ", "  ", "\n", "\t", "\r", "\x00", "…", "!", "."),
    *("\\", "\\\\", "*", "**", "***", "_", "__", "~~", "`", "```py\n", "||", "> ", ">>> ", "# ", "### ", "-# "),
    *("- ", "+ ", "* ", "1. ", "23.", "\n# ", "\n- ", "\n7. ", "\n> ", "[1]", "[", "]", "(", ")", "<", ">"),
    *("@everyone", "@here", "<@123>", "<@!123>", "<@&123>", "<#123>", "</ask:1>", "<t:1:R>", "<:x:1>", "<a:x:1>"),
    *("[here](https://evil.example)", "[x](<https://evil.example>)", "https://evil.example", "<https://evil.example>"),
    *("http://evil.example/a_b_", "discord.gg/evil", "mailto:a@evil.example", ":smile:", "\u202e", "\u2066", "\u200f"),
    *("\u200b", "\ufeff", "\u2028", "\u061c", "\u00ad", "a" * 300, "word " * 100, "*" * 200, "漢" * 500, "\\" * 99),
    *("Discord.GG/Evil", "https://discord.com/invite/evil", "\u034f", "\u115f", "\u3164", "\ufff9", "\U000e0061"),
]
MARKUP = re.compile(
    r"[*_`]|~~|\|\||https?://|<[@#:/]|<a:|<t:|@(?:everyone|here)|\]\(|:\w+:|^[^\S\n]*(?:-?\#{1,3}|[-+]|\d+\.)\s|^\s*>"
    r"|(?i:discord(?:app)?\.(?:gg|com/invite)/)",
    re.MULTILINE,
)
HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9\U000e0061\x00\r]"
)

short = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
hostile = st.one_of(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.text(max_size=40))
huge = st.tuples(hostile, st.integers(1, 200)).map(lambda pair: (pair[0] * pair[1])[:9000])
texts = st.one_of(hostile, huge)
urls = st.one_of(
    st.sampled_from(["", "https://post.example/a", "https://post.example/" + "a" * 3000, "javascript:alert(1)"]),
    st.sampled_from(["http://localhost/x", "https://", "https://post.example/a_(b)?q=[1]&r=<b>", "//post.example"]),
    hostile.map("https://post.example/".__add__),
    hostile,
)
moments = st.one_of(st.none(), st.just(DAY))


@st.composite
def citations(draw: st.DrawFn, n: int = 1) -> Citation:
    quote = draw(texts) or "x"
    text = draw(texts) + quote + draw(texts)
    title, source = draw(texts), draw(texts)
    return Citation(n, "a", title, source, draw(moments), draw(urls), 3, text, quote, draw(urls))


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Answers as no sane newsroom would give them."""
    cited = tuple(draw(citations(n)) for n in range(1, draw(st.integers(0, 5)) + 1))
    sentences = []
    for c in cited:
        cuts = sorted(draw(st.lists(st.integers(0, len(c.quote)), max_size=6)))
        pairs = zip(cuts[::2], cuts[1::2], strict=False)
        sentences.append(Sentence(c.quote, (c.n,), tuple((a, b) for a, b in pairs if a < b)))
    nearest = st.builds(Nearest, st.just("a"), texts, texts, moments, urls)
    return Answer(
        draw(texts),
        draw(st.sampled_from(list(Outcome))),
        tuple(sentences),
        cited,
        tuple(draw(st.lists(nearest, max_size=3))),
        message=draw(texts),
        notice=draw(texts),
        model=draw(st.one_of(st.none(), texts)),
        timings_ms={"total": 12.0},
    )


def read_escapes(text: str) -> tuple[str, str]:
    """What Discord shows of a text by its rule of escapes, and what is left of it as possible markup.

    The rule, written again and not taken from the renderer: a backslash before a character that is neither a
    letter or digit of ASCII nor a space shows that character.
    """
    shown, live = [], []
    at = 0
    while at < len(text):
        escaped = text[at] == "\\" and at + 1 < len(text) and not re.match(r"[0-9A-Za-z\s]", text[at + 1])
        at += escaped
        shown.append(text[at])
        live.append("x" if escaped else text[at])
        at += 1
    return "".join(shown), "".join(live)


def live_in(text: str) -> str:
    return read_escapes(text)[1]


def described(embed: Embed) -> str:
    assert embed.description is not None
    return embed.description


# Escaping


@short
@given(texts)
@example("\\*not bold\\*")
@example("\\\\[a](https://evil.example)")
@example(" \u200b# heading")
@example("1\u200b. list")
def test_escaped_text_is_shown_as_itself_and_nothing_in_it_works(text):
    shown, live = read_escapes(escape(text))
    assert MARKUP.search(live) is None
    assert HIDDEN.search(shown) is None


@short
@given(st.lists(st.sampled_from([p for p in PIECES if not HIDDEN.search(p)]), max_size=20).map("".join))
def test_escaped_text_without_hidden_marks_is_shown_whole(text):
    assert read_escapes(escape(text))[0] == text


def test_markup_outside_escaped_text_would_be_noticed():
    for piece in ("**a**", "# a", "- a", "1. a", "> a", "@everyone", "<@1>", "https://a.example", "[a](b)", "||a||"):
        assert MARKUP.search(live_in(piece)), piece


@short
@given(texts, st.integers(0, 400))
def test_clipped_text_is_short_enough_and_ends_neither_in_an_escape_nor_in_open_bold(text, max_chars):
    whole = f"**{escape(text)}** {escape(text)}"
    clipped = clip(whole, max_chars)
    assert len(clipped) <= max_chars
    if max_chars > 10:
        shown, live = read_escapes(clipped)
        assert not shown.endswith("\\…") or clipped == whole
        assert live.count("**") in (0, 2)


def test_text_is_clipped_between_words():
    assert clip("one two three four five six seven", 22) == "one two three four…"


# Limits


@short
@given(answers())
def test_every_message_of_every_answer_stays_within_all_limits(within_limits, answer):
    messages = render_answer(answer)
    for embeds in messages:
        within_limits([e.to_dict() for e in embeds])
    heads = "".join(e.author.name or "" for embeds in messages for e in embeds)
    assert all(f"[{c.n}]" in heads for c in answer.citations)


def test_a_paragraph_that_is_cited_twice_is_shown_once_with_both_sentences_in_bold(quoted, cite):
    first = replace(cite(1), text="It opened. Rain fell. It closed.", quote="It opened.")
    _, source = render_answer(quoted("Why?", first, replace(first, n=2, quote="It closed.")))[0]
    assert source.author.name.startswith("[1] [2] ")
    assert source.description == "> **It opened.** Rain fell. **It closed.**"


@short
@given(st.lists(st.integers(0, 4096), min_size=1, max_size=30))
def test_embeds_are_packed_in_order_and_none_is_lost(lengths):
    embeds = [Embed(description="x" * n) for n in lengths]
    messages = pack_embeds(embeds)
    assert [e for m in messages for e in m] == embeds
    assert all(len(m) <= 10 and sum(map(len, m)) <= 6000 for m in messages)


def test_small_embeds_fill_a_message_before_the_next_one_begins():
    assert [len(m) for m in pack_embeds(Embed(description="x") for _ in range(23))] == [10, 10, 3]


def test_fifty_citations_take_several_messages_that_keep_their_order(quoted, cite, within_limits):
    messages = render_answer(quoted("Why?", *(cite(n) for n in range(1, 51))))
    heads = [e.author.name for m in messages for e in m][1:]
    assert [int(re.findall(r"\[(\d+)\]", head)[0]) for head in heads] == list(range(1, 51))
    for embeds in messages:
        within_limits([e.to_dict() for e in embeds])


@short
@given(texts, texts)
def test_notices_stay_within_all_limits(within_limits, title, text):
    within_limits([render_notice(title, escape(text)).to_dict()])


# Hostile text


@short
@given(answers())
def test_no_text_of_an_answer_or_of_a_source_works_as_markup_a_link_or_a_mention(answer):
    for embed in (e for m in render_answer(answer) for e in m):
        body = described(embed)
        body = body.removeprefix("> ") if body.startswith("> ") else f"\n\n{body}"
        body, _, below = body.partition("\n\n**Nearest in these articles**")
        if answer.nearest and body.startswith("\n\n- "):  # the list goes on in an embed of its own
            body, below = "", body
        notice = body.rfind("\n\n*")
        if answer.notice and notice >= 0 and body.endswith("*"):
            body = body[:notice] + " " + body[notice + 3 : -1]
        live = live_in(body).replace("**", "x")
        assert MARKUP.search(live) is None
        assert MARKUP.search(live_in(embed.title or "")) is None
        shown = f"{embed.title}{described(embed)}{embed.author.name}{embed.footer.text}"
        assert HIDDEN.search(shown) is None
        for line in below.strip().split("\n- "):
            links = re.findall(r"\]\(<(https?://[\w-]+(?:\.[\w-]+)+\S*)>\)$", line)
            assert re.findall(r"https?://[^\s>]*", live_in(line)) == links


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "ftp://post.example/a", "http://localhost/a", "https://", "post.example", "https://[::1",
        "https://reader@evil.example", "https://post.example/" + "a" * 2048,
    ],
)  # fmt: skip
def test_an_address_that_discord_would_refuse_is_left_out(url, quoted, cite, refusal):
    [[_, source]] = render_answer(quoted("Why?", cite(link=url, url=url)))
    assert source.url is None
    [[answer]] = render_answer(refusal(nearest=(Nearest("a", "Bridge opens", "Post", DAY, url),)))
    assert described(answer).endswith("- Post, 18 April 2025: Bridge opens")


def test_a_link_that_is_too_long_gives_way_to_the_address_of_the_article(quoted, cite):
    [[_, source]] = render_answer(quoted("Why?", cite(link="https://post.example/b#:~:text=" + "a" * 2048)))
    assert source.url == "https://post.example/bridge"


def test_letters_beyond_ascii_and_brackets_in_an_address_are_encoded(refusal):
    near = Nearest("a", "Bridge [live]", "Post", DAY, "https://post.example/Brücke_(Velmora)")
    [[answer]] = render_answer(refusal(nearest=(near,)))
    assert described(answer).endswith(r"[Bridge \(live\)](<https://post.example/Br%C3%BCcke_%28Velmora%29>)")


# What is shown


@short
@given(texts, st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=900).map("".join), texts)
@example("before " * 2000, "The bridge opened.", " after" * 2000)
@example("", "q" * 1199, "after " * 2000)
@example("before " * 2000, "q" * 1199, "")
@example("before " * 2000, "q" * 4000, " after" * 2000)
def test_the_quoted_sentence_of_a_long_paragraph_is_always_in_bold_in_its_embed(before, quote, after):
    assume(quote not in before)
    citation = Citation(1, "a", "T", "S", DAY, "", 1, before + quote + after, quote, "")
    answer = Answer("Why?", Outcome.QUOTED, (Sentence(quote, (1,)),), (citation,))
    embed = [e for m in render_answer(answer) for e in m][1]
    assert f"**{quote}**" in described(embed)
    assert described(embed).startswith("> ")


def test_what_stands_around_the_quoted_sentence_is_cut_at_both_ends_of_a_long_paragraph(quoted, cite):
    text = "early " * 400 + "The bridge opened." + " late" * 400
    [[_, source]] = render_answer(quoted("Why?", cite(text=text, quote="The bridge opened.")))
    assert described(source).startswith("> …early early")
    assert described(source).endswith("late late…")
    assert 1100 < len(described(source)) < 1300


def test_a_short_paragraph_is_shown_whole_with_its_sentence_in_bold(quoted, cite):
    [[_, source]] = render_answer(quoted("Why?", cite()))
    assert described(source) == ("> It rained. **The harbour bridge opened on 17 April.** The mayor cut a ribbon.")


def test_a_source_names_its_number_outlet_date_and_paragraph_and_links_to_the_sentence(quoted, cite):
    [[_, source]] = render_answer(quoted("Why?", cite(2)))
    assert source.author.name == "[2] Velmora Post, 18 April 2025"
    assert source.footer.text == "paragraph 3"
    assert source.url == "https://post.example/bridge#:~:text=The%20harbour%20bridge"


def test_decisive_words_are_in_bold_and_ranges_that_touch_are_one():
    sentence = Sentence("It opened on 17 April.", (1,), ((13, 15), (15, 21)))
    [[embed]] = render_answer(Answer("When?", Outcome.QUOTED, (sentence,)))
    assert embed.description == r"It opened on **17 April**. \[1\]"


def test_refusals_look_different_from_answers(quoted, refusal):
    answered = render_answer(quoted())[0][0]
    assert answered.author.name == "Quoted from the articles"
    heads = set()
    for outcome in (Outcome.NOT_COVERED, Outcome.OUT_OF_RANGE, Outcome.FILTERED_OUT):
        [[refused]] = render_answer(refusal(outcome=outcome))
        assert refused.colour != answered.colour
        assert described(refused).startswith("That is not in these articles.")
        heads.add(refused.author.name)
    assert len(heads | {answered.author.name}) == 4


def test_a_refusal_names_the_nearest_articles_with_links(refusal):
    [[refused]] = render_answer(refusal())
    assert described(refused).endswith("- Velmora Post, 18 April 2025: [Bridge opens](<https://post.example/b>)")


def test_what_sources_differ_in_and_how_old_they_are_stands_under_the_answer(quoted, cite):
    answer = quoted("How many?", cite(1), cite(2), freshness="The newest source is 5 days old.")
    sides = tuple(Side("4*1", c.n) for c in answer.citations)
    embed = render_answer(replace(answer, disagreement=Disagreement(Difference.UPDATED, sides)))[0][0]
    assert "\n\n*That has changed\\: 4\\*1 \\(" in embed.description
    assert embed.description.endswith("\n\n*The newest source is 5 days old.*")


def test_a_timeline_is_a_list_with_days():
    cited = tuple(
        Citation(n, f"a{n}", "Talks", "Post", DAY.replace(day=n), "", 1, f"Day {n}.", f"Day {n}.", "") for n in (1, 2)
    )
    sentences = tuple(Sentence(c.quote, (c.n,)) for c in cited)
    embed = render_answer(Answer("How?", Outcome.QUOTED, sentences, cited, is_timeline=True))[0][0]
    assert embed.description == "- **1 April 2025**: Day 1. \\[1\\]\n- **2 April 2025**: Day 2. \\[2\\]"


def test_a_notice_stands_under_the_answer(quoted):
    embed = render_answer(quoted(notice="The model is *down*."))[0][0]
    assert described(embed).endswith("\n\n*The model is \\*down\\*.*")


def test_a_rendered_answer_is_the_golden_one(cite):
    answer = Answer(
        "When did the bridge [on the Ald] open, and who paid?",
        Outcome.ANSWERED,
        (
            Sentence("It opened on 17 April 2025.", (1,), ((13, 26),)),
            Sentence("The state paid 40% of *all* costs, the_rest came from tolls.", (2, 1)),
        ),
        (
            cite(1, quote="The harbour bridge opened on 17 April 2025."),
            cite(2, title="Who pays? @everyone", source="The Ledger", published_at=None, url="", link=""),
        ),
        notice="1 sentence was left out.",
        model="qwen2.5-1.5b-instruct",
        timings_ms={"total": 2345.0},
    )
    names = ("author", "title", "url", "description", "footer", "color")
    rendered = [[{n: e[n] for n in names if n in e} for e in map(Embed.to_dict, m)] for m in render_answer(answer)]
    assert rendered == json.loads(GOLDEN.read_text(encoding="utf-8"))


# Reading back

one_line = st.one_of(
    st.lists(st.sampled_from([p for p in PIECES if not re.search(r"[\n\t\r\x00]|\[1\]", p)]), max_size=8).map("".join),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), max_size=40),
).filter(lambda text: not HIDDEN.search(text) and text.strip() and len(text) < 200)


@short
@given(
    one_line.filter(lambda text: len(escape(text)) <= 256), st.lists(one_line, min_size=1, max_size=4), st.booleans()
)
def test_question_and_answer_are_read_back_from_a_rendered_answer(question, lines, bold):
    assume(sum(len(escape(line)) for line in lines) < 3000)
    sentences = [Sentence(x, (n,), ((0, len(x)),) if bold else ()) for n, x in enumerate(lines, 1)]
    answer = Answer(question, Outcome.QUOTED, tuple(sentences), notice="These are quotes.")
    turn = read_turn(render_answer(answer)[0])
    assert turn is not None
    assert turn.question == question
    assert turn.answer == " ".join(lines)


def test_a_refusal_is_read_back_without_the_nearest_articles(refusal):
    turn = read_turn(render_answer(refusal("Who built it?"))[0])
    assert turn is not None
    assert (turn.question, turn.answer) == ("Who built it?", "That is not in these articles.")


def test_a_long_question_is_read_back_as_far_as_it_is_shown(quoted):
    turn = read_turn(render_answer(quoted("why " * 200))[0])
    assert turn is not None
    assert turn.question.startswith("why why why")


def test_what_is_no_answer_is_read_back_as_nothing(quoted, cite):
    assert read_turn([]) is None
    assert read_turn([Embed(description="a picture")]) is None
    assert read_turn([render_notice("Sorry", "Something went wrong.")]) is None
    assert read_turn(render_answer(Answer("hello", Outcome.NO_SEARCH, message="Hello!"))[0]) is None
    sources = render_answer(quoted("Why?", *(cite(n) for n in range(1, 15))))[1]
    assert read_turn(sources) is None

"""A model's prose: markers, what they prove, what is shown and what is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.citations import Paragraph, closest_sentence
from bot.verify.entailment import Judgement
from bot.verify.markers import SentenceStream, cited_sentences, clean
from bot.verify.prose import CheckedSentence, ProseVerifier, supports, verify_prose

OPENED = "The harbour bridge opened on Monday after 3 years of work, the mayor said."
COST = "It cost 41 million crowns, said the mayor of Port Amsel. Traffic was light."
COUNT = "Officials counted 1,250 lorries on the harbour bridge; it opened on Monday."
GIVEN = [
    Paragraph("a", 1, OPENED, "(Gazette, 14 April 2025: Bridge opens)"),
    Paragraph("a", 2, COST, "(Gazette, 14 April 2025: Sums)"),
    Paragraph("b", 7, COUNT, "(Star, 15 April 2025: Lorries counted)"),
]
CLAIM = "The harbour bridge opened on Monday"


@pytest.fixture
def far_encoder(encoder):
    """One for which each text is at right angles to the next."""
    encoder.encode = lambda texts: np.eye(64, dtype=np.float32)[[len(t) % 64 for t in texts]]
    return encoder


def kept(text: str) -> list[CheckedSentence]:
    return verify_prose(text, GIVEN)[0]


def dropped(text: str) -> list[str]:
    return verify_prose(text, GIVEN)[1]


def only(text: str) -> CheckedSentence:
    sentences, reasons = verify_prose(text, GIVEN)
    assert reasons == []
    assert len(sentences) == 1
    return sentences[0]


# Markers


@pytest.mark.parametrize(
    "marked",
    [
        f"{CLAIM} [1].",
        f"{CLAIM}[1].",
        f"{CLAIM}. [1]",
        f"{CLAIM}.[1]",
        f"{CLAIM} 【1】.",
        f"{CLAIM} ［1］.",
        f"{CLAIM} [^1].",
        f"[1] {CLAIM}.",
        f"- {CLAIM} [1].",
        f"1. {CLAIM} [1].",
        f"**{CLAIM}** [1].",
        f"## {CLAIM} [1].",
        f"{CLAIM} [1](https://gazette.example/a).",
        f"{CLAIM} [[1]](https://gazette.example/a).",
        f"{CLAIM}.\n[1]",
    ],
)
def test_a_marker_of_any_usual_form_is_read_and_not_shown(marked):
    sentence = only(marked)
    assert (sentence.text.rstrip("."), sentence.given) == (CLAIM, (0,))


@pytest.mark.parametrize(
    "markers",
    [
        "[1][3]",
        "[1] [3]",
        "[1, 3]",
        "[1,3]",
        "[1; 3]",
        "[1] and [3]",
        "[1], [3]",
        "[1-3]",
        "[1–3]",
        "[1][1][3]",
    ],
)
def test_several_markers_of_a_sentence_are_all_read(markers):
    sentence = only(f"{CLAIM} {markers}.")
    assert (sentence.text, sentence.given) == (f"{CLAIM}.", (0, 2))


def test_a_number_in_round_brackets_is_no_marker_but_an_age_or_a_score():
    assert dropped(f"{CLAIM} (1).") == [f"figure (1): {CLAIM} (1)."]


def test_a_second_line_that_begins_with_its_marker_keeps_it():
    assert [s.given for s in kept(f"[1] {CLAIM}.\n[1] {CLAIM}, the mayor said.")] == [(0,), (0,)]


def test_a_sentence_is_shown_once_however_often_it_is_written():
    assert len(kept(f"{CLAIM} [1]. {CLAIM.upper()} [1]. {CLAIM}. [1]")) == 1
    assert dropped(f"{CLAIM} [1]. {CLAIM} [1].") == [f"said already: {CLAIM}."]


def test_a_bracket_that_is_never_closed_takes_no_sentences_together():
    text = " [12It opened.It opened.It opened.It opened. [1]"
    stream = SentenceStream()
    in_pieces = [*stream.feed(text[:43]), *stream.feed(text[43:]), *stream.finish()]
    assert in_pieces == cited_sentences(text)
    assert in_pieces[-1] == ("It opened.", [1])


@given(st.data())
def test_pieces_give_the_sentences_and_markers_that_the_whole_text_gives(data):
    parts = (
        "It opened.",
        "He lied.",
        " [1]",
        "[2, 3]",
        " and ",
        ", ",
        " [2]",
        "\n",
        " Then 3 left.",
        " [12",
        "]",
        " “Go. On.”",
    )
    text = "".join(data.draw(st.lists(st.sampled_from(parts), max_size=9)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    stream = SentenceStream()
    given = [s for a, b in pairwise([0, *cuts, len(text)]) for s in stream.feed(text[a:b])]
    assert [*given, *stream.finish()] == cited_sentences(clean(text))


def test_a_range_names_the_paragraphs_between_its_ends():
    assert only(f"{CLAIM} [2-3].").given == (2,)


def test_a_range_from_high_to_low_names_its_ends():
    assert only(f"{CLAIM} [3-1].").given == (2, 0)


def test_a_range_of_hundreds_does_not_fill_the_record_of_what_was_dropped():
    sentences, reasons = verify_prose(f"{CLAIM} [1-999].", GIVEN)
    assert [s.given for s in sentences] == [(0,)]
    assert reasons == ["marker [999] points nowhere"]


def test_a_score_in_round_brackets_is_no_marker():
    paragraph = Paragraph("m", 1, "Rovers won the cup final on Sunday (2-1) after extra time.", "")
    sentences, reasons = verify_prose("Rovers won the cup final (2-1) [1].", [paragraph])
    assert [s.text for s in sentences] == ["Rovers won the cup final (2-1)."]
    assert reasons == []


def test_a_marker_behind_the_full_stop_belongs_to_the_sentence_before_it():
    sentences = kept(f"{CLAIM}. [1] It cost 41 million crowns. [2]")
    assert [s.given for s in sentences] == [(0,), (1,)]


@pytest.mark.parametrize("number", [0, 4, 99])
def test_a_marker_that_points_nowhere_is_removed_and_recorded(number):
    sentences, reasons = verify_prose(f"{CLAIM} [1][{number}].", GIVEN)
    assert sentences == [CheckedSentence(f"{CLAIM}.", (0,))]
    assert reasons == [f"marker [{number}] points nowhere"]


def test_a_sentence_without_a_marker_gets_the_paragraph_that_supports_it():
    assert only(f"{CLAIM}.").given == (0,)
    assert only("Traffic was light.").given == (1,)


@pytest.mark.parametrize("number", [2, 3, 9])
def test_a_wrong_marker_is_moved_to_the_paragraph_that_supports_the_sentence(number):
    sentences, _ = verify_prose(f"Officials counted 1,250 lorries [{number}].", GIVEN)
    assert [s.given for s in sentences] == [(2,)]


def test_a_paragraph_that_has_little_but_the_names_of_a_sentence_is_not_taken_for_its_source():
    sentence = "The mayor of Port Amsel resigned over a drowned ferry"
    (reason,) = dropped(f"{sentence} [1].")
    assert reason.startswith("name (port)")
    assert kept(f"{sentence} [2].")[0].given == (1,)  # by the rules alone
    assert dropped(f"{sentence}.") == [f"no paragraph tells enough of it: {sentence}."]


def test_a_cited_paragraph_that_has_little_but_the_names_has_to_be_close_in_meaning(encoder):
    sentence = "Villagers near Port Amsel feared wolves and spoke of it to the mayor."
    for cosine, n_shown in ((0.4, 0), (0.5, 1)):
        near = np.array([cosine, np.sqrt(1 - cosine**2)], dtype=np.float32)
        encoder.encode = lambda texts, near=near: np.stack([near if t == sentence else [1.0, 0.0] for t in texts])
        sentences, reasons = verify_prose(f"{sentence} [2]", GIVEN, encoder)
        assert (len(sentences), len(reasons)) == (n_shown, 1 - n_shown)


def test_a_pronoun_does_not_speak_of_a_sentence_that_was_dropped():
    cost = "It cost 41 million crowns, said the mayor"
    assert dropped(f"The bridge opened in 1999 [1]. {cost} [2]. {cost} of Port Amsel [2]. Traffic was light [2].") == [
        "figure (1999): The bridge opened in 1999.",
        f"speaks of what was dropped: {cost}.",
        f"speaks of what was dropped: {cost} of Port Amsel.",
    ]
    assert [s.given for s in kept(f"{cost} [2]. Traffic was light [2].")] == [(1,), (1,)]


@pytest.mark.parametrize("before", ["Yes.", "No.", "Here is what the articles say."])
def test_a_pronoun_behind_a_word_of_introduction_is_kept(before):
    assert [s.text for s in kept(f"{before} It cost 41 million crowns [2].")] == ["It cost 41 million crowns."]
    twice = kept(f"{before} {CLAIM} [1]. {before} It cost 41 million crowns [2].")
    assert [s.text for s in twice] == [f"{CLAIM}.", "It cost 41 million crowns."]


def test_a_copied_sentence_of_any_length_is_found_without_a_marker():
    sentence = f"The mayor said that {'traffic and trade and ' * 60}the bridge were well."
    assert verify_prose(sentence, [Paragraph("m", 1, f"{OPENED} {sentence}", "")])[0][0].given == (0,)


@pytest.mark.parametrize("fragment", ["Port Amsel", "Port Amsel.", "41 million crowns [2]"])
def test_a_name_or_figure_alone_states_nothing_and_is_dropped(fragment):
    assert dropped(fragment)[0].startswith("no statement: ")


def test_a_sentence_that_no_paragraph_supports_is_dropped_with_its_reason():
    sentences, reasons = verify_prose(f"It is well known. {CLAIM} [1].", GIVEN)
    assert [s.text for s in sentences] == [f"{CLAIM}."]
    assert len(reasons) == 1
    assert reasons[0].endswith(": It is well known.")


def test_a_sentence_of_two_paragraphs_cites_both():
    assert only("The harbour bridge opened on Monday, and it cost 41 million crowns [1][2].").given == (0, 1)


def test_a_year_in_brackets_is_no_marker():
    paragraph = Paragraph("y", 1, "The harbour bridge law (2019) was passed by parliament.", "")
    assert verify_prose("The harbour bridge law (2019) was passed [1].", [paragraph])[0][0].text == (
        "The harbour bridge law (2019) was passed."
    )


# What does not belong in an answer


@pytest.mark.parametrize(
    "heading",
    ["Sources:", "**Sources:**", "**Sources**:", "## Sources", "Sources", "References:", "Citations:", "Source:"],
)
def test_a_list_of_sources_at_the_end_is_cut_off(heading):
    text = f"{CLAIM} [1].\n\n{heading}\n[1] Gazette, 14 April 2025: Bridge opens [1]\n- Star: Lorries counted [3]"
    assert verify_prose(text, GIVEN) == ([CheckedSentence(f"{CLAIM}.", (0,))], [])


def test_sources_as_a_word_of_a_sentence_cut_nothing_off():
    assert len(kept(f"Sources in Port Amsel said it cost 41 million crowns [2]. {CLAIM} [1].")) == 2


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("The [harbour bridge](https://evil.example/x) opened on Monday [1].", "The harbour bridge opened on Monday."),
        ("The harbour bridge https://evil.example/x opened on Monday [1].", "The harbour bridge opened on Monday."),
        ("The harbour bridge opened on Monday <https://evil.example> [1].", "The harbour bridge opened on Monday"),
        ("The **harbour** `bridge` opened __on__ Monday [1].", "The harbour bridge opened on Monday."),
    ],
)
def test_links_and_markup_are_removed(written, shown):
    assert only(written).text.rstrip(".") == shown.rstrip(".")


@pytest.mark.parametrize("character", ["\x1b", "\x00", "\u202e", "\ud800", "\x9b", "\r"])
def test_what_cannot_be_printed_is_removed(character):
    assert only(f"The harbour {character}bridge opened on Monday [1].").text == f"{CLAIM}."


# Proof


def test_a_sentence_with_a_number_that_differs_is_dropped_and_recorded():
    sentences, reasons = verify_prose("It cost 42 million crowns, said the mayor of Port Amsel [2].", GIVEN)
    assert sentences == []
    assert reasons == ["figure (42000000): It cost 42 million crowns, said the mayor of Port Amsel."]


def test_a_sentence_that_is_about_something_else_is_dropped():
    (reason,) = dropped("Voters rejected every reform of fishing quotas on Monday [1].")
    assert reason.startswith("invented (")


def test_a_sentence_far_from_the_paragraph_in_meaning_is_dropped(far_encoder):
    sentences, reasons = verify_prose("Traffic, the mayor said, was light [2].", GIVEN, far_encoder)
    assert sentences == []
    assert reasons == ["means something else: Traffic, the mayor said, was light."]


def test_of_several_markers_those_that_prove_nothing_are_left_out():
    assert only("It cost 41 million crowns [1][2].").given == (1,)


@pytest.mark.parametrize("number", ["1250", "1,250"])
def test_a_number_is_the_same_with_and_without_separators(number):
    assert only(f"Officials counted {number} lorries [3].").given == (2,)


def test_the_date_of_the_outlet_counts_as_told_by_its_paragraph():
    assert supports([GIVEN[0]], "The harbour bridge opened on 14 April 2025.")
    assert not supports([GIVEN[0]], "The harbour bridge opened on 15 April 2025.")


def test_the_sentence_quoted_is_the_one_that_shares_most_words():
    a, b = closest_sentence(COST, "There was light traffic.")
    assert COST[a:b] == "Traffic was light."


# Entailment


ENTAILED = Judgement(0.8, 0.1, 0.1)
OPEN = Judgement(0.2, 0.7, 0.1)
CONTRADICTED = Judgement(0.1, 0.3, 0.6)
REWORDED = "It opened on Monday, the harbour bridge."


class Judge:
    """An Entailment that judges by the numbers of the paragraphs, and fails on those that it does not know.

    Attributes:
        read: What it was asked.
    """

    def __init__(self, judgements: dict[tuple[int, ...], Judgement]) -> None:
        self.judgements = judgements
        self.read: list[tuple[tuple[int, ...], str]] = []

    def judge(self, paragraphs: Sequence[Paragraph], sentence: str) -> Judgement | None:
        numbers = tuple(GIVEN.index(p) for p in paragraphs)
        self.read.append((numbers, sentence))
        return self.judgements.get(numbers)


def test_a_sentence_that_its_paragraph_entails_is_kept():
    judge = Judge({(0,): ENTAILED})
    assert verify_prose(f"{REWORDED} [1]", GIVEN, None, judge) == ([CheckedSentence(REWORDED, (0,))], [])
    assert judge.read == [((0,), REWORDED)]


@pytest.mark.parametrize(
    ("judgement", "reason"),
    [(OPEN, "not entailed (contradiction 0.10)"), (CONTRADICTED, "not entailed (contradiction 0.60)")],
)
def test_a_sentence_that_no_paragraph_entails_is_dropped_with_its_reason(judgement, reason):
    judge = Judge({(0,): judgement, (2,): judgement})
    assert verify_prose(f"{REWORDED} [1]", GIVEN, None, judge) == ([], [f"{reason}: {REWORDED}"])


def test_a_sentence_that_cannot_be_judged_is_dropped():
    assert verify_prose(f"{REWORDED} [1]", GIVEN, None, Judge({})) == ([], [f"could not be judged: {REWORDED}"])


def test_a_sentence_is_moved_to_the_paragraph_that_entails_it():
    sentences, _ = verify_prose(f"{REWORDED} [1]", GIVEN, None, Judge({(0,): OPEN, (2,): ENTAILED}))
    assert [s.given for s in sentences] == [(2,)]


def test_a_sentence_of_two_paragraphs_is_judged_against_both_together():
    judge = Judge({(0, 1): ENTAILED})
    text = "The harbour bridge opened on Monday, and it cost 41 million crowns [1][2]."
    assert [s.given for s in verify_prose(text, GIVEN, None, judge)[0]] == [(0, 1)]


@pytest.mark.parametrize("sentence", [OPENED, "Traffic was light."])
def test_a_copied_sentence_is_not_judged(sentence):
    judge = Judge({})
    assert [s.text for s in verify_prose(sentence, GIVEN, None, judge)[0]] == [sentence]
    assert judge.read == []


def test_what_the_rules_or_the_closeness_drop_is_not_judged(far_encoder):
    judge = Judge({(n,): ENTAILED for n in range(3)})
    assert verify_prose("It cost 42 million crowns [2].", GIVEN, None, judge)[0] == []
    assert verify_prose("Traffic, the mayor said, was light [2].", GIVEN, far_encoder, judge)[0] == []
    assert judge.read == []


MARKED_TEXT = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ["[1]", "[2][9]", "(3)", "[1-3]", "【2】", "[", "](", "Sources:", "\n", ". ", "https://x.y/", OPENED, COST]
        ),
    ),
    max_size=12,
).map("".join)


@given(MARKED_TEXT)
@example("[1]")
@example("\ud800[1] \x85 [1]")
@example("[1]\n\n[1]\n" * 3)
@example(f"{OPENED} [1-999][0][٣]")
def test_no_text_crashes_the_parser_or_cites_a_paragraph_that_was_not_given(text):
    sentences, _ = verify_prose(text, GIVEN)
    for sentence in sentences:
        assert sentence.given
        assert set(sentence.given) <= {0, 1, 2}
        assert len(set(sentence.given)) == len(sentence.given)
        assert supports([GIVEN[i] for i in sentence.given], sentence.text)
        sentence.text.encode()


@given(MARKED_TEXT)
def test_without_paragraphs_nothing_is_kept(text):
    assert verify_prose(text, [])[0] == []


# While it is written


@pytest.mark.parametrize("size", [1, 3, 7, 40])
def test_a_text_in_pieces_gives_the_sentences_of_the_whole(size):
    text = (
        f"{CLAIM} [1]. Officials counted 1,250 lorries. [3] Nobody sang.\n- Traffic was light [2].\n\nSources:\n[1] x"
    )
    verifier = ProseVerifier(GIVEN)
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    found = [s for piece in pieces for s in verifier.feed(piece)] + list(verifier.finish())
    assert (found, verifier.dropped) == verify_prose(text, GIVEN)
    assert [s.given for s in found] == [(0,), (2,), (1,)]


def test_a_sentence_is_shown_as_soon_as_the_next_has_begun():
    verifier = ProseVerifier(GIVEN)
    assert list(verifier.feed(f"{CLAIM} [1].")) == []
    assert [s.text for s in verifier.feed(" Nobody sang")] == [f"{CLAIM}."]
    assert [s.text for s in verifier.finish()] == []
    assert len(verifier.dropped) == 1


def test_a_marker_that_comes_late_still_belongs_to_the_sentence_before_it():
    verifier = ProseVerifier(GIVEN)
    pieces = [f"{CLAIM}.", " [", "3]", "[1] ", "Traffic was light."]
    found = [s for piece in pieces for s in verifier.feed(piece)] + list(verifier.finish())
    assert [s.given for s in found] == [(0, 2), (1,)] or [s.given for s in found] == [(2, 0), (1,)]

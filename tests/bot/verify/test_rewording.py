"""What a paragraph still says when it is reworded, and what it no longer says, by the rule that tells them apart."""

from __future__ import annotations

from datetime import date

import pytest

from bot.verify.check import Source, check_sentence, find_objections

ORCHARDS = (
    "Orchard owners near Velden have sued the pesticide maker Cornix, which supplied them with a spray until 2021. "
    "The Swedish chemist Nils Aberg said the spray may have weakened young trees, but that this was not proven. Cornix "
    "rejected the claim. The ministry alleged that the firm had altered labels. It did not stop sales."
)
LIBRARY = (
    "The county must still approve a plan to move 300 old maps from Ostby library to the archive in Hamra. Librarian "
    "Ellen Rusk told visitors that the reading room would not open until 4 May. The library lost 40 members last year. "
    "Rusk voted down a proposal to charge for entry, and the mayor hopes to add a garden. Parents praised the staff."
)


def is_supported(sentence: str, text: str) -> bool:
    return check_sentence(sentence, Source(text, "(Evening Post, 3 March 2026: News)", date(2026, 3, 3))).supported


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (ORCHARDS, "Cornix has been sued by orchard owners near Velden."),
        (ORCHARDS, "Nils Aberg, a chemist from Sweden, said the spray may have weakened young trees."),
        (ORCHARDS, "Young trees may have been weakened by the spray, Aberg said."),
        (ORCHARDS, "The ministry accused Cornix of having altered labels."),
        (LIBRARY, "The reading room is to open on 4 May."),
        (LIBRARY, "Rusk rejected a proposal to charge for entry."),
        (LIBRARY, "The mayor may add a garden."),
    ],
)
def test_a_rewording_is_supported(text, sentence):
    assert is_supported(sentence, text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (ORCHARDS, "Cornix has sued orchard owners near Velden."),
        (ORCHARDS, "Cornix was supplied with a spray by orchard owners until 2021."),
        (ORCHARDS, "The firm altered labels."),
        (ORCHARDS, "Aberg proved that the spray had weakened young trees."),
        (ORCHARDS, "It stopped sales."),
        (LIBRARY, "The county approved a plan to move 300 old maps."),
        (LIBRARY, "Ostby library won 40 members last year."),
        (LIBRARY, "The mayor will add a garden."),
        (LIBRARY, "The staff praised parents."),
        (
            LIBRARY,
            "Rusk told visitors that the reading room would not open until 4 May because workmen found asbestos.",
        ),
    ],
)
def test_a_turned_hardened_or_padded_sentence_is_not(text, sentence):
    assert not is_supported(sentence, text)


def test_who_is_quoted_may_come_first_or_last():
    text = "The dam holds more water than in any spring since 1998, according to engineer Tom Veit."
    assert is_supported("Engineer Tom Veit said the dam holds more water than in any spring since 1998.", text)


def test_a_clause_may_change_places_with_the_main_one():
    text = "Baker Iris Holm closed her shop on Mill Lane after a burst pipe flooded the cellar."
    assert is_supported("After a burst pipe flooded the cellar, baker Iris Holm closed her shop on Mill Lane.", text)


def test_what_one_says_is_not_put_into_the_mouth_of_another():
    text = (
        "Pilots could refuse the longer routes this winter. The carrier cut its forecast in June. Analyst Mia Orr said "
        "fuel was too dear."
    )
    assert is_supported("Analyst Mia Orr said that fuel was too dear.", text)
    assert not is_supported("Analyst Mia Orr said that pilots could refuse the longer routes.", text)


def test_a_quotation_is_looked_for_as_it_is_written():
    text = "“We don’t have to carry out repairs at once,” said the owner, Jan Moll, on Friday."
    assert is_supported("Owner Jan Moll said: “We don’t have to carry out repairs at once.”", text)


def test_of_two_who_are_named_the_one_who_did_it_is_told():
    text = "Teachers' groups opposed the timetable; the firm Lexa said it would be hard to print."
    assert not is_supported("Lexa opposed the timetable, while teachers' groups said it would be hard to print.", text)


QUARRY = (
    "Surveyors suspect a broken pump flooded the quarry at Ness. Foreman Ada Pohl said the water was two metres deep. "
    "The firm denied the pump had been old. Some of its wagons were damaged. The firm hired its wagons from a dealer. "
    "The roof, a former driver, Jon Wild, told the paper, does not leak. The council called on the firm to drain the "
    "pit at first. Neighbours feared that the road would be closed. Her brother advised Pohl against the repair."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Surveyors suspect that a broken pump flooded the quarry at Ness.",
        "Surveyors believe a broken pump flooded the quarry at Ness.",
        "According to foreman Ada Pohl, the water was two metres deep.",
        "The water was two metres deep, said foreman Ada Pohl.",
        "The firm denied that the pump had been old.",
        "The council urged the firm to drain the pit.",
        "The road would be closed, neighbours feared.",
    ],
)
def test_a_that_or_a_speaker_that_moves_changes_nothing(sentence):
    assert is_supported(sentence, QUARRY)


@pytest.mark.parametrize(
    "sentence",
    [
        "A broken pump flooded the quarry at Ness.",
        "The pump had been old.",
        "All of its wagons were damaged.",
        "The road will be closed.",
        "Some of its wagons were hired.",
        "Ada Pohl told the paper that the roof does not leak.",
        "The road would be closed because the roof of a shed collapsed.",
    ],
)
def test_what_was_feared_denied_or_of_another_is_not_told(sentence):
    assert not is_supported(sentence, QUARRY)


@pytest.mark.parametrize("sentence", ["", " ", "\U0001f525", "___", "...", "not", "Ness " * 500])
@pytest.mark.parametrize("text", ["", "...", QUARRY])
def test_odd_input_is_not_supported_whatever_is_asked_of_it(sentence, text):
    source = Source(text)
    assert not check_sentence(sentence, source).supported
    assert list(find_objections(sentence, source))


@pytest.mark.parametrize("text", ["", "。", "，："])
def test_a_chinese_headline_does_not_stand_for_an_empty_paragraph(text):
    assert not check_sentence("港口三月关闭", Source(text, "港口三月关闭")).supported


def test_a_denied_having_is_denied():
    text = "The clerk denied having opened the safe. Two guards were asleep."
    assert is_supported("The clerk said she had not opened the safe.", text)
    assert not is_supported("The clerk opened the safe.", text)

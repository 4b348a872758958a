"""Near-identical articles grouped."""

from __future__ import annotations

import numpy as np

from index.copies import N_PERMUTATIONS, group_copies, sign_text

AGENCY = (
    "The harbour bridge opened on Monday after nine years of work and three changes of government. "
    "Heavy rain kept many people at home, but the first buses crossed at seven in the morning. "
    "The mayor cut a ribbon, thanked the workers and promised that the toll would end within two years."
)
REPRINT = AGENCY.replace("Monday", "Monday, 3 March,").replace("many people", "most people")
OTHER = (
    "Shares of the ferry company fell by a fifth when the market opened, its worst day since the strike. "
    "Analysts had expected fewer passengers, yet nobody foresaw that the board would resign at once. "
    "A new chief executive is to be named before the yearly meeting of the owners in June."
)
CHINESE = "海港大桥星期一在大雨中开通,这座桥用了九年才建成,市长剪彩并感谢所有工人,还承诺两年内取消过桥费。"


def groups(*texts: str) -> list[int]:
    return group_copies(np.array([sign_text(t) for t in texts])).tolist()


def test_a_signature_has_64_numbers_and_is_the_same_each_time():
    signature = sign_text(AGENCY)
    assert (signature.shape, signature.dtype) == ((N_PERMUTATIONS,), np.uint32)
    assert (signature == sign_text(AGENCY)).all()


def test_copies_with_small_changes_are_one_group():
    first, other, second = groups(AGENCY, OTHER, REPRINT)
    assert first == second != other


def test_different_stories_are_different_groups():
    first, second = groups(AGENCY, OTHER)
    assert first != second


def test_case_and_punctuation_make_no_difference():
    first, second = groups(AGENCY, AGENCY.upper().replace(".", ";"))
    assert first == second


def test_a_paragraph_quoted_in_a_longer_story_makes_it_no_copy():
    first, second = groups(AGENCY, f"{AGENCY} {OTHER} {OTHER[::-1]}")
    assert first != second


def test_texts_that_are_alike_in_one_band_alone_are_no_copies():
    signatures = np.arange(2 * N_PERMUTATIONS, dtype=np.uint32).reshape(2, -1)
    signatures[1, :4] = signatures[0, :4]
    assert len(set(group_copies(signatures))) == 2


def test_chinese_copies_are_one_group():
    first, second = groups(CHINESE, CHINESE.replace("大雨", "小雨"))
    assert first == second


def test_texts_too_short_to_tell_apart_stand_alone():
    short = "The harbour bridge opened on Monday."
    assert not sign_text(short).any()
    assert len(set(groups(short, short, "", ""))) == 4


def test_no_texts_have_no_groups():
    assert len(group_copies(np.zeros((0, N_PERMUTATIONS), dtype=np.uint32))) == 0


def test_copies_of_a_copy_are_in_its_group():
    texts = [AGENCY, REPRINT, REPRINT.replace("seven", "eight").replace("two years", "three years")]
    assert len(set(groups(*texts, OTHER))) == 2

"""A Chinese claim is told only where one sentence has its subject, figures and words."""

from __future__ import annotations

from datetime import date

import pytest

from bot.claims.binding_hanzi import is_bound_in_chinese, list_pairs

NURSE = "她叫林岚，27岁，总医院的急诊科护士。父亲林国栋在码头开面馆二十二年。她明年想来回游六十二公里。"
TITLE = "八小时四十一分：护士林岚游过海峡"


@pytest.mark.parametrize(
    ("claim", "is_told"),
    [
        ("林岚是一名护士", True),
        ("林岚二十七岁", True),
        ("林国栋开面馆二十二年", True),
        ("林岚用了8小时41分游过海峡", True),
        ("林岚开面馆二十二年", False),
        ("林岚二十二岁", False),
        ("林岚是一名医生", False),
        ("林岚来回游六十二公里", False),
        ("林岚用了九小时十二分游过海峡", False),
    ],
)
def test_a_claim_needs_its_subject_and_figures_in_one_sentence(claim, is_told):
    assert is_bound_in_chinese(claim, (NURSE, TITLE), date(2025, 6, 28)) is is_told


def test_a_pronoun_stands_for_the_sentence_before():
    text = "苏慧敏关上店门。她买下四箱香草荚。"
    assert is_bound_in_chinese("苏慧敏买下四箱香草荚", (text,), None)
    assert not is_bound_in_chinese("克罗尔买下四箱香草荚", (text,), None)


def test_light_words_are_no_part_of_a_pair():
    assert list_pairs("林岚是一名护士") == ["林岚", "护士"]

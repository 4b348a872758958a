"""Paragraphs split into sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import split_sentences


def sentences_of(paragraph: str) -> list[str]:
    return [paragraph[a:b] for a, b in split_sentences(paragraph)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["The bridge opened.", "Was it late?", "Very late!"],
        ["Dr. Smith met Mr. Jones on Jan. 5 in Washington, D.C.", "He left on Friday."],
        ["The U.S. Navy said so.", "Nobody else did."],
        ["The U.S. economy grew 3.5 percent.", "It fell 0.2% in May."],
        ["It rose to No. 1 in St. Louis.", "Mt. Everest is high."],
        ["He left at 5 p.m.", "The train was late."],
        ["He left at 5 p.m. on Friday.", "The train was late."],
        ["It cost $1.5 million.", "Nobody paid."],
        ["Hello... and then it stopped.", "Next."],
    ],
)
def test_abbreviations_and_figures_end_no_sentence(sentences):
    assert sentences_of(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["“It is our bridge,” he said.", "“We built it.”"],
        ["“Will you come?” she asked.", "He did not."],
        ['She said: "We will go. It is late."', "Then she left."],
    ],
)
def test_a_closing_quotation_mark_stays_with_its_sentence(sentences):
    assert sentences_of(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["大桥星期一开通。", "他走了！", "真的吗？"],
        ["市长说：“这是我们的桥。”", "然后他走了。"],
        ["水在三点漫过柜台。", "3月14日凌晨，船都回来了！", "H20芯片停售。"],
        ["“桥开了。3月见。”", "他说。"],
    ],
)
def test_chinese_sentences_end_without_a_space(sentences):
    assert sentences_of("".join(sentences)) == sentences


def test_text_without_an_end_is_one_sentence():
    assert sentences_of("The bridge at dawn") == ["The bridge at dawn"]


@pytest.mark.parametrize("paragraph", ["", " ", "\n\n"])
def test_nothing_has_no_sentences(paragraph):
    assert split_sentences(paragraph) == []


@given(st.one_of(st.text(max_size=80), st.text(alphabet="AaBb Mr.?!\"“”’')]…。！？大 5", max_size=60)))
def test_only_whitespace_lies_between_the_ranges(paragraph):
    end = 0
    for a, b in [*split_sentences(paragraph), (len(paragraph), len(paragraph))]:
        assert end <= a
        assert paragraph[end:a].strip() == ""
        assert paragraph[a:b] == paragraph[a:b].strip()
        end = b

"""Articles split into passages of whole paragraphs."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from index.passages import article_context, passage_sentences, split_article
from index.types import Article, Passage

SPECIAL_TOKENS = 2
CONTEXT = 5  # words of the context of every article below
MAX_TOKENS = 40
BUDGET = MAX_TOKENS - SPECIAL_TOKENS - CONTEXT


def make_article(*paragraphs: str) -> Article:
    return Article("a", "Story", "Paper", paragraphs, published_at=datetime(2025, 4, 7, 12, tzinfo=UTC))


def count_words(texts):
    return [len(text.split()) for text in texts]


def split(*paragraphs: str) -> list[Passage]:
    return split_article(make_article(*paragraphs), count_words, MAX_TOKENS)


def sentence(n_words: int, word: str = "word") -> str:
    """A sentence of some words, the last one with a full stop."""
    return " ".join([word.capitalize(), *[word] * (n_words - 1)]) + "."


words = st.text(alphabet="abAB.!?,\"'”’)5大桥。", min_size=1, max_size=9)
paragraphs = st.lists(words, min_size=1, max_size=60).map(" ".join)
articles = st.lists(paragraphs, min_size=1, max_size=8).map(lambda p: make_article(*p))


def test_the_context_names_title_outlet_and_day():
    assert article_context(make_article("Words.")) == "Story\nPaper, 7 April 2025\n"


def test_the_context_of_an_undated_article_names_no_day():
    assert article_context(Article("a", "Story", "Paper", ("Words.",))) == "Story\nPaper\n"


def test_a_long_title_is_cut_in_the_context():
    assert len(article_context(Article("a", "long " * 1000, "Paper", ("Words.",)))) < 250


def test_short_paragraphs_share_a_passage_parted_by_a_blank_line():
    assert split("One.", "Two.", "Three.") == [Passage("a", 1, 3, "One.\n\nTwo.\n\nThree.")]


def test_a_paragraph_that_no_longer_fits_begins_the_next_passage():
    first, second, third = sentence(BUDGET - 1), sentence(1), sentence(1)
    assert split(first, second, third) == [
        Passage("a", 1, 2, f"{first}\n\n{second}"),
        Passage("a", 3, 3, third),
    ]


def test_a_paragraph_of_exactly_the_budget_is_whole():
    assert split(sentence(BUDGET)) == [Passage("a", 1, 1, sentence(BUDGET))]


def test_a_paragraph_that_is_too_long_is_split_between_sentences():
    sentences = [sentence(20, "one"), sentence(10, "two"), sentence(20, "three")]
    text = " ".join(sentences)
    assert split("Before.", text, "After.") == [
        Passage("a", 1, 1, "Before."),
        Passage("a", 2, 2, " ".join(sentences[:2]), start=0, partial=True),
        Passage("a", 2, 2, sentences[2], start=text.index("Three"), partial=True),
        Passage("a", 3, 3, "After."),
    ]


def test_a_sentence_that_is_too_long_is_split_between_words():
    text = " ".join(f"w{i}" for i in range(100))
    pieces = split(text)
    assert [w for p in pieces for w in p.text.split()] == text.split()
    assert all(p.partial for p in pieces)


def test_a_word_that_is_too_long_is_split_within():
    def count_characters(texts):
        return [len(text) for text in texts]

    pieces = split_article(make_article("x" * 500), count_characters, 100)
    assert "".join(p.text for p in pieces) == "x" * 500
    assert len(pieces) > 1


def test_a_character_that_is_longer_than_the_budget_stands_alone():
    def count_three_a_character(texts):
        return [3 * len(text) for text in texts]

    pieces = split_article(make_article("大桥开"), count_three_a_character, 8)
    assert [(p.text, p.start) for p in pieces] == [("大", 0), ("桥", 1), ("开", 2)]


def test_a_context_as_long_as_the_encoder_reads_leaves_room_for_text():
    article = Article("a", "long " * 40, "Paper", ("Some words.", "More words."))
    assert [p.text for p in split_article(article, count_words, MAX_TOKENS)] == ["Some words.\n\nMore words."]


def test_ids_name_the_paragraphs_and_where_a_piece_begins():
    ids = [p.id for p in split("One.", "Two.", f"{sentence(30)} {sentence(30)}")]
    assert ids[0] == "a:1-2"
    assert ids[1:] == ["a:3-3@0", f"a:3-3@{len(sentence(30)) + 1}"]


@given(articles)
def test_passages_rejoin_into_their_article(article):
    rejoined: dict[int, str] = {}
    for passage in split_article(article, count_words, MAX_TOKENS):
        if passage.partial:
            before = rejoined.get(passage.first, "")
            gap = article.paragraphs[passage.first - 1][len(before) : passage.start]
            assert gap.strip() == ""
            rejoined[passage.first] = before + gap + passage.text
        else:
            assert len(rejoined) == passage.first - 1
            rejoined |= dict(enumerate(passage.text.split("\n\n"), passage.first))
            assert len(rejoined) == passage.last
    assert tuple(rejoined.values()) == article.paragraphs


@given(articles)
def test_every_passage_with_its_context_is_read_to_the_end(article):
    for passage in split_article(article, count_words, MAX_TOKENS):
        assert count_words([article_context(article) + passage.text])[0] + SPECIAL_TOKENS <= MAX_TOKENS


@given(articles)
def test_only_paragraphs_that_are_too_long_are_split(article):
    split_ones = {p.first for p in split_article(article, count_words, MAX_TOKENS) if p.partial}
    too_long = {n for n, text in enumerate(article.paragraphs, 1) if count_words([text])[0] > BUDGET}
    assert split_ones == too_long


@given(articles)
def test_ids_of_passages_are_unique(article):
    ids = [p.id for p in split_article(article, count_words, MAX_TOKENS)]
    assert len(ids) == len(set(ids))


def test_sentences_of_a_passage_tell_where_they_stand_in_passage_and_paragraph():
    [passage] = split("One. Two.", "Three.")
    assert [(s.paragraph, passage.text[s.start : s.end], s.in_paragraph) for s in passage_sentences(passage)] == [
        (1, "One.", 0),
        (1, "Two.", 5),
        (2, "Three.", 0),
    ]


@given(articles)
def test_sentences_of_passages_stand_in_their_paragraphs(article):
    for passage in split_article(article, count_words, MAX_TOKENS):
        for span in passage_sentences(passage):
            text = passage.text[span.start : span.end]
            assert text
            assert article.paragraphs[span.paragraph - 1][span.in_paragraph :].startswith(text)

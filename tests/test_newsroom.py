"""The sample newsroom keeps the promises of its README."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from bot.evaluation.metrics import contains_answer
from index.corpus import read_corpus
from index.lexical import tokenize

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
FILES = sorted((CORPUS / "articles").glob("*.md"))
ARTICLES = {a.id: a for a in read_corpus([CORPUS / "articles"], lambda bad: pytest.fail(str(bad)))}
QUESTIONS = [json.loads(line) for line in (CORPUS / "questions.jsonl").read_text("utf-8").splitlines()]
ANSWERABLE = [q for q in QUESTIONS if q["kind"] != "unanswerable"]
KINDS = {
    "lookup", "number", "quote", "temporal", "multi_article",
    "comparison", "conflict", "as_of", "follow_up", "unanswerable",
}  # fmt: skip
RUN = 8


def original(article_id: str) -> str:
    """The article that this one is a declared copy of, or itself."""
    text = (CORPUS / "articles" / f"{article_id}.md").read_text("utf-8")
    match = re.search(r"^copy_of: (\S+)$", text, re.MULTILINE)
    return match[1] if match else article_id


def paragraph(name: str) -> str:
    article_id, _, number = name.rpartition(":")
    return ARTICLES[article_id].paragraphs[int(number) - 1]


def runs(text: str) -> set[str]:
    words = re.findall(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+", text.lower())
    return {" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def test_there_are_sixty_articles_of_five_outlets_over_three_months():
    days = [a.published_at for a in ARTICLES.values() if a.published_at]
    assert len(ARTICLES) == len(FILES) >= 60
    assert len({a.source for a in ARTICLES.values()}) >= 5
    assert (max(days) - min(days)).days >= 90
    assert sum(a.language == "zh" for a in ARTICLES.values()) >= 2


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_an_article_has_all_fields_and_five_to_fifteen_paragraphs(file):
    article = ARTICLES[file.stem]
    assert article.title
    assert article.source
    assert article.section
    assert article.url.startswith("https://")
    assert article.published_at is not None
    assert file.name.startswith(f"{article.published_at:%Y-%m}")
    assert 5 <= len(article.paragraphs) <= 15


def test_no_two_articles_share_eight_words_in_a_row_unless_declared_copies():
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for article in ARTICLES.values():
        for text in article.paragraphs:
            for run in runs(text):
                owners[run].add(original(article.id))
    assert {run: ids for run, ids in owners.items() if len(ids) > 1} == {}


def test_some_articles_are_declared_copies_of_one_that_exists():
    copies = {a: original(a) for a in ARTICLES if original(a) != a}
    assert len(copies) >= 2
    assert set(copies.values()) <= set(ARTICLES)


def test_there_are_150_questions_and_ten_of_each_kind():
    counts = Counter(q["kind"] for q in QUESTIONS)
    assert len({q["id"] for q in QUESTIONS}) == len(QUESTIONS) >= 150
    assert set(counts) == KINDS
    assert min(counts.values()) >= 10


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda q: q["id"])
def test_the_answer_stands_in_a_paragraph_published_before_it_is_asked(question):
    paragraphs = question["paragraphs"]
    assert {p.rpartition(":")[0] for p in paragraphs} == set(question["articles"])
    texts = "\n".join(map(paragraph, paragraphs))
    assert contains_answer(texts, question["answers"], every=question["kind"] == "conflict")
    latest = question.get("as_of", question["asked_on"])
    assert all(ARTICLES[a].published_at.date().isoformat() <= latest for a in question["articles"])


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["id"])
def test_a_question_has_the_fields_of_its_kind(question):
    assert ("as_of" in question) == (question["kind"] == "as_of")
    assert ("history" in question) == (question["kind"] == "follow_up")
    assert bool(question["articles"]) == bool(question["answers"]) == (question["kind"] != "unanswerable")


def test_half_of_the_questions_share_under_40_percent_of_their_words_with_their_paragraph():
    shares = []
    for question in ANSWERABLE:
        words = set(tokenize(question["question"]))
        shared = [len(words & set(tokenize(paragraph(p)))) for p in question["paragraphs"]]
        shares.append(max(shared) / max(1, len(words)))
    assert sum(share < 0.4 for share in shares) >= len(shares) / 2

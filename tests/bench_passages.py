"""How passages should be made, measured: `python tests/bench_passages.py --articles 250`; most of an hour on one core.

Reads ../shared/data/realtimeqa and says so where it is absent. Every variant splits and encodes the same articles:
those that answer the questions, and those most like the questions in their words that do not. Articles rank by
their best passage, so that a variant gains nothing by cutting an article into more of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.evaluation.metrics import contains_answer
from index.corpus import read_corpus
from index.encoder import SentenceEncoder
from index.lexical import LexicalIndex, inverse_document_frequency, tokenize
from index.passages import CountTokens, article_context, split_article
from index.sentences import split_sentences
from index.types import Article, Vectors

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "realtimeqa"
RRF_K = 60  # Cormack et al. 2009
FUSED_DEPTH = 100
SAME_TEXT = 5 * 256
MEASURES = ("hit@1", "hit@4", "MRR@10", "answer@5", f"answer in {SAME_TEXT} tokens")
MRR = MEASURES.index("MRR@10")
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to make passages.

    Attributes:
        context: What stands before each passage when it is encoded.
        size: Most tokens of a passage, context included.
        overlap: Whether a passage begins with the last paragraph of the one before.
    """

    name: str
    context: Callable[[Article], str] = article_context
    size: int = 256
    overlap: bool = False

    def split(self, article: Article, count_tokens: CountTokens) -> list[str]:
        """Texts of an article's passages, without context."""
        usual, own = count_tokens([article_context(article), self.context(article)])
        max_tokens = self.size + usual - own  # split_article takes the usual context off
        if self.overlap:
            return list(split_overlapping(article, count_tokens, max_tokens))
        return [p.text for p in split_article(article, count_tokens, max_tokens)]


def lead_context(article: Article) -> str:
    """Title, outlet, day and the article's first sentence."""
    a, b = next(iter(split_sentences(article.paragraphs[0])), (0, 0))
    return f"{article_context(article)}{article.paragraphs[0][a : min(b, a + 300)]}\n"


VARIANTS = (
    Variant("as built: 256 tokens; title, outlet, day"),
    Variant("no context", lambda _: ""),
    Variant("title alone as context", lambda a: f"{a.title[:200]}\n"),
    Variant("title, outlet, day, lead as context", lead_context),
    Variant("128 tokens", size=128),
    Variant("overlap of a paragraph", overlap=True),
)


def split_overlapping(article: Article, count_tokens: CountTokens, max_tokens: int) -> Iterator[str]:
    """As `split_article`, but the last paragraph of a passage begins the next where both fit."""
    context, *counts = count_tokens([article_context(article), *article.paragraphs])
    budget = max_tokens - 2 - context
    start = 0
    while start < len(counts):
        end = start + 1
        while end < len(counts) and sum(counts[start : end + 1]) <= budget:
            end += 1
        own = replace(article, paragraphs=article.paragraphs[start:end])
        yield from (p.text for p in split_article(own, count_tokens, max_tokens))
        repeats = end < len(counts) and counts[end - 1] + counts[end] <= budget
        start = end - 1 if repeats else end


def main() -> None:
    """Measure every variant and print a row for each as it is done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=250, help="how many to split (default 250)")
    parser.add_argument("--questions", type=int, default=80, help="how many to ask (default 80)")
    given = parser.parse_args()
    if not DATA.is_dir():
        sys.exit(f"nothing measured: {DATA} is absent")
    articles, questions = choose(given.articles, given.questions)
    for line in measure(articles, questions, SentenceEncoder()):
        print(line, flush=True)


def choose(n_articles: int, n_questions: int) -> tuple[list[Article], list[dict[str, Any]]]:
    """The first questions with one or two gold articles, those articles, then the likest that are not gold."""
    stored = {a.id: a for a in read_corpus([DATA / "articles.jsonl.gz"], lambda _: None)}
    read = [json.loads(line) for line in (DATA / "questions.jsonl").open(encoding="utf-8")]
    questions = [q for q in read if len(q["articles"]) <= 2 and stored.keys() >= set(q["articles"])][:n_questions]
    with TemporaryDirectory() as folder:
        index = LexicalIndex.build(("\n".join((a.title, *a.paragraphs)) for a in stored.values()), Path(folder))
        orders = [np.argsort(-word_scores(index, q["question"]), kind="stable") for q in questions]
    likest = [list(stored)[i] for rank in zip_longest(*(order[:n_articles] for order in orders)) for i in rank]
    chosen = list(dict.fromkeys([*(a for q in questions for a in q["articles"]), *likest]))[:n_articles]
    return [stored[a] for a in chosen], [q for q in questions if set(q["articles"]) <= set(chosen)]


def measure(
    articles: Sequence[Article], questions: Sequence[dict[str, Any]], encoder: SentenceEncoder
) -> Iterator[str]:
    """Rows of a table in Markdown; a text that several variants encode is encoded once."""
    known: dict[str, Vectors] = {}
    asked = encoder.encode_queries([q["question"] for q in questions])
    columns = [f"{way} {m}" for way in ("dense", "fused") for m in (*MEASURES, "MRR change")]
    yield f"{len(articles)} articles, {len(questions)} questions; in brackets the 95% interval of the paired change\n"
    yield "| " + " | ".join(["variant", "passages/article", "tokens encoded", *columns]) + " |"
    yield "|---" * (3 + len(columns)) + "|"
    base: NDArray[np.float64] | None = None
    base_tokens = 0
    for variant in VARIANTS:
        pairs = [(a, text) for a in articles for text in variant.split(a, encoder.count_tokens)]
        encoded = [variant.context(a) + text for a, text in pairs]
        missing = list(dict.fromkeys(t for t in encoded if t not in known))
        known.update(zip(missing, encoder.encode(missing), strict=True))
        n_tokens = sum(encoder.count_tokens(encoded))
        base_tokens = base_tokens or n_tokens
        cosines = asked @ np.stack([known[t] for t in encoded]).T
        found = score_questions(questions, pairs, cosines, encoder)
        base = found if base is None else base
        cells = [variant.name, f"{len(pairs) / len(articles):.1f}", f"{n_tokens / base_tokens:.2f}"]
        for own, before in zip(found, base, strict=True):
            cells += [*(f"{m:.3f}" for m in own.mean(axis=0)), describe_change(own[:, MRR] - before[:, MRR])]
        yield "| " + " | ".join(cells) + " |"


def score_questions(
    questions: Sequence[dict[str, Any]],
    pairs: Sequence[tuple[Article, str]],
    cosines: Vectors,
    encoder: SentenceEncoder,
) -> NDArray[np.float64]:
    """MEASURES by meaning alone, then fused with words; shape (2, questions, measures)."""
    lengths = np.array(encoder.count_tokens([text for _, text in pairs]))
    shown = [f"{a.title}\n{text}" for a, text in pairs]
    rows = []
    with TemporaryDirectory() as folder:
        index = LexicalIndex.build((f"{a.title}\n{a.title}\n{text}" for a, text in pairs), Path(folder))
        for question, dense in zip(questions, cosines, strict=True):
            fused = reciprocal_ranks(dense) + reciprocal_ranks(word_scores(index, question["question"]))
            for scores in (dense, fused):
                order = np.argsort(-scores, kind="stable")
                ranking = list(dict.fromkeys(pairs[i][0].id for i in order))
                rank = min(ranking.index(a) + 1 for a in question["articles"])
                has = [contains_answer(shown[i], question["answers"]) for i in order[:50]]
                same = has[: int((lengths[order].cumsum() <= SAME_TEXT).sum())]
                rows.append([rank <= 1, rank <= 4, 1 / rank if rank <= 10 else 0, any(has[:5]), any(same)])
    return np.array(rows, dtype=np.float64).reshape(len(questions), 2, -1).swapaxes(0, 1)


def word_scores(index: LexicalIndex, question: str) -> Scores:
    """BM25 of every row for a question."""
    scores: Scores = np.zeros(index.n_passages, dtype=np.float32)
    for token, n_containing in index.document_frequencies(tokenize(question)).items():
        rows, weights = index.postings(token, inverse_document_frequency(n_containing, index.n_passages))
        scores[rows] += weights
    return scores


def reciprocal_ranks(scores: Scores) -> Scores:
    """Each row's share in the fusion; nothing for those that are not found or not among the first."""
    order = [i for i in np.argsort(-scores, kind="stable")[:FUSED_DEPTH] if scores[i] > 0]
    shares: Scores = np.zeros(len(scores), dtype=np.float32)
    shares[order] = 1 / (RRF_K + 1 + np.arange(len(order)))
    return shares


def describe_change(changes: NDArray[np.float64]) -> str:
    """Mean of a paired change with its 95% bootstrap interval over questions."""
    picks = np.random.default_rng(0).integers(len(changes), size=(10_000, len(changes)))
    low, high = np.quantile(changes[picks].mean(axis=1), (0.025, 0.975))
    return f"{changes.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


if __name__ == "__main__":
    main()

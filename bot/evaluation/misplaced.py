"""How often a sentence is shown though no paragraph given says it: `python -m bot.evaluation.misplaced FOLDER…`.

Sentences of a dataset's articles are what a model writes, and all paragraphs of the article but their own what it was
given, so names and figures often are there, and what is said of them is not. Some of it is told twice in an article, so
the figures are a little too high. A sentence is written with no marker, and with one to the paragraph that has most of
its words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.citations import Paragraph
from bot.evaluation.dataset import load_haystack
from bot.evaluation.script import run_script
from bot.verify.prose import verify_prose
from index.corpus import read_corpus
from index.encoder import SentenceEncoder
from index.lexical import tokenize
from index.sentences import split_sentences
from index.types import Article

_N = 600
_FEWEST, _MOST = 8, 30
_N_PARAGRAPHS = 30


def main(folders: Sequence[str]) -> None:
    """Print the share of the sentences that are shown, for each folder."""
    encoder = SentenceEncoder()
    for folder in folders:
        articles = list(read_corpus(load_haystack(Path(folder)).articles, lambda _: None))
        cases = list(_draw(articles))
        for title, mark in (("without a marker", lambda *_: ""), ("with the nearest's marker", _mark_nearest)):
            shown = [bool(verify_prose(f"{s} {mark(s, given)}", given, encoder)[0]) for s, given in cases]
            print(f"{folder}, {title}: {sum(shown)} of {len(cases)} shown, {sum(shown) / max(1, len(cases)):.3f}")


def _draw(articles: Sequence[Article]) -> Iterator[tuple[str, list[Paragraph]]]:
    """A sentence of each of some articles, and the other paragraphs."""
    rng = random.Random(1)
    for article in rng.sample(articles, min(_N, len(articles))):
        day = article.published_at.date() if article.published_at else None
        context = f"({article.source}{f', {day:%-d %B %Y}' if day else ''}: {article.title})"
        sentences = [(n, p[a:b]) for n, p in enumerate(article.paragraphs) for a, b in split_sentences(p)]
        fit = [(n, s) for n, s in sentences if _FEWEST <= len(s.split()) <= _MOST]
        if not fit:
            continue
        own, sentence = rng.choice(fit)
        others = [(n, p) for n, p in enumerate(article.paragraphs, 1) if n - 1 != own and sentence not in p]
        if others:
            yield sentence, [Paragraph(article.id, n, p, context, day) for n, p in others[:_N_PARAGRAPHS]]


def _mark_nearest(sentence: str, given: Sequence[Paragraph]) -> str:
    words = set(tokenize(sentence))
    nearest = max(range(len(given)), key=lambda n: len(words & set(tokenize(given[n].text))))
    return f"[{nearest + 1}]"


if __name__ == "__main__":
    run_script("misplaced", main)

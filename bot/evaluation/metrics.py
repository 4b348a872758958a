"""Scores of one question: its ranking, its answer, its citations; pure."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

import ir_measures
from ir_measures import RR, Qrel, R, ScoredDoc, Success, nDCG

from bot.citations import Paragraph
from bot.types import Answer, Citation, Difference
from bot.verify.prose import supports
from index.types import Hit

Stored = Mapping[tuple[str, int], str]
"""Paragraphs as the index has them, by article and number."""

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:(?<=\d)\.(?=\d)[^\W_\u3400-\u9fff]+)*")
"""A decimal number is one word, so that neither of its halves is found in it."""
_DEPTH = 10
_RANKING = {"hit@1": Success @ 1, "hit@4": Success @ 4, "hit@10": Success @ 10, "mrr@10": RR @ 10, "ndcg@10": nDCG @ 10}
_RECALL = R @ 1000
"""Its ranking is cut at ten passages beforehand, for a passage may stand for several articles."""
_ANSWER_DEPTHS = (1, 3, 5, 10)


def contains_answer(text: str, answers: Sequence[str], *, every: bool = False) -> bool:
    """Whether a text has any of the answers, or every one, as whole words; case, accents and signs do not count."""
    words = f" {_normalize(text)} "
    found = [f" {normal} " in words for answer in answers if (normal := _normalize(answer))]
    return bool(found) and (all(found) if every else any(found))


def ranking_scores(
    rankings: Mapping[str, Sequence[frozenset[str]]], gold: Mapping[str, frozenset[str]]
) -> dict[str, dict[str, float]]:
    """Per question: hit@1/4/10, recall@10, all gold@10, MRR@10 and nDCG@10 over ranks of passages, by ir-measures.

    To nDCG, gold articles that one passage is the first to stand for are one: no ranking could have them apart.

    Args:
        rankings: Question id to, for each passage by rank, the ids that it stands for: its article and copies.
        gold: Question id to the articles that answer it; questions with none are left out.
    """
    asked = {q: rankings.get(q, ())[:_DEPTH] for q, articles in gold.items() if articles}
    first = {q: _find_first_named(ranking, gold[q]) for q, ranking in asked.items()}
    run = [
        ScoredDoc(q, min(named, default=f"no article {rank}"), -float(rank))
        for q, own in first.items()
        for rank, named in enumerate(own)
    ]
    joined = {q: {article for named in own if named for article in named - {min(named)}} for q, own in first.items()}
    wanted = [Qrel(q, article, 1) for q in asked for article in gold[q] - joined[q]]
    every = [Qrel(q, article, 1) for q in asked for article in gold[q]]
    found = [ScoredDoc(q, article, 1.0) for q, ranking in asked.items() for article in frozenset().union(*ranking)]
    scores = {q: {**dict.fromkeys(_RANKING, 0.0), "recall@10": 0.0} for q in asked}
    names = {str(measure): name for name, measure in _RANKING.items()}
    for metric in ir_measures.iter_calc(list(_RANKING.values()), wanted, run):
        scores[metric.query_id][names[str(metric.measure)]] = metric.value
    for metric in ir_measures.iter_calc([_RECALL], every, found):
        scores[metric.query_id]["recall@10"] = metric.value
    return {q: {**own, "all gold@10": float(math.isclose(own["recall@10"], 1.0))} for q, own in scores.items()}


def passage_scores(hits: Sequence[Hit], answers: Sequence[str], *, every: bool) -> dict[str, float]:
    """Whether the answers stand in the first 1, 3, 5 and 10 passages, titles included; nothing without answers."""
    texts = [f"{h.title}\n{h.passage.text}" for h in hits]
    ranks = [next((i for i, text in enumerate(texts, 1) if contains_answer(text, [a])), math.inf) for a in answers]
    rank = (max if every else min)(ranks, default=math.inf)
    return {f"answer in hits@{k}": float(rank <= k) for k in _ANSWER_DEPTHS if answers}


def answer_scores(answer: Answer, answers: Sequence[str], *, every: bool) -> dict[str, float]:
    """Whether the answers stand in what was said, and in its first sentence; nothing without answers."""
    said = [s.text for s in answer.sentences]
    parts = {"answer correct": " ".join(said), "first sentence correct": " ".join(said[:1])}
    return {name: float(contains_answer(text, answers, every=every)) for name, text in parts.items() if answers}


def disagreement_scores(answer: Answer, *, differ: bool) -> dict[str, float]:
    """Whether an answer says that sources differ, where they do and where they do not; news of a change is no alarm."""
    said = answer.disagreement
    if differ:
        return {"disagreement shown": float(said is not None)}
    return {"false disagreement": float(said is not None and said.kind is not Difference.UPDATED)}


def citation_scores(answer: Answer, gold: frozenset[str], stored: Stored) -> dict[str, float]:
    """Precision and recall of an answer's citations, and the share of its quotes that are exact.

    Precision is the share of the citations whose article, or one collapsed with it, is gold, and whose paragraph
    proves its sentence; it is left out where nothing is gold. Recall is the share of the sentences that are proven.
    """
    if not answer.outcome.has_answer or not answer.citations:
        return {}
    by_number = {c.n: c for c in answer.citations}
    cited = [(s.text, [by_number[n] for n in s.citations if n in by_number]) for s in answer.sentences]
    proofs = [_find_proofs(sentence, citations, stored) for sentence, citations in cited]
    one_story = {h.passage.article_id: {h.passage.article_id, *h.copies} for h in answer.hits}
    right = [
        c.n in proof and bool(gold & one_story.get(c.article_id, {c.article_id}))
        for (_, citations), proof in zip(cited, proofs, strict=True)
        for c in citations
    ]
    precision = {"citation precision": sum(right) / len(right)} if gold and right else {}
    return precision | {
        "citation recall": sum(map(bool, proofs)) / len(proofs),
        "quotes exact": sum(is_exact(c, stored) for c in answer.citations) / len(answer.citations),
    }


def is_exact(citation: Citation, stored: Stored) -> bool:
    """Whether a quote stands byte for byte in the stored paragraph."""
    return bool(citation.quote) and citation.quote in stored.get((citation.article_id, citation.paragraph), "")


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed; zero of nothing."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(len(ordered) * share)) - 1] if ordered else 0.0


def _find_proofs(sentence: str, citations: Sequence[Citation], stored: Stored) -> set[int]:
    """Numbers of the citations that each prove a sentence, or of all where only all together do."""
    paragraphs = [_as_given(c, stored) for c in citations]
    alone = {c.n for c, p in zip(citations, paragraphs, strict=True) if supports([p], sentence)}
    if alone or not supports(paragraphs, sentence):
        return alone
    return {c.n for c in citations}


def _as_given(citation: Citation, stored: Stored) -> Paragraph:
    """A cited paragraph with the outlet, day and title that a model is shown before it."""
    published = citation.published_at and citation.published_at.date()
    day = "" if published is None else f", {published:%-d %B %Y}"
    context = f"({citation.source}{day}: {citation.title})"
    text = stored.get((citation.article_id, citation.paragraph), "")
    return Paragraph(citation.article_id, citation.paragraph, text, context, published)


def _find_first_named(ranking: Sequence[frozenset[str]], gold: frozenset[str]) -> list[frozenset[str]]:
    """For each rank the gold articles that no passage above it stands for."""
    above = [frozenset().union(*ranking[:rank]) for rank in range(len(ranking))]
    return [ids & gold - seen for ids, seen in zip(ranking, above, strict=True)]


def _normalize(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", plain)
    words = _WORD.findall(re.sub(r"['’]s\b", "", plain))
    return " ".join(w for w in words if w not in ("a", "an", "the"))

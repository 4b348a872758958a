"""The sides of a disagreement within an answer: quoted first, kept when a model writes, and put into words; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.disagreement.told import Contrast
from bot.evidence import MAX_SENTENCES, Evidence
from bot.types import Answer, Citation, Difference, Disagreement, Sentence, Side

_OPENINGS = {
    Difference.DIFFERENT: "Sources differ",
    Difference.CORRECTED: "A later report corrects an earlier one",
    Difference.UPDATED: "That has changed",
}
_CORRECTS_ITSELF = "The article corrects what it said before"


def lead_with(contrast: Contrast, chosen: Sequence[Evidence]) -> list[Evidence]:
    """The sides, the newest first, and after them as many of the other sentences as may be quoted."""
    own = {side.text for side in contrast.sides}
    return [*contrast.sides, *(e for e in chosen if e.text not in own)][:MAX_SENTENCES]


def name_sides(contrast: Contrast) -> Disagreement:
    """The disagreement of an answer whose first citations are the sides."""
    return Disagreement(contrast.kind, tuple(Side(words, n) for n, words in enumerate(contrast.words, 1)))


def keep_sides(written: Answer, quoted: Answer) -> Answer:
    """What a model wrote, and behind it each side of the quoted answer's disagreement whose paragraph it does not cite.

    Such a side begins with its outlet and day, so that it reads on from the prose.
    """
    if quoted.disagreement is None:
        return written
    citations, sentences = list(written.citations), list(written.sentences)
    sides = []
    for side in quoted.disagreement.sides:
        proof = quoted.citations[side.citation - 1]
        n = next((c.n for c in citations if _is_of_one_paragraph(c, proof)), 0)
        if not n:
            n = len(citations) + 1
            citations.append(replace(proof, n=n))
            sentences.append(_link(_sentence_of(quoted, side), proof, n))
        sides.append(Side(side.words, n))
    disagreement = Disagreement(quoted.disagreement.kind, tuple(sides))
    return replace(written, citations=tuple(citations), sentences=tuple(sentences), disagreement=disagreement)


def describe_sides(answer: Answer) -> str:
    """That the sources differ and what each tells, with outlet, day and citation; empty where they do not."""
    if answer.disagreement is None:
        return ""
    cited = [(side, answer.citations[side.citation - 1]) for side in answer.disagreement.sides]
    moments = {c.published_at for _, c in cited if c.published_at}
    is_timed = len({moment.date() for moment in moments}) < len(moments)
    told = [f"{_name(side, c, timed=is_timed)} [{c.n}]" for side, c in cited]
    is_of_one = len({c.article_id for _, c in cited}) == 1
    opening = _CORRECTS_ITSELF if is_of_one else _OPENINGS[answer.disagreement.kind]
    return f"{opening}: {'; '.join(told)}."


def _name(side: Side, c: Citation, *, timed: bool) -> str:
    moment = _when(c, timed=timed)
    return f"{side.words} ({c.source}, {moment})" if side.words else f"{c.source}, {moment}"


def _when(c: Citation, *, timed: bool = False) -> str:
    return "undated" if c.published_at is None else f"{c.published_at:%-d %B %Y{', %H:%M' if timed else ''}}"


def _is_of_one_paragraph(a: Citation, b: Citation) -> bool:
    return (a.article_id, a.paragraph) == (b.article_id, b.paragraph)


def _link(sentence: Sentence, proof: Citation, n: int) -> Sentence:
    """A quoted sentence behind prose, told as what its outlet says otherwise."""
    lead = f"Told differently by {proof.source} ({_when(proof)}): "
    highlights = tuple((a + len(lead), b + len(lead)) for a, b in sentence.highlights)
    return Sentence(f"{lead}{sentence.text}", (n,), highlights)


def _sentence_of(quoted: Answer, side: Side) -> Sentence:
    return next(s for s in quoted.sentences if side.citation in s.citations)

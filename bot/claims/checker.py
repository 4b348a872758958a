"""Text to CheckedText: each claim is searched for and held against the paragraphs that are nearest to it."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot import citations
from bot.answer import Answerer
from bot.claims.bearing import fit_said, fit_sentence, make_source
from bot.claims.contrast import Contrast, Paragraph, find_contrasts
from bot.claims.split import Claim, split_claims
from bot.claims.types import Change, CheckedClaim, CheckedText, ClaimVerdict, Proof, Stance
from bot.evidence import Evidence
from bot.text_fragment import link_to_quote
from bot.types import Citation, Question
from bot.verify.check import is_verbatim
from bot.verify.entailment import Entailment
from bot.verify.meaning import Meaning
from index.errors import NewsdeskError
from index.generation import Generation
from index.types import Encoder, Filters

MAX_CLAIMS = 25
"""How many of a text are checked; each is a search."""
_N_READ = 12
_N_OUTLETS_NAMED = 6
_N_SHOWN = 3
_RETOLD = re.compile(
    r"\b(?:told|informed) (?:you|(?:its|our|their) readers)\b|\bthat one\b|\b(?:earlier|previous) version\b"
    r"|\bgot it wrong\b|\b(?:had|have) (?:wrongly )?(?:said|reported|claimed|put)\b",
    re.IGNORECASE,
)
"""What another time or paper told, which the article need not hold true."""
_NEARLY_AS_GOOD = 0.3
_RIVALS = 0.15
"""Added to that: how well what tells a claim otherwise must fit where another article says it."""
_AT_ONCE = timedelta(days=4)
"""Within which another article that tells it otherwise is a rival, and no older state of things."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class UnknownOutlet(NewsdeskError):
    """An outlet that no article is by."""


class ClaimChecker:
    """Checks the claims of a text against the live generation of one index."""

    def __init__(
        self, answerer: Answerer, encoder: Encoder, zone: tzinfo = UTC, entailment: Entailment | None = None
    ) -> None:
        """`zone` is the one in which the days begin and end that a text names."""
        self._answerer = answerer
        self._encoder = encoder
        self._zone = zone
        self._entailment = entailment

    def check(self, question: Question, generation: Generation) -> CheckedText:
        """What the articles say of the first claims of a text, under the filters that go with it.

        Raises:
            TextTooLong: It is longer than a message may be.
            UnknownOutlet: The filters name one of which there are no articles.
        """
        begun = time.perf_counter()
        _check_outlets(question.filters, generation)
        claims, n_left_out = _first(split_claims(question.text, question.moment.astimezone(self._zone).date()))
        split = time.perf_counter()
        meaning = Meaning(self._encoder)
        checked = tuple(self._check(claim, question, generation, meaning) for claim in claims)
        done = time.perf_counter()
        timings = {"split": (split - begun) * 1000, "check": (done - split) * 1000, "total": (done - begun) * 1000}
        return CheckedText(question.text, checked, n_left_out, generation.name, timings)

    def _check(self, claim: Claim, question: Question, generation: Generation, meaning: Meaning) -> CheckedClaim:
        if not claim.is_claim:
            return CheckedClaim(claim.text, ClaimVerdict.NO_CLAIM)
        gathered = self._answerer.gather(replace(question, text=claim.alone, history=()), generation)
        near = _nearest_paragraphs(gathered.evidence, generation)
        supporting, contrasts = self._weigh(claim, near, meaning)
        proofs = [_prove(Stance.SUPPORTS, p, _quote(claim, p, meaning)) for p in supporting[:_N_SHOWN]]
        proofs += [_prove(Stance.CONTRADICTS, c.paragraph, c.quote, c.change) for c in contrasts[:_N_SHOWN]]
        if not proofs:
            nearest = tuple(_prove(Stance.NEAREST, p, p.nearest) for p in near[:1])
            return CheckedClaim(claim.text, ClaimVerdict.NOT_FOUND, nearest)
        verdict = ClaimVerdict.SUPPORTED if supporting else ClaimVerdict.CONTRADICTED
        verdict = ClaimVerdict.DISPUTED if supporting and contrasts else verdict
        proofs.sort(key=lambda p: p.citation.published_at or _LONG_AGO, reverse=True)
        numbered = (replace(p, citation=replace(p.citation, n=n)) for n, p in enumerate(proofs, 1))
        return CheckedClaim(claim.text, verdict, tuple(numbered))

    def _weigh(
        self, claim: Claim, near: Sequence[Paragraph], meaning: Meaning
    ) -> tuple[list[Paragraph], list[Contrast]]:
        """The paragraphs that say a claim, and those that tell it otherwise and are no older state of things."""
        fits = [fit_said(claim.alone, p.source, p.hit.title, meaning) for p in near]
        least = max(0.0, max(fits, default=0.0) - _NEARLY_AS_GOOD)
        fitting = [p for p, fit in zip(near, fits, strict=True) if fit > least and not _RETOLD.search(p.nearest)]
        saying = [p for p in fitting if self._is_entailed(claim, p)]
        silent = [p for p in near if p not in fitting]
        contrasts = find_contrasts(claim, saying, silent, meaning) if claim.is_whole else []
        otherwise = [c.paragraph for c in contrasts]
        supporting = [p for p in saying if p not in otherwise]
        if supporting:
            oldest = max(p.moment for p in supporting) - _AT_ONCE
            articles = {p.hit.passage.article_id for p in supporting}
            contrasts = [
                c
                for c in contrasts
                if c.paragraph.moment >= oldest
                and c.paragraph.hit.passage.article_id not in articles
                and c.fit >= least + _RIVALS
            ]
        return supporting, contrasts

    def _is_entailed(self, claim: Claim, paragraph: Paragraph) -> bool:
        source = paragraph.source
        if self._entailment is None or is_verbatim(claim.alone, source.text):
            return True
        premise = citations.Paragraph(
            paragraph.hit.passage.article_id, paragraph.number, source.text, source.context, source.published
        )
        judgement = self._entailment.judge([premise], claim.alone)
        return judgement is not None and judgement.is_entailed


def _check_outlets(filters: Filters, generation: Generation) -> None:
    known = {source.casefold() for source in generation.sources}
    for name in filters.sources:
        if name.casefold() not in known:
            some = ", ".join(generation.sources[:_N_OUTLETS_NAMED])
            raise UnknownOutlet(f"no article is by an outlet called {name!r}; there are articles by {some}")


def _first(claims: Sequence[Claim]) -> tuple[list[Claim], int]:
    """Sentences up to the last claim that is checked, and how many claims follow."""
    ends = [end for end, claim in enumerate(claims, 1) if claim.is_claim]
    if len(ends) <= MAX_CLAIMS:
        return list(claims), 0
    return list(claims[: ends[MAX_CLAIMS - 1]]), len(ends) - MAX_CLAIMS


def _nearest_paragraphs(evidence: Sequence[Evidence], generation: Generation) -> list[Paragraph]:
    """The paragraphs of the sentences that are nearest by meaning and words, the nearest first."""
    best: dict[tuple[str, int], Evidence] = {}
    for e in sorted(evidence, key=lambda e: -(e.features["meaning"] + e.features["words"])):
        best.setdefault((e.hit.passage.article_id, e.paragraph), e)
    chosen = list(best.items())[:_N_READ]
    articles = generation.read_articles({article_id for (article_id, _), _ in chosen})
    return [
        Paragraph(e.hit, n, articles[article_id], make_source(e.hit, n, articles[article_id]), e.text)
        for (article_id, n), e in chosen
    ]


def _quote(claim: Claim, paragraph: Paragraph, meaning: Meaning) -> str:
    """The sentence of a paragraph that fits a claim best."""
    return max(paragraph.sentences, key=lambda s: fit_sentence(claim.alone, s, paragraph.source, meaning))


def _prove(stance: Stance, paragraph: Paragraph, quote: str, change: Change | None = None) -> Proof:
    hit = paragraph.hit
    citation = Citation(
        n=1,
        article_id=hit.passage.article_id,
        title=hit.title,
        source=hit.source,
        published_at=hit.published_at,
        url=hit.url,
        paragraph=paragraph.number,
        text=paragraph.source.text,
        quote=quote,
        link=link_to_quote(hit.url, paragraph.paragraphs, paragraph.number, quote),
    )
    return Proof(stance, citation, change)

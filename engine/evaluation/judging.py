"""Judges a network by what it said: verdict first, then the figures it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from engine.evaluation.baselines import Guess
from engine.evaluation.calibration import calibration
from engine.evaluation.class_scores import class_scores
from engine.evaluation.columns import Column
from engine.evaluation.evidence import Evidence
from engine.evaluation.judgement import (
    EVEN,
    Calibration,
    Cost,
    Judgement,
    OfClass,
    Score,
    Slice,
    Threshold,
)
from engine.evaluation.number_scores import number_scores
from engine.evaluation.slices import slices
from engine.evaluation.threshold import threshold
from engine.evaluation.verdict import baselines, doubt, headline_of, judged


def judge(
    evidence: Evidence,
    guesses: Sequence[Guess] = (),
    *,
    fitted_to: Evidence | None = None,
    cost: Cost = EVEN,
    columns: Sequence[Column] = (),
) -> Judgement:
    """What is said of the evidence.

    guesses: what else was said of the same samples; fitted_to: other samples that temperature and
    threshold are fitted to; columns: of the samples, the first of them where there are too many.
    """
    classes: list[OfClass] = []
    scores: list[Score]
    probable: Calibration | None = None
    parted: Threshold | None = None
    if evidence.is_classes:
        scores, classes = class_scores(evidence)
        if evidence.is_finite:
            probable = calibration(evidence, fitted_to)
            if len(evidence.facts.classes) == 2:
                parted = threshold(evidence, fitted_to, cost)
    else:
        scores = number_scores(evidence)
    headline = headline_of(evidence)
    first = next((score for score in scores if score.name == headline), None)
    standing, verdict = judged(evidence, first, guesses)
    return Judgement(
        split=evidence.split,
        samples=len(evidence),
        verdict=verdict,
        doubt=doubt(evidence),
        standing=standing,
        headline=headline,
        scores=scores,
        classes=classes,
        baselines=baselines(evidence, guesses),
        calibration=probable,
        threshold=parted,
        slices=_slices(evidence, columns),
    )


def _slices(evidence: Evidence, columns: Sequence[Column]) -> list[Slice]:
    if not evidence.is_finite:
        return []
    looked_at = len(columns[0].values) if columns else len(evidence)
    if looked_at < len(evidence):
        evidence = evidence.first(looked_at)
    return slices(evidence, columns)

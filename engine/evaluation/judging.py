"""Judges a network by what it said: verdict first, then the figures it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from engine.evaluation.baselines import Guess
from engine.evaluation.class_scores import class_scores
from engine.evaluation.evidence import Evidence
from engine.evaluation.judgement import Judgement, OfClass, Score
from engine.evaluation.number_scores import number_scores
from engine.evaluation.verdict import baselines, doubt, headline_of, judged


def judge(evidence: Evidence, guesses: Sequence[Guess] = ()) -> Judgement:
    """What is said of the evidence; guesses: what else was said of the same samples."""
    classes: list[OfClass] = []
    scores: list[Score]
    if evidence.is_classes:
        scores, classes = class_scores(evidence)
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
    )

"""What a judgement and a comparison say, made by hand."""

from __future__ import annotations

from engine.evaluation.judgement import Contest, Judgement, Score
from engine.service import protocol as p

JUDGED = Judgement(
    split="test",
    samples=40,
    verdict="It is better than what needs no network: Accuracy 0.900, a line reaches 0.5.",
    standing="better",
    headline="accuracy",
    scores=[Score(name="accuracy", title="Accuracy", value=0.9, low=0.8, high=0.95)],
)
CONTEST = Contest(
    first=0, second=1, first_better=31, second_better=12, p=0.005, gain=0.1, winner="first"
)


def compared(*contests: Contest) -> p.RunsCompared:
    """Runs on the same samples."""
    return p.RunsCompared(
        split="test",
        samples=200,
        judgements=[],
        contests=[*contests],
        num_disagreements=43,
        disagreements=[],
    )

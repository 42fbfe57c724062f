"""Runs put on the same test samples; refused where those are not the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch

from engine.errors import UsageError
from engine.evaluation.contest import contests, disagreements, num_disagreements
from engine.evaluation.evidence import Evidence
from engine.evaluation.judging import judge
from engine.evaluation.wording import answer, truth
from engine.parts.data import DataLocations
from engine.runs.contents import Moment
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.worker.review import RunAgain
from engine.training.judging import evidence_of
from engine.training.splits import Split, StreamedSplit
from engine.training.told_sample import told_samples
from engine.training.trainer import Trainer

MOST_TOLD = 8
"""Samples that are told one by one."""


@dataclass(frozen=True)
class Competitor:
    """A run with what it was tested on, as far as that tells whether another was, too."""

    name: str
    evidence: Evidence
    data: str
    fingerprint: str
    seed: object
    fraction: float
    is_own: bool
    """Whether the data set brings the samples itself."""
    targets: str
    """What the targets are, in a digest."""
    inputs: str
    """The same of the inputs; empty where they are in files."""


def compared(runs: Sequence[Run], locations: DataLocations, moment: Moment) -> p.RunsCompared:
    """Judge runs on the samples that none of them was trained on, and hold them together.

    Raises UsageError where those are not the same samples, and what `RunAgain` raises.
    """
    again: RunAgain | None = None
    found: list[Competitor] = []
    for run in runs:
        again = None  # its room is needed
        again = RunAgain(run, locations)
        again.load(moment)
        found.append(again.asked(partial(_tested, run=run)))
        check_same(found[0], found[-1])
    assert again is not None, "there are two or more"
    evidence = [one.evidence for one in found]
    places = disagreements(evidence, MOST_TOLD)
    told = again.asked(lambda trainer: _told(trainer, evidence, places))
    return p.RunsCompared(
        split=evidence[0].split,
        samples=len(evidence[0]),
        judgements=[judge(one) for one in evidence],
        contests=contests(evidence),
        num_disagreements=num_disagreements(evidence),
        disagreements=told,
    )


def check_same(first: Competitor, other: Competitor) -> None:
    """Raise UsageError unless both were tested on the same samples, with all that differs."""
    differs = []
    if first.evidence.split != other.evidence.split:
        splits = f"the {first.evidence.split} against the {other.evidence.split} split"
        differs.append(f"judged is {splits}")
    if first.data != other.data:
        differs.append(f"data {first.data} against {other.data}")
    elif first.fingerprint != other.fingerprint:
        differs.append("the data's file changed between them")
    if not first.is_own:
        if first.seed != other.seed:
            differs.append(f"seed {first.seed} against {other.seed}, which draws other samples")
        if first.fraction != other.fraction:
            differs.append(f"test_fraction {first.fraction:g} against {other.fraction:g}")
    same_targets = first.targets == other.targets
    if same_targets and (not differs or first.inputs == other.inputs != ""):
        return
    why = "; ".join(differs) or "the samples themselves are others"
    raise UsageError(
        f"{first.name} and {other.name} can't be compared: they are not judged on the same samples "
        f"({why})"
    )


def _tested(trainer: Trainer, run: Run) -> Competitor:
    evidence = evidence_of(trainer)
    part, experiment = trainer.splits.named()[evidence.split], trainer.experiment
    return Competitor(
        name=run.name,
        evidence=evidence,
        data=str(experiment.data),
        fingerprint=run.started().fingerprint,
        seed=experiment.seed,
        fraction=experiment.test_fraction,
        is_own=trainer.splits.facts.num_test_samples > 0,
        targets=_digest(part.targets),
        inputs=_inputs(part),
    )


def _inputs(part: Split) -> str:
    if isinstance(part, StreamedSplit):
        return ""
    return _digest(part.inputs if part.points is None else part.points)


def _digest(values: torch.Tensor) -> str:
    content = values.detach().cpu().contiguous()
    shape = f"{content.dtype} {tuple(content.shape)} ".encode()
    return hashlib.sha256(shape + content.numpy().tobytes()).hexdigest()


def _told(
    trainer: Trainer, evidence: Sequence[Evidence], places: Sequence[int]
) -> list[p.Disagreement]:
    part, facts = trainer.splits.named()[evidence[0].split], trainer.splits.facts
    answers = [[answer(one, place) for one in evidence] for place in places]
    truths = [truth(evidence[0], place) for place in places]
    below = [(actual, " / ".join(each)) for actual, each in zip(truths, answers, strict=True)]
    samples = told_samples(part, trainer.splits.input_map, facts, places, below)
    return [
        p.Disagreement(sample=sample, actual=actual, predicted=each)
        for sample, actual, each in zip(samples, truths, answers, strict=True)
    ]

"""What a finding of a training under way asks for, as the experiment that it leads to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from engine.doctor.case import Case
from engine.doctor.finding import Finding
from engine.doctor.generalization import Remedy, remedies
from engine.doctor.rates import known_rate, rate_of, with_rate
from engine.doctor.rules.contest import STEADY_BETA

CLIP_NORM = 1.0
TENTH, THIRD = 10.0, 3.0


def remedied(findings: Iterable[Finding], case: Case) -> list[Finding]:
    """The findings with their first remedy that the experiment can take, where there is one.

    case: the experiment that was trained; what was trained before it is looked at first.
    """
    return [_remedied(finding, case) for finding in findings]


def _remedied(finding: Finding, case: Case) -> Finding:
    for remedy in _REMEDIES.get(finding.code, _none)(case):
        repaired = case.changed(dict(remedy.changes))
        if repaired is not None:
            return dataclasses.replace(finding, repair=remedy.text, repaired=repaired)
    return finding


def _none(case: Case) -> Iterator[Remedy]:
    yield from ()


def _at(case: Case, rate: float, why: str) -> Remedy:
    other = with_rate(case.experiment, rate)
    changes = {"optimizer": other.optimizer, "schedule": other.schedule}
    return Remedy(f"use a learning rate of {rate:g}{why}", changes)


def _lower(case: Case, times: float) -> Iterator[Remedy]:
    """A smaller rate: one that was used before, else a part of this one."""
    rate = rate_of(case.experiment)
    before = known_rate(case.experiment, case.earlier())
    if before is not None and before < rate:
        yield _at(case, before, ", as before")
    known = case.experiment.optimizer.rates
    least = known.lowest if known is not None else 0.0
    most = known.highest if known is not None else rate
    yield _at(case, float(f"{max(least, min(rate / times, most)):.2g}"), "")


def _tenth(case: Case) -> Iterator[Remedy]:
    yield from _lower(case, TENTH)


def _third(case: Case) -> Iterator[Remedy]:
    yield from _lower(case, THIRD)


def _clipped(case: Case) -> Iterator[Remedy]:
    if case.experiment.clip_norm is None:
        yield Remedy(f"use clip_norm = {CLIP_NORM:g}", {"clip_norm": CLIP_NORM})
    yield from _tenth(case)


def _usual(case: Case) -> Iterator[Remedy]:
    known = case.experiment.optimizer.rates
    before = known_rate(case.experiment, case.earlier())
    rate = rate_of(case.experiment)
    if before is not None and before > rate:
        yield _at(case, before, ", as before")
    if known is not None and rate < known.usual:
        yield _at(case, known.usual, "")


def _smaller_beta(case: Case) -> Iterator[Remedy]:
    objective = case.experiment.objective
    if beta := objective.weighing().get("beta"):
        other = objective.with_values(beta=float(f"{beta / TENTH:.2g}"))
        yield Remedy(f"use beta={other.weighing()['beta']:g}", {"objective": other})


def _even(case: Case) -> Iterator[Remedy]:
    """A discriminator that learns no faster than the network."""
    objective = case.experiment.objective
    if objective.rival is not None and objective.rival_share > 1:
        slower = objective.with_rival(objective.rival, 1.0)
        yield Remedy("use rate = 1 for the discriminator", {"objective": slower})


def _steadier(case: Case) -> Iterator[Remedy]:
    """Less momentum (Radford and others 2016, Unsupervised Representation Learning with Deep
    Convolutional Generative Adversarial Networks): what was right a while ago is wrong by now."""
    optimizer = case.experiment.optimizer
    betas = optimizer.values().get("betas")
    if betas is not None and betas[0] > STEADY_BETA:
        steadier = optimizer.with_values(betas=(STEADY_BETA, *betas[1:]))
        text = f"use betas = [{STEADY_BETA}, {betas[1]}]: less momentum"
        yield Remedy(text, {"optimizer": steadier})


_REMEDIES = {
    "posterior-collapse": _smaller_beta,
    "overfitting": remedies,
    "discriminator-wins": _even,
    "mode-collapse": _steadier,
    "overflow-ahead": _tenth,
    "dead-units": _tenth,
    "large-updates": _tenth,
    "exploding-gradient": _clipped,
    "loss-oscillates": _third,
    "small-updates": _usual,
}
"""By the code of a live rule; the others have no remedy that a person need not choose."""

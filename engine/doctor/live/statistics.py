"""Whether the statistics that a network evaluates by are those that it trains with."""

from __future__ import annotations

import math

from engine.doctor.live.observation import Observation
from engine.doctor.live.rule import Sign, Signs, Standing, live_rule
from engine.doctor.rule import figure

WORSE, STILL_WORSE = 1.5, 1.3
LEAST_WORSE, STILL_LEAST_WORSE = 0.05, 0.03
"""The evaluated training loss against the running one, and how far apart they are in shares of the
first. Of the presets with BatchNorm the evaluated one is the lower of the two."""
REPORTS = 3
"""The newest ones, over which both are meant: statistics of single batches come and go."""
SETTLED_STEPS = 50
"""From which a momentum of 0.1 has forgotten what its statistics began with."""
NEWEST = 0.5
"""Share of the newest batch from which statistics are hardly more than those of one batch."""


@live_rule("batchnorm-evaluation")
def batchnorm_evaluation(observation: Observation, standing: Standing) -> Signs:
    """In training BatchNorm goes by the batch, in evaluation by what it kept of the batches.

    Where the two differ, the very samples that it learns from are judged wrongly: no overfitting,
    though the held-out loss rises alike (discuss.pytorch.org/t/7500; Ioffe and Szegedy 2015, 3.1).
    """
    norm = next((layer for layer in observation.layers if layer.keeps_statistics), None)
    known = [
        (report.train_loss, report.evaluated_loss)
        for report in observation.reports[-REPORTS:]
        if report.evaluated_loss is not None
    ]
    done = observation.epoch * observation.steps_per_epoch
    if norm is None or not known or done < SETTLED_STEPS:
        return
    running, evaluated = (math.fsum(losses) / len(known) for losses in zip(*known, strict=True))
    if not (math.isfinite(running) and math.isfinite(evaluated)):
        return
    holds, begun = norm.place in standing, abs(observation.losses[0])
    if evaluated < (STILL_WORSE if holds else WORSE) * running:
        return
    if evaluated - running < (STILL_LEAST_WORSE if holds else LEAST_WORSE) * begun:
        return
    share = norm.newest_share
    if share is not None and not 0 < share < NEWEST:
        repair = f"momentum=0.1 for {norm.text}"
    else:
        repair = "larger batches, a smaller learning rate, or LayerNorm() in its place"
    yield Sign(
        "warning",
        norm.place,
        f"the training samples cost {figure(running)} while it trains on them, and "
        f"{figure(evaluated)} once they are evaluated: the statistics that {norm.text} keeps for "
        "that are not those of its batches, so every evaluation is worse than the network",
        repair,
    )

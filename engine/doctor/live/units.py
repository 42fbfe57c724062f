"""Rules about units that are all one, and about gradients that are never let through whole."""

from __future__ import annotations

from engine.doctor.live.observation import Observation
from engine.doctor.live.rule import Sign, Signs, Standing, live_rule
from engine.doctor.rule import figure

ALIKE, STILL_ALIKE = 1e-4, 1e-3
"""Units of a layer that are this near to their mean are one unit, as many times."""
CLIPPED, STILL_CLIPPED = 10.0, 5.0
"""Times that a gradient is as long as it may be, look after look."""
LEAST_PROGRESS = 0.1
"""First gradients may be long; clipping is for those."""


@live_rule("equal-units")
def equal_units(observation: Observation, standing: Standing) -> Signs:
    """Units that are alike get the same gradient and stay alike (stats.SE 294332)."""
    for layer in observation.layers:
        limit = STILL_ALIKE if layer.place in standing else ALIKE
        if layer.unlike is None or layer.unlike >= limit:
            continue
        yield Sign(
            "error",
            layer.place,
            f"all {layer.units} units of {layer.text} give the same for every sample: they began "
            "alike, get the same gradient and do no more than one",
            'first weights by chance: init="default", or start from other weights',
        )


@live_rule("always-clipped")
def always_clipped(observation: Observation, standing: Standing) -> Signs:
    """Where each gradient is clipped, the rate is in truth as many times smaller (senpai#978: all
    batches, 20-fold)."""
    clip, norm = observation.clip_norm, observation.gradient_norm
    if clip is None or observation.progress < LEAST_PROGRESS:
        return
    if norm < (STILL_CLIPPED if "clip_norm" in standing else CLIPPED) * clip:
        return
    yield Sign(
        "warning",
        "clip_norm",
        f"gradients are about {figure(norm / clip)} times as long as clip_norm = {clip:g} allows: "
        "each is cut down, and the learning rate is in truth as many times smaller than it says",
        f"clip_norm = {float(f'{2 * norm:.1g}'):g}, about twice a usual gradient",
    )

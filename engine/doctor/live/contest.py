"""Rules about two networks against each other: whose losses say little by themselves."""

from __future__ import annotations

from engine.doctor.live.observation import Contest, Observation
from engine.doctor.live.rule import Sign, Signs, Standing, live_rule

LEAST_REPORTS = 3
LEAST_PROGRESS = 0.2
"""What a training must have done before its balance says something: all begin without any."""
WINS, STILL_WINS = 0.85, 0.8
"""The share that a discriminator tells right. Of eight heaps of which two are made it tells 7 in 8;
where both networks keep up it is between 0.5 and 0.6."""
COLLAPSED, STILL_COLLAPSED = 0.35, 0.45
"""The share of the data that is covered: where both keep up 0.9 and more; half where all of it is
made, but too narrow."""


def _lately(observation: Observation) -> list[Contest]:
    """The last reports, none where it is too early to say anything."""
    known = list(observation.contests)
    if len(known) < LEAST_REPORTS or observation.progress < LEAST_PROGRESS:
        return []
    return known[-LEAST_REPORTS:]


@live_rule("discriminator-wins")
def discriminator_wins(observation: Observation, standing: Standing) -> Signs:
    """Whoever is never deceived gives no direction in which deceiving would go better (Arjovsky and
    Bottou 2017, Towards Principled Methods for Training Generative Adversarial Networks)."""
    lately = _lately(observation)
    limit = STILL_WINS if "objective" in standing else WINS
    if not lately or min(one.told_apart for one in lately) < limit:
        return
    yield Sign(
        "warning",
        "objective",
        f"the discriminator tells {lately[-1].told_apart:.0%} right, and did at the last "
        f"{LEAST_REPORTS} reports: so sure of itself, it says nothing of how to make better points",
        "a smaller discriminator, a lower rate for it, or a larger network against it",
    )


@live_rule("mode-collapse")
def mode_collapse(observation: Observation, standing: Standing) -> Signs:
    """To make one thing well deceives for a while; then all else of the data is missing
    (Goodfellow 2016, NIPS Tutorial: Generative Adversarial Networks, 5.1)."""
    lately = _lately(observation)
    limit = STILL_COLLAPSED if "layers" in standing else COLLAPSED
    if not lately or max(one.coverage for one in lately) >= limit:
        return
    yield Sign(
        "warning",
        "layers",
        f"only {lately[-1].coverage:.0%} of the data has made points near: the network makes some "
        "of it over and over and leaves the rest out",
        "a lower learning rate, momentum off (betas=(0.5, 0.999)), or more noise (latent)",
    )

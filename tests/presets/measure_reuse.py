"""What beginning with an earlier training is worth: `python -m tests.presets.measure_reuse`.

Prints the table of `docs/use-again.md`: test accuracy from scratch, frozen and fine-tuned, by how
many samples there are to learn from, the mean of five seeds.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping
from typing import Any

from engine.errors import Remark
from engine.spec.experiment import Experiment
from tests.presets.measure import preset, trained

SEEDS = range(5)
WAYS: Mapping[str, Mapping[str, Any]] = {
    "from scratch": {"start_from": "", "new_head": False, "backbone_rate": 1.0},
    "frozen": {"freeze": "all but last", "backbone_rate": 1.0},
    "fine-tuned": {},
}
"""What is changed of a preset that is fine-tuned."""
HELD_BACK = {
    "digits-second-half": (0.98, 0.95, 0.9, 0.8),
    "mnist-to-digits": (0.98, 0.95),
}
"""The shares that are tested on; the rest is learned from."""


def accuracy(experiment: Experiment) -> tuple[int, float]:
    """The samples that it learns from, and what it reaches on the others, on average."""
    found = [trained(experiment, seed) for seed in SEEDS]
    reached = [float(one.metrics["test_accuracy"] or 0.0) for one in found]
    return len(found[0].splits.train), sum(reached) / len(reached)


def row(name: str, held_back: float) -> str:
    """A preset with so much held back."""
    plain = dataclasses.replace(preset(name), test_fraction=held_back, report_every=10**6)
    told = [accuracy(dataclasses.replace(plain, **changes)) for changes in WAYS.values()]
    figures = " | ".join(f"{reached:.3f}" for _, reached in told)
    return f"| `{name}` | {told[0][0]} | {figures} |"


def main() -> None:
    warnings.simplefilter("ignore", Remark)  # of layers that begin anew
    print(f"| preset | samples | {' | '.join(WAYS)} |")
    print("|---|---|---|---|---|")
    for name, shares in HELD_BACK.items():
        for held_back in shares:
            print(row(name, held_back), flush=True)


if __name__ == "__main__":
    main()

"""The weight of each class in the loss."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.errors import DataUnavailable
from engine.parts.data import Facts
from engine.spec.experiment import Experiment


def class_weights(
    experiment: Experiment, facts: Facts, targets: Tensor, num_outputs: int
) -> Tensor | None:
    """What the loss takes: one weight per class, or, for one output, the second's over the first's.

    targets: the training split's (samples, …) int64. "balanced" is samples / (classes · count),
    as scikit-learn has it. Raises DataUnavailable if a class to be balanced has no sample.
    """
    asked = experiment.class_weights
    if asked is None:
        return None
    if asked == "balanced":
        counts = torch.bincount(targets.flatten(), minlength=len(facts.classes))
        if int(counts.min()) == 0:
            missing = facts.classes[int(counts.argmin())]
            raise DataUnavailable(
                f'class_weights: "balanced" needs every class in the training split, '
                f'but "{missing}" has no sample there'
            )
        weights = targets.numel() / (len(facts.classes) * counts.float())
    else:
        weights = torch.tensor(asked)
    return weights[1:] / weights[:1] if num_outputs == 1 else weights

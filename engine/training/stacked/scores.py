"""Evaluates a stack: the outputs and losses of all trainings on a split at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, fx, nn
from torch.func import functional_call, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from engine.training.metrics import Scored
from engine.training.splits import Split
from engine.training.stacked.batches import Stacked
from engine.training.stacked.graph import Shape
from engine.training.stacked.layout import lay_out
from engine.training.stacked.program import Rows
from engine.training.traced.cleaning import clean
from engine.training.traced.recording import flattened, recorded
from engine.training.trainer import Trainer

MIN_TIMES = 50
"""A trace is worth so many evaluations."""
_Pass = Callable[..., Tensor]
_Arguments = tuple[Tensor | list[Tensor], ...]


class StackedSplit:
    """One split of all trainings, with what the network says of it."""

    def __init__(
        self,
        trainers: Sequence[Trainer],
        parts: Sequence[Split],
        criterion: nn.Module,
        weights: dict[str, Tensor],
        *,
        is_traced: bool,
    ) -> None:
        """parts: the split as each training has it, on the device. Raises Unstackable."""
        self._trainers, self._parts = trainers, parts
        self._model = trainers[0].model
        self._shape = Shape.of(self._model)
        self._inputs = Stacked([part.inputs for part in parts])
        aims = [
            trainer.evaluator.decoder.loss_targets(part.targets, trainer.chain[-1].output_shape[-1])
            for trainer, part in zip(trainers, parts, strict=True)
        ]
        self._targets = torch.stack(aims)
        self._actual = torch.stack([part.targets for part in parts])
        """(trainings, samples, …) as the data has them."""
        self._criterion, self._weights = criterion, weights
        self._is_traced = is_traced
        self._passes: dict[torch.Size, _Pass] = {}
        self._losses: _Pass | None = None

    def outputs(self, rows: Rows) -> Tensor:
        """(trainings, samples, outputs), in evaluation mode; as Evaluator has it, in pieces."""
        shared, size = self._inputs.is_shared, self._inputs.num_samples
        change = self._trainers[0].splits.input_map.batch
        stored = self._inputs.whole()
        made = []
        together = self._trainers[0].evaluator.together
        for first in range(0, size, together):
            end = first + together
            part = stored[first:end] if shared else stored[:, first:end]
            flat = part if shared else part.flatten(0, 1)
            batch = change(flat)
            if not shared:
                batch = batch.reshape(len(rows), -1, *batch.shape[1:])
            made.append(self._passed(rows, batch))
        return made[0] if len(made) == 1 else torch.cat(made, 1)

    def losses(self, outputs: Tensor) -> list[float]:
        """Of each training; nan where outputs are not finite, or the loss refuses them."""
        names = list(self._weights)

        def one(outputs: Tensor, targets: Tensor, own: list[Tensor]) -> Tensor:
            loss: Tensor = functional_call(
                self._criterion, dict(zip(names, own, strict=True)), (outputs, targets)
            )
            return torch.where(outputs.isfinite().all(), loss, math.nan)

        arguments: _Arguments = (outputs, self._targets, list(self._weights.values()))
        if self._losses is None:
            self._losses = self._made(vmap(one), arguments)
        with torch.inference_mode():
            found: list[float] = self._losses(*arguments).tolist()
        return found

    def scored(self, outputs: Tensor, losses: Sequence[float]) -> list[Scored]:
        """What reports tell of each training."""
        evaluator = self._trainers[0].evaluator
        known = [{"loss": loss} for loss in losses]
        if evaluator.facts.task == "classification":
            classes = evaluator.decoder.predicted_classes(outputs.flatten(0, 1))
            actual = self._actual.flatten(1)  # of sequences each position counts as a sample
            hits = classes.view(len(outputs), -1) == actual
            for own, accuracy, balanced in zip(known, *_accuracies(hits, actual), strict=True):
                own |= {"accuracy": accuracy, "balanced_accuracy": balanced}
        each = zip(self._trainers, self._parts, outputs.unbind(), known, strict=True)
        return [Scored(trainer.evaluator, part, own, told) for trainer, part, own, told in each]

    def _passed(self, rows: Rows, batch: Tensor) -> Tensor:
        names, kept = self._shape.names, list(rows.buffers)

        def one(own: list[Tensor], buffers: list[Tensor], inputs: Tensor) -> Tensor:
            state = {**dict(zip(names, own, strict=True)), **dict(zip(kept, buffers, strict=True))}
            outputs: Tensor = functional_call(self._model, state, (inputs,))
            return outputs

        over_all = vmap(one, in_dims=(0, 0, None if self._inputs.is_shared else 0))
        arguments: _Arguments = (rows.views, list(rows.buffers.values()), batch)
        self._model.eval()
        try:
            if batch.shape not in self._passes:
                self._passes[batch.shape] = self._made(over_all, arguments)
            with torch.inference_mode(), sdpa_kernel(SDPBackend.MATH):
                return self._passes[batch.shape](*arguments)
        finally:
            self._model.train()

    def _made(self, function: _Pass, arguments: _Arguments) -> _Pass:
        """The function, traced if it is called often."""
        if not self._is_traced:
            return function
        with torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
            graph, constants = recorded(lambda *own: (function(*own),), *arguments)
        clean(graph, constants)
        lay_out(graph)
        module = fx.GraphModule(constants, graph)
        return lambda *own: module(*flattened(own))[0]


def _accuracies(hits: Tensor, actual: Tensor) -> tuple[list[float], list[float]]:
    """What the formulas of accuracy and balanced accuracy give for each training, all at once.

    hits: (trainings, samples), whether the class is predicted that is the actual one.
    """
    count, num_classes = len(hits), int(actual.max()) + 1
    cells = actual + num_classes * torch.arange(count, device=actual.device).unsqueeze(1)
    sizes = torch.bincount(cells.flatten(), minlength=count * num_classes)
    found = torch.bincount(cells.flatten(), hits.double().flatten(), count * num_classes)
    pairs = zip(
        found.view(count, num_classes).tolist(),
        sizes.view(count, num_classes).tolist(),
        strict=True,
    )
    balanced = []
    for hit, size in pairs:
        shares = [float(hit / size) for hit, size in zip(hit, size, strict=True) if size]
        balanced.append(sum(shares) / len(shares))
    accuracies: list[float] = hits.double().mean(1).tolist()
    return accuracies, balanced

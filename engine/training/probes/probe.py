"""Measures a network's layers on a fixed sample of the training split."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.doctor.case import Case
from engine.doctor.live.look import LayerReading
from engine.training.outputs import loss_targets
from engine.training.precision import casting
from engine.training.trainer import Trainer

SAMPLES = 128
"""Samples that are measured: enough to tell a dead unit from one that is seldom used."""
SLOPE = 0.05
"""A Sigmoid or Tanh is saturated where its slope is below this share of its largest."""
NEARLY_ALL = 0.95
"""Share of the samples for which a unit must be saturated."""


class Probe:
    """One pass forward and one back, apart from the training.

    In eval mode: no generator is drawn from, no running statistics move, nothing goes into
    the parameters' `.grad`. The model's mode is put back afterwards.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._weights = [_weight(module) for module in trainer.model]
        split = trainer.device_splits["train"]
        self.num_samples = min(SAMPLES, len(split))
        rows = torch.linspace(0, len(split) - 1, self.num_samples).round().long()
        self._inputs = split.rows(rows)
        self._rows = rows.to(trainer.device)
        experiment = trainer.experiment
        self._output = Case(experiment).output
        self._before: list[Tensor] | None = None

    def before_step(self) -> None:
        """Keep the weights, so that the step that follows can be measured."""
        self._before = [w.detach().clone() for w in self._weights if w is not None]

    def forget_step(self) -> None:
        """Let go of the weights that were kept."""
        self._before = None

    def measure(self) -> tuple[LayerReading, ...]:
        """A reading of every layer; empty if the network's outputs are not finite."""
        model = self._trainer.model
        was_training = model.training
        model.eval()
        try:
            return self._readings()
        finally:
            model.train(was_training)

    def _readings(self) -> tuple[LayerReading, ...]:
        trainer = self._trainer
        facts, experiment = trainer.splits.facts, trainer.experiment
        split = trainer.device_splits["train"]
        x = trainer.judge.input_map.batch(self._inputs)
        figures: list[Tensor] = []
        units: list[int] = []
        with torch.enable_grad():
            for index, module in enumerate(trainer.model):
                with casting(trainer.model, x.device):
                    x = module(x)
                figures.append(self._figures(index, module, x.detach().float()))
                units.append(x.shape[1])
            x = x.float()
            if not bool(x.isfinite().all()):
                return ()
            chosen = split.targets.index_select(0, self._rows)
            targets = loss_targets(experiment.loss, facts, chosen, x.shape[1])
            loss = trainer.judge.criterion(x, targets)
        weights: list[Tensor] = [weight for weight in self._weights if weight is not None]
        numbers = torch.stack(figures).tolist()
        slope_of, move_of = iter(_slopes(loss, weights)), iter(self._moved(weights))
        found = []
        for index, (layer, weight) in enumerate(zip(experiment.layers, self._weights, strict=True)):
            dead, saturated, largest = numbers[index]
            found.append(
                LayerReading(
                    index=index,
                    text=str(layer),
                    units=units[index],
                    dead=None if dead < 0 else int(dead),
                    saturated=None if saturated < 0 else int(saturated),
                    gradient=None if weight is None else next(slope_of),
                    update=None if weight is None else next(move_of),
                    largest=largest,
                )
            )
        return tuple(found)

    def _figures(self, index: int, module: nn.Module, output: Tensor) -> Tensor:
        """Dead units, saturated units (-1 where that is no question), largest number."""
        no = output.new_tensor(-1.0)
        dead = saturated = no
        if isinstance(module, nn.ReLU):
            dead = (_by_unit(output).amax(1) <= 0).sum().to(output.dtype)
        elif isinstance(module, nn.Sigmoid) and index != self._output:
            slope = 4 * output * (1 - output)
            saturated = _flat_units(slope)
        elif isinstance(module, nn.Tanh) and index != self._output:
            saturated = _flat_units(1 - output * output)
        largest = output.abs().amax()
        weight = self._weights[index]
        if weight is not None:
            largest = torch.maximum(largest, weight.detach().abs().amax())
        return torch.stack([dead, saturated, largest])

    def _moved(self, weights: list[Tensor]) -> list[float | None]:
        """How far the step since `before_step` moved each weight, as a share of its norm."""
        before, self._before = self._before, None
        if not before:
            return [None] * len(weights)
        shares = [
            (now.detach() - then).norm() / then.norm().clamp_min(1e-30)
            for now, then in zip(weights, before, strict=True)
        ]
        return [*torch.stack(shares).tolist()]


def _weight(module: nn.Module) -> nn.Parameter | None:
    """The weights that connect a layer with the one before; None without such."""
    if isinstance(module, nn.Linear | nn.Conv2d):
        assert isinstance(module.weight, nn.Parameter)
        return module.weight
    return None


def _by_unit(output: Tensor) -> Tensor:
    """(samples, units, …) to (units, values)."""
    return output.transpose(0, 1).flatten(1)


def _flat_units(slope: Tensor) -> Tensor:
    share = (_by_unit(slope) < SLOPE).to(slope.dtype).mean(1)
    return (share >= NEARLY_ALL).sum().to(slope.dtype)


def _slopes(loss: Tensor, weights: list[Tensor]) -> list[float]:
    """The root mean square of each weight's gradient; the parameters' `.grad` stay as they are."""
    if not weights:
        return []
    found: tuple[Tensor | None, ...] = torch.autograd.grad(loss, weights, allow_unused=True)
    slopes = [loss.new_zeros(()) if g is None else g.square().mean().sqrt() for g in found]
    return [*torch.stack(slopes).tolist()]

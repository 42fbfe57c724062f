"""Measures a network's layers on a fixed sample of the training split."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.doctor.case import Case
from engine.doctor.live.observation import LayerFigures, Values
from engine.parts.layers.address import Address, module_name, walk
from engine.training.layer_outputs import watched
from engine.training.silencing import silenced
from engine.training.trainer import Trainer

SAMPLES = 128
"""Samples that are measured: enough to tell a dead unit from one that is seldom used."""
SLOPE = 0.05
"""A squashing unit is saturated where its slope is below this share of its largest."""
BINS = 24
"""Of a layer's outputs."""
MOST_VALUES = 20_000
"""Outputs of a layer that are counted, at most."""
NEARLY_ALL = 0.95
"""Share of the samples for which a unit must be saturated."""


class Probe:
    """One pass forward and one back, apart from the training.

    In eval mode: no generator is drawn from, no running statistics move, nothing goes into
    the parameters' `.grad`. The model's mode is put back afterwards.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._layers = dict(walk(trainer.experiment.network))
        self._weights = {
            address: [
                trainer.model.get_parameter(f"{module_name(address)}.{name}")
                for name in layer.weights
            ]
            for address, layer in self._layers.items()
        }
        split = trainer.device_splits["train"]
        self.num_samples = min(SAMPLES, len(split))
        rows = torch.linspace(0, len(split) - 1, self.num_samples).round().long()
        self._inputs = split.rows(rows)
        self._rows = rows.to(trainer.device)
        experiment = trainer.experiment
        self._output = Case(experiment).output
        weighted = [address for address, own in self._weights.items() if own]
        self._last_weighted = weighted[-1] if weighted else None
        self._before: list[Tensor] | None = None
        first = Case(experiment).first_layer
        self.input_size = 0.0
        """The largest root mean square of an input; 0 where the first layer normalizes them."""
        if first is None or not first.normalizes:
            x = trainer.evaluator.input_map.batch(self._inputs).flatten(1).float()
            self.input_size = float(x.square().mean(0).max().sqrt())

    def before_step(self) -> None:
        """Keep the weights, so that the step that follows can be measured."""
        self._before = [w.detach().clone() for own in self._weighty() for w in own]

    def forget_step(self) -> None:
        """Let go of the weights that were kept."""
        self._before = None

    def measure(self) -> tuple[LayerFigures, ...]:
        """A reading of every layer; empty if the network's outputs are not finite."""
        model = self._trainer.model
        was_training = model.training
        model.eval()
        try:
            return self._readings()
        finally:
            model.train(was_training)

    def _readings(self) -> tuple[LayerFigures, ...]:
        trainer = self._trainer
        experiment = trainer.experiment
        split = trainer.device_splits["train"]
        x = trainer.evaluator.input_map.batch(self._inputs)
        figures: dict[Address, Tensor] = {}
        units: dict[Address, int] = {}

        asleep = silenced(trainer.model)

        def see(address: Address, output: Tensor) -> None:
            output = _spoken(output, asleep.get(module_name(address), ()))
            figures[address] = self._figures(address, output.detach().float())
            units[address] = output.shape[1]

        with torch.enable_grad():
            with watched(trainer.model, experiment.network, see):
                x = trainer.model(x)
            if not bool(x.isfinite().all()):
                return ()
            chosen = split.targets.index_select(0, self._rows)
            targets = trainer.evaluator.decoder.loss_targets(chosen, x.shape[-1])
            loss = trainer.evaluator.criterion(x, targets)
        numbers = torch.stack([figures[address] for address in self._layers]).tolist()
        slope_of, move_of = iter(self._slopes(loss)), iter(self._moved())
        found = []
        for (address, layer), (dead, saturated, largest, unlike, low, high, *counts) in zip(
            self._layers.items(), numbers, strict=True
        ):
            own = self._weights[address]
            found.append(
                LayerFigures(
                    address=address,
                    text=layer.brief,
                    units=units[address],
                    dead=None if dead < 0 else int(dead),
                    saturated=None if saturated < 0 else int(saturated),
                    gradient=next(slope_of) if _learns(own) else None,
                    update=next(move_of) if _learns(own) else None,
                    largest=largest,
                    unlike=None if unlike < 0 else unlike,
                    keeps_statistics=layer.normalizes == "batch" and layer.keeps_statistics,
                    newest_share=layer.newest_share,
                    values=Values(low, high, tuple(map(int, counts))),
                )
            )
        return tuple(found)

    def _figures(self, address: Address, output: Tensor) -> Tensor:
        """Dead units, saturated units, largest number, how unlike units are (-1 where that is no
        question); then the lowest and the highest output, and how many lie in each of BINS between
        them."""
        layer = self._layers[address]
        dead = saturated = unlike = output.new_tensor(-1.0)
        if layer.dead_at is not None:
            dead = (_by_unit(output).amax(1) <= layer.dead_at).sum().to(output.dtype)
        slope = None if address == self._output else layer.slope(output)
        if slope is not None:
            saturated = _flat_units(slope)
        largest = output.abs().amax()
        for weight in self._weights[address]:
            largest = torch.maximum(largest, weight.detach().abs().amax())
        hidden = self._weights[address] and address != self._last_weighted
        if hidden and output.shape[1] > 1:
            unlike = _unlike(_by_unit(output))
        return torch.cat([torch.stack([dead, saturated, largest, unlike]), _spread(output)])

    def _weighty(self) -> list[list[nn.Parameter]]:
        """The weights of each layer that has some and learns."""
        return [own for own in self._weights.values() if _learns(own)]

    def _moved(self) -> list[float | None]:
        """How far the step since `before_step` moved each layer's weights, in shares of their
        norm."""
        before, self._before = self._before, None
        if not before:
            return [None] * len(self._weighty())
        kept = iter(before)
        shares = []
        for own in self._weighty():
            then = [next(kept) for _ in own]
            way = _norm([now.detach() - old for now, old in zip(own, then, strict=True)])
            shares.append(way / _norm(then).clamp_min(1e-30))
        return [*torch.stack(shares).tolist()]

    def _slopes(self, loss: Tensor) -> list[float]:
        """The root mean square of each layer's gradient; the parameters' `.grad` stay as they
        are."""
        layers = self._weighty()
        if not layers:
            return []
        weights = [weight for own in layers for weight in own]
        grads: tuple[Tensor | None, ...] = torch.autograd.grad(loss, weights, allow_unused=True)
        found = iter(grads)
        slopes = []
        for own in layers:
            gradients = [(w, next(found)) for w in own]
            known = [torch.zeros_like(w) if g is None else g for w, g in gradients]
            slopes.append(_norm(known) / sum(w.numel() for w in own) ** 0.5)
        return [*torch.stack(slopes).tolist()]


def _learns(weights: Sequence[Tensor]) -> bool:
    """Whether a training changes a layer's weights."""
    return any(weight.requires_grad for weight in weights)


def _norm(tensors: list[Tensor]) -> Tensor:
    """The 2-norm over all their numbers."""
    norm: Tensor = torch.linalg.vector_norm(torch.stack([*map(torch.linalg.vector_norm, tensors)]))
    return norm


def _spread(output: Tensor) -> Tensor:
    """The lowest and highest of some of the values, evenly spaced, and the counts between."""
    values = output.flatten()
    values = values[:: -(-values.numel() // MOST_VALUES)].nan_to_num(0.0, 0.0, 0.0)
    counts = torch.histc(values, BINS)  # from the lowest to the highest, by itself
    return torch.cat([torch.stack([*values.aminmax()]), counts])


def _spoken(output: Tensor, asleep: Sequence[int]) -> Tensor:
    """What a layer gives without the units that a person has silenced, if any is left."""
    rest = [unit for unit in range(output.shape[1]) if unit not in asleep] if asleep else []
    return output[:, rest] if rest else output


def _by_unit(output: Tensor) -> Tensor:
    """(samples, units, …) to (units, values)."""
    return output.transpose(0, 1).flatten(1)


def _unlike(units: Tensor) -> Tensor:
    """How far the units are from their mean, as a share of their size; units: (units, values)."""
    size = torch.linalg.vector_norm(units)
    away = torch.linalg.vector_norm(units - units.mean(0))
    return torch.where(size > 0, away / size.clamp_min(1e-30), torch.zeros_like(size))


def _flat_units(slope: Tensor) -> Tensor:
    share = (_by_unit(slope) < SLOPE).to(slope.dtype).mean(1)
    return (share >= NEARLY_ALL).sum().to(slope.dtype)

"""A network on samples that are changed on purpose: what it goes by, and how much it bears."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from engine.evaluation.columns import Column
from engine.evaluation.evidence import Array, Evidence
from engine.evaluation.judgement import Dependence, Importance, Strain
from engine.parts.layers.modules import Pretrained
from engine.training.judged_evidence import judged_places, said
from engine.training.metrics import Evaluator
from engine.training.splits import Split

MOST_SAMPLES, MOST_PICTURES = 1000, 300
"""The first of a split: more would take long and tell little more."""
MOST_OF_LARGE = 40
"""Where a published network looks at them: none of them changed did it see before."""
REPEATS = 5
NOISES = (0.0, 0.1, 0.25, 0.5, 1.0)
"""In deviations of each column, or of all pixels."""
SHIFTS = (0, 1, 2, 4)
"""Pixels to the right."""
TURNS = (0, 5, 10, 20, 30)
"""Degrees against the clock."""
SHARES = (0.0, 0.05, 0.1, 0.2, 0.4)
"""Of the symbols of a sequence that others take the place of."""
MOST_MISSING = 8
PLACES = 15
"""Values of a number at which it is asked what the network says."""
MOST_DEPENDED, MOST_AVERAGED = 2, 200


class Strained:
    """The first samples of a split, to be changed and judged again."""

    def __init__(
        self, evaluator: Evaluator, name: str, part: Split, columns: Sequence[Column]
    ) -> None:
        self._evaluator, self._name, self._columns = evaluator, name, columns
        self._is_picture = evaluator.input_map.pixels is not None
        most = MOST_PICTURES if self._is_picture else MOST_SAMPLES
        if any(isinstance(module, Pretrained) for module in evaluator.model.modules()):
            most = MOST_OF_LARGE
        facts = evaluator.facts
        index = torch.arange(min(len(part), most))
        if facts.positions:
            index = judged_places(facts, name, part)[: max(1, most // facts.positions)]
        self._num_tokens = facts.num_tokens
        self._is_raw = part.points is not None  # then what is made of points is made anew
        rows = part.points[index] if part.points is not None else part.rows(index)
        self._rows = rows.cpu()
        self._targets = part.targets.cpu()[index]
        self._generator = torch.Generator().manual_seed(0)
        self._usual = self._score(self._rows)

    def _told(self, rows: Tensor) -> Evidence:
        stored = self._evaluator.input_map.stored(rows) if self._is_raw else rows
        return said(self._evaluator, self._name, Split(stored, self._targets[: len(rows)]))

    def _score(self, rows: Tensor) -> float:
        """The headline of changed samples: accuracy, or the mean error."""
        told = self._told(rows)
        mean = float(told.errors.mean())
        return 1 - mean if told.is_classes else mean

    def importances(self) -> list[Importance]:
        """How much worse it is where a column is shuffled (Breiman 2001), the most first."""
        found = []
        for column in self._columns:
            losses = []
            for _ in range(REPEATS):
                order = torch.randperm(len(self._rows), generator=self._generator)
                changed = self._rows.clone()
                changed[:, column.inputs] = self._rows[order][:, column.inputs]
                losses.append(self._worse(self._score(changed)))
            found.append(
                Importance(
                    column=column.name,
                    loss=float(np.mean(losses)),
                    deviation=float(np.std(losses, ddof=1)),
                )
            )
        return sorted(found, key=lambda one: -one.loss)

    def _worse(self, score: float) -> float:
        is_classes = self._evaluator.facts.task == "classification"
        return self._usual - score if is_classes else score - self._usual

    def dependences(self, importances: Sequence[Importance]) -> list[Dependence]:
        """What is said over the values of the columns that count most (Friedman 2001)."""
        named = {column.name: column for column in self._columns}
        strongest = [named[one.column] for one in importances[:MOST_DEPENDED] if one.loss > 0]
        return [self._dependence(column) for column in strongest]

    def _dependence(self, column: Column) -> Dependence:
        rows = self._rows[:MOST_AVERAGED]
        places: list[tuple[float, str, Tensor]] = []
        own = rows[:, column.inputs]
        if column.categories:
            known = column.categories[: len(column.inputs)]
            for number, name in enumerate(known):
                high, low = own.max(0).values, own.min(0).values
                flags = torch.where(torch.arange(len(column.inputs)) == number, high, low)
                places.append((float(number), name, flags))
        elif self._num_tokens:
            there = np.unique(own.numpy()).tolist()[:PLACES]
            places += [(float(token), str(token), torch.tensor([token])) for token in there]
        else:
            values = column.values[: len(self._rows)]
            inputs = self._rows[:, column.inputs[0]].double().numpy()
            for share in np.linspace(0.02, 0.98, PLACES):
                value, given = np.quantile(values, share), np.quantile(inputs, share)
                places.append((float(value), "", torch.tensor([given])))
        told = []
        for _, _, given in places:
            changed = rows.clone()
            changed[:, column.inputs] = given.to(rows.dtype)
            told.append(self._told(changed))
        names = self._evaluator.facts.classes
        shares = [one.probabilities for one in told]
        means: list[Array] = [
            (one.predicted if share is None else share).mean(0)
            for one, share in zip(told, shares, strict=True)
        ]
        which = int(np.ptp(means, 0).argmax()) if len(names) > 2 else len(names) // 2
        targets = self._evaluator.facts.target_names
        return Dependence(
            column=column.name,
            of=names[which] if names else (targets[0] if targets else ""),
            values=[value for value, _, _ in places],
            labels=[label for _, label, _ in places if label],
            means=[float(mean[which]) for mean in means],
        )

    def strains(self) -> list[Strain]:
        """The headline under noise, without a column, and of pictures shifted and turned.

        Of sequences of symbols where others take the place of some.
        """
        if self._num_tokens:
            return [self._curve("symbols", SHARES, self._mistyped, "{:g}")]
        found = [self._curve("noise", NOISES, self._noisy, "{:g}")]
        if self._is_picture:
            found.append(self._curve("shift", SHIFTS, self._shifted, "{:g}"))
            found.append(self._curve("turn", TURNS, self._turned, "{:g}"))
        elif len(self._columns) > 1:
            found.append(self._missing())
        return found

    def _curve(
        self,
        what: str,
        amounts: Sequence[float],
        change: Callable[[float], Tensor],
        form: str,
    ) -> Strain:
        values = [self._score(change(amount)) if amount else self._usual for amount in amounts]
        return Strain(what=what, amounts=[form.format(one) for one in amounts], values=[*values])

    def _noisy(self, amount: float) -> Tensor:
        rows = self._rows.double()
        deviation = rows.std(correction=0) if self._is_picture else rows.std(0, correction=0)
        noise = torch.randn(rows.shape, generator=self._generator, dtype=torch.float64)
        changed = rows + amount * deviation * noise
        if self._rows.is_floating_point():
            return changed.to(self._rows.dtype)
        return changed.round().clamp(0, 255).to(self._rows.dtype)

    def _mistyped(self, share: float) -> Tensor:
        shape = self._rows.shape
        is_other = torch.rand(shape, generator=self._generator) < share
        others = torch.randint(self._num_tokens, shape, generator=self._generator)
        return torch.where(is_other, others.to(self._rows.dtype), self._rows)

    def _shifted(self, pixels: float) -> Tensor:
        return self._moved(shift=int(pixels))

    def _turned(self, degrees: float) -> Tensor:
        return self._moved(angle=degrees)

    def _moved(self, angle: float = 0.0, shift: int = 0) -> Tensor:
        from torchvision.transforms.functional import InterpolationMode, affine

        ground = float(self._rows.double().median())
        moved: Tensor = affine(
            self._rows,
            angle=-angle,
            translate=[shift, 0],
            scale=1.0,
            shear=[0.0],
            interpolation=InterpolationMode.BILINEAR if angle else InterpolationMode.NEAREST,
            fill=[ground] * self._rows.shape[1],
        )
        return moved

    def _missing(self) -> Strain:
        """Each column on its own as it is on average, the worst first."""
        told = []
        for column in self._columns:
            changed = self._rows.clone()
            changed[:, column.inputs] = self._rows[:, column.inputs].mean(0)
            told.append((self._score(changed), column.name))
        told.sort(key=lambda one: -self._worse(one[0]))
        worst = told[:MOST_MISSING]
        return Strain(
            what="missing",
            amounts=["-", *(name for _, name in worst)],
            values=[self._usual, *(score for score, _ in worst)],
        )

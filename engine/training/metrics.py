"""What is measured of a split in eval mode: the loss as PyTorch has it, the others in float64."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor, nn

from engine.parts import metrics
from engine.parts.data import Facts
from engine.runs.events import ClassScores, Evaluated, Figure
from engine.spec.validator import JUDGED_TOGETHER
from engine.training.bounds import error_bounds
from engine.training.inputs import InputMap
from engine.training.making import MEASURED, Maker
from engine.training.outputs import OutputDecoder
from engine.training.rivalry import RivalLoss
from engine.training.splits import Split


@dataclass(frozen=True)
class Evaluator:
    """Everything needed to evaluate a network on a split."""

    model: nn.Module
    criterion: nn.Module
    decoder: OutputDecoder
    facts: Facts
    input_map: InputMap
    select: str = "loss"
    """The metric that selects, which every report tells."""
    maker: Maker | None = None
    """Draws from the network, where it makes something."""
    together: int = JUDGED_TOGETHER
    """Samples per forward pass: bounds the memory, also of convolutions."""
    weighing: Mapping[str, float] = field(default_factory=dict)
    """What the objective adds to the loss by, by name."""

    def outputs(self, inputs: Tensor) -> Tensor:
        """The outputs for stored inputs, in eval mode: (samples, outputs).

        The inputs may lie on another device than the model; the outputs lie on the model's.
        """
        device = next((p.device for p in self.model.parameters()), inputs.device)
        was_training = self.model.training
        self.model.eval()
        try:
            with torch.no_grad():
                rows = torch.split(inputs, self.together)
                chunks = [self.model(self.input_map.batch(part.to(device))) for part in rows]
        finally:
            self.model.train(was_training)
        return chunks[0] if len(chunks) == 1 else torch.cat(chunks)

    def outputs_of(self, split: Split) -> Tensor:
        """The outputs for all samples of a split, in order."""
        chunks = [self.outputs(part) for part in split.chunks(self.together)]
        return chunks[0] if len(chunks) == 1 else torch.cat(chunks)

    def scored(self, split: Split) -> Scored:
        """A split with what the network says of it."""
        return Scored(self, split, self.outputs_of(split))

    def metrics(self, split: Split, outputs: Tensor | None = None) -> dict[str, Figure]:
        """What reports tell of a split, by name.

        The loss is in the scale that is trained in, the others are in the unit of the data.
        """
        given = self.outputs_of(split) if outputs is None else outputs
        return Scored(self, split, given).reported

    def evaluated(
        self, name: str, scored: Scored, libraries: Collection[str] | None = None
    ) -> Evaluated:
        """The full evaluation of a split: metrics, scores per class, confusion matrix.

        libraries: those that metrics may need, beside torch; None: any.
        """
        classes: list[ClassScores] = []
        confusion: list[list[int]] = []
        if self.facts.task == "classification":
            confusion = confusion_matrix(scored.actual, scored.predicted, len(self.facts.classes))
            classes = class_scores(confusion, self.facts.classes)
        bounds: list[Figure] = []
        if self.facts.task == "regression" and name == "test":
            logarithmic = self.decoder.target_map.logarithmic
            bounds += error_bounds(scored.numbers, scored.targets, logarithmic=logarithmic)
        return Evaluated(
            bounds=bounds,
            split=name,  # type: ignore[arg-type]  # one of the three that Splits.named gives
            samples=len(scored.actual),
            metrics=scored.measured(libraries),
            classes=classes,
            confusion=confusion,
        )


class Scored:
    """A split with a network's outputs for it, and whatever metrics are computed from.

    Each is made when it is first asked for: classes, probabilities and the metrics themselves.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        split: Split,
        outputs: Tensor,
        known: Mapping[str, float] | None = None,
    ) -> None:
        """known: metrics that were computed already, by name."""
        self._evaluator = evaluator
        self._split = split
        targets = split.targets
        if outputs.dim() > 2:  # each position of a sequence counts as a sample
            outputs, targets = outputs.flatten(0, 1), targets.flatten(0, 1)
        self.targets = self.actual = targets
        self.outputs = outputs
        self._known = known or {}

    @cached_property
    def numbers(self) -> Tensor:
        """The outputs of a regression in the unit of the targets: (samples, targets) float32."""
        return self._evaluator.decoder.numbers(self.outputs)

    @cached_property
    def predicted(self) -> Tensor:
        """The class of each sample: (samples,) int64."""
        return self._evaluator.decoder.predicted_classes(self.outputs)

    @cached_property
    def probabilities(self) -> Tensor:
        """One per class: (samples, classes)."""
        return self._evaluator.decoder.probabilities(self.outputs)

    @cached_property
    def points(self) -> Tensor:
        """Of the data, the first: what `made` is compared with."""
        origin = self._split.origin
        assert origin is not None, "an objective that makes something keeps what is like it"
        return origin[0][:MEASURED]

    @cached_property
    def means(self) -> Tensor:
        """Of the places that samples were drawn from, behind what is given back."""
        return self._place[0]

    @cached_property
    def logs(self) -> Tensor:
        """The logarithms of the variances of those."""
        return self._place[1]

    @property
    def _place(self) -> tuple[Tensor, ...]:
        return self.outputs[:, self.targets.shape[1] :].chunk(2, 1)

    @property
    def beta(self) -> float:
        """How much the places count in the loss."""
        return self._evaluator.weighing["beta"]

    @cached_property
    def made(self) -> Tensor:
        """As many as the network makes, of the same noise each time."""
        evaluator = self._evaluator
        assert evaluator.maker is not None, "it makes something"
        return evaluator.maker.samples(evaluator.model, len(self.points))

    @cached_property
    def _said(self) -> tuple[Tensor, Tensor]:
        """What a rival says of the data's points and of made ones: (samples, 1) each."""
        rivals = self._rivals
        device = next(rivals.parameters()).device
        with torch.no_grad():
            return rivals.said(self.points.to(device)), rivals.said(self.made.to(device))

    @property
    def _rivals(self) -> RivalLoss:
        criterion = self._evaluator.criterion
        assert isinstance(criterion, RivalLoss), "it is measured of two networks"
        return criterion

    @property
    def taken_points(self) -> Tensor:
        """Of the data's points, which the rival takes for such: (samples,) bool."""
        return self._said[0][:, 0] > self._rivals.limit

    @property
    def taken_made(self) -> Tensor:
        """The same of made points."""
        return self._said[1][:, 0] > self._rivals.limit

    @property
    def loss_of_points(self) -> Tensor:
        """What the rival has to learn of the data's points, 0-dim."""
        return self._rivals.of_points(self._said[0])

    @property
    def loss_of_made(self) -> Tensor:
        """What it has to learn of made ones, 0-dim."""
        return self._rivals.of_made(self._said[1])

    @cached_property
    def loss(self) -> float:
        """nan for outputs that are not finite: some losses refuse them."""
        if "loss" in self._known:
            return self._known["loss"]
        total = self.outputs.sum().item()  # much sooner done than each is looked at
        if not math.isfinite(total) and not self.outputs.isfinite().all():
            return math.nan
        targets = self._evaluator.decoder.loss_targets(self.targets, self.outputs.shape[1])
        with torch.no_grad():
            return float(self._evaluator.criterion(self.outputs, targets))

    @cached_property
    def reported(self) -> dict[str, Figure]:
        """The metrics of a report by name."""
        evaluator = self._evaluator
        facts = evaluator.facts
        told = metrics.reported(
            facts.task,
            len(facts.classes),
            evaluator.select,
            facts.objective,
            pictures=facts.paints,
        )
        return {one.name: self.value(one) for one in told}

    def measured(self, libraries: Collection[str] | None = None) -> dict[str, Figure]:
        """All metrics by name that need none but these libraries; None: any."""
        known = self.reported
        return {
            one.name: known[one.name] if one.name in known else self.value(one)
            for one in self._metrics
            if not one.library or libraries is None or one.library in libraries
        }

    @property
    def _metrics(self) -> tuple[metrics.Metric, ...]:
        facts = self._evaluator.facts
        return metrics.metrics_of(
            facts.task, len(facts.classes), facts.objective, pictures=facts.paints
        )

    def value(self, metric: metrics.Metric) -> Figure:
        """What a metric is here."""
        if not metric.formula:
            return self.loss
        if metric.name in self._known:
            return self._known[metric.name]
        return metric.function()(*(getattr(self, name) for name in metric.arguments()))


def confusion_matrix(actual: Tensor, predicted: Tensor, num_classes: int) -> list[list[int]]:
    """Counts by (actual, predicted) class; both inputs (samples,) int64."""
    cells = torch.bincount(actual * num_classes + predicted, minlength=num_classes**2)
    matrix: list[list[int]] = cells.reshape(num_classes, num_classes).tolist()
    return matrix


def class_scores(confusion: list[list[int]], classes: tuple[str, ...]) -> list[ClassScores]:
    """Precision, recall and F1 of each class from the confusion matrix."""
    scores = []
    for index, name in enumerate(classes):
        hits = confusion[index][index]
        support = sum(confusion[index])
        named = sum(row[index] for row in confusion)
        scores.append(
            ClassScores(
                name=name,
                precision=hits / named if named else None,
                recall=hits / support if support else None,
                f1=2 * hits / (named + support) if named + support else None,
                support=support,
            )
        )
    return scores

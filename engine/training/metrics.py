"""Metrics of a split in eval mode: the loss as PyTorch computes it, the others in float64."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.parts.data import Facts
from engine.runs.events import ClassScores, Evaluated, Metric
from engine.training.inputs import InputMap
from engine.training.outputs import Reading
from engine.training.splits import Split

ROWS = 1000
"""Samples per forward pass of an evaluation: bounds the memory, also of convolutions."""


@dataclass(frozen=True)
class Judge:
    """Everything needed to evaluate a network on a split."""

    model: nn.Module
    criterion: nn.Module
    reading: Reading
    facts: Facts
    input_map: InputMap

    def outputs(self, inputs: Tensor) -> Tensor:
        """The outputs for stored inputs, in eval mode: (samples, outputs).

        The inputs may lie on another device than the model; the outputs lie on the model's.
        """
        device = next((p.device for p in self.model.parameters()), inputs.device)
        was_training = self.model.training
        self.model.eval()
        try:
            with torch.no_grad():
                rows = torch.split(inputs, ROWS)
                chunks = [self.model(self.input_map.batch(part.to(device))) for part in rows]
        finally:
            self.model.train(was_training)
        return chunks[0] if len(chunks) == 1 else torch.cat(chunks)

    def outputs_of(self, split: Split) -> Tensor:
        """The outputs for all samples of a split, in order."""
        chunks = [self.outputs(part) for part in split.chunks(ROWS)]
        return chunks[0] if len(chunks) == 1 else torch.cat(chunks)

    def metrics(self, split: Split, outputs: Tensor | None = None) -> dict[str, Metric]:
        """Loss and accuracy, or loss, mae, rmse and r2 for a regression, by name.

        The loss is in the scale that is trained in, the others are in the unit of the data.
        """
        if outputs is None:
            outputs = self.outputs_of(split)
        targets = self.reading.loss_targets(split.targets, outputs.shape[1])
        loss = math.nan  # of outputs that are not finite: some losses refuse them
        if outputs.isfinite().all():
            with torch.no_grad():
                loss = float(self.criterion(outputs, targets))
        if self.facts.task == "regression":
            return {
                "loss": loss,
                **regression_metrics(self.reading.numbers(outputs), split.targets),
            }
        predicted = self.reading.predicted_classes(outputs)
        return {"loss": loss, "accuracy": (predicted == split.targets).double().mean().item()}

    def evaluated(self, name: str, split: Split) -> Evaluated:
        """The full evaluation of a split: metrics, scores per class, confusion matrix."""
        outputs = self.outputs_of(split)
        metrics = self.metrics(split, outputs)
        classes: list[ClassScores] = []
        confusion: list[list[int]] = []
        if self.facts.task == "classification":
            predicted = self.reading.predicted_classes(outputs)
            confusion = confusion_matrix(split.targets, predicted, len(self.facts.classes))
            classes = class_scores(confusion, self.facts.classes)
        return Evaluated(
            split=name,  # type: ignore[arg-type]  # one of the three that Splits.named gives
            samples=len(split),
            metrics=metrics,
            classes=classes,
            confusion=confusion,
        )


def regression_metrics(outputs: Tensor, targets: Tensor) -> dict[str, Metric]:
    """Mean absolute error, root mean squared error, coefficient of determination.

    r2 is None where the targets never change: (samples, targets) both.
    """
    errors = outputs.double() - targets.double()
    mean_squared = errors.square().mean().item()
    variance = targets.double().var(0, correction=0).mean().item()
    return {
        "mae": errors.abs().mean().item(),
        "rmse": math.sqrt(mean_squared) if mean_squared >= 0 else math.nan,
        "r2": 1 - mean_squared / variance if variance else None,
    }


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

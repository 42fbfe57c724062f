"""How wrong the network is, sample by sample."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.parts.arithmetic import Value, worked
from engine.runs.dissected_step import Line, LossStep, SampleLoss
from engine.training.inside.samples import figures
from engine.training.microscope.forward import told_rows
from engine.training.microscope.numbers import MOST_PLACES, figure
from engine.training.microscope.rehearsal import Rehearsal
from engine.training.trainer import Trainer


def loss_of(trainer: Trainer, done: Rehearsal) -> LossStep:
    """The batch's loss with its penalties, and how that of each sample comes about."""
    loss = trainer.experiment.loss
    weights = getattr(trainer.criterion, loss.weight_argument or "_", None)
    adds = trainer.experiment.objective.own_loss() is not None
    terms = () if adds else loss.arithmetic(weighted=weights is not None)
    settings: dict[str, Value] = {**loss.settings()}
    if done.outputs.dim() == 2:
        settings["classes"] = float(done.outputs.shape[1])
    if loss.weight_argument == "pos_weight" and weights is not None:
        settings["pos_weight"] = _plain(weights)
    used = {
        name: value
        for name, value in settings.items()
        if isinstance(value, float) and any(name in term.formula for term in terms)
    }
    samples = []
    for row in told_rows(done):
        outputs, target = done.outputs[row].reshape(-1).cpu(), done.targets[row].reshape(-1).cpu()
        given: dict[str, Value] = {"outputs": tuple(outputs.tolist())}
        if adds:  # behind the numbers stands what it is about
            outputs = outputs[: len(target)]
        if loss.class_targets:
            given["target"] = float(target[0])
        else:
            given["targets"] = tuple(target.tolist())
        values = worked(terms, {**settings, **given})
        places = _places(outputs, target if loss.class_targets else None)
        with torch.no_grad():
            alone = trainer.criterion(done.outputs[row : row + 1], done.targets[row : row + 1])
        weight = 1.0
        if loss.divides_by_weights and weights is not None:
            weight = float(weights[done.targets[row]])
        samples.append(
            SampleLoss(
                row=row,
                outputs=figures(outputs[places]),
                target=figures(target.double() if loss.class_targets else target[places]),
                places=places,
                values={
                    name: figures(
                        torch.tensor(value, dtype=torch.float64)[places]
                        if isinstance(value, tuple)
                        else torch.tensor([value], dtype=torch.float64)
                    )
                    for name, value in values.items()
                },
                loss=figure(alone),
                weight=weight,
            )
        )
    return LossStep(
        text=str(loss),
        lines=[Line(term.name, term.formula, term.words) for term in terms],
        settings=used,
        samples=samples,
        is_weighted=loss.divides_by_weights and weights is not None,
        loss=figure(done.loss),
        penalties=_penalties(trainer, done),
        objective=figure(done.objective),
    )


def _places(outputs: Tensor, target: Tensor | None) -> list[int]:
    """The outputs that are told of: the largest, and the right class's, where there are many."""
    if len(outputs) <= MOST_PLACES:
        return list(range(len(outputs)))
    chosen = set(outputs.nan_to_num(-torch.inf).topk(MOST_PLACES - 1).indices.tolist())
    if target is not None:
        chosen.add(int(target[0]))
    return sorted(chosen)


def _penalties(trainer: Trainer, done: Rehearsal) -> dict[str, float | None]:
    """What is added to the loss, by name."""
    regularization = trainer.regularization
    weights = [done.before[name] for name in regularization.weights or ()]
    found: dict[str, float | None] = {}
    if regularization.l1 and weights:
        sizes = torch.stack([w.abs().sum() for w in weights]).sum()
        found["l1"] = figure(regularization.l1 * sizes)
    if regularization.l2 and weights:
        squares = torch.stack([w.square().sum() for w in weights]).sum()
        found["l2"] = figure(regularization.l2 * squares)
    return found


def _plain(weights: Tensor) -> Value:
    values = weights.reshape(-1).tolist()
    return float(values[0]) if len(values) == 1 else tuple(values)

"""What a training is made of before its first step, from its data and network on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn, optim

from engine.parts.data import DataLocations
from engine.parts.layers.address import weight_names
from engine.parts.metrics import METRICS
from engine.spec.backbone import shares
from engine.spec.chain import Link
from engine.spec.experiment import Experiment
from engine.spec.validator import judged_together
from engine.training.batches import Batches, batches_of
from engine.training.criterion import criterion_of
from engine.training.drawing import drawing_of
from engine.training.epoch_end import is_free
from engine.training.epoch_score import EpochScore, measure_of, selecting_part
from engine.training.executor import Execution, Executor, make_epoch_score, make_execution
from engine.training.freezing import Network
from engine.training.learning_rate import LearningRate
from engine.training.loading import Loaded
from engine.training.making import make, maker_of
from engine.training.metrics import Evaluator
from engine.training.outputs import OutputDecoder
from engine.training.parameter_groups import parameter_groups
from engine.training.rivalry import rival_groups, rivals_criterion
from engine.training.selection import Selection
from engine.training.shared.crew import Crew
from engine.training.shared.part import part_size, weigher
from engine.training.splits import Split
from engine.training.step import Regularization
from engine.training.weights import class_weights


@dataclass(frozen=True)
class Assembly:
    """The parts of a training, put together."""

    device_splits: dict[str, Split]
    criterion: nn.Module
    evaluator: Evaluator
    optimizer: optim.Optimizer
    batches: Batches
    regularization: Regularization
    execution: Execution
    learning_rate: LearningRate
    selection: Selection
    epoch_score: EpochScore
    comes_free: bool
    """Whether a step's loss is what selects: see `is_free`."""


def assemble(
    loaded: Loaded, executor: Executor, crew: Crew | None, locations: DataLocations
) -> Assembly:
    """Put a training together; draws nothing but what the batches' order begins with."""
    experiment, splits, model, device = (
        loaded.experiment,
        loaded.splits,
        loaded.model,
        loaded.device,
    )
    facts, train = splits.facts, splits.train
    size = min(loaded.batch_size, len(train))
    device_splits = splits.on(device)
    num_outputs = loaded.chain[-1].output_shape[-1]
    weights = class_weights(experiment, facts, train.targets, num_outputs)
    if crew is not None:
        crew.weigh = weigher(experiment.loss, weights)
    criterion = rivals_criterion(
        criterion_of(
            experiment.loss,
            weights,
            device,
            positions=facts.positions,
            objective=experiment.objective,
        ),
        experiment.loss,
        model,
    )
    decoder = OutputDecoder(experiment.loss, experiment.network, facts, splits.target_map)
    evaluator = Evaluator(
        model,
        criterion,
        decoder,
        facts,
        splits.measured_map,
        experiment.select,
        maker_of(experiment.objective, facts),
        judged_together(size),
        experiment.objective.weighing(),
    )
    optimizer = experiment.optimizer.build(groups_of(experiment, loaded.chain, model))
    targets = decoder.loss_targets(device_splits["train"].targets, num_outputs)
    batches = batches_of(
        device_splits["train"],
        targets,
        loaded.batch_size,
        drawing_of(experiment, train.targets),
        splits.input_map,
        partial(make, experiment.objective),
    )
    regularization = Regularization(
        experiment.l1,
        experiment.l2,
        experiment.clip_norm,
        weight_names(experiment.network, loaded.frozen),
    )

    def example() -> tuple[Tensor, Tensor]:
        """The first samples as a batch. Draws nothing."""
        first = torch.arange(part_size(size, crew))
        return splits.measured_map.batch(device_splits["train"].rows(first)), targets[: len(first)]

    execution = make_execution(
        executor,
        experiment.epochs * len(batches),
        device,
        model,
        criterion,
        optimizer,
        regularization,
        example,
        experiment.optimizer.is_recordable,
        crew,
        locations,
    )
    selecting = METRICS[experiment.select]
    learning_rate = LearningRate(
        experiment.schedule, optimizer, experiment.epochs, len(batches), selecting
    )
    part = selecting_part(device_splits, loaded.batch_size)
    comes_free = crew is None and is_free(
        experiment,
        batches,
        validates="validation" in device_splits,
        watched=experiment.patience is not None or learning_rate.watches_loss,
    )
    epoch_score = make_epoch_score(
        "eager" if comes_free else executor,  # for the last epoch alone: worth no trace
        experiment.epochs,
        device,
        evaluator,
        part,
        measure_of(selecting, evaluator, part, num_outputs),
        execution.step if len(batches) == 1 else None,
    )
    return Assembly(
        device_splits,
        criterion,
        evaluator,
        optimizer,
        batches,
        regularization,
        execution,
        learning_rate,
        Selection(experiment.patience, selecting),
        epoch_score,
        comes_free,
    )


def groups_of(
    experiment: Experiment, chain: list[Link], model: Network
) -> list[nn.Parameter] | list[dict[str, Any]]:
    """What an optimizer of this network, or of a copy of it, is made of."""
    own = shares(experiment.backbone_rate, experiment.freeze, chain)
    rate = experiment.optimizer.lr
    groups = parameter_groups(model, own, rate)
    return rival_groups(groups, model, experiment.objective.rival_share, rate)

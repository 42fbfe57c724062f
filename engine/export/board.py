"""What TensorBoard is told of a training, written through torch.utils.tensorboard.

Tags are METRIC/SPLIT, so that the splits of a metric lie beside each other; x is the step.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.parts.component import Component
from engine.parts.metrics import declared
from engine.runs.events import EpochFinished
from engine.runs.pictures import Picture
from engine.training.baseline import baselines, headlines
from engine.training.pictures import mistakes

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

    from engine.spec.experiment import Experiment
    from engine.training.trainer import Trainer

EVENT_FILES = "events.out.tfevents.*"
SAMPLES = 128
"""Of the training split, whose gradient is told."""
MOST_NUMBERS = 1_000_000
"""Of a tensor in a histogram; of more, evenly spaced ones."""
MOST_PICTURES = 32


class Board:
    """One run's event file; every method raises OSError where it can't be written.

    began_s: when the training began, in seconds since 1970; its events are told at their times.
    """

    def __init__(self, folder: Path, began_s: float) -> None:
        from torch.utils.tensorboard import SummaryWriter

        folder.mkdir(parents=True, exist_ok=True)
        self._began_s = began_s
        self._writer: SummaryWriter = SummaryWriter(str(folder))

    def begin(self, trainer: Trainer) -> None:
        """What is known before the first step: the graph, and what the training is of."""
        self._graph(trainer)
        told = headlines(trainer.experiment, trainer.splits.facts, baselines(trainer.splits))
        names = [f"{name}/{split}" for split in trainer.device_splits for name in ("loss", *told)]
        self._hyperparameters(trainer.experiment, names)
        self.flush()

    def report(self, event: EpochFinished) -> None:
        """A reported epoch's figures."""
        at_s = self._began_s + event.elapsed_s
        figures: dict[str, float | None] = {
            "learning_rate": event.learning_rate,
            "gradient_norm": event.gradient_norm,
            "speed/steps_per_s": event.steps_per_s,
            "speed/samples_per_s": event.samples_per_s,
            "epoch": float(event.epoch),
        }
        for name, value in event.metrics.items():
            known = declared(name)
            split, metric = (known[0], known[1].name) if known else ("other", name)
            figures[f"{metric}/{split}"] = value
        for tag, figure in figures.items():
            value = math.nan if figure is None else figure  # it was not finite
            self._writer.add_scalar(tag, value, event.step, walltime=at_s)

    def look(self, trainer: Trainer, step: int) -> None:
        """Histograms of the weights, and of their gradients over some of the training split."""
        for name, weight in trainer.model.named_parameters():
            self._histogram(f"weights/{name}", weight.detach(), step)
        for name, gradient in gradients(trainer):
            self._histogram(f"gradients/{name}", gradient, step)

    def end(self, trainer: Trainer) -> None:
        """What was taken for something else, where samples are images."""
        found = mistakes(trainer.evaluator, trainer.splits, MOST_PICTURES)
        for number, picture in enumerate(found):
            tag = f"wrong/{number:02} {picture.actual} > {picture.predicted}"
            self._writer.add_image(tag, _pixels(picture), trainer.global_step)

    def flush(self) -> None:
        """Have on the disk what was told until now."""
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()

    def _histogram(self, tag: str, values: Tensor, step: int) -> None:
        values = values.flatten()
        values = values[:: -(-len(values) // MOST_NUMBERS)]
        if len(values) and bool(values.isfinite().all()):  # TensorBoard has no bin for others
            self._writer.add_histogram(tag, values.float().cpu(), step)

    def _graph(self, trainer: Trainer) -> None:
        with undisturbed(trainer.model), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the tracer is old, and TensorBoard knows no other
            inputs, _ = _sample(trainer, 1)
            self._writer.add_graph(trainer.model, inputs)

    def _hyperparameters(self, experiment: Experiment, metrics: Iterable[str]) -> None:
        """As SummaryWriter.add_hparams does, without the folder of its own that it makes."""
        from torch.utils.tensorboard.summary import hparams

        values = dict(hyperparameters(experiment))
        writer = self._writer.file_writer
        assert writer is not None, "it is open"
        for summary in hparams(values, dict.fromkeys(metrics, 0.0)):
            writer.add_summary(summary)


def hyperparameters(experiment: Experiment) -> Iterator[tuple[str, str | float | bool]]:
    """The fields that are no texts about it; of a component its name and its numbers, too."""
    for name, value in experiment.without_prose().values().items():
        if isinstance(value, Component):
            yield name, str(value)
            for argument in value.parameters():
                own = getattr(value, argument)
                if isinstance(own, bool | int | float):
                    yield f"{name}.{argument}", own
        elif isinstance(value, bool | int | float | str):
            yield name, value
        elif isinstance(value, tuple) and name == "layers":
            yield name, ", ".join(map(str, value))


def gradients(trainer: Trainer) -> Iterator[tuple[str, Tensor]]:
    """The loss's slope along each parameter, over SAMPLES of the training split.

    In eval mode, and nothing goes into the parameters' `.grad`: the training feels none of it.
    Nothing where the network's outputs are not finite.
    """
    learning = [(n, p) for n, p in trainer.model.named_parameters() if p.requires_grad]
    if not learning:
        return
    with undisturbed(trainer.model), torch.enable_grad():
        inputs, targets = _sample(trainer, SAMPLES)
        outputs = trainer.model(inputs)
        if not bool(outputs.isfinite().all()):
            return
        wanted = trainer.evaluator.decoder.loss_targets(targets, outputs.shape[1])
        loss = trainer.evaluator.criterion(outputs, wanted)
        found = torch.autograd.grad(loss, [p for _, p in learning], allow_unused=True)
    for (name, _), gradient in zip(learning, found, strict=True):
        if gradient is not None:
            yield name, gradient


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Have a model in eval mode for a while."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)


def _sample(trainer: Trainer, most: int) -> tuple[Tensor, Tensor]:
    """Evenly spaced inputs of the training split with their targets."""
    split = trainer.device_splits["train"]
    rows = torch.linspace(0, len(split) - 1, min(most, len(split))).round().long()
    inputs = trainer.evaluator.input_map.batch(split.rows(rows))
    return inputs, split.targets.index_select(0, rows.to(trainer.device))


def _pixels(picture: Picture) -> Tensor:
    """Channels, rows, columns; as bytes."""
    flat = torch.frombuffer(bytearray(picture.pixels), dtype=torch.uint8)
    return flat.reshape(picture.channels, picture.height, picture.width)

"""A trained network, read back from a run's checkpoint; needs none of its training data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import torch
from torch import Tensor

from engine.decoding import converted
from engine.errors import BadCheckpoint, UsageError
from engine.parts.data import Facts
from engine.parts.data.sheet.samples import Given
from engine.runs.accepted import accepted_at
from engine.runs.contents import Moment
from engine.runs.events import Prediction
from engine.runs.run import Run
from engine.spec.chain import Link, every, links
from engine.spec.experiment import Experiment
from engine.training.answers import Answers, answers, predictions
from engine.training.bounds import bounds_tensor
from engine.training.checkpoint import Checkpoint, load
from engine.training.criterion import criterion_of
from engine.training.inputs import InputMap, InputState
from engine.training.making import maker_of
from engine.training.metrics import Evaluator
from engine.training.moment import weights_at
from engine.training.outputs import OutputDecoder
from engine.training.rivalry import build_network, rivals_criterion
from engine.training.stored_network import load_network
from engine.training.targets import TargetMap
from engine.training.training_state import Count


class NetworkState(msgspec.Struct, frozen=True):
    """What predictions need of a checkpoint's state."""

    epoch: Count
    step: Count
    input: InputState


class TrainedNetwork:
    """The network of an experiment with a checkpoint's weights, in eval mode on the CPU.

    Raises BadCheckpoint where the file is no whole checkpoint of this network.
    """

    def __init__(
        self,
        experiment: Experiment,
        facts: Facts,
        path: Path,
        bounds: Sequence[float | None] = (),
        checkpoint: Checkpoint | None = None,
        folder: Path | None = None,
    ) -> None:
        """bounds: of these weights' errors, as the record has them, where they were measured.

        checkpoint: what was read there already. folder: the run's, which keeps what was accepted.
        """
        checkpoint = checkpoint or load(path)
        self._bounds = bounds_tensor(list(bounds), facts.num_targets) if bounds else None
        self.facts = facts
        self.model = build_network(experiment, facts)
        self.links = links(experiment.network, facts.shape, [])
        load_network(self.model, self.links, checkpoint, path)
        self.model.eval()
        try:
            state = converted(checkpoint.state, NetworkState)
            self.input_map = InputMap.stored_as(
                state.input, checkpoint.group("input"), facts.made or facts.shape
            )
            target_map = TargetMap.stored_as(
                experiment.data.scales_target == "log",
                checkpoint.group("target"),
                facts.num_targets,
            )
        except ValueError as error:  # Undecodable is one
            raise BadCheckpoint(
                f"{path}: it does not say how inputs are prepared ({error})"
            ) from error
        self.epoch, self.step = state.epoch, state.step
        accepted = accepted_at(folder, state.step) if folder is not None else None
        decoder = OutputDecoder(experiment.loss, experiment.network, facts, target_map, accepted)
        compared = criterion_of(
            experiment.loss,
            None,
            torch.device("cpu"),
            positions=facts.positions,
            objective=experiment.objective,
        )
        criterion = rivals_criterion(compared, experiment.loss, self.model)
        maker = maker_of(experiment.objective, facts)
        self.evaluator = Evaluator(
            self.model,
            criterion,
            decoder,
            facts,
            self.input_map,
            maker=maker,
            weighing=experiment.objective.weighing(),
        )

    @classmethod
    def of(cls, run: Run, moment: Moment) -> TrainedNetwork:
        """A run's network at a moment of it."""
        checkpoint, path = weights_at(run, moment)
        return cls(run.experiment(), run.facts(), path, run.bounds(moment), checkpoint, run.path)

    def predict(
        self, rows: Sequence[Sequence[float]], given: Sequence[Sequence[Given]] | None = None
    ) -> list[Prediction]:
        """What the network says of raw samples, each laid out flat as Samples.encode gives it.

        given: as they were written, if they were. Raises UsageError as `check_company` does.
        """
        self.check_company(len(rows))
        told = rows if given is None else given
        return predictions(self.evaluator, self.input_map, rows, told, self._bounds)

    def answers(self, raw: Tensor) -> Answers:
        """What the network says of many raw samples, (samples, values) float32."""
        return answers(self.evaluator, self.input_map, raw, self._bounds)

    def check_company(self, count: int) -> None:
        """Raise UsageError for a single sample where the network normalizes over those given."""
        if count == 1 and (layer := next(filter(_needs_company, every(self.links)), None)):
            raise UsageError(
                f"{layer.layer} keeps no running statistics: it normalizes over the samples that "
                "are predicted together, so give two or more, as lines of a file with --csv"
            )


def _needs_company(link: Link) -> bool:
    """Whether a layer has a single value to normalize where it is given one sample."""
    return link.layer.is_single(link.input_shape) and not link.layer.keeps_statistics

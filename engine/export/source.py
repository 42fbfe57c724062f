"""What a format is made from: a run and which of its weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from engine.parts.data import DataLocations
    from engine.parts.shapes import Shape
    from engine.runs.contents import CheckpointKind
    from engine.runs.run import Run


@dataclass(frozen=True)
class Source:
    """A run to be exported."""

    run: Run
    checkpoint: CheckpointKind
    """Whose weights are taken, where the format has any."""
    locations: DataLocations
    """Where a script looks for data sets that are downloaded."""

    def network(self) -> tuple[nn.Module, Shape]:
        """The network in evaluation mode, on the CPU, and the shape of one of its inputs."""
        from engine.spec.chain import links
        from engine.training.checkpoint import Checkpoint, load
        from engine.training.model import build_model
        from engine.training.rivalry import of_network
        from engine.training.stored_network import load_network

        self.run.check_origin()
        path = self.run.checkpoint(self.checkpoint)
        shape = self.run.facts().shape
        layers = self.run.experiment().network
        model = build_model(layers, shape)
        stored = load(path)
        stored = Checkpoint(of_network(stored.tensors), stored.state)
        load_network(model, links(layers, shape, []), stored, path)
        return model.eval(), shape

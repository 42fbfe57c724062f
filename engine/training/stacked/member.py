"""One training of a stack: its trainer, which stands where its row of the stack does when told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from engine.parts.data import DataLocations
from engine.spec.experiment import Experiment
from engine.training.checkpoint import Checkpoint
from engine.training.drawn_data import SharedData
from engine.training.full_state import full_state, kept
from engine.training.stacked.program import Rows
from engine.training.trainer import Trainer


@dataclass(eq=False)
class Member:
    """A training whose steps a stack does; everything else of it is its trainer's."""

    number: int
    """Its place among those that were stacked."""
    trainer: Trainer
    generator: torch.Generator
    """What it alone would draw from, as it stands after the data and the first weights."""
    best_generator: torch.Tensor | None = None
    """As that was at the end of the best epoch, where epochs draw."""
    best: Checkpoint | None = None
    """The state at the end of the best epoch, once it is over; None without one."""
    last: Checkpoint | None = None
    """The state at the end, once it is over; of one that diverged the newest worth keeping."""

    @property
    def is_over(self) -> bool:
        return self.trainer.reason is not None

    def take(self, rows: Rows, row: int, step: int) -> None:
        """Put the trainer where a row is after so many steps."""
        trainer = self.trainer
        trainer.global_step = step
        trainer.epoch, trainer.batch = divmod(step, len(trainer.batches))
        state = {name: rows.shape.views(tensor) for name, tensor in rows.state.items()}
        with torch.no_grad():
            for number, parameter in enumerate(trainer.model.parameters()):
                parameter.copy_(rows.views[number][row])
                own = {name: views[number][row].clone() for name, views in state.items()}
                if rows.counts:
                    own["step"] = torch.tensor(float(step))
                if own and step:
                    trainer.optimizer.state[parameter] = own
            for name, buffer in trainer.model.named_buffers():
                buffer.copy_(rows.buffers[name][row])
        trainer.learning_rate.apply(trainer.epoch, max(0, step - 1))

    def checkpoint(self, generator: torch.Tensor | None = None) -> Checkpoint:
        """The trainer's state; generator: in place of its own as it is now."""
        state = self.generator.get_state() if generator is None else generator
        torch.set_rng_state(state)
        return kept(full_state(self.trainer))


def members_of(experiments: Sequence[Experiment], locations: DataLocations) -> list[Member]:
    """Trainers of these experiments, which share the data that is the same; raises as Trainer."""
    draw = SharedData()
    members = []
    for number, experiment in enumerate(experiments):
        trainer = Trainer(experiment, locations, "eager", draw)
        generator = torch.Generator()
        generator.set_state(torch.get_rng_state())
        members.append(Member(number, trainer, generator))
    return members

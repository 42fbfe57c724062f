"""Who leads the processes that train together, and who follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.training.shared.group import Group, ProcessLost
from engine.training.shared.state import packed, unpack
from engine.training.shared.step import SharedStep

if TYPE_CHECKING:
    from engine.training.trainer import Trainer

END, WAIT, STATE, GO = range(4)
"""What the first process may say: it is over; nothing yet; stand where I stand; train on."""


class Crew:
    """This process among those that train together."""

    def __init__(self, rank: int, size: int) -> None:
        self.rank = rank
        self.size = size
        self.step: SharedStep | None = None
        """The trainer's, once there is one."""
        self.weigh: Callable[[Tensor], float] = len
        """What these targets count, of those of a batch."""

    @property
    def group(self) -> Group | None:
        return self._step.group

    @property
    def _step(self) -> SharedStep:
        assert self.step is not None, "a trainer has a step"
        return self.step

    def before_step(self, trainer: Trainer) -> None:
        """The trainer is about to do its part of a step."""

    def do_part(self, trainer: Trainer) -> Tensor:
        """Do this process's part of the step that comes next; returns the whole batch's loss."""
        step = self._step
        inputs, targets, all_targets = trainer.batches.part(trainer.batch, self.rank, self.size)
        step.share = self.weigh(targets) / self.weigh(all_targets) if len(targets) else 0.0
        return step(inputs, targets)

    def after_step(self, trainer: Trainer) -> None:
        """The trainer has done it; its counters don't know yet."""


class Lead(Crew):
    """The first process. The others stand where it stands before each step, whatever it did.

    Every method raises ProcessLost once one of them is gone; `meet` them again then.
    """

    def __init__(self, size: int) -> None:
        super().__init__(0, size)
        self._is_awaited = False
        """Whether the others have begun a step, and wait for this process in it."""
        self._seen: tuple[object, ...] = ()
        """What they were left with; anything else has to be told."""

    def is_complete(self) -> bool:
        """Whether the others are there."""
        return self.group is not None

    def lost(self) -> None:
        """One of them is gone."""
        self.part()

    def meet(self, group: Group) -> None:
        """Lead these from now on; they know nothing yet."""
        self._step.group = group
        self._is_awaited, self._seen = False, ()

    def part(self) -> None:
        """Lead nobody: some are lost."""
        self._step.group = None

    def end(self) -> None:
        """Let them go, if they are there."""
        if self.group is not None:
            with suppress(ProcessLost):
                self._tell(END)
            self.part()

    def keep(self) -> None:
        """Nothing is to be done: see that all are there."""
        self._tell(WAIT)

    def before_step(self, trainer: Trainer) -> None:
        if self._there(trainer) != self._seen:
            standing, weights = packed(trainer)
            self._tell(STATE, len(standing), len(weights))
            self._send(standing + weights)
            self._is_awaited = False
        batches = trainer.batches
        if self._is_awaited:
            return
        order = batches.order if trainer.batch == 0 and batches.drawing.draws else None
        self._tell(GO, 0 if order is None else len(order))
        if order is not None:
            self._there_group().tell(order)
        self._is_awaited = True

    def after_step(self, trainer: Trainer) -> None:
        batches = trainer.batches
        batch = (trainer.batch + 1) % len(batches)
        self._seen = self._standing(trainer, batch, trainer.global_step + 1)
        if batch == 0 and batches.drawing.draws:
            self._is_awaited = False  # they wait for the next order

    def _there(self, trainer: Trainer) -> tuple[object, ...]:
        return self._standing(trainer, trainer.batch, trainer.global_step)

    def _standing(self, trainer: Trainer, batch: int, step: int) -> tuple[object, ...]:
        """What tells a state from others: whoever writes into a tensor counts up its version."""
        versions = tuple(parameter._version for parameter in trainer.model.parameters())
        order = id(trainer.batches.order) if batch else 0
        renewed = self._step.renewals
        return versions, id(trainer.optimizer.state), renewed, order, batch, step

    def _tell(self, what: int, first: int = 0, second: int = 0) -> None:
        if self._is_awaited:
            self._step.void()
            self._is_awaited = False
        self._there_group().tell(torch.tensor([what, first, second]))

    def _send(self, content: bytes) -> None:
        self._there_group().tell(torch.frombuffer(bytearray(content), dtype=torch.uint8))

    def _there_group(self) -> Group:
        if self.group is None:
            raise ProcessLost("the processes have not met yet")
        return self.group


@contextmanager
def undone_where_lost(trainer: Trainer) -> Iterator[None]:
    """A step that loses another process: it is as if it had not begun."""
    random = torch.get_rng_state()
    buffers = [(buffer, buffer.clone()) for buffer in trainer.model.buffers()]
    try:
        yield
    except ProcessLost:
        torch.set_rng_state(random)
        for buffer, before in buffers:
            buffer.copy_(before)
        raise


def follow(trainer: Trainer, group: Group) -> None:
    """Do what the first process does until it is over; raises ProcessLost."""
    crew, step = trainer.crew, trainer.execution.step
    assert crew is not None, "it is trained by several"
    assert isinstance(step, SharedStep), "the trainer has a crew"
    step.group = group
    while True:
        said = torch.zeros(3, dtype=torch.int64)
        group.tell(said)
        what, first, second = said.tolist()
        match what:
            case _ if what == END:
                return
            case _ if what == STATE:
                content = _received(group, torch.zeros(first + second, dtype=torch.uint8))
                told = content.numpy().tobytes()
                unpack(trainer, told[:first], told[first:])
            case _ if what == GO:
                if first:
                    order = torch.zeros(first, dtype=torch.int64)
                    trainer.batches.set_order(_received(group, order))
                elif not trainer.batches.drawing.draws:
                    trainer.batches.shuffle()
                _train(trainer, crew, step)


def _received(group: Group, room: Tensor) -> Tensor:
    group.tell(room)
    return room


def _train(trainer: Trainer, crew: Crew, step: SharedStep) -> None:
    """Steps until one is void, or the next one needs an order."""
    batches = trainer.batches
    while True:
        crew.do_part(trainer)
        if step.was_void:
            return
        trainer.global_step += 1
        trainer.batch = (trainer.batch + 1) % len(batches)
        if trainer.batch == 0:
            trainer.epoch += 1
            if batches.drawing.draws:
                return

"""The loss curves between two pictures: what was reported since is drawn behind what they hold."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from engine.runs import events as ev
from engine.runs.series import CAPACITY
from tui.live.history import History
from tui.renderables.loss_chart import LossSeries

MADE_S = 0.5
"""Seconds between two makings, at least: thousands of points, and bytes to the terminal."""

Curves = dict[str, tuple[LossSeries, ...]]
"""By metric; the loss is first."""


class CurveMaker:
    """Knows the training loss of every kept epoch, as the pictures and the reports tell it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._train: list[tuple[int, float | None]] = []
        self._made_at = -math.inf

    def drawn(self, history: History, losses: list[tuple[int, float | None]]) -> Curves:
        """The curves with what pictures brought: the losses of every kept epoch."""
        behind = [point for point in self._train if losses and point[0] > losses[-1][0]]
        self._train = [*losses, *behind]
        return self._made(history)

    def told(self, history: History, event: ev.Event) -> Curves | None:
        """The curves after an event that is in the history; None where those there serve."""
        match event:
            case ev.EpochFinished():
                if not self._train or event.epoch > self._train[-1][0]:
                    self._train.append((event.epoch, event.train_loss))
                if len(self._train) > 2 * CAPACITY:  # no pictures come
                    self._train = self._train[::2]
                is_due = self._clock() - self._made_at >= MADE_S
                return self._made(history) if is_due else None
            case ev.WentBack():
                self._train = [point for point in self._train if point[0] <= event.epoch]
                return self._made(history)
            case ev.Paused() | ev.RunFinished():  # nothing may follow
                return self._made(history)
        return None

    def _made(self, history: History) -> Curves:
        self._made_at = self._clock()
        losses = history.loss_series(list(self._train))
        others = {name: tuple(history.series(name)) for name in history.measured()}
        if not any(one.values for one in losses):
            return others  # a curve without a point is none yet
        return {"loss": tuple(losses), **others}

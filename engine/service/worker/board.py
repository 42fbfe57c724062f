"""Tells TensorBoard of a training while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from engine.export.board import Board
from engine.runs.events import EpochFinished, Event, TensorboardFailed
from engine.training.trainer import Trainer


class Live:
    """One training's board. What can't be written ends it, and is an event of the record."""

    def __init__(self, trainer: Trainer, folder: Path) -> None:
        self._trainer = trainer
        self._folder = folder
        self._board: Board | None = None

    def begin(self) -> list[Event]:
        """Tell what is known before the first step."""

        def write() -> None:
            self._board = Board(self._folder, time.time())
            self._board.begin(self._trainer)

        return self._tried(write)

    def report(self, event: EpochFinished) -> list[Event]:
        """Tell a reported epoch: its figures, the weights and their gradients."""
        board = self._board
        if board is None:
            return []

        def write() -> None:
            board.report(event)
            board.look(self._trainer, event.step)
            board.flush()

        return self._tried(write)

    def finish(self, *, is_whole: bool) -> list[Event]:
        """Tell the end and close the file. is_whole: whether the weights are finite ones."""
        board, self._board = self._board, None
        if board is None:
            return []

        def write() -> None:
            try:
                if is_whole:
                    board.end(self._trainer)
            finally:
                board.close()

        return self._tried(write)

    def _tried(self, write: Callable[[], None]) -> list[Event]:
        try:
            write()
        except OSError as error:
            self._board = None
            return [TensorboardFailed(message=error.strerror or str(error))]
        return []

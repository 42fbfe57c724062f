"""A run for TensorBoard, after its training."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from engine.export.format import FolderFormat

if TYPE_CHECKING:
    from engine.export.source import Source


class TensorBoard(FolderFormat):
    """Figures of every report; weights and gradients at every snapshot."""

    name = "tensorboard"
    what = "for TensorBoard: curves, histograms, graph, settings, wrong images"
    purpose = "To be looked at beside other trainings."
    needs = ("tensorboard",)
    extra = "tensorboard"

    def write(self, source: Source, target: Path) -> None:
        """Into the run's own folder; an older file of it goes once the new one is whole."""
        from engine.export.board import EVENT_FILES

        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".perceptui-") as made:
            _write(source, Path(made))
            target.mkdir(exist_ok=True)
            old = set(target.glob(EVENT_FILES))
            for file in Path(made).iterdir():
                os.replace(file, target / file.name)
                old.discard(target / file.name)
            for file in old:
                file.unlink()


def _write(source: Source, folder: Path) -> None:
    """Raises DataUnavailable where the data is gone or has changed."""
    from engine.export.board import Board
    from engine.runs.contents import EXPERIMENT
    from engine.runs.events import EpochFinished
    from engine.spec.experiment import Experiment
    from engine.training.moment import weights_at
    from engine.training.stored_network import load_network
    from engine.training.trainer import Trainer

    run = source.run
    run.check_unchanged()
    anywhere = Experiment(**{**run.experiment().values(), "device": "auto"})
    trainer = Trainer(anywhere, source.locations, "eager")
    board = Board(folder, (run.path / EXPERIMENT).stat().st_mtime)
    try:
        board.begin(trainer)
        for event in run.events():
            if isinstance(event, EpochFinished):
                board.report(event)
                trainer.global_step = event.step
        for taken in run.snapshots.all_taken():
            load_network(trainer.model, trainer.chain, *weights_at(run, taken.step))
            board.look(trainer, taken.step)
        if run.directory.checkpoint(source.checkpoint).is_file():
            load_network(trainer.model, trainer.chain, *weights_at(run, source.checkpoint))
            board.end(trainer)
    finally:
        board.close()
        trainer.stop_reading()

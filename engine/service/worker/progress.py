"""What a training shows to the clients that watch it: where it stands, and pictures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from engine.service import protocol as p
from engine.service.worker.log import log_error
from engine.service.worker.socket_server import Client

if TYPE_CHECKING:
    from engine.service.worker.training_run import TrainingRun

PICTURE_SHARE = 0.02
"""Pictures for those who watch take at most this share of the time."""


def show(training: TrainingRun, clients: list[Client]) -> None:
    """Send progress and pictures to those who want them now."""
    now = time.monotonic()
    for client in clients:
        watch = client.watch
        if watch.progress_hz > 0 and now >= client.progress_due and client.keeps_up:
            client.progress_due = now + 1 / watch.progress_hz
            client.send(progress_of(training))
        drawn = watch.pictures_hz > 0 and now >= client.pictures_due and client.keeps_up
        if drawn and not training.is_over:
            began = time.monotonic()
            try:
                pictures = training.pictures(watch.columns, watch.rows)
            except Exception as error:  # a picture is never worth a training
                log_error(error)
                client.watch = msgspec.structs.replace(watch, pictures_hz=0.0)
                continue
            client.send(p.Drawn(pictures=pictures))
            cost_s = time.monotonic() - began
            pause_s = max(1 / watch.pictures_hz, cost_s / PICTURE_SHARE)
            client.pictures_due = now + pause_s


def progress_of(training: TrainingRun) -> p.Progress:
    """Where a training stands."""
    from engine.training.device import memory_bytes  # not above: a worker listens before torch

    trainer = training.trainer
    points = trainer.losses.points()
    losses = trainer.epoch_losses
    newest = losses[-1] if losses else (points[-1][1] if points else None)
    return p.Progress(
        epoch=min(trainer.epoch + 1, trainer.experiment.epochs),
        epochs=trainer.experiment.epochs,
        step=trainer.global_step,
        steps=trainer.experiment.epochs * len(trainer.batches),
        loss=newest,
        learning_rate=trainer.learning_rate.current,
        elapsed_s=trainer.elapsed_s,
        memory_bytes=memory_bytes(trainer.device),
    )

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


PACED_SHARE = 0.2
"""The same of a training that keeps to a pace, which rests anyway."""
EARLY = 0.9
"""At a pace one is due so much earlier, lest a step that comes a little soon is not shown."""


def show(training: TrainingRun, clients: list[Client], pace: float = 0.0) -> None:
    """Send progress and pictures to those who want them now.

    pace: steps a second that the training keeps to; each that is told is drawn, too. 0 for none.
    """
    now = time.monotonic()
    for client in clients:
        watch = client.watch
        if watch.progress_hz > 0 and now >= client.progress_due and client.keeps_up:
            client.progress_due = now + (EARLY if pace else 1) / watch.progress_hz
            client.send(msgspec.structs.replace(progress_of(training), pace=pace))
        if client.keeps_up and not training.is_over:
            _show_pictures(training, client, now, is_paced=pace > 0)
            _show_inside(training, client, now, is_paced=pace > 0)


def _show_pictures(training: TrainingRun, client: Client, now: float, *, is_paced: bool) -> None:
    watch = client.watch
    if watch.pictures_hz > 0 and now >= client.pictures_due:
        began = time.monotonic()
        try:
            client.send(p.Drawn(pictures=training.pictures(watch.columns, watch.rows)))
        except Exception as error:  # a picture is never worth a training
            log_error(error)
            client.watch = msgspec.structs.replace(watch, pictures_hz=0.0)
            return
        cost_s = time.monotonic() - began
        client.pictures_due = now + _pause_s(watch, watch.pictures_hz, cost_s, is_paced=is_paced)


def _show_inside(training: TrainingRun, client: Client, now: float, *, is_paced: bool) -> None:
    watch = client.watch
    if watch.inside_hz > 0 and now >= client.inside_due:
        began = time.monotonic()
        try:
            client.send(p.Seen(inside=training.inside(watch.look)))
        except Exception as error:  # the same of a look
            log_error(error)
            client.watch = msgspec.structs.replace(watch, inside_hz=0.0)
            return
        cost_s = time.monotonic() - began
        client.inside_due = now + _pause_s(watch, watch.inside_hz, cost_s, is_paced=is_paced)


def _pause_s(watch: p.Watch, hz: float, cost_s: float, *, is_paced: bool) -> float:
    """Seconds until the next one, so that all that is watched takes its share of the time."""
    num_watched = (watch.pictures_hz > 0) + (watch.inside_hz > 0)
    if is_paced:
        return max(EARLY / max(hz, watch.progress_hz), cost_s * num_watched / PACED_SHARE)
    return max(1 / hz, cost_s * num_watched / PICTURE_SHARE)


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

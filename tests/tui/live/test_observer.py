"""What the screens are shown of a training between its pictures, and while it waits."""

from __future__ import annotations

from typing import Any

import pytest

from engine.runs import events as ev
from engine.runs.pictures import Comparison, Pictures
from engine.runs.series import CAPACITY
from engine.service import protocol as p
from tui.live.curves import MADE_S, CurveMaker
from tui.live.history import History
from tui.live.observer import Observer
from tui.live.snapshot import Snapshot

NOTHING = Comparison(
    actual=[], predicted=[], probabilities=[], classes=(), split="test", num_samples=0
)
PROGRESS = p.Progress(
    epoch=3,
    epochs=9,
    step=11,
    steps=36,
    loss=0.5,
    learning_rate=0.25,
    elapsed_s=1.0,
    memory_bytes=0,
)


def reported(epoch: int, loss: float | None, **changes: Any) -> ev.EpochFinished:
    return ev.EpochFinished(
        epoch=epoch,
        step=4 * epoch,
        metrics={"train_loss": loss, **changes},
        learning_rate=1.0,
        gradient_norm=1.0,
        steps_per_s=1.0,
        samples_per_s=1.0,
        elapsed_s=1.0,
    )


def points(snapshot: Snapshot, name: str = "train") -> list[tuple[float, float | None]]:
    found = [s for s in snapshot.series if s.name == name]
    return list(zip(found[0].epochs, found[0].values, strict=True)) if found else []


def after(*happened: Any, snapshot: Snapshot | None = None) -> Snapshot:
    """What an observer shows when all of this has happened."""
    observer, snapshot = Observer(), snapshot or Snapshot(progress=PROGRESS)
    for one in happened:
        snapshot = observer.taken(snapshot, one)
    return snapshot


def test_the_curve_keeps_up_with_the_scores() -> None:
    """A report is in the curve before pictures bring it; those fill what lies between."""
    first = reported(1, 0.5, test_loss=0.75)
    assert points(after(first)) == [(1, 0.5)]
    assert points(after(first), "test") == [(1, 0.75)]
    drawn = p.Drawn(pictures=Pictures(losses=[(1, 0.5), (2, 0.25)], comparison=NOTHING))
    paused = ev.Paused(step=16)
    assert points(after(first, drawn)) == [(1, 0.5), (2, 0.25)]
    shown = after(first, drawn, reported(4, 0.125), paused)
    assert points(shown) == [(1, 0.5), (2, 0.25), (4, 0.125)]
    late = after(first, reported(4, None), drawn, paused)
    assert points(late) == [(1, 0.5), (2, 0.25), (4, None)]


def test_going_back_cuts_the_curve() -> None:
    """What came after the checkpoint is gone from it."""
    back = ev.Rewound(from_step=8, epoch=2, after_event=9, to="last")
    shown = after(reported(1, 0.5), reported(2, 0.25), reported(3, 0.125), back)
    assert points(shown) == [(1, 0.5), (2, 0.25)]


def test_curves_are_made_at_the_pace_of_pictures() -> None:
    """Reports that come faster wait for the next one or for a pause; their number is bounded."""
    now_s = 0.0
    maker, history = CurveMaker(lambda: now_s), History()
    assert maker.told(history, reported(1, 1.0)) is not None
    now_s = MADE_S / 2
    for epoch in range(2, 5 * CAPACITY):
        assert maker.told(history, reported(epoch, 1.0)) is None
    curves = maker.told(history, ev.Paused(step=9))
    assert curves is not None
    assert CAPACITY < len(curves["loss"][0].values) <= 2 * CAPACITY
    now_s += MADE_S
    assert maker.told(history, reported(5 * CAPACITY, 1.0)) is not None


@pytest.mark.parametrize(
    ("event", "step", "epoch", "rate"),
    [
        (ev.Paused(step=12), 12, 3, 0.25),
        (ev.LearningRateChanged(step=11, factor=2.0), 11, 3, 0.5),
        (ev.Rewound(from_step=4, epoch=1, after_event=9, to="best"), 4, 2, 0.25),
        (ev.Rewound(from_step=36, epoch=9, after_event=9, to="best"), 36, 9, 0.25),
        (ev.Continued(step=11), 11, 3, 0.25),
    ],
)
def test_progress_follows_what_is_done_while_it_waits(
    event: ev.Event, step: int, epoch: int, rate: float
) -> None:
    """A worker tells no progress while it waits: step, epoch and rate follow from the events."""
    progress = after(event).progress
    assert progress is not None
    assert (progress.step, progress.epoch, progress.learning_rate) == (step, epoch, rate)
    assert after(event, snapshot=Snapshot()).progress is None


def test_a_second_factor_counts_from_the_first() -> None:
    """Two changes of the rate are not multiplied: each factor stands on top of the schedule."""
    changes = [ev.LearningRateChanged(step=1, factor=factor) for factor in (4.0, 2.0)]
    progress = after(*changes).progress
    assert progress is not None
    assert progress.learning_rate == 0.5

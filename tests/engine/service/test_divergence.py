"""A training that diverges: where it began, what is left of it, and how it goes on."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UsageError
from engine.runs import events as ev
from engine.runs.run import Run
from engine.service.client.session import Session
from engine.service.worker.preparation import prepare
from engine.service.worker.training_run import TrainingRun
from engine.training.checkpoint import load
from tests.engine.service.live import (
    rates,
    rates_of,
    reported,
    run_async,
    the_end,
    to_resume,
    to_train,
    weights_of,
)
from tests.engine.training.tiny import NOWHERE, small

EXPLODING: dict[str, Any] = {
    "data": "wave(samples=20)",
    "layers": ["Linear(4)", "ReLU()", "Linear(1)"],
    "loss": "MSELoss()",
    "optimizer": "SGD(lr=5.0)",
    "epochs": 60,
    "report_every": 1,
}
"""Every step is far too long: it overflows within a few."""


def _diverged(runs_dir: Path, factors: tuple[tuple[int, float], ...] = (), **changes: Any) -> Run:
    """A run that diverged; factors: learning-rate factors by step."""
    experiment = small(**{**EXPLODING, **changes})
    order = to_train(
        experiment, runs_dir, name="bad", data_dir=NOWHERE.data_dir, changes=rates(factors)
    )
    training = TrainingRun.begin(order, prepare(experiment, NOWHERE))
    while not training.is_over:
        training.advance(time.perf_counter() + 1)
    run = Run(training.directory.path)
    finished = run.record().finished
    assert finished is not None
    assert finished.reason == "diverged"
    return run


def _event(run: Run) -> ev.Diverged:
    event = run.record().last(ev.Diverged)
    assert isinstance(event, ev.Diverged)
    return event


@pytest.mark.parametrize("optimizer", ["SGD(lr=5.0)", "SGD(lr=5.0, momentum=0.9)"])
def test_the_layer_is_named(tmp_path: Path, optimizer: str) -> None:
    """The event names the first layer whose numbers were not finite, as it is written."""
    event = _event(_diverged(tmp_path, optimizer=optimizer))
    assert event.layer is not None
    assert event.layer_text == EXPLODING["layers"][event.layer]
    assert f"; first the {event.part} of layers[{event.layer}] Linear(" in event.message


def test_a_layer_inside_of_a_block_is_named(tmp_path: Path) -> None:
    """By its address; what holds it comes after it, and is not blamed."""
    layers = ["Residual([Linear(2), Residual([Linear(2)]), Linear(1)])"]
    event = _event(_diverged(tmp_path, layers=layers, optimizer="SGD(lr=3e38)"))
    assert (event.layer, event.place, event.layer_text) == (0, "layers[0][0]", "Linear(2)")
    assert f"; first the {event.part} of layers[0][0] Linear(2)" in event.message


def test_weights_that_overflow_are_named(tmp_path: Path) -> None:
    """A single step so long that it overflows the weights is told apart from outputs."""
    event = _event(_diverged(tmp_path, data="diabetes()", optimizer="SGD(lr=3e38)"))
    assert (event.part, event.step) == ("weights", 2)


def test_a_loss_that_overflows_alone_is_told(tmp_path: Path) -> None:
    """Where every output is finite and only its square is not, no layer is blamed."""
    event = _event(_diverged(tmp_path, layers=["Linear(1)"], optimizer="SGD(lr=1e20)"))
    assert (event.part, event.layer) == ("loss", None)
    assert event.message.endswith("every layer's output was still finite")


def test_the_way_there_is_repeated_with_its_factors(tmp_path: Path) -> None:
    """A rate that was set on the way is set again where the layer is looked for."""
    run = _diverged(tmp_path, factors=((7, 1e6),), optimizer="SGD(lr=0.01)", epochs=200)
    event = _event(run)
    assert event.step > 8
    assert event.part != "unknown"


def test_a_sound_checkpoint_is_left(tmp_path: Path) -> None:
    """Long before a checkpoint was due there is one, finite, and of before the loss grew."""
    run = _diverged(tmp_path, factors=((20, 500.0),), optimizer="SGD(lr=0.01)")
    checkpoint = load(run.checkpoint("last"))
    assert all(t.isfinite().all() for t in checkpoint.tensors.values() if t.is_floating_point())
    assert all(loss < 2.0 for _, loss in checkpoint.state["losses"])
    assert checkpoint.state["step"] <= 20
    saved = run.record().last(ev.CheckpointSaved)
    assert isinstance(saved, ev.CheckpointSaved)
    assert (saved.kind, saved.step) == ("last", checkpoint.state["step"])


def test_without_a_report_the_beginning_is_left(tmp_path: Path) -> None:
    """A training that overflows in its first epoch goes back to before its first step."""
    run = _diverged(tmp_path, batch_size=2, optimizer="SGD(lr=1e15)")
    assert _event(run).epoch == 1
    assert load(run.checkpoint("last")).state["step"] == 0


def test_a_later_sound_state_is_kept_once_it_is_proven(tmp_path: Path) -> None:
    """With time to keep it, the state goes back to is that of the last report before the ruin."""
    experiment = small(**{**EXPLODING, "optimizer": "SGD(lr=0.01)"})
    order = to_train(
        experiment, tmp_path, name="bad", data_dir=NOWHERE.data_dir, changes=rates([(20, 1e6)])
    )
    training = TrainingRun.begin(order, prepare(experiment, NOWHERE))
    training.instruments.budget.spent_s = -1e9
    while not training.is_over:
        training.advance(time.perf_counter() + 1)
    path = training.directory.checkpoint("last")
    assert load(path).state["step"] == 20


def test_resume_refuses_what_would_diverge_again(warm: Path, tmp_path: Path) -> None:
    """Without another rate the same would happen: the command that helps is named."""
    run = _diverged(tmp_path)

    async def train() -> None:
        async with Session.connect(warm) as session:
            with pytest.raises(UsageError, match=f"resume {run.name} --rewind"):
                await session.begin(to_resume(run))
            with pytest.raises(UsageError, match="learning-rate factor"):
                await session.begin(to_resume(run, rewind=True, learning_rate=1e9))

    before = list(run.raw_events())
    run_async(train())
    assert list(run.raw_events()) == before


@pytest.mark.parametrize("rate", [None, 0.02])
def test_rewound_and_replayed(warm: Path, tmp_path: Path, rate: float | None) -> None:
    """It goes on with a tenth or with the rate that is asked for, to the end; the change is in
    the record, and a replay of it ends with the same bits."""
    run = _diverged(tmp_path)

    async def train() -> Run:
        async with Session.connect(warm) as session:
            await session.begin(to_resume(run, rewind=True, learning_rate=rate))
            assert (await the_end(session)).reason == "completed"
            changes = run.record().changes_by_hand()
            path = await session.begin(to_train(run.experiment(), tmp_path, changes=changes))
            await the_end(session)
            return Run(path)

    replayed = run_async(train())
    ((step, factor),) = rates_of(run)
    resumed = run.record().last(ev.Resumed)
    assert isinstance(resumed, ev.Resumed)
    assert step == resumed.from_step
    assert factor == pytest.approx(0.1 if rate is None else rate / 5)
    assert run.record().last(ev.Diverged) is None
    assert weights_of(run) == weights_of(replayed)
    assert reported(run.record().events) == reported(replayed.record().events)


def test_a_second_rewind_takes_a_tenth_of_the_tenth(warm: Path, tmp_path: Path) -> None:
    """Each time it is a tenth of what it was, even where no checkpoint was written since."""
    run = _diverged(tmp_path, optimizer="SGD(lr=1e3)")

    async def train() -> list[float]:
        factors = []
        async with Session.connect(warm) as session:
            reason = ""
            while reason != "completed":
                await session.begin(to_resume(run, rewind=True))
                reason = (await the_end(session)).reason
                factors.append(rates_of(run)[-1][1])
        return factors

    factors = run_async(train())
    assert factors == pytest.approx([10.0**-n for n in range(1, len(factors) + 1)])
    assert len(factors) > 1
    assert math.isfinite(run.losses()[-1][1] or math.nan)

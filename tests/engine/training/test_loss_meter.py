"""Losses that are read late are the same losses."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.runs import events as ev
from engine.runs.run import Run
from engine.service.worker.training_run import TrainingRun
from engine.training.full_state import full_state, kept, restore
from engine.training.loss_meter import READ_S, LossMeter
from engine.training.trainer import Trainer
from tests.engine.service.live import rates, to_train
from tests.engine.training.tiny import NOWHERE, reported, small, weights

BATCHES = {"batch_size": 7, "epochs": 12, "report_every": 5}
DIVERGING = {
    "data": "plane(samples=6)",
    "layers": ["Linear(1)"],
    "loss": "MSELoss()",
    "optimizer": "SGD(lr=1e4)",
    "schedule": "StepLR(1, gamma=0.9)",
    "epochs": 500,
    "batch_size": 2,
    "report_every": 100,
}


def test_the_cpu_reads_at_once() -> None:
    """No loss is kept there, where nothing is to be waited for."""
    meter = LossMeter(torch.device("cpu"))
    for number in (0.1, 0.2):
        assert meter.add(torch.tensor(number)) == (torch.tensor(number).item(),)
        assert (len(meter), meter.read()) == (0, ())


def test_as_many_are_kept_as_the_device_computes_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as many as the last time at most, fewer as soon as they take longer, never none."""
    now = 0.0
    monkeypatch.setattr(time, "perf_counter", lambda: now)
    meter = LossMeter(torch.device("cuda"))
    assert meter.interval_s == READ_S
    meter.interval_s = 1.0
    sizes = []
    for step_s in [0.125] * 6 + [0.5, 5.0, 0.125]:
        numbers: list[float] = []
        found: Sequence[float] = ()
        while not found:
            numbers.append(len(numbers) / 8)
            now += step_s
            found = meter.add(torch.tensor(numbers[-1]))
        assert found == numbers
        sizes.append(len(numbers))
    assert sizes == [1, 1, 2, 4, 8, 8, 8, 2, 1]


def test_what_is_forgotten_is_never_read() -> None:
    """A training that goes on from another state has losses of its own."""
    meter = LossMeter(torch.device("cuda"))
    assert meter.add(torch.tensor(0.0)) == [0.0]
    meter.interval_s = 3600.0
    meter.add(torch.tensor(0.5))
    assert meter.add(torch.tensor(1.0)) == ()
    meter.forget()
    assert meter.read() == ()


def _late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read on the CPU as rarely as ever: only where the numbers are needed."""
    begin = LossMeter.__init__

    def waiting(self: LossMeter, device: torch.device) -> None:
        begin(self, device)
        self.interval_s = 3600.0
        self._most = 10**9
        self._read_at = time.perf_counter()

    monkeypatch.setattr(LossMeter, "__init__", waiting)


def _plain(event: ev.Event) -> dict[str, Any]:
    """An event without its times."""
    names = set(event.__struct_fields__) - {"elapsed_s", "steps_per_s", "samples_per_s"}
    return {name: getattr(event, name) for name in names}


@pytest.mark.parametrize(
    "changes",
    [
        BATCHES,
        {**BATCHES, "epochs": 12, "report_every": 5},
        {**BATCHES, "stop_below": 0.66, "epochs": 60},
        {**BATCHES, "patience": 1, "optimizer": "SGD(lr=20.0)"},
        {**BATCHES, "schedule": "ReduceLROnPlateau(patience=0)", "validation_fraction": 0.2},
        {**BATCHES, "schedule": "OneCycleLR(0.5)"},
    ],
)
def test_a_training_read_late_is_the_same(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    """Events, the curve of all epochs and the weights have the bits of one read at every step."""
    prompt = Trainer(small(**changes), NOWHERE)
    expected = [_plain(event) for event in prompt.events()]
    _late(monkeypatch)
    late = Trainer(small(**changes), NOWHERE)
    most = 0
    found = []
    while late.reason is None:
        found += [_plain(event) for event in late.step()]
        most = max(most, len(late.unread))
    assert found == expected
    assert most > 1
    assert late.losses.points() == prompt.losses.points()
    assert weights(late) == weights(prompt)
    assert (late.epoch, late.global_step, late.newest_loss) == (
        prompt.epoch,
        prompt.global_step,
        prompt.newest_loss,
    )


def test_a_divergence_is_told_at_its_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read later, it has the epoch, step, loss and rate of its step, and ends there; only the
    gradient's norm is gone. What the curve and the running epoch hold is as if it had been read."""
    long_epochs = small(**{**DIVERGING, "data": "plane(samples=60)"})  # each is read at its end
    prompt = Trainer(long_epochs, NOWHERE)
    *_, expected = prompt.events()
    assert isinstance(expected, ev.Diverged)
    _late(monkeypatch)
    late = Trainer(long_epochs, NOWHERE)
    while late.global_step < expected.step + 7:
        late.step()
    (found,) = late.read()
    assert isinstance(found, ev.Diverged)
    assert found.gradient_norm == "unknown"
    assert {**_plain(found), "gradient_norm": expected.gradient_norm} == _plain(expected)
    assert repr(late.epoch_losses) == repr(prompt.epoch_losses)
    assert late.losses.points() == prompt.losses.points()
    for name in ("reason", "epoch", "batch", "global_step"):
        assert getattr(late, name) == getattr(prompt, name), name


@pytest.mark.parametrize("steps", [3, 5, 9])
def test_a_state_between_two_reports_is_whole(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """After a reading it holds the epoch's losses; what was done since is dropped with it."""
    prompt = Trainer(small(**BATCHES), NOWHERE)
    expected = reported(list(prompt.events()))
    _late(monkeypatch)
    trainer = Trainer(small(**BATCHES), NOWHERE)
    for _ in range(steps):
        trainer.step()
    if len(trainer.unread):
        with pytest.raises(AssertionError, match="must have been read"):
            full_state(trainer)
    assert trainer.read() == []
    state = kept(full_state(trainer))
    trainer.step()
    restore(trainer, state, Path("nowhere"))
    assert len(trainer.unread) == 0
    events = [event for event in reported(list(trainer.events())) if event.step > steps]
    assert [e.train_loss for e in events] == [e.train_loss for e in expected if e.step > steps]
    assert weights(trainer) == weights(prompt)


def _record(
    folder: Path, experiment: Any, changes: list[tuple[int, float]]
) -> list[dict[str, Any]]:
    trainer = Trainer(experiment, NOWHERE)
    run = TrainingRun.begin(
        to_train(experiment, folder, name="late", data_dir=Path(), changes=rates(changes)), trainer
    )
    while not run.is_over:
        run.advance(time.perf_counter() + 3600, batches=50)
        assert len(trainer.unread) == 0
    return [_plain(event) for event in Run(run.directory.path).raw_events()]


@pytest.mark.parametrize(
    ("rate", "changes"), [("1e4", []), ("0.1", [(20, 1e3)]), ("1e4", [(34, 0.5)])]
)
def test_the_record_of_a_run_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: str, changes: list[tuple[int, float]]
) -> None:
    """A run that diverges between two reports ends with the same record; a change of the rate that
    comes after its end, but before the reading, is none."""
    monkeypatch.setattr("engine.training.probes.budget.Budget.allows", lambda *a: False)
    experiment = small(**{**DIVERGING, "optimizer": f"SGD(lr={rate})"})
    records = []
    for name in ("prompt", "late"):
        (tmp_path / name).mkdir()
        records.append(_record(tmp_path / name, experiment, changes))
        _late(monkeypatch)
    for event in [*records[0], *records[1]]:
        for key in ("run", "path", "gradient_norm", "digest"):
            event.pop(key, None)
    (diverged,) = (event for event in records[0] if "layer_text" in event)
    assert [c for c in changes if c[0] >= diverged["step"]] == [c for c in changes if c[0] > 20]
    assert [repr(event) for event in records[1]] == [repr(event) for event in records[0]]

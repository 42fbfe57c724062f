"""What is kept as the best is the state with the lowest loss that an epoch ended with."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from engine.parts.metrics import METRICS
from engine.runs.events import Diverged, EpochFinished, RunFinished
from engine.runs.run import Run
from engine.service.worker.preparation import prepare
from engine.service.worker.training_run import TrainingRun
from engine.spec.experiment import Experiment
from engine.training import best
from engine.training.checkpoint import Checkpoint, load
from engine.training.executor import Executor
from engine.training.full_state import full_state, kept, restore
from engine.training.trainer import Trainer
from tests.engine.service.live import to_train
from tests.engine.training.tiny import NOWHERE, bits, flushed_denormals, small, trained

JUMPY: dict[str, Any] = {
    "data": "moons(samples=40)",
    "layers": ["Linear(6)", "Tanh()", "Linear(2)"],
    "loss": "CrossEntropyLoss()",
    "optimizer": "Adam(lr=0.9)",
    "epochs": 25,
    "report_every": 10,
}
"""Its loss goes up and down, and the best epoch is none of the reported ones."""

NOISY = ["Linear(6)", "BatchNorm1d()", "Dropout(0.2)", "Tanh()", "Linear(2)"]


def _by_hand(experiment: Experiment) -> tuple[int, float, Checkpoint]:
    """The best epoch, its loss and its state, by looking at every epoch's end."""
    found = 0, math.inf, Checkpoint({}, {})
    trainer = Trainer(experiment, NOWHERE, "eager")
    part = trainer.device_splits.get("validation") or trainer.device_splits["train"]
    while trainer.reason is None:
        trainer.step()
        if trainer.batch == 0:
            loss = trainer.evaluator.metrics(part)["loss"]
            assert loss is not None
            if loss < found[1]:
                found = trainer.epoch, loss, kept(full_state(trainer))
    return found


def spaced(monkeypatch: pytest.MonkeyPatch, spacing_s: float) -> None:
    """Let so many seconds of training go by between two copies of the state."""
    monkeypatch.setattr(best, "COPY_SHARE", 1e-9)
    monkeypatch.setattr(best, "MAX_SPACING_S", spacing_s)


def _run(experiment: Experiment, folder: Path, executor: Executor = "auto") -> TrainingRun:
    order = to_train(experiment, folder, name="tiny", data_dir=NOWHERE.data_dir, executor=executor)
    run = TrainingRun.begin(order, prepare(experiment, NOWHERE, executor))
    while not run.is_over:
        run.advance(0.0)
    return run


@pytest.mark.parametrize(
    ("executor", "spacing_s"), [("eager", math.inf), ("traced", 0.0), ("traced", math.inf)]
)
@pytest.mark.parametrize(
    ("batch_size", "layers", "validated"),
    [
        ("full", JUMPY["layers"], 0.0),
        (7, JUMPY["layers"], 0.25),
        (7, NOISY, 0.0),
        ("full", NOISY, 0.25),
        *(
            pytest.param(*others, marks=pytest.mark.rare)  # each two of the three stand above
            for others in (
                (7, JUMPY["layers"], 0.0),
                ("full", JUMPY["layers"], 0.25),
                ("full", NOISY, 0.0),
                (7, NOISY, 0.25),
            )
        ),
    ],
)
def test_the_best_is_the_best(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    executor: Executor,
    batch_size: Any,
    layers: list[str],
    validated: float,
    spacing_s: float,
) -> None:
    """Reported or not, by the validation split or the training split, in one batch or in many,
    copied at once or trained again: the file has the bits of the state whose loss is lowest, and
    that loss is its own."""
    spaced(monkeypatch, spacing_s)
    fields = {"batch_size": batch_size, "layers": layers, "validation_fraction": validated}
    experiment = small(**{**JUMPY, **fields})
    with flushed_denormals():
        epoch, loss, state = _by_hand(experiment)
        run = _run(experiment, tmp_path, executor)
    assert epoch % 10 != 0, "a skipped one"
    stored = load(run.directory.checkpoint("best"))
    assert stored.state["epoch"] == epoch
    assert bits(stored.tensors) == bits(state.tensors)
    assert stored.state["losses"] == [list(point) for point in state.state["losses"]]
    assert run.trainer.selection.value == loss


@pytest.mark.parametrize(
    ("executor", "batch_size"),
    [
        ("eager", 7),
        ("traced", "full"),
        pytest.param("eager", "full", marks=pytest.mark.rare),  # each of both stands above
        pytest.param("traced", 7, marks=pytest.mark.rare),
    ],
)
@pytest.mark.parametrize("select", ["balanced_accuracy", "roc_auc", "brier_score"])
def test_the_best_is_that_of_the_metric_that_selects(
    tmp_path: Path, executor: Executor, batch_size: Any, select: str
) -> None:
    """Higher or lower, whichever is better; of epochs that are alike the first."""
    changes = {"batch_size": batch_size, "validation_fraction": 0.25, "select": select}
    experiment = small(**{**JUMPY, **changes, "report_every": 1})
    with flushed_denormals():
        run = _run(experiment, tmp_path, executor)
    values = [event.metrics[f"validation_{select}"] or 0.0 for event in reports(run)]
    by_loss = [event.metrics["validation_loss"] or 0.0 for event in reports(run)]
    best = max(values) if METRICS[select].higher_is_better else min(values)
    assert (run.trainer.selection.epoch, run.trainer.selection.value) == (
        values.index(best) + 1,
        best,
    )
    assert load(run.directory.checkpoint("best")).state["epoch"] == values.index(best) + 1
    if select == "balanced_accuracy":
        assert values.count(best) > 1, "there are some alike"
        assert by_loss.index(min(by_loss)) != values.index(best), "the loss has another"


def reports(run: TrainingRun) -> list[EpochFinished]:
    """Every epoch of a run that reports each."""
    record = Run(run.directory.path).record()
    return [event for event in record.events if isinstance(event, EpochFinished)]


def test_the_loss_of_a_full_batch_belongs_to_the_epoch_before(tmp_path: Path) -> None:
    """A rate far too high for iris: epoch 11 meets the weights of epoch 10, and spoils them."""
    layers = ["Linear(16)", "Tanh()", "Linear(3)"]
    experiment = small(
        data="iris(standardize=True)", layers=layers, loss="CrossEntropyLoss()",
        optimizer="Adam(lr=0.9)", epochs=12, seed=1, report_every=5,
    )  # fmt: skip
    run = _run(experiment, tmp_path)
    path = run.directory.checkpoint("best")
    restore(run.trainer, load(path), path)
    trainer = run.trainer
    assert trainer.epoch == 10
    loss = trainer.evaluator.metrics(trainer.device_splits["train"])["loss"]
    assert loss == pytest.approx(0.05125, abs=1e-5)


def test_what_is_printed_does_not_decide_what_is_kept(tmp_path: Path) -> None:
    """However rarely epochs are reported, the same one is the best, with the same bits."""
    ends = [
        load(_run(small(**{**JUMPY, "report_every": every}), tmp_path).directory.checkpoint("best"))
        for every in (1, 7, 1000)
    ]
    assert [bits(end.tensors) for end in ends[1:]] == [bits(ends[0].tensors)] * 2


def test_a_run_that_is_stopped_judges_what_it_ends_with(tmp_path: Path) -> None:
    """The step that would have judged the last epoch never comes; the file has it all the same."""
    falling = small(**{**JUMPY, "optimizer": "SGD(lr=0.01)"})
    order = to_train(falling, tmp_path, name="tiny", data_dir=NOWHERE.data_dir, until_step=4)
    run = TrainingRun.begin(order, prepare(falling, NOWHERE))
    while not run.is_over:
        run.advance(0.0)
    assert load(run.directory.checkpoint("best")).state["epoch"] == 4


@pytest.mark.parametrize("ends", [{"epochs": 1}, {"epochs": 9, "stop_below": 1e9}])
def test_an_overflow_in_the_last_update_is_a_divergence(tmp_path: Path, ends: Any) -> None:
    """No step comes after it and tells: the weights that it left are looked at."""
    fields = {"data": "plane(samples=6)", "layers": ["Linear(1)"], "loss": "MSELoss()"}
    experiment = small(**fields, optimizer="SGD(lr=1e38)", **ends)
    run = _run(experiment, tmp_path)
    record = Run(run.directory.path).record()
    event, finished = record.last(Diverged), record.last(RunFinished)
    assert isinstance(event, Diverged)
    assert isinstance(finished, RunFinished)
    assert finished.reason == "diverged"
    assert (event.at_end, event.epoch, event.step) == (True, 1, 1)
    assert (event.layer, event.part) == (0, "output")
    assert "after epoch 1, step 1" in event.message
    assert load(run.directory.checkpoint("last")).state["step"] == 0


def test_a_stop_after_an_overflow_is_a_divergence(tmp_path: Path) -> None:
    """Whoever stops right after the update that ruined it is told so, not that all is well."""
    fields = {"data": "plane(samples=6)", "layers": ["Linear(1)"], "loss": "MSELoss()"}
    experiment = small(**fields, optimizer="SGD(lr=1e38)", epochs=9, batch_size=2)
    order = to_train(experiment, tmp_path, name="tiny", data_dir=NOWHERE.data_dir, until_step=1)
    run = TrainingRun.begin(order, prepare(experiment, NOWHERE))
    while not run.is_over:
        run.advance(0.0)
    finished = Run(run.directory.path).record().finished
    assert finished is not None
    assert finished.reason == "diverged"


def test_a_good_end_is_none() -> None:
    """A training that ends with finite weights ends as before."""
    trainer, events = trained(small())
    assert trainer.reason == "completed"
    assert not any(isinstance(event, Diverged) for event in events)

"""A run that was damaged is refused by all that would take its numbers for right."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import BadCheckpoint, DamagedRun, PerceptuiError
from engine.export.writer import export
from engine.runs import events as ev
from engine.runs.run import Run
from engine.service.worker.inspection import evaluate, predict
from engine.service.worker.preparation import prepare, prepare_again
from engine.service.worker.training_run import TrainingRun
from engine.spec.experiment import Experiment
from engine.training.checkpoint import load
from tests.engine.service.live import to_resume, to_train
from tests.engine.training.tiny import NOWHERE, bits, small, weights

_EXPERIMENT = small(optimizer="Adam(lr=0.05)", epochs=60, batch_size=6, report_every=2)


def _begun(runs_dir: Path, experiment: Experiment = _EXPERIMENT) -> TrainingRun:
    order = to_train(experiment, runs_dir, name="damaged", data_dir=runs_dir, executor="eager")
    return TrainingRun.begin(order, prepare(experiment, NOWHERE, "eager"))


@pytest.fixture
def training(tmp_path: Path) -> TrainingRun:
    """A training of 30 steps whose checkpoints are written, and that could go on."""
    training = _begun(tmp_path)
    training.advance(time.perf_counter() + 1000, 30)
    training.save()
    return training


@pytest.fixture
def run(training: TrainingRun) -> Run:
    """The run of a training that was stopped there."""
    training.finish("stopped")
    return Run(training.directory.path)


def _flip(path: Path, place: int = -1) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0x40
    path.write_bytes(content)


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


_READINGS: dict[str, Callable[[Run], object]] = {
    "predict": lambda run: predict(run, [["0.5", "-1"]]),
    "evaluate": lambda run: evaluate(run, NOWHERE),
    "resume": lambda run: prepare_again(to_resume(run), NOWHERE),
    "export": lambda run: export(run, "safetensors", run.path / "exported"),
}
_FROM = "from"


def _started_from(run: Run) -> object:
    path = run.checkpoint("last")
    return prepare(Experiment(**{**_EXPERIMENT.values(), "start_from": str(path)}), NOWHERE)


@pytest.mark.parametrize("reading", [*_READINGS, _FROM])
def test_a_flipped_bit_is_refused_with_the_way_back(run: Run, reading: str) -> None:
    """predict, evaluate, resume, export and --from name the file and the one that is whole."""
    path, best = run.directory.checkpoint("last"), run.directory.checkpoint("best")
    epoch = load(best).state["epoch"]
    how = f"--set start_from={best} takes it" if reading == _FROM else "--checkpoint best takes it"
    _flip(path)
    expected = (
        rf"^{path}: damaged \(what it holds is not what was written\); "
        rf"`best`, of epoch {epoch}, is whole: {how}$"
    )
    with pytest.raises(BadCheckpoint, match=expected):
        _started_from(run) if reading == _FROM else _READINGS[reading](run)
    assert not (run.path / "exported").exists()


def test_a_rewind_refuses_a_damaged_file_and_stays_where_it_is(training: TrainingRun) -> None:
    """The training goes on from where it stood, and `best` is there to go back to."""
    training.advance(time.perf_counter() + 1000, 5)
    before = weights(training.trainer)
    _flip(training.directory.checkpoint("last"))
    with pytest.raises(BadCheckpoint, match=r"`best`, of epoch [0-9]+, is whole"):
        training.rewind("last")
    assert (weights(training.trainer), training.trainer.global_step) == (before, 35)
    training.rewind("best")


def test_a_run_goes_on_from_its_best(run: Run) -> None:
    """The way back from a damaged last: what is kept then is whole, and stands where best did."""
    path, best = run.directory.checkpoint("last"), run.directory.checkpoint("best")
    stored = load(best)
    _flip(path)
    training = TrainingRun.resume(run, prepare_again(to_resume(run, checkpoint="best"), NOWHERE))
    assert training.trainer.global_step == stored.state["step"] < 30
    assert bits(load(path).tensors) == bits(stored.tensors)
    newest = [event for event in run.raw_events() if isinstance(event, ev.Resumed)][-1]
    assert newest.after_event == stored.state["last_event"]
    training.finish("stopped")


def test_a_damaged_best_does_not_go_unseen(run: Run) -> None:
    """A resume would keep it as the best for ever: it is refused until it is moved away."""
    best = run.directory.checkpoint("best")
    _flip(best)
    expected = f"^{best}: damaged.*`last`, of epoch 7, is whole: move the damaged one away"
    with pytest.raises(BadCheckpoint, match=expected):
        prepare_again(to_resume(run), NOWHERE)
    best.unlink()
    assert prepare_again(to_resume(run), NOWHERE).trainer.global_step == 30


@pytest.mark.parametrize("reading", _READINGS)
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("experiment.toml", "lr=0.05", "lr=0.06"),
        ("events.jsonl", '"num_train":24', '"num_train":25'),
    ],
)
def test_what_it_began_with_is_checked(
    run: Run, reading: str, name: str, old: str, new: str
) -> None:
    """Another number in the experiment or the first event: refused with exit code 1."""
    _change(run.path / name, old, new)
    with pytest.raises(DamagedRun, match=f"^{run.path / name}: ") as refused:
        _READINGS[reading](run)
    assert refused.value.exit_code == 1


def test_nothing_goes_back_to_a_checkpoint_that_is_gone(training: TrainingRun) -> None:
    """Removed in mid-run, it is not named: there is none to go back to, and one is written anew."""
    path = training.directory.checkpoint("last")
    path.unlink()
    with pytest.raises(PerceptuiError, match=f"^{path}: "):
        training.rewind("last")
    training.finish("stopped")
    assert load(path).state["step"] == 30

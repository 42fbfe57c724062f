"""The public module does what the command line does."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.tui.command_line import Bench
from tests.tui.command_line import perceptui as command
from tui import python as perceptui
from tui.python import EpochFinished, RunFinished, RunStarted


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A working directory with `tiny.toml`."""
    with pytest.MonkeyPatch.context() as patch:
        yield Bench(tmp_path_factory.mktemp("python"), patch)


@pytest.fixture(scope="module")
def run(bench: Bench) -> perceptui.Run:
    """A finished run of three steps."""
    return perceptui.train("tiny.toml", runs_dir=bench.runs_dir).run


def test_a_training_tells_its_events(bench: Bench) -> None:
    """From the first to the last, in their order, as often as they are asked for."""
    training = perceptui.train("tiny.toml", epochs=2, settings={"optimizer.lr": 0.5})
    told = list(training)
    kinds = [type(one) for one in told if isinstance(one, RunStarted | EpochFinished | RunFinished)]
    assert kinds == [RunStarted, EpochFinished, EpochFinished, RunFinished]
    assert list(training) == told
    assert training.is_over
    run = training.run
    assert run.path.parent == bench.runs_dir
    assert list(run.events()) == told
    assert 'optimizer = "SGD(lr=0.5)"' in run.toml
    assert run.state == "completed"


def test_it_is_the_command_line_s_training(bench: Bench, run: perceptui.Run) -> None:
    """The same figures to the last digit, from another process than this one."""
    assert command("--preset", "tiny.toml", "--quiet").code == 0
    other = perceptui.open_run("last")
    assert other.name != run.name
    assert other.metrics == run.metrics
    (started,) = (one for one in run.events() if isinstance(one, RunStarted))
    assert started.num_parameters == 17
    assert [one.name for one in perceptui.runs()] == sorted(one.name for one in perceptui.runs())
    assert run.name in [one.name for one in perceptui.runs()]


def test_it_can_be_stopped(bench: Bench) -> None:
    """With a checkpoint, while its events are read or not."""
    training = perceptui.train("tiny.toml", epochs=50_000_000)
    for event in training:
        if isinstance(event, EpochFinished):
            break
    assert not training.is_over
    run = training.stop()
    assert run.state == "stopped"
    assert isinstance(list(training)[-1], RunFinished)
    assert run.network() is not None


def test_curves_are_arrays(run: perceptui.Run) -> None:
    """Epochs and values, as the record has them; a name that there is not names those there are."""
    epochs, losses = run.curve("train_loss")
    known = [e.metrics["train_loss"] for e in run.events() if isinstance(e, EpochFinished)]
    assert epochs.tolist() == [1, 2, 3]
    assert losses.tolist() == known
    assert (epochs.dtype, losses.dtype) == (np.dtype("int64"), np.dtype("float64"))
    assert {"train_loss", "train_accuracy", "learning_rate", "gradient_norm"} <= set(run.curves())
    with pytest.raises(perceptui.UsageError, match='no curve "train_los"'):
        run.curve("train_los")


def test_a_frame(run: perceptui.Run) -> None:
    """A row for each reported epoch."""
    pandas = pytest.importorskip("pandas", reason="needs the extra notebook")
    frame = run.frame()
    assert isinstance(frame, pandas.DataFrame)
    assert frame.index.tolist() == [1, 2, 3]
    assert frame["train_loss"].tolist() == run.curve("train_loss")[1].tolist()
    assert frame["step"].tolist() == [1, 2, 3]


def test_without_pandas(run: perceptui.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(perceptui.UsageError, match=r"pip install 'perceptui\[notebook\]'"):
        run.frame()


def test_the_network_predicts_as_the_run_does(run: perceptui.Run) -> None:
    """In this process by PyTorch, and in one of its own by values as the data has them."""
    network = run.network()
    assert isinstance(network, torch.nn.Module)
    assert not network.training
    (answer,) = run.predict([[0.5, -0.25]])
    with torch.no_grad():
        outputs = network(torch.tensor([[0.5, -0.25]]))
    assert answer.outputs[0] == pytest.approx(outputs.item(), rel=1e-6)
    (evaluated,) = run.evaluate()
    assert evaluated.metrics["accuracy"] == run.metrics["train_accuracy"]


def test_it_works_where_a_loop_runs(run: perceptui.Run) -> None:
    """As in a notebook."""

    async def cell() -> list[perceptui.Prediction]:
        return run.predict([[0.5, -0.25]])

    assert len(asyncio.run(cell())) == 1


def test_a_run_shows_itself(run: perceptui.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the report's parts; without matplotlib its curves are made of characters."""
    pytest.importorskip("matplotlib", reason="needs the extra report")
    shown = run._repr_html_()
    assert shown.startswith("<style>")
    assert "<h3>Tiny</h3>" in shown
    assert "<svg " in shown
    assert "<script" not in shown
    monkeypatch.setattr("tui.report.html.find_spec", lambda name: None)
    plain = run._repr_html_()
    assert "<svg " not in plain
    assert plain.count("<figure>") == shown.count("<figure>")


def test_mistakes_are_errors(bench: Bench) -> None:
    """Of the kinds that the module names, before anything is trained."""
    before = bench.runs()
    with pytest.raises(perceptui.UsageError, match="no-such"):
        perceptui.train("no-such-preset")
    with pytest.raises(perceptui.BadExperiment, match="the last layer gives 3"):
        perceptui.train("tiny.toml", layers=["Linear(4)", "ReLU()", "Linear(3)"])
    with pytest.raises(perceptui.PerceptuiError, match="no run"):
        perceptui.open_run("nothing-like-that")
    assert bench.runs() == before


def test_importing_it_loads_no_torch() -> None:
    """Whoever wants to look at a curve need not wait for it."""
    import subprocess
    import sys

    program = (
        "import sys; from tui import python\n"
        "print({'torch', 'textual', 'pandas', 'matplotlib', 'numpy'} & set(sys.modules))"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ},
    )
    assert (done.stdout, done.stderr) == ("set()\n", "")

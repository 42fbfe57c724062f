"""The recipes of CONTRIBUTING do what they say: each is carried out in a copy of the program."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RECIPE = re.compile(
    r"^(?P<how>At the end of|In|Into) (?P<line>[^\n]*`[^`]+`[^\n]*):\n\n"
    r"```python\n(?P<code>.*?)```",
    re.MULTILINE | re.DOTALL,
)
PATH = re.compile(r"`((?:engine|tui)/[\w/]+\.py)`")


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with all recipes carried out."""
    root = tmp_path_factory.mktemp("extended")
    for package in ("engine", "tui", "presets"):
        shutil.copytree(
            ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    recipes = list(RECIPE.finditer((ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    assert len(recipes) == 13
    for recipe in recipes:
        (named,) = PATH.findall(recipe["line"])
        path = root / named
        path.write_text(_carried_out(path.read_text("utf-8"), recipe), "utf-8")
    return root


def _carried_out(source: str, recipe: re.Match[str]) -> str:
    code, line = recipe["code"], recipe["line"]
    if recipe["how"] == "At the end of":
        return f"{source}\n\n{code}"
    if recipe["how"] == "In":  # before the tuple that its name goes into
        (name,) = re.findall(r"^def (\w+)", code, re.MULTILINE)
        before, start, rest = source.rpartition("\nRULES = (")
        return f"{before}\n{code}\n{start}{name}, {rest}"
    name = line.split("`")[1]
    end = source.index("\n)", source.index(f"\n{name} = ("))
    source = f"{source[:end]}\n{code.rstrip()},{source[end:]}"
    return source.replace("import LossCurve,", "import LossCurve, StepCount,")


@pytest.fixture(scope="module")
def told(extended: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """What the extended program prints; it must not fail."""
    folder = tmp_path_factory.mktemp("folder")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "tui.entry", *arguments],
            capture_output=True,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(extended), "COLUMNS": "100"},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


STRIPES = """\
data = "stripes(samples=40, noise=0.0)"
layers = ["Linear(4)", "Softshrink(lambd=0.1)", "Linear(2)"]
loss = "CrossEntropyLoss()"
optimizer = "Rprop()"
epochs = 1
device = "cpu"
"""


@pytest.mark.rare
def test_a_layer_a_data_set_and_an_optimizer(told: Callable[..., str], tmp_path: Path) -> None:
    """Read, trained, told of and written into a script."""
    file = tmp_path / "stripes.toml"
    file.write_text(STRIPES, "utf-8")
    told("--preset", str(file), "--runs-dir", str(tmp_path))
    (run,) = tmp_path.glob("*-stripes-*")
    started = json.loads((run / "events.jsonl").read_text("utf-8").splitlines()[0])
    assert (started["executor"], started["num_parameters"]) == ("eager", 22)
    script = told("export", str(run), "--format", "script", "-o", "-")
    for part in ("nn.Softshrink(lambd=0.1)", "torch.optim.Rprop(", "def stripes("):
        assert part in script
    assert told("export", str(run), "--format", "features", "-o", "-") == "x1\nx2\n"
    assert "features" in told("export", "--help")


@pytest.mark.rare
def test_a_loss_a_schedule_and_an_objective(told: Callable[..., str], tmp_path: Path) -> None:
    """Read, trained, written into a script and taken apart."""
    told(
        *("--data", "circle(samples=20)", "--layers", "Linear(1)", "--loss", "BCEWithLogitsLoss"),
        *("--optimizer", "SGD(lr=0.1)", "--epochs", "2", "--set", "objective=by_heart()"),
        *("--set", "schedule=InverseTimeLR(decay=1.0)", "--runs-dir", str(tmp_path / "first")),
    )
    (run,) = (tmp_path / "first").iterdir()
    script = told("export", str(run), "--format", "script", "-o", "-")
    for part in ("def inverse_time_lr(", "def other_answers(", "targets.roll(-1, 0)"):
        assert part in script
    events = [json.loads(one) for one in (run / "events.jsonl").read_text("utf-8").splitlines()]
    rates = [one["learning_rate"] for one in events if one["event"] == "epoch_finished"]
    assert rates == [0.1, 0.05]
    told(
        *("--data", "plane(samples=20)", "--layers", "Linear(1)", "--loss", "PoissonNLLLoss"),
        *("--optimizer", "SGD(lr=0.01)", "--epochs", "1", "--runs-dir", str(tmp_path / "second")),
    )
    (run,) = (tmp_path / "second").iterdir()
    assert "loss = mean(exp(" in told("explain", str(run), "--step", "1")


def test_a_rule(told: Callable[..., str], tmp_path: Path) -> None:
    """Found with its repair."""
    file = tmp_path / "stripes.toml"
    file.write_text(STRIPES, "utf-8")
    (found,) = (
        json.loads(line)
        for line in told("doctor", str(file), "--json").splitlines()
        if '"one-epoch"' in line
    )
    assert (found["severity"], found["repair"]) == ("info", "use epochs = 10")


@pytest.mark.rare
def test_a_metric(told: Callable[..., str], tmp_path: Path) -> None:
    """Measured of each split and recorded under the split's name."""
    lines = told(
        *("--data", "plane(samples=20)", "--layers", "Linear(1)", "--loss", "MSELoss()"),
        *("--optimizer", "SGD(lr=0.01)", "--epochs", "1", "--json", "--runs-dir", str(tmp_path)),
    )
    finished = json.loads(lines.splitlines()[-1])
    assert finished["metrics"]["train_max_error"] >= finished["metrics"]["train_rmse"] > 0


def test_a_command(told: Callable[..., str]) -> None:
    """Listed in the help, and done."""
    assert "groups" in told("--help")
    assert told("groups").splitlines()[0] == "Tutorials"


@pytest.mark.rare
def test_a_lesson(extended: Path, told: Callable[..., str]) -> None:
    """Listed in its place, and every step of it can be done."""
    recipe = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Add a lesson\n")[2]
    file = extended / "presets" / "lessons" / "two-rates.toml"
    file.write_text(recipe.partition("```toml\n")[2].partition("```")[0], "utf-8")
    assert told("learn", "--check", str(file)) == f"{file}: all 2 steps can be done\n"
    listed = [json.loads(line)["name"] for line in told("learn", "--list", "--json").splitlines()]
    assert listed.index("two-rates") == listed.index("out-of-the-bench") + 1


PRESS_ITS_KEY = """
import pathlib, sys
from tests.tui.app.stage import NARROW, played
from tui.widgets.pane import NAMES

async def play(stage):
    number = 1 + NAMES.index("steps")
    await stage.press(str(number))
    await stage.until_seen("Steps", "not begun", f"{number} steps")

played(pathlib.Path(sys.argv[1]), play, size=NARROW)
"""


@pytest.mark.rare
def test_a_pane(extended: Path, tmp_path: Path) -> None:
    """With a key, a tab and a border."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", PRESS_ITS_KEY, str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{extended}{os.pathsep}{ROOT}"},
    )
    assert done.returncode == 0, done.stderr

"""The template of a plug-in is built, installed into a fresh environment and tried there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.documentation.tables import ROOT
from tests.engine.service.nursery import NURSERY

TEMPLATE = ROOT / "tests" / "plugin_template"
pytestmark = pytest.mark.rare
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs Python, in the environment that the template's wheel was installed into.

    perceptui and what it needs are those of these tests.
    """
    root = tmp_path_factory.mktemp("plugin")
    shutil.copytree(TEMPLATE, root / "template")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    built = ["wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(root), "./template"]
    subprocess.run([*pip, *built], check=True, cwd=root)
    venv.create(root / "venv", with_pip=False)
    python = root / "venv" / "bin" / "python"
    (wheel,) = root.glob("*.whl")
    into = ["--python", str(python), "install", "--no-index", "--no-deps", str(wheel)]
    subprocess.run([*pip, *into], check=True, cwd=root)
    (folder,) = (root / "venv").glob("lib/python*/site-packages")
    known = [str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))]
    (folder / "perceptui.pth").write_text("\n".join(dict.fromkeys(known)) + "\n", "utf-8")
    own = {"PERCEPTUI_RUNS_DIR": str(root / "runs"), "PYTHONPATH": "", NURSERY: ""}

    def start(*arguments: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(python), *arguments],
            cwd=root,
            env={**os.environ, **own, "COLUMNS": "100"},
            capture_output=True,
            text=True,
        )
        assert (done.returncode != 0) == fails, done.stderr + done.stdout
        return done

    return start


def test_it_is_listed_and_shown(run: Run) -> None:
    """By every name: preset, layer, loss, optimizer, data set, lesson."""
    presets = run("-m", "tui.entry", "presets").stdout
    assert re.search(r"^perceptui-example\n +rose +Does", presets, re.M)
    for name in ("Waves", "LogCoshLoss", "SignSGD", "rose()"):
        shown = json.loads(run("-m", "tui.entry", "show", name, "--json").stdout)
        assert shown["plugin"] == "perceptui-example"
    assert "rose" in run("-m", "tui.entry", "learn", "--list").stdout


def test_it_is_examined(run: Run, tmp_path: Path) -> None:
    """The doctor asks its rule."""
    preset = (TEMPLATE / "perceptui_example/presets/rose.toml").read_text("utf-8")
    file = tmp_path / "rose.toml"
    file.write_text(preset.replace("frequency=2.0", "frequency=40.0"), "utf-8")
    assert "sine-frequency" in run("-m", "tui.entry", "doctor", str(file)).stdout


def test_it_is_trained_and_exported(run: Run) -> None:
    """The script imports the package, and prints the same losses to the last digit."""
    told = run("-m", "tui.entry", "--preset", "rose", "--json", "--set", "device=cpu").stdout
    events = [json.loads(line) for line in told.splitlines()]
    losses = [e["train_loss"] for e in events if e["event"] == "epoch_finished"]
    assert len(losses) == 3
    run("-m", "tui.entry", "export", "last", "--format", "script", "-o", "rose.py")
    assert [float(one) for one in re.findall(r"train_loss (\S+)", run("rose.py").stdout)] == losses


def test_its_lesson_can_be_done(run: Run) -> None:
    """As `perceptui learn --check` plays it."""
    lesson = TEMPLATE / "perceptui_example/presets/lessons/rose.toml"
    run("-m", "tui.entry", "learn", "--check", str(lesson))


def test_it_can_be_left_out(run: Run) -> None:
    """`--no-plugins` may stand anywhere."""
    done = run("-m", "tui.entry", "show", "Waves", "--no-plugins", fails=True)
    assert (done.returncode, "Waves" in done.stderr) == (2, True)
    assert "rose" not in run("-m", "tui.entry", "--no-plugins", "presets").stdout

"""How soon the command line answers, and that it answers without torch."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.tui.command_line import Bench, command


def fastest_s(*arguments: str) -> float:
    """The least of five wall times, as the machine may be busy."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(command(*arguments), check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return min(times)


@pytest.mark.parametrize(("arguments", "limit_s"), [(["--help"], 0.3), (["presets"], 0.5)])
def test_answers_at_once(bench: Bench, arguments: list[str], limit_s: float) -> None:
    """The help answers in 0.3 s and the presets in 0.5 s; twice that guards against noise."""
    assert fastest_s(*arguments) < 2 * limit_s


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["presets"],
        ["show", "circle"],
        ["show", "mnist"],
        ["show", "iris"],
        ["runs"],
        ["paths"],
        ["--preset", "no-such-preset"],
    ],
)
def test_torch_is_not_imported(bench: Bench, arguments: list[str]) -> None:
    """Commands that compute nothing import neither torch nor scikit-learn."""
    program = (
        "import sys\n"
        "from tui.cli import run\n"
        f"run({arguments!r})\n"
        "heavy = {'torch', 'torchvision', 'sklearn', 'textual'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr

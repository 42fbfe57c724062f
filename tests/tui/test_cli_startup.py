"""The command line answers without importing what takes long."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.tui.command_line import Bench

MUCH = {"numpy", "asyncio", "multiprocessing", "tomlkit", "safetensors", "pyarrow", "plotext"}
"""Beside torch, scikit-learn and Textual: what takes longer to import than an answer may."""


@pytest.mark.parametrize(
    ("arguments", "needless", "most"),
    [(["--help"], MUCH | {"rich", "textual"}, 260), (["presets"], MUCH | {"textual"}, 450)],
)
def test_little_is_imported(
    bench: Bench, arguments: list[str], needless: set[str], most: int
) -> None:
    """Imports are nearly all that an answer takes; `make bench-app` has the seconds."""
    program = (
        "import sys\n"
        "from tui.cli import run\n"
        f"run({arguments!r})\n"
        "print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    modules = done.stderr.split()
    assert needless & {module.partition(".")[0] for module in modules} == set()
    assert len(modules) <= most


LIGHT = (
    *("--help", "--version", "presets", "show circle", "show mnist", "show iris"),
    *("runs", "paths", "--preset no-such-preset"),
)


def test_torch_is_not_imported(bench: Bench) -> None:
    """Commands that compute nothing import neither torch nor scikit-learn.

    One after the other in one process: the first that does is named.
    """
    program = (
        "import sys\n"
        "from tui.cli import run\n"
        f"for line in {LIGHT!r}:\n"
        "    run(line.split())\n"
        "    heavy = {'torch', 'torchvision', 'sklearn', 'textual'} & set(sys.modules)\n"
        "    if heavy:\n"
        "        sys.exit(f'{line}: {sorted(heavy)}')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr

"""What is published is whole: `make test` can start in it."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]
MADE = {"build", "dist", "runs"}
"""What the project's commands make, beside hidden folders."""


def test_the_sdist_has_every_file_that_the_makefile_names() -> None:
    """By the patterns of pyproject.toml; hatchling always adds that file itself."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    patterns = build["targets"]["sdist"]["include"] + ["pyproject.toml"]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = {
        path.name
        for path in ROOT.iterdir()
        if path.name not in MADE
        and not path.name.startswith(".")
        and re.search(rf"(?<![\w.]){re.escape(path.name)}\b", makefile)
    }
    assert {"constraints.txt", "pyproject.toml", "tests"} <= named
    packed = {name for name in named if any(fnmatch(name, pattern) for pattern in patterns)}
    assert packed == named

"""What perceptui depends on is told, and private parts are used by one module alone."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator

from packaging.requirements import Requirement

from tests.documentation.pages import DOCS
from tests.documentation.tables import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WRAPPER = ROOT / "tui" / "terminal" / "textual_internals.py"


def _asked_for() -> Iterator[tuple[str, str]]:
    """Every package with the extra that asks for it; empty for those that are always there."""
    groups = {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    for extra, texts in groups.items():
        for one in map(Requirement, texts):
            if one.name != "perceptui":
                yield one.name, extra


def test_every_dependency_is_told() -> None:
    """With what it is for and its licence, under the extras that ask for it, and no other."""
    rows = re.findall(r"^\| `([\w-]+)` \| (.+) \|$", (DOCS / "dependencies.md").read_text(), re.M)
    told = set()
    for name, rest in rows:
        cells = [cell.strip() for cell in rest.split("|")]
        assert all(cells), name
        extras = re.findall(r"`([\w-]+)`", cells[0]) if len(cells) == 3 else [""]
        told |= {(name, extra) for extra in extras}
    assert told == set(_asked_for())


def test_textual_is_pinned_exactly() -> None:
    """A newer one may have moved what is private."""
    (textual,) = (one for one in map(Requirement, PROJECT["dependencies"]) if one.name == "textual")
    assert [bound.operator for bound in textual.specifier] == ["=="]


def test_one_module_imports_private_parts_of_textual() -> None:
    """Whoever needs another one wraps it there, where `moved` looks for it."""
    found = []
    for path in (ROOT / "tui").rglob("*.py"):
        if path == WRAPPER:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual"):
                names = [*(node.module or "").split("."), *(one.name for one in node.names)]
            elif isinstance(node, ast.Import):
                modules = [one.name for one in node.names if one.name.startswith("textual")]
                names = [part for module in modules for part in module.split(".")]
            found += [f"{path.name}: {name}" for name in names if name.startswith("_")]
    assert found == []

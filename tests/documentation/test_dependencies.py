"""What perceptui depends on is told, and private parts are used by one module alone."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution, metadata
from typing import cast

import pytest
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


OTHERS = " and others, all permissive"
PERMISSIVE = {
    *("MIT", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "Zlib", "CC0-1.0"),
    *("Apache-2.0", "Apache-2.0 WITH LLVM-exception"),
}
FAMILIES = {"PSF": "python software foundation", "LGPL": "lesser general public license"}
"""What licences are called by those who do not give the names of SPDX."""


def _is_published_so(told: str, name: str) -> bool:
    """Whether what is installed says the same; where it names a family, by the licence's text."""
    published = cast(Message, metadata(name))  # the protocol lacks `get` in Python 3.11
    named = told.removesuffix(OTHERS)
    if expression := published.get("License-Expression"):
        parts = set(expression.split(" AND "))
        return set(named.split(" AND ")) == parts or (
            told.endswith(OTHERS) and parts <= PERMISSIVE and named in parts
        )
    classifiers = published.get_all("Classifier") or []
    said = [published.get("License") or "", *(one for one in classifiers if "License" in one)]
    family = named.split("-")[0]
    if FAMILIES.get(family, family.lower()) not in " ".join(said).lower():
        return False
    files = [one for one in distribution(name).files or [] if one.name.startswith("LICENSE")]
    if family != "BSD" or named == family or not files:
        return True
    has_third_clause = any("either the name" in one.read_text("utf-8") for one in files)
    return named == ("BSD-3-Clause" if has_third_clause else "BSD-2-Clause")


def test_licences_are_those_that_are_published() -> None:
    """As the package that is installed states it; what is not installed was looked up."""
    text = (DOCS / "dependencies.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \|.* \| ([^|]+) \|$", text, re.M)
    assert len(rows) > 40
    others, looked_at = [], 0
    for name, told in rows:
        try:
            is_so = _is_published_so(told, name)
        except PackageNotFoundError:
            continue
        looked_at += 1
        others += [] if is_so else [name]
    assert others == []
    assert looked_at >= len(PROJECT["dependencies"])


@pytest.mark.parametrize("name", ["textual", "textual-serve"])
def test_what_is_used_privately_is_pinned_exactly(name: str) -> None:
    """A newer one may have moved what is private."""
    texts = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["serve"]]
    (pinned,) = (one for one in map(Requirement, texts) if one.name == name)
    assert [bound.operator for bound in pinned.specifier] == ["=="]


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

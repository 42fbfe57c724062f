"""The two lists of versions fit what pyproject.toml asks for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]


def _pinned(name: str) -> dict[str, Version]:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    pins = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {package.lower(): Version(version) for package, version in pins}


EXTRAS = (
    "bench",
    "docs",
    "notify",
    "notebook",
    "onnx",
    "ray",
    "report",
    "serve",
    "sweep",
    "tensorboard",
    "test",
)
OLDEST = tuple(name for name in EXTRAS if name not in ("bench", "docs", "ray"))
"""Extras whose oldest versions are tried."""


def _asked_for(*extras: str) -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    texts = [*project["dependencies"]]
    for extra in extras:
        texts += project["optional-dependencies"][extra]
    found = {one.name.lower(): one for one in map(Requirement, texts)}
    found.pop("perceptui", None)
    return found


@pytest.mark.parametrize("name", _asked_for(*OLDEST))
def test_the_oldest_versions_are_those_that_are_promised(name: str) -> None:
    """Each is of the very release that its lower bound names."""
    oldest = _pinned("constraints-oldest.txt")[name]
    (bound,) = _asked_for(*OLDEST)[name].specifier
    assert bound.operator in (">=", "==")
    promised = Version(bound.version).release
    assert oldest.release[: len(promised)] == promised


@pytest.mark.parametrize("name", _asked_for(*EXTRAS))
def test_the_versions_that_were_tested_together_are_allowed(name: str) -> None:
    """And there is one for every package that is asked for."""
    assert _pinned("constraints.txt")[name] in _asked_for(*EXTRAS)[name].specifier

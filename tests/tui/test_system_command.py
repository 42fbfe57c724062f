"""`perceptui doctor --system` is what a report of a bug should hold."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.tui.command_line import Bench, perceptui


def test_it_tells_versions_device_terminal_and_places(bench: Bench) -> None:
    """As one object, too; the person's home has no name in it."""
    (record,) = perceptui("doctor", "--system", "--json").records
    assert set(record) == {"Versions", "Machine", "Device and threads", "Terminal", "Places"}
    lines = [line for section in record.values() for line in section]
    assert f"Python {platform.python_version()} ({platform.python_implementation()})" in lines
    assert f"torch {version('torch')}" in lines
    assert any(line.startswith("torch threads ") for line in lines)
    assert any(line.startswith("80 x 24, colors none") for line in lines)
    assert f"runs: {bench.folder / 'runs'} (not there)" in lines
    told = perceptui("doctor", "--system").out
    lasting = [line for line in lines if not line.startswith("memory ")]
    assert len(lasting) == len(lines) - 1, "what is used of it changes from one look to the next"
    assert [line for line in lasting if f"    {line}" not in told.splitlines()] == []


def test_the_home_has_no_name(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever pastes it shows no name with it."""
    monkeypatch.setenv("HOME", str(bench.folder))
    told = perceptui("doctor", "--system").out
    assert f"    runs: ~{os.sep}runs (not there)" in told.splitlines()
    assert str(bench.folder) not in told


def test_what_is_examined_must_be_said(bench: Bench) -> None:
    """One or the other."""
    assert "--system" in bench.refused("doctor")
    assert "give it alone" in bench.refused("doctor", "circle", "--system")
    assert "give it alone" in bench.refused("doctor", "--system", "--fix")


def test_paths_name_every_place(bench: Bench) -> None:
    """Also those that only caches are in."""
    (record,) = perceptui("paths", "--json").records
    assert {"config", "presets", "data", "runs", "tables", "sockets", "log"} <= set(record)
    assert record.pop("waiting_trainer") == "none"
    del record["kept_images"], record["kept_compiled"]
    assert all(Path(str(path)).is_absolute() for path in record.values())

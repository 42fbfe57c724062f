"""A format is declared once; this names whatever a new one forgot."""

from __future__ import annotations

import ast
import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.export import FORMATS
from engine.export.source import Source
from engine.runs.run import Run
from tests.engine.export.test_export import finished
from tests.engine.runs.repetition import NOWHERE


def _safetensors(content: bytes) -> None:
    size = int.from_bytes(content[:8], "little")
    json.loads(content[8 : 8 + size])


def _onnx(content: bytes) -> None:
    import onnx

    onnx.checker.check_model(onnx.load_from_string(content))


def _zip(content: bytes) -> None:
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


READERS: dict[str, Callable[[bytes], object]] = {
    "script": ast.parse,
    "csv": lambda content: list(csv.DictReader(content.decode().splitlines(), strict=True)),
    "state-dict": _zip,
    "pt": _zip,
    "pt2": _zip,
    "safetensors": _safetensors,
    "onnx": _onnx,
}
"""How somebody else begins to read each format, in the order in which they are listed."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run."""
    return finished(tmp_path_factory.mktemp("runs"))


def test_every_format_has_a_reader_here() -> None:
    """A format that nobody reads back in a test may hold anything."""
    assert [*READERS, "tensorboard"] == sorted(FORMATS, key=[*READERS, "tensorboard"].index)


@pytest.mark.parametrize("name", READERS)
def test_a_format_is_what_it_says(run: Run, name: str) -> None:
    """It can be read, it says what it is in a line, and it is a text where it says so."""
    format = FORMATS[name]
    content = format.content(Source(run, "last", NOWHERE))
    READERS[name](content)
    assert format.name == name == name.lower()
    assert format.what == format.what.strip().rstrip(".") != ""
    assert "\n" not in format.what
    assert bool(format.needs) == bool(format.extra)
    assert format.is_text == _is_text(content)


def _is_text(content: bytes) -> bool:
    try:
        return all(part.isprintable() for part in content.decode().split())
    except UnicodeDecodeError:
        return False


def test_what_a_format_needs_is_an_extra_of_ours() -> None:
    """The packages that it names are those that its extra brings."""
    import tomllib

    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    for format in FORMATS.values():
        brought = {line.partition(">")[0] for line in extras.get(format.extra, [])}
        assert set(format.needs) <= brought, format.name

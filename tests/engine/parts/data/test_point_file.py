"""Points of one's own: two numbers a line, and what is no point is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import BadExperiment, DataUnavailable
from engine.parts.data.point_file import PointFile
from engine.spec.experiment_reader import from_raw
from tests.engine.parts.data.made import NOWHERE, same, scripted
from tests.engine.runs.repetition import assert_repeated, small


def _file(folder: Path, content: bytes) -> PointFile:
    (folder / "own.csv").write_bytes(content)
    return PointFile(path=str(folder / "own.csv"))


@pytest.mark.parametrize("head", [b"", b"x,y\n", b"\xef\xbb\xbfx,y\r\n", b"\n"])
def test_points_are_read_with_and_without_names(tmp_path: Path, head: bytes) -> None:
    """The same as the printed generator reads; nothing is said of any point."""
    data = _file(tmp_path, head + b"1,-2\n\n.5,3e1\n")
    loaded = data.load(NOWHERE)
    assert loaded.inputs.tolist() == [[1.0, -2.0], [0.5, 30.0]]
    assert loaded.targets.shape == (2, 0)
    assert data.known_facts().num_samples == 2
    inputs, _ = scripted(data.generator(NOWHERE), 0)
    assert same(inputs, loaded.inputs)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "it has 0 points"),
        (b"1,2\n", "it has 1 points"),
        (b"1,2\n3\n", "point 2: '3' is not two numbers"),
        (b"1,2\n3,nan\n", "point 2: '3,nan'"),
        (b"1,2\n3,4,5\n", "'3,4,5' is not two"),
        (b"1,2\n\xff,1\n", "no text in UTF-8"),
    ],
)
def test_what_is_no_point_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    """With its number, counted from the first point."""
    with pytest.raises(DataUnavailable, match=told):
        _file(tmp_path, content).known_facts()


def test_it_is_learned_from_by_what_makes_points(tmp_path: Path) -> None:
    """flow() takes them, also in a script; supervised() says who does."""
    data = str(_file(tmp_path, b"0,0\n1,0\n0,1\n1,1\n"))
    asked = {"data": data, "layers": ["Linear(2)"], "loss": "MSELoss()", "epochs": 2}
    assert_repeated(small(objective="flow(steps=2)", batch_size=3, **asked))
    with pytest.raises(BadExperiment, match=r'no answers to learn: write objective = "flow'):
        from_raw({**asked, "optimizer": "SGD(lr=0.1)"})

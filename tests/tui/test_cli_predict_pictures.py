"""Pictures and drawings of any size are predicted as the training's own were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.errors import UsageError
from engine.export.picture_predictions import predict_drawing
from engine.runs.run import Run
from tests.tui.command_line import Bench, perceptui


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A training on digits of 8 by 8."""
    with pytest.MonkeyPatch.context() as patch:
        Bench(tmp_path_factory.mktemp("digits"), patch)
        told = perceptui(
            *("--data", "digits()", "--layers", "Flatten Linear(10)"),
            *("--loss", "CrossEntropyLoss", "--optimizer", "Adam(lr=0.01)", "--epochs", "8"),
            *("--batch-size", "64", "--seed", "1", "--device", "cpu", "--set", "report_every=8"),
        )
        assert told.code == 0
        yield told.run


def stroke(bench: Bench, name: str, picture: NDArray[np.uint8]) -> str:
    """A picture in the working directory."""
    Image.fromarray(picture).save(bench.folder / name)
    return name


def test_a_large_dark_stroke_is_the_same_one(bench: Bench, digits: Path) -> None:
    """Inverted, which is told, and put where the data has it: the same numbers."""
    large = np.full((200, 300), 255, np.uint8)
    large[40:120, 210:230] = 0
    stroke(bench, "large.png", large)
    usual = np.zeros((8, 8), np.uint8)
    usual[:, 3:5] = 255  # as large as theirs, light on dark
    stroke(bench, "one.png", usual)
    (small,) = perceptui("predict", str(digits), "one.png", "--json").records
    outcome = perceptui("predict", str(digits), "large.png", "--json")
    (found,) = outcome.records
    assert small["predicted"] == found["predicted"] == "1"
    assert found["outputs"] == pytest.approx(small["outputs"], rel=1e-5)
    assert outcome.err == (
        "perceptui: it was dark on light and inverted: digits is light on dark\n"
    )
    (loose,) = perceptui("predict", str(digits), "large.png", "--no-center", "--json").records
    assert loose["outputs"] != pytest.approx(small["outputs"], rel=1e-2)


@pytest.mark.parametrize("count", [1, 2])
def test_pixels_in_a_table_come_back_in_one(bench: Bench, digits: Path, count: int) -> None:
    """A row of 64 values each, from 0 to 16 as the data has them; those are no names of columns."""
    row = ["16" if place % 8 in (3, 4) else "0" for place in range(64)]
    bench.write("pixels.csv", f"{','.join(row)}\n" * count)
    outcome = perceptui("predict", str(digits), "--csv", "pixels.csv", "-o", "out.csv")
    assert (outcome.code, outcome.err) == (0, "")
    header, *lines = (bench.folder / "out.csv").read_text("utf-8").splitlines()
    assert header.endswith("64,predicted,probability")
    assert [line.split(",")[64] for line in lines] == ["1"] * count


def test_a_drawing_is_answered_with_what_was_seen_of_it(digits: Path) -> None:
    """Four by four pixels of it become one; another kind of drawing is refused."""
    drawing = np.zeros((32, 32), np.uint8)
    drawing[4:20, 20:24] = 255
    told = predict_drawing(Run(digits), drawing.tobytes(), (32, 32))
    assert told.prediction.predicted == "1"
    seen = np.frombuffer(told.seen, np.uint8).reshape(8, 8)
    assert (seen[:, 3:5] == 255).all()
    assert seen.sum() == 2 * 8 * 255
    with pytest.raises(UsageError, match="no such drawing"):
        predict_drawing(Run(digits), b"\0" * 9, (32, 32))


def test_only_pictures_are_centered(bench: Bench, digits: Path) -> None:
    """--center has no meaning for values."""
    outcome = perceptui("predict", str(digits), *["0"] * 64, "--center")
    assert (outcome.code, outcome.err) == (2, "perceptui: predict: --center goes with pictures\n")

"""Whatever reads a file of a person's: none hangs at a pipe, and there is one way to open them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import PerceptuiError
from engine.parts.data import DataLocations
from engine.parts.data.csv_file import Csv
from engine.parts.data.fingerprint import fingerprint
from engine.parts.data.image_folder import ImageFolder
from engine.parts.data.sheet.new_rows import read
from engine.parts.data.sheet.samples import Samples
from engine.parts.data.torchvision_sets import idx_complaint
from engine.runs.lease import read_lease
from engine.runs.run import Run
from engine.spec.experiment_reader import read_file
from tui.settings import Settings

ROOT = Path(__file__).parents[2]
PIPE = "it is a named pipe, not a file that can be read"

OWN = {
    "engine/regular_file.py",  # the one place
    "engine/service/client/launch.py",  # a log of this process's own child
    "engine/service/worker/socket_server.py",  # the record that this process writes
    "engine/runs/lease.py",  # /proc
    "engine/training/device.py",  # /proc
    "engine/training/threads.py",  # /sys
    "engine/memory.py",  # /proc and /sys
    "engine/computer.py",  # the same
    "engine/parts/data/generators/table_cells.py",  # checked before; exported as it stands
    "engine/parts/data/generators/table_rows.py",  # the same
    "engine/parts/data/generators/texts.py",  # the same
    "engine/parts/data/generators/point_file.py",  # the same
    "engine/parts/data/generators/picture_image.py",  # the same
    "engine/parts/data/new_picture.py",  # Pillow, on what was opened there
    "engine/parts/data/picture_check.py",  # Pillow, on what was opened there
    "engine/parts/data/painting.py",  # the same
    "engine/training/checkpoint.py",  # checked on the line before
    "engine/plugins.py",  # what installed packages declare
    "tui/shell/completion.py",  # the words that come along
    "tui/report/html.py",  # the style that comes along
    "tui/browser/server.py",  # parts of its page
}
"""Modules that open a file otherwise, each for its reason."""


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe that nobody writes to."""
    path = tmp_path / "pipe.toml"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    "read",
    [
        read_file,
        lambda path: Csv(str(path), "y").facts(),
        lambda path: fingerprint(Csv(str(path), "y")),
        lambda path: read(str(path), Samples(())),
    ],
    ids=["experiment", "table", "fingerprint", "samples"],
)
def test_a_pipe_is_refused(pipe: Path, read: Callable[[Path], object]) -> None:
    """At once, with the file's name."""
    with pytest.raises(PerceptuiError, match=f"{pipe}: {PIPE}"):
        read(pipe)


def test_a_pipe_for_weights_is_refused(pipe: Path) -> None:
    """As a checkpoint that is none."""
    from engine.training.checkpoint import load

    with pytest.raises(PerceptuiError, match=f"{pipe}: .*{PIPE}"):
        load(pipe)


def test_a_pipe_among_pictures_is_refused(tmp_path: Path) -> None:
    """By its name in the folder, whether pictures are loaded or streamed."""
    from PIL import Image

    for label in ("a", "b"):
        (tmp_path / label).mkdir()
        for number in range(2):
            Image.new("L", (2, 2)).save(tmp_path / label / f"{number}.png")
    (tmp_path / "b" / "1.png").unlink()
    os.mkfifo(tmp_path / "b" / "1.png")
    data, locations = ImageFolder(str(tmp_path), color="gray"), DataLocations(tmp_path)
    for load in (data.load, data.left_on_disk):
        with pytest.raises(PerceptuiError, match=f"b/1.png can't be read: {PIPE}"):
            load(locations)


def test_pipes_in_a_run_do_not_hold_up_the_others(tmp_path: Path) -> None:
    """Its title is its name, it has no lease and no curve; its record can't be read."""
    run = Run(tmp_path)
    for name in ("experiment.toml", "lease.json", "losses.json", "events.jsonl"):
        os.mkfifo(tmp_path / name)
    assert run.title() == tmp_path.name
    assert read_lease(tmp_path) is None
    assert run.losses() == []
    with pytest.raises(PerceptuiError, match=PIPE):
        run.record()


def test_a_pipe_for_settings_is_noticed(pipe: Path) -> None:
    """The usual ones are used, and that is said."""
    assert PIPE in Settings.load(pipe).notice


def test_a_pipe_for_a_data_set_is_no_data_set(pipe: Path) -> None:
    """A downloaded file that is none is told as that."""
    assert idx_complaint(pipe) == PIPE


def test_nothing_else_opens_files() -> None:
    """Whoever reads bytes that this process did not write goes through `engine.regular_file`."""
    opens = re.compile(
        r"\bread_bytes\(|\bread_text\(\"|\.open\(\"r|(with|=) open\(|safe_open\(|Image\.open"
    )
    found = {
        str(path.relative_to(ROOT))
        for folder in ("engine", "tui")
        for path in (ROOT / folder).rglob("*.py")
        if opens.search(path.read_text("utf-8"))
    }
    assert found - OWN == {"tui/terminal/streams.py"}  # stdout itself

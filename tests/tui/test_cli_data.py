"""What bad data gets: exit code 4, the file, the place in it, no run."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.service.client.session import Session
from tests.engine.training.streaming.folders import pictures_in
from tests.tui.command_line import TINY, Bench, perceptui

ROWS = "a,b,kind\n" + "".join(f"{i},{i * i % 7},{'yes' if i % 3 else 'no'}\n" for i in range(12))


def table(bench: Bench, text: str | bytes, target: str = "kind") -> Path:
    """A table of the person's own, and the experiment `table.toml` on it."""
    path = bench.folder / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    call = f"csv('table.csv', target='{target}')"
    bench.write("table.toml", TINY.replace("circle(samples=20)", call))
    return path


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty"),
        (b"\n\n", ""),
        (b"a,b,kind\n", ""),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", ""),
        (b"a,kind\n1,\xff\n", ""),
        ("a,b,king\n1,2,x\n", "no target column 'kind': did you mean 'king'?"),
        ("a,kind\n1,x\n2,x\n3,y\n", "class 'y' has a single sample"),
        ("a,kind\n1,x\n2,x\n", "has only one class, 'x'"),
        ("a,kind\n1,x\n,y\n", "line 3, column 'a': the cell is missing"),
        ("a,kind\n1,x\n1,2,3\n", "line 3"),
    ],
)
def test_bad_table(bench: Bench, content: str | bytes, complaint: str) -> None:
    """A table that can't be used is refused with its name and what is wrong with it."""
    path = table(bench, content)
    message = bench.refused("--preset", "table.toml", code=4)

    assert message.startswith(f"table.toml: {path}")
    assert complaint in message
    assert all(str(path) in line for line in message.splitlines())


def test_a_table_that_is_a_directory(bench: Bench) -> None:
    """A directory in the place of a table is refused."""
    table(bench, "").unlink()
    (bench.folder / "table.csv").mkdir()

    assert "table.csv" in bench.refused("--preset", "table.toml", code=4)


def test_missing_table(bench: Bench) -> None:
    """A table that is not there is missing data, not a mistake in the experiment."""
    path = table(bench, "")
    path.unlink()

    assert bench.refused("--preset", "table.toml", code=4).endswith(f"{path}: no such file")


def test_data_that_changed_since_the_run_began(bench: Bench) -> None:
    """A table is trained on; once it changed, evaluate refuses with 4."""
    path = table(bench, ROWS)
    outcome = perceptui("--preset", "table.toml", "--quiet", "--set", "test_fraction=0.25")
    assert outcome.code == 0, outcome.err

    path.write_text(ROWS.replace("3,2,no", "3,5,no"), "utf-8")
    message = bench.refused("evaluate", str(outcome.run), code=4)
    assert message.startswith(f"{path}: the data changed since the run began")


def test_a_streamed_folder_and_a_picture_in_it_that_breaks(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first line says that it is streamed and why; the picture ends the run with 4.

    It lies beyond what of a large folder is decoded before, and has a beginning and an end.
    """
    monkeypatch.setattr("engine.parts.data.picture_check.DECODED_BYTES", 0)
    monkeypatch.setenv("PERCEPTUI_DATA_SHARE", "1e-9")
    folder = pictures_in(bench.folder / "pictures")
    broken = folder / "dogs" / "05.png"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:50] + bytes(len(whole) - 70) + whole[-20:])
    outcome = perceptui(
        *("--preset", "tiny.toml", "--data", "images('pictures', size=6)", "--batch-size", "6"),
        *("--layers", "Flatten Linear(3)", "--loss", "CrossEntropyLoss"),
    )

    assert outcome.code == 4
    first, *_, failed, _, _ = outcome.lines
    assert first.startswith("data: 4.5 kB of images, more than 1e-07% of the ")
    assert failed.startswith(f"Failed: {folder}: dogs/05.png can't be read: ")
    assert outcome.run.is_dir()


def _no_trainer() -> None:
    raise AssertionError("a trainer, which loads torch, is started")


def test_a_broken_picture_is_refused_before_a_run_begins(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its name and 4, and no run of it; mended, what is left out is said once.

    Broken again it is named by whatever would start a training, before a trainer is.
    """
    folder = pictures_in(bench.folder / "pictures")
    whole = (folder / "dogs" / "05.png").read_bytes()
    (folder / "dogs" / "05.png").write_text("no picture")
    command = ["--preset", "tiny.toml", "--data", "images('pictures', size=6)", "--quiet"]
    command += ["--layers", "Flatten Linear(3)", "--loss", "CrossEntropyLoss"]
    message = bench.refused(*command, code=4)
    assert message == f"{folder}: dogs/05.png can't be read: not a picture"
    assert bench.runs() == []

    (folder / "dogs" / "05.png").write_bytes(whole)
    (folder / "dogs" / "Thumbs.db").write_text("")
    outcome = perceptui(*command)
    assert outcome.code == 0
    assert outcome.err == f"perceptui: {folder}: 1 file is left out: 1 Thumbs.db\n"

    (folder / "dogs" / "05.png").write_text("no picture")
    monkeypatch.setattr(Session, "open", _no_trainer)
    mine = str(outcome.run / "experiment.toml")
    for again in ([*command, "--detach"], ["tune-lr", mine], ["doctor", mine]):
        assert bench.refused(*again, code=4) == message
    for again in (["resume", str(outcome.run)], ["resume", str(outcome.run), "--detach"]):
        assert bench.refused(*again, code=4) == message


def test_download_without_a_network(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data that can't be downloaded is refused with the way out, and leaves nothing behind."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # the port that discards
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    message = bench.refused("--preset", "mnist", "--data-dir", "data", code=4)

    assert "could not be downloaded" in message
    assert "--data-dir" in message
    assert not (bench.folder / "data").exists()
    assert bench.runs() == []

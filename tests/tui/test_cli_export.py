"""`export` of a finished run: to a file that nobody misses, or to stdout."""

from __future__ import annotations

import io
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from engine.export import FORMATS
from engine.export.writer import export as written
from engine.runs.contents import CheckpointKind
from engine.runs.run import Run
from tests.engine.service.live import WAIT_S
from tests.tui.command_line import Bench, command, perceptui
from tests.tui.conftest import Trained
from tui import cli
from tui.commands import export
from tui.terminal import question


def test_export_writes_the_file(bench: Bench, trained: Trained) -> None:
    """`export` writes a format to a file and prints its path."""
    outcome = perceptui("export", str(trained.run), "--format", "script", "-o", "script.py")

    assert (outcome.code, outcome.out) == (0, "script.py\n")
    compile((bench.folder / "script.py").read_text("utf-8"), "script.py", "exec")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--format", "scrip", "-o", "x"], 'unknown format "scrip": did you mean script?'),
        (["--format", "csv", "-o", "tiny.toml/x"], "can't be written (Not a directory)"),
        (["--format", "csv"], "say where to write it with -o FILE"),
        (["-o", "x"], "say what to write with --format:"),
        ([], "say what to write with --format:"),
    ],
)
def test_bad_export(bench: Bench, trained: Trained, arguments: list[str], complaint: str) -> None:
    """An export that can't be made is refused and writes nothing."""
    assert complaint in bench.refused("export", str(trained.run), *arguments)
    assert not (bench.folder / "x").exists()


@pytest.mark.parametrize("given", [(), ("--format", "scrip")])
def test_export_lists_its_formats(bench: Bench, given: tuple[str, ...]) -> None:
    """Without a format that there is, each one is named with what it is, a line each."""
    _, *lines = bench.refused("export", "last", *given).splitlines()
    listed = [line.removeprefix("perceptui:").split(maxsplit=1) for line in lines]
    assert dict(listed) == {name: format.help() for name, format in FORMATS.items()}


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exports are written by this process instead of a trainer that is started for it."""

    def write(
        run: Run,
        format: str,
        output: Path,
        kind: CheckpointKind,
        data: Path | None,
        *,
        replace: bool,
    ) -> None:
        written(run, format, output, kind, data, replace=replace)

    monkeypatch.setattr(export, "_export", write)


@pytest.mark.usefixtures("here")
def test_a_file_is_replaced_only_where_that_is_granted(
    bench: Bench, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal asks, --force does not; without either the file stays."""
    old = bench.write("epochs.csv", "mine")
    arguments = ("export", str(trained.run), "--format", "csv", "-o", "epochs.csv")
    assert bench.refused(*arguments).endswith("choose another name, or give --force")
    with monkeypatch.context() as patch:
        patch.setattr(question, "can_ask", lambda: True)
        patch.setattr("sys.stdin", io.StringIO("n\n"))
        refused = perceptui(*arguments)
        assert refused.code == 2
        assert refused.err.startswith("epochs.csv is there already. Replace it? [y/N] ")
        assert old.read_text() == "mine"
        patch.setattr("sys.stdin", io.StringIO("y\n"))
        assert perceptui(*arguments).code == 0
    assert old.read_text().startswith("epoch,")
    old.write_text("mine")
    assert perceptui(*arguments, "--force").code == 0
    assert old.read_text().startswith("epoch,")


@pytest.mark.usefixtures("here")
def test_force_is_no_leave_to_break_a_run(bench: Bench, trained: Trained) -> None:
    """What a run keeps is not written over, whoever grants it."""
    kept = trained.run / "events.jsonl"
    before = kept.read_bytes()
    arguments = ("export", str(trained.run), "--format", "csv", "--force", "-o", str(kept))
    assert "a run keeps its own files there" in bench.refused(*arguments)
    assert kept.read_bytes() == before


@pytest.mark.usefixtures("here")
def test_a_text_goes_to_stdout(bench: Bench, trained: Trained) -> None:
    """Exactly what a file would hold, and nothing else; no file is made."""
    arguments = ("export", str(trained.run), "--format", "csv", "-o")
    assert perceptui(*arguments, "file").code == 0
    for output in ("-", "/dev/stdout"):
        outcome = perceptui(*arguments, output)
        assert (outcome.code, outcome.err) == (0, "")
        assert outcome.out == (bench.folder / "file").read_text()
        assert bench.refused(*arguments, output, "--json").endswith("give one of them")
    assert not (bench.folder / "-").exists()


def test_bytes_go_to_stdout(bench: Bench, trained: Trained) -> None:
    """The weights come from a trainer through a pipe as they would stand in a file."""
    arguments = ("export", str(trained.run), "--format", "safetensors", "-o", "-")
    printed = subprocess.run(command(*arguments), capture_output=True, timeout=WAIT_S)
    assert (printed.returncode, printed.stderr) == (0, b"")
    written(Run(trained.run), "safetensors", bench.folder / "file")
    assert printed.stdout == (bench.folder / "file").read_bytes()


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def _on_terminal(*arguments: str) -> tuple[int, str]:
    """The exit code, and what a terminal is sent."""
    sent = io.BytesIO()
    stream = _Terminal(sent, "utf-8", write_through=True)
    with redirect_stdout(stream), redirect_stderr(stream):
        code = cli.run(list(arguments))
    return code, sent.getvalue().decode()


def test_a_terminal_is_shown_texts_only(
    bench: Bench, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights would garble it; a script is made harmless line by line."""
    arguments = ("export", str(trained.run), "-o", "-", "--format")
    code, said = _on_terminal(*arguments, "safetensors")
    assert code == 2
    assert "a terminal can't show safetensors" in said

    def write(run: Run, format: str, output: Path, *_: object, **__: object) -> None:
        output.write_bytes(b"print()\x1b[2J\nend")

    monkeypatch.setattr(export, "_export", write)
    assert _on_terminal(*arguments, "script") == (0, "print()␛[2J\nend\n")

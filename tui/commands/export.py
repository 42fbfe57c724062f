"""`perceptui export`: a run, or what it learned, in a file or on stdout for other programs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UsageError
from engine.export import FORMATS
from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json
from tui.commands.one_off_session import answer_of
from tui.commands.output import STDOUT, may_replace, show_file

if TYPE_CHECKING:
    from engine.runs.contents import CheckpointKind
    from engine.runs.run import Run


@app.command()
def export(
    ctx: typer.Context,
    run: o.RunArgument,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"{', '.join(FORMATS)}; needed.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Where to write it, - for stdout; needed."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there, without asking.")
    ] = False,
    checkpoint: o.CheckpointOption = "last",
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Write a run, or what it learned, for other programs."""
    from engine.runs.run import find_run

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    chosen = _format(format)
    if output is None:
        raise UsageError("export: say where to write it with -o FILE")
    found = find_run(run, shared.runs)
    kind = o.kind(checkpoint)
    if str(output) in STDOUT:
        _to_stdout(found, chosen, kind, shared)
        return
    from engine.export.writer import check_output

    form = FORMATS[chosen]
    force = force or may_replace(
        output,
        lambda replace: check_output(found, output, shared.data, replace=replace, format=form),
    )
    _export(found, chosen, output, kind, shared.data, replace=force)
    if shared.json:
        print_json({"file": str(output)})
        return
    from tui.terminal.printing import Terminal

    Terminal(ascii_only=shared.ascii).tell(str(output))


def _export(
    run: Run, format: str, output: Path, kind: CheckpointKind, data: Path | None, *, replace: bool
) -> None:
    answer_of(lambda session: session.runs.export(run, format, output, kind, data, replace=replace))


def _to_stdout(run: Run, format: str, kind: CheckpointKind, shared: o.Shared) -> None:
    """Print what a file would hold, by way of one that is gone afterwards."""
    if FORMATS[format].is_folder:
        raise UsageError(f"export: {format} is a folder: give -o DIR")
    if shared.json:
        raise UsageError("export: -o - prints the export itself, --json a line: give one of them")
    is_terminal = sys.stdout.isatty()
    if is_terminal and not FORMATS[format].is_text:
        raise UsageError(
            f"export: a terminal can't show {format}: send stdout elsewhere, or give -o FILE"
        )
    with tempfile.TemporaryDirectory(prefix="perceptui-") as folder:
        output = Path(folder) / "output"
        _export(run, format, output, kind, shared.data, replace=False)
        show_file(output, ascii_only=shared.ascii)


def _format(text: str | None) -> str:
    """The format that was asked for; raises UsageError with all there are."""
    from engine.spec.nearest import nearest

    if text in FORMATS:
        return text
    known = "\n".join(f"  {name:<12} {format.help()}" for name, format in FORMATS.items())
    if text is None:
        raise UsageError(f"export: say what to write with --format:\n{known}")
    raise UsageError(f'export: unknown format "{text}"{nearest(text, FORMATS)}\n{known}')

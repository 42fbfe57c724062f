"""`perceptui inspect` and `perceptui new`: a person's own table, before it is trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="A table: CSV, Parquet or Feather; may be packed.")
]
TargetOption = Annotated[
    list[str] | None,
    typer.Option("--target", metavar="NAME", help="A column to predict. May be repeated."),
]


@app.command("inspect")
def inspect_table(
    ctx: typer.Context,
    file: FileArgument,
    target: TargetOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="List every column, however many there are.")
    ] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Say how a table is read, what its columns are and become, and what is doubtful about it."""
    from engine.parts.data.sheet.asked import Asked
    from engine.parts.data.sheet.inspection import as_plain, inspected
    from tui.headless.reading_line import show_reading

    show_reading()
    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    path = str(file.expanduser())
    found = inspected(path, Asked(targets=tuple(target or ())))
    if shared.json:
        print_json(as_plain(path, found))
        return
    from tui.renderables.table_columns import table_rows
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    terminal.rows(table_rows(path, found, terminal.width, terminal.look, every=every))


@app.command("new")
def new_experiment(
    ctx: typer.Context,
    file: FileArgument,
    target: TargetOption = None,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Print an experiment fitted to a table: it trains at once, and the doctor is silent.

    `perceptui new houses.csv --target price > houses.toml`. FILE may also be a folder with a
    subfolder of pictures for each class.
    """
    import sys

    from engine.doctor.fitting import fitted
    from engine.spec.toml_text import parse_toml
    from engine.spec.writer import to_toml
    from tui.headless.reading_line import show_reading
    from tui.renderables.sanitize import plain

    show_reading()
    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found = fitted(str(file.expanduser()), tuple(target or ()))
    if shared.json:
        experiment = parse_toml(to_toml(found.experiment))
        print_json({"experiment": experiment, "notes": list(found.notes)})
        return
    for note in found.notes:
        print(f"# {plain(note)}")
    sys.stdout.write(to_toml(found.experiment))

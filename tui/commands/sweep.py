"""`perceptui sweep` trains many; `perceptui sweeps` lists them and does what is left to do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UsageError
from tui.commands import app, presentation
from tui.commands import options as o
from tui.commands.complaint import complain
from tui.commands.json_line import print_json
from tui.language import tr

if TYPE_CHECKING:
    from engine.sweeps.asked import Asked
    from engine.sweeps.directory import SweepDirectory
    from engine.sweeps.plan import Plan

SweepArgument = Annotated[
    str,
    typer.Argument(metavar="SWEEP", help="A path, the beginning of a sweep's name, or `last`."),
]


@app.command("sweep")
def sweep_command(
    ctx: typer.Context,
    what: o.WhatArgument,
    over: Annotated[
        list[str] | None,
        typer.Option(
            "--over",
            metavar="FIELD=VALUES",
            help="An axis: 1,2,4 or log(0.001,0.3,7) or linear(0,1,5) or A|B; without a count "
            "for a search. May be repeated.",
        ),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option("--seeds", metavar="N", help="Train each with so many seeds.")
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option("--folds", metavar="N", help="Cross-validate each with so many folds."),
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(
            "--search", metavar="grid|random|tpe", help="How configurations are chosen: grid."
        ),
    ] = None,
    trials: Annotated[
        int | None, typer.Option("--trials", metavar="N", help="Configurations of a search.")
    ] = None,
    prune: Annotated[
        bool | None,
        typer.Option("--prune", help="Cut trainings short that fall behind the others."),
    ] = None,
    no_stack: Annotated[
        bool, typer.Option("--no-stack", help="Train none together with others.")
    ] = False,
    processes: Annotated[
        int | None,
        typer.Option("--processes", metavar="N", help="Train so many at a time: one per core."),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="processes|ray[=HOST:PORT]",
            help="Where to train: here, or on a Ray cluster.",
        ),
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            "--storage",
            metavar="PATH|URL",
            help="Where a cluster keeps runs.",
        ),
    ] = None,
    gpus: Annotated[
        float | None,
        typer.Option("--gpus", metavar="SHARE", help="Of a GPU of the cluster, for a training."),
    ] = None,
    settings: o.Settings = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Train any number of them without being asked.")
    ] = False,
    quiet: o.QuietOption = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="Print the sweep's path and return; it goes on.")
    ] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Train an experiment many times: over values of its fields, seeds and folds."""
    from engine.sweeps.asked import Asked
    from engine.sweeps.directory import SweepDirectory
    from engine.sweeps.launch import start
    from tui.headless.sweep import follow
    from tui.past.sweep_lines import announced
    from tui.terminal.printing import Terminal

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    if quiet and shared.json:
        raise UsageError("--json prints every training, --quiet the end only: give one of them")
    asked = Asked(
        over=tuple(over or ()),
        seeds=seeds,
        folds=folds,
        search=search,
        trials=trials,
        prune=prune,
        stack=False if no_stack else None,
        processes=processes,
        on=on,
        storage=storage,
        gpus=gpus,
    )
    plan = _planned(what, asked, settings or [], shared, is_granted=yes)
    if not (quiet or shared.json):
        complain(announced(plan))
    directory = SweepDirectory.create(shared.runs, plan)
    start(directory)
    if detach:
        if shared.json:
            print_json({"sweep": str(directory.path)})
        else:
            Terminal(ascii_only=shared.ascii).path(str(directory.path))
        return
    raise typer.Exit(follow(directory, presentation(shared, quiet=quiet), is_own=True))


def _planned(
    what: str, asked: Asked, settings: list[str], shared: o.Shared, *, is_granted: bool
) -> Plan:
    from engine.runs.beginning import names_preset, weights_of
    from engine.runs.run import find_run
    from engine.spec import presets
    from engine.spec.toml_text import read_raw
    from engine.sweeps.planning import make_plan
    from tui.commands.request import raw_of

    named = what
    if presets.what_is(what) == "run":
        run = find_run(what, shared.runs)
        raw, folder, named = read_raw(run.path / "experiment.toml"), run.path, ""
        name = run.title()
    else:
        raw, folder = raw_of(what)
        if names_preset(start := str(raw.get("start_from", ""))):
            raw = {**raw, "start_from": str(weights_of(start, shared.runs))}
        name = Path(what).stem if "/" in what or what.endswith(".toml") else what
        named = str(Path(what).absolute()) if name != what else what
    return make_plan(
        raw,
        asked,
        name=name,
        what=named,
        settings=settings,
        data_dir=shared.data,
        source=what if named else "",
        folder=folder,
        is_granted=is_granted,
    )


sweeps = typer.Typer(
    name="sweeps",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    help="List the sweeps; attach, stop, resume, show or export one.",
)
app.add_typer(sweeps)


@sweeps.callback(invoke_without_command=True)
def sweeps_command(
    ctx: typer.Context,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """List the sweeps, newest last; attach, stop, resume, show or export one."""
    ctx.obj = shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    if ctx.invoked_subcommand is not None:
        return
    from engine.sweeps.directory import all_sweeps
    from tui.past.sweep_list import listed, sweep_sheet
    from tui.terminal.printing import Terminal

    found = [listed(one) for one in all_sweeps(shared.runs)]
    terminal = Terminal(ascii_only=shared.ascii)
    if shared.json:
        for one in found:
            print_json(one.as_plain())
    elif not found:
        hint = tr("`perceptui sweep NAME --over FIELD=VALUES` makes one")
        terminal.tell(f"There are no sweeps in {shared.runs}: {hint}.")
    else:
        sheet = sweep_sheet(found, terminal.look)
        terminal.rows([sheet.heading(terminal.width), sheet.rule(terminal.width)])
        terminal.rows(sheet.row(index, terminal.width) for index in range(len(found)))


def _found(ctx: typer.Context, name: str) -> tuple[SweepDirectory, o.Shared]:
    from engine.sweeps.directory import find_sweep

    shared: o.Shared = ctx.obj
    directory = find_sweep(name, shared.runs)
    directory.plan()
    return directory, shared


@sweeps.command("attach")
def attach_command(
    ctx: typer.Context,
    name: SweepArgument = "last",
    quiet: o.QuietOption = False,
    runs_dir: o.RunsDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Follow a sweep until it ends; Ctrl-C ends the following only."""
    from tui.headless.sweep import follow

    ctx.obj = ctx.obj.merged(runs_dir, None, ascii, json)
    directory, shared = _found(ctx, name)
    raise typer.Exit(follow(directory, presentation(shared, quiet=quiet), is_own=False))


@sweeps.command("stop")
def stop_command(
    ctx: typer.Context,
    name: SweepArgument,
    runs_dir: o.RunsDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Stop a sweep; what is trained is kept, and `sweeps resume` goes on."""
    from engine.sweeps.launch import stop
    from tui.terminal.printing import Terminal

    ctx.obj = ctx.obj.merged(runs_dir, None, ascii, json)
    directory, shared = _found(ctx, name)
    stop(directory)
    if shared.json:
        print_json({"sweep": str(directory.path), "state": directory.state()})
    else:
        Terminal(ascii_only=shared.ascii).path(str(directory.path))


@sweeps.command("resume")
def resume_command(
    ctx: typer.Context,
    name: SweepArgument = "last",
    quiet: o.QuietOption = False,
    detach: Annotated[bool, typer.Option("--detach", help="Return; it goes on.")] = False,
    runs_dir: o.RunsDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Go on with a sweep that ended early; nothing is trained twice."""
    from engine.sweeps.launch import start
    from engine.sweeps.planning import needs_library
    from tui.headless.sweep import follow
    from tui.terminal.printing import Terminal

    ctx.obj = ctx.obj.merged(runs_dir, None, ascii, json)
    directory, shared = _found(ctx, name)
    if directory.state() == "completed":
        raise UsageError(
            f"{directory.path}: it is completed, nothing is left: "
            f"`perceptui sweeps show {directory.name}` tells what it came to"
        )
    needs_library(directory.plan())
    start(directory)
    if detach:
        Terminal(ascii_only=shared.ascii).path(str(directory.path))
        return
    raise typer.Exit(follow(directory, presentation(shared, quiet=quiet), is_own=True))


@sweeps.command("show")
def show_command(
    ctx: typer.Context,
    name: SweepArgument = "last",
    all: Annotated[bool, typer.Option("--all", help="Every configuration.")] = False,
    runs_dir: o.RunsDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Tell what a sweep has come to until now."""
    from tui.headless.sweep import MOST_ROWS, tell

    ctx.obj = ctx.obj.merged(runs_dir, None, ascii, json)
    directory, shared = _found(ctx, name)
    most = sys.maxsize if all else MOST_ROWS
    raise typer.Exit(tell(directory, presentation(shared), most))


@sweeps.command("export")
def export_command(
    ctx: typer.Context,
    name: SweepArgument,
    format: Annotated[
        str,
        typer.Option(
            "--format", metavar="csv|preset", help="Every training, or the best as a preset."
        ),
    ] = "csv",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write it; else stdout."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    runs_dir: o.RunsDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Write a sweep's trainings as CSV, or its best configuration as a preset."""
    from engine.sweeps.export import best_preset, table_csv
    from tui.commands.output import STDOUT

    ctx.obj = ctx.obj.merged(runs_dir, None, ascii, json)
    directory, shared = _found(ctx, name)
    if format == "csv":
        text = table_csv(directory)
    elif format == "preset":
        text = best_preset(directory)
    else:
        raise UsageError(f'--format {format}: there are "csv" and "preset"')
    if output is None or str(output) in STDOUT:
        sys.stdout.write(text)
        return
    _write(output, text, shared.data, force=force)
    if shared.json:
        print_json({"file": str(output)})
        return
    from tui.terminal.printing import Terminal

    Terminal(ascii_only=shared.ascii).tell(str(output))


def _write(output: Path, text: str, data_dir: Path, *, force: bool) -> None:
    """Write a file as a whole; raises UsageError where it may not be, or can't."""
    from engine.runs.files import replace_bytes
    from engine.runs.output import destination
    from tui.commands.output import may_replace

    force = force or may_replace(
        output, lambda replace: destination(output, None, data_dir, replace=replace)
    )
    target = destination(output, None, data_dir, replace=force)
    try:
        replace_bytes(target, text.encode(), keep_mode=True)
    except OSError as error:
        raise UsageError(f"{output}: can't be written ({error.strerror or error})") from error

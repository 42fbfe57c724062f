"""`perceptui attach`, `stop`, `resume` and `replay`: runs that live, or live again."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from engine.errors import UsageError
from tui.commands import app, presentation
from tui.commands import options as o
from tui.commands.json_line import print_json


@app.command()
def attach(
    ctx: typer.Context,
    run: o.RunArgument = "last",
    quiet: o.QuietOption = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Follow a run: live until it ends, or what its record says."""
    from engine.runs.run import find_run
    from engine.runs.state import state_of
    from tui import batch

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found = find_run(run, shared.runs)
    show = batch.attach if state_of(found).live_here else batch.read
    raise typer.Exit(show(found, presentation(shared, quiet=quiet)))


@app.command()
def stop(
    ctx: typer.Context,
    run: o.MaybeRun = None,
    warm: Annotated[
        bool, typer.Option("--warm", help="End the trainer that waits for a next command.")
    ] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """End a live run; its checkpoint is kept."""
    from engine.runs.run import find_run
    from engine.runs.state import state_of
    from tui import batch
    from tui.terminal.printing import Terminal

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    if warm and run is None:
        _dismiss(shared)
        return
    if run is None or warm:
        raise UsageError("stop: give a RUN to end, or --warm for the trainer that waits")
    found = find_run(run, shared.runs)
    state = state_of(found)
    if not state.live_here:
        raise UsageError(
            f"{found.path}: nothing trains it here that could be stopped ({state.text})"
        )
    if code := batch.stop(found):
        raise typer.Exit(code)
    kept = str(found.checkpoint("last"))  # raises where it could not be kept, or is gone
    if shared.json:
        print_json({"checkpoint": kept})
    else:
        Terminal(ascii_only=shared.ascii).path(kept)


def _dismiss(shared: o.Shared) -> None:
    """End the trainer that waits, and say so."""
    from engine.service.client.dismissal import dismissed
    from tui.terminal.printing import Terminal

    pid = dismissed()
    if shared.json:
        print_json({"ended": pid or None})
    else:
        told = f"Ended process {pid}." if pid else "No trainer waits."
        Terminal(ascii_only=shared.ascii).line(told)


@app.command()
def resume(
    ctx: typer.Context,
    run: o.RunArgument,
    quiet: o.QuietOption = False,
    detach: o.Detach = False,
    on_disconnect: o.OnDisconnectOption = None,
    checkpoint: Annotated[
        str, typer.Option("--checkpoint", metavar="last|best", help="Which one to go on from.")
    ] = "last",
    rewind: Annotated[
        bool,
        typer.Option(
            "--rewind",
            help="Of a run that diverged: go on from its last good checkpoint, with a tenth "
            "of the learning rate unless --set names one.",
        ),
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="optimizer.lr: go on with this learning rate; epochs: train so many in all, "
            "also a run that is over.",
        ),
    ] = None,
    processes: o.Processes = None,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Go on with a run that ended early, as if it had never ended, or with what --set says."""
    from engine.runs.run import find_run
    from engine.runs.state import state_of
    from engine.service import protocol as p
    from tui import batch

    o.follow_torchrun()
    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found = find_run(run, shared.runs)
    state = state_of(found)
    if state.is_live:
        raise UsageError(f"{found.path}: it is {state.text}: `perceptui attach {found.name}`")
    policy = o.policy(on_disconnect, "continue" if detach else "stop")
    rate, epochs = _changed(settings or [])
    kind = o.kind(checkpoint)
    order = p.Resume(
        run=str(found.path.absolute()),
        data_dir=str(shared.data),
        on_disconnect=policy,
        checkpoint=kind,
        rewind=rewind,
        learning_rate=rate,
        epochs=epochs,
        processes=0 if processes is None else o.num_processes(processes),
    )
    if detach:
        raise typer.Exit(batch.detached(order))
    raise typer.Exit(batch.resume(order, presentation(shared, quiet=quiet)))


def _changed(settings: list[str]) -> tuple[float | None, int | None]:
    """The learning rate and the epochs that `--set` names; raises UsageError for anything else."""
    rate, epochs = None, None
    for setting in settings:
        key, _, text = setting.partition("=")
        match key.strip():
            case "optimizer.lr":
                rate = _number(text)
                if not (math.isfinite(rate) and rate > 0):
                    raise UsageError(f"--set {setting}: give a number above 0")
            case "epochs":
                if not (text.strip().isdecimal() and int(text) > 0):
                    raise UsageError(f"--set {setting}: give a whole number above 0")
                epochs = int(text)
            case _:
                raise UsageError(
                    f"--set {setting}: on the way only optimizer.lr and epochs can be changed; "
                    "for anything else begin a new run with `--from RUN`"
                )
    return rate, epochs


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


@app.command()
def replay(
    ctx: typer.Context,
    run: o.RunArgument,
    quiet: o.QuietOption = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Train a run's experiment again, with what was changed on the way, into a new run.

    It ends where the run was stopped, if it was.
    """
    from engine.runs.run import find_run
    from engine.service import protocol as p
    from engine.spec.writer import to_toml
    from tui import batch

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found = find_run(run, shared.runs)
    found.check_unchanged()
    record = found.record()
    finished = record.finished
    by_hand = finished is not None and finished.reason in ("stopped", "interrupted")
    name = found.name.split("-", 2)[-1].rpartition("-")[0] or found.name
    order = p.Train(
        toml=to_toml(found.experiment(), complete=True),
        name=f"{name}-replay",
        runs_dir=str(shared.runs),
        data_dir=str(shared.data),
        on_disconnect="stop",
        changes=tuple(record.changes_by_hand()),
        until_step=finished.steps if finished is not None and by_hand else None,
    )
    raise typer.Exit(batch.train(order, presentation(shared, quiet=quiet)))

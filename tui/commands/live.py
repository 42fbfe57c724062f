"""`perceptui attach`, `stop`, `resume` and `replay`: runs that live, or live again."""

from __future__ import annotations

import typer

from engine.errors import UsageError
from tui import options as o
from tui.commands import app, manner


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
    from engine.runs.reader import find_run
    from engine.runs.state import state_of
    from tui import batch

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found = find_run(run, shared.runs)
    show = batch.attach if state_of(found).live_here else batch.read
    raise typer.Exit(show(found, manner(shared, quiet=quiet)))


@app.command()
def stop(
    ctx: typer.Context,
    run: o.RunArgument,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """End a live run; its checkpoint is kept."""
    from engine.runs.reader import find_run
    from engine.runs.state import state_of
    from tui import batch

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found = find_run(run, shared.runs)
    state = state_of(found)
    if not state.live_here:
        raise UsageError(f"{found.path}: can't be stopped from here, it is {state.text}")
    batch.stop(found)
    print(found.checkpoint("last"))


@app.command()
def resume(
    ctx: typer.Context,
    run: o.RunArgument,
    quiet: o.QuietOption = False,
    detach: o.Detach = False,
    on_disconnect: o.OnDisconnectOption = None,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Go on with a run that ended early, as if it had never ended."""
    from engine.runs.reader import find_run
    from engine.runs.state import state_of
    from engine.service.client import Session
    from tui import batch

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found = find_run(run, shared.runs)
    state = state_of(found)
    if state.is_live:
        raise UsageError(f"{found.path}: it is {state.text}: `perceptui attach {found.name}`")
    policy = o.policy(on_disconnect, "continue" if detach else "stop")
    if detach:

        async def begin(session: Session) -> None:
            await session.resume(found, data_dir=shared.data, on_disconnect=policy)

        raise typer.Exit(batch.detached(begin))
    raise typer.Exit(batch.resume(found, shared.data, policy, manner(shared, quiet=quiet)))


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
    from engine.runs.reader import find_run
    from tui import batch

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found = find_run(run, shared.runs)
    found.check_unchanged()
    record = found.record()
    finished = record.finished
    by_hand = finished is not None and finished.reason in ("stopped", "interrupted")
    experiment = found.experiment()
    name = found.name.split("-", 2)[-1].rpartition("-")[0] or found.name
    job = batch.Job(
        experiment,
        f"{name}-replay",
        shared.runs,
        shared.data,
        changes=tuple(record.learning_rate_changes()),
        until_step=finished.steps if finished is not None and by_hand else None,
    )
    raise typer.Exit(batch.train(job, manner(shared, quiet=quiet)))

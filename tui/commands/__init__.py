"""The commands of `perceptui`, and the training that its root does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from engine.errors import UsageError
from tui.commands import options as o
from tui.commands.named import Commands

if TYPE_CHECKING:
    from pathlib import Path

    from tui.headless.progress import Presentation

app = typer.Typer(
    name="perceptui",
    cls=Commands,
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def train(
    options: o.TrainingOptions,
    shared: o.Shared,
    *,
    quiet: bool,
    detach: bool,
    on_disconnect: str | None,
    executor: str | None,
    snapshots: int | None,
    processes: int | None,
    tensorboard: Path | None,
) -> int:
    """Train what the options ask for, headless; returns the exit code."""
    from tui.commands.request import requested

    o.follow_torchrun()
    policy = o.policy(on_disconnect, "continue" if detach else "stop")

    if quiet and shared.json:
        raise UsageError("--json prints every event, --quiet the end only: give one of them")
    name, experiment = requested(options, shared.runs)
    from engine.service import protocol as p
    from engine.spec.writer import to_toml
    from tui import batch

    order = p.Train(
        toml=to_toml(experiment, complete=True),
        name=name,
        runs_dir=str(shared.runs),
        data_dir=str(shared.data),
        on_disconnect=policy,
        executor=o.executor(executor),
        snapshot_bytes=o.snapshot_bytes(snapshots),
        processes=o.num_processes(processes),
        tensorboard=o.tensorboard(tensorboard),
    )
    if detach:
        return batch.detached(order)
    return batch.train(order, presentation(shared, quiet=quiet))


def presentation(shared: o.Shared, *, quiet: bool = False) -> Presentation:
    """How the options ask a training to be shown."""
    from tui.headless.progress import Presentation
    from tui.terminal.printing import Terminal

    return Presentation(Terminal(ascii_only=shared.ascii), shared.json, quiet)


def open_app(
    shared: o.Shared, what: str | None = None, *, slow_link: bool = False, in_lines: bool = False
) -> int:
    """Open the app, on a file, a preset or a run if one is named; returns the exit code.

    in_lines: as a dialogue, which needs no screen. Without a terminal, or on one that can't place
    text, the presets are listed instead. Raises UsageError for a WHAT that is nothing, or that
    nothing can be shown of without a terminal.
    """
    if in_lines:
        from tui.plain.start import talk

        return talk(shared, what)
    from tui.terminal.streams import has_screen

    if not has_screen():
        from tui.commands.presets import list_presets

        if what is not None:
            from tui.start import check

            check(shared, what)  # what is nothing wants no terminal
            raise UsageError(f"{what}: opening it takes a terminal{_without_app(what)}")

        list_presets(shared)
        return 0
    from tui.start import start

    return start(shared, what, slow_link=slow_link)


def _without_app(what: str) -> str:
    """What tells of a WHAT in lines; empty where nothing does."""
    from tui.commands.named import is_own_data
    from tui.editing.share import is_command

    if is_command(what):
        return ""
    command = "inspect" if is_own_data(what) else "show"
    return f"; `perceptui {command} {what}` tells what it is"


from tui.commands import (  # noqa: E402  # they add themselves to app
    cache,
    compare,
    data,
    doctor,
    draw,
    evaluate,
    explain,
    export,
    film,
    import_weights,
    learn,
    live,
    notify,
    open,
    predict,
    present,
    presets,
    report,
    runs,
    serve,
    shell,
    show,
    sweep,
    system,
    table,
    tune,
    write,
)

__all__ = [
    "app",
    "cache",
    "compare",
    "data",
    "doctor",
    "draw",
    "evaluate",
    "explain",
    "export",
    "film",
    "import_weights",
    "learn",
    "live",
    "notify",
    "open",
    "open_app",
    "predict",
    "present",
    "presets",
    "report",
    "runs",
    "serve",
    "shell",
    "show",
    "sweep",
    "system",
    "table",
    "train",
    "tune",
    "write",
]

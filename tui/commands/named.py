"""What a WHAT on the command line names, in the place of a command too."""

from __future__ import annotations

from pathlib import Path

import typer.core

from engine.errors import UsageError
from engine.paths import expanded


class Commands(typer.core.TyperGroup):
    """The commands; what is none but names a file, a preset or a run is opened."""

    def resolve_command(self, ctx, args):  # type: ignore[no-untyped-def]  # click's types are typer's own, under a private name
        """`perceptui houses.csv` is `perceptui open houses.csv`."""
        opening = self.get_command(ctx, "open")
        if args[0] not in self.commands and opening and _is_there(args[0], ctx.params):
            return "open", opening, args
        return super().resolve_command(ctx, args)


def is_own_data(text: str) -> bool:
    """Whether a WHAT is a person's own table, or a folder of their pictures.

    Also one that is not there, where its name says what it would be.
    """
    from engine.runs.contents import EXPERIMENT
    from engine.spec.presets import what_is
    from tui.editing.share import is_command

    if is_command(text):
        return False
    if text.endswith(".toml") or what_is(text) == "preset":
        return False
    path = expanded(text)
    if path.is_dir():
        return not (path / EXPERIMENT).is_file()
    from tui.past.own_data import is_table_name

    return path.is_file() or is_table_name(path.name)


def _is_there(text: str, options: dict[str, object]) -> bool:
    from engine import paths
    from engine.runs.run import find_run
    from engine.spec.presets import what_is

    if what_is(text) != "run" or is_own_data(text):
        return True
    runs_dir = options.get("runs_dir")
    try:
        find_run(text, paths.runs_dir(runs_dir if isinstance(runs_dir, Path) else None))
    except UsageError:
        return "/" in text  # a path is no misspelt command
    return True

"""`perceptui data`: the data sets that there are, and one's own files among them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json

if TYPE_CHECKING:
    from engine.parts.data import Loading
    from engine.parts.data.shelf import Shelved
    from tui.past.own_data import OwnData
    from tui.terminal.printing import Terminal


@app.command("data")
def data_command(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Tell of this set only.")
    ] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="Download it.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Remove what was downloaded.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """List the data sets with their sizes and licences, fetch or remove one."""
    from engine.parts.data.shelf import shelf
    from tui.past.own_data import own_data

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    if (fetch or remove or yes) and (name is None or fetch == remove):
        raise UsageError("data: give a NAME, and --fetch or --remove of it")
    if fetch and name is not None:
        _fetch(name, shared)
        return
    if remove and name is not None:
        _remove(name, shared, yes=yes)
        return
    sets = shelf(shared.data)
    own = own_data(Path(), shared.runs)
    if name is not None:
        sets = [one for one in sets if one.name == name]
        if not sets:
            from engine.parts.data import Data
            from engine.spec.nearest import nearest

            if Path(name).exists():
                raise UsageError(
                    f"{name} is a file of yours: `perceptui inspect {name}` says what is in it, "
                    f"`perceptui new {name}` makes an experiment of it"
                )
            raise UsageError(f'no data set "{name}"{nearest(name, Data.members())}')
        own = []
    if shared.json:
        for one in sets:
            print_json(_as_json(one))
        for file in own:
            print_json({"path": str(file.path), "bytes": file.size_bytes, "call": file.call})
        return
    _print(sets, own, shared, alone=name is not None)


def _print(sets: list[Shelved], own: list[OwnData], shared: o.Shared, *, alone: bool) -> None:
    from tui.renderables.data_sets import own_table, set_rows, set_table
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    if alone:
        terminal.rows(set_rows(sets[0], terminal.width, terminal.look))
        return
    terminal.rows(set_table(sets, terminal.width, terminal.look))
    if own:
        terminal.line()
        terminal.rows(own_table(own, terminal.width, terminal.look))
    terminal.line()
    terminal.tell(f"Downloads lie in {shared.data}; `perceptui data NAME --fetch` fetches one.")


def _fetch(name: str, shared: o.Shared) -> None:
    from engine.parts.data import DataLocations
    from engine.parts.data.shelf import fetch
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    fetch(name, DataLocations(shared.data, _Teller(terminal, as_json=shared.json)))
    if shared.json:
        print_json({"fetched": name, "folder": str(shared.data)})
    else:
        terminal.tell(f"{name} is in {shared.data}")


class _Teller:
    """Says how far each file is: on a terminal as it goes on, else once it begins."""

    def __init__(self, terminal: Terminal, *, as_json: bool) -> None:
        self._terminal = terminal
        self._as_json = as_json
        self._tenths: dict[str, int] = {}

    def __call__(self, loading: Loading) -> None:
        from tui.renderables.numbers import how_far

        total = loading.total_bytes
        tenth = 10 * loading.done_bytes // total if total else 0
        if self._tenths.get(loading.name) == tenth:
            return
        self._tenths[loading.name] = tenth
        if self._as_json:
            print_json({"file": loading.name, "bytes": loading.done_bytes, "of": total})
        else:
            self._terminal.tell(f"{loading.name}: {how_far(loading.done_bytes, total)}")


def _remove(name: str, shared: o.Shared, *, yes: bool) -> None:
    from engine.parts.data.shelf import remove
    from tui.commands.complaint import complain
    from tui.terminal.printing import Terminal
    from tui.terminal.question import can_ask, is_granted

    if not yes:
        if not can_ask():
            raise UsageError("data --remove: nobody is here to be asked: give --yes too")
        if not is_granted(f"Remove {name} from {shared.data}?"):
            complain("nothing was removed")
            raise typer.Exit(1)
    freed = remove(name, shared.data)
    if shared.json:
        print_json({"removed": name, "bytes": freed})
    else:
        Terminal(ascii_only=shared.ascii).tell(f"removed {freed / 1e6:,.1f} MB of {name}")


def _as_json(one: Shelved) -> dict[str, object]:
    return {
        "name": one.name,
        "what": one.what,
        "samples": one.facts.num_samples,
        "test_samples": one.facts.num_test_samples,
        "classes": list(one.facts.classes),
        "download_bytes": one.download_bytes,
        "licence": one.licence,
        "source": one.source,
        "is_here": one.is_here,
        "begun_bytes": one.begun_bytes,
    }

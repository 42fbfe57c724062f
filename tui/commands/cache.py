"""`perceptui cache`: what is kept so that it need not be made again, and how it is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json

if TYPE_CHECKING:
    from engine.kept_folders import KeptFolders


@app.command("cache")
def cache_command(
    ctx: typer.Context,
    clear: Annotated[bool, typer.Option("--clear", help="Forget all of it.")] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Say how much is kept of pictures, tables and compiled steps, or forget it."""
    from engine.limits import in_bytes
    from tui.terminal.printing import Terminal

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found = {name: one.clear() if clear else one.kept_bytes() for name, one in caches().items()}
    if shared.json:
        print_json({"cleared": clear, "bytes": found})
        return
    terminal = Terminal(ascii_only=shared.ascii)
    for name, what in WORDS.items():
        size = in_bytes(found[name])
        terminal.tell(f"{what}: {size} forgotten" if clear else f"{what}: {size}")


WORDS = {"images": "decoded pictures", "tables": "parsed tables", "compiled": "compiled steps"}


def caches() -> dict[str, KeptFolders]:
    """All there are, by name."""
    from engine.compiled_cache import STEPS
    from engine.parts.data.picture_entries import ENTRIES
    from engine.parts.data.sheet.table_cache import TABLES

    return {"images": ENTRIES, "tables": TABLES, "compiled": STEPS}

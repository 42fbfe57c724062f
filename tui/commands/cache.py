"""`perceptui cache`: what is kept so that it need not be made again, and how it is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, NamedTuple

import typer

from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json


class Cache(NamedTuple):
    """Something that can be forgotten at any time."""

    what: str
    kept_bytes: Callable[[], int]
    clear: Callable[[], int]
    """Returns how many bytes it had."""


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
    for name, one in caches().items():
        size = in_bytes(found[name])
        terminal.tell(f"{one.what}: {size} forgotten" if clear else f"{one.what}: {size}")


def caches() -> dict[str, Cache]:
    """All there are, by name."""
    from engine import compiled_cache
    from engine.parts.data import picture_entries
    from engine.parts.data.sheet import table_cache

    pictures = Cache("decoded pictures", picture_entries.kept_bytes, picture_entries.clear)
    tables = Cache("parsed tables", table_cache.kept_bytes, table_cache.clear)
    steps = Cache("compiled steps", compiled_cache.kept_bytes, compiled_cache.clear)
    return {"images": pictures, "tables": tables, "compiled": steps}

"""`perceptui doctor --system` and `perceptui paths`: this system, and where things are in it."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from engine.errors import PerceptuiError
from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json
from tui.language import tr
from tui.waiting_trainer import who_waits


@app.command()
def paths(
    ctx: typer.Context,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Say where files go, what is kept, and which trainer waits for a next command."""
    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found = {name: str(path) for name, path in places(shared).items()}
    found["kept_images"] = _kept_images()
    found["kept_compiled"] = _kept_compiled()
    found["waiting_trainer"] = who_waits()
    if shared.json:
        print_json(found)
        return
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    for name, text in found.items():
        terminal.tell(f"{name.replace('_', ' '):<16}{tr(text)}")


def _kept_images() -> str:
    from engine.limits import in_bytes
    from engine.parts.data.picture_entries import ENTRIES, most_bytes

    return f"{in_bytes(ENTRIES.kept_bytes())} of at most {in_bytes(most_bytes())}"


def _kept_compiled() -> str:
    from engine.compiled_cache import MOST_KEPT_BYTES, STEPS
    from engine.limits import in_bytes

    return f"{in_bytes(STEPS.kept_bytes())} of at most {in_bytes(MOST_KEPT_BYTES)}"


def places(shared: o.Shared) -> dict[str, Path]:
    """Every place that something is kept in or looked for, by its name."""
    from engine import paths as kept
    from engine.spec.presets import folders, shipped_folder

    return {
        "config": kept.config_dir(),
        "presets": folders()[0],
        "shipped_presets": shipped_folder(),
        "data": shared.data,
        "runs": shared.runs.absolute(),
        "tables": kept.tables_dir(),
        "images": kept.images_dir(),
        "compiled": kept.compiled_dir(),
        "index_of_runs": kept.index_dir(),
        "lessons_done": kept.progress_file(),
        "sockets": _sockets(),
        "log": kept.log_file(),
    }


def _sockets() -> Path:
    """Where trainers listen; named also where it can't be used."""
    from engine.service.protocol.socket_directory import socket_dir

    try:
        return socket_dir()
    except PerceptuiError:
        return Path(os.environ.get("PERCEPTUI_SOCKET_DIR") or "/tmp") / f"perceptui-{os.getuid()}"


def tell_system(shared: o.Shared) -> None:
    """Print what a report of a bug should hold, in English."""
    from rich.text import Text

    from tui.system_report import sections
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    found = sections(terminal.look, places(shared))
    if shared.json:
        print_json(found)
        return
    from tui.renderables.sanitize import plain

    for title, lines in found.items():
        terminal.line(Text(f"## {title}\n"))
        for line in lines:
            terminal.line(Text(f"    {plain(line, terminal.look.ascii)}"))
        terminal.line()

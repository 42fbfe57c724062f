"""`perceptui film`: how a run learned, from its snapshots, as a film for others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json
from tui.commands.one_off_session import answer_of
from tui.commands.output import may_replace

if TYPE_CHECKING:
    from engine.service.client.session import Session
    from tui.film.shooting import Film

_SIZE = re.compile(r"(\d{1,4})[x×](\d{1,4})")


@app.command()
def film(
    ctx: typer.Context,
    run: o.RunArgument,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Where to write it: .cast, .gif or .svg; needed."
        ),
    ] = None,
    size: Annotated[
        str, typer.Option("--size", metavar="COLUMNSxROWS", help="Of a frame, in characters.")
    ] = "100x30",
    frames: Annotated[
        int, typer.Option("--frames", metavar="N", help="As many frames at most.")
    ] = 120,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="N", help="How long it takes.")
    ] = 8.0,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there, without asking.")
    ] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Show how a run learned, as a film: .cast for asciinema, .gif, or its last frame as .svg."""
    from engine.export.writer import check_output
    from engine.runs.files import replace_bytes
    from engine.runs.run import find_run
    from tui.film.formats import FORMATS
    from tui.film.shooting import Wanted, shot
    from tui.renderables.look import Look
    from tui.terminal.printing import Terminal

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    if output is None or output.suffix.lower() not in FORMATS:
        known = ", ".join(FORMATS)
        raise UsageError(f"film: say where to write it with -o FILE, whose name ends in {known}")
    width, height = _checked_size(size)
    suffix = output.suffix.lower()
    wanted = Wanted(
        width=width,
        height=height,
        frames=_checked_frames(frames),
        seconds=_checked_seconds(seconds),
        look=Look(ascii=shared.ascii),
        last_only=suffix == ".svg",
    )
    found = find_run(run, shared.runs)
    force = force or may_replace(
        output, lambda replace: check_output(found, output, shared.data, replace=replace)
    )
    printed = Terminal(ascii_only=shared.ascii)

    async def ask(session: Session) -> Film:
        return await shot(session, found, wanted, shared.data)

    content = FORMATS[suffix](answer_of(ask))
    target = check_output(found, output, shared.data, replace=force)
    try:
        replace_bytes(target, content, keep_mode=True)
    except OSError as error:
        raise UsageError(f"{output}: can't be written ({error.strerror or error})") from error
    if shared.json:
        print_json({"file": str(output)})
    else:
        printed.tell(str(output))


def _checked_size(text: str) -> tuple[int, int]:
    from tui.film.frame import LEAST_HEIGHT, LEAST_WIDTH, MOST_HEIGHT, MOST_WIDTH

    found = _SIZE.fullmatch(text.strip())
    columns, rows = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (LEAST_WIDTH <= columns <= MOST_WIDTH and LEAST_HEIGHT <= rows <= MOST_HEIGHT):
        raise UsageError(
            f"--size {text}: give {LEAST_WIDTH}x{LEAST_HEIGHT} to {MOST_WIDTH}x{MOST_HEIGHT}, "
            "columns and rows"
        )
    return columns, rows


def _checked_frames(count: int) -> int:
    from tui.film.shooting import MOST_FRAMES

    if not 1 <= count <= MOST_FRAMES:
        raise UsageError(f"--frames {count}: give 1 to {MOST_FRAMES}")
    return count


def _checked_seconds(seconds: float) -> float:
    if not 0.1 <= seconds <= 600:
        raise UsageError(f"--seconds {seconds:g}: give 0.1 to 600")
    return seconds

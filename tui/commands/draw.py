"""`perceptui draw`: a run's network makes samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json
from tui.commands.one_off_session import answer_of

if TYPE_CHECKING:
    from engine.parts.shapes import Shape
    from engine.runs.run import Run

Rows = Sequence[Sequence[float]]
WIDEST = 28
"""Columns of a picture that is drawn in text, at most."""
LEAST_PIXELS = 32
"""Width of a picture in a PNG, about: smaller ones are enlarged."""


@app.command()
def draw(
    ctx: typer.Context,
    run: o.RunArgument,
    count: Annotated[
        int, typer.Option("-n", "--count", metavar="N", min=1, help="Samples to make.")
    ] = 64,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="A new file to write them to: .csv, and of pictures .png, side by side.",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Start of the random numbers.")
    ] = 0,
    checkpoint: o.CheckpointOption = "last",
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Have a run's network make samples, if it was asked to learn that.

    The same seed makes the same. Without a file points are printed as CSV, pictures are drawn.
    """
    from engine.errors import UsageError
    from engine.runs.files import replace_bytes
    from engine.runs.run import find_run
    from tui.language import tr

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found, kind = find_run(run, shared.runs), o.kind(checkpoint)
    if output is not None and output.exists():
        raise UsageError(f"{output} is there already: give the name of a new file")
    if output is not None and output.suffix.lower() == ".png":
        _check_pictures(found, output)
    rows = answer_of(lambda session: session.runs.draw(found, count, seed, kind))
    if shared.json:
        print_json({"seed": seed, "samples": rows})
        return
    shape = found.facts().made
    if output is None and len(shape) == 3:
        _print_pictures(rows, shape, shared)
        return
    if output is not None and output.suffix.lower() == ".png":
        content = _side_by_side(rows, shape)
    else:
        lines = [",".join(f"x{n + 1}" for n in range(len(rows[0])))]
        lines += [",".join(f"{value:.6g}" for value in row) for row in rows]
        content = ("\n".join(lines) + "\n").encode()
    if output is None:
        typer.echo(content.decode(), nl=False)
        return
    try:
        replace_bytes(output, content)
    except OSError as error:
        raise UsageError(f"{output}: can't be written ({error.strerror or error})") from error
    typer.echo(tr(f"{len(rows):,} samples in {output}"))


def _check_pictures(run: Run, output: Path) -> None:
    """Raise UsageError where what a run makes is no picture."""
    from engine.errors import UsageError

    shape = run.facts().made
    if shape and (len(shape) != 3 or shape[0] not in (1, 3)):
        raise UsageError(f"{output}: this network makes points, no pictures: write them to a .csv")


def _print_pictures(rows: Rows, shape: Shape, shared: o.Shared) -> None:
    """As many beside each other as the terminal is wide."""
    from rich.text import Text

    from tui.renderables.images import Image, strip
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    channels, height, width = shape
    wide = min(width, WIDEST)
    each = max(1, (terminal.width + 1) // (wide + 1))
    images = [Image(width, height, channels, _in_bytes(row)) for row in rows]
    for first in range(0, len(images), each):
        line = images[first : first + each]
        for row in [*strip(line, terminal.width, terminal.look, columns=wide, gap=1), Text()]:
            terminal.line(row)


def _side_by_side(rows: Rows, shape: Shape) -> bytes:
    """Pictures as one PNG, about as many across as down, each pixel large enough to be seen."""
    import io

    import numpy as np
    from PIL import Image

    channels, height, width = shape
    across = math.isqrt(len(rows) - 1) + 1
    down = -(-len(rows) // across)
    sheet = np.zeros((down * (height + 1) - 1, across * (width + 1) - 1, channels), np.uint8)
    for number, row in enumerate(rows):
        top, left = number // across * (height + 1), number % across * (width + 1)
        picture = np.frombuffer(_in_bytes(row), np.uint8).reshape(shape).transpose(1, 2, 0)
        sheet[top : top + height, left : left + width] = picture
    image = Image.fromarray(sheet if channels == 3 else sheet[:, :, 0])
    times = max(1, LEAST_PIXELS // max(width, height))
    larger = image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
    file = io.BytesIO()
    larger.save(file, "png")
    return file.getvalue()


def _in_bytes(row: Sequence[float]) -> bytes:
    """Pixels from 0 to 1 as 0 to 255; what is no number is black."""
    return bytes(min(max(round(255 * x), 0), 255) if math.isfinite(x) else 0 for x in row)

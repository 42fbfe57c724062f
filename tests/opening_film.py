"""Makes the picture at the README's beginning: `make film`, after a change of what it shows."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.tui.command_line import perceptui

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "opening.gif"
SIZE = (84, 24)
FRAMES = 60
MOST_BYTES = 1_500_000
"""Nobody waits for more before reading on."""


def make(output: Path, *options: str, frames: int = FRAMES, size: tuple[int, int] = SIZE) -> None:
    """Train spiral, with these options, and film it."""
    with TemporaryDirectory() as folder:
        kept = ("--runs-dir", folder)
        shape = ("--size", f"{size[0]}x{size[1]}", "--frames", str(frames))
        for outcome in (
            perceptui("--preset", "spiral", "--device", "cpu", "--quiet", *options, *kept),
            perceptui("film", "last", *shape, "-o", str(output), "--force", *kept),
        ):
            assert outcome.code == 0, outcome.err


if __name__ == "__main__":
    make(PICTURE)
    assert PICTURE.stat().st_size <= MOST_BYTES, "too large a picture"

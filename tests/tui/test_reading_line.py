"""How far the reading of a large table is, on stderr."""

from __future__ import annotations

import io

import pytest

from engine.parts.data import Loading
from engine.parts.data.csv_file import Csv
from engine.parts.data.sheet import table_cache
from engine.parts.data.sheet.reader_process import tell_reading
from tests.tui.command_line import Bench
from tui.headless.reading_line import ReadingLine

HALF = Loading("a.csv", 1_000_000, 2_000_000, "reading")
WHOLE = Loading("a.csv", 2_000_000, 2_000_000, "reading")


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_one_line_moves() -> None:
    """And is gone at the end."""
    screen = Screen()
    line = ReadingLine(screen)
    line(HALF)
    line(WHOLE)
    assert screen.getvalue() == "\r\x1b[Kreading a.csv: 50%, 1.0 of 2.0 MB\r\x1b[K"


def test_elsewhere_it_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    """With the size."""
    line = ReadingLine(io.StringIO())
    line(HALF)
    line(WHOLE)
    assert capsys.readouterr().err == "perceptui: reading a.csv (2.0 MB)\n"


def test_a_reader_tells_and_can_be_called_off(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of its own reads; what whoever listens raises ends it, and nothing is kept."""
    monkeypatch.setattr("engine.parts.data.meter.FIRST_S", 0.0)
    monkeypatch.setattr("engine.parts.data.meter.EACH_S", 0.0)
    monkeypatch.setattr(table_cache, "LARGE_BYTES", 1000)
    path = bench.folder / "t.csv"
    path.write_text("x,y\n" + "".join(f"{n},{n % 2}\n" for n in range(5000)), "utf-8")
    size = path.stat().st_size
    told: list[Loading] = []

    def called_off(loading: Loading) -> None:
        raise KeyboardInterrupt

    try:
        tell_reading(called_off)
        with pytest.raises(KeyboardInterrupt):
            Csv(str(path), "y").facts()
        tell_reading(told.append)
        facts = Csv(str(path), "y").facts()
    finally:
        tell_reading(None)
    assert facts is not None
    assert facts.num_samples == 5000
    assert told[0] == Loading("t.csv", size, size, "reading")
    assert told[-1] == Loading("t.csv", size, size, "reading")

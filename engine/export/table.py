"""The reported epochs as a table."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from engine.export.format import Format

if TYPE_CHECKING:
    from engine.export.source import Source


class EpochTable(Format):
    """CSV; a number that is not finite is an empty cell."""

    name = "csv"
    what = "the reported epochs, a row each"
    purpose = "For a spreadsheet, or a plot of your own."
    suffix = ".csv"
    is_text = True

    def content(self, source: Source) -> bytes:
        """A column for whatever was recorded of any epoch."""
        import csv

        from engine.runs.events import EpochFinished

        rows = [e.spread() for e in source.run.events() if isinstance(e, EpochFinished)]
        names = dict.fromkeys(name for row in rows for name in row)
        columns = [name for name in names if name not in ("event", "n")]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            values = [row.get(name) for name in columns]
            writer.writerow(["" if value is None else value for value in values])
        return text.getvalue().encode()

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
    is_text = True

    def content(self, source: Source) -> bytes:
        """A column for whatever was recorded of any epoch."""
        import csv

        from msgspec import UNSET

        from engine.runs.events import EpochFinished

        epochs = [event for event in source.run.events() if isinstance(event, EpochFinished)]
        columns = [
            name
            for name in EpochFinished.__struct_fields__
            if name != "n" and any(getattr(epoch, name) is not UNSET for epoch in epochs)
        ]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        for epoch in epochs:
            values = [getattr(epoch, name) for name in columns]
            writer.writerow(["" if value is None or value is UNSET else value for value in values])
        return text.getvalue().encode()

"""What a person calls a run: what it is of, and when it was."""

from __future__ import annotations

import re
from datetime import datetime

from engine.runs.run import Run
from tui.renderables.numbers import ago

_STAMP = re.compile(r"(\d{8}-\d{6})-")


def age(run: Run, now: datetime | None = None) -> str:
    """How long ago a run began, as its name says; empty where it does not."""
    found = _STAMP.match(run.name)
    if found is None:
        return ""
    try:
        began = datetime.strptime(found[1], "%Y%m%d-%H%M%S")
    except ValueError:  # digits that are no date
        return ""
    return ago(((now or datetime.now()) - began).total_seconds())

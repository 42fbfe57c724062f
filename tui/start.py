"""Starts the app from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.app import PerceptuiApp
from tui.bench import Places
from tui.options import Shared

if TYPE_CHECKING:
    from engine.runs.reader import Run
    from engine.spec.experiment import Experiment


def start(shared: Shared, what: str | None, *, slow_link: bool) -> int:
    """Run the app until it is left; returns the exit code. Raises UsageError for a bad WHAT."""
    first, run = _named(shared, what) if what is not None else (None, None)
    app = PerceptuiApp(
        places=Places(shared.runs, shared.data),
        ascii_only=shared.ascii,
        slow_link=slow_link,
        first=first,
        attach_to=run,
    )
    return app.run() or app.return_code or 0


def _named(shared: Shared, what: str) -> tuple[tuple[str, Experiment] | None, Run | None]:
    from engine.runs.reader import find_run
    from engine.spec.presets import what_is
    from tui.request import experiment_of

    if what_is(what) == "run":
        return None, find_run(what, shared.runs)
    return experiment_of(what, shared.runs), None

"""Starts the app from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.drivers.linux_driver import LinuxDriver

from tui.app import PerceptuiApp
from tui.live.asking import Folders
from tui.terminal.driver import TerminalDriver

if TYPE_CHECKING:  # the options bring the whole command line with them
    from engine.runs.run import Run
    from engine.spec.experiment import Experiment
    from tui.commands.options import Shared


def start(shared: Shared, what: str | None, *, slow_link: bool) -> int:
    """Run the app until it is left; returns the exit code. Raises UsageError for a bad WHAT."""
    first, live = _named(shared, what) if what is not None else (None, None)
    app = PerceptuiApp(
        folders=Folders(shared.runs, shared.data),
        ascii_only=shared.ascii,
        slow_link=slow_link,
        first=first,
        attach_to=live,
    )
    return run(app)


def run(app: PerceptuiApp) -> int:
    """Run an app on the terminal until it is left; returns the exit code."""
    if app.driver_class is LinuxDriver:
        app.driver_class = TerminalDriver
    return app.run() or app.return_code or 0


def _named(shared: Shared, what: str) -> tuple[tuple[str, Experiment] | None, Run | None]:
    from engine.runs.run import find_run
    from engine.spec.presets import what_is
    from tui.commands.request import experiment_of

    if what_is(what) == "run":
        return None, find_run(what, shared.runs)
    return experiment_of(what, shared.runs), None

"""Starts the app from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.drivers.linux_driver import LinuxDriver

from engine.errors import UsageError
from engine.paths import expanded
from tui.app import PerceptuiApp
from tui.live.following import Folders
from tui.terminal.driver import TerminalDriver

if TYPE_CHECKING:  # the options bring the whole command line with them
    from engine.runs.run import Run
    from engine.spec.experiment import Experiment
    from tui.commands.options import Shared


def start(shared: Shared, what: str | None, *, slow_link: bool) -> int:
    """Run the app until it is left; returns the exit code. Raises UsageError for a bad WHAT."""
    first, past, own_data = _named(shared, what) if what is not None else (None, None, None)
    app = PerceptuiApp(
        folders=Folders(shared.runs, shared.data),
        ascii_only=shared.ascii,
        slow_link=slow_link,
        first=first,
        attach_to=past,
        own_data=own_data,
    )
    return run(app)


def learn(shared: Shared, name: str | None) -> int:
    """Run the app on a lesson, or on the list of them; returns the exit code.

    Raises UsageError or BadLesson.
    """
    from tui.learning.glance import comes_along

    if name and comes_along(name) is None:
        from engine.lessons.library import find_lesson

        find_lesson(name)
    app = PerceptuiApp(
        folders=Folders(shared.runs, shared.data), ascii_only=shared.ascii, lesson=name or ""
    )
    return run(app)


def present(shared: Shared, what: str, *, is_lesson: bool = False) -> int:
    """Run the app for a projector; returns the exit code. Raises UsageError for a bad WHAT.

    is_lesson: it is a lesson, also where a preset is called so.
    """
    first, past, lesson = presentable(shared, what, is_lesson=is_lesson)
    app = PerceptuiApp(
        folders=Folders(shared.runs, shared.data),
        ascii_only=shared.ascii,
        first=first,
        attach_to=past,
        lesson=lesson,
        presents=True,
    )
    return run(app)


def presentable(
    shared: Shared, what: str, *, is_lesson: bool
) -> tuple[tuple[str, Experiment] | None, Run | None, str | None]:
    """The experiment, the run, or the lesson that a WHAT to present names; raises UsageError."""
    from engine.lessons import heads
    from engine.lessons.library import find_lesson
    from engine.spec import presets

    if is_lesson or (what in heads.names() and what not in presets.names()):
        return None, None, find_lesson(what).name
    first, past, own_data = _named(shared, what)
    if own_data is not None:
        raise UsageError(f"{what}: `perceptui new {what}` makes an experiment of it to present")
    return first, past, None


def run(app: PerceptuiApp) -> int:
    """Run an app on the terminal until it is left; returns the exit code."""
    if app.driver_class is LinuxDriver:
        app.driver_class = TerminalDriver
    return app.run() or app.return_code or 0


def check(shared: Shared, what: str) -> None:
    """Raise UsageError for a WHAT that is nothing."""
    _named(shared, what)


def _named(
    shared: Shared, what: str
) -> tuple[tuple[str, Experiment] | None, Run | None, Path | None]:
    """The experiment, the run, or the table or folder that a WHAT names."""
    from engine.spec.presets import what_is
    from tui.commands.named import is_own_data
    from tui.commands.request import experiment_of, run_of
    from tui.editing.share import is_command

    if is_own_data(what):
        path = expanded(what)
        if not path.exists():
            raise UsageError(f"{what}: No such file or directory")
        return None, None, path
    if not is_command(what) and what_is(what) == "run":
        return None, run_of(what, shared.runs), None
    return experiment_of(what, shared.runs), None, None

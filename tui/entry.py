"""The program `perceptui`: the app at once where nothing else is asked for."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

from tui.terminal.streams import has_screen

GARBAGE = (5_000, 10, 100)
"""Objects, and collections of the younger ones, between two looks of the garbage collector.

By Python's own figures it looks at all that is loaded three times in the app's first minute, for
0.1 to 0.35 s each on a busy machine: once while it starts, and then keys wait for as long. Four
times as many objects between two looks were 3 MB more that nobody needs.
"""


def main() -> None:
    """Open the app, or leave it to the command line, which takes a while to import."""
    if len(sys.argv) == 3 and sys.argv[1] == "--complete":  # a shell, that a person waits for
        from tui.shell import completion

        completion.main(sys.argv[2])
        return
    gc.set_threshold(*GARBAGE)
    if len(sys.argv) == 1 and has_screen():
        from tui.app import PerceptuiApp
        from tui.start import run
        from tui.terminal.log import log_to_file

        log_to_file()
        leave(run(PerceptuiApp()))
    if len(sys.argv) == 3 and sys.argv[1] == "learn" and has_screen():
        from tui.learning.glance import comes_along

        if comes_along(name := sys.argv[2]) is not None:  # whatever else has its answer below
            from tui.app import PerceptuiApp
            from tui.start import run
            from tui.terminal.log import log_to_file

            log_to_file()
            leave(run(PerceptuiApp(lesson=name)))
    from tui import cli

    leave(cli.answer())


def leave(code: int) -> NoReturn:
    """End at once: all is written, and to tidy up its modules takes Python its time."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # it was closed
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()

"""The program `perceptui`: the app at once where nothing else is asked for."""

from __future__ import annotations

import gc
import os
import sys

GARBAGE = (20_000, 20, 100)
"""Objects, and collections of the younger ones, between two looks of the garbage collector.

By Python's own figures it looks at all that is loaded three times in the app's first minute, for
0.1 to 0.35 s each on a busy machine: once while it starts, and then keys wait for as long.
"""


def main() -> None:
    """Open the app, or leave it to the command line, which takes a while to import."""
    gc.set_threshold(*GARBAGE)
    if len(sys.argv) == 1 and os.environ.get("TERM") != "dumb" and os.isatty(0) and os.isatty(1):
        from tui.app import PerceptuiApp
        from tui.start import run
        from tui.terminal.log import log_to_file

        log_to_file()
        sys.exit(run(PerceptuiApp()))
    from tui import cli

    cli.main()


if __name__ == "__main__":
    main()

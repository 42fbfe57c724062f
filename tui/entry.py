"""The program `perceptui`: the app at once where nothing else is asked for."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Open the app, or leave it to the command line, which takes a while to import."""
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

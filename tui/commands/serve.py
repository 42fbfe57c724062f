"""`perceptui serve`: the app in a browser."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from engine.errors import UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.complaint import complain

PORT = 8765
HERE = "127.0.0.1"
"""Not `localhost`: that may lead a browser to whoever listens on ::1."""


@app.command()
def serve(
    ctx: typer.Context,
    what: Annotated[
        str | None, typer.Argument(metavar="WHAT", help="A file, else a preset, else a run.")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="HOST", help="Listen to others there, too: 0.0.0.0."),
    ] = None,
    port: Annotated[
        int,
        typer.Option("--port", metavar="N", min=0, max=65535, help="Listen there; 0: anywhere."),
    ] = PORT,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
) -> None:
    """Open the app in a browser, at an address that nobody else knows."""
    if any(find_spec(name) is None for name in ("textual_serve", "aiohttp")):
        raise UsageError("serve needs textual-serve: pip install 'perceptui[serve]'")
    from tui.browser.doorkeeper import new_token
    from tui.browser.listening import address_of, listening
    from tui.browser.server import BrowserServer
    from tui.start import check

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, False)
    if what is not None:
        check(shared, what)
    words = [*_language(), "open", *([what] if what is not None else [])]
    words += ["--runs-dir", str(shared.runs), "--data-dir", str(shared.data)]
    words += ["--ascii"] if shared.ascii else []
    # -P: a folder named tui in the working directory must not run instead.
    command = [sys.executable, "-P", "-m", "tui.entry", *words]
    token = new_token()
    with listening(host or HERE, port) as socket:
        if host is not None:
            complain(
                f"warning: --host {host}: whoever has this address can do here what you can, and "
                f"nothing on its way is encrypted. `ssh -L` leads to {HERE} without that"
            )
        typer.echo(address_of(socket, host or HERE, token))
        typer.echo("Whoever has this address has the app. ctrl+c ends it; what trains goes on.")
        sys.stdout.flush()
        BrowserServer(command, token, host or HERE).serve_on(socket)


def _language() -> list[str]:
    """What was asked for on the command line, for the app as well."""
    from tui.language.choice import OPTION, asked

    return [] if asked() == "auto" else [OPTION, asked()]

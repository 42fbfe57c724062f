"""`perceptui presets`: those that come along, and one's own."""

from __future__ import annotations

import typer

from tui.commands import app
from tui.commands import options as o
from tui.commands.complaint import complain
from tui.commands.json_line import print_json
from tui.language import tr


@app.command("presets")
def presets_command(
    ctx: typer.Context,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """List the presets: those that come along and your own."""
    list_presets(ctx.obj.merged(runs_dir, data_dir, ascii, json))


def list_presets(shared: o.Shared) -> None:
    """Print every preset by group; files that can't be read are named on stderr."""
    from engine.spec.presets import listings

    found, errors = listings()
    if shared.json:
        for preset in found:
            print_json({**vars(preset), "path": str(preset.path)})
    else:
        from rich.text import Text

        from tui.renderables.sanitize import fit
        from tui.terminal.printing import Terminal

        terminal = Terminal(ascii_only=shared.ascii)
        ascii_only = terminal.look.ascii
        widest = max((len(preset.name) for preset in found), default=0)
        group = None
        for preset in found:
            if preset.group != group:
                if group is not None:
                    terminal.line()
                group = preset.group
                terminal.line(Text(fit(tr(group), terminal.width, ascii_only), style="bold"))
            summary = tr(preset.summary or preset.title)
            text = f"  {preset.name:<{widest}}  {summary}"
            terminal.line(Text(fit(text, terminal.width, ascii_only)))
        terminal.line()
        terminal.line("Train one:  perceptui --preset NAME      Look at one:  perceptui show NAME")
    for error in errors:
        complain(str(error))

"""The help of the command line in the language that is spoken."""

from __future__ import annotations

from typing import Any

from tui.commands.help_lines import fold
from tui.language import tr


def translate(command: Any) -> None:  # click's types are typer's own, under a private name
    """Say the help of a command, its options and its subcommands."""
    for field in ("help", "short_help", "epilog"):
        text = getattr(command, field, None)
        if text:
            setattr(command, field, _said(text))
    for parameter in command.params:
        if text := getattr(parameter, "help", None):
            parameter.help = tr(text)
    fold(command)
    for below in getattr(command, "commands", {}).values():
        translate(below)


def _said(text: str) -> str:
    """A text of several paragraphs."""
    return "\n\n".join(tr(" ".join(paragraph.split())) for paragraph in text.split("\n\n"))

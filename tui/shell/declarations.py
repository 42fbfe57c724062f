"""The commands and their options as typer has them: for the manual page, completions, reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer


@dataclass(frozen=True)
class Option:
    """An option of a command."""

    names: tuple[str, ...]
    metavar: str
    """What it takes; empty for a flag."""
    help: str
    panel: str
    """The part of the help that it stands in; empty for the command's own."""


@dataclass(frozen=True)
class Argument:
    """What a command is given by its place."""

    metavar: str
    help: str
    is_required: bool

    @property
    def usage(self) -> str:
        return self.metavar if self.is_required else f"[{self.metavar.strip('[]')}]"


@dataclass(frozen=True)
class Command:
    """A command; the first of all is the root, whose name is empty."""

    name: str
    """As it is typed behind `perceptui`: `sweeps stop`."""
    help: str
    options: tuple[Option, ...]
    arguments: tuple[Argument, ...]
    inside: tuple[str, ...]
    """The names of the commands below it."""

    @property
    def usage(self) -> str:
        words = ["perceptui", self.name, *(one.usage for one in self.arguments)]
        return " ".join(word for word in words if word)


def commands() -> list[Command]:
    """Every command, the root first, in the order of the help."""
    import tui.cli  # noqa: F401  # it declares the root
    from tui.commands import app

    return list(_walk(typer.main.get_command(app), ""))


def _walk(command: Any, name: str) -> Iterator[Command]:
    """A command and those below it; click's types are typer's own, under a private name."""
    inside: dict[str, Any] = getattr(command, "commands", {})
    parameters = command.params
    yield Command(
        name,
        " ".join((command.help or "").split("\n\n")[0].split()),
        tuple(_option(one) for one in parameters if one.param_type_name == "option"),
        tuple(
            Argument(one.metavar or one.name.upper(), one.help or "", one.required)
            for one in parameters
            if one.param_type_name == "argument"
        ),
        tuple(inside),
    )
    for below, one in inside.items():
        yield from _walk(one, f"{name} {below}".strip())


def _option(one: Any) -> Option:
    metavar = "" if one.is_flag else one.metavar or one.type.name.upper()
    panel = getattr(one, "rich_help_panel", None) or ""
    return Option((*one.opts, *one.secondary_opts), metavar, one.help or "", panel)

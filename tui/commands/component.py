"""What `perceptui show` says of a component: how it is called, and each of its arguments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.commands.json_line import print_json
from tui.commands.options import Shared

if TYPE_CHECKING:
    from engine.parts.component import Component

_CALL = "()"


def components_of(what: str, runs_dir: Path) -> list[type[Component]]:
    """The components that a WHAT names: those of a call `circle()`, or of no preset or run."""
    from engine.errors import UsageError
    from engine.runs.run import find_run
    from engine.spec import presets
    from engine.spec.catalogue import named

    found = named(what.removesuffix(_CALL))
    if not found or what.endswith(_CALL):
        return found
    if presets.what_is(what) != "run":
        return []
    try:
        find_run(what, runs_dir)
    except UsageError:
        return found
    return []


def _kind(component: type[Component]) -> str:
    return f"{component.family}, {component.plugin}" if component.plugin else component.family


def show_component(component: type[Component], shared: Shared) -> None:
    """Print its call, what it is, and its arguments."""
    from rich.text import Text

    from engine.parts.component import literal
    from engine.parts.kinds import describe
    from tui.renderables.table import heading, sentence
    from tui.terminal.printing import Terminal

    arguments = [
        (name, "" if d.required else literal(d.default), describe(kind, d), d.help)
        for name, (kind, d) in component.parameters().items()
    ]
    if shared.json:
        keys = ("argument", "default", "accepted", "help")
        print_json(
            {
                "component": component.name,
                "family": component.family,
                "plugin": component.plugin or None,
                "call": component.signature(),
                "help": component.help(),
                "arguments": [dict(zip(keys, values, strict=True)) for values in arguments],
            }
        )
        return
    terminal = Terminal(ascii_only=shared.ascii)
    look, width = terminal.look, terminal.width
    terminal.rows([heading(f"{component.name} ({_kind(component)})", width, look)])
    terminal.rows(sentence(component.help(), min(width, 90), look, dim=False))
    terminal.line()
    terminal.rows(sentence(component.signature(), width, look, dim=False))
    for name, default, accepted, help in arguments:
        terminal.line()
        said = f"{name} = {default}" if default else f"{name} (needed)"
        terminal.rows([heading(said, width, look)])
        rows = sentence(f"{help}; give {accepted}", min(width, 90) - 2, look, dim=False)
        terminal.rows([Text.assemble("  ", row) for row in rows])

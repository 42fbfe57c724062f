"""The keys that screens and widgets declare, and doing what one of them does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol, runtime_checkable

from textual.actions import parse
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from tui.language import tr
from tui.renderables.sanitize import plain


@runtime_checkable
class Reasoned(Protocol):
    """A node that says why an action of it can't be used now."""

    def why_not(self, action: str) -> str:
        """A sentence; empty where there is nothing to say."""


class Key(NamedTuple):
    """What to press, and what it does."""

    label: str
    does: str
    action: str
    node: DOMNode
    """Whose action it is."""

    @property
    def told(self) -> str:
        """What its action says of itself: more words to find it by."""
        action = getattr(self.node, f"action_{_name(self.action)}", None)
        return (action.__doc__ or "") if action is not None else ""

    @property
    def is_usable(self) -> bool:
        """Whether it does something now."""
        _, name, parameters = parse(self.action)
        return self.node.check_action(name, parameters) is True

    @property
    def why_not(self) -> str:
        """Why it can't be used now."""
        return why_not(self.node, self.action) or tr(f"{self.label} ({self.does}) does nothing now")


def why_not(node: DOMNode, action: str) -> str:
    """What a node says of an action that can't be used; empty where it says nothing."""
    return node.why_not(_name(action)) if isinstance(node, Reasoned) else ""


def declared(
    app: App[object], node: DOMNode, kind: type[DOMNode], without: type[DOMNode] | None = None
) -> Iterator[Key]:
    """The keys that a class and its bases but one declare, those of one action together."""
    found: dict[tuple[str, str], list[str]] = {}
    taken: set[str] = set()
    for binding in _bindings(kind, without):
        if binding.key in taken or not binding.description:
            continue
        taken.add(binding.key)
        display = plain(app.get_key_display(binding))
        found.setdefault((binding.action, binding.description), []).append(display)
    for (action, description), labels in found.items():
        yield Key(" ".join(dict.fromkeys(labels)), tr(description), action, node)


def unusable(key: str, app: App[object]) -> Key | None:
    """What a key would do if it could be used, of what has the focus or the screen.

    None where it does something, or nobody declares it.
    """
    nodes: list[Widget] = [node for node in (app.focused, app.screen) if node is not None]
    bound = [
        (node, binding)
        for node in nodes
        for binding in _bindings(type(node), Screen)
        if binding.key == key
    ]
    if any(_acts(app, node, binding.action) for node, binding in bound):
        return None
    for node, binding in bound:
        if binding.description:
            label = plain(app.get_key_display(binding))
            return Key(label, tr(binding.description), binding.action, node)
    return None


def _acts(app: App[object], node: DOMNode, action: str) -> bool:
    """Whether an action that a node binds does something now, listed for the person or not."""
    owner, name, parameters = parse(action)
    owners: dict[str, DOMNode] = {"app": app, "screen": app.screen}
    asked = owners.get(owner, node)
    return asked.check_action(name, parameters) is True


async def do(app: App[object], key: Key) -> None:
    """Close the screens above the one that the key belongs to; then act."""
    owner = key.node if isinstance(key.node, App | Screen) else key.node.screen
    while isinstance(owner, Screen) and app.screen is not owner and owner in app.screen_stack:
        await app.pop_screen()
    await app.run_action(key.action, key.node)


def _bindings(kind: type[DOMNode], without: type[DOMNode] | None) -> Iterator[Binding]:
    for one in kind.__mro__:
        if one is not without:
            yield from Binding.make_bindings(one.__dict__.get("BINDINGS", []))


def _name(action: str) -> str:
    """`app.rewind('best')` as `rewind`."""
    return action.partition("(")[0].rpartition(".")[2]

"""Every key that is bound somewhere in the app, and how texts for people write it."""

from __future__ import annotations

from tui.app import PerceptuiApp
from tui.screens.workbench import WorkbenchScreen
from tui.widgets.editor import Editor
from tui.widgets.network import NetworkView
from tui.widgets.scrolled import ScrolledView
from tui.widgets.training import LossCurve

WRITTEN = {
    "?": "question_mark",
    "+": "plus",
    "-": "minus",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    ",": "comma",
    ".": "full_stop",
    "<": "less_than_sign",
    ">": "greater_than_sign",
    "{": "left_curly_bracket",
    "}": "right_curly_bracket",
    "esc": "escape",
    "←": "left",
    "→": "right",
    "↑": "up",
    "↓": "down",
}
"""Textual's names of the keys that are written otherwise."""


def bound_keys() -> set[str]:
    """By Textual's names."""
    return {
        key
        for kind in (PerceptuiApp, WorkbenchScreen, Editor, LossCurve, NetworkView, ScrolledView)
        for owner in kind.__mro__
        if owner.__module__.startswith("tui.")
        for binding in owner.__dict__.get("BINDINGS", ())
        for key in (binding[0] if isinstance(binding, tuple) else binding.key).split(",")
    } | {"ctrl+p"}


def named(key: str) -> str:
    """The name of a key that a text writes."""
    return WRITTEN.get(key, key)

"""Texts of a person can do nothing inside a script but be read."""

from __future__ import annotations

import ast

from hypothesis import example, given
from hypothesis import strategies as st

from engine.runs.script import script
from engine.runs.script.wording import docstring, plain
from tests.engine.runs.repetition import NOWHERE, run_here, small


@given(st.lists(st.text(), max_size=3))
@example(['"""\nimport os\n"""'])
@example(["ends with a backslash \\", '"'])
@example(["\x1b[31mred\u202egnp.exe"])
def test_a_docstring_holds_its_texts(paragraphs: list[str]) -> None:
    """Any text comes back out of the docstring's literal, in one line, without control codes."""
    value = ast.literal_eval("\n".join(docstring(paragraphs)))
    assert value.split() == " ".join(plain(text) for text in paragraphs).split()
    assert all(c.isprintable() or c == "\n" for c in value)


def test_a_title_does_not_run() -> None:
    """A title that tries to be code stays a title."""
    title = '"""\nraise SystemExit\n"""\\'
    output = run_here(script(small(title=title, summary="'''\\x1b[2J"), NOWHERE))
    assert len(output.epochs) == 5

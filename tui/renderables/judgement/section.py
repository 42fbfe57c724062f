"""A part of a judgement, before it is text for a terminal or Markdown for a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.sanitize import plain
from tui.renderables.table import Column, heading, sentence, table
from tui.report.document import Block

FILE_WIDTH = 78
"""Columns of what is drawn into a file."""
_FILE_LOOK = Look(color="none")
_SPECIAL = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|#"})


@dataclass(frozen=True)
class Section:
    """A title, what is said in sentences, a table, something drawn; each may be missing."""

    title: str
    sentences: Sequence[str] = ()
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[str]] = ()
    drawing: Callable[[int, Look], list[Text]] | None = None
    """What is drawn in a width."""
    blocks: Sequence[Block] = ()
    """What a page shows in place of what is drawn."""
    after: Sequence[str] = ()
    """Sentences behind table and drawing."""

    def text(self, width: int, look: Look) -> list[Text]:
        """The section for a terminal."""
        lines = [heading(self.title, width, look)]
        for said in self.sentences:
            lines += sentence(said, width, look, dim=False)
        if self.rows:
            lines += table(self.columns, self.rows, width, look)
        if self.drawing is not None:
            lines += self.drawing(width, look)
        for said in self.after:
            lines += sentence(said, width, look)
        return lines

    def markdown(self) -> Iterator[str]:
        """The section's blocks for a file."""
        yield f"## {_escaped(tr(self.title))}"
        yield from (_escaped(tr(said)) for said in self.sentences)
        if self.rows:
            heads = [_escaped(tr(column.title)) for column in self.columns]
            marks = ["--:" if column.right else ":--" for column in self.columns]
            body = [[_escaped(cell) for cell in row] for row in self.rows]
            yield "\n".join(f"| {' | '.join(row)} |" for row in [heads, marks, *body])
        if self.drawing is not None:
            drawn = "\n".join(row.plain.rstrip() for row in self.drawing(FILE_WIDTH, _FILE_LOOK))
            yield f"```text\n{drawn}\n```"
        yield from (_escaped(tr(said)) for said in self.after)


def markdown(title: str, sections: Iterable[Section]) -> str:
    """A whole page of sections."""
    blocks = [f"# {_escaped(title)}", *(block for one in sections for block in one.markdown())]
    return "\n\n".join(blocks) + "\n"


def _escaped(text: str) -> str:
    """A text in which nothing means anything to Markdown."""
    return plain(text, False).translate(_SPECIAL)

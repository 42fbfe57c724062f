"""The lines of the command line's help, folded by cells: Chinese has no spaces to break at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len

from tui.language import tr
from tui.renderables.line_breaks import breakable

_ENDS = "，。；：、！？,.;:"
_RAGGED = 5
"""A line may be shorter by a part in so many, to end where something is said to its end."""
_FIRST_MOST, _APART = 30, 2
_AS_IS = "\b"
"""A paragraph that begins with it is not folded."""


def folded(text: str, width: int) -> list[str]:
    """The lines of a paragraph, none wider than so many cells but for a word that is."""
    lines: list[str] = []
    line: list[str] = []
    for gap, part in breakable(text):
        taken = (gap if line else "") + part
        if line and cell_len("".join(line)) + cell_len(taken) > width:
            kept = _until_ended(line, width)
            lines.append("".join(line[:kept]))
            line = line[kept:]
            taken = (gap if line else "") + part
            if line:
                line[0] = line[0].lstrip()
        line.append(taken)
    return [*lines, "".join(line)] if line else lines


def _until_ended(line: Sequence[str], width: int) -> int:
    """How many parts stay in a full line: up to the last sign at which one takes a breath."""
    left = 0
    for kept in range(len(line), 0, -1):
        if line[kept - 1][-1] in _ENDS:
            return kept
        left += cell_len(line[kept - 1])
        if left > width // _RAGGED:
            break
    return len(line)


def headings() -> Mapping[str, str]:
    """What stands over the parts of the help."""
    return {
        "Usage": tr("Usage"),
        "Arguments": tr("Arguments"),
        "Options": tr("Options"),
        "Commands": tr("Commands"),
        "Show this message and exit.": tr("Show this message and exit."),
    }


def fold(command: Any) -> None:  # click's types are typer's own, under a private name
    """Have the help of a command written in such lines."""
    context: Any = command.context_class
    formatter: Any = context.formatter_class
    words = headings()

    class Folding(formatter):  # type: ignore[misc]  # its class is private to typer
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or f"{words['Usage']}: ")

        def write_heading(self, heading: str) -> None:
            super().write_heading(words.get(heading, heading))

        def write_text(self, text: str) -> None:
            for line in _paragraphs(text, self.width - self.current_indent):
                self.write(f"{' ' * self.current_indent}{line}\n" if line else "\n")

        def write_dl(self, rows: Sequence[tuple[str, str]], *_: int, **__: int) -> None:
            _write_table(self.write, rows, self.current_indent, self.width, words)

    class FoldingContext(context):  # type: ignore[misc]  # so is this one
        formatter_class = Folding

    command.context_class = FoldingContext


def _paragraphs(text: str, width: int) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ""
        if paragraph.lstrip(" \n").startswith(_AS_IS):
            yield from paragraph.lstrip(f" \n{_AS_IS}").splitlines()
        else:
            yield from folded(paragraph, width)


def _write_table(
    write: Callable[[str], None],
    rows: Sequence[tuple[str, str]],
    indent: int,
    width: int,
    words: Mapping[str, str],
) -> None:
    """Options or commands, with what they do beside them."""
    first_width = min(max(cell_len(first) for first, _ in rows), _FIRST_MOST) + _APART
    at = " " * (indent + first_width)
    for first, second in rows:
        lines = list(_paragraphs(words.get(second, second), max(width - len(at), 10)))
        gap = first_width - cell_len(first)
        if not lines or gap < _APART:
            write(f"{' ' * indent}{first}\n")
        else:
            write(f"{' ' * indent}{first}{' ' * gap}{lines.pop(0)}\n")
        for line in lines:
            write(f"{at}{line}\n")

"""The files that a page can be, by how their names end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from engine.errors import UsageError
from tui.renderables.look import Look
from tui.report.document import Document

MONOCHROME = Look(color="none")
TEXT_WIDTH = 80


@dataclass(frozen=True)
class Form:
    """A kind of file."""

    write: Callable[[Document], str]
    is_drawn: bool
    """Whether its drawings are drawn by matplotlib, else by characters."""

    def check(self, output: object) -> None:
        """Raise UsageError where matplotlib is missing."""
        if self.is_drawn and find_spec("matplotlib") is None:
            raise UsageError(
                f"{output}: its drawings need matplotlib: pip install 'perceptui[report]'; "
                ".md and .txt do without"
            )


def _html(document: Document) -> str:
    from tui.report import html

    return html.page(document)


def _svg(document: Document) -> str:
    from tui.report import svg

    return svg.page(document)


def _markdown(document: Document) -> str:
    from tui.report import markdown

    return markdown.page(document, MONOCHROME)


def _text(document: Document) -> str:
    from tui.report import text

    rows = text.page(document, TEXT_WIDTH, MONOCHROME)
    return "".join(f"{row.plain.rstrip()}\n" for row in rows)


FORMS = {
    ".html": Form(_html, is_drawn=True),
    ".md": Form(_markdown, is_drawn=False),
    ".svg": Form(_svg, is_drawn=True),
    ".txt": Form(_text, is_drawn=False),
}

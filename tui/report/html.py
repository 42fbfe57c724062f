"""A page as HTML that needs nothing else: no script, no request, light and dark by CSS."""

from __future__ import annotations

import base64
import io
from html import escape
from importlib.resources import files
from importlib.util import find_spec

from engine.runs.pictures import Picture
from tui.language import spoken, tr
from tui.renderables.look import Look
from tui.renderables.sanitize import plain, plain_lines
from tui.report.colors import variables
from tui.report.document import (
    Block,
    Chart,
    Code,
    Document,
    Gallery,
    Prose,
    Remark,
    Section,
    Table,
)
from tui.report.plots import drawn
from tui.report.text import drawing_rows

SCOPE = ".perceptui-page"
PICTURE_PIXELS = 56
"""The height of a sample that is an image."""
TEXT_WIDTH = 56
"""Of a drawing that is made of characters."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(document: Document) -> str:
    """The whole file."""
    return (
        f'<!doctype html>\n<html lang="{_language()}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_text(document.title)}</title>\n"
        f"<style>\nhtml,body{{margin:0}}\n{_style()}</style>\n</head>\n"
        f"<body>\n{_body(document, 'main', 1)}\n</body>\n</html>\n"
    )


def fragment(document: Document) -> str:
    """The page as a part of another one, as a notebook shows it."""
    return f"<style>\n{_style()}</style>\n{_body(document, 'div', 3)}\n"


def _style() -> str:
    text = files("tui.report").joinpath("page.css").read_text("utf-8")
    return variables(SCOPE) + text


def _language() -> str:
    return spoken().replace("_", "-")


def _body(document: Document, tag: str, level: int) -> str:
    """level: of the page's heading."""
    written = _Written(level)
    parts = [f"<h{level}>{_text(document.title)}</h{level}>", *map(written.block, document.lead)]
    parts += map(written.section, document.sections)
    return f'<{tag} class="{SCOPE[1:]}">\n' + "\n".join(parts) + f"\n</{tag}>"


class _Written:
    """What was written of a page until now."""

    def __init__(self, level: int) -> None:
        self._level = level
        self._num_drawn = 0

    def section(self, section: Section) -> str:
        """Charts that follow each other stand side by side where there is room."""
        level = self._level + 1
        parts = [f"<section>\n<h{level}>{_text(tr(section.title))}</h{level}>"]
        is_row = False
        for block in section.blocks:
            if isinstance(block, Chart) != is_row:
                is_row = not is_row
                parts.append('<div class="charts">' if is_row else "</div>")
            parts.append(self.block(block))
        parts.append("</div>\n</section>" if is_row else "</section>")
        return "\n".join(parts)

    def block(self, block: Block) -> str:
        match block:
            case Chart():
                self._num_drawn += 1
                title = _text(tr(block.title))
                return f"<figure><figcaption>{title}</figcaption>{self._chart(block)}</figure>"
            case Table():
                return _table(block)
            case Prose():
                kind = ' class="strong"' if block.strong else ""
                return f"<p{kind}>{_text(block.text)}</p>"
            case Code():
                return f"<pre><code>{escape(plain_lines(block.text))}</code></pre>"
            case Remark():
                repair = f"<p>{_text(tr(f'Repair: {block.repair}.'))}</p>" if block.repair else ""
                return (
                    f'<div class="remark {_text(block.severity)}"><p><b>'
                    f"{_text(tr(block.severity))}</b> {_text(block.head)}</p>"
                    f"<p>{_text(block.message)}</p>{repair}</div>"
                )
            case Gallery():
                return f'<div class="gallery">{"".join(map(_picture, block.pictures))}</div>'

    def _chart(self, chart: Chart) -> str:
        """Drawn; made of characters where matplotlib is missing."""
        if find_spec("matplotlib") is not None:
            return drawn(chart, self._num_drawn)
        rows = drawing_rows(chart, TEXT_WIDTH, Look(color="none"))
        return f"<pre>{escape(chr(10).join(row.plain for row in rows))}</pre>"


def _table(table: Table) -> str:
    """In a box that scrolls by itself where it is wider than the page."""
    rows = ""
    if table.titles:
        cells = "".join(
            f"<th{_side(table, column)}>{_text(tr(title))}</th>"
            for column, title in enumerate(table.titles)
        )
        rows += f"<thead><tr>{cells}</tr></thead>"
    rows += "<tbody>"
    for number, row in enumerate(table.rows):
        rows += "<tr>"
        for column, cell in enumerate(row):
            text = _text(cell)
            if (number, column) in table.best:
                text = f"<strong>{text}</strong>"
            rows += f"<td{_side(table, column)}>{text}</td>"
        rows += "</tr>"
    return f'<div class="wide" tabindex="0"><table>{rows}</tbody></table></div>'


def _side(table: Table, column: int) -> str:
    return ' class="number"' if table.numbers and column >= table.names else ""


def _picture(picture: Picture) -> str:
    caption = _text(tr(f"{picture.actual} as {picture.predicted}"))
    return (
        f'<figure><img src="data:image/png;base64,{_png(picture)}" alt="" '
        f'height="{PICTURE_PIXELS}"><figcaption>{caption}</figcaption></figure>'
    )


def _png(picture: Picture) -> str:
    import numpy as np
    from PIL import Image

    shape = picture.channels, picture.height, picture.width
    pixels = np.frombuffer(picture.pixels, np.uint8).reshape(shape)
    image = Image.fromarray(pixels[0] if len(pixels) != 3 else np.moveaxis(pixels, 0, 2).copy())
    file = io.BytesIO()
    image.save(file, "png")
    return base64.b64encode(file.getvalue()).decode("ascii")


def _text(text: str) -> str:
    return escape(plain(text))

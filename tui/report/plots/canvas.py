"""Drawings as SVG, by matplotlib: this room alone knows it.

matplotlib, since most who train networks have it, it needs no browser and no JavaScript to write
SVG, and it is drawn without any global state. It knows one color for a line: here each is a
placeholder, which becomes a CSS variable afterwards, so that one drawing is light and dark.
"""

from __future__ import annotations

import io
import warnings
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from engine.runs.pictures import (
    Boundary,
    Comparison,
    Curve,
    LatentPlane,
    Painting,
    Returned,
)
from tui.language import tr
from tui.renderables.sanitize import plain
from tui.report.document import Chart, Confusion, Decoded, HeatMap, Lines
from tui.report.plots.axes import PLACEHOLDERS
from tui.report.plots.curves import draw_curve, draw_lines
from tui.report.plots.fields import draw_boundary, draw_confusion, draw_heat
from tui.report.plots.pictures import (
    draw_compared,
    draw_decoded,
    draw_painting,
    draw_places,
    draw_returned,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas


SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
WIDTH, HEIGHT = 4.6, 3.1
"""Of a drawing in inches, 72 of an SVG's units each."""


def drawn(chart: Chart, number: int) -> str:
    """The chart as an `svg` element that takes its colors from CSS variables.

    number: of the drawing on its page, where no two elements may have one id.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Canvas

    file = io.StringIO()
    with mpl.rc_context(_settings()), warnings.catch_warnings():
        # The browser has the glyphs that matplotlib's own font lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        canvas = Canvas(figsize=_size(chart), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        _draw(chart, canvas, axes)
        canvas.savefig(
            file,
            format="svg",
            transparent=True,
            metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")),
        )
    return _themed(file.getvalue(), chart, number)


def _settings() -> Any:  # matplotlib names each setting in a type of its own
    ink, faint, rule = (PLACEHOLDERS[name] for name in ("ink", "faint", "rule"))
    return {
        "svg.fonttype": "none",  # text stays text: it is read aloud, searched and copied
        "svg.hashsalt": "perceptui",  # the same numbers make the same file
        "text.parse_math": False,  # a $ in a name is a $
        "font.family": "sans-serif",
        "font.size": 10.5,
        "text.color": ink,
        "axes.labelcolor": faint,
        "axes.edgecolor": rule,
        "xtick.color": rule,
        "ytick.color": rule,
        "xtick.labelcolor": faint,
        "ytick.labelcolor": faint,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": rule,
        "grid.linewidth": 0.6,
        "axes.axisbelow": True,
        "legend.frameon": False,
        "legend.fontsize": 9.5,
        "lines.linewidth": 1.6,
    }


def _size(chart: Chart) -> tuple[float, float]:
    if isinstance(chart.drawing, Boundary | Confusion | LatentPlane | Decoded):
        return WIDTH, WIDTH
    if isinstance(chart.drawing, Lines) and len(chart.drawing.lines) > 3:
        return WIDTH, HEIGHT + 0.19 * len(chart.drawing.lines)
    return WIDTH, HEIGHT


def _draw(chart: Chart, canvas: Canvas, axes: Axes) -> None:
    match chart.drawing:
        case Lines() as lines:
            draw_lines(lines, axes)
        case Confusion() as confusion:
            draw_confusion(confusion, axes)
        case HeatMap() as heat:
            draw_heat(heat, axes)
        case Boundary() as boundary:
            draw_boundary(boundary, axes)
        case Curve() as curve:
            draw_curve(curve, axes)
        case Painting() as painting:
            draw_painting(painting, axes)
        case LatentPlane() as latent:
            draw_places(latent, axes)
        case Decoded(latent):
            draw_decoded(latent, axes)
        case Returned() as returned:
            draw_returned(returned, axes)
        case Comparison() as compared:
            draw_compared(compared, axes)


def _themed(text: str, chart: Chart, number: int) -> str:
    """The file as an element for a page: with names, CSS's colors, and ids of its own."""
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    root = ET.fromstring(text)
    for metadata in root.findall(f"{{{SVG}}}metadata"):
        root.remove(metadata)
    prefix = f"p{number}-"
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                value = prefix + value
            elif name == f"{{{XLINK}}}href" and value.startswith("#"):
                value = f"#{prefix}{value[1:]}"
            elif name != "d" and not value.startswith("data:"):
                value = value.replace("url(#", f"url(#{prefix}")
                for color, placeholder in PLACEHOLDERS.items():
                    value = value.replace(placeholder, f"var(--{color})")
            element.set(name, value)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", plain(f"{tr(chart.title)}. {tr(chart.says)}"))
    return ET.tostring(root, encoding="unicode")

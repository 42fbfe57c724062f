"""Drawings as SVG, by matplotlib: the only module that knows it.

matplotlib, since most who train networks have it, it needs no browser and no JavaScript to write
SVG, and it is drawn without any global state. It knows one color for a line: here each is a
placeholder, which becomes a CSS variable afterwards, so that one drawing is light and dark.
"""

from __future__ import annotations

import io
import math
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.runs.events import Figure
from engine.runs.pictures import (
    Boundary,
    Comparison,
    Curve,
    LatentPlane,
    Painting,
    Returned,
)
from tui.language import tr
from tui.renderables.numbers import metric
from tui.renderables.sanitize import fit, plain
from tui.report.colors import NAMES, class_name, pair
from tui.report.document import Chart, Confusion, Decoded, HeatMap, Lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
WIDTH, HEIGHT = 4.6, 3.1
"""Of a drawing in inches, 72 of an SVG's units each."""
MOST_NAMED = 24
"""Names along an axis; more are not read."""
MOST_COUNTED = 14
"""Classes up to which each cell of a confusion matrix has its number."""
BESIDE = 20
"""Characters of a name that has room among the lines; longer ones stand below the drawing."""
LONGEST = 18
"""Cells that a name may take."""
MOST_SAMPLES = 2_000
"""Points of a cloud: more are a blot."""

_PLACEHOLDERS = {name: f"#01{number:02x}fe" for number, name in enumerate(NAMES)}
"""A color that nobody draws with, for each name."""
_DASHES = ("-", "--", "-.", ":")
_MARKS = "o^sD*v<>PX"
_SPLIT_DASHES = {"train": "-", "validation": "--", "test": "-."}


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
    ink, faint, rule = (_PLACEHOLDERS[name] for name in ("ink", "faint", "rule"))
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
            _lines(lines, axes)
        case Confusion() as confusion:
            _confusion(confusion, axes)
        case HeatMap() as heat:
            _heat(heat, axes)
        case Boundary() as boundary:
            _boundary(boundary, axes)
        case Curve() as curve:
            _curve(curve, axes)
        case Painting() as painting:
            _painting(painting, axes)
        case LatentPlane() as latent:
            _places(latent, axes)
        case Decoded(latent):
            _decoded(latent, axes)
        case Returned() as returned:
            _returned(returned, axes)
        case Comparison() as compared:
            _compared(compared, axes)


def _lines(lines: Lines, axes: Axes) -> None:
    """Told apart by color and by dash; a single point is a mark."""
    from matplotlib.ticker import MaxNLocator

    axes.grid(visible=True)
    for number, line in enumerate(lines.lines):
        color = line.split if line.split in NAMES else class_name(number)
        dash = _SPLIT_DASHES.get(line.split) or _DASHES[number // 10 % 4 if number > 9 else 0]
        axes.plot(
            [*line.x],
            [_number(value) for value in line.y],
            color=_PLACEHOLDERS[color],
            linestyle=dash,
            marker=_MARKS[number % 10] if _is_sparse(line.y) else None,
            markersize=4,
            label=_name(line.name, 60),
        )
    if all(float(x).is_integer() for line in lines.lines for x in line.x):  # no half epochs
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.set_xlabel(plain(lines.x_title))
    longest = max((len(line.name) for line in lines.lines), default=0)
    if len(lines.lines) > 3 or longest > BESIDE:
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.18), ncols=1)
    elif len(lines.lines) > 1 or lines.lines[0].split:
        axes.legend()


def _is_sparse(values: Sequence[Figure]) -> bool:
    """Whether points can be seen one by one."""
    return len(values) <= 12


def _confusion(confusion: Confusion, axes: Axes) -> None:
    """Shaded by each row's shares: right ones in one color, wrong ones in another."""
    from matplotlib.patches import Rectangle

    size = len(confusion.classes)
    for row, counts in enumerate(confusion.counts):
        total = sum(counts) or 1
        for column, count in enumerate(counts):
            if not count:
                continue
            color = _PLACEHOLDERS["accent" if row == column else "broken"]
            share = count / total
            place = (column - 0.5, row - 0.5)
            axes.add_patch(
                Rectangle(place, 1, 1, facecolor=color, alpha=0.12 + 0.55 * share, linewidth=0)
            )
            if size <= MOST_COUNTED:
                axes.text(column, row, f"{count}", ha="center", va="center", fontsize=9)
    _between(axes, (size, size))
    _named_ticks(axes, confusion.classes, confusion.classes)
    axes.set_xlabel(tr("predicted"))
    axes.set_ylabel(tr("actual"))


def _heat(heat: HeatMap, axes: Axes) -> None:
    """The better the denser."""
    from matplotlib.patches import Rectangle

    known = [value for row in heat.cells for value in row if value is not None]
    known = [value for value in known if math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    for row, values in enumerate(heat.cells):
        for column, value in enumerate(values):
            if value is None or not math.isfinite(value):
                continue
            share = (value - low) / ((high - low) or 1)
            share = share if heat.higher_is_better else 1 - share
            place = (column - 0.5, row - 0.5)
            color = _PLACEHOLDERS["accent"]
            axes.add_patch(
                Rectangle(place, 1, 1, facecolor=color, alpha=0.08 + 0.62 * share, linewidth=0)
            )
            if len(values) <= 8:
                axes.text(column, row, metric(value), ha="center", va="center", fontsize=9)
    down, across = heat.values
    _between(axes, (len(across), len(down)))
    _named_ticks(axes, across, down)
    axes.set_xlabel(plain(heat.titles[1]))
    axes.set_ylabel(plain(heat.titles[0]))


def _boundary(boundary: Boundary, axes: Axes) -> None:
    """The plane in the classes' colors, the surer the denser; wrong points have a ring."""
    import numpy as np

    codes = np.frombuffer(boundary.cells, np.uint8).astype(int)
    codes = codes.reshape(boundary.rows, boundary.columns)
    image = np.zeros((*codes.shape, 4), np.uint8)
    levels = boundary.levels
    if boundary.classes:
        for index in range(len(boundary.classes)):
            image[codes // levels == index, :3] = pair(class_name(index))[1]
        image[..., 3] = 30 + 110 * (codes % levels) // max(1, levels - 1)
    else:
        share = codes / max(1, levels - 1)
        low, high = (np.array(pair(class_name(index))[1]) for index in (0, 1))
        image[..., :3] = low + (high - low) * share[..., None]
        image[..., 3] = 40 + 120 * np.abs(2 * share - 1)
    (left, right), (bottom, top) = boundary.x1, boundary.x2
    axes.imshow(image, extent=(left, right, bottom, top), interpolation="none", aspect="auto")
    for index, name in enumerate(boundary.classes or ("",)):
        _points(boundary, index, name, axes)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_xlabel("x1")
    axes.set_ylabel("x2")
    if boundary.classes:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3)


def _points(boundary: Boundary, index: int, name: str, axes: Axes) -> None:
    """The samples of a class, or all of a regression, in the color of what they are."""
    of_class = [p for p in boundary.points if not boundary.classes or p.target == index]
    ink = _PLACEHOLDERS["ink"]
    for is_wrong in (False, True):
        chosen = [
            p for p in of_class if (bool(boundary.classes) and p.target != p.predicted) is is_wrong
        ]
        if not chosen and is_wrong:
            continue
        axes.scatter(
            [p.x1 for p in chosen[:MOST_SAMPLES]],
            [p.x2 for p in chosen[:MOST_SAMPLES]],
            s=26 if is_wrong else 14,
            marker=_MARKS[index % 10],
            facecolor=_PLACEHOLDERS[class_name(index)] if boundary.classes else ink,
            edgecolor=ink if is_wrong else _PLACEHOLDERS["page"],
            linewidth=1.3 if is_wrong else 0.4,
            label=None if is_wrong else _name(name),
        )


def _curve(curve: Curve, axes: Axes) -> None:
    axes.grid(visible=True)
    for split, points in (("train", curve.train), ("test", curve.test)):
        if points:
            axes.scatter(
                [x for x, _ in points[:MOST_SAMPLES]],
                [y for _, y in points[:MOST_SAMPLES]],
                s=12,
                marker="o" if split == "train" else "D",
                color=_PLACEHOLDERS[split],
                alpha=0.65,
                linewidth=0,
                label=tr(split),
            )
    values = [_number(value) for value in curve.y]
    axes.plot(curve.x, values, color=_PLACEHOLDERS["class-4"], label=tr("the network"))
    axes.legend()


def _painting(painting: Painting, axes: Axes) -> None:
    """What the network has of a picture at the left, and the picture at the right."""
    import numpy as np

    shape = painting.channels, painting.height, painting.width
    both = [
        np.frombuffer(pixels, np.uint8).reshape(shape).transpose(1, 2, 0).repeat(3 // shape[0], 2)
        for pixels in (painting.painted, painting.original)
    ]
    axes.axis("off")
    width = painting.width
    for number, (pixels, name) in enumerate(
        zip(both, (tr("painted"), tr("original")), strict=True)
    ):
        left = number * width * 1.05
        axes.imshow(pixels, extent=(left, left + width, painting.height, 0), interpolation="none")
        axes.text(left + width / 2, -0.04 * painting.height, name, ha="center", va="bottom")
    axes.set_xlim(0, width * 2.05)
    axes.set_ylim(painting.height, -0.2 * painting.height)


def _places(plane: LatentPlane, axes: Axes) -> None:
    """Each class by its color and its mark."""
    kinds = plane.kinds or [0] * len(plane.points)
    for kind in sorted(set(kinds)):
        own = [point for point, of in zip(plane.points, kinds, strict=True) if of == kind]
        axes.scatter(
            [x for x, _ in own],
            [y for _, y in own],
            s=18,
            color=_PLACEHOLDERS[class_name(kind)],
            marker=_MARKS[kind % 10],
            label=plane.names[kind] if plane.kinds else None,
        )
    axes.set_xlim(plane.x1)
    axes.set_ylim(plane.x2)
    if plane.kinds:
        axes.legend()


def _decoded(plane: LatentPlane, axes: Axes) -> None:
    """All pictures side by side, as they lie in the plane."""
    sheet = _sheet(plane.tiles, plane.shape, plane.columns, plane.rows)
    (left, right), (bottom, top) = plane.x1, plane.x2
    axes.imshow(sheet, extent=(left, right, bottom, top), interpolation="none", aspect="auto")


def _returned(picture: Returned, axes: Axes) -> None:
    """A row of pictures as they came in, below it as they were given back."""
    shape = picture.channels, picture.height, picture.width
    lines = [(tr("came in"), picture.given), (tr("given back"), picture.back)]
    if picture.asked:
        lines.insert(1, (tr("asked for"), picture.asked))
    axes.axis("off")
    for number, (name, pixels) in enumerate(lines):
        top = number * 1.4 * picture.height
        extent = (0, picture.count * picture.width, top + picture.height, top)
        sheet = _sheet(pixels, shape, picture.count, 1)
        axes.imshow(sheet, extent=extent, interpolation="none")
        axes.text(0, top - 0.05 * picture.height, name, ha="left", va="bottom")
    axes.set_xlim(0, picture.count * picture.width)
    axes.set_ylim(1.4 * len(lines) * picture.height, -0.4 * picture.height)


def _sheet(pixels: bytes, shape: Sequence[int], columns: int, rows: int) -> Any:
    """Pictures side by side, row by row: (height, width, 3) uint8."""
    import numpy as np

    channels, height, width = shape
    tiles = np.frombuffer(pixels, np.uint8).reshape(rows, columns, channels, height, width)
    sheet = tiles.transpose(0, 3, 1, 4, 2).reshape(rows * height, columns * width, channels)
    return sheet.repeat(3 // channels, 2)


def _compared(compared: Comparison, axes: Axes) -> None:
    axes.grid(visible=True)
    pairs = [
        (actual, said)
        for actual, said in zip(compared.actual, compared.predicted, strict=True)
        if said is not None and math.isfinite(said)
    ][:MOST_SAMPLES]
    ends = [min(a for a, _ in pairs), max(a for a, _ in pairs)] if pairs else [0.0, 1.0]
    axes.plot(ends, ends, color=_PLACEHOLDERS["faint"], linewidth=1, linestyle="--")
    axes.scatter(
        [a for a, _ in pairs],
        [p for _, p in pairs],
        s=12,
        color=_PLACEHOLDERS["accent"],
        alpha=0.65,
        linewidth=0,
    )
    axes.set_xlabel(tr("actual"))
    axes.set_ylabel(tr("predicted"))


def _between(axes: Axes, size: tuple[int, int]) -> None:
    """Cells from (0, 0) at the top left on, without an empty margin."""
    axes.set_xlim(-0.5, size[0] - 0.5)
    axes.set_ylim(size[1] - 0.5, -0.5)


def _named_ticks(axes: Axes, across: Sequence[str], down: Sequence[str]) -> None:
    is_long = max((len(name) for name in across), default=0) * len(across) > 36
    for names, axis in ((across, axes.xaxis), (down, axes.yaxis)):
        every = math.ceil(len(names) / MOST_NAMED)
        places = range(0, len(names), every)
        axis.set_ticks([*places], [_name(names[place]) for place in places])
        axis.set_tick_params(length=0)
    if is_long:
        axes.tick_params(axis="x", labelrotation=90)


def _name(text: str, most: int = LONGEST) -> str:
    """A name from data; one that begins with _ would be left out of a legend."""
    short = fit(text, most)
    return f"\u200b{short}" if short.startswith("_") else short


def _number(value: Figure) -> float:
    return math.nan if value is None else value


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
                for color, placeholder in _PLACEHOLDERS.items():
                    value = value.replace(placeholder, f"var(--{color})")
            element.set(name, value)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", plain(f"{tr(chart.title)}. {tr(chart.says)}"))
    return ET.tostring(root, encoding="unicode")

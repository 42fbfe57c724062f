"""Whether probabilities come true, and from which one on a class is said."""

from __future__ import annotations

from rich.text import Text

from engine.evaluation.judgement import Calibration, Threshold
from tui.language import tr
from tui.renderables.chart import Axis, Curve, chart, legend
from tui.renderables.judgement.section import Section
from tui.renderables.look import Look
from tui.renderables.numbers import fraction, metric
from tui.renderables.palette import PLAIN, class_hue
from tui.renderables.table import Column, wrapped
from tui.report.document import Chart, Line, Lines

WIDTH, HEIGHT = 60, 14
_SHARE = Axis(0.0, 1.0)


def calibration(found: Calibration) -> Section:
    """The reliability curve, how far it is off, and what a temperature makes of it."""
    said = [tr(f"Probabilities are {fraction(found.error)} off on average (ECE).")]
    if not helps(found):
        said.append(tr("No temperature makes them better."))
    else:
        way = tr("too sure") if found.temperature > 1 else tr("not sure enough")
        split = found.fitted_to
        whose = tr(f"the {split} split") if split else tr("halves of these samples in turn")
        said.append(
            tr(
                f"They are {way}: a temperature of {found.temperature:.3g} brings that to "
                f"{fraction(found.error_after)}, and the log loss from {metric(found.log_loss)} to "
                f"{metric(found.log_loss_after)} (fitted to {whose})."
            )
        )
    columns = (
        Column("Share given", right=True),
        Column("Right", right=True),
        Column("95 % interval", right=True, drop=1),
        Column("Samples", right=True),
    )
    body = [
        (
            fraction(one.share),
            fraction(one.right),
            tr(f"{fraction(one.low_right)} to {fraction(one.high_right)}"),
            f"{one.samples:,}",
        )
        for one in found.bins
    ]
    lines = [
        Line(tr("as it should be"), [0.0, 1.0], [0.0, 1.0]),
        Line(tr("right"), [one.share for one in found.bins], [one.right for one in found.bins]),
    ]
    drawn = Lines(lines, tr("Share given"), tr("Right"))
    return Section(
        "Calibration",
        said,
        columns,
        body,
        lambda width, look: _reliability(found, width, look),
        [Chart("Reliability", drawn, said[0])],
    )


def helps(found: Calibration) -> bool:
    """Whether a temperature makes probabilities better, of samples that it was not fitted to."""
    pairs = ((found.error, found.error_after), (found.log_loss, found.log_loss_after))
    return all(
        before is not None and after is not None and after < before for before, after in pairs
    )


def _reliability(found: Calibration, width: int, look: Look) -> list[Text]:
    curves = [
        Curve(tr("as it should be"), [0.0, 1.0], [0.0, 1.0], PLAIN, ".", marks=False),
        Curve(
            tr("right"),
            [one.share for one in found.bins],
            [one.right for one in found.bins],
            class_hue(0),
            look.glyph(0),
            line=False,
        ),
    ]
    return _chart(curves, width, look)


def threshold(found: Threshold) -> Section:
    """Precision and recall over the threshold, and the one that costs least."""
    usual, chosen = found.usual, found.chosen
    whose = tr(f"the {found.fitted_to} split") if found.fitted_to else tr("these samples")
    said = [
        tr(
            f"{found.of} is said above a threshold. A false alarm costs {found.cost.alarm:g}, a "
            f"miss {found.cost.miss:g}: at 0.5 that is {metric(found.usual_cost)} a sample."
        ),
        tr(
            f"At {chosen.threshold:.3g}, which costs least by {whose}, it is "
            f"{metric(found.chosen_cost)} a sample."
        ),
    ]
    columns = (
        Column("Threshold", right=True),
        Column("Precision", right=True),
        Column("Recall", right=True),
    )
    body = [
        (f"{one.threshold:.3g}", fraction(one.precision), fraction(one.recall))
        for one in (usual, chosen)
    ]
    places = [one.threshold for one in found.points]
    lines = [
        Line(tr("precision"), places, [one.precision for one in found.points]),
        Line(tr("recall"), places, [one.recall for one in found.points]),
    ]
    drawn = Lines(lines, tr("Threshold"), tr("Precision and recall"))
    return Section(
        "Threshold",
        said,
        columns,
        body,
        lambda width, look: _over_threshold(found, width, look),
        [Chart("Precision and recall", drawn, said[1])],
    )


def _over_threshold(found: Threshold, width: int, look: Look) -> list[Text]:
    places = [one.threshold for one in found.points]
    curves = [
        Curve(
            tr(name),
            places,
            [getattr(one, name) for one in found.points],
            class_hue(number),
            look.glyph(number),
        )
        for number, name in enumerate(("precision", "recall"))
    ]
    return _chart(curves, width, look)


def _chart(curves: list[Curve], width: int, look: Look) -> list[Text]:
    drawn = chart(curves, _SHARE, _SHARE, min(width, WIDTH), HEIGHT, look)
    return [*drawn, *wrapped(legend(curves, look), width, look)] if drawn else []

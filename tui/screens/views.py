"""How the views show what they show: scales, signs, and what stands on their borders."""

from __future__ import annotations

from textual.binding import Binding

from engine.parts.metrics import METRICS
from tui.live.snapshot import Snapshot
from tui.measured import shown_title
from tui.screens.panes import PanesScreen
from tui.widgets.network import NetworkView
from tui.widgets.pane import PaneFrame
from tui.widgets.picture import SEQUENCE, WRITTEN, PictureView
from tui.widgets.training import LossCurve, Scores
from tui.widgets.unit import UnitView

MOST_SMOOTHING = 64


class ViewsScreen(PanesScreen):
    """A screen whose views can be switched, whichever has the focus."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("l", "log_scale", "Log scale", show=False),
        Binding("b", "discrete", "Discrete boundary", show=False),
        Binding("t", "test_points", "Test points", show=False),
        Binding("o", "by_sample", "One sample after the other", show=False),
        Binding("M", "matrix", "Confusion matrix", show=False),
        Binding("V", "next_curve", "Curve of the next metric", show=False),
        Binding("left_square_bracket", "smooth(-1)", "Less smoothing", show=False),
        Binding("right_square_bracket", "smooth(1)", "More smoothing", show=False),
    ]

    def action_by_sample(self) -> None:
        """Show every sample in turn, with labels and lines, or the whole picture again."""
        picture = self.query_one(PictureView)
        picture.by_sample = not picture.by_sample
        if not self.shows_all:
            self.pane = "picture"

    def action_log_scale(self) -> None:
        """Show the losses on a logarithmic scale, or not."""
        curve = self.query_one(LossCurve)
        curve.log_scale = not curve.log_scale

    def action_next_curve(self) -> None:
        """Show the curves of the next metric that reports tell."""
        curve, names = self.query_one(LossCurve), [*self.shown.curves]
        if curve.metric in names:
            curve.metric = names[(names.index(curve.metric) + 1) % len(names)]
            self.title_curve(self.shown)

    def action_smooth(self, direction: int) -> None:
        """Smooth the loss curve more or less."""
        curve = self.query_one(LossCurve)
        wider = max(1, curve.smoothing * 2) if direction > 0 else curve.smoothing // 2
        curve.smoothing = min(MOST_SMOOTHING, wider)

    def action_discrete(self) -> None:
        """Show the boundary by class only, or with confidence."""
        picture = self.query_one(PictureView)
        picture.discrete = not picture.discrete

    def action_test_points(self) -> None:
        """Show the test split's points, or not."""
        picture = self.query_one(PictureView)
        picture.test_points = not picture.test_points

    def action_matrix(self) -> None:
        """Show the confusion matrix before the classes' scores, or behind them."""
        scores = self.query_one(Scores)
        is_seen = self.shows_all or self.pane == "scores"
        scores.matrix = not scores.matrix or not is_seen
        if not is_seen:
            self.pane = "scores"

    def title_inside(self) -> None:
        """Name the unit that is looked at, and what is drawn."""
        network, picture = self.query_one(NetworkView), self.query_one(PictureView)
        self.query_one("#network", PaneFrame).show_title(network.heading())
        self.query_one("#unit", PaneFrame).show_title(self.query_one(UnitView).heading())
        frame, heading = self.query_one("#picture", PaneFrame), picture.heading()
        frame.show_title(heading)
        is_read = heading in (WRITTEN.title, SEQUENCE.title)  # and nothing is switched in it
        frame.show_keys(() if is_read else frame.pane.keys)

    def title_curve(self, snapshot: Snapshot) -> None:
        """Name the metric whose curves are seen: the loss, where another is not measured."""
        curve = self.query_one(LossCurve)
        if curve.metric not in snapshot.curves:
            curve.metric = "loss"
        title = shown_title(METRICS[curve.metric], self.host.look)
        self.query_one("#loss", PaneFrame).show_title(title)

"""How the views show what they show: scales, signs, and what stands on their borders."""

from __future__ import annotations

from functools import partial

from textual.binding import Binding
from textual.widget import Widget

from engine.decoding import Undecodable, converted
from engine.parts.data import Facts
from engine.parts.metrics import METRICS
from engine.runs.events import RunStarted
from tui import offered
from tui.live.snapshot import Snapshot
from tui.measured import shown_title
from tui.screens.panes import PanesScreen
from tui.widgets.network import NetworkView
from tui.widgets.pane import PaneFrame
from tui.widgets.picture import PictureView
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

    def __init__(self) -> None:
        super().__init__()
        self._idle: frozenset[str] = frozenset()
        """The actions that do nothing for what is seen."""
        self._offered_for: tuple[object, ...] = (self, self, self)
        """What they were found for; nothing yet."""

    def offer_keys(self, snapshot: Snapshot) -> None:
        """Offer the keys that do something: for what is trained, before that for what is edited."""
        draft, started = self.host.draft, snapshot.started
        experiment = draft.experiment
        seen = started, experiment, draft.examiner.known(experiment)
        if all(one is other for one, other in zip(seen, self._offered_for, strict=True)):
            return
        self._offered_for = seen
        if started is not None:
            facts, has_test = _facts_of(started), started.num_test > 0
        else:
            facts = draft.examiner.facts(experiment) if experiment is not None else None
            has_test = experiment is not None and experiment.test_fraction > 0
            has_test = has_test or bool(facts and facts.num_test_samples)
        self._idle = frozenset() if facts is None else offered.idle(facts, has_test=has_test)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what does something for such data offers its key."""
        return action not in self._idle and super().check_action(action, parameters)

    def why_not(self, action: str) -> str:
        """Why a key can't be used now."""
        return offered.NOTHING.get(action, "")

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
        self.query_one("#picture", PaneFrame).show_title(picture.heading())
        for name in ("picture", "scores"):
            frame = self.query_one(f"#{name}", PaneFrame)
            said = {"discrete": "points"} if picture.is_of_places else {}
            frame.offer(partial(self._does_something, frame.view), said)

    def _does_something(self, view: Widget, action: str) -> bool:
        return all(node.check_action(action, ()) is True for node in (self, view))

    def title_curve(self, snapshot: Snapshot) -> None:
        """Name the metric whose curves are seen: the loss, where another is not measured."""
        curve = self.query_one(LossCurve)
        if curve.metric not in snapshot.curves:
            curve.metric = "loss"
        title = shown_title(METRICS[curve.metric], self.host.look)
        self.query_one("#loss", PaneFrame).show_title(title)


def _facts_of(started: RunStarted) -> Facts | None:
    try:
        return converted(started.facts, Facts)
    except Undecodable:
        return None  # of an old record: every key is offered

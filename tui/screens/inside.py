"""Seeing inside of the network, and changing it by hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.binding import Binding

from engine.errors import PerceptuiError
from engine.parts.layers.address import outermost
from engine.runs.inside import Unit
from engine.service import protocol as p
from tui.language import tr
from tui.renderables.network.figures import Done, effect_texts, signed
from tui.renderables.network.large import large_size
from tui.renderables.network.names import layer_name, unit_name
from tui.screens.number import NumberScreen
from tui.screens.time import TimeScreen
from tui.widgets.network import NetworkView
from tui.widgets.picture import PictureView
from tui.widgets.touching import Looked, Touched, Turned
from tui.widgets.unit import UnitView

if TYPE_CHECKING:
    from tui.live.snapshot import Snapshot

UNTOUCHABLE = "Only a network in training can be changed by hand: r begins one, and waits"
IN_THE_PAST = "What was can't be changed: space comes back to now"


@dataclass(frozen=True)
class _Touch:
    """The newest one."""

    run: Path | None
    unit: Unit
    done: Done


class InsideScreen(TimeScreen):
    """A screen on which the network itself is seen and touched."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("v", "pane('network')", "The network", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._newest: _Touch | None = None
        self._looked_at: Unit | None = None
        """The unit that was chosen when somebody last looked."""

    @property
    def sees_inside(self) -> bool:
        """Whether any pane shows what is inside."""
        return bool(
            self.is_current
            and (self.query_one(NetworkView).size.area or self.query_one(UnitView).size.area)
        )

    def show_inside(self, snapshot: Snapshot) -> None:
        """Show what is known of the network, and ask for what is wanted now."""
        network, unit = self.query_one(NetworkView), self.query_one(UnitView)
        insight = self.host.controller.insight
        network.problem = insight.problem
        network.is_new = self._is_awaited(snapshot)
        inside = snapshot.inside
        is_current = inside is not None and inside.unit and inside.unit.unit == network.unit
        unit.inside = inside if is_current else None
        newest = self._newest
        is_own = newest is not None and (newest.unit, newest.run) == (network.unit, snapshot.run)
        unit.done = newest.done if newest is not None and is_own else None
        network.done = None if unit.size.area else unit.done
        self._show_large()
        self.title_inside()
        self._look_inside()

    def title_inside(self) -> None:
        """Name what is looked at."""

    def _is_awaited(self, snapshot: Snapshot) -> bool:
        return self.host.draft.experiment is not None and snapshot.phase != "lost"

    def _show_large(self) -> None:
        """Draw the chosen unit large where there is room for it, while its panes have the focus."""
        network, unit = self.query_one(NetworkView), self.query_one(UnitView)
        picture = self.query_one(PictureView)
        is_meant = network.has_focus or unit.has_focus
        chosen = network.unit if is_meant else None
        if chosen is not None and self._is_output(chosen) and not network.is_of_pictures:
            chosen = None  # the picture is of the output already
        picture.large = chosen
        unit.is_picture_here = not picture.size.area

    def _is_output(self, unit: Unit) -> bool:
        inside = self.query_one(NetworkView).inside
        return inside is not None and any(
            column.is_output and column.layer == unit.layer for column in inside.columns
        )

    def _look_inside(self) -> None:
        """Ask for what is to be seen, if that is something else than before."""
        controller, network = self.host.controller, self.query_one(NetworkView)
        look = None
        if self.sees_inside:
            look = network.look_wanted(large=self._large_size())
        view = controller.travel.view(self.shown)
        if controller.insight.want(look, view, self.host.draft.experiment):
            self._ask()

    def _large_size(self) -> tuple[int, int]:
        """Cells of the chosen unit's own tile."""
        picture, unit = self.query_one(PictureView), self.query_one(UnitView)
        size = picture.size if picture.large is not None else unit.size
        if picture.large is None and not unit.is_picture_here:
            return 0, 0
        return large_size(*size, self.host.look)

    @work(group="inside", exit_on_error=False)
    async def _ask(self) -> None:
        await self.host.controller.insight.ask()

    def on_looked(self, message: Looked) -> None:
        chosen = self.query_one(NetworkView).chosen
        if chosen is not None and chosen != self._looked_at:  # no other size of the same
            self.host.learning.did("looked_inside", outermost(chosen.layer))
        self._looked_at = chosen
        self.show_inside(self._seen())

    def choose_no_unit(self) -> None:
        """Look at none of its units: it is another network."""
        self._looked_at = None
        for network in self.query(NetworkView):
            network.chosen = None

    def _seen(self) -> Snapshot:
        """What is shown now, with what is known of the network."""
        controller = self.host.controller
        return controller.insight.view(controller.travel.view(self.shown))

    def on_turned(self, message: Turned) -> None:
        network = self.query_one(NetworkView)
        match message.how:
            case "before":
                network.is_before = not network.is_before
            case "learned" if network.is_of_pictures:
                network.is_learned = not network.is_learned
            case "sample" if network.is_of_pictures:
                network.is_learned = False
                network.next_sample(message.by)
            case _:
                self.tell("Only networks of pictures are sent one sample after the other")

    def on_unit_view_stepped(self, message: UnitView.Stepped) -> None:
        self.query_one(NetworkView).step(message.by)

    async def on_touched(self, message: Touched) -> None:
        """Change the network, and tell what that does."""
        network = self.query_one(NetworkView)
        unit = network.unit
        if self.shown.phase not in ("running", "paused") or unit is None:
            self.tell(UNTOUCHABLE)
        elif self.host.controller.travel.view(self.shown).past is not None:
            self.tell(IN_THE_PAST)
        elif self._steers():
            self._touch(message, unit)

    @work(group="touch", exit_on_error=False)
    async def _touch(self, message: Touched, unit: Unit) -> None:
        network = self.query_one(NetworkView)
        inside = network.inside
        name = unit_name(inside, unit) if inside is not None else ""
        command: p.Touch
        match message.what:
            case "silence" if self._is_silenced(unit):
                command, done = p.Wake(unit=unit), "with it again"
            case "silence":
                command, done = p.Silence(unit=unit), tr("without it")
            case "redraw":
                if not unit.layer:
                    self.tell("The inputs have no weights to draw anew")
                    return
                command = p.Redraw(layer=unit.layer)
                done = tr(f"new numbers for {layer_name(unit.layer)}")
            case "take back":
                command, done = p.TakeBack(), tr("taken back")
            case "set":
                weight = self.query_one(UnitView).weight
                if weight is None:
                    self.tell("There is no weight to set here")
                    return
                number = await self.app.push_screen_wait(
                    NumberScreen(f"{name}: {weight.name}", _number(weight.value))
                )
                if number is None:
                    return
                command = p.SetParameter(
                    layer=weight.layer,
                    parameter=weight.parameter,
                    place=weight.place,
                    value=number,
                )
                done = f"{weight.name} is {signed(number)}"
        try:
            effect = await self.host.controller.touch(command)
        except PerceptuiError as error:
            self.complain(error)
            return
        self._newest = _Touch(self.shown.run, unit, Done(done, effect))
        if not self.sees_inside:
            self.tell(f"{done}: {', '.join(effect_texts(effect, self.host.look))}")
        self.host.controller.insight.look_again()
        self.show_inside(self._seen())

    def _is_silenced(self, unit: Unit) -> bool:
        inside = self.query_one(NetworkView).inside
        return inside is not None and any(
            one.is_silenced
            for column in inside.columns
            if column.layer == unit.layer
            for one in column.units
            if one.index == unit.index
        )

    def take_touch_back(self) -> None:
        """Take the newest change by hand back, as z does in the network."""
        self.post_message(Touched("take back"))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None

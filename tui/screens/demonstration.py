"""A solution of a lesson, shown by doing it: each line on the real bench, one after the other."""

from __future__ import annotations

import asyncio
import math
from functools import singledispatchmethod
from typing import TYPE_CHECKING

from engine.errors import BadExperiment, PerceptuiError
from engine.lessons import solution as do
from engine.lessons.drawn import upright_stroke
from engine.parts.layers.address import outermost
from engine.runs.inside import Unit
from engine.runs.run import Run
from engine.service import protocol as p
from engine.spec.catalogue import FAMILIES
from engine.spec.layer_texts import NoLayer
from tui.editing import topics
from tui.live.going_on import GoingOn
from tui.messages import DraftChanged
from tui.widgets.network import NetworkView

if TYPE_CHECKING:
    from tui.learning.play import Play
    from tui.screens.lesson import LessonScreen

BETWEEN_S = 0.6
"""Between two lines, so that each is seen."""
LOOK_S = 0.05
"""Between two looks at whether a training has come as far as it should."""


class Halted(PerceptuiError):
    """A line of a solution can't be done here."""


class Demonstration:
    """Does on a screen what a solution says, as a person would."""

    def __init__(self, screen: LessonScreen, play: Play) -> None:
        self.screen, self.play = screen, play
        self.host = screen.host

    async def run(self) -> None:
        """Do all lines of the step's solution; raises Halted where one can't be done."""
        play = self.play
        step = play.step
        if step is None:
            return
        try:
            for verb in step.solution:
                if play.step is not step:
                    return  # the person went on
                play.doing = verb.line
                self.screen.show_lesson()
                await asyncio.sleep(BETWEEN_S)
                try:
                    await self._show(verb)
                except PerceptuiError as error:
                    raise Halted(f"{verb.line}: {error}") from error
        finally:
            play.doing = ""
            self.screen.show_lesson()

    @singledispatchmethod
    async def _show(self, verb: do.Verb) -> None:
        raise NotImplementedError(verb.line)

    def _changed(self) -> None:
        self.screen.show_draft()
        self.screen.post_message(DraftChanged())

    @_show.register
    async def _(self, verb: do.SetValue) -> None:
        key, _, text = verb.assignment.partition("=")
        self.host.draft.set(key, text)
        self._changed()

    @_show.register
    async def _(self, verb: do.InsertLayer) -> None:
        try:
            self.host.draft.add_layer(verb.at, verb.call)
        except NoLayer as error:
            raise Halted(str(error)) from error
        self._changed()

    @_show.register
    async def _(self, verb: do.RemoveLayer) -> None:
        try:
            self.host.draft.remove_layer(verb.at)
        except NoLayer as error:
            raise Halted(str(error)) from error
        self._changed()

    @_show.register
    async def _(self, verb: do.Answer) -> None:
        self.play.take(verb.chosen(self.play.situation))

    @_show.register
    async def _(self, verb: do.Train) -> None:
        controller = self.host.controller
        await self._be_trained()
        if controller.snapshot.phase == "paused":
            await controller.toggle()
        while controller.snapshot.is_live:
            if verb.until is not None and verb.until.is_so(self.play.situation):
                await controller.do(p.Pause())
                return
            await asyncio.sleep(LOOK_S)
        if verb.until is not None and not verb.until.is_so(self.play.situation):
            raise Halted("the training was over before that")

    @_show.register
    async def _(self, verb: do.Advance) -> None:
        await self._be_trained()
        before = self._step
        await self.host.controller.do(p.Advance(batches=verb.batches))
        while self.host.controller.snapshot.is_live and self._step < before + verb.batches:
            await asyncio.sleep(LOOK_S)

    @property
    def _step(self) -> int:
        trainings = self.play.situation.trainings
        return trainings[-1].step if trainings else 0

    async def _be_trained(self) -> None:
        """Have a training of what is open that goes on, or waits; begin one where none is."""
        shown = self.screen.shown
        is_other = shown.experiment is None or self.host.draft.differs_from(shown.experiment)
        if not shown.is_live or is_other:
            await self._begun_anew()

    async def _begun_anew(self) -> None:
        controller = self.host.controller
        if controller.snapshot.is_live:
            await controller.do(p.Stop())
        if not await self.screen.begin_anew():
            raise Halted("the experiment can't be trained as it is")
        await controller.prepared()
        if not controller.snapshot.is_live:
            raise Halted(controller.snapshot.message or "it can't be trained")

    @_show.register
    async def _(self, verb: do.Restart) -> None:
        await self._begun_anew()

    @_show.register
    async def _(self, verb: do.TrainOn) -> None:
        newest = self.screen.shown.newest
        epochs = (newest.epoch if newest is not None else 0) + verb.epochs
        await self.host.controller.resume(self._run, GoingOn(epochs=epochs))
        while self.host.controller.snapshot.is_live:
            await asyncio.sleep(LOOK_S)

    @property
    def _run(self) -> Run:
        run = self.screen.shown.run
        if run is None:
            raise Halted("nothing was trained yet")
        return Run(run)

    @_show.register
    async def _(self, verb: do.SetRate) -> None:
        trained = self.screen.shown.experiment
        rate = trained.optimizer.lr if trained is not None else 0.0
        if not rate or not math.isfinite(rate) or not self.screen.shown.is_live:
            raise Halted("no training goes on whose rate could be set")
        await self.host.controller.do(p.SetLearningRate(factor=verb.rate / rate))

    @_show.register
    async def _(self, verb: do.SilenceUnit) -> None:
        unit = Unit(verb.layer, verb.unit)
        await self._touched(p.Wake(unit=unit) if verb.wakes else p.Silence(unit=unit))

    @_show.register
    async def _(self, verb: do.SetWeight) -> None:
        await self._touched(
            p.SetParameter(
                layer=verb.layer, parameter=verb.parameter, place=verb.place, value=verb.value
            )
        )

    @_show.register
    async def _(self, verb: do.RedrawLayer) -> None:
        await self._touched(p.Redraw(layer=verb.layer))

    async def _touched(self, touch: p.Touch) -> None:
        if not self.screen.shown.is_live:
            raise Halted("no training goes on or waits that could be touched")
        await self.host.controller.touch(touch)
        self.host.controller.insight.look_again()

    @_show.register
    async def _(self, verb: do.Predict) -> None:
        for one in await self.host.controller.predict(self._run.path, [list(verb.values)]):
            said = one.predicted if one.predicted is not None else ""
            self.screen.tell(f"({', '.join(verb.values)}): {said}")

    @_show.register
    async def _(self, verb: do.Draw) -> None:
        from tui.screens.draw import DrawScreen, drawable

        facts = drawable(self.screen.shown)
        if facts is None:
            raise Halted("only networks of gray pictures can be drawn for")
        drawing = DrawScreen(facts)
        await self.screen.app.push_screen(drawing)
        canvas = drawing.canvas
        canvas.take(upright_stroke(canvas.rows, canvas.columns))

    @_show.register
    async def _(self, verb: do.Fix) -> None:
        draft = self.host.draft
        repaired = next((one.repaired for one in draft.findings() if one.code == verb.code), None)
        if repaired is None:
            raise Halted("the doctor has no repair of that now")
        draft.replace_all(repaired)
        self._changed()

    @_show.register
    async def _(self, verb: do.FindRate) -> None:
        experiment = self.host.draft.experiment
        if experiment is None:
            raise Halted("the experiment is not valid")
        test = await self.host.controller.tune(experiment)
        if test.suggested is None:
            raise Halted("no learning rate is suggested")
        self.host.draft.set("optimizer.lr", repr(test.suggested))
        self._changed()

    @_show.register
    async def _(self, verb: do.Export) -> None:
        run = self._run
        output = run.path / f"export-{verb.format}"
        await self.host.controller.export(run, verb.format, output, "last", replace=True)
        self.screen.tell(f"Written: {output}")

    @_show.register
    async def _(self, verb: do.Evaluate) -> None:
        await self.host.controller.evaluate(self._run)

    @_show.register
    async def _(self, verb: do.Explain) -> None:
        from tui.screens.explain import ExplainScreen

        experiment = self.host.draft.experiment
        field, *rest = verb.key.split(".")
        try:
            if experiment is None:
                raise KeyError(verb.key)
            if field == "layers" and rest:
                found = topics.of_component(experiment, tuple(map(int, rest)))
            elif field in FAMILIES and field != "layers":
                found = topics.of_component(experiment, field, *rest[:1])
            else:
                found = topics.of_fields(experiment, [field])
            found[0]()
        except (KeyError, ValueError, IndexError) as error:
            raise Halted(f'"{verb.key}" is nothing that can be explained') from error
        self.screen.app.push_screen(ExplainScreen(found))
        self.host.learning.did("explained", verb.key)

    @_show.register
    async def _(self, verb: do.Dissect) -> None:
        self.screen.action_microscope()

    @_show.register
    async def _(self, verb: do.LookBack) -> None:
        await self.host.controller.travel.go_to(self.screen.shown, 0.0)

    @_show.register
    async def _(self, verb: do.LookInside) -> None:
        self.screen.action_pane("network")
        self.screen.query_one(NetworkView).chosen = Unit(verb.layer, verb.unit)
        self.host.learning.did("looked_inside", outermost(verb.layer))

    @_show.register
    async def _(self, verb: do.ReadCode) -> None:
        self.screen.action_code()

    @_show.register
    async def _(self, verb: do.Save) -> None:
        try:
            path = self.host.draft.save_as(verb.name)
        except (OSError, BadExperiment) as error:
            raise Halted(str(error)) from error
        self.host.learning.did("saved", verb.name)
        self.screen.tell(f"Saved {path}")

"""Plays a lesson's solutions without a screen, on a real session: the one that the app has, too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, singledispatchmethod
from pathlib import Path

from engine.errors import PerceptuiError
from engine.explanation import parts
from engine.lessons import solution as do
from engine.lessons.bench import Bench, Stuck
from engine.lessons.drawn import SIDE, upright_stroke
from engine.lessons.lesson import Lesson, Step
from engine.lessons.situation import Situation
from engine.parts.data import DataLocations
from engine.parts.layers.address import outermost
from engine.runs import events as ev
from engine.runs.dissected_step import Focus
from engine.runs.files import replace_bytes
from engine.runs.inside import Look, Unit
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.spec import layer_texts
from engine.spec.catalogue import FAMILIES
from engine.spec.overrides import set_value
from engine.spec.writer import to_toml


@dataclass(frozen=True)
class Told:
    """What a step says in one language."""

    done: str
    """Once it was played to its end."""
    early: str
    """Of what is wrong, before anything was done; empty where it was silent, as it should."""
    wrong: Mapping[str, str]
    """Of each choice that is not the right one."""


@dataclass(frozen=True)
class Played:
    """What came of a step."""

    number: int
    """From 1."""
    step: Step
    was_done: bool
    """Whether its condition held before anything was done."""
    is_done: bool
    """Whether it holds after its solution."""
    told: tuple[Told, ...]
    """By the lesson that is played, and by its translations."""
    failure: str = ""
    """Why its solution broke off; empty where it was played to its end."""


async def play(
    lesson: Lesson,
    session: Session,
    runs_dir: Path,
    locations: DataLocations,
    translations: Sequence[Lesson] = (),
) -> AsyncIterator[Played]:
    """Play each step's solution, and say what came of it.

    runs_dir: where the trainings leave their runs. translations: what is told in other languages,
    too; all else is the lesson's. Goes on after a step that was not fulfilled; ends after one whose
    solution broke off.
    """
    situation = lesson.begun(locations)
    bench = Bench(session, situation, runs_dir, locations)
    told_by = (lesson, *translations)
    try:
        for index, step in enumerate(lesson.steps):
            lesson.begin(situation, index)
            await bench.take(bench.experiment)
            was_done = step.is_done(situation)
            early = [one.told_wrong(one.steps[index], situation) for one in told_by]
            wrong = [_explained(one, one.steps[index], situation) for one in told_by]
            failure = ""
            try:
                for verb in step.solution:
                    await _Hands(bench).play(verb)
            except PerceptuiError as error:
                failure = str(error)
            done = [one.told_done(one.steps[index], situation) for one in told_by]
            yield Played(
                number=index + 1,
                step=step,
                was_done=was_done,
                is_done=step.is_done(situation),
                told=tuple(map(Told, done, early, wrong)),
                failure=failure,
            )
            if failure:
                return
    finally:
        await bench.end()


def _explained(lesson: Lesson, step: Step, situation: Situation) -> dict[str, str]:
    """What is said of each answer that does not do."""
    said = {}
    for choice in step.choices:
        tried = situation.since_the_start()
        tried.began, tried.answers = situation.began, list(situation.answers)
        tried.answered(choice)
        if not step.is_done(tried):
            said[choice] = lesson.told_wrong(step, tried)
    return said


class _Hands:
    """Does what a line of a solution says."""

    def __init__(self, bench: Bench) -> None:
        self._bench, self._situation = bench, bench.situation
        self._session = bench.session

    async def play(self, verb: do.Verb) -> None:
        """Do it; raises PerceptuiError where it can't be done, or takes too long."""
        try:
            await self._do(verb)
        except PerceptuiError as error:
            raise Stuck(f"{verb.line}: {error}") from error

    @singledispatchmethod
    async def _do(self, verb: do.Verb) -> None:
        raise NotImplementedError(verb.line)

    @_do.register
    async def _(self, verb: do.SetValue) -> None:
        await self._bench.edit(lambda raw: set_value(raw, verb.assignment))

    @_do.register
    async def _(self, verb: do.InsertLayer) -> None:
        await self._splice(verb.at, 0, verb.call)

    @_do.register
    async def _(self, verb: do.RemoveLayer) -> None:
        await self._splice(verb.at, 1)

    async def _splice(self, at: tuple[int, ...], taken: int, *put: str) -> None:
        def change(raw: dict[str, object]) -> dict[str, object]:
            layers = raw["layers"]
            assert isinstance(layers, list), "an experiment was written so"
            try:
                if taken:
                    layer_texts.at(layers, at)
                return {**raw, "layers": layer_texts.spliced(layers, at, taken, *put)}
            except layer_texts.NoLayer as error:
                raise Stuck(str(error)) from error

        await self._bench.edit(change)

    @_do.register
    async def _(self, verb: do.Answer) -> None:
        self._situation.answered(verb.chosen(self._situation))

    @_do.register
    async def _(self, verb: do.Train) -> None:
        if verb.until is None:
            await self._bench.to_the_end()
            return
        every = self._bench.experiment.report_every
        while True:  # a step of the app's own: what it stops at is no accident of the clock
            await self._bench.advance(epochs=every)
            if verb.until.is_so(self._situation):
                return
            if not self._bench.is_live:
                raise Stuck("the training was over before that")

    @_do.register
    async def _(self, verb: do.Advance) -> None:
        await self._bench.advance(batches=verb.batches)

    @_do.register
    async def _(self, verb: do.Restart) -> None:
        await self._bench.begin()

    @_do.register
    async def _(self, verb: do.TrainOn) -> None:
        await self._bench.go_on(verb.epochs)

    @_do.register
    async def _(self, verb: do.SetRate) -> None:
        rate = getattr(self._bench.experiment.optimizer, "lr", None)
        if not rate:
            raise Stuck("the optimizer has no learning rate to multiply")
        command = p.SetLearningRate(factor=verb.rate / rate)
        await self._bench.do(command, ev.LearningRateChanged)

    @_do.register
    async def _(self, verb: do.SilenceUnit) -> None:
        unit = Unit(verb.layer, verb.unit)
        if verb.wakes:
            await self._bench.do(p.Wake(unit=unit), ev.UnitWoken)
        else:
            await self._bench.do(p.Silence(unit=unit), ev.UnitSilenced)

    @_do.register
    async def _(self, verb: do.SetWeight) -> None:
        touch = p.SetParameter(
            layer=verb.layer, parameter=verb.parameter, place=verb.place, value=verb.value
        )
        await self._bench.do(touch, ev.ParameterSet)

    @_do.register
    async def _(self, verb: do.RedrawLayer) -> None:
        await self._bench.do(p.Redraw(layer=verb.layer), ev.LayerRedrawn)

    @_do.register
    async def _(self, verb: do.Predict) -> None:
        for one in await self._session.runs.predict(self._bench.run, [list(verb.values)]):
            self._situation.predicted(one)

    @_do.register
    async def _(self, verb: do.Draw) -> None:
        run = self._bench.run
        stroke = upright_stroke(SIDE, SIDE)
        drawn = await self._session.runs.predict_drawing(run, stroke, (SIDE, SIDE))
        self._situation.predicted(drawn.prediction)

    @_do.register
    async def _(self, verb: do.Fix) -> None:
        known = {one.code: one.repaired for one in self._situation.findings}
        repaired = known.get(verb.code)
        if repaired is None:
            found = f"it finds {', '.join(known)}" if known else "it finds nothing"
            raise Stuck(f"the doctor has no repair of that now: {found}")
        await self._bench.take(repaired)

    @_do.register
    async def _(self, verb: do.FindRate) -> None:
        test = await self._session.experiments.tune_learning_rate(
            self._bench.experiment, self._bench.locations.data_dir
        )
        if test.suggested is None:
            raise Stuck("no learning rate is suggested")
        self._situation.did("rate_found", repr(test.suggested))
        await self._bench.edit(lambda raw: set_value(raw, f"optimizer.lr={test.suggested!r}"))

    @_do.register
    async def _(self, verb: do.Export) -> None:
        folder = self._bench.runs_dir
        output = folder / f"export-{self._situation.moment}"
        await self._session.runs.export(self._bench.run, verb.format, output, replace=True)
        self._situation.did("exported", verb.format)

    @_do.register
    async def _(self, verb: do.Evaluate) -> None:
        run, data_dir = self._bench.run, self._bench.locations.data_dir
        for one in await self._session.runs.evaluate(run, data_dir=data_dir):
            self._situation.happened(one)
        self._situation.did("evaluated")

    @_do.register
    async def _(self, verb: do.Explain) -> None:
        field_name, *rest = verb.key.split(".")
        experiment = self._bench.experiment
        try:
            if field_name == "layers" and rest:
                parts.of_component(experiment, tuple(map(int, rest)))
            elif field_name in FAMILIES and rest:
                parts.of_option(experiment, field_name, rest[0])
            else:
                parts.of_field(experiment, field_name)
        except (KeyError, ValueError, IndexError) as error:
            raise Stuck(f'"{verb.key}" is nothing that can be explained') from error
        self._situation.did("explained", verb.key)

    @_do.register
    async def _(self, verb: do.Dissect) -> None:
        if self._bench.is_live:
            await self._session.dissect(Focus())
        else:
            where = self._bench.locations.data_dir
            await self._session.experiments.dissect_first(self._bench.experiment, Focus(), where)
        self._situation.did("dissected")

    @_do.register
    async def _(self, verb: do.LookBack) -> None:
        moments = await self._session.runs.moments(self._bench.run)
        if not moments.steps:
            raise Stuck("the run has no snapshots")
        where = self._bench.locations.data_dir
        await self._session.runs.review(self._bench.run, moments.steps[0], where)
        self._situation.did("in_the_past")

    @_do.register
    async def _(self, verb: do.LookInside) -> None:
        look = Look(unit=Unit(verb.layer, verb.unit))
        where = self._bench.locations.data_dir
        if self._bench.is_live:
            await self._session.look_inside(look)
        else:
            await self._session.experiments.inside_first(self._bench.experiment, look, where)
        self._situation.did("looked_inside", outermost(verb.layer))

    @_do.register
    async def _(self, verb: do.ReadCode) -> None:
        await self._session.experiments.script(
            self._bench.experiment, self._bench.locations.data_dir
        )
        self._situation.did("code_read")

    @_do.register
    async def _(self, verb: do.Save) -> None:
        text = to_toml(self._bench.experiment).encode()
        file = self._bench.runs_dir / f"{verb.name}.toml"
        await asyncio.to_thread(partial(replace_bytes, file, text))
        self._situation.did("saved", verb.name)

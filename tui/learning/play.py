"""A lesson that a person is in: its step, what was answered and hinted, what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.doctor.finding import Finding
from engine.errors import UsageError
from engine.lessons import progress
from engine.lessons.lesson import Lesson, Start, Step
from engine.lessons.progress import Standing
from engine.parts.data import DataLocations
from engine.spec.experiment import Experiment
from tui.learning.bench_at import bench_at
from tui.learning.told import letters_of


class Play:
    """Steps through a lesson as a person does what it asks for.

    A step that was done stays so, whatever is done after it; what is said of it goes by the
    figures of now, as long as it holds.
    """

    def __init__(self, lesson: Lesson, locations: DataLocations, *, keeps: bool = True) -> None:
        """keeps: whether how far it is is written down."""
        self._keeps = keeps
        self.lesson = lesson
        self.locations = locations
        self.situation = lesson.begun(locations)
        known = progress.standings() if keeps else {}
        self.standing = known.get(lesson.name, Standing())
        self.index = 0
        """Of the step; that behind the last is the end."""
        self.is_done = False
        """Whether what the step asks for happened."""
        self.told = ""
        """What is said of a step that is done."""
        self.num_hints = 0
        """Hints that were asked for."""
        self.choice = 0
        """The choice of the question that the cursor is on."""
        self.doing = ""
        """The line of the solution that is being shown."""
        self.was_shown = False
        """Whether the solution of the step was shown."""
        self.may_skip = False
        """Whether it was said that the step is not done yet: who goes on then skips it."""
        self.problem = ""
        """Why how far it is can't be kept; empty where it is."""
        self.elsewhere = ""
        """What was put on the bench in place of the lesson's experiment; nothing counts there."""
        self._left: Experiment | None = None
        """What was on the bench before that."""

    @property
    def step(self) -> Step | None:
        """The step; None at the end."""
        steps = self.lesson.steps
        return steps[self.index] if self.index < len(steps) else None

    @property
    def is_known(self) -> bool:
        """Whether the step was done, now or another time."""
        return self.is_done or self.index in self.standing.done

    @property
    def is_last(self) -> bool:
        """Whether the end comes next."""
        return self.index == len(self.lesson.steps) - 1

    @property
    def begins_untrained(self) -> bool:
        """Whether it begins with an experiment of its own, of which nothing is trained yet."""
        return self.index == 0 or (self.step is not None and self.step.start is not None)

    @property
    def letters(self) -> Mapping[str, str]:
        """The choices by the letters that take them; digits have letters of their own."""
        return letters_of(self.choices)

    @property
    def choices(self) -> Sequence[str]:
        """The answers to choose from, in order."""
        step = self.step
        return list(step.choices) if step is not None else []

    @property
    def answer(self) -> str | None:
        """The newest answer to the step's question."""
        return self.situation.answer() if self.step is not None else None

    @property
    def hints(self) -> Sequence[str]:
        """The hints that are seen."""
        return self.step.hints[: self.num_hints] if self.step is not None else ()

    @property
    def wrong(self) -> str:
        """What is said of something that leads elsewhere; empty where nothing does."""
        step = self.step
        if step is None or self.is_done or self.elsewhere:
            return ""
        return self.lesson.told_wrong(step, self.situation)

    def begin(self, index: int) -> Start | None:
        """Begin a step; returns what is to stand on the bench then, None: what stands there.

        It is what the step starts from, or what the solutions before it would have led to where
        the steps before were not done here.
        """
        comes_next = index == self.index + 1 and self.is_done and not self.elsewhere
        self.elsewhere = ""
        self.index = max(0, min(index, len(self.lesson.steps)))
        self.is_done, self.told, self.was_shown, self.may_skip = False, "", False, False
        self.num_hints = self.choice = 0
        self._keep(self.standing.at(self.index, len(self.lesson.steps)))
        step = self.step
        if step is None:
            return None
        self.lesson.begin(self.situation, self.index)
        if comes_next:
            return step.start
        start = bench_at(self.lesson, self.index, self.locations)
        self.situation.begin_step(step.name, start.experiment)
        return start

    def resume(self) -> Start | None:
        """Begin with the first step that is not done, from where the person was; else anew."""
        return self.begin(self.standing.next_of(len(self.lesson.steps)))

    def leave_for(self, name: str) -> None:
        """Another experiment is put on the bench, until that is taken back or a step begins."""
        self._left = self._left if self.elsewhere else self.situation.experiment
        self.elsewhere = name

    def take(self, choice: str) -> None:
        """Answer the step's question."""
        if choice in self.choices:
            self.choice = self.choices.index(choice)
            self.situation.answered(choice)
            self.look()

    def edited(self, experiment: Experiment | None, findings: Sequence[Finding]) -> bool:
        """The experiment is this one now; whether the step is done by that."""
        if experiment == self._left:
            self.elsewhere = ""
        if experiment != self.situation.experiment or tuple(findings) != self.situation.findings:
            self.situation.edited(experiment, findings)
            return self.look()
        return False

    def look(self) -> bool:
        """See whether the step is done; whether it is so only now."""
        step = self.step
        is_apart = bool(self.elsewhere) and not self.choices  # a question can be answered anywhere
        if step is None or is_apart or not step.is_done(self.situation):
            return False
        self.told = self.lesson.told_done(step, self.situation)
        if self.is_done:
            return False
        self.is_done = True
        if not self.was_shown:
            self._keep(self.standing.with_done(self.index))
        return True

    def _keep(self, standing: Standing) -> None:
        self.standing = standing
        if not self._keeps:
            return
        try:
            progress.keep(self.lesson.name, standing)
        except UsageError as error:
            self.problem = str(error)

"""Reads a lesson from a TOML file; reports every mistake at once, as an experiment's are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from engine.errors import BadExperiment, DataUnavailable, PerceptuiError, Problem, UsageError
from engine.lessons.condition import Condition
from engine.lessons.condition_parser import Surroundings, read_condition
from engine.lessons.heads import OWN
from engine.lessons.lesson import Lesson, Start, Step
from engine.lessons.solution import Verb, read_verb
from engine.lessons.told import Telling, read_figures
from engine.lessons.translation import translated
from engine.limits import LESSON_STEPS
from engine.parts.kinds import shown
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.nearest import nearest
from engine.spec.overrides import set_value
from engine.spec.presets import path_of
from engine.spec.toml_text import read_raw

_LESSON = (
    "title",
    "teaches",
    "order",
    "start",
    "start_with",
    "experiment",
    "otherwise",
    "steps",
)
_START = ("start", "start_with", "experiment")
_STEP = (
    "name",
    "title",
    "text",
    "until",
    "needs",
    "start",
    "start_with",
    "experiment",
    "question",
    "choices",
    "hints",
    "wrong",
    "done",
    "solution",
)
_TELLING = ("when", "text")


class BadLesson(PerceptuiError):
    """A lesson that can't be played; holds every problem found, not only the first."""

    exit_code = 4

    def __init__(self, problems: list[Problem], source: str = "") -> None:
        self.problems = tuple(problems)
        prefix = f"{source}: " if source else ""
        super().__init__("\n".join(f"{prefix}{problem}" for problem in problems))


def read_lesson(path: Path, texts: Path | None = None) -> Lesson:
    """Read and check a lesson's file; texts: a file of its words in another language.

    Raises BadLesson naming the file, the key and what is accepted.
    """
    try:
        raw = read_raw(path)
        words = read_raw(texts) if texts is not None else None
    except UsageError as error:
        raise BadLesson([Problem("", str(error))]) from error
    return lesson_of(raw, path, words)


def lesson_of(
    raw: Mapping[str, object], path: Path, words: Mapping[str, object] | None = None
) -> Lesson:
    """The lesson of plain values; words: what replaces its texts. Raises BadLesson."""
    problems: list[Problem] = []
    if words is not None:
        raw = translated(raw, words, problems)
    lesson = _Table(raw, "", problems, path).lesson()
    if problems or lesson is None:
        raise BadLesson(problems, str(path))
    return lesson


class _Table:
    """A table of the file, and where in the file it is."""

    def __init__(
        self, raw: Mapping[str, object], place: str, problems: list[Problem], path: Path
    ) -> None:
        self._raw, self._place, self._problems, self._path = raw, place, problems, path

    def lesson(self) -> Lesson | None:
        self._check_keys(_LESSON)
        title, teaches = self._text("title"), self._text("teaches")
        order = self._raw.get("order", OWN)
        if isinstance(order, bool) or not isinstance(order, int | float):
            self._wrong("order", f"{shown(order)} is not a number")
            order = OWN
        start = self._start()
        if start is None and "start" not in self._raw and "experiment" not in self._raw:
            self._wrong("start", "missing: a preset's name, or a table [experiment]")
        inside = self._inside("otherwise")
        if inside is not None:
            inside._check_keys(_START)
        otherwise = inside._start() if inside is not None else None
        steps = self._steps()
        if start is None or self._problems:
            return None
        name = self._path.stem
        return Lesson(name, self._path, title, teaches, order, start, otherwise, steps)

    def _steps(self) -> tuple[Step, ...]:
        raw = self._raw.get("steps")
        if not isinstance(raw, list) or not raw:
            self._wrong("steps", "missing: write [[steps]], one for each thing to do")
            return ()
        if len(raw) > LESSON_STEPS.most:
            self._wrong("steps", f"there are {LESSON_STEPS.refusal(len(raw))}")
            return ()
        tables = [
            _Table(one, f"steps[{n}]", self._problems, self._path)
            for n, one in enumerate(raw, start=1)
            if isinstance(one, dict)
        ]
        if len(tables) < len(raw):
            self._wrong("steps", "write [[steps]], one for each thing to do")
            return ()
        questions = [table._question() for table in tables]
        steps = []
        for n, table in enumerate(tables, start=1):
            asked = {name: choices for name, choices in questions[:n] if name}
            later = {name for name, _ in questions[n:] if name} - asked.keys()
            if questions[n - 1][0] in {name for name, _ in questions[: n - 1] if name}:
                table._wrong("name", f'two steps are named "{questions[n - 1][0]}"')
            steps.append(table._step(str(n), asked, later))
        return tuple(step for step in steps if step is not None)

    def _question(self) -> tuple[str, Collection[str]]:
        """The name of a step that asks, empty for any other, and what can be answered."""
        name, choices = self._raw.get("name"), self._raw.get("choices")
        if isinstance(name, str) and isinstance(choices, dict):
            return name, list(choices)
        return "", []

    def _step(
        self, number: str, asked: Mapping[str, Collection[str]], later: Collection[str]
    ) -> Step | None:
        self._check_keys(_STEP)
        choices = self._choices()
        question = self._text("question", is_needed=bool(choices))
        if question and not choices:
            self._wrong("choices", "missing: a question needs what can be answered")
        around = Surroundings(tuple(choices), asked, later)
        until_text = self._text("until")
        until = self._condition("until", around) if until_text else None
        start = self._start()
        wrong = self._tellings("wrong", around)
        for n, telling in enumerate(wrong, start=1):
            if telling.when is None:
                self._wrong(f"wrong[{n}].when", "missing: in which case it is told")
        title, text, hints = self._text("title"), self._text("text"), self._texts("hints")
        done, solution = self._tellings("done", around), self._solution(around)
        if until is None:
            return None
        return Step(
            name=self._text("name", is_needed=False) or number,
            title=title,
            text=text,
            until=until,
            until_text=until_text,
            needs=self._texts("needs"),
            start=start,
            question=question,
            choices=choices,
            hints=hints,
            wrong=wrong,
            done=done,
            solution=solution,
        )

    def _start(self) -> Start | None:
        """What is put on the bench; None where nothing is named, or it is no experiment."""
        name = self._text("start", is_needed=False)
        table, changes = self._raw.get("experiment"), self._assignments()
        if name and table is not None:
            self._wrong("start", "give start or [experiment], not both")
            return None
        if changes and not name and table is None:
            self._wrong("start_with", "it changes nothing without a start")
        raw: Mapping[str, object]
        try:
            if name:
                raw = read_raw(path_of(name))
            elif isinstance(table, dict):
                raw = table
            elif table is None:
                return None
            else:
                self._wrong("experiment", f"{shown(table)} is not a table of an experiment")
                return None
            for change in changes:
                raw = set_value(raw, change)
            experiment = from_raw(raw, folder=self._path.parent)
        except BadExperiment as error:
            where = "start" if name else "experiment"
            for problem in error.problems:
                self._wrong(where, str(problem))
            return None
        except (UsageError, DataUnavailable) as error:
            self._wrong("start" if name else "experiment", str(error))
            return None
        if changes or not name:
            experiment = _as_own(experiment)
        return Start(name or self._path.stem, experiment)

    def _assignments(self) -> list[str]:
        raw = self._raw.get("start_with", {})
        if not isinstance(raw, dict) or not all(isinstance(one, str) for one in raw.values()):
            self._wrong("start_with", 'write a table of keys and texts: "optimizer.lr" = "0.1"')
            return []
        return [f"{key}={value}" for key, value in raw.items()]

    def _choices(self) -> dict[str, str]:
        raw = self._raw.get("choices", {})
        if not isinstance(raw, dict) or not all(isinstance(one, str) for one in raw.values()):
            self._wrong("choices", 'write a table of what can be answered: { a = "…", b = "…" }')
            return {}
        return raw

    def _tellings(self, key: str, around: Surroundings) -> tuple[Telling, ...]:
        raw = self._raw.get(key, [])
        listed = [raw] if isinstance(raw, str) else raw
        if not isinstance(listed, list):
            self._wrong(key, f"{shown(raw)} is neither a text nor a list of {{ when, text }}")
            return ()
        return tuple(
            self._telling(one, f"{key}[{n}]" if listed is raw else key, around)
            for n, one in enumerate(listed, start=1)
        )

    def _telling(self, raw: object, key: str, around: Surroundings) -> Telling:
        if isinstance(raw, str):
            return Telling(None, read_figures(raw, self._at(key), self._problems, around))
        if not isinstance(raw, dict):
            self._wrong(key, f"{shown(raw)} is neither a text nor a table of when and text")
            return Telling(None, read_figures("", self._at(key), self._problems, around))
        table = _Table(raw, self._at(key), self._problems, self._path)
        table._check_keys(_TELLING)
        when = table._condition("when", around) if "when" in raw else None
        text = read_figures(table._text("text"), table._at("text"), self._problems, around)
        return Telling(when, text)

    def _condition(self, key: str, around: Surroundings) -> Condition | None:
        return read_condition(self._raw[key], self._at(key), self._problems, around)

    def _solution(self, around: Surroundings) -> tuple[Verb, ...]:
        raw = self._raw.get("solution")
        if not isinstance(raw, list) or not raw:
            self._wrong("solution", "missing: a list of lines that do what the step asks for")
            return ()
        read = (
            read_verb(one, self._at(f"solution[{n}]"), self._problems, around)
            for n, one in enumerate(raw, start=1)
        )
        return tuple(verb for verb in read if verb is not None)

    def _inside(self, key: str) -> _Table | None:
        raw = self._raw.get(key)
        if raw is None:
            return None
        if not isinstance(raw, dict):
            self._wrong(key, f"{shown(raw)} is not a table")
            return None
        return _Table(raw, self._at(key), self._problems, self._path)

    def _text(self, key: str, *, is_needed: bool = True) -> str:
        value = self._raw.get(key, "")
        if not isinstance(value, str):
            self._wrong(key, f"{shown(value)} is not a text")
            return ""
        if is_needed and not value.strip():
            self._wrong(key, "missing")
        return value.strip()

    def _texts(self, key: str) -> tuple[str, ...]:
        value = self._raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self._wrong(key, f"{shown(value)} is not a list of texts")
            return ()
        return tuple(value)

    def _check_keys(self, known: Collection[str]) -> None:
        for key in self._raw:
            if key not in known:
                hint = nearest(key, known) or f": known are {', '.join(known)}"
                self._wrong(key if key.isprintable() else ascii(key), f"unknown key{hint}")

    def _at(self, key: str) -> str:
        return f"{self._place}.{key}" if self._place else key

    def _wrong(self, key: str, message: str) -> None:
        self._problems.append(Problem(self._at(key), message))


def _as_own(experiment: Experiment) -> Experiment:
    """An experiment that is not quite the preset: what is claimed of that does not hold of it."""
    return experiment.without_claims()

"""What a step's solution does, a verb a line: read here, done by the player and by the app."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.errors import BadExperiment, Problem
from engine.export import FORMATS
from engine.lessons.condition import Condition, Reference
from engine.lessons.condition_parser import Surroundings, read_condition, read_reference
from engine.lessons.facts.experiment import codes
from engine.lessons.situation import Situation
from engine.limits import CONDITION
from engine.parts.layers.address import Address
from engine.spec.grammar import GrammarError, parse_call
from engine.spec.nearest import nearest
from engine.spec.overrides import set_value


@dataclass(frozen=True)
class Verb:
    """One thing to do, as it is written."""

    line: str


@dataclass(frozen=True)
class SetValue(Verb):
    """`set KEY=VALUE`: change the experiment."""

    assignment: str


@dataclass(frozen=True)
class InsertLayer(Verb):
    """`layers insert AT CALL`: put a layer before the one that stands there."""

    at: Address
    call: str


@dataclass(frozen=True)
class RemoveLayer(Verb):
    """`layers remove AT`."""

    at: Address


@dataclass(frozen=True)
class Answer(Verb):
    """`answer CHOICE`; `answer-with FACT`: the choice that is named as a fact says."""

    choice: str
    fact: Reference | None = None

    def chosen(self, situation: Situation) -> str:
        """The choice that is taken in a situation."""
        return self.choice if self.fact is None else str(self.fact.value(situation))


@dataclass(frozen=True)
class Train(Verb):
    """`train`, to the end; `train until CONDITION`, and pause then."""

    until: Condition | None = None


@dataclass(frozen=True)
class Advance(Verb):
    """`step N`: train so many batches, and pause."""

    batches: int


@dataclass(frozen=True)
class Restart(Verb):
    """`restart`: begin anew with the experiment as it is edited, and wait."""


@dataclass(frozen=True)
class TrainOn(Verb):
    """`train-on N`: go on with a run that is over, for so many epochs more."""

    epochs: int


@dataclass(frozen=True)
class SetRate(Verb):
    """`set-rate X`: the learning rate of the training that goes on."""

    rate: float


@dataclass(frozen=True)
class SilenceUnit(Verb):
    """`silence LAYER UNIT`; `wake LAYER UNIT`."""

    layer: Address
    unit: int
    wakes: bool = False


@dataclass(frozen=True)
class SetWeight(Verb):
    """`set-weight LAYER PARAMETER PLACE VALUE`: `set-weight 0 weight 2,1 0.5`."""

    layer: Address
    parameter: str
    place: tuple[int, ...]
    value: float


@dataclass(frozen=True)
class RedrawLayer(Verb):
    """`redraw LAYER`: new random numbers for it."""

    layer: Address


@dataclass(frozen=True)
class Predict(Verb):
    """`predict V1, V2, …`: ask the newest network about a sample."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Draw(Verb):
    """`draw`: ask the newest network about a picture that is drawn: an upright stroke."""


@dataclass(frozen=True)
class Fix(Verb):
    """`fix CODE`: apply the doctor's repair of a finding."""

    code: str


@dataclass(frozen=True)
class FindRate(Verb):
    """`find-rate`: try learning rates on a copy, and take the one that is suggested."""


@dataclass(frozen=True)
class Export(Verb):
    """`export FORMAT`: write the newest run."""

    format: str


@dataclass(frozen=True)
class Evaluate(Verb):
    """`evaluate`: measure the newest run on its data again."""


@dataclass(frozen=True)
class Explain(Verb):
    """`explain WHAT`: have a part of the experiment explained, by its key."""

    key: str


@dataclass(frozen=True)
class Dissect(Verb):
    """`dissect`: take the next step apart under the microscope."""


@dataclass(frozen=True)
class LookBack(Verb):
    """`look-back`: see the newest run as it was at its earliest snapshot."""


@dataclass(frozen=True)
class LookInside(Verb):
    """`look-inside LAYER UNIT`: see a unit."""

    layer: Address = ()
    unit: int = 0


@dataclass(frozen=True)
class ReadCode(Verb):
    """`read-code`: have the script of the experiment written."""


@dataclass(frozen=True)
class Save(Verb):
    """`save NAME`: keep the experiment as a preset of one's own."""

    name: str


class _BadLineError(Exception):
    """A line that is no verb of ours; the message says what would be."""


@dataclass
class _Line:
    """A line that is being read."""

    line: str
    rest: str
    surroundings: Surroundings
    problems: list[Problem] = field(default_factory=list)

    def number(self, text: str, what: str, least: float = 0) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value < 1e12:
            raise _BadLineError(f'"{text}" is not {what}')
        return value

    def count(self, text: str, what: str, least: int = 1) -> int:
        value = self.number(text, what, least)
        if value != int(value):
            raise _BadLineError(f'"{text}" is not {what}')
        return int(value)

    def address(self, text: str) -> Address:
        if not re.fullmatch(r"\d{1,4}(\.\d{1,4})*", text):
            raise _BadLineError(f'"{text}" is not where a layer is, like 2 or 2.0')
        return tuple(map(int, text.split(".")))

    def words(self, count: int, usage: str) -> list[str]:
        found = self.rest.split(None, count - 1)
        if len(found) != count:
            raise _BadLineError(f"write {usage}")
        return found


def _set(line: _Line) -> Verb:
    try:
        set_value({"layers": [], "data": "", "loss": "", "optimizer": ""}, line.rest)
    except BadExperiment as error:
        # A key into what the experiment has is tried when it is played.
        if "." not in line.rest.partition("=")[0]:
            raise _BadLineError(str(error).removeprefix("--set ")) from error
    if "=" not in line.rest:
        raise _BadLineError("write set KEY=VALUE, like set optimizer.lr=0.05")
    return SetValue(line.line, line.rest)


def _layers(line: _Line) -> Verb:
    what, _, rest = line.rest.partition(" ")
    if what == "remove":
        return RemoveLayer(line.line, line.address(rest.strip()))
    at, _, call = rest.strip().partition(" ")
    if what != "insert" or not call:
        raise _BadLineError("write layers insert AT CALL, or layers remove AT")
    try:
        parse_call(call)
    except GrammarError as error:
        raise _BadLineError(str(error)) from error
    return InsertLayer(line.line, line.address(at), call.strip())


def _answer(line: _Line) -> Verb:
    choices = line.surroundings.choices or ()
    if line.rest not in choices:
        listed = f"the choices are {', '.join(choices)}" if choices else "there is no question"
        raise _BadLineError(f'"{line.rest}" can\'t be answered: {listed}')
    return Answer(line.line, line.rest)


def _answer_with(line: _Line) -> Verb:
    fact = read_reference(line.rest, "", line.problems, line.surroundings)
    return Answer(line.line, "", fact)


def _train(line: _Line) -> Verb:
    if not line.rest:
        return Train(line.line)
    until, _, text = line.rest.partition(" ")
    if until != "until":
        raise _BadLineError("write train, or train until CONDITION")
    condition = read_condition(text, "", line.problems, line.surroundings)
    return Train(line.line, condition)


def _silence(line: _Line) -> Verb:
    layer, unit = line.words(2, "silence LAYER UNIT")
    wakes = line.line.startswith("wake")
    return SilenceUnit(line.line, line.address(layer), line.count(unit, "a unit", 0), wakes)


def _set_weight(line: _Line) -> Verb:
    layer, name, place, value = line.words(4, "set-weight LAYER PARAMETER PLACE VALUE")
    where = tuple(line.count(one, "a place like 2,1", 0) for one in place.split(","))
    number = line.number(value, "a number", -1e12)
    return SetWeight(line.line, line.address(layer), name, where, number)


def _predict(line: _Line) -> Verb:
    values = tuple(one.strip() for one in line.rest.split(","))
    if not all(values):
        raise _BadLineError("write predict V1, V2, …")
    return Predict(line.line, values)


def _fix(line: _Line) -> Verb:
    if line.rest not in codes():
        hint = nearest(line.rest, codes())
        raise _BadLineError(f'"{line.rest}" is not the code of a finding{hint}')
    return Fix(line.line, line.rest)


def _export(line: _Line) -> Verb:
    if line.rest not in FORMATS:
        hint = nearest(line.rest, FORMATS) or f": there are {', '.join(FORMATS)}"
        raise _BadLineError(f'"{line.rest}" is not a format{hint}')
    return Export(line.line, line.rest)


def _look_inside(line: _Line) -> Verb:
    layer, unit = line.words(2, "look-inside LAYER UNIT")
    return LookInside(line.line, line.address(layer), line.count(unit, "a unit", 0))


def _named(line: _Line) -> Verb:
    if not re.fullmatch(r"[\w-]{1,60}", line.rest):
        raise _BadLineError("write save NAME")
    return Save(line.line, line.rest)


def _alone(kind: type[Verb]) -> Callable[[_Line], Verb]:
    def read(line: _Line) -> Verb:
        if line.rest:
            raise _BadLineError(f"nothing follows {line.line.split()[0]}")
        return kind(line.line)

    return read


_VERBS: dict[str, Callable[[_Line], Verb]] = {
    "set": _set,
    "layers": _layers,
    "answer": _answer,
    "answer-with": _answer_with,
    "train": _train,
    "step": lambda line: Advance(line.line, line.count(line.rest, "a number of steps")),
    "restart": _alone(Restart),
    "train-on": lambda line: TrainOn(line.line, line.count(line.rest, "a number of epochs")),
    "set-rate": lambda line: SetRate(line.line, line.number(line.rest, "a learning rate")),
    "silence": _silence,
    "wake": _silence,
    "set-weight": _set_weight,
    "redraw": lambda line: RedrawLayer(line.line, line.address(line.rest)),
    "predict": _predict,
    "draw": _alone(Draw),
    "fix": _fix,
    "find-rate": _alone(FindRate),
    "seed": lambda line: SetValue(
        line.line, f"seed={line.count(line.rest, 'a seed, like 1', least=0)}"
    ),
    "export": _export,
    "evaluate": _alone(Evaluate),
    "explain": lambda line: Explain(line.line, line.words(1, "explain KEY")[0]),
    "dissect": _alone(Dissect),
    "look-back": _alone(LookBack),
    "look-inside": _look_inside,
    "read-code": _alone(ReadCode),
    "save": _named,
}


def read_verb(
    text: object, place: str, problems: list[Problem], surroundings: Surroundings
) -> Verb | None:
    """The verb that a line of a solution is; adds to problems where it is none."""
    if not isinstance(text, str) or not text.strip():
        problems.append(Problem(place, f"{text!r} is not a line of a solution, like 'train'"))
        return None
    if len(text) > CONDITION.most:
        problems.append(Problem(place, f"it has {CONDITION.refusal(len(text))}"))
        return None
    name, _, rest = text.strip().partition(" ")
    if name not in _VERBS:
        hint = nearest(name, _VERBS) or f": they are {', '.join(_VERBS)}"
        problems.append(Problem(place, f'"{name}" is nothing that a solution does{hint}'))
        return None
    line = _Line(text.strip(), rest.strip(), surroundings)
    try:
        verb = _VERBS[name](line)
    except _BadLineError as error:
        problems.append(Problem(place, f"{text.strip()}: {error}"))
        return None
    problems += [Problem(place, one.message) for one in line.problems]
    return None if line.problems else verb

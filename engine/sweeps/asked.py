"""What a person asks of a sweep: the command line's options on top of a file's `[sweep]` table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, get_args

from engine.errors import Problem
from engine.spec.nearest import nearest
from engine.sweeps.axes import Axis, IsWhole, axis_of, flattened, parse_axis
from engine.sweeps.plan import Search

TABLE = "[sweep]"
MOST_SEEDS = 1_000
MOST_FOLDS = 100
MOST_GPUS = 64


@dataclass(frozen=True)
class Asked:
    """The options of a sweep, as they were given; None where one was not."""

    over: tuple[str, ...] = ()
    """FIELD=VALUES each."""
    seeds: int | None = None
    folds: int | None = None
    search: str | None = None
    trials: int | None = None
    prune: bool | None = None
    stack: bool | None = None
    processes: int | None = None
    on: str | None = None
    """`processes`, `ray`, or `ray=HOST:PORT`."""
    storage: str | None = None
    gpus: float | None = None

    def on_top_of(self, table: Asked) -> Asked:
        """These, and what the table says where nothing was given."""
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "over"}
        known = {name: value for name, value in given.items() if value is not None}
        return replace(table, over=self.over, **known)


_KINDS: dict[str, type] = {
    "seeds": int,
    "folds": int,
    "search": str,
    "trials": int,
    "prune": bool,
    "stack": bool,
    "processes": int,
    "on": str,
    "storage": str,
    "gpus": float,
}
_WORDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}


def of_table(table: object, problems: list[Problem]) -> tuple[Asked, dict[str, object]]:
    """What a `[sweep]` table asks for, and its axes by field; its mistakes are added."""
    if not isinstance(table, Mapping):
        problems.append(Problem(TABLE, "it is a table: over, seeds, folds, search, trials, prune"))
        return Asked(), {}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key == "over":
            continue
        if key not in _KINDS:
            hint = nearest(key, ("over", *_KINDS)) or f": there are over, {', '.join(_KINDS)}"
            problems.append(Problem(f"{TABLE} {key}", f"unknown key{hint}"))
        elif type(value) is not _KINDS[key]:
            problems.append(Problem(f"{TABLE} {key}", f"{value!r} is not {_WORDS[_KINDS[key]]}"))
        else:
            values[key] = value
    over = table.get("over", {})
    if not isinstance(over, Mapping):
        message = 'it is a table: over = { "optimizer.lr" = "log(0.001,0.3,7)" }'
        problems.append(Problem(f"{TABLE} over", message))
        over = {}
    return Asked(**values), flattened(over)


def axes_of(
    asked: Asked, table: Mapping[str, object], is_whole: IsWhole, problems: list[Problem]
) -> tuple[Axis, ...]:
    """The axes of a file's table, and those of the command line in place of the same ones."""
    typed = [axis for text in asked.over if (axis := parse_axis(text, is_whole, problems))]
    for index, axis in enumerate(typed):
        if axis.field in {other.field for other in typed[:index]}:
            problems.append(Problem(f"--over {axis.field}", "it is varied twice: give it once"))
    typed_fields = {text.partition("=")[0].strip() for text in asked.over}
    written = [
        axis
        for field, values in table.items()
        if field not in typed_fields
        and (axis := axis_of(field, values, is_whole, problems, f"{TABLE} over"))
    ]
    return (*written, *typed)


def search_of(asked: Asked, problems: list[Problem]) -> Search:
    """How configurations are chosen."""
    text = asked.search or "grid"
    match text:
        case "grid" | "random" | "tpe":
            return text
    hint = nearest(text, get_args(Search)) or f": there are {', '.join(get_args(Search))}"
    problems.append(Problem("--search", f'unknown search "{text}"{hint}'))
    return "grid"


def check_counts(asked: Asked, problems: list[Problem]) -> None:
    """Add what is wrong with single numbers."""
    limits = {
        "seeds": (1, MOST_SEEDS),
        "folds": (2, MOST_FOLDS),
        "trials": (1, 10**6),
        "processes": (1, 1024),
    }
    for name, (least, most) in limits.items():
        number = getattr(asked, name)
        if number is not None and not least <= number <= most:
            message = f"{number} is not accepted: give a whole number, {least:,} to {most:,}"
            problems.append(Problem(f"--{name}", message))
    place, _, address = (asked.on or "").partition("=")
    if place not in ("", "processes", "ray") or (address and place != "ray"):
        known = "there are processes, ray, ray=HOST:PORT"
        problems.append(Problem("--on", f'unknown place "{asked.on}": {known}'))
    for_clusters = ("storage", "gpus") if place != "ray" else ()
    given = (name for name in for_clusters if getattr(asked, name) is not None)
    problems += [Problem(f"--{name}", "it is for a cluster: --on ray") for name in given]
    if asked.gpus is not None and not 0 <= asked.gpus <= MOST_GPUS:
        message = f"{asked.gpus:g} is not accepted: give the share of a GPU, 0 to {MOST_GPUS}"
        problems.append(Problem("--gpus", message))

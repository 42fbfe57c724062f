"""What is doubtful about a table, and the argument that settles it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]

_MOST_NAMES = 8
_ORDER: dict[str, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Remark:
    """One thing that a person should know about a table."""

    code: str
    """What it is about, for programs: `missing-cells`, `ragged-rows`."""
    severity: Severity
    """error: it can't be trained on as it is."""
    place: str
    """Where: `line 3`, `column 'x'`, `line 3, column 'x'`; empty for the file as a whole."""
    message: str
    repair: str = ""
    """What settles it, in words or as an argument: `na=[-200]`."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """The arguments of the data set that settle it, where some do. Lists are added together."""
    row: int | None = None
    """The row it was seen in, from 0, while its line is not known."""

    def said(self) -> str:
        """The remark in one sentence, without the file's name."""
        place = f"{self.place}: " if self.place else ""
        return f"{place}{self.message}" + (f"; {self.repair}" if self.repair else "")


def placed(remark: Remark, lines: Mapping[int, int], what: str = "line") -> Remark:
    """The remark with the line of its row in its place."""
    if remark.row is None:
        return remark
    line = f"{what} {lines[remark.row]}"
    return replace(remark, place=f"{line}, {remark.place}" if remark.place else line, row=None)


def gravest_first(remarks: Iterable[Remark]) -> list[Remark]:
    """The remarks with errors on top, else in the order they were made.

    What is said of several columns in the same words is said once.
    """
    return sorted(_gathered(remarks), key=lambda remark: _ORDER[remark.severity])


def _gathered(remarks: Iterable[Remark]) -> Iterable[Remark]:
    alike: dict[tuple[str, ...], list[Remark]] = {}
    for index, remark in enumerate(remarks):
        words = (remark.code, remark.severity, remark.message, remark.repair)
        is_of_column = remark.place.startswith("column ")
        alike.setdefault((*words, "" if is_of_column else str(index)), []).append(remark)
    for same in alike.values():
        if len(same) == 1:
            yield same[0]
            continue
        names = [remark.place.removeprefix("column ") for remark in same]
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        place = f"columns {', '.join(names[:_MOST_NAMES])}{more}"
        arguments = merged(remark.arguments for remark in same)
        yield replace(same[0], place=place, arguments=arguments)


def merged(arguments: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What several remarks ask for, as one set of arguments: lists and tables are joined."""
    result: dict[str, Any] = {}
    for one in arguments:
        for name, value in one.items():
            before = result.get(name)
            if isinstance(value, list | tuple):
                known = tuple(before or ())
                result[name] = (*known, *(item for item in value if item not in known))
            elif isinstance(value, dict) and isinstance(before, dict):
                result[name] = {**before, **value}
            else:
                result[name] = value
    return result

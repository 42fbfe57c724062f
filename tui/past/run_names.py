"""What a person calls a run: what it is of, what it has otherwise, and when it was."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from engine.errors import PerceptuiError
from engine.limits import RUN_FILE
from engine.runs.contents import EXPERIMENT
from engine.runs.directory import preset_of
from engine.runs.known_runs import ListedRun
from engine.runs.run import Run
from tui.past.fields import Fields, brief, fields_of
from tui.renderables.numbers import ago

_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-")
UNCHANGED = "unchanged"


def began(run: Run) -> str:
    """The minute in which a run began, as its name says; empty where it does not."""
    moment = _moment(run)
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def age(run: Run, now: datetime | None = None) -> str:
    """How long ago a run began, as its name says; empty where it does not."""
    moment = _moment(run)
    return "" if moment is None else ago(((now or datetime.now()) - moment).total_seconds())


def _moment(run: Run) -> datetime | None:
    found = _STAMP.match(run.name)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:  # digits that are no date
        return None


def letter(place: int) -> str:
    """What one of several that are compared is called: A, B, … Z, then A2, B2, …"""
    turn, index = divmod(place, 26)
    return chr(ord("A") + index) + (str(turn + 1) if turn else "")


class RunNames:
    """What runs have otherwise than what they came from; read when it is asked for, and kept.

    That is the preset of the name, or else the first run of the name that there is.
    """

    def __init__(self) -> None:
        self._firsts: dict[str, Run] = {}
        self._known: dict[Path, list[str]] = {}
        self._fields: dict[Path, Fields | None] = {}
        self._presets: dict[str, Fields | None] = {}

    def know(self, listed: Iterable[ListedRun]) -> None:
        """Take the runs that there are."""
        firsts: dict[str, Run] = {}
        for one in listed:
            name = preset_of(one.run.name)
            if name not in firsts or one.run.name < firsts[name].name:
                firsts[name] = one.run
        if firsts != self._firsts:
            self._firsts = firsts
            self._known.clear()

    def differs(self, run: Run) -> list[str]:
        """In a word or two each; nothing where that can't be said."""
        if run.path not in self._known:
            own, base = self._own(run), self._base(run)
            self._known[run.path] = (
                [] if own is None or base is None else brief(base, own) or [UNCHANGED]
            )
        return self._known[run.path]

    def _base(self, run: Run) -> Fields | None:
        name = preset_of(run.name)
        if name not in self._presets:
            self._presets[name] = _preset(name)
        first = self._firsts.get(name)
        if self._presets[name] is not None or first is None or first == run:
            return self._presets[name]
        return self._own(first)

    def _own(self, run: Run) -> Fields | None:
        if run.path not in self._fields:
            from engine.spec.toml_text import read_raw

            try:
                self._fields[run.path] = fields_of(read_raw(run.path / EXPERIMENT, RUN_FILE))
            except PerceptuiError:
                self._fields[run.path] = None  # the list says what is wrong with it
        return self._fields[run.path]


def _preset(name: str) -> Fields | None:
    from engine.spec import presets
    from engine.spec.experiment_reader import read_file
    from engine.spec.toml_text import parse_toml
    from engine.spec.writer import to_toml

    path = presets.names().get(name)
    if path is None:
        return None
    try:
        return fields_of(parse_toml(to_toml(read_file(path), complete=True)))
    except PerceptuiError:
        return None  # a preset of one's own that is broken meanwhile

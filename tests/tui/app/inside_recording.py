"""What workers told of the inside of networks, and a trainer that tells it again.

`python -m tests.tui.app.inside_recording` makes what is in `recordings` anew.
"""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import msgspec

from engine.runs.inside import (
    Effect,
    Inside,
    Look,
    Unit,
    UnitTile,
    Weight,
)
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from tests.tui.app.stand import small_experiment

RECORDINGS = Path(__file__).parent / "recordings"
DIGITS = from_raw(
    {
        "title": "Digits",
        "data": "digits()",
        "layers": ["Conv2d(4, 3)", "ReLU()", "MaxPool2d(2)", "Flatten()", "Linear(10)"],
        "loss": "CrossEntropyLoss()",
        "optimizer": "Adam(lr=0.01)",
        "epochs": 3,
        "test_fraction": 0.25,
    }
)
SAMPLES = 2
"""Of the digits, one after the other."""
EFFECT = Effect(
    event=7,
    before={"train_loss": 0.5, "train_accuracy": 0.875},
    after={"train_loss": 1.25, "train_accuracy": 0.5},
    num_samples={"train": 20},
)


class InsideTold:
    """Answers what is asked of the inside of the small network, and of the digits."""

    def __init__(self) -> None:
        self.looks: list[Look] = []
        """What was asked for, oldest first."""
        self.silenced: set[Unit] = set()
        self.set: dict[tuple[tuple[int, ...], str, tuple[int, ...]], float] = {}
        """Parameters that were set by hand."""

    def answer(self, look: Look, *, is_picture: bool, epoch: int, step: int) -> Inside:
        """Of the look that was recorded and is most like this one."""
        self.looks.append(look)
        told = _recorded("digits" if is_picture else "small")
        units = [one for one in told if one[0].unit == look.unit]
        same = [one for one in units or told if one[0].before == look.before] or told
        samples = [one for one in same if (one[0].sample is None) == (look.sample is None)] or same
        exact = [one for one in samples if _row(one[1]) == look.sample] or samples
        inside = exact[0][1]
        inside = msgspec.structs.replace(inside, epoch=epoch, step=step)
        return self._touched(inside)

    def touch(self, touch: p.Touch) -> str:
        """Do it; how it is told of."""
        match touch:
            case p.Silence():
                self.silenced.add(touch.unit)
                return f"silence {_place(touch.unit)}"
            case p.Wake():
                self.silenced.discard(touch.unit)
                return f"wake {_place(touch.unit)}"
            case p.Redraw():
                return f"redraw {touch.layer[0]}"
            case p.SetParameter():
                self.set[touch.layer, touch.parameter, touch.place] = touch.value
                where = ",".join(map(str, touch.place))
                return f"set {touch.layer[0]}.{touch.parameter}[{where}] = {touch.value:g}"
        self.silenced.clear()
        self.set.clear()
        return "take back"

    def _touched(self, inside: Inside) -> Inside:
        columns = [
            msgspec.structs.replace(
                column, units=[self._unit(column.layer, unit) for unit in column.units]
            )
            for column in inside.columns
        ]
        figures = inside.unit
        if figures is not None:
            figures = msgspec.structs.replace(
                figures,
                bias=None if figures.bias is None else self._weight(figures.bias),
                incoming=[self._weight(one) for one in figures.incoming],
                outgoing=[self._weight(one) for one in figures.outgoing],
            )
        return msgspec.structs.replace(inside, columns=columns, unit=figures)

    def _unit(self, layer: tuple[int, ...], unit: UnitTile) -> UnitTile:
        is_silenced = Unit(layer, unit.index) in self.silenced
        return msgspec.structs.replace(unit, is_silenced=is_silenced)

    def _weight(self, weight: Weight) -> Weight:
        value = self.set.get((weight.layer, weight.parameter, weight.place), weight.value)
        return msgspec.structs.replace(weight, value=value)


def _place(unit: Unit) -> str:
    return f"{unit.layer[0]}.{unit.index}"


def _row(inside: Inside) -> int | None:
    return None if inside.sample is None else inside.sample.sample.row


def _recorded(name: str) -> list[tuple[Look, Inside]]:
    if name not in _KNOWN:
        lines = gzip.decompress((RECORDINGS / f"inside-{name}.jsonl.gz").read_bytes())
        _KNOWN[name] = [
            msgspec.json.decode(line, type=tuple[Look, Inside]) for line in lines.splitlines()
        ]
    return _KNOWN[name]


_KNOWN: dict[str, list[tuple[Look, Inside]]] = {}


async def record() -> None:
    """Look at every unit of the small network, and at a few of the digits'."""
    async with Session.open() as session:
        await _record(session, "small", small_experiment(), _small_looks())
        first = await session.experiments.inside_first(DIGITS, Look(sample=-1))
        assert first.sample is not None
        await _record(session, "digits", DIGITS, _digit_looks(first.sample.rows[:SAMPLES]))
        await session.shutdown()


def _small_looks() -> list[Look]:
    units = [
        *(Unit((), index) for index in range(2)),
        *(Unit((0,), index) for index in range(4)),
        Unit((2,), 0),
    ]
    return [
        Look(columns=8, rows=5, before=before, unit=unit, large=(12, 12))
        for before in (False, True)
        for unit in (units[-1], *units[:-1])
    ]


def _digit_looks(rows: list[int]) -> list[Look]:
    units = [Unit((4,), 0), Unit((), 0), Unit((0,), 1)]
    return [
        Look(columns=8, rows=5, unit=unit, large=(12, 12), sample=sample)
        for sample in (*rows, None)
        for unit in units
    ]


async def _record(session: Session, name: str, experiment: Experiment, looks: list[Look]) -> None:
    lines = []
    for look in looks:
        inside = await session.experiments.inside_first(experiment, look)
        lines.append(msgspec.json.encode((look, inside)))
    packed = gzip.compress(b"\n".join(lines), mtime=0)
    (RECORDINGS / f"inside-{name}.jsonl.gz").write_bytes(packed)


if __name__ == "__main__":
    asyncio.run(record())

"""An experiment fitted to a table: it trains at once, and the doctor has nothing to say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.doctor.examination import repaired
from engine.doctor.statistics import Spread, Statistics
from engine.doctor.ways_out import of_texts
from engine.errors import BadExperiment, DataUnavailable, Problem, UsageError
from engine.parts.component import literal
from engine.parts.data.csv_file import Csv
from engine.parts.data.sheet import table_cache
from engine.parts.data.sheet.inspection import inspected
from engine.parts.data.sheet.packing import is_large
from engine.parts.data.sheet.remarks import Remark, merged
from engine.parts.data.sheet.table import Table
from engine.parts.layers import Layer
from engine.parts.layers.activation import ReLU
from engine.parts.layers.dense import Linear
from engine.parts.losses import BCEWithLogitsLoss, CrossEntropyLoss, Loss, MSELoss
from engine.parts.optimizers import Adam
from engine.parts.schedules import CosineAnnealingLR
from engine.spec.catalogue import FAMILIES, make
from engine.spec.experiment import Experiment
from engine.spec.grammar import GrammarError, parse_call

if TYPE_CHECKING:
    from numpy import ndarray

SETTLED = (
    "id-column", "index-column", "sentinel", "leak", "no-header", "constant", "encoding",
    "digits-first",
)  # fmt: skip
"""Remarks whose arguments are taken, beside those of all errors."""
_MOST_ROUNDS = 8
_RARE = 5
"""Rows that a category needs in a table of many."""
_MANY_ROWS = 500
_FEW_ROWS, _SOME_ROWS = 50, 300
"""Rows from which a fifth is held back, and from which a tenth watches the training."""
_MARKS = 5
"""Different whole numbers from which they may be marks, which lie on a scale."""
_PEAK = 3.0
"""Times that the commonest mark is given as often as the rarest, at least."""
_STEPS, _FEW_STEPS = 3000, 800
"""Of a training; of few rows more are learned by heart. Measured on the tables of
tests.real_tables: a diabetes table of 442 rows falls from R² .30 to .26 with the more."""
_WIDEST = 32
_BUFFER = 200_000
"""Rows that are shuffled at a time, of a table that is not read as a whole."""
_LOOKED_AT = 100_000
"""Rows of such a one that the statistics are of, evenly spaced."""
_ROWS_PER_WEIGHT = 4
"""So few weights that the rows can tell them all."""
NEAR_1 = (0.5, 2.0)
"""Deviations of a target that needs no scaling, where its mean is below 1."""


@dataclass(frozen=True)
class Fitted:
    """An experiment, and what was chosen for it and why, a line each."""

    experiment: Experiment
    notes: tuple[str, ...]


def fitted(path: str, targets: Sequence[str]) -> Fitted:
    """An experiment that predicts some columns of a table from the others.

    path: of a table; of a folder it tells the pictures in its subfolders apart. Raises UsageError
    without a target, DataUnavailable for what can't be trained on.
    """
    if Path(path).is_dir():
        from engine.doctor.fitting_pictures import fitted_to_pictures

        return Fitted(fitted_to_pictures(path), ())
    if not targets:
        from engine.parts.data.sheet.asked import Asked

        names = [repr(column.name) for column in inspected(path, Asked()).columns]
        more = ", …" if len(names) > 40 else ""
        raise UsageError(
            f"say what to predict with --target NAME: {path} has {', '.join(names[:40])}{more}"
        )
    stream = _BUFFER if is_large(path) else None
    target = targets[0] if len(targets) == 1 else tuple(targets)
    return _fitted(Csv(path, target, stream=stream))


def _fitted(data: Csv) -> Fitted:
    data, notes = _settled(data)
    data = _like_marks(data, notes)
    table = data.table()
    if any(column.how and len(column.how.get("known", ())) > 10 for column in table.used):
        data = _without_rare(data, table, notes)
    statistics = _statistics(data)
    changes: dict[str, Any] = {} if data.spelled else {"standardize": True}
    spread = max(statistics.targets, key=lambda t: abs(math.log10(t.size or 1)), default=None)
    if spread is not None and spread.deviation > 0 and not _is_near_1(spread):
        changes["standardize_target"] = True
        notes.append(f"{', '.join(data.targets)}: standardized, from {spread.lowest:g} to "
                     f"{spread.highest:g}; figures stay in that unit")  # fmt: skip
    data = replace(data, **changes)
    experiment = repaired(_experiment(data, statistics), statistics)
    return Fitted(experiment, tuple(notes))


def fitted_to(call: str) -> Fitted:
    """An experiment fitted to the data that a call names: csv("houses.csv", "price").

    Raises UsageError where it is no table.
    """
    problems: list[Problem] = []
    try:
        data = make(FAMILIES["data"], parse_call(call), "data", problems)
    except GrammarError as error:
        raise UsageError(str(error)) from error
    if problems:
        raise BadExperiment(problems)
    if not isinstance(data, Csv):
        raise UsageError(f"{call}: only a table of one's own is fitted to, as csv(...)")
    return _fitted(data)


def _settled(data: Csv) -> tuple[Csv, list[str]]:
    """The data set with what its remarks ask for, and why."""
    notes: list[str] = []
    for _ in range(_MOST_ROUNDS):
        table = inspected(data.path, data.asked)
        wanted = [r for r in table.remarks if r.arguments and _is_taken(r, table, data)]
        if any(not remark.arguments for remark in table.errors):
            data.table()  # raises, with everything that stands against it
        changed = [r for r in wanted if data.with_arguments(merged([r.arguments])) != data]
        if not changed:
            return data, notes
        for remark in changed:
            place = f"{remark.place}: " if remark.place else ""
            asked = ", ".join(f"{n}={literal(v)}" for n, v in remark.arguments.items())
            notes.append(f"{asked}: {place}{remark.message}")
        data = data.with_arguments(merged(remark.arguments for remark in changed))
        if complaint := data.complaint():
            raise DataUnavailable(f"{data.path}: {complaint}")
    raise DataUnavailable(f"{data.path}: what its remarks ask for has no end")


def _is_taken(remark: Remark, table: Table, data: Csv) -> bool:
    if remark.severity == "error":
        return True
    if remark.code not in SETTLED:
        return False
    ignored = remark.arguments.get("ignore", ())
    # Of a table that has nothing else even a number that counts the rows is used.
    left = [column for column in table.used if column.name not in ignored]
    return bool(left) and not set(ignored) & set(data.targets)


def _like_marks(data: Csv, notes: list[str]) -> Csv:
    """A regression, where whole numbers that could be classes lie on a scale, like marks."""
    table = data.table()
    classes = table.classes
    if data.task != "auto" or len(classes) < _MARKS:
        return data
    numbers = [c for c in classes if isinstance(c, int)]
    if len(numbers) < len(classes) or numbers[-1] - numbers[0] != len(numbers) - 1:
        return data
    import numpy as np

    counts = np.bincount(table_cache.arrays(data.path, data.asked)[1], minlength=len(classes))
    top = int(counts.argmax())
    rises, falls = np.diff(counts[: top + 1]), np.diff(counts[top:])
    if (
        0 < top < len(counts) - 1
        and (rises >= 0).all()
        and (falls <= 0).all()
        and (counts.max() >= _PEAK * counts.min())
    ):
        notes.append(
            f"{data.target}: whole numbers from {numbers[0]} to {numbers[-1]}, most in the middle: "
            'taken for marks on a scale; task="classification" takes them for classes'
        )
        return replace(data, task="regression")
    return data


def _without_rare(data: Csv, table: Table, notes: list[str]) -> Csv:
    """Categories that a network sees a few times only are others, in a table of many rows."""
    if table.samples < _MANY_ROWS:
        return data
    other = replace(data, rare=_RARE)
    if other.table().labels != table.labels:
        notes.append(f"categories with fewer than {_RARE} rows are `other`")
        return other
    return data


def _is_near_1(spread: Spread) -> bool:
    return abs(spread.mean) <= 1 and NEAR_1[0] <= spread.deviation <= NEAR_1[1]


def _statistics(data: Csv) -> Statistics:
    """The figures of the table that the doctor's rules read."""
    import numpy as np

    inputs, targets = table_cache.arrays(data.path, data.asked)
    if data.stream is not None:
        inputs = inputs[:: max(1, len(inputs) // _LOOKED_AT)]
    columns = [_spread(inputs[:, index]) for index in range(inputs.shape[1])]
    is_class = targets.ndim == 1
    counts = np.bincount(targets).tolist() if is_class else []
    return Statistics(
        tuple(c.lowest for c in columns),
        tuple(c.highest for c in columns),
        tuple(c.mean for c in columns),
        tuple(c.deviation for c in columns),
        tuple(counts),
        len(targets) / (1 + int((targets[1:] != targets[:-1]).sum())) if is_class else 0.0,
        () if is_class else tuple(_spread(targets[:, i]) for i in range(targets.shape[1])),
    )


def _spread(column: ndarray[Any, Any]) -> Spread:
    known = column.astype(float)
    known = known[known == known]
    if not len(known):
        return Spread(0.0, 0.0, 0.0, 0.0)
    return Spread(float(known.min()), float(known.max()), float(known.mean()), float(known.std()))


def _experiment(data: Csv, statistics: Statistics) -> Experiment:
    """A network of a size that fits the rows, and a training of as many steps as it needs."""
    facts = data.known_facts()
    rows, inputs = facts.num_samples, facts.shape[0]
    test = 0.2 if rows >= _FEW_ROWS else 0.0
    validation = 0.1 if rows >= _SOME_ROWS else 0.0
    train = round(rows * (1 - test - validation))
    batch_size = _batch_size(train)
    steps_per_epoch = max(1, -(-train // batch_size))
    epochs = min(
        200, max(10, math.ceil((_STEPS if rows >= _MANY_ROWS else _FEW_STEPS) / steps_per_epoch))
    )
    num_classes = len(facts.classes)
    outputs = 1 if num_classes == 2 else num_classes or facts.num_targets
    loss: Loss = MSELoss()
    if num_classes:
        loss = BCEWithLogitsLoss() if num_classes == 2 else CrossEntropyLoss()
    hidden = min(_WIDEST, train // (_ROWS_PER_WEIGHT * (inputs + 1 + outputs)))
    layers: tuple[Layer, ...] = (Linear(outputs),)
    if hidden >= 4:
        layers = (Linear(hidden), ReLU(), Linear(outputs))
    if facts.num_tokens:
        layers = of_texts(facts, outputs)
    names = ", ".join(data.targets)
    features = len(facts.feature_names)
    of = "1 column" if features == 1 else f"{features} columns"
    return Experiment(
        title=Path(data.path).name.split(".")[0],
        summary=f"Predicts {names} from {of} of {Path(data.path).name}.",
        data=data,
        layers=layers,
        loss=loss,
        optimizer=Adam(lr=0.003 if hidden >= 4 else 0.02),
        schedule=CosineAnnealingLR(),
        epochs=epochs,
        batch_size=batch_size,
        test_fraction=test,
        validation_fraction=validation,
        l2=1e-3 if rows < _MANY_ROWS else 1e-4,
        report_every=max(1, epochs // 20),
        seed=0,
    )


def _batch_size(rows: int) -> int:
    """Small enough for many steps an epoch, large enough that one is worth its overhead."""
    size = 16
    while size < 1024 and rows > 100 * size:
        size *= 2
    return size

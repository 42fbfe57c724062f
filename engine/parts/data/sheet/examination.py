"""Looks at a whole table: every column, everything doubtful, and the numbers it becomes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.errors import DataUnavailable
from engine.parts.data.generators.table_columns import encode_table
from engine.parts.data.sheet import doubts, kinds
from engine.parts.data.sheet import target as targets
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.column import Class, Column
from engine.parts.data.sheet.encoders import input_encoder, target_encoder
from engine.parts.data.sheet.reading import Sheet, cells_of, lines_of, look
from engine.parts.data.sheet.remarks import Remark, Severity, gravest_first, placed
from engine.parts.data.sheet.table import Table

Arrays = tuple[Any, Any]
"""Inputs, (samples, inputs) float32, and targets as `Dataset` has them."""


def examine(path: str, asked: Asked) -> tuple[Table, Arrays | None]:
    """A table with all that is to be said of it, and its numbers where it can be trained on.

    Raises FileNotFoundError where there is no file, DataUnavailable for what can't be read.
    """
    sheet = look(path, asked)
    remarks = list(sheet.remarks)
    remarks += unknown_names(sheet, asked)
    sheet, cells, more = cells_of(sheet, wanted_columns(sheet, asked))
    remarks += more
    sheet, cells = _exact_targets(sheet, cells, asked)
    cells = _without_blank_rows(cells)
    if not len(next(iter(cells.values()))):
        raise DataUnavailable(f"{path}: the file has a header and no rows")
    table = decided(sheet, cells, asked, remarks)
    arrays = None
    lines = lines_of(sheet, [r.row for r in table.remarks if r.row is not None])
    remarks = list(table.remarks)
    if is_ready(table, asked):
        table, arrays, more = _encoded(table, cells)
        remarks += more
    what = "line" if table.layout.format == "csv" else "row"
    return told(table, remarks, lines, what), arrays


def wanted_columns(sheet: Sheet, asked: Asked) -> list[str]:
    """The columns that are read; raises DataUnavailable where none is left."""
    left_out = set(asked.ignore) | ({*sheet.layout.nameless} if "" in asked.ignore else set())
    wanted = [name for name in sheet.names if name not in left_out]
    if not wanted:
        raise DataUnavailable(f"{sheet.path}: no column is left")
    return wanted


def is_ready(table: Table, asked: Asked) -> bool:
    """Whether nothing stands against making numbers of a table."""
    return len(table.targets) == len(asked.targets) > 0 and not table.errors


def told(table: Table, remarks: Iterable[Remark], lines: dict[int, int], what: str) -> Table:
    """A table with its remarks, each with its place, the gravest first.

    lines: the number of what each row is told by, a line or a row.
    """
    said = gravest_first(placed(remark, lines, what) for remark in remarks)
    return replace(table, remarks=tuple(said))


def decided(sheet: Sheet, cells: dict[str, Any], asked: Asked, remarks: Sequence[Remark]) -> Table:
    """What a table is by its cells; remarks: those that are known, put before the others."""
    remarks = list(remarks)
    rows = len(next(iter(cells.values())))
    columns, decimal, more = _judged(cells, asked)
    columns = _with_index(sheet, columns)
    remarks += more
    known = {column.name: column for column in columns}
    predicted = [name for name in asked.targets if name in known]
    read, classes, more = _read_targets([known[n] for n in predicted], cells, asked)
    remarks += more
    used, more = _used(sheet, columns, asked)
    remarks += more
    remarks += _beside_text(used, asked)
    used, drop, more = doubts.missing_cells(used, asked, cells)
    remarks += more
    remarks += doubts.doubts(used, [known[n] for n in predicted], asked)
    if asked.targets and not used:
        of = ", ".join(repr(name) for name in asked.targets)
        remarks.append(Remark("no-input", "error", "", f"no column is left beside the target {of}"))
    final = {**known, **{column.name: column for column in used}}
    table = Table(
        layout=sheet.layout,
        decimal=decimal,
        rows=rows,
        columns=tuple(final[column.name] for column in columns),
        remarks=(),
        inputs={column.name: column.how for column in used if column.how is not None},
        targets=read,
        drop=drop,
        classes=classes,
    )
    columns_told = tuple(replace(column, facts={}) for column in table.columns)
    return replace(table, columns=columns_told, remarks=tuple(remarks))


def _exact_targets(
    sheet: Sheet, cells: dict[str, Any], asked: Asked
) -> tuple[Sheet, dict[str, Any]]:
    """The cells with targets as texts that hold more digits than float64 tells apart."""
    for name in asked.targets:
        if name in sheet.numbers and name in cells and cells[name].null_count < len(cells[name]):
            extremes = pc.min_max(cells[name]).as_py()
            if max(abs(extremes["min"]), abs(extremes["max"])) >= 2**53:
                rest = tuple(n for n in sheet.numbers if n != name)
                sheet, again, _ = cells_of(replace(sheet, numbers=rest), [name])
                cells[name] = again[name]
    return sheet, cells


def unknown_names(sheet: Sheet, asked: Asked) -> list[Remark]:
    """Columns that are asked for and are not there, each with the nearest one."""
    named = [("target column", name) for name in asked.targets]
    named += [("column to ignore", name) for name in asked.ignore if name]
    for what in (asked.missing_of, asked.kinds, asked.dates):
        named += [("column", name) for name, _ in what]
    remarks = []
    for role, name in named:
        if name in sheet.names:
            continue
        near = difflib.get_close_matches(name, sheet.names, n=1)
        repair = f": did you mean {near[0]!r}?" if near else f"; it has {_listed(sheet.names)}"
        if not sheet.layout.header:
            repair = (
                f"; it has no header, so its columns are named by number, 1 to {len(sheet.names)}"
            )
        remarks.append(Remark("no-column", "error", "", f"no {role} {name!r}{repair}"))
    return remarks


def _listed(names: Sequence[str]) -> str:
    shown_names = ", ".join(repr(name) for name in names[:20])
    return shown_names + (", …" if len(names) > 20 else "")


def _without_blank_rows(cells: dict[str, Any]) -> dict[str, Any]:
    """The cells without rows that hold nothing at all, delimiters only."""
    columns = list(cells.values())
    if not all(column.null_count for column in columns):
        return cells
    blank = pc.is_null(columns[0])
    for column in columns[1:]:
        blank = pc.and_(blank, pc.is_null(column))
    if not pc.any(blank).as_py():
        return cells
    kept = pc.invert(blank)
    return {name: column.filter(kept) for name, column in cells.items()}


def _judged(cells: dict[str, Any], asked: Asked) -> tuple[list[Column], str, list[Remark]]:
    """Every column, the file's decimal mark, and what is to be said of them."""
    _unchunked(cells)
    found = {
        name: kinds.judge(name, column, asked, asked.decimal) for name, column in cells.items()
    }
    decimal = asked.decimal
    if decimal is None:
        commas = [
            column
            for column, remarks in found.values()
            if (column.how or {}).get("decimal") == ","
            and not any(r.code == "ambiguous-numbers" for r in remarks)
        ]
        if commas:
            decimal = ","
            # What stands in doubt in one column is settled by the others.
            for name, (column, remarks) in found.items():
                doubtful = any(remark.code == "ambiguous-numbers" for remark in remarks)
                if doubtful or (column.how == {} and column.kind in ("number", "id")):
                    found[name] = kinds.judge(name, cells[name], asked, ",")
    columns = [column for column, _ in found.values()]
    return columns, decimal or ".", [r for _, remarks in found.values() for r in remarks]


def _unchunked(cells: dict[str, Any]) -> None:
    """Put one piece without gaps in the place of each column of numbers, for all that follow."""
    pool = pa.default_memory_pool()
    for name in list(cells):
        if pa.types.is_floating(cells[name].type):
            cells[name] = pa.array(cells[name].to_numpy())
            pool.release_unused()  # or the pieces stay beside the whole


def _read_targets(
    columns: Iterable[Column], cells: dict[str, Any], asked: Asked
) -> tuple[dict[str, dict[str, Any]], tuple[Class, ...], list[Remark]]:
    read: dict[str, dict[str, Any]] = {}
    classes: tuple[Class, ...] = ()
    remarks: list[Remark] = []
    for column in columns:
        wanted, more = targets.judge(column, cells[column.name], asked)
        remarks += more
        if wanted is not None:
            read[column.name], classes = wanted.how, wanted.classes
    return read, classes, remarks


def _used(
    sheet: Sheet, columns: Iterable[Column], asked: Asked
) -> tuple[list[Column], list[Remark]]:
    """The columns that become inputs, and what is said of those that do not."""
    used: list[Column] = []
    remarks: list[Remark] = []
    empty = [c.name for c in columns if c.kind == "empty" and c.name not in asked.targets]
    if empty:
        nameless = [name for name in empty if name in sheet.layout.nameless]
        named = [name for name in empty if name not in nameless]
        for names, what in (
            (named, "no cell holds anything"),
            (nameless, "without name and cells"),
        ):
            if names:
                place = f"column {names[0]!r}" if len(names) == 1 else ""
                which = "" if len(names) == 1 else f"{len(names)} columns ({_listed(names)}): "
                remarks.append(Remark("empty-column", "info", place, f"{which}{what}: left out"))
    for column in columns:
        if column.name in asked.targets or column.kind == "empty":
            continue
        place = f"column {column.name!r}"
        if column.name in sheet.layout.nameless:
            if column.name == sheet.names[0] and column.kind in ("id", "text"):
                remarks.append(
                    Remark(
                        "index-column",
                        "info",
                        place,
                        "the first column has no name and numbers or names the rows: left out",
                    )
                )
                continue
            remarks.append(Remark("nameless", "warning", place, "it has no name in the file"))
        if column.how is None:
            remarks.append(_refusal(column, asked))
            continue
        if column.kind == "id":
            remarks.append(
                Remark(
                    "id-column",
                    "warning",
                    place,
                    f"{column.reason}: learned by heart at best",
                    f'ignore=["{column.name}"] leaves it out',
                    {"ignore": (column.name,)},
                )
            )
        if column.kind == "constant":
            remarks.append(
                Remark(
                    "constant",
                    "info",
                    place,
                    "always the same: it tells nothing",
                    "",
                    {"ignore": (column.name,)},
                )
            )
        used.append(column)
    return used, remarks


def _beside_text(used: Sequence[Column], asked: Asked) -> list[Remark]:
    """What can't be an input beside a text that is read as a sequence."""
    if asked.spelled is None or not asked.targets:
        return []
    by = asked.spelled[0]
    texts = [column.name for column in used if "tokens" in (column.how or {})]
    if not texts:
        message = f'text="{by}" reads a column of sentences or names, and no column is one'
        return [Remark("no-text", "error", "", message, 'kinds={"NAME": "text"} says which')]
    others = tuple(column.name for column in used if column.name != texts[0])
    if not others:
        return []
    place = f"columns {_listed(others)}" if len(others) > 1 else f"column {others[0]!r}"
    message = f'with text="{by}" the text is the only input, and that is {texts[0]!r}'
    listed = ", ".join(f'"{name}"' for name in others)
    repair = f"leave out the others with ignore=[{listed}]"
    return [Remark("beside-text", "error", place, message, repair, {"ignore": others})]


def _with_index(sheet: Sheet, columns: list[Column]) -> list[Column]:
    """The columns, a first one without a name taken for an id if each row has another number."""
    first = columns[0]
    values = first.facts.get("values")
    if first.name not in sheet.layout.nameless or first.name != sheet.names[0] or values is None:
        return columns
    if first.missing or not first.facts["whole"] or len(np.unique(values)) < len(values):
        return columns
    return [replace(first, kind="id", reason="numbers the rows"), *columns[1:]]


def _refusal(column: Column, asked: Asked) -> Remark:
    """Why a column of texts can't become inputs as it is, and what would be possible."""
    name, example = column.name, column.examples[0] if column.examples else ""
    severity: Severity = "error" if asked.targets else "warning"
    ignore = f'leave it out with ignore=["{name}"]'
    if column.kind == "text":
        message = f"sentences or names ({_shortened(example)!r}), nearly each another one"
        repair = f'{ignore}, or count their words with text="hash(64)", or text="word" reads them'
    else:
        message = (
            f"{column.distinct:,} different texts ({_shortened(example)!r}): more than the "
            f"{asked.max_categories} categories that make sense"
        )
        repair = f'{ignore}, or take the commonest with kinds={{"{name}": "category"}}'
    return Remark(
        f"{column.kind}-column",
        severity,
        f"column {name!r}",
        message,
        repair,
        {"ignore": (name,)},
    )


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _encoded(table: Table, cells: dict[str, Any]) -> tuple[Table, Arrays | None, list[Remark]]:
    """The table's numbers, once nothing stands against them."""
    try:
        inputs, wanted = encode_table(
            cells,
            {name: input_encoder(how) for name, how in table.inputs.items()},
            {name: target_encoder(how) for name, how in table.targets.items()},
            list(table.drop),
        )
    except pa.ArrowInvalid as error:
        message = " ".join(str(error).split())
        return table, None, [Remark("odd-cells", "error", "", f"a cell can't be read: {message}")]
    samples = len(inputs)
    if not samples:
        message = "no row is left: each has a missing cell"
        return table, None, [Remark("no-rows", "error", "", message)]
    remarks = dropped(table, samples)
    if table.classes and (missing := lost_classes(table, wanted)):
        return table, None, [*remarks, missing]
    return replace(table, samples=samples), (inputs, wanted), remarks


def dropped(table: Table, samples: int) -> list[Remark]:
    """What is said of rows that are left out; samples: those that are left."""
    lost = table.rows - samples
    if not lost:
        return []
    why = "without a target" if not table.drop else "with a missing cell or without a target"
    message = f"{lost:,} of {table.rows:,} rows are left out: {why}"
    return [Remark("dropped-rows", "warning", "", message)]


def lost_classes(table: Table, wanted: Any) -> Remark | None:
    """A class that lost its samples with the rows that were left out."""
    counts = np.bincount(wanted, minlength=len(table.classes))
    if counts.min() >= 2:
        return None
    left = ("no sample", "1 sample")[int(counts.min())]
    lost = str(table.classes[int(counts.argmin())])
    message = f"with the rows that are left out, class {lost!r} has {left} left"
    return Remark(
        "single-sample", "error", "", message, 'keep them: missing="mean"', {"missing": "mean"}
    )

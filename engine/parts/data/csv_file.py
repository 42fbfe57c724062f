"""A person's own table: a CSV, Parquet or Feather file."""

from __future__ import annotations

import codecs
import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from engine.errors import DataUnavailable
from engine.parts.component import parameter
from engine.parts.data.base import Data, Generator
from engine.parts.data.dataset import Dataset, TableFile, TargetScale
from engine.parts.data.facts import Facts
from engine.parts.data.locations import DataLocations
from engine.parts.data.paths import absolute
from engine.parts.data.sheet import table_cache
from engine.parts.data.sheet.asked import Asked, By
from engine.parts.data.sheet.remarks import Remark, merged
from engine.parts.data.sheet.samples import Samples
from engine.parts.data.sheet.table import Table
from engine.parts.kinds import Pairs

Gap = Literal["auto", "mean", "median", "category", "indicator", "drop", "error"]
_HASH = re.compile(r"hash\((\d{1,4})\)")
_SPELLED = re.compile(r"(char|word)(?:\((\d{1,4})\))?")
_MOST_ROUNDS = 5
"""Times that what is wrong with a table is settled, before it is given up."""


class Csv(Data, name="csv"):
    """A table in a CSV, Parquet or Feather file: numbers, categories, dates, a target."""

    words = "Is a table of your own: each row a sample, one column what is to be predicted."
    here = (
        "Here it is {samples} rows that become {inputs} numbers each; {train} rows are trained on."
    )
    keeps_table = True
    is_own = True

    path: str = parameter(help="the file; packed with gzip, bzip2, xz or zstd, too", is_path=True)
    target: str | int | tuple[str, ...] = parameter(
        help="name or number of the column to predict, or a list of columns of numbers"
    )
    task: Literal["auto", "classification", "regression"] = parameter(
        default="auto",
        help="auto: texts, or at most 10 different whole numbers, are classes; else a regression",
    )
    missing: Gap | Pairs[Gap] = parameter(
        default="auto",
        help="missing cells, for all columns or by name: fill in the training split's mean or "
        "median, say so in a further input (indicator), drop the row, or refuse (error); auto: a "
        "category of its own, and refuse in numbers",
    )
    standardize: bool = parameter(
        default=False, help="scale each feature by the training split's mean and standard deviation"
    )
    delimiter: Literal["auto", ",", ";", "tab", "|", "blanks"] = parameter(
        default="auto", help="what divides the cells"
    )
    ignore: tuple[str, ...] = parameter(default=(), help="names of columns to leave out")
    encoding: str = parameter(default="auto", help='auto: UTF-8 or UTF-16; else "latin-1", "gbk"')
    header: bool | Literal["auto"] = parameter(
        default="auto", help="whether the first row names the columns; else they have numbers"
    )
    decimal: Literal["auto", ".", ","] = parameter(default="auto", help="the decimal mark")
    na: tuple[int | float | str, ...] = parameter(
        default=(), help="cells that are missing ones, beside the usual words: [-200]"
    )
    kinds: Pairs[Literal["number", "category", "date", "text"]] = parameter(
        default=Pairs(), help='what columns are, where that can\'t be seen: {"zip": "category"}'
    )
    dates: Pairs[str] = parameter(
        default=Pairs(), help='how columns write dates: {"day": "%d/%m/%Y"}'
    )
    cyclic: bool = parameter(
        default=False, help="months, days and hours as points on a circle, sine and cosine"
    )
    max_categories: int = parameter(
        default=100, help="categories of a column; the rarest others are one", minimum=1
    )
    rare: int = parameter(
        default=1, help="rows that a category needs, not to be one of the others", minimum=1
    )
    standardize_target: bool = parameter(
        default=False,
        help="train on the number to predict less its mean, divided by its deviation; figures and "
        "predictions stay in its own unit",
    )
    target_scale: Literal["linear", "log"] = parameter(
        default="linear", help="log: train on the logarithm of the number to predict"
    )
    stream: int | None = parameter(
        default=None,
        help="leave the numbers on the disk, for a table that is larger than the memory, and "
        "shuffle so many rows at a time; None: keep and shuffle all",
        minimum=1000,
        unit="rows",
    )
    text: str = parameter(
        default="refuse",
        help='columns of sentences: refuse them; "hash(64)" counts their words; "char" or "word" '
        'reads one of them as a sequence, the only input then, "word(20)" its first 20 words',
    )

    def complaint(self) -> str:
        if not self.path or "\0" in self.path:
            return "path must name a CSV file"
        if not self.targets or len(set(self.targets)) < len(self.targets):
            return "target must name at least one column, each once"
        for name in self.targets:
            if name in self.ignore:
                return f"the target {name!r} is in ignore too"
        if self.stream and "median" in (self.missing, *dict(self._missing_of).values()):
            return 'missing="median" looks at all rows at once, and stream at a part: use "mean"'
        if self.text != "refuse" and not (self.hash or self.spelled):
            return (
                'text must be "refuse", "char", "word", or like "hash(64)" or "word(20)", with 1 '
                f"to 4096, not {self.text!r}"
            )
        if self.spelled and self.stream:
            return f'text="{self.text}" reads all of its texts at once: leave stream out'
        if self.encoding != "auto":
            try:
                is_text = codecs.lookup(self.encoding)._is_text_encoding
            except (LookupError, ValueError):
                is_text = False
            if not is_text:
                return f"there is no encoding {self.encoding!r}"
        return ""

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the columns to predict."""
        return self.target if isinstance(self.target, tuple) else (str(self.target),)

    @property
    def _missing_of(self) -> tuple[tuple[str, Gap], ...]:
        """What becomes of missing cells of single columns."""
        return tuple(self.missing) if isinstance(self.missing, tuple) else ()

    @property
    def hash(self) -> int | None:
        """How many columns words are counted in; None where texts are refused."""
        found = _HASH.fullmatch(self.text)
        size = int(found[1]) if found else 0
        return size if 1 <= size <= 4096 else None

    @property
    def spelled(self) -> tuple[By, int | None] | None:
        """What a text is read by, and how many of these; None where texts are no sequences."""
        found = _SPELLED.fullmatch(self.text)
        if found is None or (found[2] and not 1 <= int(found[2]) <= 4096):
            return None
        return "char" if found[1] == "char" else "word", int(found[2]) if found[2] else None

    @property
    def asked(self) -> Asked:
        """The arguments as the table is asked about with them."""
        delimiter = {"auto": None, "tab": "\t", "blanks": " "}.get(self.delimiter, self.delimiter)
        return Asked(
            targets=self.targets,
            task=self.task,
            missing="auto" if isinstance(self.missing, tuple) else self.missing,
            missing_of=self._missing_of,
            ignore=self.ignore,
            delimiter=delimiter,
            encoding=self.encoding,
            header=None if self.header == "auto" else self.header,
            decimal=None if self.decimal == "auto" else self.decimal,
            na=self.na,
            kinds=tuple(self.kinds),
            dates=tuple(self.dates),
            cyclic=self.cyclic,
            max_categories=self.max_categories,
            rare=self.rare,
            streamed=self.stream is not None,
            hash=self.hash,
            spelled=self.spelled,
            scaled=self.standardize_target or self.target_scale == "log",
            positive=self.target_scale == "log",
        )

    def examined(self) -> Table:
        """The table with all that is to be said of it.

        Raises FileNotFoundError where there is none, DataUnavailable for what can't be read.
        """
        return table_cache.examined(self.path, self.asked)

    def table(self) -> Table:
        """The table, where it can be trained on.

        Raises FileNotFoundError, and DataUnavailable with everything that stands against it.
        """
        table = self.examined()
        if table.errors:
            raise DataUnavailable(self._refusal(table), table.errors[0].code)
        return table

    def _refusal(self, table: Table) -> str:
        lines = [
            f"{self.path}, {e.said()}" if e.place else f"{self.path}: {e.said()}"
            for e in table.errors
        ]
        settled = self.settled()
        if settled is not None:
            lines.append(f"{self.path}: this would work: {settled}")
        return "\n".join(lines)

    def settled(self) -> Csv | None:
        """The data set with the arguments that its remarks ask for; None where none settle it."""
        other = self
        for _ in range(_MOST_ROUNDS):
            table = other.examined()
            if not table.errors:
                return other
            settling = merged(remark.arguments for remark in table.errors)
            if not settling or any(not remark.arguments for remark in table.errors):
                return None
            other = other.with_arguments(settling)
            if other.complaint():
                return None
        return None

    def doubts(self) -> tuple[Remark, ...]:
        try:
            return tuple(r for r in self.table().remarks if r.severity != "error")
        except (FileNotFoundError, DataUnavailable):
            return ()

    def without_doubt(self, doubt: Remark) -> Csv | None:
        other = self.with_arguments(dict(doubt.arguments))
        if other == self or other.complaint():
            return None
        try:
            return other.settled()  # a number that means "missing" leaves gaps to fill
        except FileNotFoundError:
            return None

    def with_arguments(self, arguments: dict[str, Any]) -> Csv:
        """The data set with what remarks ask for on top: lists and tables are added to."""
        values = dict(arguments)
        for name, value in values.items():
            before = getattr(self, name)
            if isinstance(value, dict):
                before = dict(before) if isinstance(before, tuple) else {}
                values[name] = Pairs({**before, **value}.items())
            elif isinstance(value, list | tuple):
                values[name] = (*before, *(item for item in value if item not in before))
        return dataclasses.replace(self, **values)

    def facts(self) -> Facts | None:
        try:
            table = self.table()
        except FileNotFoundError:
            return None
        used = table.used
        labels = table.labels
        tokens = table.tokens
        return Facts(
            num_tokens=len(tokens),
            tokens=tokens,
            shape=(len(labels),),
            task="classification" if table.classes else "regression",
            num_samples=table.samples,
            classes=tuple(str(value) for value in table.classes),
            num_targets=len(table.targets),
            feature_names=tuple(column.name for column in used),
            input_names=labels if len(labels) != len(used) else (),
            target_names=self.targets,
            target_units=tuple("".join(how.get("remove", ())[:1]) for how in table.targets.values())
            if any("remove" in how for how in table.targets.values()) else (),
            planar=len(used) == 2 and all(c.inputs == 1 and "known" not in (c.how or {})
                                          and "parts" not in (c.how or {}) for c in used),
        )  # fmt: skip

    def generator(self, locations: DataLocations) -> Generator:
        from engine.parts.data.generators import table_cells, table_file, table_rows
        from engine.parts.data.sheet.encoders import input_encoder, needed, target_encoder

        table = self._present_table()
        layout = table.layout
        columns = {name: input_encoder(how) for name, how in table.inputs.items()}
        targets = {name: target_encoder(how) for name, how in table.targets.items()}
        encoding = needed([*columns.values(), *targets.values()])
        arguments: dict[str, Any] = {"path": self.path}
        function: Callable[..., Any]
        reading: tuple[Callable[..., Any], ...]
        imports = {"from typing import Any", "import numpy as np", "import pyarrow as pa"}
        imports |= {"from collections.abc import Callable, Sequence", "import math"}
        imports |= {"import pyarrow.compute as pc"}
        if layout.format == "csv":
            arguments["layout"] = layout.arguments()
            imports |= {"import bz2", "import gzip", "import lzma"}
        if layout.format != "csv":
            function, reading = (
                table_file.columns_table,
                (table_cells.as_cells, table_cells.read_columns),
            )
            imports |= {"import pyarrow.feather", "import pyarrow.parquet"}
        elif layout.by_rows:
            function = table_file.rows_table
            reading = (table_cells.unpacked, table_rows.rows_of, table_cells.read_rows)
            imports |= {"import csv", "import io", "import re"}
            imports |= {"from collections.abc import Callable, Iterable, Iterator, Sequence"}
            imports -= {"from collections.abc import Callable, Sequence"}
        else:
            function = table_file.csv_table
            reading = (table_cells.unpacked, table_cells.csv_options, table_cells.read_cells)
            imports |= {"import pyarrow.csv"}
            imports |= {"from collections.abc import Callable, Iterable, Sequence"}
            imports -= {"from collections.abc import Callable, Sequence"}
        if self.hash:
            imports |= {"import re", "import zlib"}
        if self.spelled:
            imports.add("import re")
        arguments |= {"columns": columns, "targets": targets, "drop": list(table.drop)}
        return Generator(function, arguments, (*reading, *encoding), tuple(sorted(imports)))

    def load(self, locations: DataLocations) -> Dataset:
        import torch

        table = self._present_table()
        facts = self.known_facts()
        arrays = table_cache.arrays(self.path, self.asked)
        inputs, targets = (torch.from_numpy(one.copy() if self.stream else one) for one in arrays)
        if len(inputs) != facts.num_samples:
            raise DataUnavailable(f"{self.path}: changed while it was read")
        return Dataset(
            facts,
            inputs,
            targets,
            medians=table.medians,
            standardize_target=self.standardize_target,
            target_scale=self.target_scale,
            standardize=self.standardize,
        )

    def kept_table(self) -> Table:
        return dataclasses.replace(self._present_table(), remarks=())

    def new_samples(self, facts: Facts, table: Table | None = None) -> Samples:
        read = self._present_table() if table is None else table
        every = read.layout.names or (*(c.name for c in read.columns), *self.ignore)
        return Samples(
            read.used,
            read.decimal,
            self.na,
            layout=read.layout,
            every=every,
            targets=self.targets,
        )

    def left_on_disk(self, locations: DataLocations) -> Dataset | None:
        if self.stream is None:
            return None
        import torch

        facts = self.known_facts()
        content, targets, start = table_cache.opened(self.path, self.asked)
        rows, columns = facts.num_samples, facts.shape[0]
        if len(targets) != rows:
            raise DataUnavailable(f"{self.path}: changed while it was read")
        return Dataset(
            facts,
            torch.empty(rows, columns, device="meta"),
            torch.from_numpy(targets),
            standardize_target=self.standardize_target,
            target_scale=self.target_scale,
            standardize=self.standardize,
            table=TableFile(self.path, content, start, rows, columns, self.stream),
        )

    @property
    def buffer(self) -> int | None:
        return self.stream

    @property
    def standardizes_target(self) -> bool:
        return self.standardize_target

    @property
    def scales_target(self) -> TargetScale:
        return self.target_scale

    @property
    def fills(self) -> bool:
        return any(column.is_filled for column in self._present_table().used)

    @property
    def medians(self) -> tuple[int, ...]:
        return self._present_table().medians

    def _present_table(self) -> Table:
        try:
            return self.table()
        except FileNotFoundError as error:
            raise DataUnavailable(f"{self.path}: no such file") from error

    def files(self) -> tuple[Path, ...]:
        return (Path(self.path),)

    def at(self, folder: Path) -> Csv:
        return dataclasses.replace(self, path=absolute(self.path, folder))

"""A person's own table: a CSV file with a header."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from engine.errors import DataUnavailable, UsageError
from engine.parts.component import parameter
from engine.parts.data.base import Data, Dataset, Facts, Law, Places, number, placed
from engine.parts.data.csv_table import CsvTable, Question, examine
from engine.parts.data.laws.csv_cells import encode_cell, is_missing
from engine.parts.data.paths import absolute
from engine.parts.kinds import shown


class Csv(Data, name="csv"):
    """A CSV file with a header: numbers, categories, and one column to predict."""

    path: str = parameter(help="the file, in UTF-8")
    target: str = parameter(help="name of the column to predict")
    task: Literal["auto", "classification", "regression"] = parameter(
        default="auto",
        help="auto: texts, or at most 10 different whole numbers, are classes; else a regression",
    )
    missing: Literal["error", "drop", "mean"] = parameter(
        default="error",
        help="missing cells: refuse them, drop their rows, or fill in the training split's mean "
        "(rows without a target are dropped)",
    )
    standardize: bool = parameter(
        default=False, help="scale each feature by the training split's mean and standard deviation"
    )
    delimiter: Literal["auto", ",", ";", "tab", "|"] = parameter(
        default="auto", help="what divides the cells"
    )
    ignore: tuple[str, ...] = parameter(default=(), help="names of columns to leave out")

    def complaint(self) -> str:
        if not self.path or "\0" in self.path:
            return "path must name a CSV file"
        if self.target in self.ignore:
            return f"the target {self.target!r} is in ignore too"
        return ""

    def table(self) -> CsvTable:
        """How the file is to be read; raises FileNotFoundError or DataUnavailable."""
        delimiter = {"auto": None, "tab": "\t"}.get(self.delimiter, self.delimiter)
        question = Question(self.path, self.target, self.task, self.missing, delimiter, self.ignore)
        return examine(question)

    def facts(self) -> Facts | None:
        try:
            table = self.table()
        except FileNotFoundError:
            return None
        widths = [1 if kinds is None else len(kinds) for kinds in table.columns.values()]
        return Facts(
            shape=(sum(widths),),
            task="regression" if table.classes is None else "classification",
            num_samples=table.num_samples,
            classes=tuple(str(value) for value in table.classes or ()),
            feature_names=tuple(table.columns),
            planar=list(table.columns.values()) == [None, None],
        )

    def law(self, places: Places) -> Law:
        from engine.parts.data.laws import csv_file

        table = self._present_table()
        return Law(
            csv_file.read_csv,
            {
                "path": self.path,
                "delimiter": table.delimiter,
                "columns": table.columns,
                "target": self.target,
                "classes": table.classes,
                "drop": self.missing == "drop",
            },
            needs=(is_missing, encode_cell),
            imports=("import csv", "import math", "from typing import Any"),
        )

    def load(self, places: Places) -> Dataset:
        law = self.law(places)
        facts = self.known_facts()
        try:
            inputs, targets = law.run()
        except (OSError, ValueError, KeyError) as error:
            raise DataUnavailable(f"{self.path}: changed while it was read ({error})") from error
        if len(inputs) != facts.num_samples:
            raise DataUnavailable(f"{self.path}: changed while it was read")
        return Dataset(facts, inputs, targets, standardize=self.standardize)

    def encode(self, rows: Sequence[Sequence[str]], before: int = 0) -> list[list[float]]:
        table = self._present_table()
        encoded = []
        for row, cell_places in placed(rows, tuple(table.columns), before):
            features: list[float] = []
            for cell, place, kinds in zip(row, cell_places, table.columns.values(), strict=True):
                features += self._encode_cell(cell.strip(), place, kinds)
            encoded.append(features)
        return encoded

    def _encode_cell(self, cell: str, place: str, categories: list[str] | None) -> list[float]:
        if is_missing(cell):
            if self.missing != "mean":
                raise UsageError(f"{place}: the value is missing")
            return encode_cell(cell, categories)
        if categories is None:
            return [number(cell, place)]
        if cell not in categories:
            raise UsageError(
                f"{place}: unknown category {shown(cell)}; the data has {', '.join(categories)}"
            )
        return encode_cell(cell, categories)

    def _present_table(self) -> CsvTable:
        try:
            return self.table()
        except FileNotFoundError as error:
            raise DataUnavailable(f"{self.path}: no such file") from error

    def files(self) -> tuple[Path, ...]:
        return (Path(self.path),)

    def at(self, folder: Path) -> Csv:
        return dataclasses.replace(self, path=absolute(self.path, folder))

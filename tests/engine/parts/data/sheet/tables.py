"""Small tables as people have them, each made by a rule."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.examination import Arrays, examine
from engine.parts.data.sheet.table import Table


def rows(*columns: Iterable[object], between: str = ",") -> str:
    """Lines of a table, from its columns."""
    return "".join(
        between.join(str(cell) for cell in row) + "\n" for row in zip(*columns, strict=False)
    )


def labels(count: int) -> list[int]:
    """0 and 1 in turn."""
    return [n % 2 for n in range(count)]


def table(header: str, *columns: Iterable[object], between: str = ",") -> str:
    """A table of twelve rows, with 0 and 1 as `y` in its last column."""
    return f"{header}{between}y\n" + rows(*columns, labels(12), between=between)


N = range(12)
COLORS = [("Gd", "NA", "NA")[n % 3] for n in N]
DAYS = [f"2024-03-{n + 1:02}" for n in N]
WORDS = ["1.5", "-", "2", ".", "3", "None", "4", "#N/A", "5", "#DIV/0!", "6", "missing"]

CASES: dict[str, str | bytes] = {
    "all_empty": table("c,x", [""] * 12, N),
    "blank_rows_of_delimiters": table("a;b", N, N, between=";") + ";;\n;;\n",
    "bool": table("flag,x", [bool(n % 2) for n in N], N),
    "comment": "# source: my own\n" + table("a,b", N, N),
    "const_missing": table("c,x", ["", *["7"] * 11], N),
    "constant": table("c,x", [7] * 12, N),
    "date": "day,rain,y\n" + rows(DAYS, N, [n * 1.5 for n in N]),
    "decimal_comma": table("temp;hum", [f"{n},{n}" for n in N], ["40,5"] * 12, between=";"),
    "gbk": ("颜色,好瓜\n" + rows(["青绿", "乌黑"] * 6, ["是", "否"] * 6)).encode("gbk"),
    "gz": gzip.compress(table("a,b", N, N).encode()),
    "html": "<!DOCTYPE html>\n<html>\n<head><meta name=a, content=b></head></html>\n",
    "id": table("id,x", range(900001, 900013), [n * n % 7 for n in N]),
    "inf": table("x", [*range(4), "inf", *range(7)]),
    "many_categories": "zip,y\n" + rows([f"Z{n % 110}" for n in range(220)], labels(220)),
    "missing_words": table("x", WORDS),
    "newline": table("note,x", [f'"ok\nthen {n % 2}"' for n in N], N),
    "no_header": rows(["M", "F"] * 6, [n / 10 + 0.3 for n in N], [5, 6, 7] * 4),
    "none_category": table("pool,x", COLORS, N),
    "percent": table("rate", [f"{10 + n}%" for n in N]),
    "predict_missing": table("age,city", [20, 21, 22, "", *range(8)], ["a", "b"] * 6),
    "predict_missing_new": "age,city\n,b\n",
    "ragged_quote": 'name,x,y\nNo "7" bus,1,0\n5" pipe,2,1\n"A "quoted" b",3,0\n"",4,1\n',
    "scaled_price": "area,price\n" + rows([50 + 3 * n for n in N], [2e5 + 9e3 * n for n in N]),
    "row_quoted": "a;b;y\n" + "".join(f'"""u"";{n};""{n % 2}"""\n' for n in N),
    "sci": table("x", [f"1.5E-{n}" for n in N]),
    "space_header": "age , sex, y \n" + rows(N, ["m", "f"] * 6, labels(12)),
    "text": "text,label\n"
    + rows([f"message number {n} see you" for n in range(120)], ["ham", "spam"] * 60),
    "thousands": table("income", [f'"{n},{200 + n}"' for n in range(1, 13)]),
    "trailing_both": "a;b;y;\n" + rows(N, N, labels(12), [""] * 12, between=";"),
    "trailing_header": "a,b,y,\n" + rows(N, N, labels(12)),
    "underscore": table("code", [f"1_{n % 3}00" for n in N]),
    "whitespace": "".join(f"  {n}.0   {20 + n}  {n % 2}\n" for n in range(4)),
}
"""The files that people's tables were seen as, by name."""


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> str:
    """A file with this content; its path."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(file)


def looked_at(folder: Path, content: str | bytes, **asked: object) -> Table:
    """What is found out about a table."""
    return trained_on(folder, content, **asked)[0]


def trained_on(folder: Path, content: str | bytes, **asked: object) -> tuple[Table, Arrays | None]:
    """What is found out about a table, and its numbers."""
    return examine(written(folder, content), Asked(**asked))  # type: ignore[arg-type]  # a test's


def codes(found: Table) -> list[str]:
    """The codes of all remarks, in their order."""
    return [remark.code for remark in found.remarks]


def parquet(path: Path, **columns: list[object]) -> str:
    """A Parquet file of these columns; its path."""
    pa.parquet.write_table(pa.table(columns), path)
    return str(path)

"""`python -m tests.real_tables`: the classic tables, trained as `new` proposes.

PERCEPTUI_TABLES names the folder they lie in.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path

from tests.real_tables.trained import trained

TABLES = {
    "titanic.csv": "Survived",
    "penguins.csv": "species",
    "adult.csv": "income",
    "winequality-red.csv": "quality",
    "auto-mpg.data": "1",
    "abalone-no-header.csv": "9",
    "california-housing.csv": "median_house_value",
    "bikeshare.csv": "count",
    "german.data": "target",
    "telco-churn.csv": "Churn",
    "house-prices.csv": "SalePrice",
    "student-mat-excel.csv": "G3",
    "mushrooms.csv": "class",
    "gapminder.csv": "lifeExp",
    "diabetes-blanks.csv.gz": "10",
    "insurance.csv": "charges",
    "air-quality-decimal-comma.csv": "C6H6(GT)",
    "msft.csv": "Close",
    "watermelon-zh.csv": "好瓜",
}


def main() -> int:
    """Print a row a table; 1 if one of them falls short."""
    folder = Path(os.environ.get("PERCEPTUI_TABLES", ""))
    chosen = sys.argv[1:] or list(TABLES)
    if not folder.is_dir():
        print("PERCEPTUI_TABLES must name the folder that the tables lie in", file=sys.stderr)
        return 2
    print("| table | target | rows | inputs | metric | network | linear | seconds | findings |")
    print("|---|---|---|---|---|---|---|---|---|")
    bad = 0
    for name in chosen:
        began = time.monotonic()
        try:
            found = trained(folder / name, TABLES[name])
        except Exception:
            traceback.print_exc()
            bad += 1
            continue
        bad += not found.is_good or bool(found.findings)
        print(
            f"| {name} | {TABLES[name]} | {found.rows:,} | {found.inputs} | {found.metric} | "
            f"{found.network:.3f} | {found.linear:.3f} | {time.monotonic() - began:.0f} | "
            f"{', '.join(found.findings)} |",
            flush=True,
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

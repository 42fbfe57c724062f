"""Reading the cells of a table; without torch, so that facts can be told without it."""

import math


def is_missing(cell: str) -> bool:
    """Whether a cell says that its value is not known."""
    return cell.lower() in ("", "na", "n/a", "nan", "null", "?")


def encode_cell(cell: str, categories: list[str] | None) -> list[float]:
    """A cell as numbers: its number, or a 1 among zeros for its category; NaN where missing."""
    if is_missing(cell):
        return [math.nan] * (1 if categories is None else len(categories))
    if categories is None:
        return [float(cell)]
    return [float(cell == category) for category in categories]

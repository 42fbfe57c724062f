"""Makes the table of the lesson on tables: `python -m tests.presets.coffee` prints it."""

from __future__ import annotations

import random

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EXTRA = (0, -6, -2, 3, 14, 41, 28)
"""Cups by weekday, beside what the weather does."""


def table() -> str:
    """Two hundred and fifty days of a kiosk that never was, as CSV."""
    chance = random.Random(12)
    lines = ["number,weekday,temperature,rain,cups,takings"]
    for number in range(1, 251):
        weekday = (number - 1) % 7
        season = 10 - 9 * abs(((number / 125) % 2) - 1)
        temperature = round(chance.gauss(season + 4, 4), 1)
        rain = round(max(0.0, chance.gauss(-1, 4)), 1)
        cups = 150 - 3.5 * temperature - 4 * rain + EXTRA[weekday] + chance.gauss(0, 7)
        cups = max(0, round(cups))
        takings = round(2.8 * cups + chance.gauss(0, 1), 2)
        lines.append(f"{number},{DAYS[weekday]},{temperature},{rain},{cups},{takings}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")

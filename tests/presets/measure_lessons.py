"""Plays lessons and prints what they say and measure: `python -m tests.presets.measure_lessons`.

Names of lessons play these only; --figures prints the [measured] table that belongs into a file.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from engine.lessons.check import complaints
from engine.lessons.lesson_reader import read_lesson
from engine.lessons.player import play
from engine.parts.data import DataLocations
from engine.service.client.session import Session
from tests.presets.measure import DATA_DIR

FOLDER = Path(__file__).parents[2] / "presets" / "lessons"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))


async def tell(names: list[str], data_dir: Path) -> None:
    """Print every step of the lessons as it is played."""
    with tempfile.TemporaryDirectory() as folder:
        async with Session.open() as session:
            for name in names:
                lesson = read_lesson(FOLDER / f"{name}.toml")
                print(f"# {name}: {lesson.title}")
                began = time.perf_counter()
                async for played in play(lesson, session, Path(folder), DataLocations(data_dir)):
                    took_s = time.perf_counter() - began
                    (said,) = played.told
                    print(f"  {played.number} {played.step.title} ({took_s:.1f} s): {said.done}")
                    for choice, told in said.wrong.items():
                        print(f"      {choice}: {told}")
                    for problem in complaints(played):
                        print(f"    ! {problem}")
                    began = time.perf_counter()
            await session.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description="Play lessons and print what they say.")
    parser.add_argument("names", nargs="*", help="of lessons; all without")
    parser.add_argument("--data-dir", type=Path, default=DATA_DIR)
    given = parser.parse_args()
    asyncio.run(tell(given.names or NAMES, given.data_dir))


if __name__ == "__main__":
    main()

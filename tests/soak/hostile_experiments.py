"""Hostile experiments through every way in: refused, quickly, in words."""

from __future__ import annotations

from pathlib import Path

from tests.soak.commands import REFUSED, run
from tests.soak.ground import Ground
from tests.soak.hostile_texts import hostile
from tests.tui.pseudo_terminal import ESCAPE, app_on_terminal

LIMIT_S = 30.0
MEMORY_BYTES = 600 << 20


def soak(ground: Ground) -> None:
    """Each file through each way in; none hangs, fills the memory, breaks off or trains."""
    folder = ground.folder / "hostile"
    folder.mkdir()
    for number, path in enumerate(hostile(folder)):
        if number == ground.times:
            break
        ground.counts["files"] += 1
        where = str(path.relative_to(ground.folder))
        for word in ("doctor", "show", "--preset"):
            done = run(word, where, limit_s=LIMIT_S)
            ground.counts["commands"] += 1
            codes = REFUSED if word == "--preset" else (0, *REFUSED)
            if problem := done.wrong(*codes):
                ground.fail(problem)
            held = done.memory_bytes
            ground.check(held < MEMORY_BYTES, f"{done.wording}: held {held >> 20} MB")
        _open(ground, where)
    made = sorted(ground.runs.iterdir()) if ground.runs.is_dir() else []
    ground.check(not made, f"runs were made: {[path.name for path in made[:3]]}")
    ground.check(not any(Path().rglob("PWNED")), "code in an experiment ran")


def _open(ground: Ground, where: str) -> None:
    """The app shows what is wrong, or says it and ends; it can be left."""
    with app_on_terminal("open", where, columns=80, rows=24) as app:
        app.until(lambda text: bool(text.strip()) or not app.is_alive)
        for _ in range(3):
            if app.is_alive:
                app.type(ESCAPE)
                app.read(0.3)
        for key in ("\x11", "d"):
            if app.is_alive:
                app.type(key)
                app.read(1.0)
        code = app.end()
        ground.check(code in (0, *REFUSED), f"open {where}: exit code {code}")
        ground.check(b"Traceback" not in app.written, f"open {where}: {app.text[-500:]}")
        ground.check(not app.not_restored(), f"open {where}: {app.not_restored()}")
    ground.counts["opened"] += 1

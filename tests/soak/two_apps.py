"""Two apps at one live run: whoever presses what, both stay, and the run is nobody's victim."""

from __future__ import annotations

import json
from contextlib import ExitStack

from engine.runs.run import Run, find_run
from engine.runs.state import state_of
from tests.engine.service.live import eventually
from tests.engine.training.tiny import SMALL
from tests.soak.commands import run
from tests.soak.ground import Ground
from tests.tui.pseudo_terminal import ESCAPE, PseudoTerminal, app_on_terminal

KEYS = (" ", " ", "n", "N", "+", "-", "p", "1", "2", "3", "4", "l", "b", "t", "\t", "g", "B")
"""Those that steer and those that look; none that asks or leaves."""


def soak(ground: Ground) -> None:
    """Press keys in both in turn, leave one after the other, and stop the run."""
    changes = {"epochs": 10**8, "report_every": 10**6}
    text = "".join(f"{key} = {json.dumps(v)}\n" for key, v in {**SMALL, **changes}.items())
    ground.write("endless.toml", text)
    done = run("--preset", "endless.toml", "--detach", "--runs-dir", "runs", limit_s=120)
    if problem := done.wrong(0):
        ground.fail(problem)
        return
    live = find_run("last", ground.runs)
    with ExitStack() as stack:
        sizes = ((120, 36), (80, 24))
        apps = [stack.enter_context(app_on_terminal("open", str(live.path), columns=c, rows=r))
                for c, r in sizes]  # fmt: skip
        for app in apps:
            app.until("Linear")
            app.until("running")
        for _ in range(ground.times):
            app = ground.chance.choice(apps)
            app.type(key := ground.chance.choice(KEYS))
            ground.counts["keys"] += 1
            for one in apps:
                one.read(0.1)
                if not one.is_alive:
                    ground.fail(f"an app ended at {key!r}: {one.text[-400:]}")
                    return
        for number, app in enumerate(apps):
            _leave(ground, app)
            ground.check(state_of(live).is_live, f"the run ended with app {number + 1}")
    _stopped(ground, live)


def _leave(ground: Ground, app: PseudoTerminal) -> None:
    """Quit, and leave the training running."""
    while app.read(0.2):
        pass
    app.type(ESCAPE)
    app.read(0.5)
    app.type("\x11")
    for answer in "dl":
        app.read(1.0)
        if app.is_alive:
            app.type(answer)
    ground.check(app.end() == 0, f"an app ended with an error: {app.text[-300:]}")
    ground.check(not app.not_restored(), f"left behind: {app.not_restored()}")
    ground.check(b"Traceback" not in app.written, "an app broke off")
    ground.counts["apps"] += 1


def _stopped(ground: Ground, live: Run) -> None:
    if problem := run("stop", str(live.path)).wrong(0):
        ground.fail(problem)
        return
    eventually(lambda: not state_of(live).is_live)
    ground.check(state_of(live).text == "stopped", f"the run is {state_of(live).text}")
    ground.check(live.checkpoint("last").is_file(), "the run has no checkpoint")

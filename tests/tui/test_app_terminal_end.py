"""However the app ends, the terminal is left as it was found."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.runs.lease import read_lease
from engine.runs.run import Run
from engine.runs.state import state_of
from tests.engine.service.live import eventually
from tests.tui.command_line import Bench, perceptui
from tests.tui.live_process import has_finished
from tests.tui.pseudo_terminal import ENTER, PseudoTerminal, app_on_terminal

FIRST_SCREEN = "Pick an experiment"
ENDLESS = """\
data = "circle(samples=40)"
layers = ["Linear(4)", "Tanh()", "Linear(1)"]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"
epochs = 1000000000
report_every = 1000000
device = "cpu"
threads = 1
"""


@contextmanager
def _training(bench: Bench) -> Iterator[tuple[PseudoTerminal, Run]]:
    """The app while it trains without end; the run is stopped when it is left."""
    bench.write("endless.toml", ENDLESS)
    with app_on_terminal("open", "./endless.toml") as terminal:
        terminal.until("endless")
        terminal.type(" ")
        terminal.until("running")
        run = Run(bench.runs()[0])
        try:
            yield terminal, run
        finally:
            if read_lease(run.path) is not None:
                assert perceptui("stop", str(run.path)).code == 0
            eventually(has_finished(run))


def _modes_are_set(terminal: PseudoTerminal) -> bool:
    """Whether the app has changed the terminal, so that leaving it has something to restore."""
    return {"mode 1049 is True", "mode 2004 is True", "mode 25 is False"} <= set(
        terminal.not_restored()
    )


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGTERM, 143),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.rare),
        pytest.param(signal.SIGINT, 130, marks=pytest.mark.rare),
    ],
)
def test_signal_that_ends(bench: Bench, number: signal.Signals, code: int) -> None:
    """A signal ends the app with 128 and its number, and the terminal is as it was."""
    with app_on_terminal() as terminal:
        terminal.until(FIRST_SCREEN)
        assert _modes_are_set(terminal)
        terminal.signal(number)
        assert terminal.end() == code
        assert terminal.not_restored() == []
        assert b"Traceback" not in terminal.written


def test_stopped_and_gone_on_with(bench: Bench) -> None:
    """While the app is stopped the terminal is as it was; going on draws the screen anew."""
    with app_on_terminal() as terminal:
        terminal.until(FIRST_SCREEN)
        terminal.signal(signal.SIGTSTP)
        eventually(lambda: terminal.state() == "T")
        while terminal.read(0.05):
            pass
        assert terminal.not_restored() == []
        terminal.type("ls\r")  # typed at the shell: no key of the app
        terminal.wipe()
        terminal.signal(signal.SIGCONT)
        terminal.until(lambda shown: FIRST_SCREEN in shown and "Quit" in shown)
        assert _modes_are_set(terminal)
        terminal.type("q")
        assert terminal.end() == 0
        assert terminal.not_restored() == []


def test_stopped_by_what_cannot_be_caught(bench: Bench) -> None:
    """After SIGSTOP and SIGCONT the screen is drawn anew, and leaving restores the terminal."""
    with app_on_terminal() as terminal:
        terminal.until(FIRST_SCREEN)
        terminal.signal(signal.SIGSTOP)
        eventually(lambda: terminal.state() == "T")
        terminal.wipe()
        terminal.signal(signal.SIGCONT)
        terminal.until(lambda shown: FIRST_SCREEN in shown and "Quit" in shown)
        terminal.type("q")
        assert terminal.end() == 0
        assert terminal.not_restored() == []


def test_ctrl_z_goes_to_the_shell_and_fg_comes_back(bench: Bench) -> None:
    """The shell has its terminal as it was and says that the job is stopped; fg draws it anew."""
    shell = ["bash", "--norc", "--noprofile", "-i"]
    terminal = PseudoTerminal(shell, environment={"PS1": "shell> ", "HISTFILE": ""})
    try:
        terminal.until("shell>")
        terminal.type(f"{sys.executable} -m tui.cli{ENTER}")
        terminal.until(FIRST_SCREEN)
        terminal.type("\x1a")
        terminal.until(lambda shown: "Stopped" in shown and "shell>" in shown)
        assert not _modes_are_set(terminal)
        terminal.type(f"echo 40$((1 + 1)){ENTER}")
        terminal.until("402")
        terminal.wipe()
        terminal.type(f"fg{ENTER}")
        terminal.until(lambda shown: FIRST_SCREEN in shown and "Quit" in shown)
        assert _modes_are_set(terminal)
        terminal.wipe()
        terminal.type("q")
        terminal.until("shell>")
        terminal.type(f"exit{ENTER}")
        assert terminal.end() == 0
    finally:
        terminal.close()


def test_an_editor_has_the_terminal_to_itself(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may read keys, ctrl+c among them; afterwards the app is drawn anew with what it left."""
    script = tmp_path / "edit"
    script.write_text("trap 'echo heard' INT; echo asking; read x\n"
                      "sed -i 's/^epochs = .*/epochs = 4321/' \"$1\"\n", "utf-8")  # fmt: skip
    monkeypatch.setenv("EDITOR", f"bash {script}")
    monkeypatch.delenv("VISUAL", raising=False)
    with app_on_terminal("open", "circle") as terminal:
        terminal.until("Linear(4)")
        terminal.type("e")
        terminal.until("asking")
        assert not _modes_are_set(terminal)
        terminal.type("\x03")
        terminal.until("heard")
        terminal.type(f"qq{ENTER}{ENTER}")
        terminal.until("4321")
        assert _modes_are_set(terminal)
        terminal.type("zq")
        assert terminal.end() == 0
        assert terminal.not_restored() == []


def test_ctrl_z_without_a_shell_stops_nothing(bench: Bench) -> None:
    """Where nobody could go on with it the app stays, and says so."""
    with app_on_terminal() as terminal:
        terminal.until(FIRST_SCREEN)
        terminal.type("\x1a")
        terminal.until(lambda shown: "no shell to go back to" in shown and FIRST_SCREEN in shown)
        assert terminal.state() != "T"
        terminal.type("q")
        assert terminal.end() == 0
        assert terminal.not_restored() == []


CRASHING = """\
import sys
from tui.app import PerceptuiApp
from tui.start import run

def crash(app):
    raise RuntimeError("made to crash")

PerceptuiApp.action_help = crash
sys.exit(run(PerceptuiApp()))
"""


def test_crash(bench: Bench) -> None:
    """An exception in a key's action restores the terminal, names itself below, and ends with 1."""
    terminal = PseudoTerminal([sys.executable, "-c", CRASHING])
    try:
        terminal.until(FIRST_SCREEN)
        terminal.type("?")
        assert terminal.end() == 1
        assert terminal.not_restored() == []
        after = bytes(terminal.written).rpartition(b"\x1b[?1049l")[2]
        assert b"made to crash" in after
    finally:
        terminal.close()


def test_hang_up_leaves_the_training(bench: Bench) -> None:
    """When the connection is lost the app ends with 129; its run trains on and can be watched."""
    with _training(bench) as (terminal, run):
        assert terminal.hang_up() == 129
        assert state_of(run).text == "running"
        rows = perceptui("runs", "--json").records
        assert [row["state"] for row in rows] == ["running"]
        with app_on_terminal("open", run.name) as again:
            again.until(lambda shown: f"running {run.name}" in shown and " train " in shown)
            again.type("q")
            again.until("What becomes of it?")
            again.type("l")
            assert again.end() == 0
            assert again.not_restored() == []
        assert state_of(run).text == "running"


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.rare)]
)
def test_signal_while_training(bench: Bench, number: signal.Signals) -> None:
    """A signal to a training app ends the app alone: the run trains on."""
    with _training(bench) as (terminal, run):
        terminal.signal(number)
        assert terminal.end() == 128 + number
        assert terminal.not_restored() == []
        assert state_of(run).text == "running"

"""A network changed by hand in the app on a real terminal, and its training repeated."""

from __future__ import annotations

from engine.runs import events as ev
from engine.runs.run import Run
from tests.engine.service.live import weights_of
from tests.tui.command_line import TINY, Bench, perceptui
from tests.tui.pseudo_terminal import ENTER, app_on_terminal

LEFT, DOWN = "\x1b[D", "\x1b[B"
CLEAR = "\x15"
"""ctrl+u: what stands in the field is no more."""


def test_what_keys_changed_is_replayed_bit_by_bit(bench: Bench) -> None:
    """A neuron is silenced and a weight set; the headless replay ends with the same weights, and
    the training that nobody touched with others.
    """
    bench.write("touched.toml", TINY)
    with app_on_terminal("open", "./touched.toml") as terminal:
        terminal.until("ready")
        terminal.type("r")
        terminal.until("paused")
        terminal.type("v" + LEFT)
        terminal.until("Network: Layer 0, unit")
        terminal.type("0")
        terminal.until("without it")
        terminal.type("n")  # one step is done between the two
        terminal.until("step 1")
        terminal.type(ENTER + DOWN + ENTER)
        terminal.until("enter sets it")
        terminal.type(CLEAR + "-0.75" + ENTER)
        terminal.until("is -0.750")
        terminal.type(" ")
        terminal.until("finished")
        terminal.type("q")
        assert terminal.end() == 0
        assert b"Traceback" not in terminal.written
    touched = Run(bench.runs()[0])
    silenced, changed = touched.record().changes_by_hand()
    assert isinstance(silenced, ev.UnitSilenced)
    assert isinstance(changed, ev.ParameterSet)
    assert (silenced.step, changed.step) == (0, 1)
    assert (changed.parameter, changed.value) == ("weight", -0.75)
    replayed = perceptui("replay", touched.path.name, "--quiet")
    assert replayed.code == 0, replayed.err
    assert weights_of(Run(replayed.run)) == weights_of(touched)
    untouched = perceptui("--preset", "touched.toml", "--quiet")
    assert weights_of(Run(untouched.run)) != weights_of(touched)

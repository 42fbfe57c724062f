"""A training as a process: signals, a stdout that closes, one that is full."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from safetensors import safe_open

from tests.engine.service.live import WAIT_S
from tests.tui.command_line import TINY, Bench, command, of, recorded
from tests.tui.conftest import Trained


@pytest.fixture
def endless(bench: Bench) -> Bench:
    """A bench whose `endless.toml` trains until it is stopped, reporting every epoch."""
    bench.write("endless.toml", TINY.replace("epochs = 3", "epochs = 1000000"))
    return bench


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process of the command line; gone afterwards whatever happens."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command(*arguments), stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def assert_whole(run: Path) -> None:
    """The run can be read, and its checkpoint loaded."""
    assert "circle(samples=20)" in (run / "experiment.toml").read_text("utf-8")
    with safe_open(run / "checkpoints" / "last.safetensors", framework="numpy") as checkpoint:
        assert any("weight" in name for name in checkpoint.keys())  # noqa: SIM118  # no mapping
    assert of(recorded(run), "run_finished")[-1]["reason"] == "interrupted"


@pytest.mark.rare  # test_live_signals.py has each
def test_signals_keep_the_checkpoint(endless: Bench) -> None:
    """A signal ends a training with 128 plus its number, the checkpoint kept, the path printed."""
    codes = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
    with ExitStack() as stack:  # side by side, as each takes seconds to begin
        processes = {
            number: stack.enter_context(
                started("--preset", "endless.toml", "--runs-dir", f"runs/{number.name}")
            )
            for number in codes
        }
        for number, process in processes.items():
            assert process.stdout is not None
            assert process.stdout.readline().startswith("epoch ")
            process.send_signal(number)
            out, err = process.communicate(timeout=WAIT_S)
            (run,) = (endless.runs_dir / number.name).iterdir()

            assert process.returncode == codes[number]
            assert "Traceback" not in err
            assert out.splitlines()[-1].endswith(f"runs/{number.name}/{run.name}")
            assert "\nInterrupted after " in out
            assert_whole(run)


def test_stdout_closed_in_the_middle(endless: Bench) -> None:
    """With `| head -1` a training ends with 141 and a whole run, without a word."""
    with started("--preset", "endless.toml") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("epoch ")
        process.stdout.close()
        assert process.wait(timeout=WAIT_S) == 141
        assert process.stderr.read() == ""

    (run,) = endless.runs()
    assert_whole(run)


@pytest.mark.parametrize(
    "arguments",
    [
        ["presets"],
        ["--help"],
        *(
            pytest.param(others, marks=pytest.mark.rare)
            for others in (["show", "circle"], ["runs", "--json"], ["--version"])
        ),
    ],
)
def test_stdout_closed_before_a_command_prints(
    bench: Bench, trained: Trained, arguments: list[str]
) -> None:
    """Every command ends with 141 and without a word where nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    options = ["--runs-dir", str(trained.run.parent)] if "runs" in arguments else []
    done = subprocess.run(command(*arguments, *options), stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)

    assert (done.returncode, done.stderr) == (141, b"")


def without(descriptor: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command line whose stdout or stderr is closed from the start."""
    return subprocess.run(
        command(*arguments),
        preexec_fn=lambda: os.close(descriptor),
        capture_output=True,
        text=True,
        timeout=WAIT_S,
    )


def test_streams_closed_from_the_start(bench: Bench) -> None:
    """Without stdout or stderr a command does its work; messages never land on stdout."""
    silent = without(1, "paths")
    assert (silent.returncode, silent.stderr) == (0, "")
    unheard = without(2, "show", "nothing")
    assert (unheard.returncode, unheard.stdout) == (2, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a full device")
@pytest.mark.parametrize("arguments", [["presets"], ["--preset", "tiny.toml", "--json"]])
def test_full_disk_under_stdout(bench: Bench, arguments: list[str]) -> None:
    """Output that can't be written is told in one message."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command(*arguments), stdout=full, stderr=subprocess.PIPE, text=True, timeout=WAIT_S
        )

    assert done.returncode == 1
    assert done.stderr == "perceptui: No space left on device\n"


def test_a_terminal_that_is_gone_ends_it_as_its_signal_would() -> None:
    """A write that fails before SIGHUP has come is no mistake of anybody's."""
    master, terminal = os.openpty()
    os.close(master)
    done = subprocess.run(command("presets"), stdout=terminal, stderr=subprocess.PIPE, text=True)
    os.close(terminal)
    assert (done.returncode, done.stderr) == (128 + signal.SIGHUP, "")

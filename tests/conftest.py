"""One warm trainer for all tests that leave it alive."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from engine.service.client.launch import launch
from tests.engine.service import nursery
from tests.engine.service.live import WAIT_S, RawClient, freed

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Several processes test at once: where a core is wanted by others, threads of a training that
# wait for each other by turning in circles make it ten times as long.

if "PERCEPTUI_RANDOM" not in os.environ:
    # What lands must not be a lottery, nor a race with what else the machine does; whoever looks
    # for the next mistake sets it.
    settings.register_profile(
        "steady",
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("steady")
    # Numbers that stand in the modules loaded by then are tried, too: they depend on which tests
    # came before.
    if hasattr(providers, "Constants"):
        providers._get_local_constants = providers.Constants

NEEDS_MNIST = "PERCEPTUI_DATA_DIR"
"""Stands in the reason of every test that is skipped for want of MNIST."""


GARBAGE = (100_000, 50, 100)
"""Thresholds of the garbage collector; by Python's own it takes a third of a pilot test's time.

By a tenth of these it still took an eighth; with them a process is 40 MB larger.
"""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Where several processes test at once, workers of all are forked off the same one."""
    nursery.NEEDED.start()


HANGS_S = 400.0
"""Longer than a test's `timeout`, which a thread that stands in C doesn't hear of."""
SHARED: list[Path] = []
"""Sockets of trainers that tests share: those behind one that failed need them free."""
STDERR: list[int] = []
"""Where it is told what threads stood at: stderr as it was before it was captured."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """What even its timeout doesn't end takes the process along; another one goes on."""
    faulthandler.dump_traceback_later(HANGS_S, exit=True, file=STDERR[0])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """A test that fails leaves no training that goes on, and takes a core from all after it."""
    number = len(nursery.BEGUN)
    try:
        return (yield)
    except BaseException:
        nursery.end_those_after(number)
        for socket in SHARED:
            asyncio.run(freed(socket))
        raise


def pytest_unconfigure() -> None:
    """End it, where this process began it, and look for garbage once: pytest does five times."""
    nursery.NEEDED.close()
    gc.collect()
    gc.freeze()


class Failures:
    """Tells a failure when it happens: no summary comes where the tests are broken off."""

    NUM_LINES = 40

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:  # those that test for another have none
            last = report.longreprtext.splitlines()[-self.NUM_LINES :]
            terminal.write_line("\n".join(["", f"{report.nodeid} ({report.when})", *last]))


def pytest_configure(config: pytest.Config) -> None:
    """Collecting makes a million objects that stay: they need not be looked at meanwhile."""
    STDERR.append(os.dup(2))
    gc.set_threshold(*GARBAGE)
    config.pluginmanager.register(Failures(config))
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup what is started would be deaf to it
    signal.signal(signal.SIGINT, signal.default_int_handler)  # and begun in a shell's background


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not look at it again."""
    gc.freeze()


HEARD = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """What is done to signals in this very process is undone: what tests start inherits it."""
    before = [signal.getsignal(number) for number in HEARD]
    yield
    for number, handler in zip(HEARD, before, strict=True):
        if signal.getsignal(number) is not handler:
            signal.signal(number, handler)


@pytest.fixture(autouse=True)
def small_numbers() -> Iterator[None]:
    """A training in this very process leaves the smallest numbers zero: not for those behind it.

    Drawing random numbers goes by them, and breaks off where they are none.
    """
    yield
    if sys.float_info.min / 2 == 0.0:
        import torch

        torch.set_flush_denormal(False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how to run what was skipped for want of data."""
    skipped = terminalreporter.stats.get("skipped", [])
    num_skipped = sum(NEEDS_MNIST in str(report.longrepr) for report in skipped)
    if num_skipped:
        terminalreporter.write_line(
            f"{num_skipped} tests need real MNIST. To run them, name a folder that holds MNIST/raw:"
            f" `{NEEDS_MNIST}=/path/to/data make test`; `perceptui --preset mnist` downloads it."
        )


@pytest.fixture(scope="session", autouse=True)
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is found out about tables, and what is decoded, is kept in folders of the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PERCEPTUI_TABLES_DIR", str(tmp_path_factory.mktemp("tables")))
        patch.setenv("PERCEPTUI_IMAGES_DIR", str(tmp_path_factory.mktemp("images")))
        patch.setenv("PERCEPTUI_COMPILED_DIR", str(tmp_path_factory.mktemp("compiled")))
        yield


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Presets and settings of whoever runs the tests are no part of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.setenv("LANGUAGE", "en")
        yield


@pytest.fixture(scope="session", autouse=True)
def nobody_waits() -> Iterator[None]:
    """No trainer stays after a command's end, and none of the person's own is taken."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PERCEPTUI_WARM_S", "0")
        yield


@pytest.fixture(scope="session", autouse=True)
def no_power_fails() -> Iterator[None]:
    """What is written need not reach the disk, which takes 20 ms each time, before a test goes on.

    A test of what is fsynced, and when, puts a function of its own in this place.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)
        yield


@pytest.fixture(scope="session", autouse=True)
def workers() -> Iterator[None]:
    """Workers are forked off one that is warm."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.service.client.launch.subprocess", nursery.ASKING)
        yield


@pytest.fixture
def real_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are started as a user's are: how they start is the claim."""
    monkeypatch.setattr("engine.service.client.launch.subprocess", subprocess)
    monkeypatch.setenv(nursery.NURSERY, "")


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose sockets' paths are short enough, wherever pytest keeps its own."""
    with tempfile.TemporaryDirectory(prefix="p", ignore_cleanup_errors=True) as name:
        yield Path(name).resolve()


@pytest.fixture(scope="session")
def warm() -> Iterator[Path]:
    """The socket of a trainer that is shared: it must be left without a training."""
    launched = asyncio.run(launch())
    company = RawClient(launched.socket)  # without a client it would end
    SHARED.append(launched.socket)
    yield launched.socket
    SHARED.remove(launched.socket)
    company.close()
    launched.process.terminate()
    launched.process.wait(WAIT_S)

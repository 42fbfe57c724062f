"""What a person reads at the end of the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.engine.service import nursery

pytest_plugins = ["pytester"]


def test_the_last_lines_say_how_to_run_what_needs_mnist(pytester: pytest.Pytester) -> None:
    """Where a test was skipped for want of it, and only there."""
    pytester.makeconftest("from tests.conftest import pytest_terminal_summary")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.skip(reason="needs MNIST in the folder that PERCEPTUI_DATA_DIR names")
        def test_needs_it(): ...

        def test_needs_nothing(): ...
        """
    )
    lines = pytester.runpytest_inprocess("-p", "no:cacheprovider").stdout
    lines.fnmatch_lines(["1 tests need real MNIST*", "*1 passed, 1 skipped*"])
    without = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "nothing").stdout
    without.no_fnmatch_line("*need real MNIST*")


def test_a_test_that_fails_leaves_no_training(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its workers are ended; those of one that passes are its own business."""
    monkeypatch.setenv(nursery.NURSERY, "")  # what is begun is begun as it is
    pytester.makeconftest("from tests.conftest import pytest_runtest_call")
    pytester.makepyfile(
        """
        from tests.engine.service.nursery import popen

        def test_fails():
            popen(["sleep", "600"])
            assert False

        def test_passes():
            popen(["sleep", "600"])
        """
    )
    number = len(nursery.BEGUN)
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1, failed=1)
    left, kept = nursery.BEGUN[number:]
    assert left.wait(60) == -signal.SIGKILL
    assert kept.poll() is None
    nursery.end_those_after(number)
    assert kept.wait(60) == -signal.SIGKILL


def test_a_signal_that_a_test_ignores_is_heard_by_the_next(pytester: pytest.Pytester) -> None:
    """What the next one starts would ignore it too, and could not be ended by it."""
    pytester.makeconftest("from tests.conftest import signals")
    pytester.makepyfile(
        """
        import signal

        def test_ignores():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

        def test_hears():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL
        """
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_a_test_that_fails_leaves_the_shared_trainer_free(
    pytester: pytest.Pytester, warm: Path, tmp_path: Path
) -> None:
    """The next one trains in it."""
    pytester.makeconftest("from tests.conftest import pytest_runtest_call")
    pytester.makepyfile(
        f"""
        from pathlib import Path

        import pytest

        from engine.service.client.session import Session
        from tests.engine.service.live import begun_paused, run_async
        from tests.engine.training.tiny import small

        async def begin():
            async with Session.connect(Path({str(warm)!r})) as session:
                await begun_paused(session, small(), Path({str(tmp_path)!r}))

        @pytest.mark.parametrize("number", [1, 2])
        def test_begins_and_fails(number):
            run_async(begin())
            raise EOFError
        """
    )
    told = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    told.assert_outcomes(failed=2)
    told.stdout.no_fnmatch_line("*UsageError*")


@pytest.mark.rare
@pytest.mark.skipif(sys.platform != "linux", reason="there is no nursery elsewhere")
def test_a_nursery_ends_while_a_worker_of_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a failed test has left, the tests themselves end."""
    monkeypatch.delenv(nursery.NURSERY, raising=False)
    own = nursery.Nursery()
    own.start()
    reading, writing = os.pipe()
    with (tmp_path / "log").open("xb") as log:
        worker = nursery.forked(
            [sys.executable, "-P", "-m", "engine.service.worker", str(writing)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=(writing,),
            start_new_session=True,
        )
    os.close(writing)
    os.read(reading, 1)  # it listens
    ending = threading.Thread(target=own.close, daemon=True)
    ending.start()
    ending.join(60)
    has_ended, lives = not ending.is_alive(), worker.poll() is None
    os.kill(worker.pid, signal.SIGKILL)
    os.close(reading)
    assert has_ended
    assert lives

"""A command that is interrupted or killed while the data of its training is downloaded."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from engine.runs.lease import process_start
from engine.spec.writer import to_toml
from tests.engine.service.live import WAIT_S, eventually
from tests.engine.service.slow_mirror import left_over, slow_mirror, waiting_for_data
from tests.tui.command_line import Bench, command

ENDINGS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}


@pytest.mark.usefixtures("real_workers")  # told by their parent
@pytest.mark.parametrize(
    "number",
    [
        signal.SIGINT,
        pytest.param(signal.SIGTERM, marks=pytest.mark.rare),
        pytest.param(signal.SIGKILL, marks=pytest.mark.rare),
    ],
    ids=lambda number: number.name,
)
def test_an_end_during_a_download(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """No run, no part of the data, no trainer is left; the exit code is the signal's."""
    bench.write("slow.toml", to_toml(waiting_for_data(), complete=True))
    words = command("--preset", "slow.toml", "--data-dir", "data")
    with (
        slow_mirror(monkeypatch),
        subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline().startswith("downloading FashionMNIST")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if not children.exists():
            process.kill()
            pytest.skip("children are told by Linux only")
        worker = int(children.read_text("ascii").split()[0])
        assert (bench.folder / "data").exists()
        process.send_signal(number)
        out, err = process.communicate(timeout=WAIT_S)
        assert (process.returncode, out, err) == (ENDINGS[number], "", "")
        eventually(lambda: not process_start(worker))
    assert bench.runs() == []
    assert left_over(bench.folder / "data") == []

"""A trainer starts whatever others have put into the folder for temporary files."""

from __future__ import annotations

import getpass
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import PerceptuiError, WorkerLost
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.service.protocol.socket_directory import socket_dir
from engine.service.worker.log import log_error
from tests.engine.service.live import run_async, the_end, to_train
from tests.engine.training.tiny import small


@pytest.mark.usefixtures("real_workers")
def test_torch_keeps_its_caches_in_the_private_place(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What anybody planted where torch would keep them does no harm and is not used."""
    planted = short_folder / f"torchinductor_{getpass.getuser()}"
    planted.touch()
    monkeypatch.setenv("TMPDIR", str(short_folder))
    monkeypatch.setenv("PERCEPTUI_SOCKET_DIR", str(short_folder))
    monkeypatch.delenv("TORCHINDUCTOR_CACHE_DIR", raising=False)

    async def train() -> None:
        async with Session.open() as session:
            await session.begin(to_train(small(), short_folder / "runs"))
            assert (await the_end(session)).reason == "completed"
            await session.shutdown()

    run_async(train())
    assert {path.name for path in short_folder.iterdir()} == {
        planted.name,
        "runs",
        socket_dir().name,
    }
    assert {path.name for path in socket_dir().iterdir()} <= {"inductor", "triton"}


@pytest.mark.usefixtures("real_workers")
def test_the_last_words_of_a_trainer_that_dies_at_its_start(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its client is told what its standard error says."""
    (short_folder / "torch.py").write_text("import os\nos.mkdir(__file__ + '/cache')\n")
    monkeypatch.setenv("PERCEPTUI_SOCKET_DIR", str(short_folder))
    monkeypatch.setenv("PYTHONPATH", str(short_folder))

    async def begin() -> None:
        async with Session.open() as session:
            await session.begin(to_train(small(), short_folder / "runs"))

    with pytest.raises(WorkerLost, match=r"gone: .* the last that it wrote:\n") as told:
        run_async(begin())
    assert str(told.value).splitlines()[-1].startswith("NotADirectoryError: ")
    assert len(str(told.value).splitlines()) == 6


_FIRST = """
import sys
from importlib import import_module
from pathlib import Path
from engine.parts.data import DataLocations
from engine.service.worker.preparation import prepare
from engine.service.worker.process import FIRST_NEEDED
from engine.training.warmup import warm_up
from tests.engine.service.live import to_train
from tests.engine.training.tiny import small

for module in FIRST_NEEDED:
    import_module(module)
warm_up()
before = set(sys.modules)
from engine.service.worker.training_run import TrainingRun
trainer = prepare(small(epochs=3), DataLocations(Path()), "traced")
run = TrainingRun.begin(to_train(small(), Path(sys.argv[1])), trainer)
run.pictures(10, 5)
run.advance(float("inf"))
assert run.is_over
late = {name for name in set(sys.modules) - before if name.startswith(("engine.", "torch."))}
sys.exit(", ".join(sorted(late)) or 0)
"""


@pytest.mark.rare
def test_the_first_training_imports_nothing_more(short_folder: Path) -> None:
    """Whoever presses space waits for no import: a trainer that is warm has made them all."""
    command = [sys.executable, "-c", _FIRST, str(short_folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_failure_that_names_what_is_no_text() -> None:
    """A name that is not UTF-8 is told with its bytes escaped, and logged so."""
    for error in (OSError(2, "is gone", "odd\udcff"), PerceptuiError("odd\udcff: is gone")):
        failure = p.Failure.of(error)
        assert failure.text == "odd\\udcff: is gone"
        assert b"odd" in p.encode(p.Answer(id=1, failure=failure))


def test_a_traceback_that_is_no_text(capfd: pytest.CaptureFixture[str]) -> None:
    """It is written all the same."""
    log_error(OSError(2, "is gone", "odd\udcff"))
    assert capfd.readouterr().err.endswith("is gone: 'odd\\udcff'\n")

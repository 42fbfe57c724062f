"""The sockets lie where nobody else gets at them, and what dead trainers leave is swept."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import PerceptuiError
from engine.runs.directory import RunDirectory
from engine.runs.lease import own_lease, write_lease
from engine.runs.run import Run
from engine.service.client.launch import launch
from engine.service.client.session import Session
from engine.service.protocol.socket_directory import (
    check_socket,
    new_socket_path,
    peer_is_owner,
    peer_pid,
    socket_dir,
    sweep,
)
from engine.service.worker.socket_server import SocketServer
from tests.engine.service.live import WAIT_S, run_async
from tests.engine.training.tiny import small

_NOBODY = 65534
_CONNECT = """\
import os, socket, sys
os.setgid(65534); os.setuid(65534)
connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
print(repr(connection.recv(1)))
"""


@pytest.fixture
def place(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory for sockets of this test's own."""
    monkeypatch.setenv("PERCEPTUI_SOCKET_DIR", str(short_folder))
    return short_folder / f"perceptui-{os.getuid()}"


def test_the_directory_is_made_private(place: Path) -> None:
    """It is made with mode 0700, in the folder that is given and may hold more."""
    assert socket_dir() == place
    assert place.stat().st_mode & 0o777 == 0o700


def test_a_directory_that_others_can_enter_is_refused(place: Path) -> None:
    """The message says how to close it."""
    place.mkdir()
    place.chmod(0o755)
    with pytest.raises(PerceptuiError, match=r"chmod 700 .* set PERCEPTUI_SOCKET_DIR"):
        socket_dir()


def test_a_link_is_refused(place: Path, tmp_path: Path) -> None:
    """A link that somebody put there is not followed."""
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PerceptuiError, match="somebody else"):
        socket_dir()


def test_no_place_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to set."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("PERCEPTUI_SOCKET_DIR", str(tmp_path / "file"))
    with pytest.raises(PerceptuiError, match=r"no place .* set PERCEPTUI_SOCKET_DIR"):
        socket_dir()


def test_a_directory_of_somebody_else_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who could change the sockets in it can't be trusted."""
    (place.parent / f"perceptui-{_NOBODY}").mkdir(mode=0o700)
    monkeypatch.setattr(os, "getuid", lambda: _NOBODY)
    with pytest.raises(PerceptuiError, match=r"somebody else .* set PERCEPTUI_SOCKET_DIR"):
        socket_dir()


@pytest.mark.parametrize(
    "forged",
    ["{above}/1-abc123.sock", "{place}/in/1-abc123.sock", "{place}/other", "1-abc123.sock"],
)
def test_a_socket_elsewhere_is_not_gone_to(place: Path, forged: str) -> None:
    """Whoever could write a lease could answer there; one in the right place is good."""
    check_socket(new_socket_path(1))
    with pytest.raises(PerceptuiError, match=r"no trainer of yours .*PERCEPTUI_SOCKET_DIR"):
        check_socket(Path(forged.format(above=place.parent, place=place)))


def test_a_forged_lease_leads_nowhere(place: Path, tmp_path: Path) -> None:
    """A client that is to attach does not even connect where the lease of a run points to."""
    directory = RunDirectory.create(tmp_path / "runs", "x", small())
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        listener.setblocking(False)
        write_lease(directory.path, own_lease(str(tmp_path / "s"), "running"))

        async def attach() -> None:
            async with Session.attach(Run(directory.path)):
                pass

        with pytest.raises(PerceptuiError, match="no trainer of yours listens"):
            run_async(attach())
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_who_answers_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of another user is told nothing, not even hello."""

    async def meet() -> bytes:
        heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.set_result(await reader.read())
            writer.close()

        server = await asyncio.start_unix_server(serve, tmp_path / "s")
        with pytest.raises(PerceptuiError, match="another user's process"):
            async with Session.connect(tmp_path / "s"):
                pass
        said = await heard
        server.close()
        return said

    monkeypatch.setattr(os, "getuid", lambda: _NOBODY + 1)
    assert run_async(meet()) == b""


def test_a_path_too_long_for_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a trainer there fails with what to set, not with a traceback."""
    deep = tmp_path / ("x" * 90)
    monkeypatch.setenv("PERCEPTUI_SOCKET_DIR", str(deep))
    with pytest.raises(PerceptuiError, match="longer than a socket's path"):
        new_socket_path(1)
    with pytest.raises(PerceptuiError, match=r"did not start: .* set PERCEPTUI_SOCKET_DIR") as told:
        asyncio.run(launch())
    assert "Error:" not in str(told.value)
    assert list(socket_dir().iterdir()) == []


@pytest.fixture(scope="module")
def gone() -> int:
    """The number of a process that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def _listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def test_what_dead_trainers_left_is_swept(place: Path, gone: int) -> None:
    """Sockets and logs of processes that are gone are removed, those of the living stay."""
    socket_dir()
    for maker in (gone, os.getpid()):
        _listen(place / f"{maker}-abc123.sock")
        for name in ("worker", "abc123-starting"):
            (place / f"{maker}-{name}.log").touch()
    sweep()
    mine = ("abc123-starting.log", "abc123.sock", "worker.log")
    assert sorted(path.name for path in place.iterdir()) == [f"{os.getpid()}-{n}" for n in mine]


def test_what_no_trainer_made_stays(place: Path, gone: int) -> None:
    """Files, links and folders that only look alike are not swept, here or in the folder above."""
    socket_dir()
    for name in (f"{gone}-taxes.pdf", f"{gone}-abc.sock", f"{gone}-abc123.sock"):
        (place / name).touch()
        (place.parent / name).touch()
    _listen(place.parent / f"{gone}-abc123.log")
    (place / f"{gone}-worker.log").symlink_to(place.parent / f"{gone}-taxes.pdf")
    (place / f"{gone}-abc123-starting.log").mkdir()
    before = sorted(place.parent.rglob("*"))
    sweep()
    assert sorted(place.parent.rglob("*")) == before


def test_the_peer_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other end is this process and this user; for another user it would be a stranger."""
    ours, theirs = socket.socketpair()
    assert peer_is_owner(ours)
    assert peer_pid(ours) in (os.getpid(), 0)
    monkeypatch.setattr(os, "getuid", lambda: _NOBODY + 1)
    assert not peer_is_owner(ours)
    ours.close()
    theirs.close()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
def test_another_user_can_not_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory keeps others out; were it open, the trainer would hang up on them."""
    folder = Path(
        subprocess.check_output(["mktemp", "-d", "/tmp/perceptui-test-XXXX"], text=True).strip()
    )
    monkeypatch.setenv("PERCEPTUI_SOCKET_DIR", str(folder))
    server = SocketServer()
    folder.chmod(0o755)
    stranger = [sys.executable, "-c", _CONNECT, str(server.path)]
    try:
        shut_out = subprocess.run(stranger, capture_output=True, text=True, timeout=WAIT_S)
        assert "PermissionError" in shut_out.stderr
        socket_dir().chmod(0o755)
        server.path.chmod(0o777)
        with subprocess.Popen(stranger, stdout=subprocess.PIPE, text=True) as hung_up:
            while hung_up.poll() is None:
                assert server.exchange(0.05) == []
                assert server.clients == []
            assert hung_up.stdout is not None
            assert hung_up.stdout.read() == "b''\n"
    finally:
        server.close()
        server.path.parent.rmdir()
        folder.rmdir()


def test_the_socket_comes_back_when_its_path_vanished(place: Path) -> None:
    """A cleaner of /tmp that takes socket and directory does not cut a trainer off for ever."""
    server = SocketServer()
    server.bind_again()
    server.path.unlink()
    place.rmdir()
    server.bind_again()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(server.path))
        server.exchange(1.0)
        assert len(server.clients) == 1
    server.close()

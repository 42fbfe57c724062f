"""Machine code is compiled once, whatever becomes of it, of the compiler or of who waits."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.compiled_cache import NOTE, STEPS, usual_s
from engine.parts.data import DataLocations, Loading
from engine.training.compiled import entries
from engine.training.compiled.compiler import LIBRARY, Kind, Order
from engine.training.compiled.entries import compiled
from engine.training.traced.errors import Untraceable
from tests.engine.training.tiny import NOWHERE

ORDER = Order("def step(): ...", ("a",), (Kind((1,), (1,), "float32"),) * 4, 0, False, 1)
WRITES = "import sys; open(sys.argv[1] + '/step.so', 'w').write('code')"


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of this test's own, and a compiler that writes four bytes."""
    monkeypatch.setenv("PERCEPTUI_COMPILED_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("CXX", sys.executable)
    _compiler(monkeypatch, WRITES)


def _compiler(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(entries, "COMPILER", (sys.executable, "-S", "-c", program))


def test_the_second_one_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a compiler, too; of another order it is not."""
    library, seconds = compiled(ORDER, NOWHERE)
    assert seconds > 0
    assert usual_s() == seconds
    monkeypatch.setenv("CXX", "no-such-compiler")
    assert compiled(ORDER, NOWHERE) == (library, 0.0)
    other = Order(ORDER.text, ORDER.names, ORDER.tensors, 0, False, threads=2)
    with pytest.raises(Untraceable, match=r"there is no C\+\+ compiler \(no-such-compiler; CXX"):
        compiled(other, NOWHERE)


@pytest.mark.parametrize("name", [LIBRARY, NOTE])
def test_what_is_damaged_is_compiled_again(name: str) -> None:
    """Nobody runs machine code that has changed."""
    library, _ = compiled(ORDER, NOWHERE)
    (library.parent / name).write_bytes(b"other")
    again, seconds = compiled(ORDER, NOWHERE)
    assert again == library
    assert seconds > 0
    assert library.read_bytes() == b"code"


def test_a_faster_one_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that begin at once: whoever is second takes what the first may be loading."""
    compile_, files = entries._compile, []

    def overtaken(order: Order, place: Path, locations: DataLocations) -> None:
        compile_(order, place, locations)
        monkeypatch.setattr(entries, "_compile", compile_)
        files.append(compiled(order, locations)[0].stat().st_ino)

    monkeypatch.setattr(entries, "_compile", overtaken)
    library, _ = compiled(ORDER, NOWHERE)
    assert [library.stat().st_ino] == files


def test_a_compiler_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By its first line; nothing is left of it."""
    _compiler(monkeypatch, "print('no such call\\nand more'); raise SystemExit(1)")
    with pytest.raises(Untraceable, match=r"torch's compiler can't: no such call$"):
        compiled(ORDER, NOWHERE)
    _compiler(monkeypatch, "pass")
    with pytest.raises(Untraceable, match="torch's compiler can't: it ended with 0"):
        compiled(ORDER, NOWHERE)
    assert list((tmp_path / "cache").iterdir()) == []


def test_who_waits_may_give_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The compiler ends with it, and nothing is left of it."""
    _compiler(monkeypatch, "import time; time.sleep(600)")

    told: list[Loading] = []

    def gives_up() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compiled(ORDER, DataLocations(Path(), told.append, gives_up))
    assert [(one.verb, one.name) for one in told] == [("compiling", "the step (about 30 s)")]
    assert list((tmp_path / "cache").iterdir()) == []


def test_the_oldest_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that nobody used longest."""
    first, _ = compiled(ORDER, NOWHERE)
    size = STEPS.kept_bytes()
    monkeypatch.setattr(entries, "MOST_KEPT_BYTES", int(1.5 * size))
    other, _ = compiled(Order(ORDER.text, ORDER.names, ORDER.tensors, 0, False, 2), NOWHERE)
    assert not first.exists()
    assert other.exists()
    assert STEPS.clear() > 0
    assert STEPS.kept_bytes() == 0


def test_a_place_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    """By its name."""
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(Untraceable, match=f"{tmp_path / 'cache'}: "):
        compiled(ORDER, NOWHERE)

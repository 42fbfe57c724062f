"""What a run began with is what it is read with: its experiment and its first event."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.errors import DamagedRun, UsageError
from engine.parts.data import Facts
from engine.runs import events as ev
from engine.runs.directory import RunDirectory
from engine.runs.origin import check_origin, experiment_digest
from engine.runs.run import Run
from engine.runs.seal import is_whole, sealed
from tests.engine.runs.stored import experiment, saved


def _started(digest: str) -> ev.RunStarted:
    facts = Facts((2,), "classification", 20, ("a", "b"), feature_names=("x", "y"))
    return ev.RunStarted(
        n=1,
        run="x",
        title="",
        device="cpu",
        threads=1,
        seed=0,
        epochs=1,
        steps_per_epoch=1,
        num_train=20,
        num_validation=0,
        num_test=0,
        num_parameters=3,
        torch="2",
        facts=msgspec.to_builtins(facts),
        experiment_digest=digest,
    )


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A run whose beginning is recorded, and one event after it."""
    run = RunDirectory.create(tmp_path, "moons", experiment(title="Two moons"))
    run.record(_started(experiment_digest(run.path)))
    run.record(saved(3))
    run.close()
    return run


def _flipped(content: bytes, bit: int) -> bytes:
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def _refused(folder: Path) -> str | None:
    try:
        check_origin(folder)
    except (DamagedRun, UsageError) as error:
        return str(error)
    return None


def test_a_seal_is_over_every_bit() -> None:
    """A line with its digest is whole, with any line's end, and no other line is."""
    line = sealed(b'{"event":"x","n":1}')
    assert msgspec.json.decode(line)["n"] == 1
    assert is_whole(line)
    assert is_whole(line + b"\n")
    assert not is_whole(b'{"event":"x","n":1}')
    assert not any(is_whole(_flipped(line, bit)) for bit in range(8 * len(line)))


def test_no_bit_of_the_first_event_changes_unseen(run: RunDirectory) -> None:
    """Whatever bit flips, the run is refused, or its facts are those that were recorded."""
    check_origin(run.path)
    before = Run(run.path).facts()
    path = run.path / "events.jsonl"
    content = path.read_bytes()
    unseen = 0
    for bit in range(0, 8 * (content.index(b"\n") + 1), 11):
        path.write_bytes(_flipped(content, bit))
        refused = _refused(run.path)
        if refused is None:
            unseen += 1
            assert Run(run.path).facts() == before
        else:
            assert refused.startswith(f"{path}: damaged: ")
    assert unseen <= len("digest")  # of the key alone: an event of an earlier version


def test_an_experiment_that_says_something_else_is_refused(run: RunDirectory) -> None:
    """Whatever bit flips in its file, it is refused, or says the same of what is trained."""
    path = run.path / "experiment.toml"
    content = path.read_bytes()
    before = Run(run.path).experiment().values()
    texts = {"title": "", "group": "", "summary": "", "teaches": "", "expect": ""}
    for bit in range(0, 8 * len(content), 11):
        path.write_bytes(_flipped(content, bit))
        refused = _refused(run.path)
        if refused is None:
            assert {**Run(run.path).experiment().values(), **texts} == {**before, **texts}
        else:
            assert refused.startswith(f"{path}: ")


def test_another_title_and_layout_are_no_other_experiment(run: RunDirectory) -> None:
    """A person may rename a run and comment its file; a number is another matter."""
    path = run.path / "experiment.toml"
    text = path.read_text("utf-8")
    path.write_text("# mine\n" + text.replace("Two moons", "My moons"), "utf-8")
    check_origin(run.path)
    path.write_text(text.replace("lr=0.1", "lr=0.2"), "utf-8")
    expected = f"^{path}: not the experiment that the run began with: put that one back"
    with pytest.raises(DamagedRun, match=expected):
        check_origin(run.path)


def test_a_run_of_an_earlier_version_has_nothing_to_check(tmp_path: Path) -> None:
    """A first event without a digest says nothing about the experiment."""
    run = RunDirectory.create(tmp_path, "moons", experiment())
    (run.path / "events.jsonl").write_bytes(ev.encode(_started("")) + b"\n")
    check_origin(run.path)


def test_a_run_without_its_beginning_is_refused(run: RunDirectory) -> None:
    """Its first line torn away, or all of its record, nobody knows what it began with."""
    path = run.path / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[1])
    with pytest.raises(DamagedRun, match="it does not begin with the run's start"):
        check_origin(run.path)
    path.unlink()
    with pytest.raises(DamagedRun, match="its first line can't be read"):
        check_origin(run.path)

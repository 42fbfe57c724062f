"""Which events of a record count after its training went back."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from engine.runs import events as ev
from engine.runs.contents import EVENTS
from engine.runs.run import Run, counting


def _epoch(n: int, epoch: int) -> ev.EpochFinished:
    return ev.EpochFinished(
        n=n,
        epoch=epoch,
        step=epoch,
        metrics={"train_loss": 0.0},
        learning_rate=0.1,
        gradient_norm=0.0,
        steps_per_s=1.0,
        samples_per_s=1.0,
        elapsed_s=0.0,
    )


def _back(n: int, after_event: int) -> ev.Resumed:
    return ev.Resumed(n=n, from_step=0, epoch=0, after_event=after_event)


def _numbers(*events: ev.Recorded) -> list[int]:
    return [event.n for event in counting(events)]


def test_a_straight_record_counts_whole() -> None:
    """Without a way back every event counts."""
    assert _numbers(*(_epoch(n, n) for n in range(1, 5))) == [1, 2, 3, 4]
    assert _numbers() == []


def test_what_came_after_the_checkpoint_is_left_out() -> None:
    """After two resumes from the same checkpoint only the last life counts."""
    found = _numbers(
        _epoch(1, 1), _epoch(2, 2), _back(3, 1), _epoch(4, 2), _back(5, 1), _epoch(6, 2)
    )
    assert found == [1, 5, 6]


def test_going_back_to_what_was_left_counts_it_again() -> None:
    """A rewind to the best, then one to a checkpoint of the branch that was left by it."""
    record: list[ev.Recorded] = [
        _epoch(1, 1),
        _epoch(2, 2),
        _epoch(3, 3),
        _back(4, 1),
        _epoch(5, 2),
        _back(6, 2),
    ]
    assert _numbers(*record) == [1, 2, 6]
    assert _numbers(*record, _back(7, 5), _epoch(8, 3)) == [1, 4, 5, 7, 8]


def test_a_gap_in_the_numbers() -> None:
    """Where the line that a resume goes back to was lost, those before it count."""
    assert _numbers(_epoch(1, 1), _epoch(4, 4), _back(5, 3), _epoch(6, 3)) == [1, 5, 6]


def test_what_was_taken_back_is_told_by_number(tmp_path: Path) -> None:
    """A run names the events that no longer count, and none of those that do."""
    lines = [_epoch(1, 1), _epoch(2, 2), _back(3, 1), _epoch(4, 2)]
    (tmp_path / EVENTS).write_bytes(b"".join(ev.encode(line) + b"\n" for line in lines))
    assert Run(tmp_path).passed_over() == {2}


def test_a_long_record_is_read_in_little_memory(tmp_path: Path) -> None:
    """However many events there are, those that count come one after the other, and no others."""
    many = 20_000
    lines = [*(_epoch(n, n) for n in range(1, many)), _back(many, 9), _epoch(many + 1, 10)]
    (tmp_path / EVENTS).write_bytes(b"".join(ev.encode(line) + b"\n" for line in lines))
    run = Run(tmp_path)
    assert [event.n for event in run.events()] == [*range(1, 10), many, many + 1]
    assert [event.n for event in run.events(up_to=many - 1)] == [*range(1, many)]
    assert tuple(run.events()) == run.record().events
    tracemalloc.start()
    try:
        assert sum(1 for _ in run.raw_events()) == many + 1
        assert sum(1 for _ in run.events()) == 11
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()

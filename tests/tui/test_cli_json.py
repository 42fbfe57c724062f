"""`--json`: the events of a training as JSON lines."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import pytest

from tests.tui.command_line import Bench, Records, of, perceptui, recorded
from tests.tui.conftest import Trained


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, Records]]:
    """The events of five epochs of which every second is reported."""
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(tmp_path_factory.mktemp("json"), patch)
        yield (
            bench,
            bench.train("--json", "--epochs", "5", "--set", "report_every=2").records,
        )


def test_stdout_is_json_lines_only(events: tuple[Bench, Records]) -> None:
    """Every line of stdout is an object with its event's name; the first is run_started."""
    _, records = events

    assert all(isinstance(record["event"], str) for record in records)
    assert records[0]["event"] == "run_started"


def test_reported_epochs(events: tuple[Bench, Records]) -> None:
    """Reported are the first epoch, multiples of report_every, and the last, counted from 1."""
    epochs = of(events[1], "epoch_finished")

    assert [epoch["epoch"] for epoch in epochs] == [1, 2, 4, 5]
    assert [epoch["step"] for epoch in epochs] == [1, 2, 4, 5]
    assert all(math.isfinite(epoch["train_loss"]) for epoch in epochs)
    assert all(0 <= epoch["train_accuracy"] <= 1 for epoch in epochs)


def test_last_line_is_run_finished(events: tuple[Bench, Records]) -> None:
    """The last line says why, where, how far, how long and how well."""
    bench, records = events
    last = records[-1]

    assert last["event"] == "run_finished"
    assert last["reason"] == "completed"
    assert (bench.folder / last["run"]) in bench.runs()
    assert (last["epochs"], last["steps"]) == (5, 5)
    assert 0 < last["elapsed_s"] < 60
    newest = of(records, "epoch_finished")[-1]
    assert last["metrics"]["train_loss"] == newest["train_loss"]
    assert last["metrics"]["train_accuracy"] == newest["train_accuracy"]


def test_record_of_the_run_is_what_was_printed(events: tuple[Bench, Records]) -> None:
    """The run directory's record holds the same events with the same numbers."""
    bench, records = events
    kept = recorded(bench.folder / records[-1]["run"])

    for kind in ("run_started", "epoch_finished", "evaluated", "run_finished"):
        assert of(kept, kind) == of(records, kind)


def test_same_seed_gives_the_same_losses(events: tuple[Bench, Records], trained: Trained) -> None:
    """Another training of the same seed repeats every loss to the last digit."""
    losses = {e["epoch"]: e["train_loss"] for e in of(trained.record, "epoch_finished")}
    again = {e["epoch"]: e["train_loss"] for e in of(events[1], "epoch_finished")}

    assert [losses[1], losses[2]] == [again[1], again[2]]


@pytest.mark.parametrize(
    "words",
    [
        ("presets",),
        ("show", "tiny.toml"),
        ("show", "Linear"),
        ("doctor", "tiny.toml"),
        ("runs",),
        ("paths",),
        ("evaluate", "last"),
    ],
    ids=" ".join,
)
def test_every_command_prints_compact_lines(
    events: tuple[Bench, Records], words: tuple[str, ...]
) -> None:
    """Whatever prints JSON prints it as the events are written: an object a line, no spaces."""
    lines = perceptui(*words, "--json").out.splitlines()

    assert lines
    for line in lines:
        found = json.loads(line)
        assert isinstance(found, dict)
        plain = {json.dumps(found, separators=(",", ":"), ensure_ascii=a) for a in (True, False)}
        assert line in plain


def test_json_with_quiet_is_refused(bench: Bench) -> None:
    """--json and --quiet contradict each other."""
    message = bench.refused("--preset", "tiny.toml", "--json", "--quiet")

    assert message.startswith("--json prints every event, --quiet the end only")


def test_refusal_prints_nothing_on_stdout(bench: Bench) -> None:
    """With --json a mistake is told on stderr; stdout stays empty."""
    assert "unknown preset" in bench.refused("--preset", "no-such-preset", "--json")

"""A training that diverges, and `perceptui resume --rewind`."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.tui.command_line import Bench, Outcome, of, perceptui, recorded
from tests.tui.conftest import Trained

BAD = """\
data = "wave(samples=20)"
layers = ["Linear(4)", "ReLU()", "Linear(1)"]
loss = "MSELoss()"
optimizer = "SGD(lr=5.0)"
epochs = 60
threads = 1
device = "cpu"
"""


@pytest.fixture
def diverged(bench: Bench) -> Outcome:
    """What a training prints that overflows after a few steps."""
    bench.write("bad.toml", BAD)
    outcome = perceptui("--preset", "bad.toml")
    assert outcome.code == 3, outcome
    return outcome


def test_the_report_has_the_command_that_goes_on(diverged: Outcome) -> None:
    """The layer is named, and the printed command trains the run to its end."""
    assert re.search(r"; first the (output|weights) of layers\[\d\] Linear\(\d\)", diverged.out)
    (line,) = [line for line in diverged.lines if "--rewind" in line]
    words = shlex.split(line)
    assert words[:2] == ["perceptui", "resume"]
    assert words[3:] == ["--rewind", "--set", "optimizer.lr=0.5"]
    done = perceptui(*words[1:])
    assert done.code == 0, done
    (changed,) = of(recorded(diverged.run), "learning_rate_changed")
    assert changed["factor"] == pytest.approx(0.1)


def test_without_a_rate_it_is_a_tenth(diverged: Outcome) -> None:
    """`--rewind` alone says the same as the printed command."""
    done = perceptui("resume", "last", "--rewind", "--json")
    assert done.code == 0, done.err
    assert [record["event"] for record in done.records[:2]] == ["resumed", "learning_rate_changed"]
    assert done.records[1]["factor"] == pytest.approx(0.1)
    assert of(done.records, "epoch_finished")[-1]["learning_rate"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--rewind` goes on with a tenth"),
        (("--rewind", "--set", "optimizer.momentum=0.5"), "only optimizer.lr and epochs can be"),
        (("--rewind", "--set", "epochs=few"), "give a whole number above 0"),
        (("--rewind", "--set", "optimizer.lr=much"), "give a number above 0"),
        (("--rewind", "--set", "optimizer.lr=-1"), "give a number above 0"),
        (("--rewind", "--set", "optimizer.lr=1e9"), "learning-rate factor"),
    ],
)
def test_refused(bench: Bench, diverged: Outcome, options: tuple[str, ...], said: str) -> None:
    """What can't be changed on the way is named; the record stays as it was."""
    before = recorded(diverged.run)
    assert said in bench.refused("resume", "last", *options)
    assert recorded(diverged.run) == before


def test_a_run_that_is_over_is_not_rewound(bench: Bench, trained: Trained) -> None:
    """There is nothing to go on with."""
    assert "the run is over (completed)" in bench.refused("resume", str(trained.run), "--rewind")


def test_a_finding_is_told_and_stands_in_the_report(bench: Bench) -> None:
    """What the doctor sees in the training is a line, an event, and a part of the report."""
    bench.write(
        "dead.toml", BAD.replace('"ReLU()", "Linear(1)"', '"ReLU()", "Linear(1)", "ReLU()"')
    )
    outcome = perceptui("--preset", "dead.toml", "--lr", "0.9", "--epochs", "30")
    assert outcome.code == 0
    (found,) = [
        e for e in of(recorded(outcome.run), "finding_appeared") if e["severity"] == "error"
    ]
    assert (found["code"], found["epoch"]) == ("dead-units", 30)
    assert f"error {found['place']}: {found['message']}" in outcome.lines
    assert "The doctor says" in outcome.lines
    assert f"error {found['place']}: dead-units" in outcome.lines
    assert f"Repair: {found['repair']}." in " ".join(outcome.out.split())
    read = perceptui("attach", str(outcome.run))
    assert "The doctor says" in read.lines

"""`evaluate --csv`, of other data, and `evaluate --accept`, which keeps something with the run."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from engine.errors import UsageError
from engine.evaluation.judging import judge
from engine.runs.accepted import Accepted
from engine.service.protocol import Judged
from tests.engine.evaluation.samples import random_classes
from tests.tui.command_line import Bench, perceptui
from tui.commands.evaluate import accepted_of


def _rows(shift: float) -> str:
    rows = [f"{i % 7 + shift},{i % 5},{'yes' if i % 7 > 3 else 'no'}" for i in range(70)]
    return "a,b,y\n" + "\n".join(rows) + "\n"


def test_other_data_is_judged_alike(bench: Bench) -> None:
    """The column that moved comes first, the others don't; what can't be judged is refused."""
    bench.write("t.csv", _rows(0))
    told = perceptui(
        *("--data", "csv('t.csv', 'y')", "--layers", "Linear(2)", "--epochs", "20"),
        *("--loss", "CrossEntropyLoss()", "--optimizer", "Adam(lr=0.1)"),
    )
    assert told.code == 0, told.err
    bench.write("new.csv", _rows(30))
    bench.write("same.csv", _rows(0))
    (judged,) = perceptui("evaluate", "last", "--csv", "new.csv", "--json").records
    assert (judged["split"], judged["samples"]) == ("new.csv", 70)
    first, second = judged["drifts"]
    assert (first["column"], first["distance"], first["now"] - first["before"]) == ("a", 1, 30)
    assert (second["column"], second["distance"]) == ("b", 0)
    assert {one["column"] for one in judged["importances"]} == {"a", "b"}
    outcome = perceptui("evaluate", "last", "--csv", "same.csv")
    assert "Nothing says that they come from elsewhere" in outcome.out
    assert "What it goes by" in outcome.out
    assert "How robust it is" in outcome.out

    bench.write("bare.csv", "a,b\n1,2\n")
    message = bench.refused("evaluate", "last", "--csv", "bare.csv", code=4)
    assert message == "bare.csv: it lacks 'y', by which the network is to be judged"
    bench.write("odd.csv", "a,b,y\n1,2,perhaps\n1,3,no\n")
    message = bench.refused("evaluate", "last", "--csv", "odd.csv", code=4)
    assert message.startswith("odd.csv, row 1: 'perhaps' is none of the classes")
    bench.write("bad.csv", "a,b,y\nx,2,no\n1,3,no\n")
    message = bench.refused("evaluate", "last", "--csv", "bad.csv", code=4)
    assert message.startswith("bad.csv, line 2, column 'a'")


def test_other_pictures_are_judged_alike(bench: Bench) -> None:
    """A folder for each class; what is brighter comes from elsewhere; odd ones are refused."""
    from PIL import Image

    for name, level in (("train", 80), ("bright", 180)):
        for kind, shade in (("dark", 0), ("light", 60)):
            folder = bench.folder / name / kind
            folder.mkdir(parents=True)
            for number in range(6):
                Image.new("L", (4, 4), level + shade + number).save(folder / f"{number}.png")
    told = perceptui(
        *("--data", "images('train', size=4, color=\"gray\")", "--layers", "Flatten Linear(2)"),
        *("--loss", "CrossEntropyLoss()", "--optimizer", "Adam(lr=0.1)", "--epochs", "30"),
    )
    assert told.code == 0, told.err
    (judged,) = perceptui("evaluate", "last", "--images", "bright", "--json").records
    assert (judged["split"], judged["samples"]) == ("bright", 12)
    assert judged["drifts"][0]["column"] == "brightness"
    assert judged["drifts"][0]["now"] > judged["drifts"][0]["before"]
    assert len(judged["saliencies"]) == 2
    (bench.folder / "bright" / "light").rename(bench.folder / "bright" / "cat")
    message = bench.refused("evaluate", "last", "--images", "bright", code=4)
    assert message == "bright: 'cat' is none of the classes that were learned: dark, light"
    message = bench.refused("evaluate", "last", "--images", "bright", "--csv", "t.csv")
    assert message == "evaluate: give --csv or --images, not both"


def test_what_is_accepted_is_kept_with_the_run(bench: Bench) -> None:
    """Predictions follow it until it is taken back; what does not exist is refused."""
    run = bench.train("--set", "epochs=30", "--set", "predict=[[0.5, -0.25]]").run
    accepted = run / "accepted.json"
    plain = perceptui("predict", str(run), "0.5", "-0.25", "--json").records[0]
    outcome = perceptui("evaluate", str(run), "--accept", "threshold", "--cost", "1:50")
    assert outcome.code == 0, outcome.err
    assert "Kept with the run: a threshold of " in outcome.out
    kept = json.loads(accepted.read_text())
    share = plain["probabilities"][1]
    said = perceptui("predict", str(run), "0.5", "-0.25", "--json").records[0]
    assert said["predicted"] == ("inside" if share > kept["threshold"] else "outside")
    assert said["probabilities"] == pytest.approx(plain["probabilities"])
    assert "--accept" in perceptui("export", str(run), "--format", "script", "-o", "-").out
    assert perceptui("evaluate", str(run), "--accept", "none").code == 0
    again = perceptui("predict", str(run), "0.5", "-0.25", "--json").records[0]
    assert again == plain
    assert "there are" in bench.refused("evaluate", str(run), "--accept", "all")


def test_a_temperature_that_helps_nothing_is_refused() -> None:
    """And a threshold is for two classes: neither can be kept where it is not."""
    evidence = random_classes(200, 3)
    judgement = judge(evidence)
    assert judgement.calibration is not None
    worse = replace(judgement.calibration, error_after=1.0)
    judged = Judged(splits=[], judgement=replace(judgement, calibration=worse), step=5)
    with pytest.raises(UsageError, match="no temperature makes"):
        accepted_of(judged, (True, False))
    with pytest.raises(UsageError, match="a threshold is for two classes"):
        accepted_of(judged, (False, True))
    better = replace(worse, error_after=0.0, log_loss_after=0.0)
    judged = replace(judged, judgement=replace(judgement, calibration=better))
    kept = accepted_of(judged, (True, False))
    assert (kept.step, kept.temperature, kept.threshold) == (5, better.temperature, None)
    before = Accepted(step=5, temperature=2.0, threshold=0.25)
    assert accepted_of(judged, (True, False), before).threshold == 0.25
    assert accepted_of(judged, (False, False), before).is_nothing

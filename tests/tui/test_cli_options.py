"""The options of a training, seen in the experiment that its run stores."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.tui.command_line import Bench, Outcome, recorded
from tests.tui.conftest import Trained


def stored(outcome: Outcome) -> dict[str, Any]:
    """The resolved experiment of the run that an outcome names."""
    assert outcome.code == 0, outcome.err
    return tomllib.loads((outcome.run / "experiment.toml").read_text("utf-8"))


def test_an_experiment_of_options_alone(regression: Outcome) -> None:
    """Without a preset the options make the experiment."""
    experiment = stored(regression)

    assert experiment["data"] == "wave(samples=12)"
    assert experiment["layers"] == ["Linear(3)", "Tanh()", "Linear(1)"]
    assert experiment["loss"] == "MSELoss()"
    assert experiment["optimizer"] == "Adam(lr=0.02)"
    assert (experiment["epochs"], experiment["batch_size"], experiment["seed"]) == (2, 5, 7)
    assert experiment["device"] == "cpu"
    assert "\nFinished after 2 epochs, 6 steps, " in regression.out


def test_set_reaches_arguments_and_layers(bench: Bench, trained: Trained) -> None:
    """--set changes fields, arguments and layers, after the short options; --from its weights;
    --quiet leaves the end only.
    """
    weights = (trained.run / "checkpoints" / "last.safetensors").absolute()
    outcome = bench.train(
        *("--optimizer", "SGD(lr=0.5, momentum=0.9)", "--lr", "0.25", "--quiet"),
        *("--set", "optimizer.lr=0.05", "--set", "layers.1=Tanh", "--set", "data.noise=0.25"),
        *("--set", "stop_below=none", "--set", "shuffle=false", "--from", str(trained.run)),
    )
    experiment = stored(outcome)

    assert experiment["optimizer"] == "SGD(lr=0.05, momentum=0.9)"
    assert experiment["layers"] == ["Linear(4)", "Tanh()", "Linear(1)", "Sigmoid()"]
    assert experiment["data"] == "circle(samples=20, noise=0.25)"
    assert experiment["shuffle"] is False
    assert "stop_below" not in experiment
    assert outcome.lines[0].startswith("Finished after 3 epochs, 3 steps, ")
    assert experiment["start_from"] == str(weights)


def test_from_a_run_with_a_new_head(bench: Bench, trained: Trained) -> None:
    """What fits is taken, what does not is named in a line, and the run keeps what was asked."""
    wider = "Linear(4) ReLU Linear(3) Linear(1) Sigmoid"
    outcome = bench.train(
        *("--layers", wider, "--from", str(trained.run), "--new-head"),
        *("--set", "freeze=all but last", "--quiet"),
    )
    said = " ".join(outcome.err.split())
    assert "2 of 6 tensors fit and are taken; these layers begin anew: layers[2] Linear(3)" in said
    assert "layers[3] Linear(1) (weight is asked to be new, bias is asked to be new)" in said
    assert "layers[2]: frozen, but nothing was taken for it: it stays as chance made it" in said
    experiment = stored(outcome)
    assert (experiment["new_head"], experiment["freeze"]) == (True, "all but last")


def test_from_a_step_of_a_run(bench: Bench) -> None:
    """RUN@STEP begins with the weights of a snapshot, which the first event names; a step that
    there is none of is refused with those beside it, before any run begins.
    """
    old = bench.train("--quiet")
    outcome = bench.train("--from", f"{old.run}@0", "--quiet")
    assert stored(outcome)["start_from"] == str(old.run / "snapshots" / "step-0.safetensors")
    assert recorded(outcome.run)[0]["started_from"] == f"{old.run}@0"
    refused = bench.refused("--preset", "tiny.toml", "--from", f"{old.run}@7")
    assert "no snapshot of step 7: the nearest are 3" in refused
    assert len(list((bench.folder / "runs").iterdir())) == 2


def test_from_another_network_is_refused(bench: Bench, trained: Trained) -> None:
    """Weights that don't fit the network are refused before a run begins."""
    message = bench.refused(
        *("--preset", "tiny.toml", "--from", str(trained.run), "--layers", "Linear(1) Sigmoid"),
        code=1,
    )

    assert "last.safetensors" in message


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--set"], "Option '--set' requires an argument."),
        (["--set", "epochs"], "--set epochs: write KEY=VALUE, like optimizer.lr=0.05"),
        (["--set", "=3"], "--set =3: write KEY=VALUE, like optimizer.lr=0.05"),
        (["--set", "epoch=3"], 'unknown key "epoch": did you mean epochs?'),
        (["--set", "optimizer.momentun=1"], 'no argument "momentun": did you mean momentum?'),
        (["--set", "layers.9.bias=1"], '"9" is not a layer: they are 0 to 3'),
        (["--set", "epochs.x=1"], '"epochs" has nothing inside: write epochs=VALUE'),
        (["--epochs", "0"], "epochs: 0 is not accepted: give a whole number, at least 1"),
        (["--epochs", ""], "epochs: '' is not accepted"),
        (["--lr", "fast"], "optimizer.lr: 'fast' is not accepted: give a number, at least 0"),
        (["--seed", "-1"], "seed: -1 is not accepted"),
        (["--batch-size", "1.5"], "batch_size: 1.5 is not accepted"),
        (["--device", "gpu"], '\'gpu\' is not accepted: give "auto", "cpu", "cuda" or "cuda:1"'),
        (
            ["--set", "precision=fp16"],
            "precision: 'fp16' is not accepted: give 'float32' or 'bf16'",
        ),
        (["--executor", "fast"], 'there are "auto", "eager", "traced", "graphed" and "compiled"'),
        (["--executor", "graphed", "--device", "cpu"], 'executor "graphed": only a CUDA device'),
        (["--from", "nothing"], 'no run "nothing"'),
        (["--from", "moons"], "`perceptui --preset moons` makes one"),
        (["--epoch", "3"], "No such option: --epoch (Possible options: "),
    ],
)
def test_bad_option_is_explained(bench: Bench, arguments: list[str], complaint: str) -> None:
    """A mistake in an option is refused with what would be right."""
    assert complaint in bench.refused("--preset", "tiny.toml", *arguments)


@pytest.mark.parametrize(
    "arguments",
    [["--epochs", "3"], ["--preset", "circle"], ["--set", "lr=1"], ["--quiet"], ["--seed", "0"]],
)
def test_training_options_with_a_command_are_refused(bench: Bench, arguments: list[str]) -> None:
    """An option of a training is an error together with a command, not ignored."""
    message = bench.refused(*arguments, "presets")

    assert message == f"{arguments[0]}: for a training, not for the command `presets`"


def test_training_option_after_a_command_is_unknown(bench: Bench) -> None:
    """Behind a command an option of a training is one that it does not have."""
    message = bench.refused("runs", "--epochs", "3")

    assert message.partition(" (")[0] == "No such option: --epochs"


def test_empty_option_is_not_ignored(bench: Bench) -> None:
    """An option given an empty text, as from an unset variable, is a mistake."""
    assert bench.refused("--preset", "").startswith('unknown preset ""')
    assert "is not accepted" in bench.refused("--preset", "tiny.toml", "--seed", "")


def test_unknown_command_offers_the_nearest(bench: Bench) -> None:
    """A command that there is not is refused with the one that may be meant."""
    message = bench.refused("preset")

    assert message.startswith("No such command 'preset'.")
    assert "'presets'" in message


def test_a_path_in_data_is_taken_from_here(bench: Bench, tmp_path: Path) -> None:
    """A CSV typed on the command line lies in the working directory, not beside the preset."""
    (tmp_path / "presets").mkdir()
    bench.write("presets/other.toml", (bench.folder / "tiny.toml").read_text())
    bench.write("t.csv", "x,y\n1,a\n")
    arguments = ("--preset", "presets/other.toml", "--data", "csv('t.csv', target='z')")

    assert f"{tmp_path / 't.csv'}: no target column 'z'" in bench.refused(*arguments, code=4)

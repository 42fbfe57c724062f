"""Holds the README to the truth."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import get_args

import pytest
import typer
from typer.core import TyperGroup

from engine.errors import PerceptuiError
from engine.parts.component import Component
from engine.parts.layers import Layer
from engine.runs.contents import CHECKPOINTS, EVENTS, EXPERIMENT, LOSSES
from engine.runs.events import EpochFinished, Reason, RunFinished, decode, encode
from engine.spec.experiment_reader import from_raw, read_file
from engine.spec.toml_text import parse_toml
from tests.readme_tables import panes, tables
from tests.tui.bound_keys import bound_keys, named
from tui.cli import PIPE_CLOSED
from tui.commands import app
from tui.commands.doctor import FOUND
from tui.commands.options import TrainingOptions
from tui.commands.request import requested

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language; "" for those without one."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == language]


def commands() -> list[str]:
    """Every command line of perceptui in the README."""
    lines = "".join(blocks("")).splitlines()
    found = [line.removeprefix("$ ").partition("  #")[0].strip() for line in lines]
    return [line for line in found if line.startswith("perceptui")]


@pytest.mark.parametrize("name", list(tables()))
def test_tables_follow_from_the_declarations(name: str) -> None:
    """Each generated part is what `python -m tests.readme_tables` makes."""
    found = re.search(rf"<!-- {name} -->\n(.*?)\n?<!-- end -->", TEXT, re.DOTALL)
    assert found is not None
    assert found[1] == tables()[name]


@pytest.mark.parametrize("line", commands())
def test_command_lines_parse(line: str) -> None:
    """Every command line there is one that perceptui takes: commands, options and arguments."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    with group.make_context("perceptui", shlex.split(line)[1:]) as context:
        words = [*context._protected_args, *context.args]  # what the root leaves to a command
        if not words:
            return
        name, command, rest = group.resolve_command(context, words)
        assert command is not None
        with command.make_context(name, rest, parent=context) as chosen:
            words = [*getattr(chosen, "_protected_args", []), *chosen.args]
            if isinstance(command, TyperGroup) and words:  # `sweeps stop last`
                name, below, rest = command.resolve_command(chosen, words)
                assert below is not None
                words = below.make_context(name, rest, parent=chosen).args
            assert not words


def test_trainings_are_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every training on a command line there asks for a valid experiment."""
    (tmp_path / "mine.toml").write_text(blocks("toml")[0], "utf-8")
    monkeypatch.chdir(tmp_path)
    trainings = [shlex.split(line)[1:] for line in commands() if line.startswith("perceptui --")]
    assert len(trainings) >= 4
    for words in trainings:
        given: dict[str, object] = {"settings": []}
        pairs = iter(words)
        for word in pairs:
            if word in ("--json", "--quiet", "--detach"):
                continue
            value = next(pairs)
            if word == "--set":
                given["settings"] = [*given["settings"], value]  # type: ignore[misc]  # a list
            else:
                name = word.removeprefix("--").replace("-", "_")
                given["preset" if value == "mine.toml" else name] = value
        if given.get("preset") == "mine.toml":
            given["preset"] = "./mine.toml"
        requested(TrainingOptions(**given), tmp_path)  # type: ignore[arg-type]  # as typed


def test_options_of_a_training_are_all_told() -> None:
    """The options that the text lists are the declared ones."""
    told = TEXT.split("Options of a training:")[1].split("\n\n")[0]
    group = typer.main.get_command(app)
    declared = {name for p in group.params for name in p.opts} - {"--help", "-h", "--version"}
    assert set(re.findall(r"--[a-z-]+", told)) == declared


def test_toml_example_reads() -> None:
    """The experiment there is the preset that it seems to be."""
    shown = from_raw(parse_toml(blocks("toml")[0]))
    preset = read_file(README.parent / "presets" / "circle.toml")
    same = ("data", "layers", "loss", "optimizer", "epochs", "batch_size", "report_every")
    assert [getattr(shown, name) for name in same] == [getattr(preset, name) for name in same]


def test_a_layer_is_one_class() -> None:
    """The example makes a layer that can be read, built and written."""
    example = next(text for text in blocks("python") if "class Softshrink" in text)
    scope: dict[str, object] = {"__name__": __name__}
    try:
        exec(compile(example, "README.md", "exec"), scope)
        raw = parse_toml(blocks("toml")[0])
        layers = ["Linear(4)", "Softshrink(lambd=0.2)", "Linear(1)", "Sigmoid()"]
        experiment = from_raw({**raw, "layers": layers})
        assert str(experiment.layers[1]) == "Softshrink(lambd=0.2)"
        assert str(experiment.layers[1].build((4,))) == "Softshrink(0.2)"
    finally:
        Component._registry[Layer.family].pop("Softshrink", None)


def test_exports_are_read_back_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example reads all three files of a two-gaussians network, and they say the same."""
    from engine.export import trained_network as exported
    from engine.training.model import build_model

    experiment = read_file(README.parent / "presets" / "two-gaussians.toml")
    network = build_model(experiment.layers, (2,)).eval()
    (tmp_path / "weights.pt").write_bytes(exported.StateDict().written(network, (2,)))
    (tmp_path / "whole.pt").write_bytes(exported.WholeNetwork().written(network, (2,)))
    (tmp_path / "network.pt2").write_bytes(exported.ExportedProgram().written(network, (2,)))
    monkeypatch.chdir(tmp_path)
    example = next(text for text in blocks("python") if "torch.load" in text)
    exec(compile(example, "README.md", "exec"), {})
    numbers = re.findall(r"\d\.\d+", capsys.readouterr().out)
    assert len(numbers) == 12
    assert numbers[:4] == numbers[4:8] == numbers[8:]


def test_events_are_as_shown() -> None:
    """The example lines are events that can be read; the reasons are all told."""
    lines = blocks("json")[0].splitlines()
    shown = [decode(line.encode()) for line in lines]
    assert [type(event) for event in shown] == [EpochFinished, RunFinished]
    assert [json.loads(encode(event)) for event in shown] == [json.loads(line) for line in lines]
    reasons = re.search(r"`reason` is\s(.*?)\.\n", TEXT, re.DOTALL)
    assert reasons is not None
    assert tuple(re.findall(r"`(\w+)`", reasons[1])) == get_args(Reason)


def test_places_are_those_of_the_program() -> None:
    """The environment variables and the run directory's files are told by their names."""
    sources = [*README.parent.glob("engine/**/*.py"), *README.parent.glob("tui/**/*.py")]
    pattern = r"PERCEPTUI_[A-Z_]+"
    used = {name for path in sources for name in re.findall(pattern, path.read_text("utf-8"))}
    assert set(re.findall(pattern, TEXT)) == used
    for name in (EXPERIMENT, EVENTS, LOSSES, f"{CHECKPOINTS}/last.safetensors"):
        assert f"`{name}`" in TEXT


def test_panes_are_told() -> None:
    """The keys' table names every pane, with as many digits as there are."""
    assert panes() in TEXT.splitlines()


def test_keys_are_bound() -> None:
    """Every key of the table is bound somewhere in the app."""
    keys_table = TEXT.split("| key | what |")[1].split("\n\n")[0]
    cells = [line.split("|")[1] for line in keys_table.splitlines() if line.startswith("| `")]
    keys = [key for cell in cells for key in re.findall(r"`(.+?)`", cell)]
    assert len(keys) > 25
    assert {named(key) for key in keys} <= bound_keys()


def test_exit_codes_are_all_told() -> None:
    """The table names every exit code of the contract, the errors' own among them."""
    table = TEXT.split("| exit code | meaning |")[1].split("\n\n")[0]
    told = {
        int(code)
        for code in re.findall(r"\d+", " ".join(re.findall(r"^\| ([\d, ]+) \|", table, re.M)))
    }
    assert told == {0, 1, 2, 3, 4, 5, 129, 130, 143, 141}
    kinds = [PerceptuiError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert {kind.exit_code for kind in kinds} | {FOUND, PIPE_CLOSED} <= told

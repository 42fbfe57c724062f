"""Holds the README to the truth."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from engine.parts.component import Component
from engine.parts.layers import Layer
from engine.spec.reader import from_raw, read_file
from engine.spec.toml_text import parse_toml
from tests.readme_tables import tables

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
def test_command_lines_parse(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every option and command there is known; what they name is asked for, not run."""
    import typer

    import tui.cli  # it gives the root its options
    from tui.commands import app

    monkeypatch.chdir(tmp_path)
    words = shlex.split(line)[1:]
    group = typer.main.get_command(app)
    context = group.make_context("perceptui", list(words), resilient_parsing=True)
    known = {option for p in group.params for option in p.opts}
    options = [word for word in words if re.match(r"--[a-z]", word)]
    command = next((w for w in words if w in group.commands), None)  # type: ignore[attr-defined]  # typer's group
    if command is not None and words[0] == command:
        chosen = group.commands[command]  # type: ignore[attr-defined]  # as above
        known = {option for p in chosen.params for option in p.opts}
    assert set(options) <= known
    assert context.info_name == "perceptui"


def test_trainings_are_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every training on a command line there asks for a valid experiment."""
    from tui.options import TrainingOptions
    from tui.request import requested

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


def test_toml_example_reads() -> None:
    """The experiment there is the preset that it seems to be."""
    shown = from_raw(parse_toml(blocks("toml")[0]))
    preset = read_file(README.parent / "presets" / "circle.toml")
    same = ("data", "layers", "loss", "optimizer", "epochs", "batch_size", "report_every")
    assert [getattr(shown, name) for name in same] == [getattr(preset, name) for name in same]


def test_a_layer_is_one_class() -> None:
    """The example makes a layer that can be read, built and written."""
    scope: dict[str, object] = {"__name__": __name__}
    try:
        exec(compile(blocks("python")[0], "README.md", "exec"), scope)
        raw = parse_toml(blocks("toml")[0])
        layers = ["Linear(4)", "Hardtanh(max_val=2.0)", "Linear(1)", "Sigmoid()"]
        experiment = from_raw({**raw, "layers": layers})
        assert str(experiment.layers[1]) == "Hardtanh(max_val=2.0)"
        assert str(experiment.layers[1].build((4,))) == "Hardtanh(min_val=-1.0, max_val=2.0)"
    finally:
        Component._registry[Layer.family].pop("Hardtanh", None)


def test_keys_are_bound() -> None:
    """Every key of the table is bound somewhere in the app."""
    from tui.app import PerceptuiApp
    from tui.screens.workbench import WorkbenchScreen
    from tui.widgets.editor import Editor

    names = {
        "?": "question_mark",
        "+": "plus",
        "-": "minus",
        "[": "left_square_bracket",
        "]": "right_square_bracket",
        "esc": "escape",
    }
    bound = {
        key
        for owner in (PerceptuiApp, WorkbenchScreen, Editor)
        for binding in owner.BINDINGS
        for key in (binding[0] if isinstance(binding, tuple) else binding.key).split(",")
    } | {"ctrl+p"}
    keys_table = TEXT.split("| key | what |")[1].split("\n\n")[0]
    cells = [line.split("|")[1] for line in keys_table.splitlines() if line.startswith("| `")]
    keys = [key for cell in cells for key in re.findall(r"`(.+?)`", cell)]
    assert len(keys) > 25
    assert {names.get(key, key) for key in keys} <= bound


def test_exit_codes_are_all_told() -> None:
    """The table names every exit code of the contract."""
    table = TEXT.split("| exit code | meaning |")[1].split("\n\n")[0]
    told = {
        int(code)
        for code in re.findall(r"\d+", " ".join(re.findall(r"^\| ([\d, ]+) \|", table, re.M)))
    }
    assert told == {0, 1, 2, 3, 4, 5, 129, 130, 143, 141}

"""Holds the README and the pages of `docs/` to the truth."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import fields
from functools import cache
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
from tests.documentation.pages import MARK, filled, texts
from tests.documentation.tables import ROOT, panes, tables
from tests.tui.bound_keys import bound_keys, named
from tui.cli import PIPE_CLOSED
from tui.commands import app
from tui.commands.doctor import FOUND
from tui.commands.options import TrainingOptions
from tui.commands.request import requested
from tui.shell import declarations

PAGES = texts()
TEXT = "\n".join(PAGES.values())
LAYER_PAGE = "docs/extending.md"
OUT_OF_PROSE = re.compile(r"^```.*?^```$|`[^`]*`", re.M | re.S)


def blocks(language: str, page: str = "") -> list[str]:
    """The code blocks of a language, of one page or of all; "" for those without one."""
    text = PAGES[page] if page else TEXT
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == language]


def commands() -> list[str]:
    """Every command line of perceptui in the documentation."""
    text = "".join([*blocks(""), *blocks("sh"), *blocks("console")])
    lines = text.replace("\\\n", " ").splitlines()
    found = [re.split(r"  +#| > ", line.removeprefix("$ "))[0].strip() for line in lines]
    return list(dict.fromkeys(line for line in found if line.split(" ")[0] == "perceptui"))


@cache
def command_group() -> TyperGroup:
    """What takes the command lines."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


EXPERIMENT_SHOWN = blocks("toml", "docs/experiments.md")[0]


@pytest.mark.parametrize("page", PAGES)
def test_tables_follow_from_the_declarations(page: str) -> None:
    """Each generated part is what `python -m tests.documentation` makes."""
    assert PAGES[page] == filled(PAGES[page])


def test_every_table_has_its_place() -> None:
    """One, in one page."""
    placed = [mark["name"] for text in PAGES.values() for mark in MARK.finditer(text)]
    assert sorted(placed) == sorted(tables())


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """To a file that is there; `make docs` looks at their anchors, too."""
    prose = OUT_OF_PROSE.sub("", PAGES[page])
    named = re.findall(r"\]\(([^)#]+)[^)]*\)", prose)
    links = [link for link in named if "://" not in link]
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_the_readme_is_short() -> None:
    """What, picture, two commands, first steps, links: all else has a page."""
    assert len(PAGES["README.md"].splitlines()) <= 200


@pytest.mark.parametrize("line", commands())
def test_command_lines_parse(line: str) -> None:
    """Every command line there is one that perceptui takes: commands, options and arguments."""
    group = command_group()
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
    (tmp_path / "mine.toml").write_text(EXPERIMENT_SHOWN, "utf-8")
    monkeypatch.chdir(tmp_path)
    trainings = [shlex.split(line)[1:] for line in commands() if line.startswith("perceptui --")]
    assert len(trainings) >= 4
    group = command_group()
    for words in trainings:
        with group.make_context("perceptui", words) as context:
            given = {one.name: context.params[one.name] for one in fields(TrainingOptions)}
        given |= {"settings": given["settings"] or (), "start_from": None}  # no run is there
        given["new_head"] = None
        requested(TrainingOptions(**given), tmp_path)


def test_options_of_a_training_are_all_told() -> None:
    """The options that the text lists are the declared ones."""
    told = TEXT.split("Options of a training:")[1].split("\n\n")[0]
    group = typer.main.get_command(app)
    declared = {name for p in group.params for name in p.opts} - {"--help", "-h", "--version"}
    assert set(re.findall(r"--[a-z-]+", told)) == declared


def test_toml_example_reads() -> None:
    """The experiment there is the preset that it seems to be."""
    shown = from_raw(parse_toml(EXPERIMENT_SHOWN))
    preset = read_file(ROOT / "presets" / "circle.toml")
    same = ("data", "layers", "loss", "optimizer", "epochs", "batch_size", "report_every")
    assert [getattr(shown, name) for name in same] == [getattr(preset, name) for name in same]


def test_a_layer_is_one_class() -> None:
    """The example makes a layer that can be read, built and written."""
    example = next(text for text in blocks("python", LAYER_PAGE) if "class Softshrink" in text)
    scope: dict[str, object] = {"__name__": __name__}
    try:
        exec(compile(example, "docs", "exec"), scope)
        raw = parse_toml(EXPERIMENT_SHOWN)
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

    experiment = read_file(ROOT / "presets" / "two-gaussians.toml")
    network = build_model(experiment.layers, (2,)).eval()
    (tmp_path / "weights.pt").write_bytes(exported.StateDict().written(network, (2,)))
    (tmp_path / "whole.pt").write_bytes(exported.WholeNetwork().written(network, (2,)))
    (tmp_path / "network.pt2").write_bytes(exported.ExportedProgram().written(network, (2,)))
    monkeypatch.chdir(tmp_path)
    example = next(text for text in blocks("python", "docs/export.md") if "torch.load" in text)
    exec(compile(example, "docs", "exec"), {})
    numbers = re.findall(r"\d\.\d+", capsys.readouterr().out)
    assert len(numbers) == 12
    assert numbers[:4] == numbers[4:8] == numbers[8:]


def test_events_are_as_shown() -> None:
    """The example lines are events that can be read; the reasons are all told."""
    lines = blocks("json", "docs/events.md")[0].splitlines()
    shown = [decode(line.encode()) for line in lines]
    assert [type(event) for event in shown] == [EpochFinished, RunFinished]
    assert [json.loads(encode(event)) for event in shown] == [json.loads(line) for line in lines]
    reasons = re.search(r"`reason` is\s(.*?)\.\n", TEXT, re.DOTALL)
    assert reasons is not None
    assert tuple(re.findall(r"`(\w+)`", reasons[1])) == get_args(Reason)


def test_places_are_those_of_the_program() -> None:
    """The environment variables and the run directory's files are told by their names."""
    sources = [*ROOT.glob("engine/**/*.py"), *ROOT.glob("tui/**/*.py")]
    pattern = r"PERCEPTUI_[A-Z_]+"
    used = {name for path in sources for name in re.findall(pattern, path.read_text("utf-8"))}
    assert set(re.findall(pattern, TEXT)) == used
    for name in (EXPERIMENT, EVENTS, LOSSES, f"{CHECKPOINTS}/last.safetensors"):
        assert f"`{name}`" in TEXT


def test_panes_are_told() -> None:
    """The keys' table names every pane, with as many digits as there are."""
    assert panes() in PAGES["docs/app.md"].splitlines()


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


@pytest.mark.parametrize("name", [one.name for one in declarations.commands() if one.name])
def test_every_command_has_its_page(name: str) -> None:
    """Beside its place in the reference: on a line that can be typed, or in the text around it."""
    pages = {page: text for page, text in PAGES.items() if not page.startswith("docs/reference/")}
    typed = re.compile(rf"(?:^|`|\$ )perceptui {name}(?![\w-])", re.M)
    assert [page for page, text in pages.items() if page != "CHANGELOG.md" and typed.search(text)]

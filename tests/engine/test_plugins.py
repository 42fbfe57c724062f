"""Plug-ins: what an installed package adds, and that one that is broken ends nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.doctor.examination import examine
from engine.doctor.plugged import plugged_rules
from engine.errors import BadExperiment
from engine.parts.component import Component
from engine.parts.layers import Layer
from engine.plugins import OFF, Plugins
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.presets import listings, names

TRIPLE = """\
from engine.parts.component import parameter
from engine.parts.layers.base import Layer

class Triple(Layer):
    '''Three times as much.'''
"""
RULES = """\
from engine.doctor.rule import Remark, rule

@rule("no-relu")
def no_relu(case):
    '''A test of rules.'''
    yield Remark("warning", "layers", "there is no ReLU")

@rule("raises")
def raises(case):
    '''A test of rules that raise.'''
    yield 1 / 0

@rule("double-softmax")
def taken(case):
    '''A code that is taken.'''

RULES = (no_relu, raises, taken, "none")
"""
Install = Callable[..., list[str]]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts packages of one module each on the path; gives the list that failures are told to."""
    before = {family: dict(known) for family, known in Component._registry.items()}
    monkeypatch.syspath_prepend(tmp_path)
    added: list[str] = []

    def put(**sources: str) -> list[str]:
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(source, "utf-8")
            folder = tmp_path / f"{name}-1.dist-info"
            folder.mkdir()
            (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
            (folder / "entry_points.txt").write_text(f"[perceptui.parts]\nit = {name}\n")
            added.append(name)
        monkeypatch.setattr(Plugins, "installed", Plugins())
        told: list[str] = []
        Plugins.installed.listen(told.append)
        return told

    yield put
    for family, known in Component._registry.items():
        known.clear()
        known |= before.get(family, {})
    for name in added:
        sys.modules.pop(name, None)


def _experiment(layer: str) -> Experiment:
    return from_raw(
        {
            "data": "circle()",
            "layers": [layer, "Linear(1)"],
            "loss": "BCEWithLogitsLoss()",
            "optimizer": "SGD()",
        }
    )


def test_a_layer_is_there(install: Install) -> None:
    """It is read like any other, and knows whose it is."""
    told = install(triples=TRIPLE)
    layer = _experiment("Triple()").layers[0]
    assert (str(layer), layer.plugin, told) == ("Triple()", "triples", [])
    assert _experiment("ReLU()").layers[0].plugin == ""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise ValueError('no sun')", "ValueError: no sun"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("class ReLU(Layer):\n    '''Ours.'''", "two components of the family 'layer'"),
        ("class Bare(Layer, name='bare'):\n    pass", "bare has no docstring"),
        ("class Two(Layer, name='two words'):\n    '''Two.'''", "can't be written as a call"),
        (
            "class Odd(Layer):\n    '''Odd.'''\n    p: int = parameter(default='x', help='p')",
            "Odd, default of p",
        ),
        (
            "class Odd(Layer):\n    '''Odd.'''\n    p: Nothing = parameter(default='x', help='p')",
            "NameError: name 'Nothing' is not defined",
        ),
    ],
)
def test_what_breaks_is_told_and_left_out(install: Install, source: str, reason: str) -> None:
    """With its name, and all of it; the others are there."""
    told = install(broken=TRIPLE + source, good=TRIPLE.replace("Triple", "Fourfold"))
    assert "Fourfold" in Layer.members()
    assert "Triple" not in Layer.members()
    assert Layer.members()["ReLU"].plugin == ""
    assert len(told) == 1
    assert told[0].startswith("the plug-in broken is broken and left out: ")
    assert reason in told[0]


def test_a_failure_before_anybody_listened_is_told(install: Install) -> None:
    """The app listens when it is drawn, which may be later than the first look."""
    install(broken="1 / 0")
    plugins = Plugins.installed
    plugins.load()
    told: list[str] = []
    plugins.listen(told.append)
    assert told == [
        "the plug-in broken is broken and left out: ZeroDivisionError: division by zero"
    ]


@pytest.mark.parametrize("method", ["output_shape", "num_parameters"])
def test_a_layer_that_raises_is_a_mistake_in_the_experiment(install: Install, method: str) -> None:
    """Not a traceback, wherever an experiment is looked at."""
    install(triples=f"{TRIPLE}\n    def {method}(self, shape):\n        return 1 / 0\n")
    with pytest.raises(BadExperiment) as caught:
        _experiment("Triple()")
    assert f"the plug-in triples is broken: Triple.{method} raised Zero" in str(caught.value)


def test_rules_are_asked(install: Install) -> None:
    """Theirs come behind ours; one that is none, or whose code is taken, is told of."""
    told = install(ruling=RULES)
    assert [one.code for one in plugged_rules()] == ["no-relu", "raises"]
    assert [line.partition("left out: ")[2] for line in told] == [
        "ValueError: there is a rule double-softmax already",
        "ValueError: RULES holds 'none', which no @rule has made",
    ]
    found = {finding.code: finding.message for finding in examine(_experiment("Tanh()"))}
    assert found["no-relu"] == "there is no ReLU"
    assert "raises failed" in found["rule-failed"]


def test_none_is_looked_for_where_they_are_off(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even imported: the processes that train are told by the environment."""
    told = install(broken="1 / 0")
    monkeypatch.setenv(OFF, "1")
    assert "ReLU" in Layer.members()
    assert told == []
    assert "broken" not in sys.modules


def test_a_presets_folder_runs_no_code(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies beside a person's presets is text, whatever it is called."""
    install()
    folder = tmp_path / "config" / "perceptui" / "presets"
    folder.mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("__init__.py", "parts.py", "conftest.py"):
        (folder / name).write_text("raise SystemExit('imported')\n", "utf-8")
    (folder / "entry_points.txt").write_text("[perceptui.parts]\nit = parts\n", "utf-8")
    (folder / "mine.toml").write_text('title = "Mine"\n', "utf-8")
    assert names()["mine"] == folder / "mine.toml"
    assert Layer.members()
    assert "parts" not in sys.modules


def test_presets_stand_under_their_plug_in(install: Install, tmp_path: Path) -> None:
    """Those of a package's folder; a shipped preset of the same name is the one that counts."""
    told = install(posing="")
    (tmp_path / "posed").mkdir()
    points = tmp_path / "posing-1.dist-info" / "entry_points.txt"
    points.write_text("[perceptui.presets]\na = posed\nb = nowhere\n", "utf-8")
    for name in ("petals", "moons"):
        (tmp_path / "posed" / f"{name}.toml").write_text('title = "Posed"\n', "utf-8")
    found = {one.name: one.group for one in listings()[0]}
    assert (found["petals"], found["moons"]) == ("posing", "Playground")
    reason = "ModuleNotFoundError: there is no package nowhere"
    assert told == [f"the plug-in posing is broken and left out: {reason}"]

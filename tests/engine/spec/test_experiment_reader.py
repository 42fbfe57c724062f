"""Reading an experiment from a file, or from any values whatever."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadExperiment, DataUnavailable, UsageError
from engine.parts.data import Data
from engine.parts.layers import Layer
from engine.parts.losses import Loss
from engine.parts.objectives import Objective
from engine.parts.optimizers import Optimizer
from engine.parts.schedules import Schedule
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw, read_file
from tests.engine.spec.strategies import components, texts
from tests.thoroughness import examples

_CIRCLE: dict[str, object] = {
    "data": "circle(samples=100)",
    "layers": ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"],
    "loss": "BCELoss()",
    "optimizer": "SGD(lr=0.1)",
}


def test_each_message_begins_with_the_file(tmp_path: Path) -> None:
    """Every line of the message names the file, the key and the value."""
    path = tmp_path / "mine.toml"
    path.write_text(
        'data = "circle()"\nlayers = ["Linear(4)", "ReLU()", "Relu6x"]\n'
        'loss = "BCELoss()"\noptimizer = "SGD()"\nepochs = 0\n'
    )
    with pytest.raises(BadExperiment) as caught:
        read_file(path)
    assert str(caught.value).splitlines() == [
        f'{path}: layers[2]: unknown layer "Relu6x": did you mean ReLU6?',
        f"{path}: epochs: 0 is not accepted: "
        "give a whole number, at least 1 and at most 1,000,000,000",
    ]
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("title Circle", "at line 1, column 7"),
        ('title = "Circle"\nepochs = = 3\n', "at line 2, column 10"),
        ('title = "Circle"\nlayers = ["Linear(4)",\n', "at line 3, column 1"),
        ('title = "Circle', "at line 1, column 16"),
        ("epochs = 1\nepochs = 2\n", "at line 2, column 11"),
        ("seed = " + "9" * 5000, "digits"),
        ("layers = " + "[" * 5000, "nested too deeply"),
    ],
)
def test_toml_that_does_not_parse_has_line_and_column(
    tmp_path: Path, text: str, place: str
) -> None:
    """A text that is no TOML is told with its file and, at the end too, line and column."""
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_file(path)
    assert str(caught.value).startswith(f"{path}: not valid TOML: ")
    assert place in str(caught.value)


def test_files_that_are_no_experiment_are_told(tmp_path: Path) -> None:
    """A binary file, a folder, a missing file and an impossible name have one message each."""
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"a = 1\n\xff\xfe\x00")
    with pytest.raises(UsageError) as caught:
        read_file(binary)
    assert str(caught.value) == f"{binary}: not a text file (byte 6 is not UTF-8)"
    for path in (tmp_path, tmp_path / "none.toml", Path("a\x00.toml")):
        with pytest.raises(UsageError):
            read_file(path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    """A file saved with a byte order mark reads like any other."""
    path = tmp_path / "mine.toml"
    rest = 'layers = ["Linear(1)"]\nloss = "BCELoss()"\noptimizer = "SGD()"\n'
    path.write_text(f'data = "circle()"\n{rest}', encoding="utf-8-sig")
    assert read_file(path).loss == from_raw(_CIRCLE).loss


def test_an_unreadable_data_file_is_told_beside_the_mistakes(tmp_path: Path) -> None:
    """A data file is read beside its experiment; alone its fault is exit code 4."""
    path = tmp_path / "mine.toml"
    (tmp_path / "empty.csv").write_text("")
    text = (
        'data = \'csv("empty.csv", target="y")\'\nlayers = ["Linear(1)"]\n'
        'loss = "MSELoss()"\noptimizer = "SGD()"\n'
    )
    path.write_text(text)
    with pytest.raises(DataUnavailable) as alone:
        read_file(path)
    assert str(alone.value).startswith(f"{path}: ")
    assert str(tmp_path / "empty.csv") in str(alone.value)
    assert alone.value.exit_code == 4
    path.write_text(text + "epochs = 0\n")
    with pytest.raises(BadExperiment) as caught:
        read_file(path)
    assert [problem.place for problem in caught.value.problems] == ["epochs", "data"]


def _literals() -> st.SearchStrategy[object]:
    """Values that a TOML file can hold, and some that only a socket can bring."""
    plain = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=8)
        | st.sampled_from([-(10**400), "full", "auto", "balanced"])
    )
    return st.recursive(
        plain,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
        ),
        max_leaves=5,
    )


def _calls() -> st.SearchStrategy[str]:
    """Calls of known components with arguments that need not fit."""
    families = (Data, Layer, Loss, Optimizer, Objective, Schedule)
    names = st.sampled_from([name for family in families for name in family.members()])
    keywords = sorted(
        {
            key
            for family in families
            for member in family.members().values()
            for key in member.parameters()
        }
    )
    arguments = st.lists(
        st.builds("{}={!r}".format, st.sampled_from(keywords), _literals())
        | st.sampled_from(["1", "-1", "0.5", "[1, 2]", "'a'", "None", "100"]),
        max_size=3,
    )
    whole = st.builds(lambda name, args: f"{name}({', '.join(args)})", names, arguments)
    valid = st.one_of([components(family).map(str) for family in families[1:]])
    return whole | valid | texts()


_FIELDS = tuple(Experiment.parameters())


@settings(max_examples=examples(300), deadline=None)
@given(
    fields=st.dictionaries(
        st.sampled_from(_FIELDS) | st.text(max_size=6),
        _literals() | _calls() | st.lists(_calls(), max_size=3),
        max_size=6,
    ),
    whole=st.booleans(),
)
def test_no_values_do_anything_but_read_or_explain(fields: dict[str, Any], whole: bool) -> None:
    """Whatever a file holds, it is an experiment, or problems, or data that is not there."""
    message = "mine.toml: "
    try:
        from_raw({**_CIRCLE, **fields} if whole else fields, source="mine.toml")
    except (BadExperiment, DataUnavailable) as error:
        message = str(error)
    assert message.startswith("mine.toml: ")


@pytest.mark.parametrize("character", ["\x1b", "\x15", "\r", "\x00", "\x7f", "\x9b"])
@pytest.mark.parametrize("field", ["start_from", "title", "device", "expect", "data"])
def test_control_characters_are_refused_in_texts(field: str, character: str) -> None:
    """A terminal acts upon them, and so does a shell into which they are pasted."""
    text = f"a{character}b"
    value = f"csv({text!r}, 'y')" if field == "data" else text
    with pytest.raises(BadExperiment) as refused:
        from_raw({**_CIRCLE, field: value})
    assert f"{text!r} has a control character in it: leave that out" in str(refused.value)


def test_a_text_may_have_lines_and_tabs() -> None:
    """Prose of several lines is written so in TOML."""
    assert from_raw({**_CIRCLE, "expect": "It falls.\n\tSlowly.\n"}).expect.count("\n") == 2


def test_reading_loads_no_heavy_library() -> None:
    """Reading an experiment imports neither torch nor anything that draws."""
    program = (
        "import sys; from engine.spec.experiment_reader import from_raw; "
        f"from_raw({_CIRCLE!r}); "
        "print([m for m in ('torch', 'torchvision', 'sklearn', 'numpy', 'textual', 'rich', 'tui') "
        "if m in sys.modules])"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert finished.stdout == "[]\n"

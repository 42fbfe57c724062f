"""The draft: operations, undo, derived texts, saving."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from engine.doctor.case import Case
from engine.doctor.examination import known_facts
from engine.errors import BadExperiment, UsageError
from engine.paths import preset_dir
from engine.spec import presets
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw, read_file
from engine.spec.toml_text import parse_toml, read_raw
from tui.commands.options import TrainingOptions
from tui.commands.request import requested
from tui.editing import own_presets
from tui.editing.draft import Draft
from tui.editing.draft_items import Item
from tui.editing.edit_history import MOST_UNDONE
from tui.editing.share import command_line

TINY: dict[str, object] = {
    "title": "Tiny",
    "expect": "It falls.",
    "data": "circle(samples=8)",
    "layers": ["Linear(4)", "ReLU()", "Linear(1)"],
    "loss": "BCEWithLogitsLoss()",
    "optimizer": "SGD(lr=0.5)",
    "epochs": 3,
}
SHIPPED_NAMES = presets.shipped_folder() / "names-gpt.toml"
SHIPPED = sorted(presets.shipped_folder().glob("*.toml"))


def tiny(**changes: object) -> Experiment:
    """A valid experiment with some fields changed."""
    return from_raw({**TINY, **changes})


@pytest.fixture
def draft() -> Draft:
    """A draft with the tiny experiment."""
    draft = Draft()
    draft.load("tiny", tiny())
    return draft


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder of this test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def item(draft: Draft, key: str) -> Item:
    """The line with a key."""
    return next(item for item in draft.items() if item.key == key)


def test_loaded_experiment_is_the_drafts() -> None:
    """What is loaded is what the draft holds, and nothing can be undone yet."""
    draft = Draft()
    draft.load("tiny", tiny())
    assert (draft.name, draft.experiment, draft.problems) == ("tiny", tiny(), ())
    assert not draft.can_undo()
    assert not draft.can_redo()


def test_undo_and_redo_go_through_every_change(draft: Draft) -> None:
    """Each operation is taken back and made again exactly."""
    draft.set("optimizer.lr", "0.25")
    draft.replace_component("loss", "BCEWithLogitsLoss")
    draft.replace_component((1,), "Tanh()")
    draft.add_layer((2,), "Linear(3)")
    draft.remove_layer((1,))
    assert draft.move_layer((1,), -1) == (0,)
    states = [draft.layers()]
    for _ in range(6):
        draft.undo()
        states.append(draft.layers())
    assert not draft.can_undo()
    assert draft.experiment == tiny()
    while draft.can_redo():
        draft.redo()
    assert states == [
        ["Linear(3)", "Linear(4)", "Linear(1)"],
        ["Linear(4)", "Linear(3)", "Linear(1)"],
        ["Linear(4)", "Tanh()", "Linear(3)", "Linear(1)"],
        ["Linear(4)", "Tanh()", "Linear(1)"],
        *[["Linear(4)", "ReLU()", "Linear(1)"]] * 3,
    ]
    assert draft.layers() == states[0]
    assert draft.experiment is not None
    assert draft.experiment.optimizer.lr == 0.25


def test_a_new_change_forgets_what_was_undone(draft: Draft) -> None:
    """After an undo and another change there is nothing to redo."""
    draft.set("epochs", "5")
    draft.undo()
    draft.set("epochs", "6")
    assert not draft.can_redo()


def test_undo_brings_back_what_another_preset_replaced(draft: Draft) -> None:
    """Loading is undone like a change: nothing edited is lost."""
    draft.set("epochs", "7")
    draft.load("other", tiny(seed=1))
    draft.undo()
    assert (draft.name, draft.raw["epochs"]) == ("tiny", 7)


def test_history_is_bounded(draft: Draft) -> None:
    """No more changes are kept than can be of use."""
    for seed in range(1, MOST_UNDONE + 10):
        draft.set("seed", str(seed))
    undone = 0
    while draft.can_undo():
        draft.undo()
        undone += 1
    assert undone == MOST_UNDONE


def test_moving_past_the_ends_changes_nothing(draft: Draft) -> None:
    """The first layer stays first, and no undo step is made of it."""
    assert draft.move_layer((0,), -1) == (0,)
    assert draft.move_layer((2,), 1) == (2,)
    assert not draft.can_undo()


def test_items_show_shapes_and_parameters(draft: Draft) -> None:
    """Each layer's line has its output shape and number of parameters."""
    shown = [(i.value, i.output, i.params) for i in draft.items() if i.section == "Layers"]
    assert shown == [("Linear(4)", "4", 12), ("ReLU()", "4", 0), ("Linear(1)", "1", 5)]
    assert item(draft, "data").output == "2"
    training = [i.key for i in draft.items() if i.section == "Training"]
    assert training == ["loss", "optimizer", "schedule", "epochs", "batch_size", "more"]


def test_shapes_are_those_of_what_the_network_is_asked() -> None:
    """A text's window has one token more than the network sees: what comes after the last."""
    draft = Draft()
    draft.load("names", from_raw(read_raw(SHIPPED_NAMES)))
    experiment = draft.experiment
    assert experiment is not None
    known = Case(experiment, known_facts(experiment))
    shown = [i for i in draft.items() if i.section == "Layers" and i.params is not None]
    assert item(draft, "data").output == "16"
    assert shown[0].output == "16×64"
    assert sum(one.params or 0 for one in shown) == known.num_parameters


def test_a_changed_field_gets_a_line(draft: Draft) -> None:
    """A field with another value than its default is listed, until it is unset."""
    draft.set("seed", "3")
    assert item(draft, "seed").value == "3"
    draft.unset("seed")
    assert "seed" not in [i.key for i in draft.items()]


def test_problems_stand_with_their_line(draft: Draft) -> None:
    """A bad layer and a bad argument are told where they are, with the nearest match."""
    draft.replace_component((1,), "Relu6x()")
    draft.set("optimizer.lr", "-1")
    assert draft.experiment is None
    assert 'unknown layer "Relu6x": did you mean ReLU6?' in item(draft, "layers.1").problem
    assert item(draft, "optimizer").problem.startswith("lr: -1 is not accepted")
    assert [i.output for i in draft.items() if i.section == "Layers"] == ["4", "", ""]


def test_a_shape_that_does_not_fit_offers_its_repair() -> None:
    """The layer that breaks the chain says what would help; those before keep their shapes."""
    draft = Draft()
    draft.load(
        "images",
        tiny(data="digits()", layers=["Flatten()", "Linear(10)"], loss="CrossEntropyLoss()"),
    )
    draft.replace_component((0,), "Conv2d(2, 3)")
    draft.add_layer((1,), "LayerNorm()")
    draft.add_layer((2,), "BatchNorm1d()")
    assert item(draft, "layers.0").output == "2×6×6"
    assert item(draft, "layers.2").problem.endswith("put Flatten() before it")


def test_no_layer_is_a_problem_of_its_own_line(draft: Draft) -> None:
    """With every layer removed the placeholder says what to do."""
    for _ in range(3):
        draft.remove_layer((0,))
    assert "at least one" in item(draft, "layers").problem


def test_problems_after_a_change_leave_the_draft_alone(draft: Draft) -> None:
    """Trying a change tells what it would break and changes nothing."""
    found = draft.problems_after(lambda trial: trial.replace_component((2,), "Linear(3)"))
    assert [problem.place for problem in found] == ["loss"]
    assert draft.experiment == tiny()


@pytest.mark.parametrize(
    ("key", "value", "factor"),
    [
        ("optimizer.lr", "0.25", 0.5),
        ("title", "Other", 1.0),
        ("epochs", "4", None),
        ("optimizer.lr", "0", None),
        ("optimizer.lr", "-1", None),
        ("layers.0", "Linear(5)", None),
    ],
)
def test_only_the_learning_rate_is_a_live_change(
    draft: Draft, key: str, value: str, factor: float | None
) -> None:
    """A changed rate is a factor for the running training; anything else waits for a reset."""
    draft.set(key, value)
    assert draft.learning_rate_factor(tiny()) == factor
    assert draft.differs_from(tiny()) == (factor is None)


def test_one_cycle_takes_no_live_rate() -> None:
    """The one-cycle schedule has rates of its own: another lr is no live change."""
    draft = Draft()
    draft.load("cycle", tiny(schedule="OneCycleLR(0.1)"))
    draft.set("optimizer.lr", "0.25")
    assert draft.differs_from(tiny(schedule="OneCycleLR(0.1)"))


def options_of(line: str) -> TrainingOptions:
    """A command line's words as the options they are."""
    program, *words = shlex.split(line)
    assert program == "perceptui"
    pairs = list(zip(words[::2], words[1::2], strict=True))
    given: dict[str, Any] = {
        name[2:].replace("-", "_"): value for name, value in pairs if name != "--set"
    }
    return TrainingOptions(settings=[value for name, value in pairs if name == "--set"], **given)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_command_line_of_every_preset_reads_back(path: Path) -> None:
    """The one line trains what the preset trains."""
    experiment = read_file(path)
    _, read = requested(options_of(command_line(experiment)), Path("runs"))
    assert read == experiment.without_prose()


def test_command_line_carries_every_kind_of_value() -> None:
    """Lists, texts, none and names with quotes and spaces survive the shell."""
    experiment = tiny(
        data='csv("/no where/it\'s.csv", "y", ignore=["a b", "1"])',
        schedule="StepLR(3, gamma=0.5)",
        class_weights=[1.0, 2.5],
        predict=[[0.5, -1.0], [1.0, 2.0]],
        device="cuda:1",
        seed="random",
        clip_norm=0.5,
        stop_below=-1.5,
        shuffle=False,
        start_from="/a b/last.safetensors",
        batch_size=4,
    )
    _, read = requested(options_of(command_line(experiment)), Path("runs"))
    assert read == experiment.without_prose()


def test_saving_writes_a_preset_that_reads_back(draft: Draft) -> None:
    """A saved draft is found under its name and is the same experiment, in the group Mine."""
    draft.set("epochs", "9")
    path = draft.save_as("my-tiny")
    assert path == preset_dir() / "my-tiny.toml"
    saved = read_file(presets.path_of("my-tiny"))
    assert saved.without_prose() == tiny(epochs=9).without_prose()
    assert (saved.title, saved.expect, saved.group) == ("", "", "Mine")
    assert (draft.name, draft.experiment) == ("my-tiny", saved)


@pytest.mark.parametrize("name", ["", "a/b", "../a", ".a", "a b", "-a", "a.toml", "x" * 81, "a\0"])
def test_bad_names_are_refused(draft: Draft, name: str) -> None:
    """A name that can't be typed as a preset is not saved to."""
    with pytest.raises(UsageError, match="no name for a preset"):
        draft.save_as(name)


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("circle", "my-circle"),
        ("mine", "mine"),
        ("own", "own"),
        ("", "my-network"),
        ("a b/c.toml", "my-a-b-c"),
        ("spiral", "my-spiral-2"),
        ("x" * 300, "my-" + "x" * 70),
    ],
)
def test_a_name_that_can_be_saved_is_suggested(draft: Draft, name: str, suggested: str) -> None:
    """A free or own name is itself, a shipped preset's becomes one's own that is not there yet."""
    for taken in ("own", "my-spiral"):
        own_presets.save(taken, tiny())
    assert own_presets.suggested(name) == suggested
    assert own_presets.problem(suggested) == ""
    assert bool(own_presets.replaced(suggested)) is (name == "own")


def test_a_shipped_preset_is_never_saved_over(draft: Draft) -> None:
    """The name of a shipped preset is refused, with another offered."""
    with pytest.raises(UsageError, match="my-circle"):
        draft.save_as("circle")
    assert not preset_dir().exists()


def test_an_invalid_draft_is_not_saved(draft: Draft) -> None:
    """Saving and sharing say the problems of a draft that can't be trained."""
    draft.set("epochs", "0")
    for refused in (lambda: draft.save_as("mine"), draft.to_toml, draft.command_line):
        with pytest.raises(BadExperiment, match="epochs"):
            refused()
    assert not preset_dir().exists()


OWN = """\
# mine, keep
data = "circle(samples=8, noise=0.0)"  # few
layers = [
    # first
    "Linear(4)",  # wide
    "ReLU()",  # bends
    # out
    "Linear(1)",  # one
]
loss = "BCEWithLogitsLoss"
optimizer = "SGD(lr=0.5)"  # fast
epochs = 3
shuffle = false
group = "Mine"

[measured]
train_loss = [0.1, 0.2]
"""


def own(draft: Draft) -> Path:
    """The person's own file, loaded into the draft."""
    path = preset_dir() / "own.toml"
    path.parent.mkdir(parents=True)
    path.write_text(OWN)
    draft.load("own", read_file(path))
    return path


def test_saving_over_an_own_file_keeps_its_comments(draft: Draft) -> None:
    """Only the changed items change; comments stay with theirs, spellings too."""
    path = own(draft)
    draft.replace_component((0,), "Linear(8)")
    draft.remove_layer((1,))
    draft.add_layer((1,), "Tanh()")
    draft.add_layer((1,), "Dropout(0.1)")
    draft.set("optimizer.lr", "0.25")
    draft.unset("shuffle")
    draft.set("seed", "4")
    draft.save_as("own")
    text = path.read_text()
    assert parse_toml(text)["layers"] == ["Linear(8)", "Dropout(p=0.1)", "Tanh()", "Linear(1)"]
    assert read_file(path) == draft.experiment
    kept = ["# mine, keep", 'noise=0.0)"  # few', "# first", '"Linear(8)",  # wide', "# out"]
    kept += ['"Linear(1)",  # one', 'SGD(lr=0.25)"  # fast', 'loss = "BCEWithLogitsLoss"\n']
    assert [part for part in kept if part not in text] == []
    assert "shuffle" not in text
    assert "measured" not in text


def test_saving_an_unchanged_own_file_leaves_it_as_it_is(draft: Draft) -> None:
    """Without a change not a byte differs."""
    path = own(draft)
    draft.save_as("own")
    assert path.read_text() == OWN


def test_saving_over_a_broken_own_file_is_refused(draft: Draft) -> None:
    """A file that is no TOML is left alone and named."""
    path = own(draft)
    path.write_text("data = [")
    with pytest.raises(UsageError, match="not valid TOML"):
        draft.save_as("own")
    assert path.read_text() == "data = ["


def test_saving_through_a_link_keeps_the_link(draft: Draft, config: Path) -> None:
    """A preset that is a link to a file elsewhere is written there."""
    path = own(draft)
    real = config / "real.toml"
    path.rename(real)
    path.symlink_to(real)
    draft.set("epochs", "8")
    draft.save_as("own")
    assert path.is_symlink()
    assert read_file(real).epochs == 8

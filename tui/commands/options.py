"""The command line's options, each declared once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine import paths
from engine.errors import UsageError

if TYPE_CHECKING:
    from engine.runs.contents import CheckpointKind
    from engine.service.protocol import Executor, OnDisconnect

_TRAINING = "Training"
_SHARED = "Anywhere"
MOST_PROCESSES = 64

Preset = Annotated[
    str | None,
    typer.Option(
        "--preset", metavar="NAME|FILE", help="Train this preset.", rich_help_panel=_TRAINING
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set any field: optimizer.lr=0.05, layers.0.out_features=8. May be repeated.",
        rich_help_panel=_TRAINING,
    ),
]


def _training(name: str, metavar: str, help: str) -> object:
    return typer.Option(name, metavar=metavar, help=help, rich_help_panel=_TRAINING)


DataOption = Annotated[
    str | None, _training("--data", "CALL", 'The data set: "circle(samples=500)".')
]
Layers = Annotated[
    str | None, _training("--layers", "CALLS", 'The layers: "Linear(8) ReLU Linear(1)".')
]
LossOption = Annotated[str | None, _training("--loss", "CALL", "The loss: BCEWithLogitsLoss.")]
OptimizerOption = Annotated[
    str | None, _training("--optimizer", "CALL", 'The optimizer: "Adam(lr=0.01)".')
]
LearningRate = Annotated[str | None, _training("--lr", "NUMBER", "The learning rate.")]
Epochs = Annotated[str | None, _training("--epochs", "N", "Passes over the training data.")]
BatchSize = Annotated[str | None, _training("--batch-size", "N|full", "Samples per step.")]
Seed = Annotated[str | None, _training("--seed", "N|random", "Start of all random numbers.")]
Select = Annotated[
    str | None,
    _training("--select", "loss|METRIC", "What the best epoch is best by: balanced_accuracy."),
]
Device = Annotated[str | None, _training("--device", "auto|cpu|cuda[:N]", "Where to train.")]
From = Annotated[
    str | None, _training("--from", "RUN[@STEP]|FILE", "Start from what fits of a run's weights.")
]
NewHead = Annotated[
    bool,
    typer.Option(
        "--new-head",
        help="With --from: begin the last layer with weights anew.",
        rich_help_panel=_TRAINING,
    ),
]
Snapshots = Annotated[
    int | None,
    _training("--snapshots", "MB", "What snapshots of the weights may take: 64; 0 for none."),
]
Processes = Annotated[
    int | None,
    _training("--processes", "N", "Share each batch between so many processes, a GPU each."),
]
Tensorboard = Annotated[
    Path | None,
    _training("--tensorboard", "DIR", "Tell TensorBoard of it while it trains, in this folder."),
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", help="Print the end only.", rich_help_panel=_TRAINING)
]

Detach = Annotated[
    bool,
    typer.Option(
        "--detach",
        help="Print the run's path and return; the training goes on.",
        rich_help_panel=_TRAINING,
    ),
]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="auto|eager|traced|graphed|compiled",
        help="How steps are run; the results are the same to the last bit, compiled almost.",
        rich_help_panel=_TRAINING,
    ),
]
OnDisconnectOption = Annotated[
    str | None,
    typer.Option(
        "--on-disconnect",
        metavar="continue|pause|stop",
        help="What the trainer does when nobody watches any more.",
        rich_help_panel=_TRAINING,
    ),
]

RunsDir = Annotated[
    Path | None,
    typer.Option("--runs-dir", metavar="DIR", help="Where runs are kept.", rich_help_panel=_SHARED),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        help="Where data sets are found and downloaded to.",
        rich_help_panel=_SHARED,
    ),
]
Ascii = Annotated[
    bool, typer.Option("--ascii", help="ASCII characters only.", rich_help_panel=_SHARED)
]
LanguageOption = Annotated[
    str | None,  # taken out of the arguments before they are read: see tui.language.choice
    typer.Option(
        "--language",
        metavar="auto|en|zh_CN",
        help="The language of what is read by people; else the settings' or LANGUAGE's.",
        rich_help_panel=_SHARED,
    ),
]
NO_PLUGINS = "--no-plugins"
NoPlugins = Annotated[
    bool,  # taken out of the arguments before they are read, as that is: see tui.cli
    typer.Option(
        NO_PLUGINS, help="Leave out what installed packages add.", rich_help_panel=_SHARED
    ),
]
Plain = Annotated[
    bool,
    typer.Option("--plain", help="The app as a dialogue in lines, for screen readers."),
]
Json = Annotated[
    bool, typer.Option("--json", help="JSON lines on stdout.", rich_help_panel=_SHARED)
]
CheckpointOption = Annotated[
    str, typer.Option("--checkpoint", metavar="last|best", help="Which weights to use.")
]
RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A path, the beginning of a run's name, or `last`.")
]
MaybeRun = Annotated[
    str | None,
    typer.Argument(metavar="[RUN]", help="A path, the beginning of a run's name, or `last`."),
]
WhatArgument = Annotated[
    str, typer.Argument(metavar="WHAT", help="A file, else a preset, else a run.")
]


@dataclass(frozen=True)
class Shared:
    """The options that any command takes, given before it or after it."""

    runs_dir: Path | None = None
    data_dir: Path | None = None
    ascii: bool = False
    json: bool = False

    def merged(
        self, runs_dir: Path | None, data_dir: Path | None, ascii: bool, json: bool
    ) -> Shared:
        """These options with those given after the command on top."""
        return Shared(
            runs_dir or self.runs_dir,
            data_dir or self.data_dir,
            ascii or self.ascii,
            json or self.json,
        )

    @property
    def runs(self) -> Path:
        return _writable_as_text(paths.runs_dir(self.runs_dir), "--runs-dir")

    @property
    def data(self) -> Path:
        return _writable_as_text(paths.data_dir(self.data_dir), "--data-dir")


def _writable_as_text(path: Path, option: str) -> Path:
    """The path, if a run's record can name it."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{option} {path}: the name is not valid UTF-8") from error
    return path


@dataclass(frozen=True)
class TrainingOptions:
    """The options of a training, as they were typed; None where one was not given."""

    preset: str | None = None
    settings: Sequence[str] = ()
    data: str | None = None
    layers: str | None = None
    loss: str | None = None
    optimizer: str | None = None
    lr: str | None = None
    epochs: str | None = None
    batch_size: str | None = None
    seed: str | None = None
    select: str | None = None
    device: str | None = None
    start_from: str | None = None
    new_head: bool | None = None
    """None where it was not asked for."""

    def given(self) -> list[str]:
        """The names of the options that were given, as they are typed."""
        spelled = {"settings": "set", "start_from": "from"}
        return [
            "--" + spelled.get(name, name).replace("_", "-")
            for name, value in vars(self).items()
            if value is not None and value != ()
        ]


def kind(text: str) -> CheckpointKind:
    """Which checkpoint an option means; raises UsageError."""
    if text == "last":
        return "last"
    if text == "best":
        return "best"
    raise UsageError(f'--checkpoint {text}: there are "last" and "best"')


def policy(text: str | None, default: OnDisconnect) -> OnDisconnect:
    """What `--on-disconnect` says; raises UsageError."""
    match text:
        case None:
            return default
        case "continue" | "pause" | "stop":
            return text
    raise UsageError(f'--on-disconnect {text}: there are "continue", "pause" and "stop"')


def snapshot_bytes(megabytes: int | None) -> int:
    """What `--snapshots` says; raises UsageError."""
    from engine.limits import SNAPSHOTS_FILE
    from engine.runs.snapshots import USUAL_BYTES

    if megabytes is None:
        return USUAL_BYTES
    most = SNAPSHOTS_FILE.most // 1_000_000
    if not 0 <= megabytes <= most:
        raise UsageError(f"--snapshots {megabytes}: give 0 to {most:,} MB")
    return megabytes * 1_000_000


def follow_torchrun() -> None:
    """Where torchrun has started this command as another process than the first, train along.

    It becomes that process; the command goes on in the first one only.
    """
    from engine.service.protocol.torchrun import RANK_MODULE, torchrun_env

    torchrun = torchrun_env()
    if torchrun is not None and torchrun.rank:
        os.execv(sys.executable, [sys.executable, "-P", "-m", RANK_MODULE])


def num_processes(number: int | None) -> int:
    """What `--processes` says; raises UsageError."""
    if number is not None and not 1 <= number <= MOST_PROCESSES:
        raise UsageError(f"--processes {number}: give 1 to {MOST_PROCESSES}")
    return number or 1


def executor(text: str | None) -> Executor:
    """What `--executor` says; raises UsageError."""
    match text:
        case None:
            return "auto"
        case "auto" | "eager" | "traced" | "graphed" | "compiled":
            return text
    raise UsageError(
        f'--executor {text}: there are "auto", "eager", "traced", "graphed" and "compiled"'
    )


def tensorboard(folder: Path | None) -> str:
    """What `--tensorboard` says, as a worker in any folder finds it; raises UsageError."""
    if folder is None:
        return ""
    from engine.export import FORMATS

    if missing := FORMATS["tensorboard"].missing():
        raise UsageError(f"--tensorboard needs {missing}")
    place = paths.expanded(str(folder)).absolute()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--tensorboard {folder}: {error.strerror or error}") from error
    if not os.access(place, os.W_OK | os.X_OK):
        raise UsageError(f"--tensorboard {folder}: nothing can be written there")
    return str(_writable_as_text(place, "--tensorboard"))

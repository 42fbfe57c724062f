"""An experiment as one line to paste into a shell."""

from __future__ import annotations

from engine.parts.component import literal
from engine.spec.experiment import Experiment
from tui.renderables.shell import shell_line

_OPTIONS = ("data", "loss", "optimizer", "epochs", "batch_size", "seed", "device")
"""Fields with an option of their own; the others are set with --set."""


def command_line(experiment: Experiment) -> str:
    """The command that trains the same experiment; texts about it are left out."""
    words = ["perceptui"]
    written = experiment.without_prose().written()
    for name, value in written.items():
        option = f"--{name.replace('_', '-')}"
        if name == "layers":
            words += [option, ", ".join(str(layer) for layer in experiment.layers)]
        elif name in _OPTIONS:
            words += [option, str(value)]
        else:
            words += ["--set", f"{name}={_setting(value)}"]
    return shell_line(words)


def _setting(value: object) -> str:
    """A value as --set reads it; a text stands for itself, without quotes."""
    return literal(value) if isinstance(value, tuple) else str(value)

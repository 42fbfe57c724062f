"""An experiment as one line to paste into a shell, and read back from it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import UsageError
from engine.parts.component import literal
from engine.spec.experiment import Experiment
from engine.spec.overrides import set_value
from engine.spec.presets import path_of
from engine.spec.toml_text import read_raw
from tui.renderables.shell import shell_line, shell_words

PROGRAM = "perceptui"

_OPTIONS = ("data", "loss", "optimizer", "epochs", "batch_size", "seed", "device")
"""Fields with an option of their own; the others are set with --set."""


def command_line(experiment: Experiment) -> str:
    """The command that trains the same experiment; texts about it are left out."""
    words = [PROGRAM]
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


def is_command(text: str) -> bool:
    """Whether a text is such a line."""
    return text.split(maxsplit=1)[:1] == [PROGRAM] and "--" in text


def raw_of_line(text: str) -> dict[str, object]:
    """The unchecked values of an experiment that was shared as a line; raises UsageError."""
    try:
        words = shell_words(text)
    except ValueError as error:
        raise UsageError(f"this is no command line: {error}") from error
    return raw_of_words(words[1:])


def raw_of_words(words: Sequence[str]) -> dict[str, object]:
    """The same from the words behind the program's name; raises UsageError."""
    given = [word for one in words for word in _apart(one)]
    raw: dict[str, object] = {}
    if len(given) % 2:
        raise UsageError(f"{given[-1]}: a value is missing behind it")
    for option, value in zip(given[::2], given[1::2], strict=True):
        name = option.removeprefix("--").replace("-", "_")
        if option == "--preset":
            raw = {**read_raw(path_of(value)), **raw}
        elif option == "--set":
            raw = set_value(raw, value)
        elif option.startswith("--") and name in (*_OPTIONS, "layers", "select"):
            raw = set_value(raw, f"{name}={value}")
        elif option == "--lr":
            raw = set_value(raw, f"optimizer.lr={value}")
        else:
            raise UsageError(f"{option}: a line that shares an experiment has no such option")
    return raw


def _apart(word: str) -> list[str]:
    """An option and its value, which may be one word: `--seed=3`."""
    option, equals, value = word.partition("=")
    is_one = equals and option.startswith("--") and option.removeprefix("--").isidentifier()
    return [option, value] if is_one else [word]


def _setting(value: object) -> str:
    """A value as --set reads it; a text stands for itself, without quotes."""
    return literal(value) if isinstance(value, tuple) else str(value)

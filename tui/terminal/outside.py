"""The person's own editor, for a text of the app's."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from engine.errors import UsageError
from engine.runs.files import replace_bytes
from engine.spec.toml_text import read_text

USUAL = ("nano", "vim", "vi")


def editor(environment: Mapping[str, str]) -> list[str]:
    """The words of $VISUAL or $EDITOR, or a usual one; raises UsageError where there is none."""
    for variable in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environment.get(variable, ""))
        except ValueError as error:
            raise UsageError(f"${variable} can't be read: {error}") from error
        if words:
            if shutil.which(words[0]) is None:
                raise UsageError(f"${variable} names {words[0]!r}, which is not here")
            return words
    for name in USUAL:
        if shutil.which(name):
            return [name]
    raise UsageError("no editor is here: set EDITOR to one")


def edited(text: str, name: str, run: Callable[[Sequence[str]], int]) -> str:
    """What an editor leaves of a text in a file of this name.

    run: runs a command on the terminal and gives its exit status. Raises UsageError where the
    editor fails or leaves something that can't be read.
    """
    words = editor(os.environ)
    with tempfile.TemporaryDirectory(prefix="perceptui-") as folder:
        path = Path(folder) / name
        replace_bytes(path, text.encode())
        status = run([*words, str(path)])
        if status:
            raise UsageError(f"{words[0]} ended with {status}: nothing was taken over")
        return read_text(path)

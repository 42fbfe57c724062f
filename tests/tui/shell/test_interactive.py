"""The tab key in real shells, each on a terminal of its own, set up as the documentation says."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tui.pseudo_terminal import PseudoTerminal
from tui.shell.scripts import SCRIPTS

PROGRAM = f'#!/bin/sh\nexec "{sys.executable}" -P -m tui.entry "$@"\n'
PLACES = {
    "bash": ".local/share/bash-completion/completions/perceptui",
    "zsh": ".zfunc/_perceptui",
    "fish": ".config/fish/completions/perceptui.fish",
}
SETTINGS = {
    "bash": (".bashrc", f"PS1='ready> '\n. ~/{PLACES['bash']}\n"),
    "zsh": (".zshrc", "PROMPT='ready> '\nfpath=(~/.zfunc $fpath)\n"
            "autoload -Uz compinit && compinit -u\n"),
    "fish": (".config/fish/config.fish", "function fish_prompt; echo -n 'ready> '; end\n"
             "function fish_greeting; end\n"),
}  # fmt: skip
STARTS = {"bash": ["bash", "--noprofile", "-i"], "zsh": ["zsh", "-i"], "fish": ["fish", "-i"]}


@contextmanager
def _shell(name: str, home: Path) -> Iterator[PseudoTerminal]:
    """A shell of a person who has followed `docs/shell.md`, in their home."""
    settings, text = SETTINGS[name]
    for path, content in ((PLACES[name], SCRIPTS[name]), (settings, text)):
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(content, "utf-8")
    (home / "bin").mkdir()
    (home / "bin" / "perceptui").write_text(PROGRAM, "utf-8")
    (home / "bin" / "perceptui").chmod(0o755)
    (home / "table.csv").write_text("a,b\n1,2\n", "utf-8")
    surroundings = {"HOME": str(home), "PATH": f"{home / 'bin'}:{os.environ['PATH']}"}
    surroundings |= {"ZDOTDIR": str(home), "HISTFILE": "", "XDG_CONFIG_HOME": f"{home}/.config"}
    surroundings["XDG_DATA_HOME"] = f"{home}/.local/share"
    terminal = PseudoTerminal(STARTS[name], environment=surroundings)
    try:
        terminal.until("ready>")
        terminal.type("cd\r")
        yield terminal
    finally:
        terminal.close()


@pytest.mark.rare
@pytest.mark.parametrize("name", SCRIPTS)
def test_tab(name: str, tmp_path: Path) -> None:
    """It completes a command, a preset, a part of a layer within quotes, a field and a file."""
    if shutil.which(name) is None:
        pytest.skip(f"needs {name}")
    with _shell(name, tmp_path) as terminal:
        for typed, completed in (
            ("perceptui compa", "perceptui compare "),
            ("perceptui --preset circle-", "perceptui --preset circle-repaired "),
            ("perceptui --preset=circle-", "perceptui --preset=circle-repaired "),
            ("perceptui --layers 'Linear(8) Softm", "perceptui --layers 'Linear(8) Softmax"),
            ("perceptui --preset circle --set optim", "perceptui --preset circle --set optimizer="),
            ("perceptui inspect tab", "perceptui inspect table.csv "),
        ):
            terminal.type(f"{typed}\t")
            terminal.until(f"ready> {completed}".rstrip())
            terminal.type("\x15")  # the line is dropped

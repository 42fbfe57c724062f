"""The manual page tells every command and option, and troff has nothing to say against it."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.tui.command_line import Bench, perceptui
from tui.shell.declarations import commands
from tui.shell.manual import EXIT_STATUS


def test_it_tells_every_command_and_option(bench: Bench) -> None:
    """With its help; options that go with every command stand once."""
    page = perceptui("man").out.replace(r"\-", "-").replace(r"\(ga", "`").replace(r"\(dq", '"')
    for command in commands():
        if command.name:
            assert f'.SS "{command.usage}"'.replace("…", "...") in page
        for option in command.options:
            assert all(rf"\fB{name}\fR" in page for name in option.names), option
            assert option.help.replace("…", "...") in page or option.panel
    assert page.count(r"\fB--runs-dir\fR") == 1


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_troff_warns_of_nothing(bench: Bench) -> None:
    """And what it prints is what is meant."""
    page = perceptui("man").out
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-rLL=100n"],
        input=page, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    text = re.sub(r"\x1b\[[\d;]*m|.\x08", "", done.stdout)
    assert "perceptui export RUN" in text
    assert "--executor auto|eager|traced|graphed" in text


def test_exit_codes_are_the_documentations() -> None:
    """In the same words."""
    from tests.documentation.pages import DOCS

    text = (DOCS / "command-line.md").read_text("utf-8")
    for code, what in EXIT_STATUS.items():
        assert f"| {code} | {what} |" in text

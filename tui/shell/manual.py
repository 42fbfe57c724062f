"""The manual page, in the macros of man(7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tui.shell.declarations import Command, Option, commands

EXIT_STATUS = {
    "0": "done",
    "1": "the program or its trainer failed, or the weights could not be written into the run",
    "2": "usage, a bad experiment, a place that can't be written, a device that isn't there",
    "3": "the training diverged",
    "4": "data that is missing, unreadable, changed or can't be downloaded; samples of which some "
    "could not be predicted; a lesson that can't be played",
    "5": "`doctor --strict` with findings",
    "129, 130, 143": "after SIGHUP, SIGINT, SIGTERM; the checkpoint is kept",
    "141": "stdout was closed",
}
ABOUT = """\
perceptui trains neural networks with PyTorch and shows in the terminal how they learn. Without
arguments, on a terminal, it opens its app. With the options of a training it trains headless. A
WHAT with a slash or ending in .toml is a file, or a run where it is a folder; else a preset, else a
run. A RUN is a path, the beginning of its name, or `last`."""


def manual(version: str, day: date) -> str:
    """The page of all commands."""
    root, *others = commands()
    return "\n".join([*_head(version, day), *_of_root(root), *_of_others(others), *_end()]) + "\n"


def _head(version: str, day: date) -> Iterator[str]:
    yield f'.TH PERCEPTUI 1 "{day:%Y-%m-%d}" "perceptui {version}" "User Commands"'
    yield ".SH NAME"
    yield r"perceptui \- a bench for neural networks that lives in the terminal"
    yield ".SH SYNOPSIS"
    for words in ("[OPTION]...", "--preset NAME|FILE [OPTION]...", "COMMAND [ARGUMENT]..."):
        yield r".B perceptui"
        yield _escaped(words)
        yield ".br"
    yield ".SH DESCRIPTION"
    yield _escaped(ABOUT)


def _of_root(root: Command) -> Iterator[str]:
    yield ".SH OPTIONS"
    for panel in dict.fromkeys(one.panel for one in root.options):
        if panel:
            yield f".SS {panel}"
        yield from _options([one for one in root.options if one.panel == panel])


def _of_others(others: list[Command]) -> Iterator[str]:
    """Their own options: those that go with every command stand above."""
    yield ".SH COMMANDS"
    for command in others:
        yield f'.SS "{_escaped(command.usage)}"'
        yield _escaped(command.help)
        for argument in command.arguments:
            if argument.help:
                yield ".TP"
                yield rf"\fI{_escaped(argument.metavar)}\fR"
                yield _escaped(argument.help)
        yield from _options([one for one in command.options if not one.panel])


def _options(options: list[Option]) -> Iterator[str]:
    for option in options:
        names = ", ".join(rf"\fB{_escaped(name)}\fR" for name in option.names)
        yield ".TP"
        yield names + (rf" \fI{_escaped(option.metavar)}\fR" if option.metavar else "")
        yield _escaped(option.help)


def _end() -> Iterator[str]:
    yield ".SH EXIT STATUS"
    for code, what in EXIT_STATUS.items():
        yield ".TP"
        yield rf"\fB{code}\fR"
        yield _escaped(what)


def _escaped(text: str) -> str:
    """A text that troff prints as it is; a control line begins with a dot or a quote."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("`", r"\(ga").replace("…", "...")
    text = text.replace('"', r"\(dq")
    lines = (rf"\&{line}" if line[:1] in (".", "'") else line for line in text.splitlines())
    text = "\n".join(lines)
    return "".join(sign if sign.isascii() else rf"\[u{ord(sign):04X}]" for sign in text)

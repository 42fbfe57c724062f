"""Answers a shell that asks what could stand at the cursor: `perceptui --complete LINE`.

A person waits, so nothing is imported that takes long: what the declarations say stands in
words.json, what lies on the disk is looked up by name alone.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Candidates = dict[str, str]
"""What could stand there, and what it is."""
FILES = ":files"
"""The line that asks the shell for its own completion of files."""
_MOST_RUNS = 200
_FIELDS = ("data", "layers", "loss", "optimizer", "schedule", "objective")
_RUNS = ("RUN", "A B")


def main(line: str) -> None:
    """Print what could stand at the line's end, a candidate a line, its help behind a tab."""
    found, takes_files = candidates(line)
    lines = [f"{word}\t{' '.join(help.split())}" for word, help in found.items()]
    text = "\n".join([*lines, *([FILES] if takes_files else [])])
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape") + b"\n")


def candidates(line: str) -> tuple[Candidates, bool]:
    """What could stand at a line's end, and whether files could."""
    known = json.loads(Path(__file__).with_name("words.json").read_bytes())
    typed, current = _split(line)
    name, behind, before = _command(known["commands"], typed)
    command = known["commands"][name]
    if current.startswith("--") and "=" in current:  # --preset=moons
        option, _, current = current.partition("=")
        found, files = _of_option(known, option, command, current, typed)
        return {f"{option}={word}": help for word, help in found.items()}, files
    if before in command["options"] and command["options"][before][0]:
        return _of_option(known, before, command, current, typed)
    if current.startswith("-"):
        options = {name: help for name, (_, help) in command["options"].items()}
        return _beginning(options, current), False
    if behind == 0 and command["inside"]:
        inside = {
            one: known["commands"][f"{name} {one}".strip()]["help"] for one in command["inside"]
        }
        found, files = ({}, False) if name else _of_metavar(known, "WHAT", current, typed)
        return {**_beginning(inside, current), **found}, files
    arguments = command["arguments"]
    if not arguments:
        return {}, False
    metavar = arguments[min(behind, len(arguments) - 1)]
    if name == "data":
        return _beginning(_named(known, "data"), current), False
    if name == "learn":
        return _beginning(_lessons(), current), True
    return _of_metavar(known, metavar, current, typed)


def _split(line: str) -> tuple[list[str], str]:
    """The words behind `perceptui`, and the one at the cursor; a quote may still be open."""
    for closing in ("", '"', "'"):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        if not closing and line[-1:].isspace():
            words.append("")
        break
    else:
        words = line.split(" ")
    return words[1:-1], words[-1] if len(words) > 1 else ""


def _command(known: dict[str, Any], typed: list[str]) -> tuple[str, int, str]:
    """The command that was typed, how many arguments it has, and the option before the cursor."""
    name, count, before = "", 0, ""
    for word in typed:
        options = known[name]["options"]
        if before in options and options[before][0]:  # the value of an option
            before = ""
            continue
        before = word if word.startswith("-") else ""
        if before:
            continue
        below = f"{name} {word}".strip()
        if count == 0 and below in known:
            name = below
        else:
            count += 1
    return name, count, before


def _of_option(
    known: dict[str, Any], option: str, command: dict[str, Any], current: str, typed: list[str]
) -> tuple[Candidates, bool]:
    """What an option takes."""
    metavar = command["options"].get(option, ("", ""))[0]
    field = option.removeprefix("--")
    if field in _FIELDS:
        return _in_list(_named(known, field), current), False
    if metavar in ("KEY=VALUE", "FIELD=VALUES"):
        fields = {f"{name}=": help for name, help in _named(known, "field").items()}
        return _beginning(fields, current), False
    if option == "--preset":
        return _beginning(_presets(), current), True
    if option == "--sort":
        return _beginning({**_named(known, "metric"), **_named(known, "field")}, current), False
    return _of_metavar(known, metavar, current, typed)


def _of_metavar(
    known: dict[str, Any], metavar: str, current: str, typed: list[str]
) -> tuple[Candidates, bool]:
    """What a place of this name takes: `RUN`, `FILE`, `last|best`."""
    plain = metavar.strip("[].…")
    files = any(word in plain for word in ("FILE", "DIR", "PATH", "WHAT"))
    if plain.startswith(_RUNS):
        return _beginning(_runs(typed), current), files
    if plain == "SWEEP":
        return _beginning(_runs(typed, "sweeps"), current), False
    if plain == "WHAT":
        return _beginning({**_presets(), **_runs(typed)}, current), True
    if plain == "FORMAT":
        return _beginning(_named(known, "format"), current), False
    words = [word.partition("[")[0] for word in metavar.split("|")]
    choices = {word: "" for word in words if word.islower() or "_" in word}
    if "METRIC" in metavar:
        choices |= _named(known, "metric")
    return _beginning(choices, current), files


def _beginning(found: Candidates, current: str) -> Candidates:
    return {word: help for word, help in found.items() if word.startswith(current)}


def _in_list(found: Candidates, current: str) -> Candidates:
    """The last of several calls: `Linear(8) Re` goes on as `Linear(8) ReLU`."""
    start = max(current.rfind(" "), current.rfind("["), current.rfind(",")) + 1
    before, last = current[:start], current[start:]
    return {f"{before}{word}": help for word, help in found.items() if word.startswith(last)}


def _named(known: dict[str, Any], kind: str) -> Candidates:
    """The names of a kind, those of plug-ins with them where there are some."""
    found: Candidates = dict(known["names"].get(kind, {}))
    if kind in _FIELDS and _has_plugins():
        from engine.spec.catalogue import FAMILIES

        if kind in FAMILIES:
            found |= {name: one.help() for name, one in FAMILIES[kind].members().items()}
    return found


def _has_plugins() -> bool:
    from engine.plugins import is_any_installed

    return is_any_installed()


def _preset_folders() -> Iterator[Path]:
    from engine.paths import preset_dir
    from engine.plugins import Plugins

    yield preset_dir()
    yield Path(__file__).parents[2] / "presets"
    yield from Plugins.installed.preset_folders()


def _presets() -> Candidates:
    return {file.stem: "preset" for one in _preset_folders() for file in sorted(one.glob("*.toml"))}


def _lessons() -> Candidates:
    folders = [one / "lessons" for one in _preset_folders()]
    return {file.stem: "lesson" for one in folders for file in sorted(one.glob("*.toml"))}


def _runs(typed: list[str], below: str = "") -> Candidates:
    """The runs in the folder that the line names, the newest first; or the sweeps below it."""
    from engine.paths import runs_dir

    given = None
    for word, following in zip(typed, [*typed, ""][1:], strict=True):
        if word == "--runs-dir":
            given = Path(following)
        elif word.startswith("--runs-dir="):
            given = Path(word.partition("=")[2])
    mark = "sweep.json" if below else "experiment.toml"
    try:
        there = sorted(os.listdir(runs_dir(given) / below), reverse=True)
    except OSError:
        there = []
    folder = runs_dir(given) / below
    names = [name for name in there if (folder / name / mark).is_file()][:_MOST_RUNS]
    newest = {"last": "the newest"} if names else {}
    return {**newest, **dict.fromkeys(names, "sweep" if below else "run")}

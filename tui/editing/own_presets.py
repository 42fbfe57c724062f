"""A person's own presets: saved whole, comments kept with the item they belong to."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Array

from engine.errors import BadExperiment, DataUnavailable, UsageError
from engine.paths import preset_dir
from engine.runs.files import replace_bytes
from engine.spec import presets
from engine.spec.experiment import CLAIMS, Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml, read_raw, read_text
from engine.spec.writer import to_toml

_NAME = re.compile(r"\w[\w.-]{0,79}")


def own_path(name: str) -> Path:
    """The file that a preset of this name is saved to.

    Raises UsageError for a name that can't be one, or that a shipped preset has.
    """
    if not _NAME.fullmatch(name) or name.endswith((".toml", ".")):
        raise UsageError(f"{name!r} is no name for a preset: use letters, digits, - and _")
    path = preset_dir() / f"{name}.toml"
    shipped = presets.shipped_folder() / path.name
    if shipped.exists() and not path.exists():
        raise UsageError(f'"{name}" comes with perceptui: choose another name, like "my-{name}"')
    return path


def problem(name: str) -> str:
    """Why nothing can be saved under a name; empty where it can."""
    try:
        own_path(name)
    except UsageError as error:
        return str(error)
    return ""


def replaced(name: str) -> str:
    """The question before an own preset is saved over; empty where there is none of that name."""
    there = own_path(name).exists()
    return f'You have a preset "{name}" already. Replace it with this one?' if there else ""


def suggested(name: str) -> str:
    """A name to save what is called so under: its own where it can be, else one like `my-NAME`."""
    if not problem(name):
        return name
    stem = re.sub(r"[^\w.-]+", "-", name.removesuffix(".toml")).strip("-.")[:70] or "network"
    names = (f"my-{stem}-{n}" if n > 1 else f"my-{stem}" for n in count(1))
    return next(n for n in names if not problem(n) and not own_path(n).exists())


def as_own(experiment: Experiment, base: Experiment | None, *, is_renamed: bool) -> Experiment:
    """An experiment without what was said of the one that it was made of: figures, title.

    base: that one. is_renamed: whether it has another name now.
    """
    values = experiment.values() | {"group": "Mine"}
    if base is None or base.without_prose() != experiment.without_prose():
        silent = experiment.without_claims().values()
        kept = [name for name in CLAIMS if base and values[name] == getattr(base, name)]
        values |= {name: silent[name] for name in kept}
    if base is not None and is_renamed and experiment.title == base.title:
        values["title"] = ""
    return Experiment(**values)


def save(name: str, experiment: Experiment) -> Path:
    """Write an own preset and return its file; raises UsageError where that can't be done."""
    path = own_path(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.resolve()  # a link stays a link
        text = _merged(target, experiment) if target.exists() else to_toml(experiment)
        replace_bytes(target, text.encode(), keep_mode=True)
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror or error})") from error
    return path


def _merged(path: Path, experiment: Experiment) -> str:
    """The file's text with only those items changed that the experiment has otherwise."""
    document = tomlkit.parse(_text(path))
    wanted, complete = (parse_toml(to_toml(experiment, complete=c)) for c in (False, True))
    present = _canonical(path)
    changed = [key for key in {**document, **wanted} if present.get(key) != complete.get(key)]
    for key in changed:
        old, value = document.get(key), wanted.get(key)
        if value is None:
            del document[key]
        elif isinstance(old, Array) and isinstance(value, list) and key == "layers":
            _change_items(old, present[key], value)
        else:
            document[key] = value
    text = tomlkit.dumps(document)
    same = _read(parse_toml(text), path) == experiment
    return text if same else to_toml(experiment)


def _text(path: Path) -> str:
    text = read_text(path)
    parse_toml(text, str(path))  # says what is wrong with a file that is no TOML
    return text


def _canonical(path: Path) -> dict[str, Any]:
    """The file's values as they would be written; as they stand where it is not valid."""
    raw = read_raw(path)
    experiment = _read(raw, path)
    return raw if experiment is None else {**raw, **parse_toml(to_toml(experiment, complete=True))}


def _read(raw: dict[str, object], path: Path) -> Experiment | None:
    try:
        return from_raw(raw, folder=path.parent)
    except (BadExperiment, DataUnavailable):
        return None


def _change_items(array: Array, present: Sequence[object], wanted: Sequence[object]) -> None:
    """Edit a list so that items that stay keep their comments; from the end, so that indices hold.

    present: the list's items as they would be written.
    """
    match = difflib.SequenceMatcher(None, list(map(str, present)), list(map(str, wanted)), False)
    for tag, start, end, new_start, new_end in reversed(match.get_opcodes()):
        if tag == "equal":
            continue
        new = wanted[new_start:new_end]
        both = min(end - start, len(new))
        for index in range(both):
            array[start + index] = new[index]
        for index in reversed(range(start + both, end)):
            del array[index]
        for offset, item in enumerate(new[both:]):
            array.insert(start + both + offset, item)

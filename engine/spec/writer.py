"""Writes an experiment as TOML."""

from __future__ import annotations

from collections.abc import Mapping

from engine.parts.component import Component
from engine.parts.kinds import Pairs
from engine.spec.experiment import PROSE, Experiment


def to_toml(experiment: Experiment, *, complete: bool = False) -> str:
    """The experiment as a TOML text that reads back as the same experiment.

    complete: write every field, also those that have their default.
    """
    values = experiment.values() if complete else experiment.written()
    measured = values.pop("measured", None)
    first = [name for name in PROSE if name in values]  # what a person reads first
    names = first + [name for name in values if name not in first]
    lines = [f"{name} = {_value(values[name])}" for name in names if values[name] is not None]
    if measured is not None:
        lines += ["", "[measured]"]
        lines += [f"{_key(name)} = {_value(limits)}" for name, limits in measured.items()]
    return "\n".join(lines) + "\n"


def raw_toml(values: Mapping[str, object]) -> str:
    """Unchecked values as TOML, in their order; tables are written into a line."""
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in values.items())


def _value(value: object) -> str:
    if isinstance(value, Component | str):
        return _text(str(value))
    if isinstance(value, Pairs):
        value = dict(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, tuple | list):
        items = [_value(item) for item in value]
        if any(isinstance(item, Component | str) for item in value) and sum(map(len, items)) > 70:
            return "[\n" + "".join(f"    {item},\n" for item in items) + "]"
        return f"[{', '.join(items)}]"
    return repr(value)


def _key(name: str) -> str:
    return name if name.isascii() and name.isidentifier() else _text(name)


def _text(text: str) -> str:
    if text.isprintable() and "'" not in text and ('"' in text or "\\" in text):
        return f"'{text}'"
    body = "".join(_escaped(character) for character in text)
    return f'"{body}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character, f"\\U{ord(character):08x}")

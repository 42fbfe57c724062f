"""What an experiment is called once data of a person's own was put into it."""

from __future__ import annotations

from pathlib import PurePath

from engine.parts.data import Data
from engine.spec.grammar import GrammarError, parse_call


def name_with_data(name: str, before: object, after: object) -> str:
    """The name, or that of the file or folder which was put in the place of other data.

    before, after: the data as TOML has it, a call in quotes.
    """
    if before == after:
        return name
    path = _path(after)
    # A file's name without what tells how it is written: prices.csv.gz.
    called = PurePath(path).name.split(".")[0]
    return called if called and path != _path(before) else name


def _path(data: object) -> str:
    """The path that data is read from; empty where it is not, or can't be told."""
    if not isinstance(data, str):
        return ""
    try:
        call = parse_call(data)
    except GrammarError:
        return ""
    component = Data.members().get(call.name)
    if component is None or "path" not in component.parameters():
        return ""
    given = {**dict(zip(component.parameters(), call.args, strict=False)), **call.kwargs}
    return str(given.get("path", ""))

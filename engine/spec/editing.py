"""Edits a person's own TOML text item by item, so that comments stay with theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.items import Array

from engine.parts.layers.address import Address, key
from engine.spec.difference import Change, changes
from engine.spec.experiment import PROSE, Experiment
from engine.spec.grammar import GrammarError, parse_call, parse_value
from engine.spec.layer_texts import spliced
from engine.spec.overrides import set_value
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml

_LAYER = re.compile(r"layers((?:\[\d+\])+)(?:\.(\w+))?")


def edited(text: str, before: Experiment, after: Experiment) -> str:
    """The TOML text of one experiment made that of another; all else in it stays as it is.

    text: what `before` was read from. Calls keep what they name; only changed arguments are
    set.
    """
    return apply(text, changes(before, after), after)


def apply(text: str, edits: Sequence[Change], after: Experiment) -> str:
    """The text with these changes, which lead to the experiment `after`, made in their order."""
    document = tomlkit.parse(text)
    written = parse_toml(to_toml(after, complete=True))
    for edit in edits:
        layer = _LAYER.fullmatch(edit.place)
        if layer:
            address = tuple(map(int, re.findall(r"\d+", layer[1])))
            _edit_layer(document, address, layer[2] or "", edit)
        elif "." in edit.place:
            field, name = edit.place.split(".")
            after_text = _beside(str(document.get(field, "")), edit)
            raw = set_value(document.unwrap(), f"{field}.{name}={after_text}")
            document[field] = raw[field]
        elif edit.place in written and not _says_nothing(edit.place, after):
            document[edit.place] = written[edit.place]
        else:
            document.pop(edit.place, None)
    return tomlkit.dumps(document).rstrip("\n") + "\n"


def reworded(text: str, raw: Mapping[str, object]) -> str:
    """The TOML text with these values, which are valid or not; what is alike in it stays."""
    document = tomlkit.parse(text)
    was = document.unwrap()
    gone, new = ([name for name in a if name not in b] for a, b in ((was, raw), (raw, was)))
    renamed = {old: name for old in gone for name in new if raw[name] == was[old]}
    for old in gone:
        item = document[old]
        document.remove(old)
        if old in renamed:
            document.add(renamed[old], item)  # with its comment
    for name, value in raw.items():
        before = document.get(name)
        if name == "layers" and isinstance(before, Array) and isinstance(value, list):
            _reword_layers(document, before, value)
        elif before is None or document.unwrap()[name] != value:
            document[name] = value
    return tomlkit.dumps(document).rstrip("\n") + "\n"


def _reword_layers(document: TOMLDocument, layers: Array, wanted: list[object]) -> None:
    """The layers made these, those that are another only."""
    was = layers.unwrap()
    if was == wanted:
        return
    if "\n" not in layers.as_string():
        document["layers"] = wanted
        return
    matched = SequenceMatcher(None, [*map(str, was)], [*map(str, wanted)], autojunk=False)
    for kind, start, end, first, last in reversed(matched.get_opcodes()):
        if kind == "equal":
            continue
        put = wanted[first:last]
        common = min(end - start, len(put))
        for index in range(common):
            layers[start + index] = put[index]
        for index in reversed(range(start + common, end)):
            del layers[index]
        for index, value in enumerate(put[common:]):
            layers.insert(start + common + index, value)


def _beside(call: str, edit: Change) -> str:
    """The new value as a call is to have it: a file beside one of a relative path, as that."""
    before, after = (parse_value(text) for text in (edit.before, edit.after))
    if not isinstance(before, str) or not isinstance(after, str):
        return edit.after
    old, new = Path(before), Path(after)
    if not old.is_absolute() or old.parent != new.parent:
        return edit.after
    try:
        given = parse_call(call)
    except GrammarError:
        return edit.after
    for one in (*given.args, *given.kwargs.values()):
        if isinstance(one, str) and not Path(one).is_absolute() and Path(one).name == old.name:
            return repr(str(Path(one).with_name(new.name)))
    return edit.after


def _says_nothing(field: str, after: Experiment) -> bool:
    """Whether a field that tells about the experiment is at its default: left out then."""
    _, declaration = Experiment.parameters()[field]
    return field in PROSE and getattr(after, field) == declaration.default


def _edit_layer(document: TOMLDocument, address: Address, argument: str, edit: Change) -> None:
    """One change to a layer, or to an argument of it."""
    layers = document["layers"]
    assert isinstance(layers, Array), "an experiment was read from this text"
    changed = _with_edit(document, layers.unwrap(), address, argument, edit)
    index = address[0]
    if "\n" not in layers.as_string():  # has no comments inside; a plain list is spaced evenly
        document["layers"] = changed
    elif len(changed) < len(layers):
        del layers[index]
    elif len(changed) > len(layers):
        layers.insert(index, changed[index])
    else:
        layers[index] = changed[index]


def _with_edit(
    document: TOMLDocument, layers: list[object], address: Address, argument: str, edit: Change
) -> list[object]:
    """The plain list of layers with one change made."""
    if argument:
        changed = set_value(document.unwrap(), f"{key(address)}.{argument}={edit.after}")["layers"]
        assert isinstance(changed, list), "set_value gives layers as a list"
        return changed
    put = [edit.after] if edit.after else []
    return spliced(layers, address, 1 if edit.before else 0, *put)

"""An experiment's fields as texts, and in which of them several experiments differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from engine.parts.component import literal
from engine.parts.layers.address import Address, key
from engine.spec import layer_texts
from engine.spec.catalogue import FAMILIES
from engine.spec.experiment import PROSE
from engine.spec.grammar import GrammarError, parse_call
from tui.language import tr

ABSENT = "-"
Row = tuple[str, list[str]]
"""A name, and what each experiment has there."""


@dataclass(frozen=True)
class Fields:
    """What an experiment does, without what is said about it."""

    values: Mapping[str, str] = field(default_factory=dict)
    """Each argument of a component on its own: `optimizer.lr`."""
    layers: tuple[str, ...] = ()


def fields_of(raw: Mapping[str, object]) -> Fields:
    """The fields of an experiment as TOML has it."""
    values: dict[str, str] = {}
    layers: tuple[str, ...] = ()
    for name, value in raw.items():
        if name in PROSE:
            continue  # what is said about an experiment does not change what it does
        if name == "layers" and isinstance(value, list):
            layers = tuple(map(str, value))
        elif name in FAMILIES and isinstance(value, str):
            values |= _call_fields(name, value)
        else:
            values[name] = literal(value)
    return Fields(values, layers)


def differences(experiments: Sequence[Fields]) -> Iterator[Row]:
    """What is not the same in all, in the order in which it first appears; layers last.

    Layers are aligned: one that is put in is one row, whatever follows it.
    """
    names = dict.fromkeys(name for one in experiments for name in one.values)
    for name in names:
        values = [one.values.get(name, ABSENT) for one in experiments]
        if len(set(values)) > 1:
            yield name, values
    yield from _layer_rows([one.layers for one in experiments], ())


def brief(base: Fields, own: Fields) -> list[str]:
    """What the second has otherwise than the first, in a word or two each."""
    found = []
    rows = dict(differences([base, own]))
    for name, (before, after) in rows.items():
        component, _, argument = name.partition(".")
        if component in ("device", "threads"):
            continue  # where it was trained, not what
        if component == "layers":
            found.append(_brief_layer(before, after))
        elif not argument:
            found.append(after if name in FAMILIES else f"{name} {after}")
        elif component not in rows or argument == "lr":
            found.append(f"{argument} {after}")
    return found


def _brief_layer(before: str, after: str) -> str:
    if before == ABSENT:
        return f"+{after}"
    return tr(f"without {before}") if after == ABSENT else after


def _call_fields(name: str, text: str) -> dict[str, str]:
    """`optimizer: SGD`, `optimizer.lr: 0.1`, and the arguments that have their default."""
    try:
        call = parse_call(text)
    except GrammarError:
        return {name: text}
    component = FAMILIES[name].members().get(call.name)
    if component is None:
        return {name: text}
    known = component.parameters()
    given = {**dict(zip(known, call.args, strict=False)), **call.kwargs}
    found = {name: call.name}
    for argument, (_, declaration) in known.items():
        if argument in given or not declaration.required:
            found[f"{name}.{argument}"] = literal(given.get(argument, declaration.default))
    return found


def _layer_rows(networks: Sequence[Sequence[str]], within: Address) -> Iterator[Row]:
    """The layers that are not the same in all, one row where they stand beside each other."""
    places = [0] * len(networks)
    for row in aligned(networks):
        newest = max(n for n, text in enumerate(row) if text != ABSENT)
        address = (*within, places[newest])
        places = [p + (text != ABSENT) for p, text in zip(places, row, strict=True)]
        if len(set(row)) == 1:
            continue
        insides = [layer_texts.inside(text) for text in row]
        texts = [layer_texts.brief(text) for text in row]
        if len(set(texts)) > 1:
            yield key(address), texts
        if not any(inside is None for inside in insides):
            yield from _layer_rows([inside or [] for inside in insides], address)


def aligned(networks: Sequence[Sequence[str]]) -> list[list[str]]:
    """The networks' layers side by side, a row for those that stand for each other."""
    rows: list[list[str]] = []
    for number, layers in enumerate(networks):
        beside: list[list[str]] = []
        newest = [next(text for text in reversed(row) if text != ABSENT) for row in rows]
        for old, new in _pairs(newest, layers):
            row = rows[old] if old is not None else [ABSENT] * number
            beside.append([*row, layers[new] if new is not None else ABSENT])
        rows = beside
    return rows


def _pairs(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Which texts stand for each other: equal ones, then of the same kind, then by their order."""
    for is_same, i, j, olds, news in _stretches(before, after):
        if is_same:
            yield from zip(range(i, i + olds), range(j, j + news), strict=True)
            continue
        kinds = [
            [text.partition("(")[0] for text in texts]
            for texts in (before[i : i + olds], after[j : j + news])
        ]
        for _, k, m, both_old, both_new in _stretches(*kinds):
            for step in range(max(both_old, both_new)):
                yield (
                    i + k + step if step < both_old else None,
                    j + m + step if step < both_new else None,
                )


def _stretches(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[bool, int, int, int, int]]:
    """Whether a stretch is equal, where it begins in each, and how long it is in each."""
    for kind, i, i_end, j, j_end in SequenceMatcher(None, before, after, False).get_opcodes():
        yield kind == "equal", i, j, i_end - i, j_end - j

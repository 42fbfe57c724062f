"""Changes single values of an experiment: `--set optimizer.lr=0.05` and the short options."""

from __future__ import annotations

from engine.errors import BadExperiment, Problem
from engine.parts.kinds import MISSING, Parameter
from engine.parts.layers.address import Address, place
from engine.spec import layer_texts
from engine.spec.catalogue import FAMILIES, family_of_list
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import Raw
from engine.spec.grammar import GrammarError, parse_call, parse_list, parse_value
from engine.spec.layer_texts import NoLayer
from engine.spec.nearest import nearest
from engine.spec.torch_code import layer_list, layers_of


def set_value(raw: Raw, assignment: str) -> dict[str, object]:
    """The raw experiment with one `KEY=VALUE` applied; KEY is dotted into arguments.

    Raises BadExperiment naming the key. The new value itself is checked when the whole is read.
    """
    key, equals, text = assignment.partition("=")
    key = key.strip()
    if not equals or not key:
        raise _problem(f"--set {assignment}", "write KEY=VALUE, like optimizer.lr=0.05")
    field, *path = key.split(".")
    if field not in Experiment.parameters():
        hint = (
            _of_a_part(raw, field)
            or nearest(field, Experiment.parameters())
            or ": docs/reference/fields.md lists the keys"
        )
        raise _problem(f"--set {key}", f'unknown key "{field}"{hint}')
    changed = dict(raw)
    if not path:
        changed[field] = _whole(field, text, key)
    elif field == "layers":
        changed[field] = _set_in_layers(raw, path, text, key)
    elif field in FAMILIES and len(path) == 1:
        changed[field] = _set_argument(_call_text(raw, field, key), key, text)
    else:
        raise _problem(f"--set {key}", f'"{field}" has nothing inside: write {field}=VALUE')
    return changed


def _of_a_part(raw: Raw, word: str) -> str:
    """`: did you mean optimizer.lr?` for an argument of a part, by its name or what it is called.

    A part's help begins with the name that the field has for it: learning rate.
    """
    said = word.lower().replace("_", " ")
    for field in ("optimizer", "data", "loss", "schedule", "objective"):
        try:
            part = FAMILIES[field].members().get(parse_call(_call_text(raw, field, field)).name)
        except (GrammarError, BadExperiment):
            continue
        for name, (_, argument) in part.parameters().items() if part else ():
            if word == name or argument.help.split(":")[0] == said:
                match = f"{field}.{name}"
                return f": did you mean {match}?"
    return ""


def declaration(raw: Raw, key: str) -> tuple[object, Parameter] | None:
    """The type and the declaration of what a key names in an experiment; None where that is none.

    What can't be read of the experiment has no declaration either.
    """
    field, *path = key.split(".")
    if not path:
        return Experiment.parameters().get(field)
    try:
        if field == "layers":
            layers = _layers(raw)
            address = _address(layers, path[:-1], key)
            text = str(layer_texts.at(layers, address)) if address else ""
        else:
            text = _call_text(raw, field, key) if field in FAMILIES else ""
        component = FAMILIES[field].members().get(parse_call(text).name) if text else None
    except (NoLayer, GrammarError, BadExperiment):
        return None
    return component.parameters().get(path[-1]) if component else None


def _layers(raw: Raw) -> list[object]:
    current = raw.get("layers")
    return list(current) if isinstance(current, list | tuple) else []


def _whole(field: str, text: str, key: str) -> object:
    kind = Experiment.parameters()[field][0]
    if field == "layers":
        try:
            return layer_list(text)
        except GrammarError as error:
            raise _problem(f"--set {key}", str(error)) from error
    if field in FAMILIES or kind is str:
        return text
    words = {"true": True, "false": False, "none": None}
    return words.get(text.lower(), parse_value(text))


def _set_in_layers(raw: Raw, path: list[str], text: str, key: str) -> list[object]:
    layers = _layers(raw)
    *indices, last = path
    names_argument = bool(indices) and not last.isdecimal()
    try:
        address = _address(layers, indices if names_argument else path, key)
        if names_argument:
            text = _set_argument(str(layer_texts.at(layers, address)), key, text)
        return layer_texts.spliced(layers, address, 1, *layers_of(text))
    except (NoLayer, GrammarError) as error:
        raise _problem(f"--set {key}", str(error)) from error


def _address(layers: list[object], indices: list[str], key: str) -> Address:
    """The address that a key's parts name; raises NoLayer where one of them is no index."""
    address: Address = ()
    for index in indices:
        if address and not index.isdecimal():
            raise _problem(f"--set {key}", "write layers.INDEX.ARGUMENT=VALUE")
        beside = layer_texts.siblings(layers, (*address, 0))
        if index not in map(str, range(len(beside))):
            known = f"they are 0 to {len(beside) - 1}" if beside else "there is none"
            where = f" in {place(address)}" if address else ""
            raise NoLayer(f'"{index}" is not a layer{where}: {known}')
        address = (*address, int(index))
    return address


def _set_argument(call_text: str, key: str, text: str) -> str:
    """The call with one argument replaced; what it did not name stays as it was."""
    try:
        call = parse_call(call_text)
        field, *_, name = key.split(".")
        component = FAMILIES[field].members().get(call.name)
        declared = component.parameters() if component else {}
        if component and name not in declared:
            names = ", ".join(declared)
            hint = nearest(name, declared) or (f": it has {names}" if declared else "")
            raise _problem(f"--set {key}", f'{call.name} has no argument "{name}"{hint}')
        listed = name in declared and family_of_list(declared[name][0]) is not None
        value = parse_list(text) if listed else parse_value(text)
    except GrammarError as error:
        raise _problem(f"--set {key}", str(error)) from error
    args, kwargs = list(call.args), dict(call.kwargs)
    by_position = list(declared)[: len(args)]
    if name in by_position:
        args[by_position.index(name)] = value
    else:
        kwargs[name] = value
    return str(call.with_arguments(tuple(args), kwargs))


def _call_text(raw: Raw, field: str, key: str) -> str:
    """The field's call as it stands, or its default's."""
    default = Experiment.parameters()[field][1].default
    if field not in raw and default is MISSING:
        raise _problem(f"--set {key}", f"there is none yet: write {field}=NAME(...) first")
    return str(raw.get(field, default))


def _problem(place: str, message: str) -> BadExperiment:
    return BadExperiment([Problem(place, message)])

"""Changes single values of an experiment: `--set optimizer.lr=0.05` and the short options."""

from __future__ import annotations

from engine.errors import BadExperiment, Problem
from engine.parts.kinds import MISSING
from engine.spec.catalogue import FAMILIES
from engine.spec.experiment import Experiment
from engine.spec.grammar import Call, GrammarError, parse_call, parse_value, split_calls
from engine.spec.nearest import nearest
from engine.spec.reader import Raw


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
        hint = nearest(field, Experiment.parameters()) or ": see the README"
        raise _problem(f"--set {key}", f'unknown key "{field}"{hint}')
    changed = dict(raw)
    if not path:
        changed[field] = _whole(field, text)
    elif field == "layers":
        changed[field] = _set_in_layers(raw, path, text, key)
    elif field in FAMILIES and len(path) == 1:
        changed[field] = _set_argument(_call_text(raw, field, key), key, text)
    else:
        raise _problem(f"--set {key}", f'"{field}" has nothing inside: write {field}=VALUE')
    return changed


def _whole(field: str, text: str) -> object:
    kind = Experiment.parameters()[field][0]
    if field == "layers":
        return split_calls(text)
    if field in FAMILIES or kind is str:
        return text
    words = {"true": True, "false": False, "none": None}
    return words.get(text.lower(), parse_value(text))


def _set_in_layers(raw: Raw, path: list[str], text: str, key: str) -> list[object]:
    current = raw.get("layers")
    layers = list(current) if isinstance(current, list | tuple) else []
    indices = {str(index): index for index in range(len(layers))}
    if path[0] not in indices:
        known = f"they are 0 to {len(layers) - 1}" if layers else "there is none"
        raise _problem(f"--set {key}", f'"{path[0]}" is not a layer: {known}')
    index = indices[path[0]]
    if len(path) == 1:
        layers[index] = text
    elif len(path) == 2:
        layers[index] = _set_argument(str(layers[index]), key, text)
    else:
        raise _problem(f"--set {key}", "write layers.INDEX.ARGUMENT=VALUE")
    return layers


def _set_argument(call_text: str, key: str, text: str) -> str:
    """The call with one argument replaced; what it did not name stays as it was."""
    try:
        call = parse_call(call_text)
    except GrammarError as error:
        raise _problem(f"--set {key}", str(error)) from error
    field, *_, name = key.split(".")
    component = FAMILIES[field].members().get(call.name)
    names = list(component.parameters()) if component else []
    if component and name not in names:
        hint = nearest(name, names) or (f": it has {', '.join(names)}" if names else "")
        raise _problem(f"--set {key}", f'{call.name} has no argument "{name}"{hint}')
    args, kwargs = list(call.args), dict(call.kwargs)
    if name in names[: len(args)]:
        args[names.index(name)] = parse_value(text)
    else:
        kwargs[name] = parse_value(text)
    return _written(Call(call.name, tuple(args), kwargs))


def _written(call: Call) -> str:
    arguments = [repr(value) for value in call.args]
    arguments += [f"{name}={value!r}" for name, value in call.kwargs.items()]
    return f"{call.name}({', '.join(arguments)})"


def _call_text(raw: Raw, field: str, key: str) -> str:
    """The field's call as it stands, or its default's."""
    default = Experiment.parameters()[field][1].default
    if field not in raw and default is MISSING:
        raise _problem(f"--set {key}", f"there is none yet: write {field}=NAME(...) first")
    return str(raw.get(field, default))


def _problem(place: str, message: str) -> BadExperiment:
    return BadExperiment([Problem(place, message)])

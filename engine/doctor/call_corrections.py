"""What a component's call was meant to be: its name, its arguments, its form."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

from engine.doctor.value_corrections import value_corrections
from engine.doctor.vocabulary import ARGUMENTS, INPUTS, NAMES
from engine.parts.component import Component, literal
from engine.parts.layers import Layer
from engine.parts.losses import Loss
from engine.spec.call import Call
from engine.spec.grammar import GrammarError, parse_call
from engine.spec.nearest import nearest_word

_PREFIX = re.compile(r"\b(?:torch|nn|optim|lr_scheduler|keras|layers|tf|F)\.")
_LAST_NUMBER = re.compile(r",\s*[\d.]+\s*\)$")
_WIDTH, _KERNEL = 32, 3

Correction = tuple[str, Call, tuple[str, ...]]
"""What is done, the call that comes of it, and the layers behind it."""


def read_as_call(text: str) -> str:
    """The call that a text that is none was meant to be, or the empty text."""
    bare = _PREFIX.sub("", text.strip()).strip("\"'").rstrip(",; ")
    closed = bare + ")" * (bare.count("(") - bare.count(")"))
    opened = re.sub(r"^(\w+)[\s:]+(.+)$", r"\1(\2)", closed) if "(" not in closed else closed
    fewer = closed.rstrip(")") + ")" * closed.count("(")
    shorter = [closed]  # without the numbers at its end
    while (rest := _LAST_NUMBER.sub(")", shorter[-1])) != shorter[-1]:
        shorter.append(rest)
    for guess in (bare, closed, opened, fewer):
        with contextlib.suppress(GrammarError):
            return repr(parse_call(guess))
    for guess in shorter:
        with contextlib.suppress(GrammarError):
            return repr(parse_call(guess).without_sizes())
    return ""


def call_corrections(
    family: type[Component], call: Call, code: str, argument: str
) -> Iterator[Correction]:
    """What a call may have been meant to be, the likeliest first; argument: that is no value."""
    component = family.members().get(call.name)
    if component is None:
        yield from _names(family, call)
        return
    declared = list(component.parameters())
    if code == "input-size":
        fewer = call.without_sizes()
        yield f"write {fewer!r}: the size of what comes in follows from the data", fewer, ()
    if code in ("too-many-arguments", "wrong-value", "argument-given-twice"):
        yield from _without_inputs(component, call)
    if code == "argument-given-twice":
        for name in call.kwargs:
            if name in declared[: len(call.args)]:
                yield f"give {call.name} {name} once", _without(call, name), ()
    if code == "too-many-arguments":
        fewer = Call(call.name, call.args[: len(declared)], call.kwargs)
        yield f"write {fewer!r}", fewer, ()
    if code == "unknown-argument":
        yield from _unknown_arguments(component, call)
    if code == "wrong-value" and argument in declared:
        yield from _values(component, call, argument)
    if code == "missing-argument":
        yield from _needed(component, call)
    if code == "contradiction":
        for name, (_, declaration) in component.parameters().items():
            if not declaration.required and _has(component, call, name):
                yield f"leave {name} of {call.name} out", _dropped(component, call, name), ()


def _names(family: type[Component], call: Call) -> Iterator[Correction]:
    members = family.members()
    plain = call.name.lower().replace("_", "")
    candidates = [NAMES.get(plain, ""), nearest_word(call.name, members)]
    if family is Loss:
        candidates.append(nearest_word(f"{call.name}Loss", members))
    for name in dict.fromkeys(filter(None, candidates)):
        if name in members:
            yield f"write {name} in place of {call.name}", Call(name, call.args, call.kwargs), ()


def _without_inputs(component: type[Component], call: Call) -> Iterator[Correction]:
    """The call as PyTorch has it begins with the size of what comes in."""
    if not issubclass(component, Layer) or not call.args:
        return
    if not all(isinstance(value, int | float) for value in call.args):
        return
    is_sized = len(call.args) > 1 or (call.kwargs and component.width_parameter)
    if is_sized:
        other = Call(call.name, call.args[1:], call.kwargs)
        yield f"write {other!r}: the size of what comes in follows from the data", other, ()


def _unknown_arguments(component: type[Component], call: Call) -> Iterator[Correction]:
    declared = component.parameters()
    for name, value in call.kwargs.items():
        if name in declared:
            continue
        others = {key: one for key, one in call.kwargs.items() if key != name}
        without = Call(call.name, call.args, others)
        plain = f"leave {name} of {call.name} out"
        if name == "activation" and issubclass(component, Layer):
            word = nearest_word(str(value), Layer.members())
            if word:
                yield f"put {word}() behind {without!r}", without, (f"{word}()",)
            yield plain, without, ()
        elif name in INPUTS:
            yield f"write {without!r}: the size of what comes in follows from the data", without, ()
        else:
            word = ARGUMENTS.get(name, "") or nearest_word(name, declared)
            if word in declared and word not in others:
                renamed = {word if key == name else key: one for key, one in call.kwargs.items()}
                said = f"write {word} in place of {name} in {call.name}"
                yield said, Call(call.name, call.args, renamed), ()
            yield plain, without, ()


def _values(component: type[Component], call: Call, name: str) -> Iterator[Correction]:
    kind, declaration = component.parameters()[name]
    for value in value_corrections(_given(component, call, name), kind, declaration):
        said = f"give {call.name} {name}={literal(value)}"
        yield said, _with(component, call, name, value), ()
    if not declaration.required:
        yield f"leave {name} of {call.name} out", _dropped(component, call, name), ()


def _needed(component: type[Component], call: Call) -> Iterator[Correction]:
    """What is asked for, where a usual value can be told."""
    assert issubclass(component, Component)
    usual = {"kernel_size": _KERNEL}
    if issubclass(component, Layer) and component.width_parameter:
        usual[component.width_parameter] = _WIDTH
    added = {
        name: usual[name]
        for name, (_, declaration) in component.parameters().items()
        if declaration.required and name in usual and not _has(component, call, name)
    }
    if added:
        said = " and ".join(f"{name}={value}" for name, value in added.items())
        yield f"give {call.name} {said}", Call(call.name, call.args, {**call.kwargs, **added}), ()


def _position(component: type[Component], name: str) -> int:
    return list(component.parameters()).index(name)


def _has(component: type[Component], call: Call, name: str) -> bool:
    return name in call.kwargs or _position(component, name) < len(call.args)


def _given(component: type[Component], call: Call, name: str) -> Any:
    return call.kwargs[name] if name in call.kwargs else call.args[_position(component, name)]


def _with(component: type[Component], call: Call, name: str, value: object) -> Call:
    if name in call.kwargs:
        return Call(call.name, call.args, {**call.kwargs, name: value})
    args = list(call.args)
    args[_position(component, name)] = value
    return Call(call.name, tuple(args), call.kwargs)


def _dropped(component: type[Component], call: Call, name: str) -> Call:
    """The call without an argument that has a default; those behind it are named."""
    if name in call.kwargs:
        return _without(call, name)
    index, names = _position(component, name), list(component.parameters())
    behind = dict(zip(names[index + 1 :], call.args[index + 1 :], strict=False))
    return Call(call.name, call.args[:index], {**behind, **call.kwargs})


def _without(call: Call, name: str) -> Call:
    others = {key: one for key, one in call.kwargs.items() if key != name}
    return Call(call.name, call.args, others)

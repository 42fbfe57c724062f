"""Calls in PyTorch's spelling: `nn.Linear(10, 5)` is `Linear(5)` on ten values.

PyTorch's layers begin with the size of what comes in, its optimizers with what they train. Here
both follow from the experiment: they are left out, and the sizes kept to be checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.parts.component import Component
from engine.parts.data import Data
from engine.parts.kinds import MISSING, convert
from engine.parts.layers import Layer
from engine.parts.layers.block import Block
from engine.parts.losses import Loss
from engine.parts.optimizers import Optimizer
from engine.parts.schedules import Schedule
from engine.spec.call import Call

_FAMILIES: tuple[type[Component], ...] = (Layer, Loss, Optimizer, Schedule)
_LAZY = "Lazy"
"""What the names of PyTorch's modules begin with that find out what comes in themselves."""


class NotTheSame(ValueError):
    """PyTorch's argument asks for something else than is done here; the message says what."""


def component_named(name: str) -> type[Component] | None:
    """The component that PyTorch's name stands for; None for any other name."""
    found = (family.members().get(name) for family in _FAMILIES)
    return next(filter(None, found), None)


def native(call: Call, *, from_torch: bool) -> Call:
    """The call as experiments have it.

    from_torch: whether it is known to be PyTorch's; else it is taken so where only that makes
    sense of it. Raises NotTheSame.
    """
    if from_torch and call.name.startswith(_LAZY):
        lazy = component_named(call.name.removeprefix(_LAZY))
        return call if lazy is None else Call(lazy.name, call.args, call.kwargs)
    component = component_named(call.name)
    if component is None or call.name in Data.members():
        return call
    if not from_torch and _fits(component, call):
        return call
    _check_numbers(component, call)
    try:
        found = _read(component, call)
    except NotTheSame:
        if not from_torch and call.args:  # nothing in it says that it is PyTorch's
            return call
        raise
    if found is None or not (from_torch or _fits(component, found)):
        return call
    if from_torch:
        _check_made(component, call, found)
    return found


def _check_numbers(component: type[Component], call: Call) -> None:
    """Refuse numbers behind those that a layer takes by their place; say which to leave out."""
    if not issubclass(component, Layer) or not component.size_names:
        return
    names = _order(component)
    fitting = [
        _may_be(value, name, component) for value, name in zip(call.args, names, strict=False)
    ]
    kept = fitting.index(False) if False in fitting else len(fitting)
    surplus = call.args[kept:]
    if not kept or not surplus or any(type(one) not in (int, float) for one in surplus):
        return
    found = _read(component, Call(call.name, call.args[:kept], call.kwargs))
    if found is None or not _fits(component, found):
        return
    takes, out = " and ".join(names[:kept]), " and ".join(map(repr, surplus))
    raise NotTheSame(
        f"{component.name} takes {takes}, and no number behind that: leave the {out} out, "
        f"write {found.without_sizes()!r}"
    )


def _may_be(value: object, name: str, component: type[Layer]) -> bool:
    """Whether a value can be what PyTorch calls so."""
    if name in component.parameters():
        return _is_value(value, *component.parameters()[name], name)
    return name in component.size_names and (
        isinstance(value, list | tuple) or (type(value) is int and value > 0)
    )


def _check_made(component: type[Component], call: Call, found: Call) -> None:
    """Refuse a call that says what comes in, and by PyTorch's order not what is made of it."""
    required = next((n for n, (_, d) in component.parameters().items() if d.required), "")
    if found.sizes and required and not found.args and not call.kwargs:
        size, value = next(iter(found.sizes.items()))
        raise NotTheSame(
            f"in PyTorch's order {call!r} gives {size} and no {required}: "
            f"write {component.name}({given_text(value)}), without nn., if that is what comes out"
        )


def _read(component: type[Component], call: Call) -> Call | None:
    """PyTorch's call; None where it has more arguments than PyTorch takes."""
    if issubclass(component, Block):
        return _block(call)
    names = _order(component)
    sizes = list(component.size_names) if issubclass(component, Layer) else []
    given = dict(zip(names, call.args, strict=False))
    if len(call.args) > len(names) or given.keys() & call.kwargs.keys():
        names = [name for name in names if name not in sizes or name in component.parameters()]
        given = dict(zip(names, call.args, strict=False))  # only the size itself is named
        if len(call.args) > len(names) or given.keys() & call.kwargs.keys():
            return None
    given |= call.kwargs
    declared = component.parameters()
    stated = {name: given.pop(name) for name in sizes if name in given and name not in declared}
    _leave_out(component, given)
    if component.name == "PReLU" and stated:
        stated, given = _slopes(stated, given)
    positional: list[object] = []
    for name, (_, declaration) in declared.items():
        if not declaration.required or name not in given:
            break
        positional.append(given.pop(name))
    return Call(component.name, tuple(positional), given, stated)


def given_text(value: object) -> str:
    """A size as a sentence has it."""
    return repr(list(value)) if isinstance(value, tuple) else repr(value)


def _order(component: type[Component]) -> list[str]:
    """The names of PyTorch's arguments, in its order as far as that is known."""
    sizes = component.size_names if issubclass(component, Layer) else ()
    unpassed = component.unpassed if issubclass(component, Layer) else ()
    own = [name for name in component.parameters() if name not in unpassed]
    return list(dict.fromkeys([*sizes, *component.torch_order, *own, *component.torch_only]))


def _leave_out(component: type[Component], given: dict[str, object]) -> None:
    """Take out what makes no difference here; raises NotTheSame for what would make one."""
    for name, same in component.torch_only.items():
        if name not in given or name in component.parameters():
            continue
        value = given.pop(name)
        if same and not any(type(value) is type(one) and value == one for one in same):
            said = " or ".join(repr(one) for one in same)
            raise NotTheSame(
                f"{component.name} is trained with {name}={said} here, not {value!r}: leave it out"
            )


def _slopes(
    stated: dict[str, object], given: dict[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """PReLU's number of slopes: one for all, or one for each channel."""
    if stated.get("num_parameters") == 1:
        return {}, given
    return stated, {**given, "per_channel": True}


def _block(call: Call) -> Call:
    """A block as a script has it: the layers one after the other, the shortcut as a layer."""
    if not call.args or not all(isinstance(one, Call) for one in call.args):
        return call
    kwargs = dict(call.kwargs)
    if isinstance(kwargs.get("shortcut"), Call):
        kwargs["shortcut"] = "projection"
    return Call(call.name, (list(call.args),), kwargs)


def _fits(component: type[Component], call: Call) -> bool:
    """Whether a call makes sense with the arguments as they are declared here."""
    declared = component.parameters()
    names = list(declared)
    if len(call.args) > len(names) or not call.kwargs.keys() <= declared.keys():
        return False
    placed = dict(zip(names, call.args, strict=False))
    if placed.keys() & call.kwargs.keys():
        return False
    given = placed | call.kwargs
    values = all(_is_value(value, *declared[name], name) for name, value in given.items())
    return values and all(name in given for name, (_, d) in declared.items() if d.required)


def _is_value(value: object, kind: Any, declaration: Any, name: str) -> bool:
    if name == "eps" and type(value) is int:  # a whole number there is PyTorch's size
        return False
    if isinstance(value, Sequence) and any(isinstance(one, Call) for one in value):
        return True
    try:
        return convert(value, kind, declaration) is not MISSING
    except ValueError:
        return False

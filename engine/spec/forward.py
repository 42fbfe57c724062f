"""The way through a module's `forward`, as a chain of layers: it is read, never run."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from engine.parts.layers import Layer
from engine.parts.layers.dense import Flatten
from engine.spec.call import Call
from engine.spec.grammar import GrammarError, call_in_program, path_of

_RESHAPED = ("view", "reshape")
"""Methods of a tensor that lay a sample out in one row, in programs that end in a Linear layer."""
_SAME = ("contiguous", "float", "to")
"""Methods that hand the same values on."""
Named = Mapping[str, Sequence[Call]]
"""Layers by what the program calls them."""


def chained(forward: ast.FunctionDef, layers: Named) -> list[Call]:
    """The layers in the order in which `forward` uses them.

    Raises GrammarError where what comes in does not go through one layer after the other.
    """
    arguments = [one.arg for one in forward.args.args if one.arg != "self"]
    if len(arguments) != 1:
        raise GrammarError(f"forward takes {len(arguments)} inputs: one is read")
    values: dict[str, list[Call]] = {arguments[0]: []}
    for node in forward.body:
        if isinstance(node, ast.Return) and node.value is not None:
            return _chain(node.value, values, layers)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # what it says of itself
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(node, ast.Assign) or not isinstance(target, ast.Name):
            raise _no_chain(node)
        values[target.id] = _chain(node.value, values, layers)
    raise GrammarError("forward returns nothing")


def _chain(node: ast.expr, values: Mapping[str, list[Call]], layers: Named) -> list[Call]:
    """The layers that an expression has gone through."""
    if isinstance(node, ast.Name) and node.id in values:
        return values[node.id]
    if not isinstance(node, ast.Call):
        raise _no_chain(node)
    path = path_of(node.func)
    if path and path[0] == "self" and path[-1] in layers and len(node.args) == 1:
        return [*_chain(node.args[0], values, layers), *layers[path[-1]]]
    if path and path[0] not in ("self", *values) and node.args:  # torch.relu(x), F.relu(x)
        done, more = _chain(node.args[0], values, layers), node.args[1:]
    elif isinstance(node.func, ast.Attribute):  # x.relu()
        done, more = _chain(node.func.value, values, layers), node.args
    else:
        raise _no_chain(node)
    name = path[-1] if path else node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name in _SAME:
        return done
    return [*done, _function(node, name, more)]


def _function(node: ast.Call, name: str, more: list[ast.expr]) -> Call:
    """The layer that does what a function does."""
    if name in _RESHAPED:
        return Call(Flatten.name)
    plain = name.replace("_", "").lower()
    member = next((one for one in Layer.members() if one.lower() == plain), None)
    if member is None:
        raise _no_chain(node)
    kept = [one for one in node.keywords if one.arg != "training"]
    training = [one for one in more if path_of(one)[:1] != ["self"]]  # self.training
    call = ast.Call(ast.Name(member), training, kept)
    return call_in_program(call)


def _no_chain(node: ast.stmt | ast.expr) -> GrammarError:
    text = ast.unparse(node).splitlines()[0]
    return GrammarError(
        f"{text[:60]!a} in forward is no layer after the other: "
        "write the network as nn.Sequential(...)"
    )

"""What a string of the source says: its words, and a {field} for each figure in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import cast

_FIELD = re.compile(r"{[^{}]*}")


def message_of(node: ast.expr) -> str:
    """The template of a string, an f-string or a sum of them, without the spaces around it."""
    return "".join(_parts(node, set())).strip()


def _parts(node: ast.expr, taken: set[str]) -> Iterator[str]:
    match node:
        case ast.Constant(value=value):
            yield str(value)
        case ast.JoinedStr(values=values):
            for part in values:
                yield from _parts(part, taken)
        case ast.FormattedValue(value=value, format_spec=spec):
            yield _field(value, spec, taken)
        case ast.BinOp(left=left, right=right) if is_sum(node):
            yield from _parts(left, taken)
            yield from _parts(right, taken)
        case _:
            yield _field(node, None, taken)


def is_sum(node: ast.AST) -> bool:
    """Whether it is `"text" + more`: one sentence of several pieces."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add):
        return False
    return any(is_text(side) or is_sum(side) for side in (node.left, node.right))


def is_text(node: ast.AST) -> bool:
    """Whether it is a string or an f-string."""
    is_plain = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_plain or isinstance(node, ast.JoinedStr)


def fields(message: str) -> set[str]:
    """The names of a template's fields."""
    return {found[1:-1].partition(":")[0] for found in _FIELD.findall(message)}


def words(message: str) -> str:
    """A template without its fields."""
    return _FIELD.sub("", message)


def _field(value: ast.expr, spec: ast.expr | None, taken: set[str]) -> str:
    name = _name(value)
    stem, number = name, 2
    while name in taken:
        name, number = f"{stem}{number}", number + 1
    taken.add(name)
    return f"{{{name}:n}}" if _is_number(spec) else f"{{{name}}}"


def _is_number(spec: ast.expr | None) -> bool:
    """Whether a format is one of numbers."""
    if not isinstance(spec, ast.JoinedStr) or not spec.values:
        return False
    last = spec.values[-1]
    return isinstance(last, ast.Constant) and bool(re.search(r"[gfed%,]$", str(last.value)))


def _name(value: ast.expr) -> str:
    """What a translator knows a field by."""
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_")
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join"), args=[inner, *_]):
            return _name(inner)
        case ast.Call(func=ast.Name(id=("len" | "str" | "plain" | "min" | "max" | "sum")) as func):
            return f"{_name(value.args[0])}" if func.id in ("str", "plain") else f"{func.id}"
        case ast.Call(func=func):
            return _name(func)
        case ast.BinOp(left=left):
            return _name(left)
        case ast.Subscript(value=inner) | ast.Await(value=inner) | ast.Starred(value=inner):
            return _name(inner)
        case ast.UnaryOp(operand=inner):
            return _name(inner)
        case ast.BoolOp(values=[first, *_]):
            return _name(first)
        case _:
            return "part"


def strings(tree: ast.AST) -> Iterator[tuple[ast.expr, list[ast.AST]]]:
    """Every string that is no docstring and no part of another, with what it stands in."""
    stack: list[tuple[ast.AST, list[ast.AST]]] = [(tree, [])]
    while stack:
        node, above = stack.pop()
        if isinstance(node, ast.expr) and (is_text(node) or is_sum(node)):
            if not isinstance(above[-1], ast.Expr):
                yield node, above
            stack += [(value, [*above, node]) for value in _values(node)]
            continue
        stack += [(child, [*above, node]) for child in ast.iter_child_nodes(node)]


def _values(node: ast.expr) -> Iterator[ast.expr]:
    """What a string has in it that is none itself."""
    match node:
        case ast.Constant(value=str()):
            return
        case ast.JoinedStr(values=values):
            for part in values:
                yield from _values(part)
        case ast.FormattedValue(value=value):
            yield value
        case ast.BinOp(left=left, right=right) if is_sum(node):
            yield from _values(left)
            yield from _values(right)
        case _:
            yield node


def joined(tree: ast.Module) -> ast.Module:
    """A module in which `text = "a"` and `text += "b"` after it are `text = "a" + "b"`."""
    return cast(ast.Module, _Joining().visit(tree))


class _Joining(ast.NodeTransformer):
    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                setattr(node, name, _sums(body))
        return node


def _sums(body: list[ast.stmt]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for one in body:
        match found[-1:], one:
            case (
                [ast.Assign(targets=[ast.Name(id=name)], value=first) as before],
                ast.AugAssign(target=ast.Name(id=again), op=ast.Add(), value=second),
            ) if name == again and (is_text(first) or is_sum(first)):
                before.value = ast.copy_location(ast.BinOp(first, ast.Add(), second), first)
            case (
                [ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=first) as before],
                ast.AugAssign(target=ast.Name(id=again), op=ast.Add(), value=second),
            ) if name == again and (is_text(first) or is_sum(first)):
                before.value = ast.copy_location(ast.BinOp(first, ast.Add(), second), first)
            case _:
                found.append(one)
    return found

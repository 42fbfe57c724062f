"""What a string of the source says: its words, and a {field} for each figure in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_FIELD = re.compile(r"{[^{}]*}")


def message_of(node: ast.expr) -> str:
    """The template of a string or f-string, without the spaces around it."""
    if isinstance(node, ast.Constant):
        return str(node.value).strip()
    assert isinstance(node, ast.JoinedStr), "nothing else is a string"
    taken: set[str] = set()
    parts = [
        str(part.value) if isinstance(part, ast.Constant) else _field(part, taken)
        for part in node.values
    ]
    return "".join(parts).strip()


def fields(message: str) -> set[str]:
    """The names of a template's fields."""
    return {found[1:-1].partition(":")[0] for found in _FIELD.findall(message)}


def words(message: str) -> str:
    """A template without its fields."""
    return _FIELD.sub("", message)


def _field(part: ast.expr, taken: set[str]) -> str:
    assert isinstance(part, ast.FormattedValue), "an f-string has nothing else"
    name = _name(part.value)
    stem, number = name, 2
    while name in taken:
        name, number = f"{stem}{number}", number + 1
    taken.add(name)
    return f"{{{name}:n}}" if _is_number(part.format_spec) else f"{{{name}}}"


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
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if isinstance(node, ast.JoinedStr) or is_text:
            if not isinstance(above[-1], ast.Expr):
                yield node, above  # type: ignore[misc]  # both are expressions
            if isinstance(node, ast.JoinedStr):
                inner = [one.value for one in node.values if isinstance(one, ast.FormattedValue)]
                stack += [(value, [*above, node]) for value in inner]
            continue
        stack += [(child, [*above, node]) for child in ast.iter_child_nodes(node)]

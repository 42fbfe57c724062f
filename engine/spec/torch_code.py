"""Programs that build a network with PyTorch, read as texts of layers, loss and optimizer.

`nn.Sequential(...)`, the lines of a Module, the way of its `forward`: the program is parsed and
never run. What a program says beside that, like its training loop, is passed over.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.limits import CALL, LAYERS
from engine.parts.layers import Layer
from engine.spec.call import Call
from engine.spec.forward import chained
from engine.spec.grammar import (
    GrammarError,
    call_in_program,
    parse_value,
    path_of,
    split_calls,
)
from engine.spec.syntax_reason import syntax_reason
from engine.spec.torch_call import component_named

_SIGNS = re.compile(
    r"\b(?:nn|torch|optim|lr_scheduler)\.|\bSequential\s*\(|^\s*[\w.]+\s*=\s*[\w.]+\(", re.M
)
"""What a text has in it that is a program's, and no list of calls."""
_SEQUENTIAL = "Sequential"


class NoProgram(GrammarError):
    """A text that does not parse as a program."""


@dataclass(frozen=True)
class Code:
    """What a program builds: the texts of its calls; empty where it says nothing of one."""

    layers: tuple[str, ...] = ()
    loss: str = ""
    optimizer: str = ""
    schedule: str = ""


def is_code(text: str) -> bool:
    """Whether a text is to be read as a program's."""
    return bool(_SIGNS.search(text))


def layer_list(text: str) -> list[str]:
    """The layers that a text lists, a text each: calls, or the layers of a program.

    They may stand in brackets, in quotes too, as a file has them. Raises GrammarError for a program
    that can't be read.
    """
    if text.startswith("[") and text.endswith("]"):
        listed = parse_value(text)
        if isinstance(listed, list) and listed and all(isinstance(one, str) for one in listed):
            return [layer for one in listed for layer in layers_of(one)]
        text = text[1:-1]
    if not is_code(text):
        return split_calls(text)
    try:
        layers = list(read_code(text).layers)
    except NoProgram:
        pieces = split_calls(text)  # calls with spaces between them are none
        if len(pieces) < 2 or any(map(_is_several, pieces)):
            raise
        return pieces
    if not layers:
        raise GrammarError(f"{text[:40]!a} builds no layer: give nn.Sequential(...), or calls")
    return layers


def layers_of(text: str) -> list[str]:
    """What stands for one layer: a call as it is, a program as its layers. Raises GrammarError."""
    return layer_list(text) if is_code(text) else [text]


def as_line(text: str) -> str:
    """A text of several lines as one that means the same, without its comments."""
    try:
        lines = _parsed(text).body
        if len(lines) > 1 and (layers := read_code(text).layers):
            return f"{_SEQUENTIAL}({', '.join(layers)})"
        return " ".join(map(ast.unparse, lines))
    except GrammarError:  # what it is not is told of what was typed
        return " ".join(text.split())


def read_code(text: str) -> Code:
    """What a program builds; raises GrammarError where its network is no chain of layers."""
    return _Program(_parsed(text)).code()


def spread(raw: Mapping[str, object]) -> dict[str, object]:
    """The values of an experiment with programs among its layers taken apart into their layers.

    Raises GrammarError.
    """
    layers = raw.get("layers")
    if isinstance(layers, str) and is_code(layers):
        return {**raw, "layers": layer_list(layers)}
    if not isinstance(layers, list | tuple) or not any(map(_is_several, layers)):
        return dict(raw)
    found: list[object] = []
    for one in layers:
        found += layers_of(str(one)) if _is_several(one) else [one]
    return {**raw, "layers": found}


def _is_several(text: object) -> bool:
    has_several = isinstance(text, str) and (_SEQUENTIAL in text or "\n" in text.strip())
    return has_several and is_code(str(text))


def _parsed(text: str) -> ast.Module:
    """The program; lines of one may begin anywhere. Raises GrammarError."""
    if len(text) > CALL.most:
        raise GrammarError(f"it has {CALL.refusal(len(text))}")
    bare = "\n".join(line.strip() for line in text.splitlines())
    reason: str | None = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for one in (textwrap.dedent(text), bare, f"[{bare}\n]", f"({bare}\n"):
            try:
                return ast.parse(one.strip())
            except SyntaxError as error:
                reason = reason or f"line {error.lineno}: {syntax_reason(error)}".removesuffix(": ")
            except (ValueError, RecursionError, MemoryError) as error:
                reason = str(error) or "it is nested too deeply"
                break
    raise NoProgram(f"this is no program that can be read: {reason}")


class _Program:
    """One program on its way to what it builds."""

    def __init__(self, module: ast.Module) -> None:
        self._module = module
        self._numbers: dict[str, ast.Constant] = {}
        """What the program calls its sizes."""
        self._layers: dict[str, list[Call]] = {}
        """The layers by what the program calls them, in order; those without a name by number."""
        self._used: set[str] = set()
        """The names of those that others are made of."""
        self._forward: ast.FunctionDef | None = None
        self._fields: dict[str, str] = {}

    def code(self) -> Code:
        """What all of it builds; raises GrammarError."""
        for node in _statements(self._module.body):
            self._read(node)
        left = (calls for name, calls in self._layers.items() if name not in self._used)
        chain = [call for calls in left for call in calls]
        if self._forward is not None and self._layers:
            chain = chained(self._forward, self._layers)
        if len(chain) > LAYERS.most:
            raise GrammarError(f"there are {LAYERS.refusal(len(chain))}")
        return Code(tuple(map(repr, chain)), **self._fields)

    def _read(self, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef) and node.name == "forward":
            self._forward = node
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            path = path_of(node.targets[0])
            if path and isinstance(node.value, ast.Constant) and type(node.value.value) is int:
                self._numbers[path[-1]] = node.value
            elif path:
                self._take(path[-1], node.value)
        elif isinstance(node, ast.Expr):
            is_list = isinstance(node.value, ast.Tuple | ast.List)
            listed = node.value.elts if is_list else [node.value]  # type: ignore[attr-defined]  # a list has them
            for one in listed:
                self._take(f"{len(self._layers)}", one)

    def _take(self, name: str, node: ast.expr) -> None:
        """What a value of the program is, if it is a part of an experiment."""
        node = _Resolved(self._numbers).visit(node)
        if not _is_part(node):
            return
        for call in self._calls(node):
            component = component_named(call.name)
            family = component.family if component is not None else Layer.family
            if family == Layer.family:
                self._layers[name] = [*self._layers.get(name, []), call]
            else:
                self._fields[family] = repr(call)

    def _calls(self, node: ast.expr) -> Iterator[Call]:
        """The calls of the parts that an expression consists of; raises GrammarError."""
        if isinstance(node, ast.Call) and path_of(node.func)[-1:] == [_SEQUENTIAL]:
            for one in _in_sequence(node):
                yield from self._calls(one)
        elif (path := path_of(node)) and path[-1] in self._layers:
            self._used.add(path[-1])
            yield from self._layers[path[-1]]
        else:
            yield call_in_program(node)


def _is_part(node: ast.expr) -> bool:
    """Whether an expression is one that builds a part of an experiment, or one of PyTorch's."""
    path = path_of(node.func if isinstance(node, ast.Call) else node)
    if not path or not path[-1][:1].isupper():
        return False
    of_torch = path[-2:-1] in (["nn"], ["optim"], ["lr_scheduler"])
    return of_torch or path[-1] == _SEQUENTIAL or component_named(path[-1]) is not None


def _in_sequence(node: ast.Call) -> list[ast.expr]:
    """What nn.Sequential is given: modules, an OrderedDict of them, or a list behind a star."""
    found: list[ast.expr] = []
    for one in node.args:
        if isinstance(one, ast.Starred) and isinstance(one.value, ast.List | ast.Tuple):
            found += one.value.elts
        elif isinstance(one, ast.Call) and path_of(one.func)[-1:] == ["OrderedDict"]:
            pairs = one.args[0] if one.args else None
            listed = pairs.elts if isinstance(pairs, ast.List | ast.Tuple) else []
            found += [pair.elts[1] for pair in listed if isinstance(pair, ast.Tuple)]
        else:
            found.append(one)
    return found


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a program that build something, in order; no loop is followed."""
    for node in body:
        yield node
        if (
            isinstance(node, ast.ClassDef)
            or (isinstance(node, ast.FunctionDef) and node.name in ("__init__", "main"))
            or isinstance(node, ast.If)
        ):
            yield from _statements(node.body)


class _Resolved(ast.NodeTransformer):
    """An expression with the names of numbers replaced by the numbers."""

    def __init__(self, numbers: Mapping[str, ast.Constant]) -> None:
        self._numbers = numbers

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._numbers.get(node.id, node)

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """What is called is no number."""
        node.args = [self.visit(one) for one in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        return node

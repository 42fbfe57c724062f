"""The one grammar of data, layers, loss, optimizer and schedule: calls with literals.

`Name(argument, keyword=value)` is parsed with `ast`; nothing is ever evaluated. An argument may
be a list of calls: `Residual([Linear(16), ReLU()])`. Calls may be spelled as PyTorch's programs
have them: `nn.Linear(10, 5)`, `optim.SGD(model.parameters(), lr=0.01)`.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from functools import partial

from engine.limits import BLOCK_DEPTH, CALL
from engine.parts.component import Component
from engine.parts.layers import Layer
from engine.parts.layers.block import Block
from engine.spec.call import Call
from engine.spec.syntax_reason import syntax_reason
from engine.spec.torch_call import NotTheSame, component_named, native

MAX_BITS = 1024
"""Whole numbers of more bits are larger than any float, and can be too long to write."""

MOST_PRODUCT = 2**31
"""Products from here on are no size of a layer."""
_MODULES = {"torch", "nn", "modules", "optim", "lr_scheduler"}
"""What PyTorch's programs put before a name."""

_TOML_KEY = re.compile(r"([{,]\s*)([A-Za-z_][\w-]*)\s*=(?!=)")
"""A key of a table as TOML has it, with what stands before it."""
_OPENING, _CLOSING = "([{", ")]}"


class GrammarError(ValueError):
    """A text that is not a call of literals; the message says what would be one."""


def parse_call(text: str) -> Call:
    """Read one call: `Linear(4)`, `SGD(lr=0.1)`, or a bare name: `ReLU`.

    Raises GrammarError for anything else.
    """
    return _call_of(_single(_expression(text)), text, in_torch=False)


def call_in_program(node: ast.expr) -> Call:
    """The call that an expression of a program is, spelled as PyTorch does; raises GrammarError."""
    text = ast.unparse(node)
    # Read again: what is wrong in it is told by where that stands in this text.
    return _call_of(_single(_expression(text)), text, in_torch=True)


def _call_of(node: ast.expr, text: str, *, in_torch: bool) -> Call:
    """The call of an expression, and text: what it stands in. Raises GrammarError."""
    if not isinstance(node, ast.Name | ast.Call | ast.Attribute):
        raise _no_call(text)
    try:
        return _call(node, text, 0, in_torch=in_torch)
    except RecursionError as error:
        raise GrammarError(f"{_quoted(text)} is nested too deeply") from error


def parse_list(text: str) -> list[Call]:
    """Read a list of calls separated by commas or spaces: `Linear(4) ReLU, Linear(1)`.

    It may have brackets around it.
    """
    text = text.strip()
    inside = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    _check_length(inside)
    return [parse_call(piece) for piece in split_calls(inside)]


def split_calls(text: str) -> list[str]:
    """The pieces of a list of calls; a bracket or a quote keeps its inside together."""
    pieces: list[str] = []
    piece, depth, quote, after_comma = "", 0, "", True
    escaped = False
    for character in text:
        if quote:
            if character == quote and not escaped:
                quote = ""
            escaped = character == "\\" and not escaped
        elif character in "\"'":
            quote = character
        elif character in _OPENING:
            if not piece and not after_comma and not depth:
                piece = pieces.pop()  # `Linear (4)` is one call
            depth += 1
        elif character in _CLOSING:
            depth = max(0, depth - 1)
        if not quote and not depth and (character == "," or character.isspace()):
            if piece:
                pieces.append(piece)
            piece, after_comma = "", character == "," or (after_comma and not piece)
        else:
            piece += character
    return [*pieces, piece] if piece else pieces


def parse_value(text: str) -> object:
    """Read a value typed on a command line: a literal, else the text itself."""
    try:
        return _literal(_expression(text), text)
    except GrammarError:
        return text


def _check_length(text: str) -> None:
    if len(text) > CALL.most:
        raise GrammarError(f"it has {CALL.refusal(len(text))}")


def _expression(text: str) -> ast.expr:
    _check_length(text)
    reason: str | None = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" in a text is the person's affair
        # A table may be written as TOML has it, too: {zip = "category"}; a line of a program may
        # say what it is called there: self.fc1 = nn.Linear(2, 4).
        for read in (_as_expression, lambda text: _as_expression(_as_python(text)), _as_assigned):
            try:
                return read(text.strip())
            except SyntaxError as error:
                reason = syntax_reason(error) if reason is None else reason
            except (ValueError, RecursionError, MemoryError) as error:
                reason = str(error) or "it is nested too deeply"
                break
    if not reason:
        raise GrammarError(f"{_quoted(text)} is not a call like Name(argument, key=value)")
    if reason.startswith("Exceeds the limit"):
        reason = "a number has too many digits"
    raise GrammarError(f"{_quoted(text)} is not a call like Name(argument, key=value): {reason}")


def _as_expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _as_assigned(text: str) -> ast.expr:
    """What a line gives a name; raises SyntaxError for any other line."""
    body = ast.parse(text).body
    if len(body) != 1 or not isinstance(line := body[0], ast.Assign) or len(line.targets) != 1:
        raise SyntaxError
    *modules, name = path_of(line.value.func if isinstance(line.value, ast.Call) else line.value)
    if not path_of(line.targets[0]) or not (modules or component_named(name)):
        raise SyntaxError
    return line.value


def _single(node: ast.expr) -> ast.expr:
    """What stands before a comma at the end, as in a list over several lines."""
    is_one = isinstance(node, ast.Tuple) and len(node.elts) == 1
    return node.elts[0] if is_one and isinstance(node, ast.Tuple) else node


def _as_python(text: str) -> str:
    """The text with the keys of its tables in quotes; the text itself where it has none."""
    pieces = _TOML_KEY.split(text)
    if len(pieces) == 1 or '"' in "".join(pieces[1::3]):
        return text
    depth, result = 0, pieces[0]
    for index in range(1, len(pieces), 3):
        before, key, after = pieces[index : index + 3]
        so_far = result + before
        depth = so_far.count("{") - so_far.count("}")
        result = so_far + (f'"{key}":' if depth > 0 else f"{key}=") + after
    return result


def path_of(node: ast.expr) -> list[str]:
    """The names of `torch.nn.Linear`, first to last; empty for anything else."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        before = path_of(node.value)
        return [*before, node.attr] if before else []
    return []


def _call(
    node: ast.Name | ast.Call | ast.Attribute, text: str, depth: int, *, in_torch: bool
) -> Call:
    """The call of a node; depth: the calls that it is inside of."""
    if depth > BLOCK_DEPTH.most:
        raise GrammarError(f"blocks in blocks: there are {BLOCK_DEPTH.refusal(depth)}")
    *modules, name = path_of(node.func if isinstance(node, ast.Call) else node) or [""]
    if not name or not set(modules) <= _MODULES:
        raise _no_call(text)
    from_torch = in_torch or bool(modules)
    if isinstance(node, ast.Call):
        call = _with_arguments(name, node, text, depth, from_torch=from_torch)
    else:
        call = Call(name)
    try:
        return native(call, from_torch=from_torch)
    except NotTheSame as error:
        raise GrammarError(str(error)) from error


def _with_arguments(name: str, node: ast.Call, text: str, depth: int, *, from_torch: bool) -> Call:
    component = component_named(name)
    in_block = component is not None and issubclass(component, Block)
    argument = partial(_argument, text=text, depth=depth, from_torch=from_torch, in_block=in_block)
    nodes = list(node.args)
    if nodes and component is not None and _is_what_is_trained(component.family, nodes[0]):
        nodes = nodes[1:]
    kwargs: dict[str, object] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise GrammarError(f"{_quoted(text)}: ** is not accepted, name each argument")
        if keyword.arg in kwargs:
            raise GrammarError(f"{_quoted(text)}: {keyword.arg} is given twice")
        if component is not None and _makes_no_difference(component, keyword):
            continue
        kwargs[keyword.arg] = argument(keyword.value)
    sized = component is not None and issubclass(component, Layer) and bool(component.size_names)
    args = [
        _product(one, text)  # whosever spelling it is
        if isinstance(one, ast.BinOp) and sized and index == 0
        else argument(one)
        for index, one in enumerate(nodes)
    ]
    return Call(name, tuple(args), kwargs)


def _is_what_is_trained(family: str, node: ast.expr) -> bool:
    """Whether an argument says what an optimizer or a schedule is of: it is of the experiment."""
    if family == "schedule":
        return isinstance(node, ast.Name)
    is_call = isinstance(node, ast.Call) and not node.args and not node.keywords
    path = path_of(node.func) if is_call and isinstance(node, ast.Call) else []
    return family == "optimizer" and len(path) > 1 and path[-1] == "parameters"


def _makes_no_difference(component: type[Component], keyword: ast.keyword) -> bool:
    """Whether an argument may say anything: where it computes, what is trained."""
    name = keyword.arg or ""
    if name in ("params", "optimizer"):
        return _is_what_is_trained(component.family, keyword.value)
    return name not in component.parameters() and component.torch_only.get(name, None) == ()


def _argument(
    node: ast.expr, text: str, depth: int, *, from_torch: bool, in_block: bool = False
) -> object:
    """A literal, or a list that has calls in it; of PyTorch's block the calls themselves."""
    if isinstance(node, ast.List | ast.Tuple):
        items = [_item(item, text, depth, from_torch=from_torch) for item in node.elts]
        return items if isinstance(node, ast.List) else tuple(items)
    if isinstance(node, ast.Call):
        if in_block and (from_torch or path_of(node.func)[:-1]):
            return _call(node, text, depth + 1, in_torch=from_torch)
        if component_named((path_of(node.func) or [""])[-1]) is None:
            return _literal(node, text)
        piece = _quoted(ast.get_source_segment(text.strip(), node) or text)
        raise GrammarError(f"{piece} is not accepted: calls in a call stand in a list, [...]")
    if isinstance(node, ast.BinOp) and from_torch:
        return _product(node, text)
    return _literal(node, text)


def _product(node: ast.expr, text: str) -> object:
    """A product of whole numbers, as programs have what comes out of a picture: 16 * 5 * 5."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        left, right = _product(node.left, text), _product(node.right, text)
        if type(left) is int and type(right) is int and abs(left * right) < MOST_PRODUCT:
            return left * right
    return _literal(node, text)


def _item(node: ast.expr, text: str, depth: int, *, from_torch: bool) -> object:
    if isinstance(node, ast.Name | ast.Call | ast.Attribute):
        return _call(node, text, depth + 1, in_torch=from_torch)
    return _argument(node, text, depth, from_torch=from_torch)


def _no_call(text: str) -> GrammarError:
    return GrammarError(f"{_quoted(text)} is not a call: write Name(argument, key=value)")


def _literal(node: ast.expr, text: str) -> object:
    try:
        value: object = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        plain = False
    else:
        plain = _is_plain(value)
    if not plain:
        piece = ast.get_source_segment(text.strip(), node) or text
        raise GrammarError(
            f"{_quoted(piece)} is not accepted: give a number, a text in quotes, "
            "True, False, None or a list of them"
        )
    return value


def _is_plain(value: object) -> bool:
    """Whether a literal is of the kinds that parameters have, and can be written out again."""
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(k, str) and _is_plain(item) for k, item in value.items())
    if isinstance(value, int):
        return value.bit_length() <= MAX_BITS
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str)


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")

"""The one grammar of data, layers, loss, optimizer and schedule: calls with literals.

`Name(argument, keyword=value)` is parsed with `ast`; nothing is ever evaluated. An argument may
be a list of calls: `Residual([Linear(16), ReLU()])`.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from dataclasses import dataclass, field

from engine.limits import BLOCK_DEPTH, CALL

MAX_BITS = 1024
"""Whole numbers of more bits are larger than any float, and can be too long to write."""

_TOML_KEY = re.compile(r"([{,]\s*)([A-Za-z_][\w-]*)\s*=(?!=)")
"""A key of a table as TOML has it, with what stands before it."""
_OPENING, _CLOSING = "([{", ")]}"


class GrammarError(ValueError):
    """A text that is not a call of literals; the message says what would be one."""


@dataclass(frozen=True)
class Call:
    """A name with its arguments, not yet checked against any declaration.

    They are literals, and lists that may have calls in them.
    """

    name: str
    args: tuple[object, ...] = ()
    kwargs: dict[str, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        """The call as it is written, so that it can stand in a list of values that are shown."""
        arguments = [repr(value) for value in self.args]
        arguments += [f"{name}={value!r}" for name, value in self.kwargs.items()]
        return f"{self.name}({', '.join(arguments)})"


def parse_call(text: str) -> Call:
    """Read one call: `Linear(4)`, `SGD(lr=0.1)`, or a bare name: `ReLU`.

    Raises GrammarError for anything else.
    """
    node = _expression(text)
    if not isinstance(node, ast.Name | ast.Call):
        raise _no_call(text)
    try:
        return _call(node, text, 0)
    except RecursionError as error:
        raise GrammarError(f"{_quoted(text)} is nested too deeply") from error


def num_calls(value: object) -> int:
    """How many calls there are in a value: itself, if it is one, and those in its arguments."""
    if isinstance(value, Call):
        return 1 + sum(num_calls(item) for item in (*value.args, *value.kwargs.values()))
    return sum(map(num_calls, value)) if isinstance(value, list | tuple) else 0


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
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a text is the person's affair
            try:
                return ast.parse(text.strip(), mode="eval").body
            except SyntaxError:
                # A table may be written as TOML has it, too: {zip = "category"}.
                return ast.parse(_as_python(text.strip()), mode="eval").body
    except SyntaxError as error:
        reason = error.msg or "it does not parse"
    except (ValueError, RecursionError, MemoryError) as error:
        reason = str(error) or "it is nested too deeply"
    if reason.startswith("Exceeds the limit"):
        reason = "a number has too many digits"
    raise GrammarError(f"{_quoted(text)} is not a call like Name(argument, key=value): {reason}")


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


def _call(node: ast.Name | ast.Call, text: str, depth: int) -> Call:
    """The call of a node; depth: the calls that it is inside of."""
    if depth > BLOCK_DEPTH.most:
        raise GrammarError(f"blocks in blocks: there are {BLOCK_DEPTH.refusal(depth)}")
    if isinstance(node, ast.Name):
        return Call(node.id)
    if not isinstance(node.func, ast.Name):
        raise _no_call(text)
    kwargs: dict[str, object] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise GrammarError(f"{_quoted(text)}: ** is not accepted, name each argument")
        if keyword.arg in kwargs:
            raise GrammarError(f"{_quoted(text)}: {keyword.arg} is given twice")
        kwargs[keyword.arg] = _argument(keyword.value, text, depth)
    args = tuple(_argument(argument, text, depth) for argument in node.args)
    return Call(node.func.id, args, kwargs)


def _argument(node: ast.expr, text: str, depth: int) -> object:
    """A literal, or a list that has calls in it."""
    if isinstance(node, ast.List | ast.Tuple):
        items = [_item(item, text, depth) for item in node.elts]
        return items if isinstance(node, ast.List) else tuple(items)
    if isinstance(node, ast.Call):
        piece = _quoted(ast.get_source_segment(text.strip(), node) or text)
        raise GrammarError(f"{piece} is not accepted: calls in a call stand in a list, [...]")
    return _literal(node, text)


def _item(node: ast.expr, text: str, depth: int) -> object:
    if isinstance(node, ast.Name | ast.Call):
        return _call(node, text, depth + 1)
    return _argument(node, text, depth)


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
    return ascii(text if len(text) <= 60 else text[:57] + "...")

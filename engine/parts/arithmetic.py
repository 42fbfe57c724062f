"""Formulas that are told as they are computed, number by number: `-ln(probabilities[target])`.

Plain Python, since they are declared beside losses and optimizers, and shown where there is no
torch. A value is a number or several, and what is done to several is done to each.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

Value = float | tuple[float, ...]


class Term(NamedTuple):
    """One line of an arithmetic: a name, and how it comes about from those before."""

    name: str
    formula: str
    """An expression of Python, of the functions in FUNCTIONS."""
    words: str = ""
    """What it is, in a clause."""
    state: str = ""
    """Of an optimizer's: what PyTorch calls it where it is kept for the next step."""
    start: float = 0.0
    """What it is before the first step, of what is kept."""


def evaluate(formula: str, values: Mapping[str, Value]) -> Value:
    """What a formula comes to, in double precision; as IEEE 754 has it where that is no number."""
    return _value(_parsed(formula), values)


def worked(terms: tuple[Term, ...], values: Mapping[str, Value]) -> dict[str, Value]:
    """What each term comes to, one after the other."""
    known = dict(values)
    for term in terms:
        known[term.name] = evaluate(term.formula, known)
    return {term.name: known[term.name] for term in terms}


def spelled(formula: str, values: Mapping[str, Value], show: Callable[[Value], str]) -> str:
    """A formula with numbers in place of names; show: how a value is written."""

    def instead(found: re.Match[str]) -> str:
        name, index = found["name"], found["index"]
        if name not in values:
            return found[0]
        text = show(evaluate(found[0], values) if index else values[name])
        return f"({text})" if text.startswith(("-", "−")) else text

    return _NAME.sub(instead, formula)


_NAME = re.compile(r"(?P<name>[a-z_]\w*)(?P<index>\[\w+\])?(?!\w|\()")


@cache
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _each(lambda one, _: -one, _value(operand, values), 0.0)
        case ast.BinOp(left=left, op=op, right=right):
            return _each(_OPERATIONS[type(op)], _value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return FUNCTIONS[name](*(_value(argument, values) for argument in arguments))
        case ast.Subscript(value=of, slice=index):
            found, at = _value(of, values), _value(index, values)
            assert isinstance(found, tuple), "one of several"
            assert isinstance(at, float), "by its number"
            return found[int(at)]
    raise AssertionError(f"no arithmetic: {ast.unparse(node)}")


def _each(do: Callable[[float, float], float], left: Value, right: Value) -> Value:
    if isinstance(left, tuple):
        others = right if isinstance(right, tuple) else (right,) * len(left)
        return tuple(do(one, other) for one, other in zip(left, others, strict=True))
    if isinstance(right, tuple):
        return tuple(do(left, other) for other in right)
    return do(left, right)


def _divided(one: float, other: float) -> float:
    if other:
        return one / other
    return math.copysign(math.inf, one) if one and not math.isnan(one) else math.nan


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf
    except ValueError:  # a root of less than nothing
        return math.nan


def _exp(power: float) -> float:
    return math.inf if power > 709 else math.exp(power)


def _ln(number: float) -> float:
    if number > 0:
        return math.log(number)
    return -math.inf if number == 0 else math.nan


def _sqrt(number: float) -> float:
    return math.sqrt(number) if number >= 0 else math.nan


def _sigmoid(score: float) -> float:
    return 1 / (1 + _exp(-score))


def _softmax(scores: Value) -> Value:
    assert isinstance(scores, tuple), "of several"
    most = max(scores)
    powers = [_exp(score - most) for score in scores]
    total = sum(powers)
    return tuple(power / total for power in powers)


def _several(value: Value) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)


def _of_one(do: Callable[[float], float]) -> Callable[..., Value]:
    return lambda value: _each(lambda one, _: do(one), value, 0.0)


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "abs": _of_one(abs),
    "exp": _of_one(_exp),
    "ln": _of_one(_ln),
    "sqrt": _of_one(_sqrt),
    "sigmoid": _of_one(_sigmoid),
    "softmax": _softmax,
    "max": lambda one, other: _each(max, one, other),
    "min": lambda one, other: _each(min, one, other),
    "sum": lambda value: sum(_several(value)),
    "mean": lambda value: sum(_several(value)) / len(_several(value)),
}
_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda one, other: one + other,
    ast.Sub: lambda one, other: one - other,
    ast.Mult: lambda one, other: one * other,
    ast.Div: _divided,
    ast.Pow: _power,
}

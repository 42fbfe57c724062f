"""Kinds: which values a declared type takes, and how it is put in words."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from engine.parts.component import literal
from engine.parts.kinds import Parameter, convert, describe, shown

_ANY = Parameter(None, "anything")
_SHARE = Parameter(None, "a share", minimum=0, below=1)
_COUNT = Parameter(None, "a count", minimum=1, maximum=10)


@pytest.mark.parametrize(
    ("value", "kind", "declaration", "converted"),
    [
        (3, int, _COUNT, 3),
        (3, float, _ANY, 3.0),
        (0, float, _SHARE, 0.0),
        (2**63 - 1, int, _ANY, 2**63 - 1),
        ([1, 2], tuple[int, int], _COUNT, (1, 2)),
        ((1, 2.5), tuple[float, ...], _ANY, (1.0, 2.5)),
        ([], tuple[float, ...], _ANY, ()),
        ([[1], [2]], tuple[tuple[float, ...], ...], _ANY, ((1.0,), (2.0,))),
        ("same", int | Literal["same"], _COUNT, "same"),
        (None, int | None, _COUNT, None),
        (True, bool, _ANY, True),
        ("", str, _ANY, ""),
    ],
)
def test_an_accepted_value_has_its_declared_type(
    value: object, kind: Any, declaration: Parameter, converted: object
) -> None:
    """Whole numbers serve as floats and lists as tuples; nothing else is bent."""
    result = convert(value, kind, declaration)
    assert result == converted
    assert type(result) is type(converted)


@pytest.mark.parametrize(
    ("value", "kind", "declaration"),
    [
        (3.0, int, _ANY),
        (True, int, _ANY),
        (True, float, _ANY),
        (1, bool, _ANY),
        ("3", int, _ANY),
        (0, int, _COUNT),
        (11, int, _COUNT),
        (1.0, float, _SHARE),
        (-0.1, float, _SHARE),
        (float("nan"), float, _ANY),
        (float("inf"), float, _ANY),
        (10**400, float, _ANY),
        (2**63, int, _ANY),
        (-(2**63) - 1, int, _ANY),
        ([1], tuple[int, int], _COUNT),
        ([1, 0], tuple[int, int], _COUNT),
        ("ab", tuple[str, ...], _ANY),
        ("full", Literal["auto"], _ANY),
        (1, Literal[True], _ANY),
        ("\ud800", str, _ANY),
        (None, int, _ANY),
        (1j, float, _ANY),
        ({}, str, _ANY),
    ],
)
def test_a_value_of_another_type_or_range_is_refused(
    value: object, kind: Any, declaration: Parameter
) -> None:
    """What is not accepted is told together with what is."""
    with pytest.raises(ValueError, match="is not accepted: give ") as caught:
        convert(value, kind, declaration)
    assert str(caught.value).endswith(describe(kind, declaration))


@pytest.mark.parametrize(
    ("kind", "declaration", "words"),
    [
        (int, _COUNT, "a whole number, at least 1 and at most 10"),
        (float | None, _SHARE, "a number or None, at least 0 and below 1"),
        (float, Parameter(None, "", above=0, below=2), "a number, above 0 and below 2"),
        (tuple[int, int] | Literal["a", "b"], _ANY, "2 values (a whole number each) or 'a' or 'b'"),
        (tuple[float, ...], _ANY, "a list (a number each)"),
    ],
)
def test_a_kind_is_put_in_words(kind: Any, declaration: Parameter, words: str) -> None:
    """The declared type and range read as a person would say them."""
    assert describe(kind, declaration) == words


def test_a_value_is_shown_on_one_short_line() -> None:
    """Long and unprintable values are cut and escaped in messages."""
    assert shown("a\n\x1b") == r"'a\n\x1b'"
    assert shown("a" * 100) == "'" + "a" * 56 + "..."
    assert shown(10**5000) == "a number of thousands of digits"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((1, (2, 3)), "[1, [2, 3]]"),
        ("a'b", '"a\'b"'),
        ('a"b', "'a\"b'"),
        ("é\n", r"'\xe9\n'"),
        (None, "None"),
        (0.1, "0.1"),
        (True, "True"),
    ],
)
def test_a_value_is_written_as_a_literal(value: object, text: str) -> None:
    """Tuples are written as lists, texts in double quotes where that needs no escapes."""
    assert literal(value) == text

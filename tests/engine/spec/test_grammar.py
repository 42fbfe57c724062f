"""The grammar: calls with literals are read, everything else is explained, nothing is run."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.limits import BLOCK_DEPTH, CALL
from engine.spec.call import Call, num_calls
from engine.spec.grammar import (
    GrammarError,
    parse_call,
    parse_list,
    parse_value,
    split_calls,
)
from tests.engine.spec.audited import audited
from tests.thoroughness import examples

_PIECES = [
    *("Linear", "(", ")", "[", "]", "{", "}", ",", "=", "4", "-", "+", "0.1", " ", "\t", "\n"),
    *("'", '"', '"a, b"', "\\", "\x00", "\x0c", "\r", "\ud800", "ﬁ", "lambda x: x", "*", "**"),
    *("x for x in y", ":=", 'f"{1}"', "__import__('os')", ".system", "0x" + "f" * 4000, "1j"),
    *("...", "b''", "None", "True", "not", "-" * 300, "(" * 300, "await", "yield", "#", ";", "@"),
]


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("ReLU", Call("ReLU")),
        ("ReLU()", Call("ReLU")),
        ("Linear(4)", Call("Linear", (4,))),
        ("Linear (4)", Call("Linear", (4,))),
        ("  Linear(\n  4,\n)  ", Call("Linear", (4,))),
        ("SGD(lr=0.1)", Call("SGD", (), {"lr": 0.1})),
        ("SGD(lr=-1e-3)", Call("SGD", (), {"lr": -1e-3})),
        ("Conv2d(8, (3, 5), bias=False)", Call("Conv2d", (8, (3, 5)), {"bias": False})),
        ("f(None, [1, [2]], 'a', \"b\")", Call("f", (None, [1, [2]], "a", "b"))),
        ("Residual([Linear(4), ReLU])", Call("Residual", ([Call("Linear", (4,)), Call("ReLU")],))),
        (
            "f(a=[g([h()], 'x')], b=([1], k))",
            Call(
                "f",
                (),
                {"a": [Call("g", ([Call("h")], "x"))], "b": ([1], Call("k"))},
            ),
        ),
        ("csv('a\\\\d.csv')", Call("csv", ("a\\d.csv",))),
    ],
)
def test_a_call_of_literals_is_read(text: str, call: Call) -> None:
    """A name, alone or with literal arguments, is read as it is written."""
    assert parse_call(text) == call


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "4",
        "'ReLU'",
        "a.b(1)",
        "a(1)(2)",
        "a[0]",
        "Linear(4",
        "Linear(4))",
        "Linear(x)",
        "Linear(1 + x)",
        "Linear(*[1])",
        "Linear(**{'out_features': 1})",
        "Linear(out_features=1, out_features=2)",
        "Linear(__import__('os').system('true'))",
        "__import__('os').system('true')",
        "f(x for x in y)",
        "f([x for x in 'ab'])",
        "f(f'{1}')",
        "f(lambda: 1)",
        "f(x := 1)",
        "f(open('/etc/passwd'))",
        "f([open('/etc/passwd').read()])",
        "f([*g])",
        "f({g()})",
        "f([g](1))",
        "f([g]" + "[0])",
        "f([" * 9 + "g" + "])" * 9,
        "f(1 if True else 2)",
        "f(not True)",
        "f(10 ** 10 ** 10)",
        "f(9 * 9)",
        "f({[]: 1})",
        "f({1: 2})",
        "f({'a': {3}})",
        "f(a = {b = c})",
        "f({1})",
        "f(b'a')",
        "f(1j)",
        "f(...)",
        "f(1e999)",
        "f({[1]})",
        "f(0x" + "f" * 5000 + ")",
        "f(" + "9" * 5000 + ")",
        "f(1); g(2)",
        "f(1)\ng(2)",
        "x = f(1)",
        "f(\x00)",
        "f('\ud800')",
        "(" * 5000,
        "-" * 15_000 + "1",
        "f" + "()" * 9000,
        "f(" + "[" * 190 + "]" * 190 + ")(",
        "f(" + "1+" * 9000 + "1)",
        "f(" * 6000,
        "a" * (CALL.most + 1),
        "import os",
        "lambda: 0",
        "yield",
        "await x",
    ],
    ids=lambda text: ascii(text[:30]),
)
def test_anything_else_is_explained(text: str) -> None:
    """What is not a call of literals is refused with a one-line message that is never long."""
    with pytest.raises(GrammarError) as caught:
        parse_call(text)
    message = str(caught.value)
    assert message
    assert message.isprintable()
    assert len(message) < 300


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Linear(5 5)", "perhaps a comma is missing"),
        ("Linear(5", "( is never closed"),
        ("Linear(5))", ") closes nothing"),
        ("Linear([5)", ") closes another bracket than was opened"),
        ("Linear('5)", "a quotation mark is never closed"),
        ("Linear(bias=True, 5)", "what is given without a name stands first"),
        ("Linear(5x)", "a number runs into a word"),
        ("Linear（5）", "（ is a wide sign, type ("),
        ("Linear(5；)", "； is a wide sign, type ;"),
        ("Linear(5€)", "€ belongs in no call"),
    ],
)
def test_what_does_not_parse_says_why(text: str, reason: str) -> None:
    """In sentences of its own, which a catalogue has; Python's are English, and change."""
    with pytest.raises(GrammarError) as caught:
        parse_call(text)
    assert str(caught.value).endswith(f" is not a call like Name(argument, key=value): {reason}")


def test_a_reason_that_says_nothing_is_left_out() -> None:
    """Python knows no more than that the syntax is invalid."""
    with pytest.raises(GrammarError) as caught:
        parse_call("Linear(a=)")
    assert str(caught.value) == "'Linear(a=)' is not a call like Name(argument, key=value)"


def test_an_argument_given_twice_is_named() -> None:
    """Two values for one name are refused by that name, though Python's parser takes them."""
    with pytest.raises(GrammarError, match="lr is given twice"):
        parse_call("SGD(lr=1, lr=2)")


def _parts() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)


@settings(max_examples=examples(400), deadline=None)
@given(text=st.text() | _parts() | _parts().map(lambda inside: f"Linear({inside})"))
def test_no_text_does_anything_but_parse_or_explain(text: str) -> None:
    """Any text is a call of literals, or a GrammarError."""
    for parse in (parse_call, parse_list):
        try:
            parsed = parse(text)
        except GrammarError:
            continue
        for call in parsed if isinstance(parsed, list) else [parsed]:
            assert call.name.isidentifier()
            # Written out and read again it is what it was, and so are its literals.
            assert repr(parse_call(str(call))) == str(call)
            arguments = [*call.args, *call.kwargs.values()]
            if not any(num_calls(argument) for argument in arguments):
                assert repr(ast.literal_eval(repr(arguments))) == repr(arguments)


@settings(max_examples=examples(200), deadline=None)
@given(text=st.text() | _parts())
def test_a_value_is_a_literal_or_the_text(text: str) -> None:
    """A value from the command line never raises: what is no literal stays a text."""
    value = parse_value(text)
    if isinstance(value, str) and value != text:
        assert ast.literal_eval(text.strip()) == value


_DEEDS = {"exec", "import", "open", "os", "subprocess"}


def test_nothing_is_evaluated() -> None:
    """Reading hostile texts runs no code, imports nothing and opens nothing."""
    with audited() as events:
        for text in ("f(eval('1'))", "f(__import__('os').system('true'))", "f(open('/dev/null'))"):
            with pytest.raises(GrammarError, match="is not accepted"):
                parse_call(text)
        assert parse_call("open('/dev/null')") == Call("open", ("/dev/null",))
        assert not _DEEDS & {event.split(".")[0] for event in events}
        eval("1")  # the watch does see what it watches for
    assert "exec" in events


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Linear(4) ReLU Linear(1)", ["Linear(4)", "ReLU", "Linear(1)"]),
        ("Linear(4),ReLU(),Linear(1)", ["Linear(4)", "ReLU()", "Linear(1)"]),
        ("Linear (4), ReLU ,Linear  (1)", ["Linear(4)", "ReLU", "Linear(1)"]),
        ("Conv2d(8, (3, 3), stride=2) Flatten", ["Conv2d(8, (3, 3), stride=2)", "Flatten"]),
        ('csv("a, b.csv", "y") ReLU', ['csv("a, b.csv", "y")', "ReLU"]),
        ("csv('a) (b') ReLU", ["csv('a) (b')", "ReLU"]),
        ("csv('a\\\\', 'b c') ReLU", ["csv('a\\\\', 'b c')", "ReLU"]),
        ("csv('it\\'s, so') ReLU", ["csv('it\\'s, so')", "ReLU"]),
        ("csv('\\\\\\', b') ReLU", ["csv('\\\\\\', b')", "ReLU"]),
        ("\n ReLU \t\n Tanh,\n", ["ReLU", "Tanh"]),
        ("ReLU, (4)", ["ReLU", "(4)"]),
        ("", []),
        (" , ", []),
    ],
)
def test_a_list_of_calls_is_split_at_commas_and_spaces(text: str, pieces: list[str]) -> None:
    """Commas and spaces part calls, save inside brackets and quotes."""
    assert split_calls(text) == pieces


def test_a_list_of_calls_is_read() -> None:
    """The command line's list of layers is the list of its calls."""
    assert parse_list("Linear (4) ReLU, Linear(out_features=1)") == [
        Call("Linear", (4,)),
        Call("ReLU"),
        Call("Linear", (), {"out_features": 1}),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.05", 0.05),
        ("-3", -3),
        ("[1, 2]", [1, 2]),
        ("None", None),
        ("True", True),
        ('"full"', "full"),
        ("full", "full"),
        ("1 + x", "1 + x"),
        ("", ""),
    ],
)
def test_a_value_typed_on_the_command_line(text: str, value: object) -> None:
    """Literals are read as such, words stay words."""
    assert parse_value(text) == value


def test_calls_in_calls_are_counted_and_written() -> None:
    """Every call counts, whatever holds it; what is written reads back."""
    text = "Residual([Linear(4), Residual([ReLU()], 'projection')])"
    call = parse_call(text)
    assert num_calls(call) == 4
    assert str(call) == text


def test_blocks_in_blocks_have_a_limit() -> None:
    """At the limit they are read; one deeper, and the levels are told."""
    deepest = "f([" * BLOCK_DEPTH.most + "g()" + "])" * BLOCK_DEPTH.most
    assert num_calls(parse_call(deepest)) == BLOCK_DEPTH.most + 1
    with pytest.raises(GrammarError, match="there are 9 levels, more than the 8 that are taken"):
        parse_call(f"f([{deepest}])")


def test_a_call_that_is_no_list_is_told_how() -> None:
    """Layers inside of a block stand in brackets."""
    with pytest.raises(GrammarError, match=r"'Linear\(4\)' is not accepted: calls in a call stand"):
        parse_call("Residual(Linear(4), ReLU())")

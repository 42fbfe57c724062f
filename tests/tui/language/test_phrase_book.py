"""Sentences are said in another language as a whole, with their figures, and in parts."""

from __future__ import annotations

import pytest

from tui.language.phrase_book import PhraseBook
from tui.language.template import Template

BOOK = PhraseBook(
    {
        "Quit": "退出",
        "loss": "损失",
        "accuracy": "准确率",
        "Nothing is wrong": "没有问题",
        "epoch {epoch:n} of {epochs:n}": "共 {epochs} 轮中的第 {epoch} 轮",
        "the {what} fell": "{what}下降了",
        "{plural} {how}: too few": "{plural}{how}：太少",
        "{count:n} units": "{count} 个单元",
        "bend along {lines} lines": "沿 {lines} 条线弯曲",
        'unknown key "{key}"{hint}': "未知的键“{key}”{hint}",
        "did you mean {near}?": "是指 {near} 吗？",
        "use {other}": "用 {other}",
        "at least {limit:n}": "至少 {limit}",
        "a whole number": "一个整数",
        'write { a = "…" }': '请写 { a = "…" }',
        "{what} is not taken: give a number": "不接受 {what}：请给一个数",
        "It can't be read": "无法读取",
    }
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Quit", "退出"),
        ("  Quit ", "  退出 "),
        ("Nothing is wrong.", "没有问题。"),
        ("epoch 1,200 of 2,000", "共 2,000 轮中的第 1,200 轮"),
        ("epoch one of two", "epoch one of two"),
        ("the loss fell", "损失下降了"),
        ("the AUC fell", "AUC 下降了"),
        ("4 units bend along 4 lines: too few", "4 个单元沿 4 条线弯曲：太少"),
        ('unknown key "loss": did you mean accuracy?', "未知的键“loss”：是指 accuracy 吗？"),
        ("layers[0].bias: 3 is not taken: give a number", "layers[0].bias：不接受 3：请给一个数"),
        ("It can't be read: 'n' is not taken: give a number", "无法读取：不接受 'n'：请给一个数"),
        ("/tmp/my/own.toml: steps[1]: Nothing is wrong", "/tmp/my/own.toml: steps[1]：没有问题"),
        ("Nothing is wrong. use Adam(lr=0.1)", "没有问题。用 Adam(lr=0.1)"),
        ("a whole number, at least 1", "一个整数，至少 1"),
        ("layers: Nothing is wrong", "layers：没有问题"),
        ("loss, lr", "loss, lr"),
        ('write { a = "…" }', '请写 { a = "…" }'),
        ("sgd is not known here", "sgd is not known here"),
        ("12.5", "12.5"),
        ("", ""),
    ],
)
def test_what_is_said(text: str, said: str) -> None:
    """What is not known stays as it is, and so does what a person typed."""
    assert BOOK.said(text) == said


def test_what_is_said_once_is_not_said_again() -> None:
    """Saying twice changes nothing: a text may pass two who say it."""
    once = BOOK.said("the loss fell")

    assert BOOK.said(once) == once


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("2 of 4 are", [{"n": "2", "m": "4"}]),
        ("x of 4 are", []),
        ("2 of 4 were", []),
    ],
)
def test_fields_that_are_numbers_hold_numbers(text: str, figures: list[dict[str, str]]) -> None:
    """Their format says so where the sentence is made."""
    assert list(Template("{n:n} of {m:n} are", "").fillings(text)) == figures


def test_every_way_to_fill_the_fields_is_found() -> None:
    """The first field as short as can be comes first; no call is cut in two."""
    found = Template("{a} is {b}", "").fillings("x is f(y is z) is w")

    assert list(found) == [{"a": "x", "b": "f(y is z) is w"}, {"a": "x is f(y is z)", "b": "w"}]


def test_a_bracket_that_is_spoken_of_cuts_no_call() -> None:
    """Alone in a sentence, or in what it quotes."""
    closed = Template("{sign} is never closed", "")
    assert list(closed.fillings("( is never closed")) == [{"sign": "("}]
    assert list(closed.fillings("f(x is never closed")) == []
    quoted = Template("{text} is no call: {reason}", "")
    said = "'f(' is no call: ( is never closed"
    assert list(quoted.fillings(said)) == [{"text": "'f('", "reason": "( is never closed"}]

"""Which function of the law reads a column, from the arguments that are kept for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.parts.data.laws import table_columns as law

Encoder = tuple[Callable[..., Any], dict[str, Any]]


def input_encoder(how: dict[str, Any]) -> Encoder:
    """The function that makes inputs of a column's cells, and its arguments."""
    if "known" in how:
        return law.categories, how
    if "parts" in how:
        return law.moments, how
    if "hash" in how:
        return law.word_counts, how
    if "indicator" in how:
        return law.number_and_gap, {k: v for k, v in how.items() if k != "indicator"}
    return law.number_column, how


def target_encoder(how: dict[str, Any]) -> Encoder:
    """The function that makes targets of a column's cells, and its arguments."""
    if "classes" not in how:
        return law.numbers, how
    return (law.text_classes if isinstance(how["classes"][0], str) else law.number_classes), how


def needed(encoders: list[Encoder]) -> tuple[Callable[..., Any], ...]:
    """The law's functions that these call, in the order of its module."""
    wanted = {function for function, _ in encoders} | {law.present}
    if wanted & {law.number_and_gap}:
        wanted.add(law.number_column)
    if wanted & {law.number_column, law.number_classes}:
        wanted.add(law.numbers)
    if wanted & {law.categories, law.text_classes}:
        wanted.add(law.spelled)
    order = (
        law.present,
        law.numbers,
        law.spelled,
        law.categories,
        law.moments,
        law.word_counts,
        law.number_column,
        law.number_and_gap,
        law.number_classes,
        law.text_classes,
    )
    return (*(function for function in order if function in wanted), law.encode_table)

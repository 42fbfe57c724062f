"""Which function of the generator reads a column, from the arguments that are kept for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.parts.data.generators import table_columns, texts

Encoder = tuple[Callable[..., Any], dict[str, Any]]


def input_encoder(how: dict[str, Any]) -> Encoder:
    """The function that makes inputs of a column's cells, and its arguments."""
    if "known" in how:
        return table_columns.categories, how
    if "parts" in how:
        return table_columns.moments, how
    if "tokens" in how:
        return table_columns.token_places, how
    if "hash" in how:
        return table_columns.word_counts, how
    if "indicator" in how:
        return table_columns.number_and_gap, {k: v for k, v in how.items() if k != "indicator"}
    return table_columns.number_column, how


def target_encoder(how: dict[str, Any]) -> Encoder:
    """The function that makes targets of a column's cells, and its arguments."""
    if "classes" not in how:
        return table_columns.numbers, how
    return (
        table_columns.text_classes
        if isinstance(how["classes"][0], str)
        else table_columns.number_classes
    ), how


def needed(encoders: list[Encoder]) -> tuple[Callable[..., Any], ...]:
    """The generator's functions that these call, in the order of its module."""
    wanted = {function for function, _ in encoders} | {table_columns.present}
    if wanted & {table_columns.number_and_gap}:
        wanted.add(table_columns.number_column)
    if wanted & {table_columns.number_column, table_columns.number_classes}:
        wanted.add(table_columns.numbers)
    if wanted & {table_columns.categories, table_columns.text_classes}:
        wanted.add(table_columns.spelled)
    if wanted & {table_columns.token_places}:
        wanted.add(texts.divided)
    order = (
        table_columns.present,
        table_columns.numbers,
        table_columns.spelled,
        table_columns.categories,
        table_columns.moments,
        table_columns.word_counts,
        texts.divided,
        table_columns.token_places,
        table_columns.number_column,
        table_columns.number_and_gap,
        table_columns.number_classes,
        table_columns.text_classes,
    )
    return (*(function for function in order if function in wanted), table_columns.encode_table)

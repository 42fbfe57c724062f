"""A lesson's words in another language: a file of the same shape that has texts only."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Problem
from engine.parts.kinds import shown
from engine.spec.nearest import nearest

_LESSON = ("title", "teaches")
_STEP = ("title", "text", "question")


def translated(
    raw: Mapping[str, object], words: Mapping[str, object], problems: list[Problem]
) -> dict[str, object]:
    """The lesson with its texts replaced; what does not agree with it adds to problems."""
    merged = dict(raw)
    _check_keys(words, (*_LESSON, "steps"), "", problems)
    for key in _LESSON:
        _replace(merged, words, key, "", problems)
    steps, others = raw.get("steps"), words.get("steps")
    if not isinstance(steps, list) or not isinstance(others, list) or len(steps) != len(others):
        count = len(steps) if isinstance(steps, list) else 0
        problems.append(Problem("steps", f"the lesson has {count}, its translation has not"))
        return merged
    merged["steps"] = [
        _step(one, other, f"steps[{n}]", problems)
        for n, (one, other) in enumerate(zip(steps, others, strict=True), start=1)
    ]
    return merged


def _step(raw: object, words: object, place: str, problems: list[Problem]) -> object:
    if not isinstance(raw, dict) or not isinstance(words, dict):
        return raw
    merged = dict(raw)
    _check_keys(words, (*_STEP, "choices", "hints", "wrong", "done"), place, problems)
    for key in _STEP:
        if key in raw:
            _replace(merged, words, key, place, problems)
    for key in ("choices", "hints", "wrong", "done"):
        if key in raw:
            merged[key] = _same_shape(raw[key], words.get(key), f"{place}.{key}", problems)
    return merged


def _same_shape(raw: object, words: object, place: str, problems: list[Problem]) -> object:
    """The words where the lesson has texts; conditions stay the lesson's."""
    if isinstance(raw, str) and isinstance(words, str):
        return words
    if isinstance(raw, list) and isinstance(words, list) and len(raw) == len(words):
        pairs = enumerate(zip(raw, words, strict=True), start=1)
        return [_same_shape(one, other, f"{place}[{n}]", problems) for n, (one, other) in pairs]
    if isinstance(raw, dict) and isinstance(words, str) and "text" in raw:
        return {**raw, "text": words}
    if isinstance(raw, dict) and isinstance(words, dict):
        texts = {key: one for key, one in raw.items() if key != "when"}
        if texts.keys() == words.keys():
            return {**raw, **words}
    problems.append(Problem(place, f"{shown(words)} has not the shape of the lesson's own"))
    return raw


def _replace(
    merged: dict[str, object],
    words: Mapping[str, object],
    key: str,
    place: str,
    problems: list[Problem],
) -> None:
    if key in words:
        merged[key] = words[key]
    else:
        problems.append(Problem(f"{place}.{key}" if place else key, "is not translated"))


def _check_keys(
    words: Mapping[str, object], known: tuple[str, ...], place: str, problems: list[Problem]
) -> None:
    for key in words:
        if key not in known:
            where = f"{place}.{key}" if place else key
            hint = nearest(key, known) or f": known are {', '.join(known)}"
            problems.append(Problem(where, f"unknown key{hint}"))

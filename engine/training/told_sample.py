"""Samples of a split as a person knows them, made back from what the network is given."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.evaluation.sample import Sample
from engine.parts.data import Facts
from engine.training.inputs import InputMap
from engine.training.pictures import picture_of
from engine.training.splits import Split

MOST_VALUES = 64
"""Of a sample that is no picture: more nobody reads."""
MOST_TOLD = 120
"""Characters of a text that are told."""
MOST_READ = 32
"""Characters before a place of a text, the last of them."""
_UNSEEN = str.maketrans({"\n": "\\n", "\t": "\\t", "\r": "\\r"})


def told_samples(
    part: Split,
    input_map: InputMap,
    facts: Facts,
    index: Sequence[int],
    answers: Sequence[tuple[str, str]],
) -> list[Sample]:
    """Some samples of a split; answers: what each is, and what it is taken for."""
    if not index:
        return []
    places = torch.tensor(list(index))
    if input_map.pixels is not None:
        images = part.rows(places).cpu().float() / input_map.pixels.scale * 255
        pairs = zip(index, images, answers, strict=True)
        return [
            Sample(number=place + 1, picture=picture_of(image, answer, 0, 1))
            for place, image, answer in pairs
        ]
    if facts.tokens:
        texts = [spelled_out(row.tolist(), facts.tokens) for row in part.rows(places)]
        name = next(iter(facts.feature_names), "text")
        return [
            Sample(number=place + 1, names=[name], values=[text])
            for place, text in zip(index, texts, strict=True)
        ]
    rows, names = raw_rows(part, input_map, facts, places)
    told = (_told(names[:MOST_VALUES], row[:MOST_VALUES].tolist()) for row in rows)
    return [
        Sample(number=place + 1, names=[n for n, _ in pairs], values=[v for _, v in pairs])
        for place, pairs in zip(index, told, strict=True)
    ]


def text_sample(number: int, tokens: Sequence[int], position: int, facts: Facts) -> Sample:
    """A place of a sequence: of a text what was read up to there, else all of its symbols."""
    if facts.tokens:
        read = "".join(facts.tokens[token] for token in tokens[: position + 1])[-MOST_READ:]
        return Sample(number=number + 1, names=["after"], values=[f'"{read.translate(_UNSEEN)}"'])
    row = " ".join(map(str, tokens[:MOST_VALUES]))
    return Sample(number=number + 1, names=["place", "of"], values=[str(position + 1), row])


def spelled_out(row: Sequence[int], tokens: Sequence[str]) -> str:
    """A text of which the tokens are known: characters as they are, words with spaces between."""
    is_by_character = max(map(len, tokens)) == 1
    found = [tokens[one] for one in row if tokens[one]]
    text = ("" if is_by_character else " ").join(found)
    return text if len(text) <= MOST_TOLD else f"{text[: MOST_TOLD - 1]}…"


def raw_rows(
    part: Split, input_map: InputMap, facts: Facts, places: Tensor
) -> tuple[Tensor, list[str]]:
    """Samples that are no pictures in the data's own units, laid out flat, and their names."""
    if part.points is not None:
        rows, names = part.points[places].cpu(), list(facts.feature_names)
    else:
        rows = _raw(part.rows(places).cpu(), input_map).flatten(1)
        names = list(facts.input_names or facts.feature_names)
    if len(names) != rows.shape[1]:
        names = [str(n + 1) for n in range(rows.shape[1])]
    return rows, names


def _raw(stored: Tensor, input_map: InputMap) -> Tensor:
    """Stored numbers as the data has them: neither less their mean nor divided by their scale."""
    if input_map.means is None or input_map.scales is None or input_map.crosses:
        return stored
    return stored.double() * input_map.scales.cpu() + input_map.means.cpu()


def _told(names: Sequence[str], values: Sequence[float]) -> list[tuple[str, str]]:
    """Names with values: of `sex=male` and `sex=female` only the one that it is."""
    told: list[tuple[str, str]] = []
    choices = {name.partition("=")[0] for name in names if "=" in name}
    for name, value in zip(names, values, strict=True):
        column, sign, choice = name.partition("=")
        if not sign:
            told.append((name, f"{value:.6g}"))
        elif value > 0.5:
            told.append((column, choice))
            choices.discard(column)
    there = {name for name, _ in told}
    return [*told, *((name, "-") for name in sorted(choices) if name not in there)]

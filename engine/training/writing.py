"""A network that was asked for the next token writes: one token after the other."""

from __future__ import annotations

import math

import torch
from torch import nn

from engine.errors import UsageError
from engine.limits import WRITTEN
from engine.parts.data import Facts
from engine.parts.data.generators.texts import tokenized
from engine.parts.data.text import SAMPLE, beginning
from engine.training.metrics import Evaluator

LINE = 40
"""Characters of a line, on the whole, up to which a text is a list of lines."""


def sample_of(evaluator: Evaluator) -> str:
    """A few lines that a network writes, the same for the same weights; empty where it can't."""
    facts = evaluator.facts
    return write(evaluator, "", SAMPLE, 1.0, 0) if facts.tokens and facts.positions else ""


def write(
    evaluator: Evaluator,
    prompt: str,
    length: int,
    temperature: float,
    seed: int,
) -> str:
    """So many characters after the prompt, drawn by what the network says of the next one.

    An empty prompt stands for the beginning of a line. temperature: 0 takes the likeliest each
    time; above 1 draws more evenly than the network says. Of a prompt that is longer than the
    network looks back its end counts. Raises UsageError for a network that was asked for something
    else, and for characters that it never saw.
    """
    facts = evaluator.facts
    check_writes(facts)
    if length > WRITTEN.most:
        raise UsageError(f"to be written are {WRITTEN.refusal(length)}")
    if not (0 <= temperature < math.inf) or not 0 <= seed < 2**63:
        raise UsageError("a temperature is 0 or above, and a seed a whole number from 0 on")
    tokens = _tokens(facts, prompt or beginning(facts.tokens))
    generator = torch.Generator().manual_seed(seed)
    written, left = "", length
    while left > 0:
        seen = torch.tensor([tokens[-facts.positions :]])
        outputs = evaluator.outputs(seen)[:, -1].cpu()
        if not outputs.isfinite().all():
            break  # of a training that diverged
        scores = evaluator.decoder.probabilities(outputs)[0]
        tokens.append(_drawn(scores, temperature, generator))
        written += facts.tokens[tokens[-1]]
        left -= len(facts.tokens[tokens[-1]])
    return written[:length]


def following(
    evaluator: Evaluator, prompt: str, count: int, temperature: float = 1.0
) -> list[tuple[str, float]]:
    """The tokens that come next with the highest probabilities, so many; raises UsageError.

    temperature: as they are drawn with. Empty where the outputs are not finite.
    """
    facts = evaluator.facts
    check_writes(facts)
    tokens = _tokens(facts, prompt or beginning(facts.tokens))
    outputs = evaluator.outputs(torch.tensor([tokens[-facts.positions :]]))[:, -1].cpu()
    if not outputs.isfinite().all():
        return []
    shares = evaluator.decoder.probabilities(outputs)[0]
    if temperature == 0:
        shares = nn.functional.one_hot(shares.argmax(), len(shares)).double()
    elif temperature != 1:
        shares = _evened(shares, temperature)
    scores, places = shares.topk(min(count, len(facts.tokens)))
    return [
        (facts.tokens[one], score)
        for one, score in zip(places.tolist(), scores.tolist(), strict=True)
    ]


def invented(written: str, facts: Facts, windows: torch.Tensor) -> tuple[int, int]:
    """How many lines of what was written the text has not, and how many there are.

    windows: (windows, positions) of the text that was learned from, in order. Of texts with long
    lines words are counted. The last one, which may be cut, is left out.
    """
    first, second = windows[0].tolist(), windows[min(1, len(windows) - 1)].tolist()
    size = len(first)
    step = next((n for n in range(1, size) if first[n:] == second[:-n]), size)
    tokens = [*windows[:-1, :step].flatten().tolist(), *windows[-1].tolist()]
    text = "".join(facts.tokens[token] for token in tokens)
    between = "\n" if len(text) <= LINE * (text.count("\n") + 1) else None
    known = set(text.split(between))
    found = [one for one in written.split(between)[:-1] if one]
    return sum(one not in known for one in found), len(found)


def check_writes(facts: Facts) -> None:
    """Raise UsageError for a network that can't write."""
    if not (facts.tokens and facts.positions):
        raise UsageError(
            "this network was not asked for the next token, so it can write nothing: train one "
            'with objective = "next_token()", like the preset names-gpt'
        )


def _tokens(facts: Facts, text: str) -> list[int]:
    known = [token for token in facts.tokens if len(token) == 1]
    unknown = sorted({*text} - {*known})
    if unknown:
        there = "".join(token for token in known if token.isprintable())
        raise UsageError(
            f"the training never saw {', '.join(map(repr, unknown[:8]))}: "
            f"a prompt has line ends and these characters: {there}"
        )
    return tokenized(text, facts.tokens)


def _drawn(probabilities: torch.Tensor, temperature: float, generator: torch.Generator) -> int:
    if temperature == 0:
        return int(probabilities.argmax())
    evened = _evened(probabilities, temperature)
    return int(torch.multinomial(evened, 1, generator=generator))


def _evened(probabilities: torch.Tensor, temperature: float) -> torch.Tensor:
    """In double, since the shares of a small temperature are far apart."""
    return (probabilities.double().clamp_min(1e-300).log() / temperature).softmax(0)

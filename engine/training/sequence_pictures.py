"""What is seen of networks that read sequences: attention, states over time, tokens in a plane."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from engine.parts.data import Facts
from engine.parts.layers.modules import Recurrent, SelfAttention
from engine.runs.pictures import SequenceMap, TokenPlane
from engine.runs.tile import LEVELS, Tile, TileKind
from engine.training.metrics import Evaluator
from engine.training.splits import Splits

MOST_POSITIONS = 24
"""Positions that a map shows, the first of a sample."""
MOST_MAPS = 8
"""Layers that are shown, the first ones."""
MOST_STATES = 32
"""Numbers of a state that are shown."""
_LEAST_TOKENS = 3
MOST_TOKENS = 120
"""Tokens that are put into the plane."""
_SIGNS = {"\n": "¶", " ": "·", "\t": "→"}
"""What stands at a map's edge for characters that nobody sees."""


def token_names(facts: Facts) -> tuple[str, ...]:
    """What each token is called, short enough for an edge; empty where inputs are no tokens."""
    if facts.tokens:
        return tuple(_SIGNS.get(one, one) for one in facts.tokens)
    count = facts.num_tokens
    return facts.classes if len(facts.classes) == count else tuple(map(str, range(count)))


def sequence_maps(evaluator: Evaluator, splits: Splits) -> list[SequenceMap]:
    """Each head's attention and each recurrent layer's states for the first sample that is shown.

    Of the test split, else the training's. Empty for networks without such layers.
    """
    watched = [
        (name, module)
        for name, module in evaluator.model.named_modules()
        if isinstance(module, SelfAttention | Recurrent)
    ][:MOST_MAPS]
    if not watched or splits.reader is not None:
        return []
    part = splits.test if splits.test is not None else splits.train
    sample = part.rows(torch.arange(1))
    taken: dict[str, Tensor] = {}
    handles = [module.register_forward_hook(_Taking(name, taken)) for name, module in watched]
    try:
        evaluator.outputs(sample)
    finally:
        for handle in handles:
            handle.remove()
    names = token_names(evaluator.facts)
    edge = [names[int(one)] for one in sample[0, :MOST_POSITIONS]] if names else []
    return [_map(name, taken[name], edge) for name, _ in watched]


def embedded(evaluator: Evaluator) -> TokenPlane | None:
    """The tokens where the two directions put them in which their rows differ most (PCA)."""
    modules = evaluator.model.named_modules()
    found_in = next((one for one in modules if isinstance(one[1], nn.Embedding)), None)
    if found_in is None:
        return None
    name, module = found_in
    assert isinstance(module, nn.Embedding), "it was looked for"
    if module.embedding_dim < 2:
        return None
    names = token_names(evaluator.facts)
    rows = module.weight.detach().cpu().double()[: len(names)]  # others are no token's
    if len(rows) < _LEAST_TOKENS or not bool(rows.isfinite().all()):
        return None
    rows = rows - rows.mean(0)
    _, sizes, directions = torch.linalg.svd(rows, full_matrices=False)
    spread = sizes.square()
    found = rows @ directions[:2].T
    largest = found.gather(0, found.abs().argmax(0, keepdim=True))
    upright = torch.where(largest < 0, -1.0, 1.0)  # so that no frame is the mirror of the last
    found = (found * upright)[:MOST_TOKENS]
    return TokenPlane(
        names=list(names[: len(found)]),
        x=found[:, 0].tolist(),
        y=found[:, 1].tolist(),
        share=float(spread[:2].sum() / spread.sum().clamp_min(1e-300)),
        layer=_address(name),
    )


class _Taking:
    """Keeps what a module makes of the one sample: (heads, positions, positions), or its states."""

    def __init__(self, name: str, taken: dict[str, Tensor]) -> None:
        self._name, self._taken = name, taken

    def __call__(self, module: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
        if isinstance(module, SelfAttention):
            self._taken[self._name] = _attended(module, inputs[0])[0].float().cpu()
        elif isinstance(module, Recurrent):
            self._taken[self._name] = module.steps(inputs[0])[0][0].float().cpu()


def _attended(module: SelfAttention, inputs: Tensor) -> Tensor:
    """How much each position takes of each: (samples, heads, positions, positions)."""
    samples, positions, features = inputs.shape
    split = module.in_proj(inputs).view(samples, positions, 3, module.heads, -1)
    query, key, _ = split.permute(2, 0, 3, 1, 4)
    scores: Tensor = query @ key.transpose(2, 3) / (features // module.heads) ** 0.5
    if module.causal:
        ahead = torch.ones(positions, positions, dtype=torch.bool, device=inputs.device).triu(1)
        scores = scores.masked_fill(ahead, -torch.inf)
    return scores.softmax(-1)


def _map(name: str, values: Tensor, edge: list[str]) -> SequenceMap:
    layer = _address(name)
    if values.dim() == 3:
        cut = values[:, :MOST_POSITIONS, :MOST_POSITIONS]
        tiles = [_tile(head, "saliency", (255 * head.nan_to_num()).round()) for head in cut]
        return SequenceMap(layer=layer, kind="attention", edge=edge, tiles=tiles)
    states = values[:MOST_POSITIONS, :MOST_STATES].T
    size = states.nan_to_num().abs().amax().clamp_min(1e-30)
    levels = (states.nan_to_num() / size * LEVELS).round() + LEVELS
    tiles = [_tile(states, "map", levels)]
    return SequenceMap(layer=layer, kind="states", edge=edge, tiles=tiles)


def _address(name: str) -> str:
    """Of a module, as a layer is named: `layers[2][1]`."""
    return "layers" + "".join(f"[{part}]" for part in name.split(".") if part.isdecimal())


def _tile(values: Tensor, kind: TileKind, cells: Tensor) -> Tile:
    """values: (rows, columns) as they are; cells: the same as a tile of this kind has them."""
    rows, columns = values.shape
    size = float(values.abs().amax())
    known = size if math.isfinite(size) else None
    low = 0.0 if kind == "saliency" else known and -known
    return Tile(kind, columns, rows, bytes(cells.byte().flatten().tolist()), low, known)

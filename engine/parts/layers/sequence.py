"""Layers for sequences of tokens: what they become, where they stand, what they take of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine.parts.component import and_torch_only, parameter
from engine.parts.layers.base import Layer, factors, require_steps
from engine.parts.layers.initial import Init, Initialized, initial_scale, initial_weights
from engine.parts.shapes import Shape, ShapeError, Steps, Tokens, shape_text

if TYPE_CHECKING:
    from torch import nn


class Embedding(Initialized):
    """Look up a learned row of numbers for each token."""

    words = (
        "Gives each token a row of numbers of its own, which is learned: tokens that are used "
        "alike come to lie near each other."
    )
    here = "Here {inputs} tokens become {shape_out} numbers, and it learns {sum} of them."
    steady = True
    of_tokens = True
    connects = False
    weights = ("weight",)
    width_parameter = "embedding_dim"
    torch_only = and_torch_only(
        Layer.torch_only,
        padding_idx=(None,),
        max_norm=(None,),
        norm_type=(2.0, 2),
        scale_grad_by_freq=(False,),
        sparse=(False,),
        _weight=(None,),
        _freeze=(False,),
    )

    num_embeddings: int = parameter(help="how many tokens there are", minimum=1, maximum=1_000_000)
    embedding_dim: int = parameter(
        help="how many numbers each becomes", minimum=1, maximum=65_536, unit="units"
    )
    init: Init = initial_weights()
    init_scale: float | None = initial_scale()

    def output_shape(self, shape: Shape) -> Shape:
        if isinstance(shape, Tokens) and shape.kinds > self.num_embeddings:
            raise ShapeError(
                f"{self} has a row for {self.num_embeddings:,} tokens, but the data has "
                f"{shape.kinds:,}",
                f"write Embedding({shape.kinds}, {self.embedding_dim})",
            )
        if len(shape) != 1:
            raise ShapeError(f"{self} takes a row of tokens but gets {shape_text(shape)}")
        return Steps((*shape, self.embedding_dim))

    def num_parameters(self, shape: Shape) -> int:
        return self.num_embeddings * self.embedding_dim

    def terms(self, shape: Shape) -> str:
        return factors(self.num_embeddings, self.embedding_dim)


class _OverSteps(Layer, abstract=True):
    """What takes a sequence of positions with features each, and nothing else."""

    of_steps = True
    steady = True

    def output_shape(self, shape: Shape) -> Shape:
        require_steps(self, shape)
        return shape


class PositionalEmbedding(_OverSteps):
    """Add to each position numbers that say which one it is."""

    words = (
        "Adds to each position numbers that stand for the place, since attention by itself does "
        "not know what comes before what."
    )
    here = "Here it tells {shape_in} positions and features apart, and learns {params} numbers."

    kind: Literal["learned", "sinusoidal"] = parameter(
        default="learned", help="rows that are learned, or sines and cosines of the place"
    )

    def num_parameters(self, shape: Shape) -> int:
        return shape[0] * shape[1] if self.kind == "learned" else 0

    def terms(self, shape: Shape) -> str:
        return factors(*shape) if self.kind == "learned" else ""

    def own_module(self) -> type[nn.Module]:
        from engine.parts.layers import modules

        learned = self.kind == "learned"
        return modules.PositionalEmbedding if learned else modules.SinusoidalEmbedding

    def build(self, shape: Shape) -> nn.Module:
        return self.own_module()(*shape)

    def code(self, shape: Shape) -> str:
        return f"{self.own_module().__name__}({shape[0]}, {shape[1]})"


class SelfAttention(Initialized):
    """Let each position take what it needs from all others, or from those before it."""

    words = (
        "Lets each position look at the others and take from those that matter to it; what "
        "matters is learned."
    )
    of_steps = True
    steady = True
    here = (
        "Here {heads} heads look over {shape_in} positions and features; it learns {sum} numbers."
    )
    nonlinear = True
    connects = False
    weights = ("in_proj.weight", "out_proj.weight")

    heads: int = parameter(
        help="how many looks at once, each at a share of the features", minimum=1
    )
    causal: bool = parameter(
        default=False, help="look at the position itself and those before it only"
    )
    init: Init = initial_weights()
    init_scale: float | None = initial_scale()

    @property
    def looks_ahead(self) -> bool:
        return not self.causal

    def output_shape(self, shape: Shape) -> Shape:
        require_steps(self, shape)
        if shape[1] % self.heads:
            raise ShapeError(
                f"{self} can't share {shape[1]} features among {self.heads} heads",
                "take a number of heads that divides them",
            )
        return shape

    def num_parameters(self, shape: Shape) -> int:
        return 4 * shape[1] * (shape[1] + 1)

    def terms(self, shape: Shape) -> str:
        return factors(4, shape[1], shape[1], plus=4 * shape[1])

    def own_module(self) -> type[nn.Module]:
        from engine.parts.layers.modules import SelfAttention as Module

        return Module

    def build(self, shape: Shape) -> nn.Module:
        return self.own_module()(shape[1], self.heads, self.causal)

    def code(self, shape: Shape) -> str:
        causal = ", causal=True" if self.causal else ""
        return f"{self.name}({shape[1]}, heads={self.heads}{causal})"


class MeanPool(_OverSteps):
    """Take the mean over the positions of a sequence."""

    words = "Makes one row of features of a sequence: the mean over its positions."
    here = "Here {shape_in} positions and features become {outputs} values; it learns nothing."

    def output_shape(self, shape: Shape) -> Shape:
        require_steps(self, shape)
        return shape[1:]

    def own_module(self) -> type[nn.Module]:
        from engine.parts.layers.modules import MeanPool as Module

        return Module

    def build(self, shape: Shape) -> nn.Module:
        return self.own_module()()

    def code(self, shape: Shape) -> str:
        return f"{self.name}()"

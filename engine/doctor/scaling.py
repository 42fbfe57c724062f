"""What brings a network's inputs near 1."""

from __future__ import annotations

from engine.parts.data import Data


def scaling(data: Data) -> str:
    """How the inputs of this data can be scaled, in a few words."""
    parameters = data.parameters()
    if "standardize" in parameters and not data.values()["standardize"]:
        return "standardize=True for the data"
    if (known := data.pixel_figures) is not None:
        means, deviations = (
            f"{tuple(x)}" if len(x) > 1 else f"{x[0]}" for x in (known.means, known.deviations)
        )
        return f"mean={means}, std={deviations} for the data"
    if "std" in parameters:
        return "mean and std of its pixels for the data"
    return "BatchNorm1d(affine=False) in front of all layers"

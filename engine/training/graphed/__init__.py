"""The step recorded as a CUDA graph: one call replays all its kernels."""

from engine.training.graphed.step import GraphedStep

__all__ = ["GraphedStep"]

"""The step traced to plain ATen calls: no autograd, no modules, no hooks while it runs."""

from engine.training.traced.step import TracedStep

__all__ = ["TracedStep"]

"""The traced step compiled to machine code by torch's Inductor: faster, and other last digits."""

from engine.training.compiled.step import CompiledStep

__all__ = ["CompiledStep"]

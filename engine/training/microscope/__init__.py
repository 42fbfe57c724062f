"""Takes the next step of a training apart, on a copy."""

from engine.training.microscope.dissection import dissect

__all__ = ["dissect"]

"""Looks into a network: what its units give and have learned, as small matrices of numbers."""

from engine.training.inside.look import check_look, look_inside

__all__ = ["check_look", "look_inside"]

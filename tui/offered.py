"""Which of the workbench's keys do something, by what its network is asked."""

from __future__ import annotations

from engine.parts.data import Facts

NOTHING = {
    "discrete": "Bands are those of classes on a plane, which there are none of here",
    "test_points": "There is no plane here, or no test split whose points could be drawn",
    "by_sample": "What this network says is no answer to one sample after the other",
    "matrix": "Only classes are taken for one another, and there are none here",
    "predict": "This network makes samples, or gives them back: it answers nothing about any",
}
"""What a key does not do, by its action."""


def idle(facts: Facts, *, has_test: bool) -> frozenset[str]:
    """The actions that do nothing; has_test: whether a split is held back for a test."""
    has_plane = facts.planar and not facts.painting
    is_idle = {
        "discrete": not ((has_plane and facts.classes) or facts.returned),
        "test_points": not (has_plane and has_test),
        "by_sample": bool(facts.made or facts.positions),
        "matrix": not facts.classes,
        "predict": bool(facts.made) or len(facts.returned) > 1,
    }
    return frozenset(name for name, is_so in is_idle.items() if is_so)

"""What is seen inside of a network, by whose network it is."""

from __future__ import annotations

from pathlib import Path

from tui.live.insight import Kept, Source, Trained

RUN = Path("runs/one")


def test_a_network_of_then_is_not_taken_for_the_one_that_is_trained() -> None:
    """Not where both are of step 0 either: nobody would ask for it, and the other be seen."""
    trained: Source = Trained(RUN, 0)
    kept: Source = Kept(RUN, 0)
    assert trained != kept
    assert kept == Kept(RUN, 0)

"""Which live findings are shown: none that flickers, three at most, the most useful first."""

from __future__ import annotations

from engine.doctor.live.doctor import MOST, LiveDoctor
from tests.engine.doctor.observations import codes, observation, reading, with_layer

SICK = with_layer(1, dead=5)
BORDER = with_layer(1, dead=4)
"""Neither enough to appear nor little enough to go."""
WELL = with_layer(1, dead=1)
HARMLESS = [reading(0), reading(1, "ReLU()", dead=6), reading(2)]


def test_one_look_is_none() -> None:
    """What is seen once appears only when the next look confirms it, or there is no next one."""
    doctor = LiveDoctor()
    assert doctor.look(SICK).appeared == ()
    doctor.look(WELL)
    assert doctor.look(SICK).appeared == ()
    assert [finding.code for finding in doctor.look(SICK).appeared] == ["dead-units"]
    assert [f.code for f in LiveDoctor().look(SICK, final=True).appeared] == ["dead-units"]


def test_about_the_limit_nothing_flickers() -> None:
    """A number that moves about its limit makes a finding appear once, and not go."""
    doctor = LiveDoctor()
    happened = [doctor.look(one) for one in [SICK, SICK, BORDER, SICK, BORDER, BORDER, BORDER]]
    assert sum(len(change.appeared) for change in happened) == 1
    assert not any(change.gone for change in happened)


def test_it_goes_when_two_looks_miss_it() -> None:
    """One look without it is not enough; it goes with the words it stood with."""
    doctor = LiveDoctor()
    for one in [SICK, SICK, WELL, SICK, WELL]:
        assert not doctor.look(one).gone
    (gone,) = doctor.look(WELL).gone
    assert (gone.code, gone.place) == ("dead-units", "layers[1]")
    assert doctor.standing == ()


def test_it_comes_again_as_graver() -> None:
    """A finding whose severity changes appears anew, and does not go."""
    doctor = LiveDoctor()
    doctor.look(SICK)
    doctor.look(SICK)
    change = doctor.look(with_layer(1, dead=10))
    assert [finding.severity for finding in change.appeared] == ["error"]
    assert change.gone == ()
    assert len(doctor.standing) == 1


def test_three_at_most_the_gravest_first() -> None:
    """Of four the three most useful are shown; what is pushed out goes, and comes back."""
    four = observation(
        layers=[
            reading(0, gradient=1e4, update=0.5),
            reading(1, "Tanh()", saturated=9),
            reading(2, "ReLU()", dead=6),
            reading(3),
        ],
        accuracies={"train": 0.5, "test": 0.5},
    )
    doctor = LiveDoctor()
    doctor.look(four)
    doctor.look(four)
    assert len(doctor.standing) == MOST == 3
    assert codes(doctor) == ["dead-units", "saturated-units", "exploding-gradient"]
    graver = observation(layers=[*four.layers[:3], reading(3, gradient=0.1, largest=1e13)])
    doctor.look(graver)
    change = doctor.look(graver)
    assert [finding.code for finding in change.appeared] == ["overflow-ahead"]
    assert codes(doctor) == ["overflow-ahead", "dead-units", "saturated-units"]
    assert [finding.code for finding in change.gone] == ["exploding-gradient"]


def test_what_only_follows_is_not_shown() -> None:
    """Dead units explain why nothing is learned: one finding, not four."""
    dead = observation(
        layers=[reading(0, gradient=0.0, update=0.0), reading(1, "ReLU()", dead=10), reading(2)],
        losses=[1.0] * 50,
        accuracies={"train": 0.5, "test": 0.5},
    )
    doctor = LiveDoctor()
    doctor.look(dead)
    doctor.look(dead)
    assert codes(doctor) == ["dead-units"]


def test_several_layers_are_one_finding_that_stays_where_it_is() -> None:
    """The finding keeps its layer while that is ill, and names how many others are."""
    second = observation(layers=[*HARMLESS, reading(3, "ReLU()", dead=6)])
    only = observation(layers=[reading(0), reading(1, "ReLU()", dead=0), *second.layers[2:]])
    doctor = LiveDoctor()
    doctor.look(only)
    doctor.look(only)
    assert [f.place for f in doctor.standing] == ["layers[3]"]
    change = doctor.look(second)
    assert change.appeared == change.gone == ()
    (finding,) = doctor.standing
    assert finding.place == "layers[3]"
    assert finding.message.endswith("(and in 1 more layer)")

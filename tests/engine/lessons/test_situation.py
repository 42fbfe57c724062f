"""What really happened in a lesson, and which of it counts for a step."""

from __future__ import annotations

import pytest

from engine.lessons.situation import Situation
from engine.runs import events as ev
from tests.engine.lessons import happenings as h
from tests.engine.lessons.test_condition import is_so
from tests.engine.lessons.written import situation
from tests.engine.training.tiny import small


def after(now: Situation, *events: ev.Event) -> Situation:
    """It, once these happened."""
    for event in events:
        now.happened(event)
    return now


def test_figures_are_of_what_came_in_this_step() -> None:
    """A loss that was reached before does not fulfil the next step; it can still be told."""
    now = after(situation(), h.started(), h.epoch(1, train_loss=0.1), h.finished())
    assert is_so("train_loss < 0.2 and completed", now)
    now.begin_step("2")
    assert not is_so("train_loss < 0.2", now)
    assert not is_so("completed", now)
    assert is_so("train_loss < 0.2", now.since_the_start())
    after(now, h.epoch(2, train_loss=0.15))
    assert is_so("train_loss < 0.2", now)


def test_a_paused_training() -> None:
    """It waits after a pause, and runs again after the next epoch."""
    now = after(situation(), h.started(), ev.Paused(step=3))
    assert is_so("paused and step == 3 and not running", now)
    after(now, ev.Continued(step=3))
    assert is_so("running and not paused", now)
    after(now, h.finished())
    assert not is_so("running", now)


def test_best_worst_and_first_of_a_training() -> None:
    """Lower is better for a loss, higher for an accuracy; what is no number is left out."""
    now = after(
        situation(),
        h.started(),
        h.epoch(1, train_loss=0.8, train_accuracy=0.5),
        h.epoch(2, train_loss=0.2, train_accuracy=0.9),
        h.epoch(3, train_loss=None, train_accuracy=0.7),
    )
    assert is_so("best_train_loss == 0.2 and worst_train_loss == 0.8", now)
    assert is_so("best_train_accuracy == 0.9 and worst_train_accuracy == 0.5", now)
    assert is_so("first_train_loss == 0.8 and train_loss == 0.2", now)


def test_several_trainings_of_a_step() -> None:
    """They are counted, by seeds too, and their ends compared."""
    now = situation()
    for seed, loss in ((1, 0.5), (2, 0.2), (2, 0.2)):
        run = f"{seed}-{loss}-{len(now.trainings)}"
        after(now, h.started(run, seed), h.epoch(1, train_loss=loss), h.finished())
    assert is_so("num_runs == 3 and num_completed == 3 and num_seeds == 2", now)
    assert is_so("lowest_train_loss == 0.2 and highest_train_loss == 0.5 and spread == 0.3", now)
    assert is_so("earlier_train_loss == 0.2", now)
    now.begin_step("2")
    assert is_so("num_runs == 0 and num_seeds == 0", now)


def test_a_run_that_is_told_again_is_no_other() -> None:
    """Who goes on with a run hears its record from the beginning."""
    now = after(situation(), h.started("one"), h.epoch(1, train_loss=0.3), h.finished())
    now.begin_step("2")
    after(now, h.started("one"), ev.Resumed(from_step=8, epoch=4, after_event=3))
    assert is_so("resumed and num_runs == 0", now)
    assert len(now.trainings) == 1


def test_divergence() -> None:
    """It is told of the training, and its epoch is the last that was finished."""
    fallen = ev.Diverged(epoch=3, step=5, loss="nan", learning_rate=1.0, gradient_norm="inf")
    now = after(situation(), h.started(), h.epoch(2, train_loss=9.0), fallen)
    after(now, h.finished("diverged"))
    assert is_so("diverged and not completed and num_diverged == 1", now)


def test_a_finding_that_is_gone() -> None:
    """It must have been there in this step: what was repaired before counts no more."""
    now = situation()
    assert not is_so('finding("dead-units") is gone', now)
    after(now, h.started(), h.found("dead-units"))
    assert is_so('finding("dead-units")', now)
    after(now, h.gone("dead-units"))
    assert is_so('finding("dead-units") is gone and not finding("dead-units")', now)
    now.begin_step("2")
    assert not is_so('finding("dead-units") is gone', now)


def test_a_finding_of_the_description() -> None:
    """The doctor looks at the experiment as it is edited; its repair makes the finding go."""
    layers, loss = ["Linear(2)", "Softmax(dim=1)"], "CrossEntropyLoss()"
    now = situation(small(epochs=1, layers=layers, loss=loss))
    assert is_so('finding("double-softmax")', now)
    now.edited(small(epochs=1, layers=layers[:1], loss=loss))
    assert is_so('finding("double-softmax") is gone and layer("Softmax") is gone', now)
    now.edited(None)
    assert not is_so("valid", now)


def test_what_was_changed() -> None:
    """By key, as it is edited; a change that is taken back is none."""
    now = situation(small())
    now.edited(small(optimizer="SGD(lr=0.5)", seed=3))
    assert is_so('changed("optimizer.lr") and changed("optimizer") and seed_changed', now)
    assert not is_so('changed("layers")', now)
    now.edited(small(layers=["Linear(9)", "ReLU()", "Linear(1)", "Sigmoid()"]))
    assert is_so('changed("layers") and not changed("optimizer")', now)
    now.edited(small())
    assert not is_so('changed("layers") or seed_changed', now)


def test_answers_are_kept_by_step() -> None:
    """The newest counts; another step's is asked for by its name."""
    now = situation()
    now.begin_step("guess")
    now.answered("x")
    now.answered("y")
    assert is_so('answer == "y"', now)
    now.begin_step("2")
    assert not is_so("answered", now)
    assert is_so('answer("guess") == "y"', now)


def test_predictions() -> None:
    """At the values that were asked about, as typed or as numbers; and against a guess."""
    now = situation()
    now.predicted(h.predicted("1", 0.5, 5, 500))
    now.predicted(h.predicted("0", 1, 1, 1))
    assert is_so('predicted and prediction(0.5, 5, 500) == "1" and predicted_class == "0"', now)
    assert is_so("predicted_probability == 0.75", now)
    assert not is_so('prediction(2, 5, 500) == "1"', now)
    typed = ev.Prediction(values=["2", "x"], predicted="7", outputs=[7.0])
    now.predicted(typed)
    assert is_so('predicted_number == 7 and not prediction(2, 3) == "7"', now)


def test_changes_by_hand() -> None:
    """They are seen, and those that were taken back are not."""
    silenced = ev.UnitSilenced(n=5, step=1, layer=(0,), unit=2)
    now = after(situation(), h.started(), silenced)
    assert is_so("silenced and not weight_set", now)
    after(now, ev.TakenBack(n=6, step=1, change=5))
    assert not is_so("silenced", now)


@pytest.mark.parametrize("deed", ["saved", "dissected", "code_read"])
def test_other_deeds(deed: str) -> None:
    """They count in the step in which they were done."""
    now = situation()
    assert not is_so(deed, now)
    now.did(deed)  # type: ignore[arg-type]  # one of the deeds
    assert is_so(deed, now)
    now.begin_step("2")
    assert not is_so(deed, now)


def test_units_by_layer() -> None:
    """A unit of any, or of one of them: who looks at an output has seen none before it."""
    now = situation()
    now.did("looked_inside", "2")
    assert is_so("looked_inside and looked_inside(2) and not looked_inside(0)", now)
    now.did("looked_inside", "0")
    assert is_so("looked_inside(0)", now)


def test_exports_by_format() -> None:
    """Any, or one of them."""
    now = situation()
    now.did("exported", "csv")
    assert is_so('exported and exported("csv") and not exported("script")', now)

"""Conditions: a closed grammar over facts, each mistake with what would be right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Problem
from engine.lessons.condition import Condition, references
from engine.lessons.condition_parser import Surroundings, read_condition
from engine.lessons.facts import FACTS
from engine.lessons.situation import Situation
from engine.limits import CONDITION, CONDITION_DEPTH
from engine.spec.experiment import Experiment
from tests.engine.lessons import happenings as h
from tests.engine.lessons.written import situation
from tests.engine.training.tiny import small

ANYWHERE = Surroundings(("a", "b"), {"guess": ("x", "y")})


def read(text: str) -> tuple[Condition | None, list[str]]:
    """The condition, and what is wrong with it."""
    problems: list[Problem] = []
    return read_condition(text, "until", problems, ANYWHERE), [one.message for one in problems]


def is_so(text: str, now: Situation) -> bool:
    """Whether a condition holds that is right."""
    condition, problems = read(text)
    assert condition is not None, problems
    return condition.is_so(now)


@pytest.fixture
def trained() -> Situation:
    """Two epochs of a training whose loss fell from 0.8 to 0.4."""
    now = situation(small(layers=["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"]))
    for event in (h.started(), h.epoch(1, train_loss=0.8), h.epoch(2, train_loss=0.4)):
        now.happened(event)
    return now


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("epoch == 2", True),
        ("epoch >= 2 and step == 4", True),
        ("epoch > 2 or train_loss < 0.5", True),
        ("not epoch > 2", True),
        ("not (epoch == 2 and train_loss < 0.5)", False),
        ("train_loss <= .4 and train_loss >= 4e-1", True),
        ("train_loss < first_train_loss", True),
        ("epoch == 1 or epoch == 2 and train_loss > 1", False),
        ("(epoch == 1 or epoch == 2) and train_loss > 1", False),
        ("layers.0.out_features >= 4", True),
        ("layers.9.out_features >= 4", False),
        ('layers.1 == "ReLU"', True),
        ('optimizer == "SGD" and optimizer.lr == 0.1', True),
        ('optimizer != "SGD"', False),
        ('batch_size == "full"', True),
        ("batch_size < 10", False),
        ("shuffle == true", True),
        ("test_loss < 1", False),
        ("test_loss >= 1", False),
        ("completed", False),
        ('layer("ReLU") and not layer("Tanh")', True),
        ('num_of("Linear") == 2', True),
        ("num_parameters == 17", True),
    ],
)
def test_what_a_condition_says(text: str, expected: bool, trained: Situation) -> None:
    """`and` binds closer than `or`; what is not known makes every comparison false."""
    assert is_so(text, trained) is expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epok >= 50", 'unknown fact "epok": did you mean epoch?'),
        ("optimizer.lrr > 1", '"optimizer.lrr": no optimizer has "lrr": did you mean lr?'),
        ("layers.0.out_feature > 1", "did you mean out_features?"),
        ("epochs.x > 1", '"epochs.x": no epochs has "x"'),
        ("epoch", "epoch is no yes or no: compare it with a value"),
        ("completed == 1", "completed is a yes or no: write it alone"),
        ('epoch == "two"', 'epoch is a number, and "two" is a text'),
        ('predicted_class > "1"', "predicted_class is a text: compare it with == or !="),
        ('finding("double-sftmax")', "did you mean double-softmax?"),
        ("finding(double)", '"double" is neither number nor text: write "double" in quotes'),
        ("finding", "finding takes the code of a finding in parentheses"),
        ("epoch(3) > 1", "epoch takes nothing in parentheses"),
        ('prediction("a") == "1"', "prediction takes the values of a sample: numbers"),
        ('answered("c")', '"c" is not one of the step\'s choices: there are a, b'),
        ('answer("gess") == "x"', "did you mean guess?"),
        ('answer("guess") == "z"', 'answer("guess"): "z" is none of x, y'),
        ('exported("onx")', "did you mean onnx?"),
        ('layer("Relu")', "did you mean ReLU?"),
        ('changed("optimzer.lr")', "did you mean optimizer?"),
        ("train_loss is gone", "only of finding, layer it is remembered what was"),
        ("epoch > (3", '"(" stands where a fact is expected'),
        ("(epoch > 3", "a parenthesis is not closed"),
        ("epoch > 3)", '")" is one too many'),
        ("epoch >", "it ends where a fact is expected"),
        ("answered(", "a parenthesis is not closed"),
        ("epoch = 3", 'not understood from "= 3" on'),
        ("__import__('os').system('id')", 'not understood from ".system'),
        ("", "it is empty"),
        ("epoch > 1 " * 200, f"it has 2,000 characters, more than the {CONDITION.most:,}"),
        ("(" * 20 + "completed" + ")" * 20, f"more than the {CONDITION_DEPTH.most} that are taken"),
        ("not " * 20 + "completed", f"more than the {CONDITION_DEPTH.most} that are taken"),
    ],
)
def test_what_is_no_condition(text: str, said: str) -> None:
    """It is refused with what would be right, and never evaluated."""
    condition, problems = read(text)
    assert condition is None
    assert any(said in problem for problem in problems), problems


def test_all_mistakes_at_once() -> None:
    """One condition with three of them tells three."""
    assert len(read('epok > 1 and finding("x") and epoch')[1]) == 3


def test_no_condition_at_all() -> None:
    """A number in the place of a text is refused like any other mistake."""
    problems: list[Problem] = []
    assert read_condition(3, "until", problems, ANYWHERE) is None
    assert str(problems[0]) == "until: 3 is not a condition, like 'epoch >= 50'"


@given(st.text(st.sampled_from("()<>=!.,'\"0aeino r_ ~{") | st.characters(), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else comes of it: either a condition that can be asked, or a problem."""
    condition, problems = read(text)
    if condition is None:
        assert problems
    else:
        assert condition.is_so(situation()) in (True, False)
        assert list(references(condition))


def test_facts_and_fields_have_names_of_their_own() -> None:
    """No fact hides a key of the experiment."""
    assert FACTS.keys().isdisjoint(Experiment.parameters())


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_can_be_asked(name: str, trained: Situation) -> None:
    """Also where nothing happened yet; what it is reads as a sentence's end."""
    fact = FACTS[name]
    given = {str: "ReLU", float: 1.0}[fact.takes.kind]
    arguments = (given,) * fact.takes.least
    kinds = {"text": str, "yes-no": bool}.get(fact.kind, int | float)
    for now in (situation(), trained):
        value = fact.read(now, arguments)  # type: ignore[arg-type]  # a number or a text
        assert value is None or isinstance(value, kinds)
    assert fact.what[0].islower() or fact.what.startswith("R²")
    assert not fact.what.endswith(".")

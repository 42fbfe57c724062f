"""PyTorch's spelling of calls: the same is read, the sizes of what comes in checked and dropped."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn, optim

from engine.errors import BadExperiment, Problem
from engine.parts.component import Component
from engine.parts.layers import Layer
from engine.parts.layers.block import Block
from engine.parts.layers.initial import Initialized
from engine.parts.losses import Loss
from engine.parts.optimizers import Optimizer
from engine.parts.schedules import Schedule
from engine.parts.shapes import Shape
from engine.spec.call import Call
from engine.spec.catalogue import make
from engine.spec.chain import links
from engine.spec.experiment_reader import from_raw
from engine.spec.grammar import GrammarError, parse_call
from engine.spec.stated_sizes import check_sizes, stated_sizes, tidied, told
from tests.engine.spec.strategies import components, fits, shapes
from tests.thoroughness import examples

CIRCLE: dict[str, object] = {
    "data": "circle(100)",
    "layers": ["Linear(4)", "ReLU()", "Linear(1)"],
    "loss": "BCEWithLogitsLoss()",
    "optimizer": "SGD(lr=0.1)",
}


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("nn.Linear(10, 5)", Call("Linear", (5,), {}, {"in_features": 10})),
        ("Linear(10, 5)", Call("Linear", (5,), {}, {"in_features": 10})),
        ("torch.nn.Linear(10, 5, False)",
         Call("Linear", (5,), {"bias": False}, {"in_features": 10})),
        ("Linear(in_features=10, out_features=5)", Call("Linear", (5,), {}, {"in_features": 10})),
        ("Linear(5, in_features=10)", Call("Linear", (5,), {}, {"in_features": 10})),
        ("nn.Linear(28 * 28, 5)", Call("Linear", (5,), {}, {"in_features": 784})),
        ("Linear(16 * 5 * 5, 120)", Call("Linear", (120,), {}, {"in_features": 400})),
        ("nn.Linear(2, 4),", Call("Linear", (4,), {}, {"in_features": 2})),
        ("self.fc1 = nn.Linear(2, 4)  # wide", Call("Linear", (4,), {}, {"in_features": 2})),
        ("nn.Linear(2, 4, device=device, dtype=torch.float32)",
         Call("Linear", (4,), {}, {"in_features": 2})),
        ("Linear(10, out_features=5)", Call("Linear", (5,), {}, {"in_features": 10})),
        ("Sine(2, out_features=5)", Call("Sine", (5,), {}, {"in_features": 2})),
        ("Linear(4)", Call("Linear", (4,))),
        ("Linear(4, False)", Call("Linear", (4, False))),
        ("nn.LazyLinear(5)", Call("Linear", (5,))),
        ("nn.ReLU", Call("ReLU")),
        ("torch.nn.ReLU(inplace=True)", Call("ReLU")),
        ("ReLU(True)", Call("ReLU")),
        ("nn.Dropout(0.3, True)", Call("Dropout", (), {"p": 0.3})),
        ("nn.Conv2d(1, 16, 3)", Call("Conv2d", (16, 3), {}, {"in_channels": 1})),
        ("Conv2d(in_channels=1, out_channels=16, kernel_size=3, padding=1)",
         Call("Conv2d", (16, 3), {"padding": 1}, {"in_channels": 1})),
        ("Conv2d(1, 16, 3)", Call("Conv2d", (1, 16, 3))),
        ("BatchNorm1d(16)", Call("BatchNorm1d", (), {}, {"num_features": 16})),
        ("BatchNorm1d(1e-3)", Call("BatchNorm1d", (1e-3,))),
        ("nn.GroupNorm(4, 16)", Call("GroupNorm", (4,), {}, {"num_channels": 16})),
        ("GroupNorm(4)", Call("GroupNorm", (4,))),
        ("nn.LayerNorm([16, 4])", Call("LayerNorm", (), {}, {"normalized_shape": [16, 4]})),
        ("nn.PReLU(8)", Call("PReLU", (), {"per_channel": True}, {"num_parameters": 8})),
        ("nn.PReLU(1, 0.1)", Call("PReLU", (), {"init": 0.1})),
        ("nn.MaxPool2d(2, 2)", Call("MaxPool2d", (2,), {"stride": 2})),
        ("Residual(nn.Linear(2, 2), nn.ReLU())",
         Call("Residual", ([Call("Linear", (2,), {}, {"in_features": 2}), Call("ReLU")],))),
        ("nn.CrossEntropyLoss()", Call("CrossEntropyLoss")),
        ("criterion = nn.CrossEntropyLoss()", Call("CrossEntropyLoss")),
        ("nn.MSELoss(reduction='mean')", Call("MSELoss")),
        ("nn.HuberLoss('mean', 2.0)", Call("HuberLoss", (), {"delta": 2.0})),
        ("optim.SGD(model.parameters(), lr=0.01)", Call("SGD", (), {"lr": 0.01})),
        ("SGD(net.parameters(), 0.01, 0.9)", Call("SGD", (0.01, 0.9))),
        ("torch.optim.Adam(params=self.net.parameters(), foreach=None)", Call("Adam")),
        ("optim.lr_scheduler.StepLR(optimizer, 30, gamma=0.5)",
         Call("StepLR", (30,), {"gamma": 0.5})),
        ("OneCycleLR(opt, max_lr=0.1, steps_per_epoch=len(loader), epochs=3)",
         Call("OneCycleLR", (), {"max_lr": 0.1})),
    ],
)  # fmt: skip
def test_pytorchs_spelling_is_read(text: str, call: Call) -> None:
    """What PyTorch has first is known here: it is kept apart, and what changes nothing left out."""
    found = parse_call(text)
    assert (found.name, found.args, found.kwargs, found.sizes) == (
        call.name,
        call.args,
        call.kwargs,
        call.sizes,
    )
    assert parse_call(repr(found)) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nn.Linear(10)", "gives in_features and no out_features: write Linear(10), without nn."),
        ("nn.Linear(2, 5, 3)", "no number behind that: leave the 3 out, write Linear(5)"),
        ("Linear(2, 5, 3)", "leave the 3 out, write Linear(5)"),
        ("nn.Linear(2, 5, 3, 4)", "leave the 3 and 4 out, write Linear(5)"),
        ("nn.MSELoss(reduction='sum')", "trained with reduction='mean' here, not 'sum'"),
        ("nn.MaxPool2d(2, return_indices=True)", "return_indices=False here, not True"),
        ("nn.Linear(n, 5)", "'n' is not accepted: give a number"),
        ("nn.Linear(2, 5, bias=open('x'))", " is not accepted: give a number"),
        ("nn.Linear(2, nn.ReLU())", "calls in a call stand in a list"),
        ("nn.Linear(2 ** 9, 5)", "'2 ** 9' is not accepted"),
        ("nn.Linear(99999 * 99999, 5)", "'99999 * 99999' is not accepted"),
        ("nn.functional.relu()", "is not a call"),
        ("os.nn.Linear(2, 3)", "is not a call"),
        ("x = f(1)", "is not a call"),
        ("nn.Linear(*[2, 3])", "is not accepted"),
    ],
)
def test_what_says_something_else_is_refused(text: str, message: str) -> None:
    """Nothing is evaluated, and nothing that would train otherwise is passed over."""
    with pytest.raises(GrammarError) as caught:
        parse_call(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("layers", "problem"),
    [
        (["Linear(10, 5)", "Linear(5, 1)"],
         "layers[0]: in_features is 10, but 2 come in: leave the 10 out, write Linear(5)"),
        (["nn.Linear(2, 5)", "nn.Linear(4, 1, bias=False)"],
         "layers[1]: in_features is 4, but 5 come in: leave the 4 out, "
         "write Linear(1, bias=False)"),
        (["Linear(2)", "Residual([nn.Linear(3, 2)])", "Linear(1)"],
         "layers[1][0]: in_features is 3, but 2 come in: leave the 3 out, write Linear(2)"),
        (["Linear(1)", "BatchNorm1d(3)"],
         "layers[1]: num_features is 3, but 1 comes in: leave the 3 out, write BatchNorm1d()"),
        (["nn.LayerNorm([3])", "Linear(1)"],
         "layers[0]: normalized_shape is [3], but 2 come in: leave the [3] out, "
         "write LayerNorm()"),
    ],
)  # fmt: skip
def test_another_size_than_comes_in_is_named(layers: list[str], problem: str) -> None:
    """An error says which number to leave out."""
    with pytest.raises(BadExperiment) as caught:
        from_raw({**CIRCLE, "layers": layers})
    assert str(caught.value) == problem


def test_right_sizes_are_left_out_with_a_word() -> None:
    """The experiment is the same, and one sentence names what was left out."""
    raw = {**CIRCLE, "layers": ["nn.Linear(2, 4)", "nn.ReLU()", "nn.Linear(4, 1)"]}
    assert from_raw(raw) == from_raw(CIRCLE)
    tidy, word = tidied(raw)
    assert tidy["layers"] == ["Linear(4)", "nn.ReLU()", "Linear(1)"]
    assert word == "in_features 2 and 4 are known from what comes in"
    assert told(stated_sizes(["Linear(10, 5)"])) == "in_features 10 is known from what comes in"


@st.composite
def _in_place(draw: st.DrawFn) -> tuple[Layer, Shape]:
    shape = draw(shapes())
    return draw(components(Layer).filter(lambda layer: fits(layer, shape))), shape


@given(_in_place())
@settings(max_examples=examples(150))
def test_every_layers_own_code_reads_back(drawn: tuple[Layer, Shape]) -> None:
    """What a script builds a layer with is that layer, and its sizes are what comes in."""
    layer, shape = drawn
    given = plain(layer)
    call = parse_call(given.code(shape))
    made = make(Layer, call, "", [])
    assert made == given
    problems: list[Problem] = []
    check_sizes(stated_sizes([repr(call)]), links([given], shape, []), problems)
    assert problems == []


def plain(layer: Layer) -> Layer:
    """The layer with PyTorch's own first weights: a script sets others in lines of their own."""
    own = {n: d.default for n, (_, d) in layer.parameters().items() if n.startswith("init")}
    bare = layer.with_values(**own) if isinstance(layer, Initialized) else layer
    return bare.with_inside(tuple(map(plain, bare.inside))) if isinstance(bare, Block) else bare


@given(components(Loss) | components(Optimizer))
@settings(max_examples=examples(100))
def test_losses_and_optimizers_own_code_reads_back(part: Loss | Optimizer) -> None:
    """What a script builds them with is them."""
    family = Loss if isinstance(part, Loss) else Optimizer
    assert make(family, parse_call(part.code()), "", []) == part


@pytest.mark.parametrize(
    ("component", "module"),
    [
        *((one, nn) for one in Layer.members().values() if hasattr(nn, one.name)),
        *((one, nn) for one in Loss.members().values() if hasattr(nn, one.name)),
        *((one, optim) for one in Optimizer.members().values()),
        *(
            (one, optim.lr_scheduler)
            for one in Schedule.members().values()
            if hasattr(optim.lr_scheduler, one.name)
        ),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_pytorchs_arguments_are_all_known(component: type[Component], module: object) -> None:
    """Each argument of PyTorch's is declared here, or said to make no difference, or refused."""
    made = getattr(module, component.name)
    theirs = list(inspect.signature(made).parameters)
    if isinstance(made, type) and issubclass(made, nn.RNNBase):  # it hands on *args, **kwargs
        theirs = list(inspect.signature(nn.RNNBase.__init__).parameters)[2:]
        if made is not nn.LSTM:  # PyTorch itself raises for it in the others
            theirs.remove("proj_size")
    sizes = component.size_names if issubclass(component, Layer) else ()
    known = {*component.parameters(), *sizes, *component.torch_only}
    known |= {"params", "optimizer", "args", "kwargs", "min_value", "max_value"}
    assert not set(theirs) - known
    positional = [*sizes, *component.torch_order] if component.torch_order else [*sizes]
    theirs = [name for name in theirs if name not in ("params", "optimizer")]
    assert theirs[: len(positional)] == positional

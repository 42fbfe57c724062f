"""Programs with PyTorch: their network, loss and optimizer are read, and nothing is run."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadExperiment
from engine.parts.layers import Layer
from engine.parts.shapes import Shape
from engine.spec.catalogue import make
from engine.spec.chain import links
from engine.spec.experiment_reader import from_raw
from engine.spec.grammar import GrammarError, parse_call
from engine.spec.overrides import set_value
from engine.spec.torch_code import Code, as_line, layer_list, layers_of, read_code, spread
from tests.engine.spec.audited import audited
from tests.engine.spec.strategies import chains, shapes
from tests.engine.spec.test_torch_call import CIRCLE, plain
from tests.thoroughness import examples

CIFAR = '''
import torch.nn as nn
hidden = 84
class Net(nn.Module):
    """A network of the tutorial's kind."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, hidden)  # what the pictures come to
        self.fc2 = nn.Linear(hidden, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        x = x.view(-1, 16 * 5 * 5)
        x = F.dropout(self.fc1(x), 0.3, training=self.training)
        return F.log_softmax(self.fc2(x.tanh()), dim=1)

net = Net()
criterion = nn.NLLLoss()
optimizer = optim.SGD(net.parameters(), lr=0.001, momentum=0.9)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
for epoch in range(2):
    loss = criterion(net(inputs), labels)
'''


@pytest.mark.parametrize("size", ["x.shape[1]", "len(names)", "n_in", "2 + 1", "{2}"])
def test_a_size_that_only_the_program_knows_is_named(size: str) -> None:
    """Wherever in the program it stands: the piece, and what would be right."""
    program = CIFAR.replace("nn.Linear(hidden, 10)", f"nn.Linear({size}, 10)")
    for text in (program, f"net = nn.Linear({size}, 10)"):
        with pytest.raises(GrammarError, match=f"^'{re.escape(size)}' is not accepted: give a"):
            read_code(text)


def test_a_module_is_read_along_its_forward() -> None:
    """Layers in the order of use, functions as their layers, names as their numbers."""
    assert read_code(CIFAR) == Code(
        layers=(
            "Conv2d(6, 5, in_channels=3)", "ReLU()", "MaxPool2d(2, stride=2)",
            "Conv2d(16, 5, in_channels=6)", "ReLU()", "MaxPool2d(2, stride=2)", "Flatten()",
            "Linear(84, in_features=400)", "Dropout(p=0.3)", "Tanh()",
            "Linear(10, in_features=84)", "LogSoftmax(dim=1)",
        ),
        loss="NLLLoss()",
        optimizer="SGD(lr=0.001, momentum=0.9)",
        schedule="StepLR(30)",
    )  # fmt: skip


TWO = ("Linear(4, in_features=2)", "ReLU()")


@pytest.mark.parametrize(
    "text",
    [
        "nn.Sequential(nn.Linear(2, 4), nn.ReLU())",
        "model = nn.Sequential(\n    nn.Linear(2, 4),  # wide\n    nn.ReLU(),\n)\nprint(model)",
        "Sequential(Linear(2, 4), ReLU())",
        "nn.Sequential(nn.Sequential(nn.Linear(2, 4)), nn.ReLU())",
        "nn.Sequential(OrderedDict([('a', nn.Linear(2, 4)), ('b', nn.ReLU())]))",
        "nn.Sequential(*[nn.Linear(2, 4), nn.ReLU()])",
        "a = nn.Linear(2, 4)\nmodel = nn.Sequential(a, nn.ReLU())",
        "        self.fc1 = nn.Linear(2, 4)\n        self.act = nn.ReLU()",
        "self.fc1 = nn.Linear(2, 4)\n        self.act = nn.ReLU()",
        "    nn.Linear(2, 4),\n    nn.ReLU(),\n",
        "[nn.Linear(2, 4), nn.ReLU()]",
        "nn.Linear(\n  2,\n  4), nn.ReLU()",
        "class N(Module):\n  def __init__(s):\n    s.a = nn.Linear(2, 4)\n    s.b = nn.ReLU()",
    ],
)
def test_a_list_of_layers_has_many_forms(text: str) -> None:
    """They all come to the same layers."""
    assert read_code(text).layers == TWO
    assert layer_list(as_line(text)) == list(TWO)
    layers = from_raw({**CIRCLE, "layers": [text, "Linear(1)"]}).layers if "Seq" in text else None
    assert layers is None or [str(one) for one in layers] == ["Linear(4)", "ReLU()", "Linear(1)"]


def test_a_class_among_the_layers_is_taken_apart() -> None:
    """Wherever a layer may stand, a whole program may; also one that builds only one layer."""
    for built, layers in ((2, list(TWO)), (1, [TWO[0]])):
        lines = ["self.fc1 = nn.Linear(2, 4)", "self.act = nn.ReLU()"][:built]
        text = "class Net(nn.Module):\n  def __init__(self):\n" + "".join(
            f"    {line}\n" for line in ("super().__init__()", *lines)
        )
        assert spread({"layers": [text, "Linear(1)"]})["layers"] == [*layers, "Linear(1)"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nn.Sequential(nn.Linear(2, 4)", "( is never closed"),
        ("nn.Sequential(nn.Linear(2, 3), __import__('os').system('true'))", "is not a call"),
        ("nn.Sequential(*[nn.Linear(2, 2) for _ in range(3)])", "is not a call"),
        (CIFAR.replace("x.tanh()", "x + x"), "'x + x' in forward is no layer after the other"),
        (CIFAR.replace("F.relu(", "helper("), "in forward is no layer after the other"),
        (CIFAR.replace("forward(self, x)", "forward(self, x, y)"), "forward takes 2 inputs"),
        ("nn.Sequential()", "builds no layer"),
        ("import torch.nn as nn", "builds no layer"),
    ],
)
def test_what_is_no_chain_is_explained(text: str, message: str) -> None:
    """Nothing is guessed, and nothing is half read."""
    with pytest.raises(GrammarError) as caught:
        layer_list(text)
    assert message in str(caught.value)


def test_calls_of_the_command_line_may_be_spelled_so() -> None:
    """With commas or spaces between them, as others are."""
    assert layer_list("nn.Linear(2, 4) nn.ReLU()") == ["nn.Linear(2, 4)", "nn.ReLU()"]
    assert layer_list("Linear(4) ReLU, Linear(1)") == ["Linear(4)", "ReLU", "Linear(1)"]
    assert layers_of("Linear(4)") == ["Linear(4)"]
    raw = set_value({}, "layers=nn.Sequential(nn.Linear(2, 4), nn.ReLU())")
    assert raw == {"layers": list(TWO)}
    raw = set_value({"layers": ["Linear(1)"]}, "layers.0=nn.Sequential(nn.Linear(2, 4), nn.ReLU())")
    assert raw == {"layers": list(TWO)}


def test_a_file_may_have_a_program_for_its_layers() -> None:
    """As one text, or as one of the list; a mistake in it is told at its layer."""
    text = "nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))"
    assert from_raw({**CIRCLE, "layers": text}) == from_raw(CIRCLE)
    assert from_raw({**CIRCLE, "layers": [text]}) == from_raw(CIRCLE)
    with pytest.raises(BadExperiment, match=r"layers\[1\]: unknown layer .Bilinear."):
        from_raw({**CIRCLE, "layers": "nn.Sequential(nn.Linear(2, 4), nn.Bilinear(4, 4))"})
    with pytest.raises(BadExperiment, match="layers: this is no program that can be read: line 1"):
        from_raw({**CIRCLE, "layers": ["nn.Sequential(nn.Linear(2, 4)", "Linear(1)"]})


@st.composite
def _networks(draw: st.DrawFn) -> tuple[tuple[Layer, ...], Shape]:
    shape = draw(shapes())
    return tuple(map(plain, draw(chains(shape, max_layers=5).filter(bool)))), shape


@given(_networks())
@settings(max_examples=examples(100))
def test_any_network_as_a_script_has_it_reads_back(drawn: tuple[tuple[Layer, ...], Shape]) -> None:
    """nn.Sequential over several lines, with trailing commas and comments, and as a module."""
    layers, shape = drawn
    codes = [link.layer.code(link.input_shape) for link in links(layers, shape, [])]
    listed = "\n".join(f"    {code},  # nn.Linear(1, 1)" for code in codes)
    lines = "\n".join(f"self.layer{index} = {code}" for index, code in enumerate(codes))
    for text in (f"model = nn.Sequential(\n{listed}\n)", lines):
        read = [make(Layer, parse_call(one), "", []) for one in read_code(text).layers]
        assert read == list(layers)


_PIECES = [
    *("nn.", "Linear", "Sequential", "(", ")", "[", "]", ",", "=", "2", "*", " ", "\n", "    "),
    *("self.a", "x", "def forward(self, x):", "return ", "class N(nn.Module):", "F.relu", ":"),
    *("__import__('os')", ".system('true')", "lambda: 0", "#", '"', "optim.SGD(", "m.parameters()"),
]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
@settings(max_examples=examples(300))
def test_no_program_is_run(text: str) -> None:
    """Whatever is pasted, it is read or refused; nothing of it is executed."""
    with audited() as events:
        for read in (read_code, as_line, lambda text: spread({"layers": text})):
            with contextlib.suppress(GrammarError):
                read(text)
    assert not {"exec", "os.system", "import"} & {*events}

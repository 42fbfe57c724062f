"""What is refused as findings, each mistake with what mends it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.doctor.reasons import REASONS
from engine.doctor.refusal import refusal
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml
from tests.engine.doctor.cases import DIABETES, DIGITS, HEALTHY, layers

GIVEN = 'csv("grades.csv", "grade", task="regression")'


@pytest.mark.parametrize(
    ("changed", "code", "place", "repair"),
    [
        (layers("Linaer(4)", "Linear(1)"), "unknown-name", "layers[0]",
         "write Linear in place of Linaer"),
        (layers("Dense(4)", "Linear(1)"), "unknown-name", "layers[0]",
         "write Linear in place of Dense"),
        ({"loss": "binary_crossentropy"}, "unknown-name", "loss",
         "write BCELoss in place of binary_crossentropy"),
        (layers("Linear(4, bais=False)", "Linear(1)"), "unknown-argument", "layers[0]",
         "write bias in place of bais in Linear"),
        ({"optimizer": "Adam(learning_rate=0.1)"}, "unknown-argument", "optimizer",
         "write lr in place of learning_rate in Adam"),
        (layers("Linear(4, activation='relu')", "Linear(1)"), "unknown-argument", "layers[0]",
         "put ReLU() behind Linear(4)"),
        (layers("Linear(in_features=3, out_features=4)", "Linear(1)"), "input-size",
         "layers[0]", "write Linear(4): the size of what comes in follows from the data"),
        (layers("Linear(3, 4)", "Linear(1)"), "input-size", "layers[0]",
         "write Linear(4): the size of what comes in follows from the data"),
        (layers("Linear(2, 4)", "Linear(4, 0)"), "wrong-value", "layers[1].bias",
         "give Linear bias=False; give Linear(4, bias=False) 1 output"),
        (layers("Linear(4.0)", "Linear(1)"), "wrong-value", "layers[0].out_features",
         "give Linear out_features=4"),
        (layers("Linear(4)", "Dropout(50)", "Linear(1)"), "wrong-value", "layers[1].p",
         "give Dropout p=0.5"),
        ({"optimizer": "Adam(lr='0.01')"}, "wrong-value", "optimizer.lr", "give Adam lr=0.01"),
        ({"epochs": "20"}, "wrong-value", "epochs", "write epochs = 20"),
        ({"shuffle": "False"}, "wrong-value", "shuffle", "write shuffle = false"),
        ({"test_fraction": 25}, "wrong-value", "test_fraction", "write test_fraction = 0.25"),
        ({"new_head": True}, "new-head", "new_head", "leave new_head out"),
        ({"freeze": [0, 1, 2]}, "freeze", "freeze", 'write freeze = "all but last"'),
        ({"backbone_rate": {"7": 0.1}}, "backbone-rate", "backbone_rate",
         "leave backbone_rate out"),
        ({"device": "gpu"}, "wrong-value", "device", 'write device = "auto"'),
        ({"batchsize": 8}, "unknown-key", "batchsize", "write batch_size in place of batchsize"),
        ({"lr": 0.5}, "unknown-key", "lr", "write optimizer.lr in place of lr"),
        (layers("Linear(4)", "keras.layers.ReLU()", "Linear(1)"), "not-a-call", "layers[1]",
         "write ReLU()"),
        (layers("Linear(4", "Linear(1)"), "not-a-call", "layers[0]", "write Linear(4)"),
        (layers("nn.Linear(2, 4, 3)", "Linear(1)"), "not-a-call", "layers[0]", "write Linear(4)"),
        ({"layers": "Linear(4), Linear(1)"}, "not-a-list", "layers",
         'write layers = ["Linear(4)", "Linear(1)"]'),
        (layers("Linear()", "ReLU()", "Linear(1)"), "missing-argument", "layers[0]",
         "give Linear out_features=32"),
        (layers("Residual([Linaer(2)])", "Linear(1)"), "unknown-name", "layers[0][0]",
         "write Linear in place of Linaer"),
        ({"class_weights": [1.0, 2.0, 3.0]}, "class-weights", "class_weights",
         'write class_weights = "balanced"'),
        ({**DIABETES, "class_weights": "balanced"}, "class-weights", "class_weights",
         "leave class_weights out"),
        ({**DIABETES, "sampler": "balanced"}, "sampler", "sampler", "leave sampler out"),
        ({**DIABETES, "loss": "CrossEntropyLoss()"}, "class-loss-for-numbers", "loss",
         "use MSELoss() instead of CrossEntropyLoss()"),
        ({**DIGITS, **layers("Flatten()", "Linear(1)", "Sigmoid()"), "loss": "BCELoss()"},
         "output-width", "loss", "use CrossEntropyLoss() and no Sigmoid() instead of BCELoss(); "
         "give Linear(1) 10 outputs"),
        ({**DIGITS, **layers("Conv2d(8, 9)", "ReLU()", "Flatten()", "Linear(10)")},
         "kernel-above-image", "layers[0]", "give Conv2d(8, 9) kernel_size=3"),
        ({**DIGITS, **layers("Conv2d(1, 16, 3)", "ReLU()", "Flatten()", "Linear(10)")},
         "kernel-above-image", "layers[0]", "write Conv2d(16, 3) in place of Conv2d(1, 16, "
         "stride=3): the channels that come in follow from the data"),
        ({**DIGITS, **layers("MaxPool2d(9)", "Flatten()", "Linear(10)")}, "kernel-above-image",
         "layers[0]", "leave MaxPool2d(9) out"),
        (layers("Linear(4)", "Residual([Linear(8), ReLU()])", "Linear(1)"), "shape-misfit",
         "layers[1]",
         'give Residual([…]) shortcut="projection"'),
    ],
)  # fmt: skip
def test_a_mistake_is_a_finding_with_its_repair(
    changed: dict[str, Any], code: str, place: str, repair: str
) -> None:
    """Each kind of mistake has its code, its place, and what mends it, which is valid then."""
    found = refusal({**HEALTHY, **changed})

    assert [(one.code, one.place, one.repair) for one in found.findings] == [(code, place, repair)]
    assert found.findings[0].severity == "error"
    assert found.repaired is not None
    from_raw(parse_toml(to_toml(found.repaired)))


def test_numbers_that_are_few_are_offered_as_classes(tmp_path: Path) -> None:
    """A class loss on a column read as numbers: they may be meant as classes."""
    rows = "\n".join(f"{n},{n % 3}" for n in range(60))
    (tmp_path / "grades.csv").write_text(f"x,grade\n{rows}\n")
    classes = {"loss": "CrossEntropyLoss()", **layers("Linear(4)", "Linear(3)")}
    found = refusal({**HEALTHY, "data": GIVEN, **classes}, tmp_path)

    assert found.findings[0].code == "class-loss-for-numbers"
    assert found.findings[0].repair == (
        'take the 3 different numbers for classes: task="classification"'
    )


def test_a_missing_cell_is_filled_in(tmp_path: Path) -> None:
    """What a table is refused for is a finding by the table's own code, settled as it asks."""
    rows = "".join(f"{n},{n / 2}\n" for n in range(20))
    (tmp_path / "t.csv").write_text(f"x,y\n{rows},3.5\n")
    raw = {**HEALTHY, "data": 'csv("t.csv", "y")', "loss": "MSELoss()"}
    (finding,) = refusal(raw, tmp_path).findings

    assert (finding.code, finding.place) == ("missing-cells", "data")
    assert finding.repair == 'give the data missing="mean"'


def test_a_misspelled_target_is_the_column_that_is_called_nearly_so(tmp_path: Path) -> None:
    """What nothing is nearly called like stays a person's to decide."""
    (tmp_path / "t.csv").write_text("x,price\n" + "".join(f"{n},{n / 2}\n" for n in range(20)))
    raw = {**HEALTHY, "loss": "MSELoss()"}
    (finding,) = refusal({**raw, "data": 'csv("t.csv", "prise")'}, tmp_path).findings
    (other,) = refusal({**raw, "data": 'csv("t.csv", "quux")'}, tmp_path).findings

    assert (finding.code, finding.repair) == ("no-column", 'give the data target="price"')
    assert (other.code, other.repair, other.repaired) == ("no-column", "", None)


def test_every_mistake_is_told_though_one_has_no_repair() -> None:
    """A mistake that nobody can guess hides no other, and nothing is repaired by halves."""
    found = refusal({**HEALTHY, "epochs": "20", **layers("Quux(4)", "Linear(1)")})

    assert {one.place: (one.repair, one.repaired) for one in found.findings} == {
        "epochs": ("write epochs = 20", None),
        "layers[0]": ("", None),
    }


def test_a_valid_experiment_is_not_refused() -> None:
    """Nothing is found, and nothing is changed."""
    found = refusal(HEALTHY)
    assert (found.findings, found.ways) == ((), ())


def test_every_code_has_its_reason() -> None:
    """Each code that a mistake is given stands in the table of reasons, and no other does."""
    text = "\n".join(p.read_text() for p in Path(engine.__file__).parent.rglob("*.py"))
    given = set(re.findall(r'Problem\([^()]*?(?:\([^()]*\)[^()]*?)*"([a-z]+(?:-[a-z]+)+)"\)', text))
    given |= set(re.findall(r'code(?:: str)? = "([a-z]+(?:-[a-z]+)+)"', text))
    assert given <= set(REASONS) | {"class-loss-for-numbers", "output-width"}
    assert "unknown-name" in given

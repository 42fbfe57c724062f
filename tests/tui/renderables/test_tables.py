"""Tables are aligned, cut to the width, and lose their least important columns first."""

from __future__ import annotations

from engine.parts.layers.activation import ReLU
from engine.parts.layers.dense import Linear
from engine.parts.layers.residual import Residual
from engine.spec.chain import links
from tui.drawings import score_rows
from tui.renderables.accuracy_table import (
    ClassScore,
    Score,
    SplitScore,
    class_table,
    split_table,
)
from tui.renderables.layer_table import LayerRow, layer_table, rows_of
from tui.renderables.look import Look
from tui.renderables.table import Column, sentence, table

PLAIN = Look(color="none")
LAYERS = [LayerRow("Linear(4)", "(4,)", 12), LayerRow("Linear(1000)", "(1000,)", 5000)]
CLASSES = [
    ClassScore("\x1b[31mcat", 0.5, 1.0, 0.667, 10),
    ClassScore("[bold]漢字漢字漢字漢字", None, 0.5, None, 1200),
]


def test_layer_table_has_a_total() -> None:
    """Layers, shapes and parameters are aligned above their total."""
    assert [row.plain for row in layer_table(LAYERS, 80, PLAIN)] == [
        "Layer         Output shape  Params",
        "──────────────────────────────────",
        "Linear(4)     (4,)              12",
        "Linear(1000)  (1000,)        5,000",
        "──────────────────────────────────",
        "Total                        5,012",
    ]


def test_layers_inside_of_a_block_are_indented() -> None:
    """A block has all its parameters, and those of its layers are not counted twice."""
    block = Residual((Linear(2), ReLU()))
    rows = rows_of(links([block, Linear(1)], (2,), []))
    assert [row.plain for row in layer_table(rows, 80, PLAIN)] == [
        "Layer          Output shape  Params",
        "───────────────────────────────────",
        "Residual([…])  2                  6",
        "  Linear(2)    2                  6",
        "  ReLU()       2                  0",
        "Linear(1)      1                  3",
        "───────────────────────────────────",
        "Total                             9",
    ]


def test_layer_table_of_nothing() -> None:
    """No layers have no parameters."""
    assert layer_table([], 80, PLAIN)[-1].plain.split() == ["Total", "0"]


def test_narrow_layer_table_loses_the_shape() -> None:
    """At 20 columns layer and parameters are left."""
    assert [row.plain for row in layer_table(LAYERS, 20, PLAIN)] == [
        "Layer         Params",
        "────────────────────",
        "Linear(4)         12",
        "Linear(1000)   5,000",
        "────────────────────",
        "Total          5,012",
    ]


def test_a_column_can_keep_its_ends() -> None:
    """Names that differ at their end only are told apart where they have to be cut."""
    columns = (Column("Run", least=6, keep_end=True), Column("State"))
    rows = [("20260102-circle-a1b2", "stopped"), ("20260102-circle-c3d4", "running")]
    assert [row.plain for row in table(columns, rows, 15, PLAIN)][2:] == [
        "…-a1b2  stopped",
        "…-c3d4  running",
    ]


def test_class_table_shows_names_as_text() -> None:
    """Names can't color anything; unknown scores are dashes; the mean is over the known."""
    assert [row.plain for row in class_table(CLASSES, 80, PLAIN)] == [
        "Class                     Precision  Recall     F1  Samples",
        "───────────────────────────────────────────────────────────",
        "● ␛[31mcat                    0.500   1.000  0.667       10",
        "▲ [bold]漢字漢字漢字漢字          -   0.500      -    1,200",
        "───────────────────────────────────────────────────────────",
        "Mean, total                   0.500   0.750  0.667    1,210",
    ]


def test_class_table_in_20_columns() -> None:
    """The F1 is left, and the names are cut."""
    assert [row.plain for row in class_table(CLASSES, 20, PLAIN)] == [
        "Class             F1",
        "────────────────────",
        "● ␛[31mcat     0.667",
        "▲ [bold]漢字…      -",
        "────────────────────",
        "Mean           0.667",
    ]


def test_class_table_can_be_limited() -> None:
    """Classes beyond the limit are counted, the mean is over all."""
    rows = [row.plain for row in class_table(CLASSES, 80, PLAIN, limit=1)]
    assert rows[3] == "… 1 more"
    assert rows[-1].split()[-1] == "1,210"


def test_split_tables() -> None:
    """Splits show what was measured; the most important is left where there is little room."""
    columns = [Score("Loss", 4), Score("Accuracy", 0), Score("Balanced", 6)]
    splits = [
        SplitScore("train", 60000, ["0.2312", "0.952", "0.951"]),
        SplitScore("test", 7, ["-", "nan", "-"]),
    ]
    assert [row.plain for row in split_table(columns, splits, 80, PLAIN)] == [
        "Split  Samples    Loss  Accuracy  Balanced",
        "──────────────────────────────────────────",
        "train   60,000  0.2312     0.952     0.951",
        "test         7       -       nan         -",
    ]
    narrower = [split_table(columns, splits, width, PLAIN)[2].plain.split() for width in (34, 24)]
    assert narrower == [["train", "60,000", "0.2312", "0.952"], ["train", "0.2312", "0.952"]]
    assert split_table(columns, splits, 20, PLAIN)[2].plain.split() == ["train", "0.952"]


def test_sentences_are_folded() -> None:
    """Words go to the next row; a word that is too long is cut."""
    assert [row.plain for row in sentence("one two incomprehensible", 7, PLAIN)] == [
        "one two",
        "incomp…",
    ]


def test_an_autoencoder_shows_how_far_its_places_are_from_noise() -> None:
    """Also where the scores have a third of 120 columns: what collapses is seen there first."""
    found = {
        "train_loss": 24.3, "train_rmse": 0.1844, "train_r2": 0.537, "train_psnr": 14.69,
        "train_reconstruction": 20.559, "train_divergence": 2.667,
    }  # fmt: skip
    titles, _, train = (
        row.plain.split() for row in score_rows({"train": 1348}, found, 31, PLAIN, ("psnr",))
    )
    assert titles == ["Split", "RMSE", "KL", "PSNR"]
    assert train == ["train", "0.1844", "2.6670", "14.69"]

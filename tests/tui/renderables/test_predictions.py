"""Single answers: bars for classes, numbers for regressions, a row per sample, images."""

from __future__ import annotations

from tui.renderables.actual_predicted import (
    Outcome,
    class_outcomes,
    over_samples,
    predicted_labels,
    value_outcomes,
)
from tui.renderables.images import Image, fitting_columns, gallery
from tui.renderables.look import Look
from tui.renderables.predictions import class_prediction, value_prediction

PLAIN = Look(color="none")
ASCII = Look(ascii=True, color="none")


def test_class_prediction_in_one_row() -> None:
    """Values, class and bars, as the tutorial's new sample is answered."""
    rows = class_prediction([0.5, 5, 500], "1", [0.0, 1.0], ["0", "1"], 80, PLAIN)
    assert [row.plain for row in rows] == [
        "(0.5, 5, 500) → 1   ● 0 ░░░░░░░░ 0.000   ▲ 1 ████████ 1.000"
    ]


def test_class_prediction_in_20_columns() -> None:
    """Bars give way to the numbers."""
    rows = class_prediction([0.5], "dog", [0.25, 0.75], ["tortoise", "dog"], 20, ASCII)
    assert [row.plain for row in rows] == ["(0.5) -> dog", "O tortoise 0.250", "X dog 0.750"]


def test_likeliest_classes_are_shown() -> None:
    """Of more classes than the limit the likeliest stay, None counts as nothing."""
    rows = class_prediction([1], "c", [0.1, None, 0.9], ["a", "b", "c"], 80, PLAIN, limit=2)
    assert rows[0].plain == "(1) → c   ■ c ███████▎ 0.900   ● a ▊░░░░░░░ 0.100"


def test_value_prediction() -> None:
    """A regression answers with its numbers; long inputs are shortened."""
    assert value_prediction([1.0, 2.0], [0.5], 80, PLAIN)[0].plain == "(1, 2) → 0.5000"
    told = value_prediction(
        ["Rome", None],
        [181200.0],
        80,
        PLAIN,
        names=["price"],
        units=["€"],
        interval=([150000.0], [212400.0]),
    )
    assert told[0].plain == ("(Rome, missing) → price 181,200 € (9 of 10 from 150,000 to 212,400)")
    assert value_prediction([0.0] * 9, [None], 80, PLAIN)[0].plain.endswith("0, …) → -")


def test_class_outcomes() -> None:
    """Each sample has its mark; what is beyond the limit is counted."""
    outcomes = [Outcome(0, 0), Outcome(0, 1), Outcome(1, 1)]
    rows = class_outcomes(outcomes, ["cat", "dog"], 80, PLAIN, limit=2)
    assert [row.plain for row in rows] == [
        "#  Actual  Predicted",
        "───────────────────────",
        "0  ● cat   ● cat      ✓",
        "1  ● cat   ▲ dog      ✗",
        "… and 1 more",
    ]


def test_a_probability_has_fewer_digits_where_there_is_little_room() -> None:
    """They are never cut: 0.5 and 0.6 of what would not tell one sample from another."""
    outcomes = [Outcome(0, 0), Outcome(0, 1)]
    for width, told in ((80, ["0.4128", "0.5874"]), (25, ["0.41", "0.59"])):
        rows = class_outcomes(outcomes, ["0", "1"], width, PLAIN, probabilities=[0.41276, 0.58743])
        assert [row.plain.split()[-2] for row in rows[2:]] == told


def test_value_outcomes() -> None:
    """The error is the answer minus the target."""
    rows = value_outcomes([1.0, 2.0], [1.25, None], 80, PLAIN)
    assert [row.plain for row in rows] == [
        "#  Actual  Predicted   Error",
        "────────────────────────────",
        "0  1.0000     1.2500  0.2500",
        "1  2.0000          -       -",
    ]


def test_images_side_by_side() -> None:
    """Two grey images stand beside each other over their captions, which are whole."""
    image = Image(4, 4, 1, bytes([255] * 8 + [0] * 8), "three")
    rows = gallery([image, image], 80, ASCII)
    assert [row.plain.rstrip() for row in rows] == ["@@@@   @@@@", "", "three  three"]


def test_images_are_as_large_as_there_is_room_for() -> None:
    """All of them where they are clear enough, else a line of them; the captions counted in."""
    images = [Image(28, 28, 1, bytes(784), f"{n} as 9") for n in range(8)]
    for width, height in ((76, 17), (76, 9), (76, 6), (196, 40), (40, 20)):
        columns = fitting_columns(images, width, height)
        first = gallery(images[:1], width, PLAIN, columns=columns)
        assert len(first) <= height
    assert fitting_columns(images, 300, 15) == 28
    assert fitting_columns(images, 300, 14) == 26
    assert fitting_columns(images, 76, 17) == 14
    assert fitting_columns(images, 76, 5) == 8
    assert fitting_columns(images, 76, 1) == 8


def test_rgb_images_keep_their_channels() -> None:
    """A red pixel over a blue one is one half block of these colors."""
    image = Image(1, 2, 3, bytes([255, 0, 0, 0, 0, 255]))
    row = gallery([image], 80, Look())[0]
    assert row.plain == "▀"
    assert str(row.spans[0].style) == "#ff0000 on #0000ff"


def test_images_are_scaled_down() -> None:
    """A large image is averaged to the columns asked for."""
    image = Image(8, 8, 1, bytes([0, 255] * 32))
    rows = gallery([image], 80, ASCII, columns=4)
    assert [row.plain for row in rows][:2] == ["++++", "++++"]


def test_broken_images_are_skipped() -> None:
    """An image without enough pixels is not drawn."""
    assert gallery([Image(4, 4, 1, bytes(3))], 80, PLAIN) == []


def test_predicted_labels() -> None:
    """Every sample's, in rows of tens; a wrong one is underlined."""
    outcomes = [Outcome(0, 0)] * 12 + [Outcome(0, 1)]
    rows = predicted_labels(outcomes, ["0", "1"], 25, PLAIN)
    assert [row.plain for row in rows] == ["0 0 0 0 0 0 0 0 0 0", "0 0 1"]
    assert [span.style.underline for span in rows[1].spans] == [True]  # type: ignore[union-attr]


def test_predicted_labels_with_long_names() -> None:
    """They are numbers, and what those mean stands below."""
    rows = predicted_labels([Outcome(0, 0), Outcome(0, 1)], ["upper right", "b"], 30, PLAIN)
    assert [row.plain for row in rows] == ["0 1", "0 upper right   1 b"]


def test_lines_over_the_samples_number() -> None:
    """Both lines over 1 to n, as the first tutorial draws them; nothing where there is no room."""
    rows = [row.plain for row in over_samples([0.0, 1.0, 0.0], [0.5, 0.5, 0.5], 50, 12, PLAIN)]
    assert rows[0] == "Actual and predicted over the sample's number"
    assert len(rows) == 12
    assert rows[-2].split() == ["1", "2", "3"]
    assert rows[-1] == "● actual   ✕ predicted"
    assert sum(row.count("✕") for row in rows[:-1]) == 3
    assert over_samples([0.0], [None], 20, 12, PLAIN) == []
    assert over_samples([None], [None], 40, 12, PLAIN) == []

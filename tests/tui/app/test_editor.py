"""The editor: keys that change the draft, and what its lines show."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.app.editor_app import EditorApp
from tests.tui.app.stage import sizes

pytestmark = pytest.mark.asyncio
FIRST_LAYER = 4
"""The cursor's place of the first layer, below the data set."""
DOWN = ["down"] * FIRST_LAYER


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys and let everything that follows from them happen."""
    await pilot.press(*keys)
    await pilot.pause()


async def test_lines_show_values_shapes_and_parameters() -> None:
    """Every line has its value; layers have output shape and parameters on the right."""
    app = EditorApp()
    async with app.run_test(size=(40, 24)):
        rows = app.rows()
    assert rows[:9] == [
        "Data",
        "▸  circle(samples=8)             2",
        "   inputs  ✓x1 ✓x2  x1²  x2²  x1·x2",
        "     sin x1  sin x2",
        "   noise      ‹ 0.0 ›",
        "   test       ‹ 0% ›",
        "",
        "Layers                       17 params",
        "   Linear(4)                     4  12",
    ]
    assert "   loss       BCEWithLogitsLoss()" in rows
    assert "   more…" in rows


async def test_values_are_whole_where_there_is_any_room() -> None:
    """A long value begins further left; one that is cut stands whole below the cursor's line."""
    optimizer = "Adam(lr=0.001, weight_decay=0.0001)"
    app = EditorApp(
        data="spiral(samples=800, turns=1.1234567)", optimizer=optimizer, test_fraction=0.5
    )
    async with app.run_test(size=(34, 30)) as pilot:
        rows = app.rows()
        at = rows.index("▸  spiral(samples=800, turns…  2")
        assert rows[at + 1 : at + 3] == ["   spiral(samples=800,", "   turns=1.1234567)"]
        assert "   loss      BCEWithLogitsLoss()" in rows
        assert "   epochs     3" in rows
        assert "   optimizer Adam(lr=0.001, wei…" in rows
        await press(pilot, *["down"] * 8)
        rows = app.rows()
        at = rows.index("▸  optimizer Adam(lr=0.001, wei…")
        assert rows[at + 1 : at + 3] == ["   Adam(lr=0.001,", "   weight_decay=0.0001)"]
        assert rows[1].startswith("   spiral")
        assert rows[2].startswith("   inputs")


async def test_ascii_terminal_gets_ascii_only() -> None:
    """With the ASCII look no character above 127 is drawn, problems included."""
    app = EditorApp(
        ascii=True, data="digits()", layers=["Flatten()", "Linear(10)"], loss="CrossEntropyLoss()"
    )
    async with app.run_test(size=(40, 24)) as pilot:
        app.draft.replace_component((0,), "Conv2d(2, 3)")
        app.editor.show_draft()
        await pilot.pause()
        text = "\n".join(app.rows())
    assert text.isascii()
    assert "1x8x8" in text
    assert "more..." in text


async def test_edit_changes_a_value() -> None:
    """Enter opens the form with the value selected; typing and enter put the new one in."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *DOWN, "enter", "8", "enter")
        assert app.draft.layers() == ["Linear(8)", "ReLU()", "Linear(1)"]
        assert app.num_changes == 1
        assert app.focused is app.editor
        assert any(row.startswith("▸  Linear(8)") for row in app.rows())


async def test_add_puts_a_layer_behind_the_cursor() -> None:
    """The begun name of a layer without arguments and enter are enough; the cursor goes there."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *DOWN, "a", *"tan", "enter")
        assert app.draft.layers() == ["Linear(4)", "Tanh()", "ReLU()", "Linear(1)"]
        assert app.editor.item.key == "layers.1"


async def test_add_takes_a_whole_call() -> None:
    """A typed call is the fast path, also from the lines below the layers."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "end", "a", *"Linear", "(", "1", ")", "enter")
        assert app.draft.layers()[-2:] == ["Linear(1)", "Linear(1)"]


async def test_a_layer_is_frozen_and_its_number_goes_with_it() -> None:
    """F marks it, counts what is frozen, follows it as layers come and go, and takes it back."""
    app = EditorApp()
    async with app.run_test(size=(44, 24)) as pilot:
        await press(pilot, *DOWN, "F")
        assert app.draft.raw["freeze"] == [0]
        assert any(row.startswith("▸❄ Linear(4)") for row in app.rows())
        assert any(row.endswith("17 params, 12 frozen") for row in app.rows())
        await press(pilot, "J")
        assert (app.draft.layers()[1], app.draft.raw["freeze"]) == ("Linear(4)", [1])
        await press(pilot, "up", "delete")
        assert (app.draft.layers()[0], app.draft.raw["freeze"]) == ("Linear(4)", [0])
        await press(pilot, "z", "z", "F")
        assert "freeze" not in app.draft.raw
        assert not any("❄" in row or "frozen" in row for row in app.rows())
        await press(pilot, "F", "delete")
        assert "freeze" not in app.draft.raw


async def test_a_rate_of_its_own_stays_with_its_layer() -> None:
    """The numbers of the table follow their layers, and go with them."""
    app = EditorApp(backbone_rate={"0": 0.1})
    async with app.run_test(size=(60, 24)) as pilot:
        await press(pilot, *DOWN, "J")
        assert (app.draft.layers()[1], app.draft.raw["backbone_rate"]) == ("Linear(4)", {"1": 0.1})
        await press(pilot, "up", "delete")
        assert app.draft.raw["backbone_rate"] == {"0": 0.1}
        await press(pilot, "delete")
        assert "backbone_rate" not in app.draft.raw


async def test_a_frozen_network_has_nothing_to_learn() -> None:
    """The last layer with weights can be frozen; the line then says which one to leave out."""
    app = EditorApp(freeze="all but last")
    async with app.run_test(size=(60, 24)) as pilot:
        await press(pilot, *DOWN, "down", "down", "F")
        assert app.draft.raw["freeze"] == [0, 1, 2]
        said = [problem.message for problem in app.draft.problems]
        assert said == ["nothing is left to learn: leave 2 (Linear(1)) out of it"]


async def test_remove_move_undo_redo() -> None:
    """Delete removes, J and K move with the cursor, z and ctrl+y go back and forth."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *DOWN, "J")
        assert app.draft.layers() == ["ReLU()", "Linear(4)", "Linear(1)"]
        assert app.editor.item.key == "layers.1"
        await press(pilot, "K")
        assert app.draft.layers() == ["Linear(4)", "ReLU()", "Linear(1)"]
        await press(pilot, "delete", "backspace", "delete")
        assert app.draft.layers() == []
        assert any("none yet" in row for row in app.rows())
        await press(pilot, "z", "z", "z")
        assert app.draft.layers() == ["Linear(4)", "ReLU()", "Linear(1)"]
        await press(pilot, "ctrl+y")
        assert app.draft.layers() == ["ReLU()", "Linear(1)"]
        assert app.num_changes == 9


async def test_what_cannot_be_done_is_greyed() -> None:
    """Actions that make no sense on a line or without history are off."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        editor = app.editor
        assert editor.check_action("remove_layer", ()) is None
        assert editor.check_action("undo", ()) is None
        assert editor.check_action("edit", ()) is True
        await press(pilot, *DOWN)
        assert editor.check_action("remove_layer", ()) is True
        assert editor.check_action("move_layer", (-1,)) is None
        assert editor.check_action("move_layer", (1,)) is True
        await press(pilot, "delete")
        assert editor.check_action("undo", ()) is True
        assert editor.check_action("redo", ()) is None


async def test_a_problem_is_marked_and_offers_its_repair() -> None:
    """A layer that does not fit has a sign, and what would help stands below it."""
    app = EditorApp(
        data="digits()",
        layers=["Flatten()", "BatchNorm1d()", "Linear(10)"],
        loss="CrossEntropyLoss()",
    )
    async with app.run_test(size=(40, 30)) as pilot:
        await press(pilot, "down", "down", "delete")
        text = " ".join(" ".join(row.split()) for row in app.rows())
        assert "▸✗ BatchNorm1d()" in text
        assert "put Flatten() before it" in text
        assert app.draft.experiment is None


async def test_own_fields_are_set_through_their_form() -> None:
    """Epochs and, through the list of all fields, the seed are set like layers."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.editor.cursor = [item.key for item in app.draft.items()].index("epochs")
        await press(pilot, "enter", "7", "enter")
        assert app.draft.raw["epochs"] == 7
        await press(pilot, "end", "enter", *"seed", "enter", "5", "enter")
        assert app.draft.raw["seed"] == 5
        assert app.editor.item.key == "seed"
        await press(pilot, "enter", "ctrl+u", "delete", "enter")
        assert "seed" not in app.draft.raw


async def test_all_fields_offers_components_too() -> None:
    """The schedule is found in the list of all fields and opens its component's form."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "end", "enter", *"schedule", "enter")
        assert app.component_form.call.value == "constant()"
        await press(pilot, "escape")
        assert app.num_changes == 0


async def test_a_field_is_found_by_its_name_before_what_others_say() -> None:
    """What selects is asked for as a choice, though the validation split's help has the word."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "end", "enter", *"select", "enter")
        await press(pilot, "right", "right", "enter")
        assert app.draft.experiment is not None
        assert app.draft.experiment.select == "balanced_accuracy"


async def test_the_list_scrolls_with_the_cursor() -> None:
    """Where the place is low, the cursor's line is seen and an arrow says there is more."""
    app = EditorApp()
    async with app.run_test(size=(40, 5)) as pilot:
        assert app.rows()[0] == "Data"
        assert app.rows()[-1].endswith("↓")
        await press(pilot, "end")
        assert app.rows()[-1] == "▸  more…"
        assert app.rows()[0].endswith("↑")
        await press(pilot, "home", "j", "k")
        assert app.rows()[0] == "Data"


async def test_mouse_selects_then_edits() -> None:
    """A click moves the cursor, a click on the cursor's line opens its form."""
    app = EditorApp()
    async with app.run_test(size=(40, 24)) as pilot:
        await pilot.click(app.editor, offset=(4, 8))
        await pilot.pause()
        assert app.editor.item.key == "layers.0"
        await pilot.click(app.editor, offset=(4, 8))
        await pilot.pause()
        assert app.component_form.call.value == "Linear(4)"


async def test_text_from_data_is_no_markup() -> None:
    """Brackets in a value are shown as they are, direction marks made visible."""
    app = EditorApp(data='csv("[red]a\\u202e.csv", "y")')
    async with app.run_test(size=(78, 24)):
        text = "\n".join(app.rows())
    assert "[red]a" in text
    assert "\u202e" not in text


@sizes((20, 5), (1, 1), others=((60, 20), (5, 40), (200, 3)))
async def test_no_size_breaks_it(size: tuple[int, int]) -> None:
    """Editor and forms open and take keys at any size."""
    app = EditorApp()
    async with app.run_test(size=size) as pilot:
        await press(pilot, *DOWN, "enter", "0", "down", "up", "escape", "a", "L", "down", "enter")
        await press(pilot, "escape", "end", "enter", "down", "enter", "escape")
        assert app.focused is app.editor

"""Blocks in the editor: they open, and what is inside is edited like any layer."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from engine.parts.layers.address import Address
from tests.tui.app.editor_app import EditorApp
from tui.editing.draft_items import Item
from tui.editing.outline import Outline

LAYERS = ["Linear(4)", "Residual([Linear(4), ReLU(), Residual([ReLU()])])", "Linear(1)"]
BLOCK = 5
"""The cursor's place of the block while nothing is open."""


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys and let everything that follows from them happen."""
    await pilot.press(*keys)
    await pilot.pause()


def lines(app: EditorApp) -> list[str]:
    """The layers' rows without what stands on their right."""
    rows = app.rows()
    begin = next(n for n, row in enumerate(rows) if row.startswith("Layers"))
    return [row[:36].rstrip() for row in rows[begin + 1 : rows.index("", begin)]]


def at(app: EditorApp) -> Item:
    return app.editor.item


@pytest.mark.asyncio
async def test_a_block_opens_and_closes() -> None:
    """Right shows its layers with their shapes, left closes it, from inside of it too."""
    app = EditorApp(layers=LAYERS)
    async with app.run_test(size=(60, 30)) as pilot:
        await press(pilot, *["down"] * BLOCK)
        closed = lines(app)
        assert closed[1] == "▸  + Residual([Linear(4), ReLU(), Res…"[:36]
        await press(pilot, "right")
        assert lines(app) == [
            "   Linear(4)",
            "▸  - Residual([…])",
            "     Linear(4)",
            "     ReLU()",
            "     + Residual([ReLU()])",
            "   Linear(1)",
        ]
        assert [item.output for item in app.draft.items()[4:10]] == ["4", "4", "4", "4", "4", "1"]
        assert "37 params" in "\n".join(app.rows())
        await press(pilot, "down", "down", "down", "right", "down")
        assert at(app).key == "layers.1.2.0"
        await press(pilot, "left")
        assert (at(app).key, at(app).block) == ("layers.1.2", "closed")
        await press(pilot, "left")
        assert (at(app).key, lines(app)) == ("layers.1", closed)
        assert not app.draft.can_undo()


@pytest.mark.asyncio
async def test_an_open_block_in_a_narrow_pane_says_its_name() -> None:
    """The rest stands below it while the cursor is there."""
    app = EditorApp(layers=['Residual([Linear(2)], shortcut="projection")', "Linear(1)"])
    async with app.run_test(size=(18, 30)) as pilot:
        await press(pilot, *["down"] * 4, "right")
        at = app.rows().index("▸  - Residual")
        assert app.rows()[at : at + 3] == ["▸  - Residual", "   Residual([…],", '   shortcut="pr…']
        await press(pilot, "down")
        assert [row for row in app.rows() if "Resid" in row] == ["   - Residual"]


@pytest.mark.asyncio
async def test_a_layer_inside_is_edited_added_and_removed() -> None:
    """Enter, a and delete act on the layer under the cursor, wherever it is."""
    app = EditorApp(layers=LAYERS)
    async with app.run_test(size=(60, 30)) as pilot:
        await press(pilot, *["down"] * BLOCK, "right", "down")
        await press(pilot, "enter", "8", "enter")
        assert app.draft.layers()[1] == "Residual([Linear(8), ReLU(), Residual([ReLU()])])"
        assert at(app).key == "layers.1.0"
        await press(pilot, "a", *"Tanh()", "enter")
        assert at(app).key == "layers.1.1"
        assert app.draft.layers()[1] == "Residual([Linear(8), Tanh(), ReLU(), Residual([ReLU()])])"
        await press(pilot, "delete", "delete")
        assert app.draft.layers()[1] == "Residual([Linear(8), Residual([ReLU()])])"
        assert at(app).key == "layers.1.1"
        await press(pilot, "up", "up", "a", *"Tanh()", "enter")  # first into the open block
        assert app.draft.layers()[1] == "Residual([Tanh(), Linear(8), Residual([ReLU()])])"
        await press(pilot, *["z"] * 5)
        assert app.draft.layers() == LAYERS


@pytest.mark.asyncio
async def test_a_mistake_stands_where_it_can_be_seen() -> None:
    """With the layer in an open block; with the block that hides it, and its place, else."""
    app = EditorApp(layers=["Linear(4)", "Residual([Linear(4), ReLU()])", "Linear(1)"])
    app.draft.set("layers.1.1", "Conv2d(2, 3)")
    async with app.run_test(size=(60, 30)) as pilot:
        await press(pilot, *["down"] * BLOCK)
        assert at(app).problem.startswith("layers[1][1]: Conv2d(2, 3) takes images")
        await press(pilot, "right")
        assert at(app).problem == ""
        await press(pilot, "down", "down")
        assert at(app).problem.startswith("Conv2d(2, 3) takes images")
        assert "   ✗" not in app.rows()[0]


@pytest.mark.asyncio
async def test_a_click_on_the_sign_opens_a_block() -> None:
    """And another closes it; a click on the rest of the row is one on the line."""
    app = EditorApp(layers=LAYERS)
    async with app.run_test(size=(60, 30)) as pilot:
        row = next(n for n, text in enumerate(app.rows()) if "+ Residual" in text)
        await pilot.click(app.editor, offset=(3, row))
        await pilot.pause()
        assert at(app).block == "open"
        await pilot.click(app.editor, offset=(3, row))
        await pilot.pause()
        assert (at(app).key, at(app).block) == ("layers.1", "closed")
        await pilot.click(app.editor, offset=(10, row - 1))
        await pilot.pause()
        assert at(app).key == "layers.0"


def test_layers_move_into_open_blocks_and_out() -> None:
    """Down through a block that is open, out of it and back up; a closed one is passed."""
    start = Outline(["A()", "Residual([B(), C()])", "D()"], frozenset({(1,)}))
    address: Address = (0,)
    outline, seen = start, []
    for _ in range(4):
        outline, address = outline.moved(address, 1)
        seen.append((address, list(outline.layers)))
    assert seen == [
        ((0, 0), ["Residual([A(), B(), C()])", "D()"]),
        ((0, 1), ["Residual([B(), A(), C()])", "D()"]),
        ((0, 2), ["Residual([B(), C(), A()])", "D()"]),
        ((1,), ["Residual([B(), C()])", "A()", "D()"]),
    ]
    for _ in range(4):
        outline, address = outline.moved(address, -1)
    assert (outline, address) == (start, (0,))
    assert outline.moved(address, -1) == (start, (0,))
    closed = Outline(start.layers)
    assert closed.moved((0,), 1) == (Outline(["Residual([B(), C()])", "A()", "D()"]), (1,))


def test_blocks_stay_open_where_layers_come_go_and_move() -> None:
    """Also those inside of a block that is moved; a block that is gone is not open."""
    layers = ["A()", "Residual([Residual([B()]), C()])", "D()"]
    outline = Outline(layers, frozenset({(1,), (1, 0)}))
    assert outline.with_layer((0,), "X()").opened == {(2,), (2, 0)}
    assert outline.with_layer((1, 0), "X()").opened == {(1,), (1, 1)}
    assert outline.without((0,)).opened == {(0,), (0, 0)}
    assert outline.without((1, 0)).opened == {(1,)}
    assert outline.without((1,)).opened == set()
    moved, address = outline.moved((1,), -1)
    assert address == (0,)
    assert moved.opened == {(0,), (0, 0)}

"""Forms: drawn from declarations, validated as one types."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from engine.parts.component import Component
from engine.parts.kinds import convert
from engine.spec.catalogue import FAMILIES
from engine.spec.experiment import Experiment
from tests.tui.app.editor_app import EditorApp
from tui.editing.call_form import fields_of, matching, read_call, read_texts, written
from tui.screens.field_form import FieldForm
from tui.screens.form import ComponentForm
from tui.widgets.parameter_row import ParameterRow

NOTHING = "not answered yet"


class Answers:
    """What forms were dismissed with."""

    def __init__(self) -> None:
        self.last: str | None = NOTHING

    def __call__(self, answer: str | None) -> None:
        self.last = answer


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys and let everything that follows from them happen."""
    await pilot.press(*keys)
    await pilot.pause()


async def opened(pilot: Pilot[None], form: ComponentForm | FieldForm) -> Answers:
    """Push a form and wait until it is there."""
    answers = Answers()
    pilot.app.push_screen(form, answers)
    await pilot.pause()
    return answers


NEEDED = {"Upsample": {"scale_factor": "2.0"}}
"""Of a component of which one of several arguments must be given, one."""


def example(family: str, component: type[Component]) -> str:
    """A valid canonical call of any component: required values of the simplest kind."""
    texts = dict(NEEDED.get(component.name, {}))
    for field in fields_of(component.parameters()):
        if field.declaration.required:
            texts[field.name] = next(
                text
                for text in (*field.choices, "1", "0.5", "ReLU()", "some text", field.default)
                if accepts(field, text)
            )
    return read_call(family, written(component, texts)).call


def accepts(field: object, text: str) -> bool:
    """Whether a field takes a text."""
    try:
        field.value(text)  # type: ignore[attr-defined]  # a Field
    except ValueError:
        return False
    return True


COMPONENTS = [(key, c) for key, family in FAMILIES.items() for c in family.members().values()]


ONE_OF_EACH = [(key, next(iter(family.members().values()))) for key, family in FAMILIES.items()]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "components", [ONE_OF_EACH, pytest.param(COMPONENTS, marks=pytest.mark.rare)], ids=len
)
async def test_a_component_opens_and_gives_the_same_call(
    components: list[tuple[str, type[Component]]],
) -> None:
    """Whatever is declared has a form, and accepting it unchanged changes nothing."""
    app = EditorApp()
    async with app.run_test(size=(40, 8)) as pilot:
        for family, component in components:
            call = example(family, component)
            answers = await opened(pilot, ComponentForm(family, call))
            assert [row.field.name for row in app.component_form.rows] == list(
                component.parameters()
            )
            app.form.action_accept()
            await pilot.pause()
            assert answers.last == call


@pytest.mark.parametrize(("family", "component"), COMPONENTS)
def test_fields_and_call_say_the_same(family: str, component: type[Component]) -> None:
    """The texts of a call, all defaults spelled out, give the same call back."""
    call = example(family, component)
    reading = read_call(family, call)
    spelled = {f.name: f.default for f in fields_of(component.parameters())} | reading.texts
    assert read_texts(family, component, spelled).call == reading.call == call


@pytest.mark.asyncio
async def test_every_field_opens_with_its_default() -> None:
    """Each of the experiment's own fields has a form that accepts the default."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        for key, (kind, declaration) in Experiment.parameters().items():
            if key in FAMILIES or key == "measured":
                continue
            answers = await opened(pilot, FieldForm(key))
            app.form.action_accept()
            await pilot.pause()
            assert answers.last not in (None, NOTHING), key
            assert convert(declaration.default, kind, declaration) == declaration.default


@pytest.mark.asyncio
async def test_escape_gives_none() -> None:
    """Escape leaves without an answer, from the list and from the fields."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        for call in ("", "Linear(4)"):
            answers = await opened(pilot, ComponentForm("layers", call))
            await press(pilot, "7", "escape")
            assert answers.last is None


@pytest.mark.asyncio
async def test_a_wrong_value_is_told_and_not_accepted() -> None:
    """The exact message appears while typing; enter waits for a valid value."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await opened(pilot, ComponentForm("layers", "Linear(4)"))
        await press(pilot, "0", "enter")
        assert "out_features: 0 is not accepted: give a whole number, at least 1" in app.told()
        assert answers.last == NOTHING
        await press(pilot, "backspace", "9", "enter")
        assert answers.last == "Linear(9)"


@pytest.mark.asyncio
async def test_a_mistyped_name_or_argument_gets_the_nearest_match() -> None:
    """A call with a wrong name says what was probably meant."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await opened(pilot, ComponentForm("layers", ""))
        app.component_form.call.value = "Linaer(4)"
        await press(pilot, "enter")
        assert "did you mean Linear?" in app.told()
        app.component_form.call.value = "Linear(4, bais=False)"
        await press(pilot, "enter")
        assert "did you mean bias?" in app.told()
        assert answers.last == NOTHING


@pytest.mark.asyncio
async def test_a_required_value_is_asked_for() -> None:
    """Choosing a component goes to its first value that has no default."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await opened(pilot, ComponentForm("layers", ""))
        await press(pilot, *"conv", "enter", "enter")
        assert "Conv2d needs out_channels" in app.told()
        await press(pilot, "8", "down", "3", "down", "down", *"same", "enter")
        assert answers.last == 'Conv2d(8, 3, padding="same")'


@pytest.mark.asyncio
async def test_choices_are_cycled() -> None:
    """True and False are chosen with the arrows; the call at the top follows."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await opened(pilot, ComponentForm("layers", "Linear(4)"))
        await press(pilot, "down", "right")
        assert app.component_form.call.value == "Linear(4, bias=False)"
        await press(pilot, "left")
        assert app.component_form.call.value == "Linear(4)"
        await press(pilot, "space", "enter")
        assert answers.last == "Linear(4, bias=False)"


@pytest.mark.asyncio
async def test_the_list_is_walked_and_taken() -> None:
    """Down and enter take another component than the one that is there."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await opened(pilot, ComponentForm("loss", "MSELoss()"))
        await press(pilot, "down", "enter")
        assert answers.last == "L1Loss()"


@pytest.mark.asyncio
async def test_back_to_the_list_and_out_again() -> None:
    """Shift+tab leaves the fields for the list, tab goes back to them, what was typed stays."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await opened(pilot, ComponentForm("optimizer", "SGD(lr=0.5)"))
        await press(pilot, *"0.25", "shift+tab")
        assert not app.component_form.asking
        await press(pilot, "tab")
        assert app.component_form.asking
        await press(pilot, "enter")
        assert answers.last == "SGD(lr=0.25)"


@pytest.mark.asyncio
async def test_what_will_not_fit_is_told_before_it_is_accepted() -> None:
    """A layer that breaks the loss is a remark, not a refusal: more may be changed after it."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *["down"] * 6, "enter", "5")
        assert "loss: " in app.told()
        await press(pilot, "enter")
        assert app.draft.layers()[-1] == "Linear(5)"
        assert app.draft.experiment is None


@pytest.mark.asyncio
async def test_a_field_that_the_whole_refuses_is_not_accepted() -> None:
    """A device that there can't be is told like any wrong value."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.editor._edit_field("device")
        await press(pilot, *"tpu", "enter")
        assert 'give "auto", "cpu"' in app.told()
        assert "device" not in app.draft.raw


@pytest.mark.asyncio
async def test_a_huge_paste_changes_nothing() -> None:
    """A megabyte pasted into a field is refused whole."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, ComponentForm("layers", "Linear(4)"))
        row = app.component_form.rows[0]
        assert isinstance(row.control, Input)
        row.control.insert_text_at_cursor("9" * 1_000_000)
        await pilot.pause()
        assert row.text == "4"


@pytest.mark.asyncio
async def test_clicking_the_list_takes_a_component() -> None:
    """A click chooses, a second click takes."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await opened(pilot, ComponentForm("loss", ""))
        for _ in range(2):
            await pilot.click("#choices", offset=(4, 1))
            await pilot.pause()
        assert answers.last == "L1Loss()"


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("relu", ["ReLU", "ReLU6", "LeakyReLU", "PReLU", "ELU", "Softplus"]),
        ("linear", ["Linear"]),
        ("zzz", []),
    ],
)
def test_search_ranks_names_before_help(word: str, names: list[str]) -> None:
    """The exact name comes first, then beginnings, then names, then the help's words."""
    assert [member.name for member in matching("layers", word)] == names


def test_lists_may_be_typed_without_brackets() -> None:
    """Names with commas between them are a list; quotes are not needed."""
    circle = FAMILIES["data"].members()["circle"]
    reading = read_texts("data", circle, {"features": "x1, x1^2"})
    assert reading.call == 'circle(features=["x1", "x1^2"])'
    steps = FAMILIES["schedule"].members()["MultiStepLR"]
    for text, call in (("30", "[30]"), ("30, 60", "[30, 60]")):
        assert read_texts("schedule", steps, {"milestones": text}).call == f"MultiStepLR({call})"


@pytest.mark.asyncio
async def test_rows_are_reused_for_another_component() -> None:
    """Going from one component's fields to another's leaves nothing of the first."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, ComponentForm("optimizer", "Adam(lr=0.5, eps=0.1)"))
        await press(pilot, "shift+tab", *"SGD", "tab")
        shown = [(row.field.name, row.text) for row in app.component_form.rows]
        assert shown == [(name, "") for name in FAMILIES["optimizer"].members()["SGD"].parameters()]
        assert list(app.component_form.query(ParameterRow)) == app.component_form.rows


@pytest.mark.asyncio
async def test_a_second_answer_leaves_the_screen_below() -> None:
    """Two keys that both end a form end only the form, with the first one's answer."""
    app = EditorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answers = await opened(pilot, ComponentForm("layers", "Linear(4)"))
        form = app.component_form
        form.action_accept()
        form.action_cancel()
        await pilot.pause()
        assert answers.last == "Linear(4)"
        assert app.focused is app.editor

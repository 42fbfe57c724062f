"""A run judged: is its network good, how sure is that, where does it fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.binding import Binding

from engine.errors import PerceptuiError
from engine.runs.accepted import Accepted
from tui.language import tr
from tui.renderables.judgement.section import Section
from tui.renderables.table import sentence
from tui.screens.choice import Answer, ChoiceScreen
from tui.screens.page_screen import PageScreen

if TYPE_CHECKING:
    from engine.runs.run import Run
    from engine.service.protocol import Judged

WAITING = (
    "The network is judged on its data, against what needs no network: a training that runs "
    "waits for it."
)


class EvaluateScreen(PageScreen):
    """What `perceptui evaluate` says, the verdict first; what it offers can be kept."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("a", "accept", "Accept what it offers"),
    ]

    def __init__(self, run: Run, name: str) -> None:
        """name: what the run is called."""
        super().__init__()
        self._run, self._name = run, name
        self._judged: Judged | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what is offered can be accepted."""
        return action != "accept" or (self._judged is not None and bool(offers(self._judged)))

    def why_not(self, action: str) -> str:
        """Why a key can't be used now."""
        return tr("Nothing is offered that could be accepted") if action == "accept" else ""

    @work(group="accept", exclusive=True, exit_on_error=False)
    async def action_accept(self) -> None:
        """Ask which of the offers is kept with the run, and keep it."""
        from engine.runs.accepted import store

        judged = self._judged
        if judged is None:
            return
        answers: list[Answer[Accepted | None]] = [Answer(*one) for one in offers(judged)]
        taken_back = Accepted(step=judged.step)
        answers.append(Answer("n", "none: it is read as the network has it", taken_back))
        answers.append(Answer("esc", "leave it as it is", None))
        question = "How are its probabilities read from now on, by predict and the script?"
        chosen = await self.app.push_screen_wait(ChoiceScreen(question, answers))
        if chosen is None:
            return
        try:
            store(self._run.path, chosen)
        except PerceptuiError as error:
            self.complain(error)
            return
        self.tell("Kept with the run")

    def title_text(self) -> str:
        return tr(f"How good is {self._name}?")

    def on_mount(self) -> None:
        self.page.show(lambda width: sentence(WAITING, width, self.host.look))
        self._judge()

    @work(group="evaluate", exclusive=True, exit_on_error=False)
    async def _judge(self) -> None:
        from tui.renderables.judgement.sections import sections

        page, look = self.page, self.host.look
        try:
            self._judged = await self.host.controller.judge(self._run)
        except PerceptuiError as error:
            text = str(error)
            page.show(lambda width: sentence(text, width, look, dim=False))
            return
        self.refresh_bindings()
        found = list(sections(self._judged.judgement))
        page.show(lambda width: self._rows(found, width))

    def _rows(self, found: Sequence[Section], width: int) -> list[Text]:
        rows: list[Text] = []
        for one in found:
            rows += [*one.text(width, self.host.look), Text()]
        return rows


def offers(judged: Judged) -> list[tuple[str, str, Accepted]]:
    """What a judgement offers to keep with its run: a key, a text, and what is kept then."""
    from tui.renderables.judgement.probabilities import helps

    calibration, threshold = judged.judgement.calibration, judged.judgement.threshold
    temperature, chosen = 1.0, None
    found = []
    if calibration is not None and helps(calibration):
        temperature = calibration.temperature
        kept = Accepted(step=judged.step, temperature=temperature)
        found.append(("t", tr(f"a temperature of {temperature:.3g}"), kept))
    if threshold is not None:
        chosen = threshold.chosen.threshold
        kept = Accepted(step=judged.step, threshold=chosen)
        found.append(("h", tr(f"a threshold of {chosen:.3g}"), kept))
    if len(found) == 2:
        both = Accepted(step=judged.step, temperature=temperature, threshold=chosen)
        found.append(("b", tr("both"), both))
    return found

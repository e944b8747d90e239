"""The guided pane: renders any prompt."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize

from rl_station.tui.contract import View
from rl_station.tui.look import Look
from rl_station.tui.widgets import CheckLines, Choices, Destination, Facts, Headline
from rl_station.tui.wording import Say
from rl_station.workflow.prompt import Prompt

_SIDE_SHARE = 0.42
_PADDING = 2
_TALL_FROM = 30


class Body(Horizontal):
    """Below the instruction: answers or destination at the left, facts and checklist at the right."""

    can_focus = False


class Part(Vertical):
    """One half of the body."""

    can_focus = False


class GuidedPane(Vertical):
    """Instruction above; below it what the prompt has: destination, choices, facts, checklist."""

    can_focus = False

    def __init__(self, look: Look) -> None:
        super().__init__(id="guided")
        self.headline = Headline(look, id="headline")
        self.destination = Destination(look, id="destination")
        self.choices = Choices(look, id="choices")
        self.facts = Facts(look, id="facts")
        self.checklist = CheckLines(look, id="checklist")
        self.main = Part(self.destination, self.choices, id="main")
        self.side = Part(self.facts, self.checklist, id="side")
        self.body = Body(self.main, self.side, id="body")
        self._prompt: Prompt | None = None

    def compose(self) -> ComposeResult:
        yield self.headline
        yield self.body

    def show(self, view: View, say: Say) -> None:
        prompt = view.prompt
        self._prompt = prompt
        alone = not (prompt.choices or prompt.facts or prompt.checklist or prompt.destination)
        self.headline.show(say(prompt.instruction), say(prompt.detail) if prompt.detail else "", alone=alone)
        self.choices.show(prompt.choices, say)
        self.facts.show(prompt.facts, say)
        self.checklist.show(prompt.checklist, say)
        if prompt.destination:
            self.destination.show(say(prompt.destination))
        self._arrange(prompt)
        self.call_after_refresh(self._arrange, prompt)

    def on_resize(self, event: Resize) -> None:
        if self._prompt is not None:
            self.call_after_refresh(self._arrange, self._prompt)

    def _arrange(self, prompt: Prompt) -> None:
        """Gives the room to what matters most: the destination, then the answers, then the facts."""
        if prompt is not self._prompt:
            return
        self.destination.display = prompt.destination is not None
        self.choices.display = bool(prompt.choices)
        self.facts.display = bool(prompt.facts)
        self.checklist.display = bool(prompt.checklist)
        main = bool(prompt.choices or prompt.destination)
        side = bool(prompt.facts or prompt.checklist)
        self.set_class(prompt.destination is not None, "-destination")
        self.set_class(not main, "-side-only")
        self.body.display = main or side
        body = self.body.size
        width = self.size.width - 4
        left = round(width * (1 - _SIDE_SHARE)) if side else width
        rows = self.choices.rows(left)
        if prompt.destination is None:
            beside = self.facts.rows(width - left) + self.checklist.rows() if side else 0
            detail = 1 if prompt.detail else 0
            # Room between the answers, where there is any, goes before a larger sentence.
            airy = 2 * rows if self.app.size.height >= _TALL_FROM else rows
            self.headline.allow(self.size.height - max(airy, beside) - detail - _PADDING)
        crowded = rows > body.height > 0 and prompt.destination is None
        self.main.display = main
        self.side.display = side and not crowded

"""The guided pane: renders any prompt."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.geometry import Size

from rl_station.tui.contract import View
from rl_station.tui.look import Look
from rl_station.tui.widgets import CheckLines, Choices, Destination, Facts, Headline
from rl_station.tui.wording import Say
from rl_station.workflow.prompt import Prompt

_SIDE_SHARE = 0.42
_MARGIN = 2
_FACTS_LEAST = 3
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

    def show(self, view: View, say: Say, room: Size) -> None:
        prompt = view.prompt
        self._prompt = prompt
        alone = not (prompt.choices or prompt.facts or prompt.checklist or prompt.destination)
        self.headline.show(say(prompt.instruction), say(prompt.detail) if prompt.detail else "", alone=alone)
        self.choices.show(prompt.choices, say, modest=prompt.destination is not None)
        self.facts.show(prompt.facts, say)
        self.checklist.show(prompt.checklist, say, inside=prompt.workflow == "sort")
        if prompt.destination:
            self.destination.show(say(prompt.destination))
        self._arrange(prompt, room)

    def on_resize(self, event: Resize) -> None:
        if self._prompt is not None:
            self._arrange(self._prompt, event.size)

    def _arrange(self, prompt: Prompt, room: Size) -> None:
        """Gives the room to what matters most: the destination, then the answers, then the facts."""
        self.destination.display = prompt.destination is not None
        self.choices.display = bool(prompt.choices)
        self.facts.display = bool(prompt.facts)
        self.checklist.display = bool(prompt.checklist)
        main = bool(prompt.choices or prompt.destination)
        side = bool(prompt.facts or prompt.checklist)
        self.set_class(prompt.destination is not None, "-destination")
        self.set_class(not main, "-side-only")
        self.main.display = main
        if prompt.destination is None:
            self.side.display = side and not self._crowded(room, side)
        else:
            self.side.display = side
            self.facts.styles.max_height = None
        self.body.display = main or side

    def _crowded(self, room: Size, side: bool) -> bool:
        """Sets how large the instruction may be; whether even so the answers need the room of the facts."""
        width = room.width - 2 * _MARGIN
        left = round(width * (1 - _SIDE_SHARE)) if side else width
        needed = self.choices.least(left)
        beside = self.facts.rows(width - left - _MARGIN) + 1 + self.checklist.few() if side else 0
        # Room between the answers, where there is any, goes before a larger sentence.
        airy = 2 * needed if self.app.size.height >= _TALL_FROM else needed
        padding = 2 if self.app.size.height >= _TALL_FROM else 0
        detail = self.headline.detail_rows(width)
        self.headline.allow(room.height - max(airy, beside) - detail - padding - 1)
        body = room.height - self.headline.rows(width) - padding - 1
        self.facts.styles.max_height = max(_FACTS_LEAST, body - self.checklist.few() - 1)
        return needed > body

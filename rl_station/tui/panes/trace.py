"""The trace pane: the history of anything, scrolled by key."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.geometry import Size

from rl_station.tui.contract import View
from rl_station.tui.keys import Local
from rl_station.tui.look import Look
from rl_station.tui.widgets import CheckLines, Choices, Facts, Headline
from rl_station.tui.wording import Say
from rl_station.workflow.prompt import Fact


class History(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Scrolls without focus: the app passes the keys on."""


class TracePane(Vertical):
    """Instruction above, history below, the newest at the end and in sight."""

    can_focus = False

    def __init__(self, look: Look) -> None:
        super().__init__(id="trace")
        self.headline = Headline(look, classes="instruction")
        self.choices = Choices(look)
        self.facts = Facts(look, id="history-lines", scrolled=True)
        self.checklist = CheckLines(look)
        self.history = History(self.facts, self.checklist, id="history")
        self._facts: tuple[Fact, ...] = ()

    def compose(self) -> ComposeResult:
        yield self.headline
        yield self.choices
        yield self.history

    def show(self, view: View, say: Say, room: Size) -> None:
        prompt = view.prompt
        self.headline.show(say(prompt.instruction), say(prompt.detail) if prompt.detail else "")
        self.choices.show(prompt.choices, say)
        self.choices.display = bool(prompt.choices)
        self.facts.show(prompt.facts, say)
        self.checklist.show(prompt.checklist, say)
        self.checklist.display = bool(prompt.checklist)
        if prompt.facts != self._facts:
            self._facts = prompt.facts
            self.call_after_refresh(self.history.scroll_end, animate=False)

    def on_resize(self) -> None:
        """The newest stays in sight in a window of another size."""
        self.call_after_refresh(self.history.scroll_end, animate=False)

    def scroll(self, key: Local) -> None:
        history = self.history
        if key is Local.UP:
            history.scroll_up(animate=False)
        elif key is Local.DOWN:
            history.scroll_down(animate=False)
        elif key is Local.PAGE_UP:
            history.scroll_page_up(animate=False)
        else:
            history.scroll_page_down(animate=False)

"""Sign-in and the choice of a task: one sentence and the answers, with all the room for them."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size

from rl_station.tui.contract import View
from rl_station.tui.look import Look
from rl_station.tui.widgets import Choices, Facts, Headline
from rl_station.tui.wording import Say, screen


class SignInPane(Vertical):
    """The badge it wants, as large as can be, and whose station this is."""

    can_focus = False

    def __init__(self, look: Look) -> None:
        super().__init__(id="sign_in")
        self.headline = Headline(look, classes="instruction")
        self.choices = Choices(look)
        self.facts = Facts(look)

    def compose(self) -> ComposeResult:
        yield self.headline
        yield self.choices
        yield self.facts

    def show(self, view: View, say: Say, room: Size) -> None:
        prompt = view.prompt
        detail = say(prompt.detail) if prompt.detail else say(screen("welcome", station=view.status.station))
        self.headline.show(say(prompt.instruction), detail, alone=not (prompt.choices or prompt.facts))
        self.choices.show(prompt.choices, say)
        self.choices.display = bool(prompt.choices)
        self.facts.show(prompt.facts, say)
        self.facts.display = bool(prompt.facts)


class MenuPane(Vertical):
    """The tasks of this station."""

    can_focus = False

    def __init__(self, look: Look) -> None:
        super().__init__(id="menu")
        self.headline = Headline(look, classes="instruction")
        self.choices = Choices(look)
        self.facts = Facts(look)

    def compose(self) -> ComposeResult:
        yield self.headline
        yield self.choices
        yield self.facts

    def show(self, view: View, say: Say, room: Size) -> None:
        prompt = view.prompt
        self.headline.show(say(prompt.instruction), say(prompt.detail) if prompt.detail else "")
        self.choices.show(prompt.choices, say)
        self.facts.show(prompt.facts, say)
        self.facts.display = bool(prompt.facts)

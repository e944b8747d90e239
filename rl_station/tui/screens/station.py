"""The station's screen: head, one of the panes, the result, the status, the keys; and what may lie over them."""

from __future__ import annotations

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from rl_station.tui.contract import View
from rl_station.tui.keys import Local, Offer
from rl_station.tui.look import Look
from rl_station.tui.modes import Mode, mode_of
from rl_station.tui.overlays import AlarmOverlay, DeedOverlay, HelpOverlay, LeaveOverlay, ManualOverlay
from rl_station.tui.panes import DevicesPane, GuidedPane, MenuPane, SignInPane, SupervisePane, TracePane
from rl_station.tui.widgets import HeadBar, HintBar, Notices, ResultPanel, StatusBar
from rl_station.tui.wording import Say


class StationScreen(Screen[None], inherit_bindings=False):
    """Shows a view. Everything on it is made once."""

    AUTO_FOCUS = None
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 - as Textual declares it

    class Opened(Message):
        """The screen stands with all its parts and can be shown something."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.head = HeadBar(look, id="head")
        self.supervise = SupervisePane(look)
        self.panes: dict[Mode, SignInPane | MenuPane | GuidedPane | TracePane | SupervisePane] = {
            Mode.SIGN_IN: SignInPane(look),
            Mode.MENU: MenuPane(look),
            Mode.GUIDED: GuidedPane(look),
            Mode.TRACE: TracePane(look),
            Mode.SUPERVISE: self.supervise,
        }
        self.devices = DevicesPane(look)
        self.switcher = ContentSwitcher(initial=Mode.SIGN_IN, id="panes")
        self.result = ResultPanel(look, id="result")
        self.notices = Notices(look, id="notices")
        self.status = StatusBar(look, id="status")
        self.hints = HintBar(look, id="hints")
        self.alarm = AlarmOverlay(look)
        self.help = HelpOverlay(look)
        self.manual = ManualOverlay(look)
        self.leave = LeaveOverlay(look)
        self.deed = DeedOverlay(look)

    def compose(self) -> ComposeResult:
        yield self.head
        yield self.notices
        with self.switcher:
            yield from self.panes.values()
            yield self.devices
        yield self.result
        yield self.status
        yield self.hints
        for overlay in (self.help, self.deed, self.manual, self.leave, self.alarm):
            overlay.display = False
            yield overlay

    def on_mount(self) -> None:
        self.post_message(self.Opened())

    def show(self, view: View, say: Say, *, devices: bool = False) -> None:
        """Draws what has changed since the last view; with `devices`, these in place of the work. `hint` has to follow."""
        mode = mode_of(view.prompt)
        if devices:
            self.devices.show(view.status, say)
        else:
            self.panes[mode].show(view, say, self.switcher.size)
        self.switcher.current = "devices" if devices else mode
        self.set_class(mode is Mode.SUPERVISE and not devices, "-supervise")
        self.head.show(view.prompt, view.status, say, devices=devices)
        self.result.show(view.result, say)
        self.notices.show(view.status.notices, say)
        self.status.show(view.status, say)
        self.alarm.show(view, say)

    def hint(self, view: View, offers: tuple[Offer, ...], say: Say, *, devices: bool = False) -> None:
        """The keys that do something now, in the bar and in the help."""
        self.hints.show(offers, say)
        # Answers are not given from the devices screen, so its help does not list them.
        self.help.show(replace(view.prompt, choices=()) if devices else view.prompt, offers, say)

    def scroll_history(self, key: Local) -> None:
        trace = self.panes[Mode.TRACE]
        if isinstance(trace, TracePane):
            trace.scroll(key)

    def close_questions(self) -> None:
        """Hides help, typing line and leave question: something new has happened."""
        self.help.display = False
        self.manual.close()
        self.leave.display = False

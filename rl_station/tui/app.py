"""The app: takes views from the station and keys from the terminal, and owns every change of the screen."""

from __future__ import annotations

import locale

from textual.app import App
from textual.driver import Driver
from textual.events import Key, Resize
from textual.screen import Screen

from rl_station.tui.contract import (
    FiresScans,
    PullsNetwork,
    ResultTone,
    Sight,
    StationPort,
    TerminalInput,
    View,
)
from rl_station.tui.keys import AskDevice, Local, Offer, action, device_action, device_offers, offers
from rl_station.tui.look import RICH, SIXTEEN, Look, theme
from rl_station.tui.messages import SightArrived, TerminalLost, ViewArrived
from rl_station.tui.modes import Mode, mode_of
from rl_station.tui.screens import StationScreen
from rl_station.tui.supervising import Supervising
from rl_station.tui.terminal_input import DEVICE, KeysOnly, StationDriver
from rl_station.tui.wording import Say, speaker
from rl_station.workflow.inputs import Input

_SECOND_TONE_S = 0.25
_LOST = 1


class StationApp(App[None], inherit_bindings=False):
    """One station on one terminal. No focus, no mouse, no palette: keys mean what the prompt says they mean."""

    CSS_PATH = "screens/station.tcss"
    ENABLE_COMMAND_PALETTE = False
    NOTIFICATION_TIMEOUT = 0

    def __init__(
        self,
        port: StationPort,
        *,
        terminal_input: TerminalInput | None = None,
        driver_class: type[Driver] | None = StationDriver,
        look: Look | None = None,
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.port = port
        self.terminal_input: TerminalInput = terminal_input or KeysOnly()
        self.look = look or _look_for(self.console.color_system, locale.getencoding())
        self.register_theme(theme(self.look))
        self.theme = "station"
        self._view = port.first()
        self._say: Say = speaker(self._view.status.language)
        self._language = self._view.status.language
        self._can_fire = isinstance(port, FiresScans)
        self._can_pull = isinstance(port, PullsNetwork)
        self._devices_open = False
        self.station_screen = StationScreen(self.look)
        self._supervising = Supervising(
            port, self.station_screen.supervise, self.station_screen.deed, self._sight_arrived
        )

    def get_default_screen(self) -> Screen[None]:
        return self.station_screen

    @property
    def view(self) -> View:
        """What is on the screen."""
        return self._view

    def on_station_screen_opened(self, message: StationScreen.Opened) -> None:
        self.port.subscribe(self._arrived)
        self._draw()

    # --- from the station ---------------------------------------------------------------------------------------------

    def _arrived(self, view: View) -> None:
        """Called by the station, from any of its threads."""
        self.post_message(ViewArrived(view))

    def on_view_arrived(self, message: ViewArrived) -> None:
        before, self._view = self._view, message.view
        if message.view.status.language != self._language:
            self._language = message.view.status.language
            self._say = speaker(self._language)
        if (message.view.devices_asked - before.devices_asked) % 2:
            self._devices_open = not self._devices_open
        # Who has to acknowledge an alarm is at work, and goes on there afterwards.
        self._devices_open = self._devices_open and message.view.prompt.alarm is None
        result = message.view.result
        news = result is not None and (before.result is None or before.result.seq != result.seq)
        if news or before.prompt != message.view.prompt:
            self.station_screen.close_questions()
        self._draw()
        if news and result is not None:
            self._sound(result.tone)

    def _sight_arrived(self, sight: Sight) -> None:
        """Called by the station, from any of its threads."""
        self.post_message(SightArrived(sight))

    def on_sight_arrived(self, message: SightArrived) -> None:
        self._supervising.see(message.sight)
        self._draw()

    def _draw(self) -> None:
        view = self._view
        self.station_screen.show(view, self._say, devices=self._devices_open)
        self._supervising.follow(view, covered=self._devices_open)
        self.station_screen.hint(view, self._offered(), self._say, devices=self._devices_open)

    def _offered(self) -> tuple[Offer, ...]:
        prompt = self._view.prompt
        if self._devices_open:
            devices = self._view.status.devices
            return device_offers(len(devices), can_fire=self._can_fire, can_pull=self._can_pull)
        if self._supervised:
            return self._supervising.offers(prompt, can_fire=self._can_fire, can_pull=self._can_pull)
        return offers(prompt, can_fire=self._can_fire, can_pull=self._can_pull)

    @property
    def _supervised(self) -> bool:
        """Whether the keys are a supervisor's."""
        prompt = self._view.prompt
        return mode_of(prompt) is Mode.SUPERVISE and prompt.alarm is None

    def _sound(self, tone: ResultTone) -> None:
        """One tone for good, two for bad."""
        if tone is ResultTone.INFO:
            return
        self.bell()
        if tone is ResultTone.BAD:
            self.set_timer(_SECOND_TONE_S, self.bell)

    # --- from the terminal --------------------------------------------------------------------------------------------

    def take_terminal_scan(self, data: bytes) -> None:
        """A scan that came in as typing. Called from the input thread."""
        self.port.scan(data, device=DEVICE, manual=False)

    def on_terminal_lost(self, message: TerminalLost) -> None:
        self.exit(return_code=_LOST)

    def on_resize(self, event: Resize) -> None:
        """Paint everything again: the terminal may have cropped it although it ends up at the size it had."""
        self.screen.refresh()

    def on_key(self, event: Key) -> None:
        event.stop()
        screen = self.station_screen
        if screen.alarm.display:
            self._act(event)
        elif screen.deed.display:
            self._give(self._supervising.fill(event.key, event.character))
        elif screen.manual.display:
            self._typing(event)
        elif screen.leave.display:
            if event.key == "f10":
                self.exit()
            screen.leave.display = event.key not in {"escape", "f10"}
        elif screen.help.display and event.key in {"f1", "escape"}:
            screen.help.display = False
        else:
            screen.help.display = False
            self._act(event)

    def _act_on_devices(self, event: Key) -> None:
        devices = self._view.status.devices
        given = device_action(
            event.key, event.character, len(devices), can_fire=self._can_fire, can_pull=self._can_pull
        )
        if isinstance(given, AskDevice):
            self.station_screen.devices.choose(given.place)
            self.port.test_device(devices[given.place].name)
        elif given is not None:
            self._local(given)

    def _act(self, event: Key) -> None:
        if self._devices_open:
            self._act_on_devices(event)
            return
        prompt = self._view.prompt
        if self._supervised:
            self._give(self._supervising.act(event.key, event.character, prompt, self._say))
            self._draw()
            return
        self._give(action(event.key, event.character, prompt, can_fire=self._can_fire, can_pull=self._can_pull))

    def _give(self, given: Local | Input | None) -> None:
        if isinstance(given, Local):
            self._local(given)
        elif given is not None:
            self.port.submit(given)

    def _local(self, given: Local) -> None:
        screen = self.station_screen
        if given is Local.HELP:
            screen.help.display = True
        elif given is Local.TYPE:
            screen.manual.open(self._say)
        elif given is Local.LEAVE:
            screen.leave.open(self._say)
        elif given is Local.DEVICES:
            self._devices_open = not self._devices_open
            self._draw()
        elif given is Local.FIRE:
            if isinstance(self.port, FiresScans):
                self.port.fire_next()
        elif given is Local.NETWORK:
            if isinstance(self.port, PullsNetwork):
                self.port.pull_network()
        elif self._devices_open:
            screen.devices.scroll(given)
        else:
            screen.scroll_history(given)

    def _typing(self, event: Key) -> None:
        manual = self.station_screen.manual
        if event.key == "escape":
            manual.close()
        elif event.key == "enter":
            if typed := manual.close():
                self.port.scan(typed.encode(), device="keyboard", manual=True)
        else:
            manual.key(event.key, event.character)


def _look_for(color_system: str | None, encoding: str) -> Look:
    palette = SIXTEEN if color_system in {None, "standard"} else RICH
    return Look(palette, ascii_only=encoding.casefold().replace("-", "") != "utf8")

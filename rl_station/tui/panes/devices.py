"""The devices pane: every device with its state and counters, and the last reads of one of them."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from rl_station.tui.contract import Status
from rl_station.tui.keys import Local
from rl_station.tui.look import Look
from rl_station.tui.widgets import DeviceTable
from rl_station.tui.wording import Say

_PAGE = 5
_STEPS = {Local.UP: -1, Local.DOWN: 1, Local.PAGE_UP: -_PAGE, Local.PAGE_DOWN: _PAGE}


class DevicesPane(Vertical):
    """Shown in place of the work; what is scanned meanwhile goes to the work all the same."""

    can_focus = False

    def __init__(self, look: Look) -> None:
        super().__init__(id="devices")
        self.table = DeviceTable(look, id="device-table")

    def compose(self) -> ComposeResult:
        yield self.table

    def show(self, status: Status, say: Say) -> None:
        self.table.show(status, say)

    def choose(self, place: int) -> None:
        """Show the last reads of this device, from 0."""
        self.table.choose(place)

    def scroll(self, key: Local) -> None:
        """To the device above or below; a page is a few."""
        self.table.choose(self.table.chosen + _STEPS[key])

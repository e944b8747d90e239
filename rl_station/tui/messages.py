"""What threads post to the app. A flood of views coalesces, but no result is ever skipped."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from rl_station.tui.contract import Sight, View


@dataclass
class ViewArrived(Message):
    """The station has something new to show."""

    view: View

    def can_replace(self, message: Message) -> bool:
        """Asked of the older message about a newer one: may this one be dropped for it?

        Only if the newer one shows the same result, or there is none to lose.
        """
        if not isinstance(message, ViewArrived):
            return False
        mine, newer = self.view.result, message.view.result
        return mine is None or (newer is not None and newer.seq == mine.seq)


@dataclass
class SightArrived(Message):
    """What a supervisor looks at, as it is now. Only the newest matters."""

    sight: Sight

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, SightArrived)


@dataclass
class TerminalLost(Message):
    """The terminal is gone: nobody can see us and nobody can type."""

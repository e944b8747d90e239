"""The thread that reads what a supervisor looks at: every other second, and only while somebody does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from rl_station.domain.kpi import Subject
from rl_station.domain.messages import Message
from rl_station.station.deeds import declaring, settling
from rl_station.station.figures import Source, sight
from rl_station.tui.contract import Doable, Sight, Wanted

log = logging.getLogger(__name__)

_EVERY_S = 1.5

Listener = Callable[[Sight], None]


@dataclass(frozen=True, slots=True)
class Looking:
    """What is looked at by whom; `turn` counts what was asked, so that an answer to an earlier question is known as one."""

    wanted: Wanted
    listener: Listener
    turn: int


@dataclass(frozen=True, slots=True)
class Offered:
    """What the engine says of the subject of a turn: which it is, and what can be done about it, here or `elsewhere`."""

    turn: int = 0
    subject: Subject | None = None
    doables: tuple[Doable, ...] = ()
    elsewhere: Message | None = None


class SupervisionWatch:
    """Reads with a connection of its own, never the engine's. `allowed` says whether a supervisor is at the screen at all."""

    def __init__(self, own: Source, site: Source | None, allowed: Callable[[], bool]) -> None:
        self._own = own
        self._site = site
        self._allowed = allowed
        self._changed = threading.Condition()
        self._looking: Looking | None = None
        self._offered = Offered()
        self._turn = 0
        self._stopping = False
        self._thread: threading.Thread | None = None

    def look(self, wanted: Wanted | None, listener: Listener) -> int:
        """Look at this from now on; None: at nothing. Gives the number of this turn."""
        with self._changed:
            self._turn += 1
            self._looking = None if wanted is None else Looking(wanted, listener, self._turn)
            if wanted is not None and self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._run, name="supervision", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return self._turn

    def offer(self, offered: Offered) -> None:
        """The engine's word on the subject of a turn."""
        with self._changed:
            self._offered = offered
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._looking = None
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        try:
            while (looking := self._next()) is not None:
                self._show(looking)
        except Exception:
            # The outermost frame: without figures the station still works, and the screen shows how old they are.
            log.exception("figures for the supervisor could not be read")
            with self._changed:
                self._end()

    def _next(self) -> Looking | None:
        """What to look at now; None where nobody looks any more, which ends the thread."""
        with self._changed:
            if self._looking is None:
                self._end()
            return self._looking

    def _end(self) -> None:
        """Whoever looks next starts a thread of its own, with a connection of its own."""
        for source in (self._own, self._site):
            if source is not None:
                source.close()
        self._looking = self._thread = None

    def _show(self, looking: Looking) -> None:
        with self._changed:
            offered = self._offered if self._offered.turn == looking.turn else Offered()
        if not self._allowed():
            with self._changed:
                # Meanwhile a supervisor may have come, with a question of their own.
                self._looking = None if self._looking is looking else self._looking
            return
        seen = sight(looking.wanted, offered.subject, self._own, self._site)
        looking.listener(_with_deeds(seen, offered))
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._looking is not looking
                    or (self._offered.turn == looking.turn and self._offered is not offered)
                ),
                _EVERY_S,
            )


def _with_deeds(seen: Sight, offered: Offered) -> Sight:
    if seen.subject is None or seen.figures is None:
        return seen
    settled = settling(seen.subject, seen.figures)
    found = (*offered.doables, *settled, *declaring(seen.history))
    return replace(seen, doables=found, elsewhere=offered.elsewhere)

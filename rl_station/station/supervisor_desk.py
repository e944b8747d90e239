"""The supervisor's part of a running station: who may look, the PIN beside the engine, and the screen that nobody attends.

Every public method may be called from any thread and returns at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from rl_station.domain.messages import message
from rl_station.station.deeds import doables, scanned
from rl_station.station.engine import Engine, Outcome
from rl_station.station.figures import Source
from rl_station.station.inbox import Inbox
from rl_station.station.pins import PinDesk
from rl_station.station.screen_feed import ScreenFeed
from rl_station.station.supervision import Listener, Offered, SupervisionWatch
from rl_station.tui.contract import ResultTone, Wanted
from rl_station.workflow.inputs import PinChecked
from rl_station.workflow.sign_in import SUPERVISE
from rl_station.workflow.supervise import Offers, offers, pin_asked, pin_locked, unattended
from rl_station.workflow.supervise.prompt import PIN


@dataclass(frozen=True, slots=True)
class Desk:
    """What a supervisor needs of the station besides the engine: the figures of it and of the site, and the PINs.

    An open screen that nobody has touched for `idle_s` seconds asks for the PIN again. `heed` is called once a second, for
    what is to be noticed even while nobody looks.
    """

    figures: Source
    pins: PinDesk
    site: Source | None = None
    idle_s: float = 900.0
    heed: Callable[[], None] = lambda: None


class SupervisorDesk:
    """One desk at work. `answer` shows what came of an input, on the engine's thread."""

    def __init__(
        self,
        desk: Desk,
        feed: ScreenFeed,
        work: Inbox[Callable[[Engine], None]],
        answer: Callable[[Engine, Outcome], None],
    ) -> None:
        self._desk = desk
        self._feed = feed
        self._work = work
        self._answer = answer
        self._watch = SupervisionWatch(desk.figures, desk.site, self._supervised)
        self._wanted: Wanted | None = None
        self._touched = time.monotonic()

    def touch(self) -> None:
        """Somebody is here: a scan, a key."""
        self._touched = time.monotonic()

    def look(self, wanted: Wanted | None, listener: Listener) -> None:
        """Figures come from a thread of their own; what can be done about a subject, the engine says when no scan waits."""
        if wanted != self._wanted:
            # The same once more is the screen's own wish, after every result; that is nobody's hand.
            self._wanted = wanted
            self.touch()
        turn = self._watch.look(wanted if self._supervised() else None, listener)
        if wanted is not None and (wanted.subject is not None or wanted.scanned):
            self._work.put_last(lambda engine: self._offer(engine, wanted, turn))

    def give_pin(self, pin: str) -> None:
        """Compared on a thread of its own: it takes long, so that trying many takes very long."""
        self.touch()
        self._work.put(lambda engine: self._check(engine, pin))

    def tick(self) -> None:
        """Once a second: whether somebody went away from an open screen."""
        self._desk.heed()
        if self._left_alone():
            self._work.put(self._ask_again)

    def stop(self) -> None:
        self._watch.stop()

    def _supervised(self) -> bool:
        """Whether a supervisor is at the screen, PIN and all."""
        prompt = self._feed.view.prompt
        return prompt.workflow == SUPERVISE and prompt.step != PIN

    def _left_alone(self) -> bool:
        return self._supervised() and time.monotonic() - self._touched > self._desk.idle_s

    # --- on the engine's thread ---------------------------------------------------------------------------------------

    def _offer(self, engine: Engine, wanted: Wanted, turn: int) -> None:
        state = engine.session.state
        subject = scanned(state) if wanted.scanned else wanted.subject
        if subject is None:
            return
        found = offers(state, subject.kind, subject.id, engine.knowledge) if state.supervising else Offers()
        self._watch.offer(Offered(turn, subject, doables(subject, found), found.elsewhere))

    def _check(self, engine: Engine, pin: str) -> None:
        state = engine.session.state
        operator = pin_asked(state)

        def answer(ok: bool) -> None:
            given = PinChecked(operator, ok)
            self._work.put(lambda engine: self._answer(engine, engine.handle(given)))

        if not operator or pin_locked(state, operator, engine.knowledge.now):
            answer(False)
        else:
            self._desk.pins.check(operator, pin, answer)

    def _ask_again(self, engine: Engine) -> None:
        if not self._left_alone() or not (closed := unattended(engine.session.state)):
            return
        if engine.note(closed) is None:
            self._feed.tell(ResultTone.INFO, message("station.left_alone"), prompt=engine.prompt())

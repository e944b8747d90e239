"""The thread that syncs: steps the uplink and whatever else there is in turn, each when its pause is over.

Whatever goes wrong in it becomes a state that people see; nothing of it reaches the station.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from rl_station.domain.clock import Clock
from rl_station.sync import enrolment
from rl_station.sync.enrolment import Enrolled, EnrolmentError, Signature
from rl_station.sync.outbox import OutboxError
from rl_station.sync.retry import SECOND, Backoff, Pause
from rl_station.sync.state import SyncState, Trouble, read_state, trouble, write_state

LOOK_S = 2.0
"""How often the enrolment file is looked at."""
KEEP_S = 1.0
"""How often the state is written at most, while only its figures change."""
FAULT = 30 * SECOND
"""A side that failed by a fault of its own is left alone for about this long."""
STOP_S = 1.0
"""An exchange that hangs is left behind after this: what it brings is brought again after the next start."""

log = logging.getLogger(__name__)


class Stepper(Protocol):
    """One side of sync: at most one exchange a step. Raises nothing it expects."""

    def step(self, now: int) -> Pause: ...


class Pushes(Stepper, Protocol):
    """The uplink, which also knows how it goes."""

    state: SyncState


class Fetches(Stepper, Protocol):
    """The downlink, which knows what keeps it from going."""

    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class Sides:
    """What one enrolment leads to. `close` is called when another takes its place, and at the end."""

    uplink: Pushes
    others: Sequence[Fetches] = ()
    close: Callable[[], None] = lambda: None


@dataclass(slots=True)
class _Turn:
    """When a side is next due (monotonic seconds), whether news make it due at once, and what is wrong with the side itself."""

    side: Stepper
    backoff: Backoff
    due: float = field(default_factory=time.monotonic)
    wakes: bool = False
    fault: Trouble | None = None


Make = Callable[[Enrolled, SyncState], Sides]
Told = Callable[[], None]


class Runner:
    """`make` builds the sides of an enrolment, on the runner's own thread; it may raise `EnrolmentError` or `OutboxError`.

    `told` is called when link, trouble or enrolment have changed. All other methods may be called from any thread and return at
    once.
    """

    def __init__(self, folder: Path, make: Make, *, clock: Clock, chance: random.Random, told: Told) -> None:
        self._folder = folder
        self._make = make
        self._clock = clock
        self._chance = chance
        self._told = told
        self._changed = threading.Condition()
        self._woken = False
        self._hurried = False
        self._stopping = False
        self._state: SyncState | None = None
        self._kept: SyncState | None = None
        self._kept_at = 0.0
        self._sides: Sides | None = None
        self._turns: list[_Turn] = []
        self._enrolled_by: Signature | None = None
        self._again_at = 0.0
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    @property
    def state(self) -> SyncState | None:
        """How it goes; None where the station is not enrolled."""
        return self._state

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There may be something new to send."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def hurry(self) -> None:
        """What keeps a side waiting may be over: none waits any longer."""
        with self._changed:
            self._hurried = True
            self._changed.notify_all()

    def stop(self) -> None:
        """Returns within about a second, whatever the network does."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(STOP_S)
            if self._thread.is_alive():
                log.warning("an exchange with the central server is left behind unfinished")

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._follow_enrolment()
                self._round()
            except Exception as error:
                # The outermost frame of this thread.
                log.exception("sync failed")
                self._show(self._troubled("fault", str(error)))
                self._wait(time.monotonic() + LOOK_S)
        self._keep(self._state, at_once=True)
        self._close()

    def _round(self) -> None:
        """Wait for the side that is due first, then step it."""
        turn = min(self._turns, key=lambda turn: turn.due, default=None)
        self._wait(turn.due if turn else time.monotonic() + LOOK_S)
        if turn is None or self._stopping or turn.due > time.monotonic():
            return
        try:
            pause = turn.side.step(self._clock.now())
            turn.backoff.worked()
            turn.fault = None
        except Exception as error:
            # The outermost frame of this side: a bug in it must not hold up the others.
            log.exception("sync failed")
            turn.fault = trouble("fault", str(error), self._clock.now())
            pause = turn.backoff.failed()
        turn.due = time.monotonic() + pause.us / SECOND
        turn.wakes = pause.wakes
        self._show(self._together())

    def _wait(self, until: float) -> None:
        """Until then, but not longer than enrolment may go unnoticed; news make due what they may."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._woken or self._hurried or self._stopping,
                max(0.0, min(until - time.monotonic(), LOOK_S)),
            )
            woken, self._woken = self._woken, False
            hurried, self._hurried = self._hurried, False
        for turn in self._turns:
            if hurried or (woken and turn.wakes):
                turn.due = time.monotonic()

    # --- enrolment ----------------------------------------------------------------------------------------------------

    def _follow_enrolment(self) -> None:
        """Begin anew with every change of the file, and try again now and then where it leads to nothing."""
        found = enrolment.signature(self._folder)
        settled = self._sides is not None or found is None or time.monotonic() < self._again_at
        if found == self._enrolled_by and settled:
            return
        self._enrolled_by, self._again_at = found, time.monotonic() + FAULT / SECOND
        self._close()
        try:
            enrolled = enrolment.read(self._folder)
            if enrolled is None:
                self._show(None)
                return
            self._sides = self._make(enrolled, read_state(self._folder))
        except EnrolmentError as error:
            self._show(self._troubled("enrolment", str(error)))
            return
        except OutboxError as error:
            self._show(self._troubled("outbox", str(error)))
            return
        sides: tuple[Stepper, ...] = (self._sides.uplink, *self._sides.others)
        self._turns = [_Turn(side, Backoff(self._chance, first=FAULT, longest=FAULT)) for side in sides]
        self._show(self._together())

    def _close(self) -> None:
        sides, self._sides, self._turns = self._sides, None, []
        if sides is not None:
            sides.close()

    # --- telling ------------------------------------------------------------------------------------------------------

    def _together(self) -> SyncState | None:
        """The uplink's state, with what is wrong with any side."""
        if self._sides is None:
            return self._state
        state = self._sides.uplink.state
        faults = (turn.fault for turn in self._turns)
        troubles = (*faults, *(other.trouble for other in self._sides.others))
        found = next((each for each in troubles if each is not None), None)
        if found is None:
            return state
        # The way down is asked every few seconds, the way up only when there is something to send.
        broken = self._turns[0].fault is not None or found.code == "unreachable"
        return replace(state, link="down" if broken else state.link, trouble=state.trouble or found)

    def _troubled(self, code: str, detail: str) -> SyncState:
        now = self._clock.now()
        return replace(self._state or SyncState(), link="down", trouble=trouble(code, detail, now))

    def _show(self, state: SyncState | None) -> None:
        before, self._state = self._state, state
        loud = _loud(before) != _loud(state)
        self._keep(state, at_once=loud)
        if loud:
            self._told()

    def _keep(self, state: SyncState | None, *, at_once: bool) -> None:
        """A state that cannot be written is only missed by those who ask from outside."""
        early = not at_once and time.monotonic() - self._kept_at < KEEP_S
        if state is None or state == self._kept or early:
            return
        self._kept, self._kept_at = state, time.monotonic()
        try:
            write_state(self._folder, replace(state, at=self._clock.now()))
        except OSError as error:
            log.warning("the state of sync was not written: %s", error)


def _loud(state: SyncState | None) -> object:
    """What of a state people are to see at once."""
    return state and (state.link, state.trouble and state.trouble.code, state.server)

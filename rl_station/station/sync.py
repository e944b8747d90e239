"""Sync as a station has it: the store's log as the outbox, the engine as the only one that writes, words for the screen."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rl_station import __version__
from rl_station.domain.clock import Clock
from rl_station.domain.messages import Message, message
from rl_station.domain.sync_wire import Life, Sent, StationStatus
from rl_station.store import Reader, Store, StoreError, open_reader
from rl_station.sync.channel import Channel
from rl_station.sync.downlink import Copy, Downlink
from rl_station.sync.enrolment import Enrolled, EnrolmentError
from rl_station.sync.outbox import OutboxError
from rl_station.sync.runner import Runner, Sides
from rl_station.sync.site_figures import READ_S, SiteFigures
from rl_station.sync.state import SyncState
from rl_station.sync.uplink import Uplink
from rl_station.tui.contract import Link

WRITE_S = 0.5
"""The engine does what sync asks for when no scan waits. One that takes longer is asked again."""
WRONG_CLOCK_US = 5 * 60 * 1_000_000
"""A clock this far off shows in times that people compare; the order of events does not depend on it."""
HOUR_US = 3_600_000_000

_LINKS = {"up": Link.UP, "down": Link.DOWN, "unknown": Link.UNKNOWN}

StoreWork = Callable[[Store], None]
Post = Callable[[StoreWork], None]
"""Has the store's own thread do something when no scan waits."""

log = logging.getLogger(__name__)


class StoreOutbox:
    """Implements `sync.outbox.Outbox`: reads by a connection of its own, has everything written by the store's thread."""

    def __init__(self, folder: Path, post: Post) -> None:
        """Raises OutboxError where the store cannot be read."""
        self._post = post
        with _errors():
            self._reader: Reader = open_reader(folder)
            self._acknowledged = self._reader.acknowledged()
        self._noting = threading.Lock()
        self._to_note: int | None = None

    def head(self) -> int:
        with _errors():
            return self._reader.head().seq

    def oldest_at(self) -> int | None:
        with _errors():
            return self._reader.unsynced().oldest_at

    def acknowledged(self) -> int:
        """What was heard from the centre, noted in the store or not yet."""
        return self._acknowledged

    def lives(self) -> tuple[Life, ...]:
        with _errors():
            return self._reader.lives()

    def batch(self, since: int, most_events: int, most_bytes: int) -> Sequence[tuple[int, Sent]]:
        with _errors():
            return self._reader.batch(since, most_events, most_bytes)

    def hash_at(self, seq: int) -> bytes:
        with _errors():
            return self._reader.hash_at(seq)

    def acknowledge(self, through: int) -> None:
        """Noted when no scan waits, many at once: what a power cut forgets is acknowledged again."""
        self._acknowledged = max(self._acknowledged, through)
        with self._noting:
            waiting = self._to_note is not None
            self._to_note = self._acknowledged
        if not waiting:
            self._post(self._note)

    def withdraw(self, to: int) -> None:
        self._change(lambda store: store.withdraw(to))
        self._acknowledged = min(self._acknowledged, to)

    def fork(self, at: int) -> None:
        self._change(lambda store: store.fork(at))
        self._acknowledged = min(self._acknowledged, at - 1)

    def close(self) -> None:
        self._reader.close()

    def _note(self, store: Store) -> None:
        with self._noting:
            through, self._to_note = self._to_note, None
        if through is not None:
            try:
                store.acknowledge(through)
            except StoreError as error:
                log.warning("acknowledgement of %d not noted: %s", through, error)

    def _change(self, work: StoreWork) -> None:
        """Have it done now. Raises OutboxError where it was not: then it will not be done later either."""
        done: Future[None] = Future()

        def change(store: Store) -> None:
            if not done.set_running_or_notify_cancel():
                return
            try:
                work(store)
            except (StoreError, ValueError) as error:
                done.set_exception(OutboxError(str(error)))
            else:
                done.set_result(None)

        self._post(change)
        try:
            done.result(WRITE_S)
        except TimeoutError as error:
            if done.cancel():
                raise OutboxError("the station is busy") from error
            # It has just begun, and what has begun is finished.
            done.result()


class StationSync:
    """The sync of one running station. `post` and `changed` are given at the start; see `Runner`."""

    def __init__(  # noqa: PLR0913  # the last one by keyword, and each is the caller's to say
        self,
        folder: Path,
        station: str,
        clock: Clock,
        copy: Callable[[Enrolled], Copy] | None = None,
        network: Callable[[Channel], Channel] = lambda channel: channel,
        *,
        status: Callable[[], StationStatus] | None = None,
    ) -> None:
        """`copy`: where to keep what the centre says; without one it is not asked for. `network`: what exchanges go through.

        `status`: how the devices are, from any thread.
        """
        self._folder = folder
        self._station = station
        self._copy = copy
        self._network = network
        self._status = status
        self._clock = clock
        self._chance = random.Random()  # noqa: S311  # only spreads retries
        self._runner: Runner | None = None

    def start(self, post: Post, changed: Callable[[], None]) -> None:
        """`changed` is called from the sync's thread when link or notices have changed."""

        def make(enrolled: Enrolled, before: SyncState) -> Sides:
            return self._sides(enrolled, before, post)

        self._runner = Runner(self._folder, make, clock=self._clock, chance=self._chance, told=changed)
        self._runner.start()

    def wake(self) -> None:
        """Something was appended."""
        if self._runner is not None:
            self._runner.wake()

    def hurry(self) -> None:
        """The network may be back."""
        if self._runner is not None:
            self._runner.hurry()

    def stop(self) -> None:
        if self._runner is not None:
            self._runner.stop()

    @property
    def state(self) -> SyncState | None:
        """None where the station is not enrolled."""
        return self._runner.state if self._runner is not None else None

    @property
    def link(self) -> Link:
        state = self.state
        return Link.NONE if state is None else _LINKS[state.link]

    def notices(self, heard_at: int | None) -> tuple[Message, ...]:
        """What IT has to hear of soon. `heard_at`: when the centre last said what it knows, microseconds UTC."""
        found = notices(self.state)
        if heard_at is None or self.link is not Link.DOWN:
            return found
        hours = (self._clock.now() - heard_at) // HOUR_US
        return (*found, message("station.known_old", hours=hours)) if hours >= 1 else found

    def _sides(self, enrolled: Enrolled, before: SyncState, post: Post) -> Sides:
        if enrolled.station != self._station:
            raise EnrolmentError(f"central.json belongs to station {enrolled.station}, not to {self._station}")
        # A third of a second that only an enrolled station pays, and not on the way to its first screen.
        from rl_station.sync.http_channel import HttpChannel  # noqa: PLC0415

        with ExitStack() as made:
            try:
                channel = self._network(HttpChannel(enrolled.url, authority=enrolled.authority))
            except ValueError as error:
                raise EnrolmentError(str(error)) from error
            made.callback(channel.close)
            outbox = StoreOutbox(self._folder, post)
            made.callback(outbox.close)
            downlinks: list[Downlink] = []
            if self._copy is not None:
                copy = self._copy(enrolled)
                made.callback(copy.close)
                downlinks.append(Downlink(copy, channel, enrolled, chance=self._chance))
            uplink = Uplink(
                *(outbox, channel, enrolled),
                clock=self._clock,
                chance=self._chance,
                before=before,
                version=__version__,
                status=self._status,
            )
            return Sides(uplink, downlinks, made.pop_all().close)


def site_figures(
    folder: Path, clock: Clock, network: Callable[[Channel], Channel] = lambda channel: channel
) -> SiteFigures:
    """What the centre says of the whole site, for one thread that may wait for it; `network` as in `StationSync`."""

    def connect(enrolled: Enrolled) -> Channel:
        from rl_station.sync.http_channel import HttpChannel  # noqa: PLC0415  # as above

        return network(HttpChannel(enrolled.url, authority=enrolled.authority, read_s=READ_S))

    return SiteFigures(folder, connect, clock)


def notices(state: SyncState | None) -> tuple[Message, ...]:
    """What a state of sync has to say to the worker; what passes by itself is shown by the status bar alone."""
    if state is None:
        return ()
    found: list[Message] = []
    if state.trouble is not None and state.trouble.blocked:
        refused = state.trouble.code in {"unauthorized", "enrolment"}
        found.append(message("station.sync_refused") if refused else message("station.sync_stuck"))
    skew = state.skew_us or 0
    if abs(skew) > WRONG_CLOCK_US:
        minutes = abs(skew) // 60_000_000
        found.append(
            message("station.clock_ahead", minutes=minutes)
            if skew > 0
            else message("station.clock_behind", minutes=minutes)
        )
    return tuple(found)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise OutboxError(str(error)) from error

"""Pushes the log to the centre: one exchange a step, in order, until the centre has everything, and then over and over again.

Nothing blocks the queue: an event that the server cannot take is found by halving the push, and goes sealed, then with its hash
only. Nothing is dropped: only a signed acknowledgement that fits our own chain moves on. Nothing here sleeps or has a thread.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable

import zstandard
from msgspec.structs import replace

from rl_station.domain import sync_wire
from rl_station.domain.clock import Clock
from rl_station.domain.sync_wire import Ack, Push, Refused, Sent, StationStatus, weight
from rl_station.sync import answers, receipts, setbacks
from rl_station.sync.answers import Failed
from rl_station.sync.batches import Batches
from rl_station.sync.channel import Channel, ChannelError, Request
from rl_station.sync.enrolment import Enrolled
from rl_station.sync.forms import Forms
from rl_station.sync.outbox import Outbox, OutboxError
from rl_station.sync.retry import AT_ONCE, SECOND, Backoff, Pause, jittered
from rl_station.sync.state import SyncState, trouble

HEARTBEAT = 120 * SECOND
"""With nothing to send the server is asked so often whether it still has everything."""
LOOK = 2 * SECOND
"""How often it is looked whether there is something new to say of the devices."""
BLOCKED = 300 * SECOND
"""A server that will not have us is asked again this late, unless the station is enrolled again."""
PATIENT_SETBACKS = 3
"""A server may change its mind about the past so often before it is given time."""
CALM = 3
"""After so many acknowledgements in a row it is believed to have settled."""
PATH = "/v1/events"

_UNAUTHORIZED = frozenset({"unauthorized", "revoked", "wrong_station"})

log = logging.getLogger(__name__)


class Uplink:
    """One station's way up. For one thread; `before` is the state an earlier life left.

    `status` tells how the station is; each change of it is sent, and what is so anyway with every heartbeat.
    """

    def __init__(  # noqa: PLR0913  # the last ones by keyword, and each is the caller's to say
        self,
        outbox: Outbox,
        channel: Channel,
        enrolled: Enrolled,
        *,
        clock: Clock,
        chance: random.Random,
        before: SyncState | None = None,
        version: str = "",
        status: Callable[[], StationStatus] | None = None,
    ) -> None:
        known = before or SyncState()
        self.state = replace(known, link="unknown", trouble=None, server=enrolled.url, site=enrolled.site)
        self._outbox = outbox
        self._channel = channel
        self._enrolled = enrolled
        self._clock = clock
        self._chance = chance
        self._version = version
        self._status = status
        self._told: StationStatus | None = None
        self._backoff = Backoff(chance)
        self._batches = Batches()
        self._forms = Forms(known.held)
        self._setbacks = 0
        self._calm = 0
        self._refused_once = 0
        self._heard_at: int | None = None
        self._packer = zstandard.ZstdCompressor(level=1)

    def step(self, now: int) -> Pause:
        """At most one exchange; gives how long to wait for the next. `now` is microseconds UTC of the station's clock."""
        try:
            push = self._next(now)
            if push is None:
                return self._idle(max(0, (self._heard_at or now) + HEARTBEAT - now))
            return self._exchange(push, now)
        except OutboxError as error:
            return self._failed(Failed("outbox", str(error)), now)

    def _next(self, now: int) -> Push | None:
        """What is to be sent now: the next events, or none at all to hear how the server is; None where it is too early."""
        done, head = self._outbox.acknowledged(), self._outbox.head()
        if done < head:
            events = self._outbox.batch(done, self._batches.most_events(done), self._batches.most_bytes)
            return self._push(done, self._forms.of(events, self._outbox), now)
        early = self._heard_at is not None and 0 <= now - self._heard_at < HEARTBEAT
        return None if early and self._news() is None else self._push(done, (), now)

    def _idle(self, us: int) -> Pause:
        return Pause(us if self._status is None else min(us, LOOK), wakes=True)

    def _news(self) -> StationStatus | None:
        """How the station is, if it has not been said."""
        found = self._status() if self._status is not None else None
        return None if found == self._told else found

    def _push(self, done: int, events: tuple[Sent, ...], now: int) -> Push:
        lives = self._outbox.lives()
        receipt = self.state.receipt
        return Push(
            station=self._enrolled.station,
            life=setbacks.life_of(done + 1 if events else max(done, 1), lives),
            first=done + 1,
            previous=self._outbox.hash_at(done),
            events=events,
            sent_at=now,
            acknowledged=done,
            incarnation=receipt.incarnation if receipt else "",
            version=self._version,
            head=self._outbox.hash_at(done + len(events)),
            waiting=max(0, self._outbox.head() - done - len(events)),
            status=self._news() or (None if events else self._told),
        )

    def _exchange(self, push: Push, now: int) -> Pause:
        body = self._packer.compress(sync_wire.pack(push))
        request = Request(
            method="POST",
            path=PATH,
            headers={
                "authorization": f"Bearer {self._enrolled.token}",
                "content-type": sync_wire.MEDIA_TYPE,
                "content-encoding": "zstd",
            },
            body=body,
        )
        try:
            said = answers.understood(self._channel.exchange(request), Ack)
        except ChannelError as error:
            said = Failed("unreachable", str(error))
        match said:
            case Ack():
                return self._acknowledged(said, push, now)
            case Refused():
                return self._refused(said, push, len(body), now)
            case Failed():
                self._batches.lost()
                return self._failed(said, now)

    # --- what the server says -----------------------------------------------------------------------------------------

    def _acknowledged(self, ack: Ack, push: Push, now: int) -> Pause:
        if why := receipts.doubt(ack, push, self._outbox, self._enrolled):
            return self._failed(Failed("not_believed", why), now)
        answered = max(now, self._clock.now())
        if ack.through > push.acknowledged:
            self._outbox.acknowledge(ack.through)
        self._calm += 1
        if self._calm >= CALM:
            self._setbacks = 0
        more = ack.through < self._outbox.head()
        self._batches.stored(ack.through, answered - now, more=more)
        self._forms.stored(push, ack)
        self._told = push.status or self._told
        self._heard(now)
        self.state = replace(
            self.state,
            trouble=None if self._setbacks <= PATIENT_SETBACKS else self.state.trouble,
            receipt=receipts.kept(ack),
            held=self._forms.held,
            skew_us=(now + answered) // 2 - ack.at,
            round_trip_us=answered - now,
        )
        return AT_ONCE if more else self._idle(HEARTBEAT)

    def _refused(self, refused: Refused, push: Push, wire: int, now: int) -> Pause:
        if refused.code in _UNAUTHORIZED:
            self._failed(Failed("unauthorized", refused.message), now)
            return Pause(jittered(BLOCKED, self._chance))
        if refused.code in setbacks.CODES:
            return self._set_back(refused, push, now)
        if not push.events or refused.code not in {"too_large", "bad_event", "bad_request", "unstorable"}:
            return self._failed(Failed("contradicts", f"{refused.code}: {refused.message}"), now)
        return self._not_taken(refused, push, wire, now)

    def _not_taken(self, refused: Refused, push: Push, wire: int, now: int) -> Pause:
        """Something in the push, or its size, is more than the server can take: send less of it, or the one event closed."""
        last = push.first + len(push.events) - 1
        if push.first == last:
            # It stays alone until it is taken. One that is too large does not get smaller by being sealed.
            self._batches.suspect(last)
            if refused.code != "bad_event" and self._refused_once != last:
                # What was cut short on the way, or a proxy's mood, is no fault of the event: it has to be refused twice.
                self._refused_once = last
                self._heard(now)
                return AT_ONCE
            return self._close(last, refused, now, withhold=refused.code == "too_large")
        if refused.code == "bad_event" and push.first <= refused.at <= last:
            self._batches.found()
            return self._close(refused.at, refused, now)
        if refused.code == "too_large":
            self._batches.too_large(sum(map(weight, push.events)), wire, refused.limit)
        else:
            self._batches.suspect(last)
        self._heard(now)
        return AT_ONCE

    def _set_back(self, refused: Refused, push: Push, now: int) -> Pause:
        found = setbacks.setback(refused, push, self._outbox)
        if found is None:
            return self._failed(Failed("contradicts", f"{refused.code}: {refused.message}"), now)
        log.warning("the centre answers %s (%s): %s", refused.code, refused.message, found)
        if isinstance(found, setbacks.Fork):
            self._outbox.fork(found.at)
        else:
            self._outbox.withdraw(found.to)
        self._heard(now)
        self._setbacks, self._calm = self._setbacks + 1, 0
        if self._setbacks <= PATIENT_SETBACKS:
            return AT_ONCE
        # Two databases behind one address look like this: nothing is lost, nothing gets on, and somebody has to hear of it.
        self._failed(Failed("contradicts", "it changes its mind about what it has, again and again"), now)
        return Pause(jittered(min(self._setbacks, 60) * SECOND, self._chance))

    def _close(self, seq: int, refused: Refused, now: int, *, withhold: bool = False) -> Pause:
        """This event is what the server cannot take. Where it cannot take even its hash, it is not the event."""
        if not self._forms.close(seq, withhold=withhold):
            return self._failed(Failed("refuses", f"{refused.code}: {refused.message}"), now)
        log.warning("the centre cannot take event %d (%s: %s)", seq, refused.code, refused.message)
        self._heard(now)
        return AT_ONCE

    # --- how it goes --------------------------------------------------------------------------------------------------

    def _heard(self, now: int) -> None:
        self._heard_at = now
        self._backoff.worked()
        self.state = replace(self.state, link="up", contact_at=now)

    def _failed(self, failed: Failed, now: int) -> Pause:
        before = self.state.trouble
        since = before.since if before is not None and before.code == failed.code else now
        self.state = replace(self.state, link="down", trouble=trouble(failed.code, failed.detail, since))
        return self._backoff.failed(failed.wait)

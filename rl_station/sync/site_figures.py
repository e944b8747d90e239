"""What the centre says of the whole site, for supervisors at a station: figures, what is behind them, histories of all stations.

Asked for only while somebody looks, on a way of its own, so that neither it nor sync waits for the other. What was heard last
stays, with its age; whatever goes wrong is said and not raised.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from rl_station.domain.clock import Clock
from rl_station.domain.events import AnyEvent
from rl_station.domain.kpi import Figures, Selection, Subject
from rl_station.domain.sync_wire import Refused
from rl_station.sync import answers, enrolment
from rl_station.sync.answers import Failed
from rl_station.sync.channel import Channel, ChannelError, Request
from rl_station.sync.enrolment import Enrolled, EnrolmentError, Signature
from rl_station.sync.retry import SECOND, Backoff
from rl_station.sync.state import Trouble, trouble

READ_S = 5.0
"""A supervisor does not wait longer for an answer."""
FRESH = 2 * SECOND
"""Figures this young are not asked for again."""
LONGEST_WAIT = 30 * SECOND
"""After a failure it is asked again this late, even where the server asks for more patience: somebody is looking."""

T = TypeVar("T")


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One event in a history of all stations. `at` microseconds since 1970 UTC; `corrected`: it was taken back."""

    station: str
    epoch: str
    seq: int
    at: int
    operator: str
    corrected: bool
    event: AnyEvent


class SiteView(NamedTuple):
    """The site's figures as they were last heard, and when by the station's clock (microseconds UTC); None, 0: never.

    `trouble`: why there is nothing newer. `enrolled` False: there is no centre.
    """

    figures: Figures | None = None
    heard_at: int = 0
    trouble: Trouble | None = None
    enrolled: bool = True


class SiteFigures:
    """For one thread. `connect` makes the way to the server of an enrolment; it may raise ValueError."""

    def __init__(self, folder: Path, connect: Callable[[Enrolled], Channel], clock: Clock) -> None:
        self._folder = folder
        self._connect = connect
        self._clock = clock
        self._backoff = Backoff(random.Random(), longest=LONGEST_WAIT)  # noqa: S311  # only spreads retries
        self._view = SiteView(enrolled=False)
        self._of: Signature | None = None
        self._channel: Channel | None = None
        self._token = ""
        self._not_before = 0

    def look(self) -> SiteView:
        """The figures, asked for anew unless they are fresh. Takes as long as the server, but no longer than `READ_S` or so."""
        self._follow_enrolment()
        now = self._clock.now()
        if self._channel is not None and not (self._view.trouble is None and 0 <= now - self._view.heard_at < FRESH):
            found = self._asked("/v1/figures", {}, Figures)
            if found is not None:
                self._view = SiteView(found, now)
        return self._view

    def selected(self, selection: Selection) -> tuple[Subject, ...] | None:
        """What is behind a figure of the site; None where that cannot be told now."""
        self._follow_enrolment()
        plain = msgspec.to_builtins(selection)
        return self._asked("/v1/selected", {name: str(value) for name, value in plain.items() if value}, _Subjects)

    def history(self, kind: str, id_: str) -> tuple[Happened, ...] | None:
        """What all stations did with a parcel, unit or container, oldest first; None where that cannot be told now."""
        self._follow_enrolment()
        return self._asked("/v1/history", {"kind": kind, "id": id_}, _Happenings)

    def close(self) -> None:
        """Let go of the way to the server; whoever asks again has another. What was heard stays."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    # --- one question -------------------------------------------------------------------------------------------------

    def _asked(self, path: str, query: Mapping[str, str], kind: type[T]) -> T | None:
        if self._channel is None or self._too_early():
            return None
        headers = {"authorization": f"Bearer {self._token}"}
        request = Request(method="GET", path=path, query=tuple(query.items()), headers=headers)
        try:
            said = answers.understood_json(self._channel.exchange(request), kind)
        except ChannelError as error:
            said = Failed("unreachable", str(error))
        match said:
            case Failed():
                self._failed(said.code, said.detail, said.wait)
            case Refused(code="bad_request"):
                # An id that can be none, for one.
                return None
            case Refused():
                code = "unauthorized" if said.code in _UNAUTHORIZED else "contradicts"
                self._failed(code, f"{said.code}: {said.message}", 0)
            case _:
                self._backoff.worked()
                self._view = self._view._replace(trouble=None)
                return said
        return None

    def _failed(self, code: str, detail: str, asked: int) -> None:
        now = self._clock.now()
        self._not_before = now + min(self._backoff.failed(asked).us, LONGEST_WAIT)
        before = self._view.trouble
        since = before.since if before is not None and before.code == code else now
        self._view = self._view._replace(trouble=trouble(code, detail, since))

    def _too_early(self) -> bool:
        """A clock that was set back does not make it wait for longer."""
        now = self._clock.now()
        return now < self._not_before <= now + LONGEST_WAIT

    def _follow_enrolment(self) -> None:
        """Begin anew with every change of the file, since another centre is another site; what leads nowhere is tried again."""
        found = enrolment.signature(self._folder)
        if found != self._of:
            self._of = found
            self.close()
            self._view, self._not_before = SiteView(enrolled=found is not None), 0
            self._backoff.worked()
        if self._channel is not None or found is None or self._too_early():
            return
        try:
            enrolled = enrolment.read(self._folder)
            if enrolled is not None:
                self._channel, self._token = self._connect(enrolled), enrolled.token
        except (EnrolmentError, ValueError) as error:
            self._failed("enrolment", str(error), 0)


_UNAUTHORIZED = frozenset({"unauthorized", "revoked", "wrong_station", "forbidden"})
_Subjects: Any = tuple[Subject, ...]
_Happenings: Any = tuple[Happened, ...]

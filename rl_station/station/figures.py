"""What a supervisor looks at, read from this station's store or asked of the centre. Never on the engine's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from rl_station.devices import DeviceState, DeviceStatus
from rl_station.domain import kpi
from rl_station.domain.events import CodeTraced
from rl_station.domain.kpi import Figures, Of, Selection, Subject, Supervision, Trouble
from rl_station.domain.messages import Message, message
from rl_station.domain.shifts import moment
from rl_station.station.elsewhere import Elsewhere
from rl_station.store import Reader, StoreError, StoreFigures, open_reader
from rl_station.tui.contract import PastEvent, Sight, Wanted
from rl_station.workflow.knowledge import HistoryLine
from rl_station.workflow.trace import history_of, line_fact

_FINE = (DeviceState.READY, DeviceState.OPENING)


class Unseen(Exception):  # noqa: N818  # named after what the supervisor sees
    """It cannot be had now."""


class Source(Protocol):
    """Where figures and what is behind them come from. Every method may raise StoreError or Unseen."""

    def figures(self) -> Figures: ...
    def selected(self, selection: Selection) -> tuple[Subject, ...]: ...
    def history(self, subject: Subject) -> tuple[HistoryLine, ...]:
        """Oldest first. `seq` is 0 where it is not of this station's log."""
        ...

    def heard_at(self) -> int:
        """Of when the figures are by this station's clock, microseconds since 1970 UTC."""
        ...

    def close(self) -> None: ...


class FiguresReader:
    """Opens the store when it is first asked, and lets go of it with `close`."""

    def __init__(
        self,
        folder: Path,
        of: Of,
        supervision: Supervision,
        *,
        clock: Callable[[], int],
        devices: Callable[[], Sequence[DeviceStatus]],
    ) -> None:
        """`clock` gives microseconds since 1970 UTC."""
        self._folder = folder
        self._of = of
        self._supervision = supervision
        self._clock = clock
        self._devices = devices
        self._lost: dict[str, int] = {}
        self._losing = threading.Lock()
        self._reader: Reader | None = None
        self._elsewhere: Elsewhere | None = None

    def figures(self) -> Figures:
        """Raises StoreError."""
        reader, now = self._open(), self._clock()
        counted = self._counted(reader)
        with counted.at_once():
            found = kpi.look(counted, self._of, moment(now, self._supervision), self._supervision)
            unsent = reader.unsynced().waiting
        devices = self._devices()
        told = tuple((each.name, each.state.value, _reason(each)) for each in devices)
        troubles = sorted((*found.troubles, *self._lost_devices(devices, now)), key=lambda each: each.since)
        return replace(found, waiting_to_sync=unsent, devices=told, troubles=tuple(troubles))

    def selected(self, selection: Selection) -> tuple[Subject, ...]:
        """Raises StoreError."""
        return self._counted(self._open()).selected(selection)

    def history(self, subject: Subject) -> tuple[HistoryLine, ...]:
        """What this station's log says of it; of a unit also how its parcel came. Raises StoreError."""
        named = {subject.kind: subject.id} if subject.kind in {"parcel", "unit", "container"} else {}
        return history_of(CodeTraced(kind="text", value=subject.id, **named), self._open().records)

    def heed(self) -> None:
        """To be called often, from any thread: a device is lost since that was seen first, whether somebody looks or not."""
        self._lost_devices(self._devices(), self._clock())

    def heard_at(self) -> int:
        return self._clock()

    def epoch(self) -> str:
        """The one that this station's log is in. Raises StoreError."""
        return self._open().epochs()[-1].token

    def close(self) -> None:
        for each in (self._reader, self._elsewhere):
            if each is not None:
                each.close()
        self._reader = self._elsewhere = None

    def _counted(self, reader: Reader) -> StoreFigures:
        self._elsewhere = self._elsewhere or Elsewhere(self._folder, reader)
        return self._elsewhere.figures()

    def _lost_devices(self, devices: Sequence[DeviceStatus], now: int) -> list[Trouble]:
        """Those in trouble, since when we have seen it."""
        wrong = [each for each in devices if each.kind in kpi.DEVICES and each.state not in _FINE]
        with self._losing:
            lost = self._lost = {each.name: self._lost.get(each.name, now) for each in wrong}
        return [
            Trouble(
                kind=each.kind,
                subject_kind="device",
                subject=each.name,
                since=lost[each.name],
                station=self._of.station,
                detail=each.reason,
            )
            for each in wrong
        ]

    def _open(self) -> Reader:
        if self._reader is None:
            self._reader = open_reader(self._folder)
        return self._reader


def _reason(device: DeviceStatus) -> str:
    return "" if device.state is DeviceState.READY else device.reason


def sight(wanted: Wanted, subject: Subject | None, own: Source, site: Source | None) -> Sight:
    """Everything that is wanted. `subject`: what was scanned, where that is wanted.

    Where the centre cannot be asked for the site, it is this station's, and says so. Where nothing can be read, it says so too.
    """
    subject = subject if wanted.scanned else wanted.subject
    try:
        if wanted.site and site is not None:
            with suppress(Unseen):
                return _seen(wanted, subject, site)
        return _seen(wanted, subject, own, message("screen.sup.only_here") if wanted.site else None)
    except StoreError as error:
        return Sight(wanted, remark=message("screen.sup.unreadable", reason=f"@store.{error.code}"))


def _seen(wanted: Wanted, subject: Subject | None, source: Source, remark: Message | None = None) -> Sight:
    figures = source.figures()
    history = source.history(subject) if subject is not None else ()
    return Sight(
        wanted,
        figures,
        source.selected(wanted.selection) if wanted.selection is not None else (),
        subject,
        tuple(PastEvent(line_fact(line), line.seq) for line in history),
        remark=remark,
        heard_at=source.heard_at(),
    )

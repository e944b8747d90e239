"""The printers of a station, the first one first: a label goes to the next one when a printer gives up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from rl_station.devices import BoundPrinter, DeviceSet
from rl_station.domain.events import LabelPrintFailed, LabelRequested
from rl_station.labels import Job, Layout, Printed, PrintFailed, Retry, Spool


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A printer with the queue before it."""

    bound: BoundPrinter
    spool: Spool


Failed = Callable[[LabelPrintFailed], None]
"""Called with the event that says a label was not printed, and why."""

_log = logging.getLogger(__name__)


class Spools:
    """Never blocks its caller; what becomes of a label is told by `failed`, on a printer's thread."""

    def __init__(self, devices: DeviceSet, failed: Failed) -> None:
        self._devices = devices
        self._failed = failed
        self._lock = threading.Lock()
        self._wanted: dict[str, LabelRequested] = {}
        self._spools: list[_Line] = []
        self._running = False

    def start(self) -> None:
        self._running = True
        self.follow()

    def follow(self) -> None:
        """Use the printers there are now. Labels that waited for one that is gone go to its successor, or to the first."""
        with self._lock:
            before = self._spools
            there = [next((line for line in before if line.bound is bound), bound) for bound in self._printers()]
            made = [each if isinstance(each, _Line) else self._made(each) for each in there]
            self._spools = [line for line in made if line is not None]
            fresh = [line for line in self._spools if line not in before]
            gone = [line for line in before if line not in self._spools]
        for line in fresh:
            line.spool.start()
        for line in gone:
            for job in line.spool.stop():
                self._hand(job, self._successor(line.bound.name), "no printer is configured")

    def stop(self) -> None:
        """Stop at once; jobs that were not printed are reported as failed."""
        with self._lock:
            self._running = False
            lines = list(self._spools)
        for line in lines:
            for job in line.spool.stop():
                self._give_up(job, "the station was stopped")

    def submit(self, wanted: LabelRequested, layouts: tuple[Layout, ...]) -> None:
        """Print a label on the first printer."""
        if not layouts:
            return
        job = Job(f"{wanted.label}:{wanted.unit or wanted.container or wanted.parcel}", layouts)
        with self._lock:
            self._wanted[job.id] = wanted
        self._hand(job, self._successor(), "no printer is configured")

    def give_up(self, wanted: LabelRequested, reason: str) -> None:
        """Say that a label was not printed."""
        self._failed(
            LabelPrintFailed(
                label=wanted.label,
                parcel=wanted.parcel,
                unit=wanted.unit,
                container=wanted.container,
                reason=reason,
            )
        )

    def _printers(self) -> Iterable[BoundPrinter]:
        return self._devices.printers.values()

    def _made(self, bound: BoundPrinter) -> _Line | None:
        if bound.printer is None:
            return None
        heard = partial(self._heard, bound)
        try:
            return _Line(bound, Spool(bound.printer, heard, dpi=bound.dpi, retry=Retry(timeout=bound.timeout)))
        except ValueError as error:
            # A printer of another package's that takes what labels do not come as.
            _log.error("printer %s is not used: %s", bound.name, error)
            self._devices.printed(bound.name, str(error))
            return None

    def _heard(self, bound: BoundPrinter, report: Printed | PrintFailed) -> None:
        with self._lock:
            place = next((index for index, line in enumerate(self._spools) if line.bound is bound), None)
            after = [] if place is None else self._spools[place + 1 :]
            gone = place is None and self._running
        problem = "" if isinstance(report, Printed) else report.reason
        if not gone:
            self._devices.printed(bound.name, problem)
        if isinstance(report, Printed):
            with self._lock:
                self._wanted.pop(report.job.id, None)
        elif gone and not report.retrying:
            # The printer was taken away while the job was on its way to it.
            self._hand(report.job, self._successor(bound.name), problem)
        elif not report.retrying:
            self._hand(report.job, after[0].spool if after and self._running else None, problem)

    def _successor(self, name: str = "") -> Spool | None:
        """The printer of this name, else the first."""
        with self._lock:
            named = (line.spool for line in self._spools if line.bound.name == name)
            return next(named, self._spools[0].spool if self._spools else None)

    def _hand(self, job: Job, spool: Spool | None, otherwise: str) -> None:
        if spool is None:
            self._give_up(job, otherwise)
        else:
            spool.submit(job)

    def _give_up(self, job: Job, reason: str) -> None:
        with self._lock:
            wanted = self._wanted.pop(job.id, None)
        if wanted is not None:
            self.give_up(wanted, reason)

"""The printers of a station, the first one first: a label goes to the next one when a printer gives up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rl_station.devices import DeviceSet
from rl_station.domain.events import LabelPrintFailed, LabelRequested
from rl_station.labels import Job, Layout, Printed, PrintFailed, Retry, Spool

Failed = Callable[[LabelPrintFailed], None]
"""Called with the event that says a label was not printed, and why."""


class Spools:
    """Never blocks its caller; what becomes of a label is told by `failed`, on a printer's thread."""

    def __init__(self, devices: DeviceSet, failed: Failed) -> None:
        self._devices = devices
        self._failed = failed
        self._wanted: dict[str, LabelRequested] = {}
        bound = [each for each in devices.printers.values() if each.printer is not None]
        self._spools = [
            Spool(each.printer, partial(self._heard, index), dpi=each.dpi, retry=Retry(timeout=each.timeout))
            for index, each in enumerate(bound)
            if each.printer is not None
        ]

    def start(self) -> None:
        for spool in self._spools:
            spool.start()

    def stop(self) -> None:
        """Stop at once; jobs that were not printed are reported as failed."""
        for spool in self._spools:
            for job in spool.stop():
                self._give_up(job, "the station was stopped")

    def submit(self, wanted: LabelRequested, layouts: tuple[Layout, ...]) -> None:
        """Print a label on the first printer."""
        if not layouts:
            return
        job = Job(f"{wanted.label}:{wanted.unit or wanted.container or wanted.parcel}", layouts)
        self._wanted[job.id] = wanted
        if self._spools:
            self._spools[0].submit(job)
        else:
            self._give_up(job, "no printer is configured")

    def _heard(self, index: int, report: Printed | PrintFailed) -> None:
        if isinstance(report, Printed):
            self._wanted.pop(report.job.id, None)
            self._devices.printed(report.printer)
            return
        self._devices.printed(report.printer, report.reason)
        if report.retrying:
            return
        if index + 1 < len(self._spools) and report.reason != "stopped":
            self._spools[index + 1].submit(report.job)
        else:
            self._give_up(report.job, report.reason)

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

    def _give_up(self, job: Job, reason: str) -> None:
        wanted = self._wanted.pop(job.id, None)
        if wanted is not None:
            self.give_up(wanted, reason)

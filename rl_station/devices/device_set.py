"""The devices of one station: started and stopped together, each kept from hurting the others."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from drivers.contract import (
    DeviceError,
    DeviceReport,
    DeviceState,
    Feedback,
    FiredScanner,
    Printer,
    Read,
    Scanner,
    StateChange,
    TerminalScanner,
)
from rl_station.devices.debounce import Debouncer
from rl_station.devices.reports import DeviceStatus, DuplicateIgnored, Report, ReportListener
from rl_station.devices.table import DeviceTable

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BoundScanner:
    """A configured scanner with the name of its driver. `scanner` is None where it could not be made, `failure` says why."""

    name: str
    driver: str
    scanner: Scanner | None
    debounce_ms: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class BoundPrinter:
    """As `BoundScanner`, for a printer. `timeout` in seconds, `dpi` of its print head."""

    name: str
    driver: str
    printer: Printer | None
    dpi: int = 203
    timeout: float = 5.0
    failure: str = ""


class DeviceSet:
    """Starts, stops and watches devices; merges their reports into one stream.

    The listener is called from the devices' threads, one call at a time. It has to return at once and may not raise.
    """

    def __init__(self, scanners: Iterable[BoundScanner], printers: Iterable[BoundPrinter] = ()) -> None:
        self._scanners = {bound.name: bound for bound in scanners}
        self._printers = {bound.name: bound for bound in printers}
        self._table = DeviceTable(
            [
                *(_line(bound, "scanner", bound.failure) for bound in self._scanners.values()),
                *(_line(bound, "printer", bound.failure) for bound in self._printers.values()),
            ]
        )
        self._stream = threading.Lock()
        self._listener: ReportListener | None = None

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(self, listener: ReportListener) -> None:
        """Start everything; what cannot be started is lost with its reason, and the rest goes on."""
        with self._stream:
            self._listener = listener
        for bound in self._scanners.values():
            if bound.failure:
                self._report(StateChange(bound.name, DeviceState.LOST, bound.failure))
            elif bound.scanner is not None:
                take = partial(self._take, bound.name, Debouncer(bound.debounce_ms))
                self._guarded(bound.name, partial(bound.scanner.start, take))
        self.check_printers()

    def stop(self) -> None:
        """Stop everything. No report comes after this returns."""
        with self._stream:
            self._listener = None
        for bound in self._scanners.values():
            if bound.scanner is not None:
                self._guarded(bound.name, bound.scanner.stop)

    # --- what is there ------------------------------------------------------------------------------------------------

    def status(self) -> tuple[DeviceStatus, ...]:
        """The device table, scanners first."""
        return self._table.lines()

    @property
    def printers(self) -> Mapping[str, BoundPrinter]:
        """Printers that could be made, in the order of the station's list."""
        return {name: bound for name, bound in self._printers.items() if bound.printer is not None}

    def terminal_scanner(self) -> TerminalScanner | None:
        """The scanner that types into the terminal, if the station has one."""
        return next((each for each in self._made_scanners() if isinstance(each, TerminalScanner)), None)

    def fired_scanner(self) -> FiredScanner | None:
        """The scanner that a key fires, if the station has one."""
        return next((each for each in self._made_scanners() if isinstance(each, FiredScanner)), None)

    def good(self, device: str) -> None:
        """Let the scanner give its good tone, if it can."""
        if (scanner := self._with_feedback(device)) is not None:
            self._guarded(device, scanner.good)

    def bad(self, device: str) -> None:
        if (scanner := self._with_feedback(device)) is not None:
            self._guarded(device, scanner.bad)

    # --- printers -----------------------------------------------------------------------------------------------------

    def check_printers(self) -> None:
        """Ask every printer how it is, each on a thread of its own; the answers come as reports."""
        for bound in self._printers.values():
            if bound.failure:
                self._report(StateChange(bound.name, DeviceState.LOST, bound.failure))
            elif bound.printer is not None:
                self._report(StateChange(bound.name, DeviceState.OPENING))
                work = partial(self._check_printer, bound.name, bound.printer, bound.timeout)
                threading.Thread(target=work, name=f"check-{bound.name}", daemon=True).start()

    def printed(self, printer: str, problem: str = "") -> None:
        """What came of a print job: fine, or the reason it failed."""
        state = DeviceState.DEGRADED if problem else DeviceState.READY
        self._report(StateChange(printer, state, problem))

    def _check_printer(self, name: str, printer: Printer, timeout: float) -> None:
        try:
            found = printer.status(timeout)
            change = StateChange(name, DeviceState.READY if found.ready else DeviceState.DEGRADED, found.reason)
        except DeviceError as error:
            change = StateChange(name, DeviceState.LOST, str(error))
        except Exception as error:
            # This thread's outermost frame: an adapter with a bug is a lost device, not a dead thread nobody sees.
            _logger.exception("printer %s failed", name)
            change = StateChange(name, DeviceState.LOST, f"internal error: {error}")
        self._report(change)

    # --- reports ------------------------------------------------------------------------------------------------------

    def _take(self, name: str, debouncer: Debouncer, report: DeviceReport) -> None:
        if report.device != name:
            # An adapter that misnames its reports would be counted on another device's line, or on none.
            report = replace(report, device=name)
        if isinstance(report, Read) and (after := debouncer.repeats(report)) is not None:
            self._report(DuplicateIgnored(report, after))
        else:
            self._report(report)

    def _report(self, report: Report) -> None:
        self._table.note(report)
        with self._stream:
            if self._listener is not None:
                self._listener(report)

    def _made_scanners(self) -> Iterable[Scanner]:
        return (bound.scanner for bound in self._scanners.values() if bound.scanner is not None)

    def _with_feedback(self, device: str) -> Feedback | None:
        bound = self._scanners.get(device)
        return bound.scanner if bound is not None and isinstance(bound.scanner, Feedback) else None

    def _guarded(self, name: str, action: Callable[[], None]) -> None:
        """Run an adapter's code. Adapters come from other packages too, and one that raises may hurt only its own device."""
        try:
            action()
        except Exception as error:
            _logger.exception("device %s failed", name)
            self._report(StateChange(name, DeviceState.LOST, str(error) or type(error).__name__))


def _line(bound: BoundScanner | BoundPrinter, kind: str, failure: str) -> DeviceStatus:
    line = DeviceStatus(bound.name, kind, bound.driver)
    return replace(line, state=DeviceState.LOST, reason=failure) if failure else line

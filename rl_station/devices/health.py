"""How a device is: what is known of it, what it answers, and whether it reads when a person scans."""

from __future__ import annotations

import logging

from drivers.contract import DeviceError, DeviceState, Health, HealthChecked, HealthLevel, PrinterStatus
from rl_station.devices.bound import Bound, BoundPrinter, BoundScanner
from rl_station.devices.reports import DeviceStatus

_logger = logging.getLogger(__name__)


def known(bound: Bound, line: DeviceStatus) -> Health:
    """The internal check: no device traffic."""
    if bound.failure:
        return Health(False, bound.failure)
    state = f"{line.state}: {line.reason}" if line.reason else str(line.state)
    adapter = bound.printer if isinstance(bound, BoundPrinter) else bound.scanner
    if line.state is DeviceState.READY and isinstance(adapter, HealthChecked):
        return asked(adapter, HealthLevel.INTERNAL, 1.0)
    return Health(line.state is DeviceState.READY, state)


def answered(bound: Bound, line: DeviceStatus, timeout: float) -> Health:
    """The external check: the device is asked, up to `timeout` seconds."""
    if bound.failure:
        return Health(False, bound.failure)
    if isinstance(bound, BoundPrinter):
        return _printer_answers(bound, timeout)
    if line.state not in (DeviceState.READY, DeviceState.DEGRADED):
        return known(bound, line)
    if isinstance(bound.scanner, HealthChecked):
        return asked(bound.scanner, HealthLevel.EXTERNAL, timeout)
    found = known(bound, line)
    return Health(found.ok, f"{found.report}; this driver cannot ask the device, scan something to be sure")


def tag_read(bound: Bound, line: DeviceStatus, timeout: float) -> Health:
    """The interactive check of a tag reader: it has to read a tag within `timeout` seconds."""
    if isinstance(bound, BoundScanner) and isinstance(bound.scanner, HealthChecked) and not bound.failure:
        return asked(bound.scanner, HealthLevel.INTERACTIVE, timeout)
    return known(bound, line)


def asked(adapter: HealthChecked, level: HealthLevel, timeout: float) -> Health:
    """An adapter's own check. It comes from other packages too: one that raises is a device in trouble."""
    try:
        return adapter.check_health(level, timeout)
    except Exception as error:
        _logger.exception("a health check failed")
        return Health(False, f"internal error: {error}")


def printer_status(bound: BoundPrinter, timeout: float) -> tuple[DeviceState, str]:
    """Ask a printer how it is; never raises."""
    if bound.printer is None:
        return DeviceState.LOST, bound.failure
    try:
        found: PrinterStatus = bound.printer.status(timeout)
    except DeviceError as error:
        return DeviceState.LOST, str(error)
    except Exception as error:
        _logger.exception("printer %s failed", bound.name)
        return DeviceState.LOST, f"internal error: {error}"
    return (DeviceState.READY if found.ready else DeviceState.DEGRADED), found.reason


def _printer_answers(bound: BoundPrinter, timeout: float) -> Health:
    state, reason = printer_status(bound, timeout)
    return Health(state is DeviceState.READY, reason or str(state))


def alive(bound: BoundScanner, timeout: float) -> Health | None:
    """What a scanner that has been silent answers; None where its driver cannot ask it."""
    return asked(bound.scanner, HealthLevel.EXTERNAL, timeout) if isinstance(bound.scanner, HealthChecked) else None

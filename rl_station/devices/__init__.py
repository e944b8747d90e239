"""Binds devices.toml to drivers, watches over them, and merges what they read into one stream.

The only room that imports `drivers`; what a read means, and who gets it, is not decided here.
"""

from drivers.contract import (
    DeviceError,
    DeviceState,
    FiredScanner,
    FrameRefused,
    Keys,
    Printer,
    PrinterStatus,
    Read,
    StateChange,
    TerminalScanner,
)
from rl_station.devices.binding import bind
from rl_station.devices.device_set import BoundPrinter, BoundScanner, DeviceSet
from rl_station.devices.reports import DeviceStatus, DuplicateIgnored, Report, ReportListener

__all__ = [
    "BoundPrinter",
    "BoundScanner",
    "DeviceError",
    "DeviceSet",
    "DeviceState",
    "DeviceStatus",
    "DuplicateIgnored",
    "FiredScanner",
    "FrameRefused",
    "Keys",
    "Printer",
    "PrinterStatus",
    "Read",
    "Report",
    "ReportListener",
    "StateChange",
    "TerminalScanner",
    "bind",
]

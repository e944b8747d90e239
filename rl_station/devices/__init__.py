"""Binds devices.toml to drivers, watches over them, and merges what they read into one stream.

The only room that imports `drivers`; what a read means, and who gets it, is not decided here.
"""

from drivers.contract import (
    DeviceError,
    DeviceState,
    FilledReader,
    FiredScanner,
    FrameRefused,
    Health,
    HealthLevel,
    Keys,
    Printer,
    PrinterStatus,
    RawBytes,
    Read,
    ReaderEvent,
    ReaderEventCode,
    StateChange,
    TagRead,
    TagReads,
    TerminalScanner,
    Weighed,
)
from rl_station.devices.binding import BindError, bind, rebind
from rl_station.devices.bound import Bound, BoundPrinter, BoundScanner, Changes
from rl_station.devices.device_set import DeviceSet
from rl_station.devices.reports import (
    DeviceStatus,
    DuplicateIgnored,
    Fate,
    LastRead,
    NotTaken,
    Report,
    ReportListener,
)
from rl_station.devices.tag_smoothing import Change, TagChange

__all__ = [
    "BindError",
    "Bound",
    "BoundPrinter",
    "BoundScanner",
    "Change",
    "Changes",
    "DeviceError",
    "DeviceSet",
    "DeviceState",
    "DeviceStatus",
    "DuplicateIgnored",
    "Fate",
    "FilledReader",
    "FiredScanner",
    "FrameRefused",
    "Health",
    "HealthLevel",
    "Keys",
    "LastRead",
    "NotTaken",
    "Printer",
    "PrinterStatus",
    "RawBytes",
    "Read",
    "ReaderEvent",
    "ReaderEventCode",
    "Report",
    "ReportListener",
    "StateChange",
    "TagChange",
    "TagRead",
    "TagReads",
    "TerminalScanner",
    "Weighed",
    "bind",
    "rebind",
]

"""The full-screen terminal: draws what a station shows and turns keys and typed scans into its inputs.

No rule of the work, no device and no store belongs here; the station hands in an object of the shape in `contract`.
"""

from rl_station.tui.contract import (
    DeviceLine,
    Doable,
    FiresScans,
    Link,
    Listener,
    PastEvent,
    PullsNetwork,
    ReadLine,
    Result,
    ResultTone,
    Sight,
    StationPort,
    Status,
    Supervises,
    TerminalInput,
    TerminalKeys,
    TerminalScan,
    View,
    Wanted,
)
from rl_station.tui.launch import run

__all__ = [
    "DeviceLine",
    "Doable",
    "FiresScans",
    "Link",
    "Listener",
    "PastEvent",
    "PullsNetwork",
    "ReadLine",
    "Result",
    "ResultTone",
    "Sight",
    "StationPort",
    "Status",
    "Supervises",
    "TerminalInput",
    "TerminalKeys",
    "TerminalScan",
    "View",
    "Wanted",
    "run",
]

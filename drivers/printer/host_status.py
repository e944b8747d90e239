"""What a ZPL printer answers to `~HS`: is there paper, is it paused, how much is waiting.

Three lines, each between STX and ETX, of comma-separated numbers. Source: Zebra ZPL II Programming Guide, ~HS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.contract import PrinterStatus

REQUEST = b"~HS\r\n"

_LINE = re.compile(rb"\x02([0-9,]*)\x03")
_FIRST_FIELDS, _SECOND_FIELDS = 12, 11


@dataclass(frozen=True, slots=True)
class HostStatus:
    """The flags that stop a printer, the formats waiting in its memory, and the labels left of the one it prints."""

    paper_out: bool
    paused: bool
    buffer_full: bool
    corrupt_memory: bool
    too_hot: bool
    head_open: bool
    ribbon_out: bool
    formats_waiting: int
    labels_remaining: int

    @property
    def status(self) -> PrinterStatus:
        """The first reason that keeps it from printing. An open head also pauses, so it is named before the pause."""
        troubles = (
            (self.head_open, "head open"),
            (self.paper_out, "out of paper"),
            (self.ribbon_out, "out of ribbon"),
            (self.corrupt_memory, "memory fault"),
            (self.too_hot, "print head too hot"),
            (self.buffer_full, "buffer full"),
            (self.paused, "paused"),
        )
        reason = next((name for present, name in troubles if present), "")
        return PrinterStatus(ready=not reason, reason=reason)


def parse_host_status(data: bytes) -> HostStatus | None:
    """The status in `data`, or None while it is not all there. The third line (password, memory) is not needed."""
    lines = [line.decode("ascii").split(",") for line in _LINE.findall(data)]
    first = next((line for line in lines if len(line) == _FIRST_FIELDS and all(line)), None)
    second = next((line for line in lines if len(line) == _SECOND_FIELDS and all(line)), None)
    if first is None or second is None:
        return None
    return HostStatus(
        paper_out=first[1] == "1",
        paused=first[2] == "1",
        formats_waiting=int(first[4]),
        buffer_full=first[5] == "1",
        corrupt_memory=first[9] == "1",
        too_hot=first[11] == "1",
        head_open=second[2] == "1",
        ribbon_out=second[3] == "1",
        labels_remaining=int(second[8]),
    )

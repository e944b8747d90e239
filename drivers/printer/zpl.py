"""A ZPL printer on TCP 9100 or a device file."""

from __future__ import annotations

import threading
import time

from drivers.contract import DeviceError, PrinterStatus
from drivers.printer.host_status import REQUEST, HostStatus, parse_host_status
from drivers.printer.link import alone, opened, parse_address, read_some, write_all

_ANSWER_LIMIT = 4096


class ZplPrinter:
    """Delivers ZPL and asks the printer how it is (`~HS`) before and after.

    Before: a printer without paper gets no job, so that a later retry does not print it twice. After: an answer proves that the
    job was read, which TCP alone does not. `answers=False` is for printers that cannot speak (one-way cables and print
    servers); a job is then known only to have left. One connection at a time: most printers accept no second.
    """

    accepts = "application/zpl"

    def __init__(self, *, name: str, url: str, answers: bool = True) -> None:
        """Raises ValueError for a url that is neither `tcp://HOST[:PORT]` nor the path of a device."""
        self.name = name
        self._address = parse_address(url)
        self._answers = answers
        self._line = threading.Lock()

    def send(self, job: bytes, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        with alone(self._line, deadline), opened(self._address, deadline) as handle:
            if self._answers:
                status = _ask(handle, deadline).status
                if not status.ready:
                    raise DeviceError(status.reason)
            write_all(handle, job, deadline)
            if self._answers:
                _ask(handle, deadline)

    def status(self, timeout: float) -> PrinterStatus:
        """Never raises: what keeps us from asking is the reason it is not ready."""
        deadline = time.monotonic() + timeout
        try:
            with alone(self._line, deadline), opened(self._address, deadline) as handle:
                return _ask(handle, deadline).status if self._answers else PrinterStatus(ready=True)
        except DeviceError as error:
            return PrinterStatus(ready=False, reason=str(error))


def _ask(handle: int, deadline: float) -> HostStatus:
    write_all(handle, REQUEST, deadline)
    answer = b""
    while (status := parse_host_status(answer)) is None:
        if len(answer) > _ANSWER_LIMIT:
            raise DeviceError("what answers is not a ZPL printer")
        answer += read_some(handle, deadline)
    return status

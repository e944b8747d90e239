"""A receipt printer that speaks ESC/POS, on TCP 9100, a device file or a serial line; python-escpos makes its commands."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from drivers.contract import DeviceError, PrinterStatus
from drivers.printer.escpos_raster import raster_job
from drivers.printer.escpos_status import EVERYTHING, PROCESSED, read_processed, read_status
from drivers.printer.link import Address, alone, opened, parse_address, read_some, write_all
from drivers.printer.serial_link import SerialAddress, opened_serial, parse_serial

_ANSWER_LIMIT = 256
_LAST_WORDS = 0.25


class EscposPrinter:
    """Prints pictures and asks the printer how it is (`DLE EOT`) before, and whether it is done (`GS r`) after.

    Before: a printer without paper gets no job, so that a later retry does not print it twice. After: `GS r` waits its turn
    behind the picture, so its answer proves that the picture was printed, which TCP alone does not. `answers=False` is for
    printers that cannot speak; a job is then known only to have left.

    `width` is that of the print head in dots: 576 for paper of 80 mm, 384 for 58 mm. A picture that only fits lying down is
    turned. `cut`: cut the paper after every job.
    """

    accepts = "image/png"

    def __init__(  # noqa: PLR0913 - one option per setting of the printer
        self, *, name: str, url: str, width: int = 576, cut: bool = True, answers: bool = True, baud: int = 9600
    ) -> None:
        """Raises ValueError for a url that leads nowhere, and `DeviceError` where python-escpos is not installed."""
        if find_spec("escpos") is None:
            raise DeviceError("it needs python-escpos: pip install 'rl-station[escpos]'")
        self.name = name
        self._address: Address | SerialAddress = parse_serial(url, baud) or parse_address(url)
        self._width = width
        self._cut = cut
        self._answers = answers
        self._line = threading.Lock()

    def send(self, job: bytes, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        commands = raster_job(job, width=self._width, cut=self._cut)
        with alone(self._line, deadline), self._opened(deadline) as handle:
            if self._answers:
                status = _ask(handle, deadline)
                if not status.ready:
                    raise DeviceError(status.reason)
            write_all(handle, commands, deadline)
            if self._answers:
                _await_end(handle, deadline, timeout)

    def status(self, timeout: float) -> PrinterStatus:
        """Never raises: what keeps us from asking is the reason it is not ready."""
        deadline = time.monotonic() + timeout
        try:
            with alone(self._line, deadline), self._opened(deadline) as handle:
                return _ask(handle, deadline) if self._answers else PrinterStatus(ready=True)
        except DeviceError as error:
            return PrinterStatus(ready=False, reason=str(error))

    @contextmanager
    def _opened(self, deadline: float) -> Iterator[int]:
        way = opened_serial if isinstance(self._address, SerialAddress) else opened
        with way(self._address, deadline) as handle:  # type: ignore[arg-type]  # each way takes its own kind of address
            yield handle


def _ask(handle: int, deadline: float) -> PrinterStatus:
    write_all(handle, EVERYTHING, deadline)
    answer = b""
    while (status := read_status(answer)) is None:
        if len(answer) > _ANSWER_LIMIT:
            raise DeviceError("what answers is not an ESC/POS printer")
        answer += read_some(handle, deadline)
    return status


def _await_end(handle: int, deadline: float, timeout: float) -> None:
    """Wait until the printer has come to the end of the job; where it does not, let it say why while there is time."""
    write_all(handle, PROCESSED, deadline)
    try:
        while not read_processed(read_some(handle, deadline - timeout * _LAST_WORDS)):
            continue
    except DeviceError as stalled:
        status = _ask(handle, deadline)
        raise (stalled if status.ready else DeviceError(status.reason)) from stalled

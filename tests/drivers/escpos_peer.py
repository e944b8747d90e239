"""A receipt printer for tests: takes ESC/POS as printers do, prints on a picture, and answers what it is asked."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

from PIL import Image

HEALTHY = (0x12, 0x12, 0x12, 0x12)
"""The four real-time answers of a printer that is well (ESC/POS Command Reference, DLE EOT n)."""


class ReceiptPrinter:
    """One printer, over any number of connections. Questions in real time are answered at once, all else in its order."""

    def __init__(self, status: tuple[int, int, int, int] = HEALTHY, *, paper_dots: int = 100_000) -> None:
        self.status = status
        self.paper_dots = paper_dots
        self.strips: list[Image.Image] = []
        self.cuts = 0
        self.strange: list[bytes] = []
        self._buffer = b""

    def hear(self, data: bytes, say: Callable[[bytes], object]) -> None:
        """Bytes that arrive; answers go out through `say`."""
        self._buffer += data
        while (used := self._command(say)) > 0:
            self._buffer = self._buffer[used:]

    @property
    def label(self) -> Image.Image:
        """All that was printed, one strip below the other."""
        paper = Image.new(
            "1", (max(strip.width for strip in self.strips), sum(strip.height for strip in self.strips)), 1
        )
        top = 0
        for strip in self.strips:
            paper.paste(strip, (0, top))
            top += strip.height
        return paper

    def _command(self, say: Callable[[bytes], object]) -> int:  # noqa: PLR0911 - one for each command
        """Carry out the first command in the buffer; its length, or 0 while it is not complete."""
        data = self._buffer
        match data[:2]:
            case b"\x10\x04" if len(data) > 2:
                say(bytes([self.status[data[2] - 1]]))
                return 3
            case b"\x1b@":
                return 2
            case b"\x1bd" if len(data) > 2:
                return 3
            case b"\x1dV" if len(data) > 2:
                self.cuts += 1
                return 3
            case b"\x1dr" if len(data) > 2:
                if self.paper_dots < 0:
                    # Without paper nothing moves on: the question waits behind the label. Real-time ones do not.
                    return self._real_time_only(say)
                say(b"\x00")
                return 3
            case b"\x1dv":
                return self._raster()
        if data and data[:1] not in b"\x10\x1b\x1d":
            self.strange.append(data[:1])
            return 1
        return 0

    def _raster(self) -> int:
        """GS v 0 m xL xH yL yH: rows of bytes, a set bit is a black dot."""
        if len(self._buffer) < 8:
            return 0
        row, rows = int.from_bytes(self._buffer[4:6], "little"), int.from_bytes(self._buffer[6:8], "little")
        length = 8 + row * rows
        if len(self._buffer) < length:
            return 0
        dots = bytes(byte ^ 0xFF for byte in self._buffer[8:length])
        self.strips.append(Image.frombytes("1", (row * 8, rows), dots))
        self.paper_dots -= rows
        return length

    def _real_time_only(self, say: Callable[[bytes], object]) -> int:
        head, _, tail = self._buffer.partition(b"\x10\x04")
        if not tail:
            return 0
        say(bytes([self.status[tail[0] - 1]]))
        self._buffer = head + tail[1:]
        return self._real_time_only(say)


@contextmanager
def on_network(serve: Callable[[socket.socket], object]) -> Iterator[str]:
    """Serve one connection after the other in a thread until the end of the test; the address to print to."""
    stopped = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def accept() -> None:
            while not stopped.is_set():
                with suppress(OSError):
                    connection, _ = server.accept()
                    with connection:
                        serve(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        stopped.set()
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def serving(printer: ReceiptPrinter) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        while data := connection.recv(65536):
            printer.hear(data, connection.sendall)

    return serve


@contextmanager
def on_terminal(printer: ReceiptPrinter) -> Iterator[str]:
    """The printer at the far end of a pseudo terminal; the path of its near end."""
    master, slave = os.openpty()
    path = os.ttyname(slave)

    def run() -> None:
        # A device that nobody has open is no error here: our own end stays open.
        with suppress(OSError):
            while data := os.read(master, 4096):
                printer.hear(data, lambda answer: os.write(master, answer))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield path
    os.close(slave)
    thread.join(5)
    os.close(master)

"""A two-way line to a printer, over TCP or a device file, on which nothing ever waits past its deadline."""

from __future__ import annotations

import errno
import os
import select
import socket
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from drivers.contract import DeviceError

RAW_PORT = 9100
_CHUNK = 16_384
_PARTING_SECONDS = 0.25

_CLOSED = "the printer closed the connection"
_PHRASES = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: _CLOSED,
    errno.EPIPE: _CLOSED,
    errno.ETIMEDOUT: "stalled: no connection in time",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.ENOENT: "no such device",
    errno.ENXIO: "not connected",
    errno.ENODEV: "not connected",
    errno.EACCES: "permission denied",
    errno.EBUSY: "in use by another program",
}

Address = tuple[str, int] | str
"""Host and port, or the path of a device file."""


def parse_address(url: str) -> Address:
    """Where `tcp://host[:port]`, `file:///dev/usb/lp0` or a plain absolute path leads. Raises ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme == "tcp" and parts.hostname:
        return parts.hostname, parts.port or RAW_PORT
    if parts.scheme in ("", "file") and not parts.netloc and parts.path.startswith("/"):
        return parts.path
    raise ValueError(f"a printer is at tcp://HOST:PORT or a path such as /dev/usb/lp0, not at {url!r}")


@contextmanager
def opened(address: Address, deadline: float) -> Iterator[int]:
    """A non-blocking file descriptor to the printer. Raises DeviceError where it cannot be reached by `deadline` (monotonic)."""
    if isinstance(address, str):
        handle = _open_device(address)
        try:
            yield handle
        finally:
            os.close(handle)
        return
    with _connected(address, deadline) as connection:
        connection.setblocking(False)
        yield connection.fileno()
        _part(connection, deadline)


@contextmanager
def alone(line: threading.Lock, deadline: float) -> Iterator[None]:
    """One job at a time: most printers accept no second connection. Raises DeviceError where another has not ended by then."""
    if not line.acquire(timeout=max(0.0, deadline - time.monotonic())):
        raise DeviceError("busy with another job")
    try:
        yield
    finally:
        line.release()


def write_all(handle: int, data: bytes, deadline: float) -> None:
    """Raises DeviceError when the printer takes no more before `deadline`, or goes away."""
    rest = memoryview(data)
    while rest:
        _wait(handle, select.POLLOUT, deadline)
        with _spoken("lost while printing"), suppress(BlockingIOError):
            rest = rest[os.write(handle, rest[:_CHUNK]) :]


def read_some(handle: int, deadline: float) -> bytes:
    """What the printer says next. Raises DeviceError when it is silent until `deadline`, or goes away."""
    while True:
        _wait(handle, select.POLLIN, deadline)
        with _spoken("lost while printing"), suppress(BlockingIOError):
            data = os.read(handle, _CHUNK)
            if not data:
                raise DeviceError(_CLOSED)
            return data


def _wait(handle: int, event: int, deadline: float) -> None:
    poller = select.poll()
    poller.register(handle, event)
    remaining = deadline - time.monotonic()
    if remaining <= 0 or not poller.poll(remaining * 1000):
        fault = "does not answer" if event == select.POLLIN else "takes no data"
        raise DeviceError(f"stalled: the printer {fault}")


def _part(connection: socket.socket, deadline: float) -> None:
    """Hang up politely: closing on words we have not read would reset the line, and the printer could lose the job's end."""
    until = min(deadline, time.monotonic() + _PARTING_SECONDS)
    with suppress(OSError, DeviceError):
        connection.shutdown(socket.SHUT_WR)
        while True:
            read_some(connection.fileno(), until)


def _connected(address: tuple[str, int], deadline: float) -> socket.socket:
    """The first of the host's addresses that answers; all of them share the time."""
    with _spoken("unknown host"):
        candidates = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)
    failure = DeviceError("unknown host")
    for family, kind, protocol, _, target in candidates:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            connection.connect(target)
        except TimeoutError:
            connection.close()
            failure = DeviceError(_PHRASES[errno.ETIMEDOUT])
        except OSError as error:
            connection.close()
            failure = DeviceError(_words(error, "unreachable"))
        else:
            return connection
    raise failure


def _open_device(path: str) -> int:
    """Opened to hear answers where that is allowed, else only to write."""
    with _spoken("cannot open"):
        try:
            handle = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EINVAL):
                raise
            handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    if not stat.S_ISCHR(os.fstat(handle).st_mode):
        os.close(handle)
        raise DeviceError(f"{path} is not a device")
    return handle


@contextmanager
def _spoken(context: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DeviceError(_words(error, context)) from error


def _words(error: OSError, context: str) -> str:
    return _PHRASES.get(error.errno or 0) or f"{context}: {error.strerror or error}"

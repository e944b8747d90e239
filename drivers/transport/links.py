"""One open way to a device: a serial port, a TCP socket, or any URL pyserial knows. Opening says in words what went wrong."""

from __future__ import annotations

import errno
import os
import select
import socket
import termios
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

import serial

from drivers.discovery import PortMatch, find_port

CHUNK = 4096
_CONNECT_S = 3.0
_POLL_S = 0.1

_REASONS = {
    errno.ENOENT: "no such device",
    errno.ENODEV: "no such device",
    errno.ENXIO: "no such device",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EBUSY: "busy",
    errno.EAGAIN: "busy",
    errno.EISDIR: "not a serial port",
    errno.ENOTTY: "not a serial port",
    errno.ENOTDIR: "no such device",
    errno.ECONNREFUSED: "connection refused",
    errno.EHOSTUNREACH: "host unreachable",
    errno.ENETUNREACH: "network unreachable",
    errno.ETIMEDOUT: "no answer",
    errno.EIO: "unplugged",
    errno.EADDRINUSE: "address in use",
    errno.EADDRNOTAVAIL: "no such address on this machine",
}
_ABSENT = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR})


class LinkError(Exception):
    """The link could not be opened or was lost. `absent`: there is no such device at all.

    `waited`: the opener itself waits until another attempt is worth it, so that nobody else has to.
    """

    def __init__(self, reason: str, *, absent: bool = False, waited: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.absent = absent
        self.waited = waited


@dataclass(frozen=True, slots=True)
class PortSettings:
    """Where a device is and how it talks. `url`: a path such as `/dev/serial/by-id/...`, `socket://host:port`, `rfc2217://...`.

    With `match` the port is looked for with `find` instead, anew at every attempt. `baud` in bits per second. `parity`: N, E,
    O, M, S. Line settings mean nothing to a socket.
    """

    url: str
    baud: int = 9600
    bytesize: int = 8
    parity: str = "N"
    stopbits: float = 1
    rtscts: bool = False
    xonxoff: bool = False
    match: PortMatch | None = None
    find: Callable[[PortMatch], str | None] = find_port

    def where(self) -> str:
        """The path or URL to open now. Raises `LinkError` when nothing fits the match, or too much does."""
        if self.match is None:
            return self.url
        try:
            found = self.find(self.match)
        except ValueError as error:
            raise LinkError(str(error)) from error
        if found is None:
            raise LinkError(f"nothing plugged in has {self.match}", absent=True)
        return found


class Link(Protocol):
    """An open link. `descriptor` can be waited on; None means that `read` itself waits for a moment."""

    @property
    def descriptor(self) -> int | None: ...

    def read(self) -> bytes:
        """What is there now, empty for nothing yet. Raises `LinkError` when the device is gone."""
        ...

    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...


@runtime_checkable
class Movable(Protocol):
    """A link whose device may turn up elsewhere while the old one still pretends to be there."""

    def moved(self) -> bool: ...


def open_link(settings: PortSettings, stop: int) -> Link:
    """Open a link or raise `LinkError`. Readable `stop` (a descriptor) breaks off a slow connect."""
    url = settings.where()
    try:
        if url.startswith("socket://"):
            return SocketLink(_connect(url, stop))
        return SerialLink(_open_serial(url, settings), settings)
    except (OSError, ValueError) as error:
        # serial.SerialException is an OSError.
        raise explained(error) from error


def explained(error: Exception) -> LinkError:
    """The reason in a few words; pyserial hides the error number one or two exceptions down."""
    cause: BaseException | None = error
    while cause is not None:
        number = cause.args[0] if isinstance(cause, termios.error) else getattr(cause, "errno", None)
        if number in _REASONS:
            return LinkError(_REASONS[number], absent=number in _ABSENT)
        cause = cause.__cause__ or cause.__context__
    return LinkError(str(error))


class SerialLink:
    """A pyserial port. Opening one throws away what the driver had buffered: half a scan from before is worth nothing."""

    def __init__(self, port: serial.SerialBase, settings: PortSettings) -> None:
        self._port = port
        self._settings = settings
        self._descriptor: int | None = port.fileno() if isinstance(port, serial.Serial) else None

    @property
    def descriptor(self) -> int | None:
        return self._descriptor

    def read(self) -> bytes:
        try:
            if self._descriptor is None:
                waiting = int(getattr(self._port, "in_waiting", 0))
                return bytes(self._port.read(max(1, waiting)))
            data = os.read(self._descriptor, CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise explained(error) from error
        if not data:
            # Ready to read and nothing there is how Linux tells of a device that went away.
            raise LinkError("unplugged")
        return data

    def write(self, data: bytes) -> None:
        try:
            if self._descriptor is None:
                self._port.write(data)
            else:
                os.write(self._descriptor, data)
        except BlockingIOError:
            return
        except OSError as error:
            raise explained(error) from error

    def moved(self) -> bool:
        """Whether the name it was opened by leads to another device by now, as after a replug that nobody noticed."""
        if self._descriptor is None:
            return False
        try:
            return os.stat(self._settings.where()).st_rdev != os.fstat(self._descriptor).st_rdev
        except (LinkError, OSError):
            # Its name is gone or no longer its own; what is open may well be alive.
            return False

    def close(self) -> None:
        try:
            self._port.close()
        except OSError:
            # The device is gone already; there is nothing left to close.
            return


class SocketLink:
    """A TCP connection to a network scanner or a terminal server in raw mode."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    @property
    def descriptor(self) -> int | None:
        return self._socket.fileno()

    def read(self) -> bytes:
        try:
            data = self._socket.recv(CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkError("connection lost") from error
        if not data:
            raise LinkError("closed by the other side")
        return data

    def write(self, data: bytes) -> None:
        try:
            self._socket.send(data)
        except BlockingIOError:
            return
        except OSError as error:
            raise LinkError("connection lost") from error

    def close(self) -> None:
        self._socket.close()


def _open_serial(url: str, settings: PortSettings) -> serial.SerialBase:
    return serial.serial_for_url(
        url,
        baudrate=settings.baud,
        bytesize=settings.bytesize,
        parity=settings.parity,
        stopbits=settings.stopbits,
        rtscts=settings.rtscts,
        xonxoff=settings.xonxoff,
        timeout=_POLL_S,
        # pyserial's RFC 2217 client refuses to be opened with a write timeout.
        write_timeout=None if url.startswith("rfc2217://") else _CONNECT_S,
        # Two stations on one scanner would each get half of every code.
        exclusive=None if "://" in url else True,
    )


def host_and_port(url: str) -> tuple[str, int]:
    """Of `socket://host:port` or any such URL; an IPv6 address stands in brackets. Raises ValueError."""
    parts = urlsplit(url)
    if not parts.hostname or parts.port is None:
        raise ValueError(f"{url!r} has to look like {parts.scheme or 'socket'}://host:port")
    return parts.hostname, parts.port


def keep_alive(connection: socket.socket) -> None:
    """A scanner that loses power says nothing; keep-alive finds out within a minute."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 20)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)


def _connect(url: str, stop: int) -> socket.socket:
    host, port = host_and_port(url)
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    connecting = socket.socket(family, kind, protocol)
    try:
        connecting.setblocking(False)
        begun = connecting.connect_ex(address)
        if begun == errno.EINPROGRESS:
            stopped, connected, _ = select.select([stop], [connecting], [], _CONNECT_S)
            if stopped or not connected:
                raise TimeoutError(errno.ETIMEDOUT, "no answer")
            begun = connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if begun:
            raise OSError(begun, os.strerror(begun))
        keep_alive(connecting)
    except BaseException:
        connecting.close()
        raise
    return connecting

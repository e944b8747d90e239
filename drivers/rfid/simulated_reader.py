"""A reader imagined but for its network: it speaks LLRP over TCP as a real one does, and code decides what is in its field."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from itertools import count

from drivers.rfid.simulated_client import SimulatedClient
from drivers.rfid.simulated_field import KIND, Tag
from drivers.transport.io_thread import IO

_ANTENNA_EVENT = 255


class SimulatedReader:
    """A server for one client at a time, from `start` to `stop`. Its methods may be called from any thread.

    Every `interval_s` seconds each tag of the field is reported once. `port` 0 takes a free one, see `port` afterwards.
    """

    def __init__(
        self, *, host: str = "127.0.0.1", port: int = 0, antennas: int = 4, outputs: int = 4, interval_s: float = 0.1
    ) -> None:
        self.host, self.port = host, port
        self.antennas = antennas
        self.interval_s = interval_s
        self.connected = dict.fromkeys(range(1, antennas + 1), True)
        self.outputs = dict.fromkeys(range(1, outputs + 1), False)
        self._tags: tuple[Tag, ...] = ()
        self._numbers = count(1)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None
        self.client: SimulatedClient | None = None

    def start(self) -> None:
        """Listens once this returns. Raises OSError where the address cannot be had."""
        listening = socket.create_server((self.host, self.port))
        self.port = listening.getsockname()[1]
        self._loop = IO.acquire()
        asyncio.run_coroutine_threadsafe(self._open(listening), self._loop).result()

    def stop(self) -> None:
        """Hang up and close."""
        if self._loop is None:
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop = None
        IO.release()

    # --- the field ----------------------------------------------------------------------------------------------------

    def appear(
        self, epc: str, antenna: int = 1, rssi_cdbm: int = -4500, *, locked: bool = False, tid: str | None = None
    ) -> None:
        """A tag comes into the field, or moves in it. One with another `tid` is another tag, whatever its EPC."""

        def change() -> None:
            there = [tag for tag in self._tags if (tag.epc == epc.upper() if tid is None else tag.tid == tid.upper())]
            own = there[0].tid if there else f"{KIND}{next(self._numbers):016X}" if tid is None else tid.upper()
            fresh = Tag(epc.upper(), antenna, rssi_cdbm, locked, own)
            self._tags = (*(tag for tag in self._tags if tag not in there), fresh)

        self._soon(change)

    def leave(self, epc: str) -> None:
        """All tags that have this EPC."""

        def change() -> None:
            self._tags = tuple(tag for tag in self._tags if tag.epc != epc.upper())

        self._soon(change)

    def field(self) -> tuple[Tag, ...]:
        return self._tags

    def set_antenna(self, antenna: int, connected: bool) -> None:
        """Unplug an antenna, or plug it in again; the client is told."""

        def change() -> None:
            self.connected[antenna] = connected
            if self.client is not None:
                self.client.event(_ANTENNA_EVENT, struct.pack(">BH", connected, antenna))

        self._soon(change)

    def _soon(self, change: Callable[[], object]) -> None:
        if self._loop is None:
            change()
        else:
            self._loop.call_soon_threadsafe(change)

    # --- on the I/O thread --------------------------------------------------------------------------------------------

    async def _open(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SimulatedClient(self), sock=listening)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        if self.client is not None:
            self.client.hang_up()

    def visible(self, antennas: tuple[int, ...]) -> list[Tag]:
        """The tags that those antennas can see, all of them with 0."""
        wanted = {
            antenna for antenna, there in self.connected.items() if there and (0 in antennas or antenna in antennas)
        }
        return [tag for tag in self._tags if tag.antenna in wanted]

    def rewritten(self, before: Tag, after: Tag) -> None:
        self._tags = tuple(after if each is before else each for each in self._tags)

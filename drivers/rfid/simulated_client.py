"""One connection to a simulated reader: the greeting, an answer to every request, keepalives and reports."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from drivers.contract import DeviceError
from drivers.rfid import simulated_messages as says
from drivers.rfid.llrp.wire import HEADER, MessageType, WireError, kind_of, message
from drivers.rfid.simulated_field import Tag, read_words, write_words

_FIELD_ERROR = 101
_UNSUPPORTED = 109
_CONNECTION_ATTEMPT = 256
_ANOTHER_TRIED, _CLIENT_CALLED = 4, 2

# The answer to each request.
ANSWERS: dict[int, int] = {
    MessageType.GET_READER_CAPABILITIES: MessageType.GET_READER_CAPABILITIES_RESPONSE,
    MessageType.GET_READER_CONFIG: MessageType.GET_READER_CONFIG_RESPONSE,
    MessageType.SET_READER_CONFIG: MessageType.SET_READER_CONFIG_RESPONSE,
    MessageType.ADD_ROSPEC: MessageType.ADD_ROSPEC_RESPONSE,
    MessageType.DELETE_ROSPEC: MessageType.DELETE_ROSPEC_RESPONSE,
    MessageType.ENABLE_ROSPEC: MessageType.ENABLE_ROSPEC_RESPONSE,
    MessageType.ADD_ACCESSSPEC: MessageType.ADD_ACCESSSPEC_RESPONSE,
    MessageType.DELETE_ACCESSSPEC: MessageType.DELETE_ACCESSSPEC_RESPONSE,
    MessageType.ENABLE_ACCESSSPEC: MessageType.ENABLE_ACCESSSPEC_RESPONSE,
    MessageType.CLOSE_CONNECTION: MessageType.CLOSE_CONNECTION_RESPONSE,
}


class Room(Protocol):
    """What a client needs of its reader."""

    antennas: int
    interval_s: float
    connected: dict[int, bool]
    outputs: dict[int, bool]
    client: SimulatedClient | None

    def visible(self, antennas: tuple[int, ...]) -> list[Tag]: ...
    def rewritten(self, before: Tag, after: Tag) -> None: ...


class SimulatedClient(asyncio.Protocol):
    """One connection to the simulated reader."""

    def __init__(self, reader: Room) -> None:
        self._reader = reader
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._inventory: tuple[int, tuple[int, ...]] | None = None
        self._reading = False
        self._accesses: dict[int, says.Access] = {}
        self._enabled: set[int] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    # --- called by the loop -------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_server gives
        self._transport = transport
        if self._reader.client is not None:
            self._send(says.greeting(_CLIENT_CALLED, _now_us()))
            self._reader.client.event(_CONNECTION_ATTEMPT, struct.pack(">H", _ANOTHER_TRIED))
            transport.close()
            return
        self._reader.client = self
        self._send(says.greeting(0, _now_us()))

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        if self._reader.client is self:
            self._reader.client = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= HEADER.size:
            _, length, message_id = HEADER.unpack_from(self._buffer)
            if len(self._buffer) < length:
                return
            frame = bytes(self._buffer[:length])
            del self._buffer[:length]
            self._take(frame, message_id)

    # --- answers ------------------------------------------------------------------------------------------------------

    def _take(self, frame: bytes, message_id: int) -> None:
        kind = kind_of(frame)
        if kind in (MessageType.KEEPALIVE_ACK, MessageType.ENABLE_EVENTS_AND_REPORTS):
            return
        try:
            body = self._carried_out(kind, frame)
        except (DeviceError, WireError, ValueError, struct.error) as error:
            self._send(
                says.answer(
                    ANSWERS.get(kind, MessageType.ERROR_MESSAGE), message_id, code=_FIELD_ERROR, text=str(error)
                )
            )
            return
        if body is None:
            told = f"message type {kind}"
            self._send(says.answer(MessageType.ERROR_MESSAGE, message_id, code=_UNSUPPORTED, text=told))
            return
        self._send(says.answer(ANSWERS[kind], message_id, body))
        if kind == MessageType.CLOSE_CONNECTION:
            self.hang_up()

    def _carried_out(self, kind: int, frame: bytes) -> bytes | None:
        """What the answer holds beside its status; None for what is not understood. Raises for what cannot be done."""
        match kind:
            case MessageType.GET_READER_CAPABILITIES:
                return says.capabilities(self._reader.antennas, len(self._reader.outputs), "simulated")
            case MessageType.GET_READER_CONFIG:
                return says.antenna_properties(self._reader.connected.items())
            case MessageType.SET_READER_CONFIG:
                self._configure(frame)
            case MessageType.ADD_ROSPEC | MessageType.DELETE_ROSPEC | MessageType.ENABLE_ROSPEC:
                self._change_rospec(kind, frame)
            case MessageType.ADD_ACCESSSPEC | MessageType.DELETE_ACCESSSPEC | MessageType.ENABLE_ACCESSSPEC:
                self._change_access(kind, frame)
            case MessageType.CLOSE_CONNECTION:
                pass
            case _:
                return None
        return b""

    def _configure(self, frame: bytes) -> None:
        wanted = says.outputs(frame)
        if strange := wanted.keys() - self._reader.outputs.keys():
            raise DeviceError(f"no output {min(strange)}")
        self._reader.outputs.update(wanted)
        period = says.keepalive_ms(frame)
        if period is not None:
            self._every("keepalive", period / 1000, self._keep_alive)

    def _change_rospec(self, kind: int, frame: bytes) -> None:
        if kind == MessageType.ADD_ROSPEC:
            self._inventory = says.rospec(frame)
            return
        spec = says.number(frame)
        if kind == MessageType.DELETE_ROSPEC and spec == 0:
            self._inventory, self._reading = None, False
            return
        if self._inventory is None or spec != self._inventory[0]:
            raise DeviceError(f"no ROSpec {spec}")
        if kind == MessageType.DELETE_ROSPEC:
            self._inventory, self._reading = None, False
        else:
            self._reading = True
            self._every("report", self._reader.interval_s, self._report)

    def _change_access(self, kind: int, frame: bytes) -> None:
        if kind == MessageType.ADD_ACCESSSPEC:
            added = says.access(frame)
            self._accesses[added.spec] = added
            return
        spec = says.number(frame)
        if kind == MessageType.ENABLE_ACCESSSPEC:
            self._enabled.add(spec)
            return
        for each in list(self._accesses) if spec == 0 else [spec]:
            self._accesses.pop(each, None)
            self._enabled.discard(each)

    # --- on its own account -------------------------------------------------------------------------------------------

    def event(self, kind: int, body: bytes) -> None:
        self._send(says.event(kind, body, _now_us()))

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _keep_alive(self) -> None:
        self._send(message(MessageType.KEEPALIVE, 0))

    def _report(self) -> None:
        if self._inventory is None or not self._reading:
            return
        now = _now_us()
        tags = self._reader.visible(self._inventory[1])
        report = b"".join(says.seen(tag.epc, tag.antenna, tag.rssi_cdbm, now, self._accessed(tag)) for tag in tags)
        if report:
            self._send(message(MessageType.RO_ACCESS_REPORT, 0, report))

    def _accessed(self, tag: Tag) -> bytes:
        """Do to a tag what is waiting for it; the results."""
        for spec in list(self._accesses):
            access = self._accesses[spec]
            if spec in self._enabled and tag.has(access.bank, access.first, access.bits):
                self._count_down(access)
                return b"".join(self._result(tag, command) for command in access.commands)
        return b""

    def _count_down(self, access: says.Access) -> None:
        if access.times == 1:
            del self._accesses[access.spec]
            self._enabled.discard(access.spec)
        elif access.times:
            self._accesses[access.spec] = replace(access, times=access.times - 1)

    def _result(self, tag: Tag, command: says.Command) -> bytes:
        if command.data is None:
            return says.read_result(command.op, *read_words(tag, command.bank, command.first, command.words))
        code, after = write_words(tag, command.bank, command.first, command.data)
        self._reader.rewritten(tag, after)
        return says.write_result(command.op, code, 0 if code else command.words)

    def _every(self, what: str, seconds: float, action: Callable[[], None]) -> None:
        """Again and again until the connection ends; 0 seconds ends it too."""
        if (before := self._timers.pop(what, None)) is not None:
            before.cancel()
        if seconds <= 0:
            return

        def due() -> None:
            action()
            self._timers[what] = loop.call_later(seconds, due)

        loop = asyncio.get_running_loop()
        self._timers[what] = loop.call_later(seconds, due)

    def _send(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)


def _now_us() -> int:
    return time.time_ns() // 1000

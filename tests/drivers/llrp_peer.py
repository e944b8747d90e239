"""The other end of an LLRP connection, played by the test: it answers what it is told to, and any bytes can be sent between."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterable

from scanner_bench import PATIENCE_S, QUICK, Collector

from drivers.contract import DeviceState, ReaderEvent, TagRead, TagReads
from drivers.rfid import simulated_messages as says
from drivers.rfid.llrp.reader import LlrpReader
from drivers.rfid.llrp.wire import HEADER, MessageType, custom, kind_of, message, tlv, tv

ACCEPTED = (MessageType.DELETE_ROSPEC, MessageType.DELETE_ACCESSSPEC)
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
CAPABILITIES = says.capabilities(4, 2, "peer 1.0")
IMPINJ_CAPABILITIES = CAPABILITIES.replace(
    struct.pack(">HHII", 4, 1 << 14, 0, 1), struct.pack(">HHII", 4, 1 << 14, 25882, 700)
)


def now_us() -> int:
    return time.time_ns() // 1000


def epc(number: int) -> str:
    return f"30340000000000000{number:07X}"


def tag(number: int, *, seen_us: int | None = None, extra: bytes = b"") -> bytes:
    """TagReportData with what every reader reports."""
    stamp = tv(4, struct.pack(">Q", now_us() if seen_us is None else seen_us))
    fixed = tv(1, b"\x00\x01") + tv(6, b"\xd3") + stamp + tv(8, b"\x00\x01")
    return tlv(240, tv(13, bytes.fromhex(epc(number))) + fixed + extra)


def bare(number: int, *fields: bytes) -> bytes:
    """TagReportData with just these fields."""
    return tlv(240, tv(13, bytes.fromhex(epc(number))) + b"".join(fields))


def report(*tags: bytes) -> bytes:
    return message(MessageType.RO_ACCESS_REPORT, 0, b"".join(tags))


def reported(*numbers: int) -> bytes:
    return report(*(tag(number) for number in numbers))


def uptime_event(kind: int, body: bytes, uptime_us: int) -> bytes:
    stamp = tlv(129, struct.pack(">Q", uptime_us))
    return message(MessageType.READER_EVENT_NOTIFICATION, 0, tlv(246, stamp + tlv(kind, body)))


def impinj_rssi(cdbm: int) -> bytes:
    return custom(25882, 57, struct.pack(">h", cdbm))


def impinj_phase(phase: int) -> bytes:
    return custom(25882, 56, struct.pack(">H", phase))


class Peer:
    """A reader by hand. `accept` takes the next connection; `begin` answers everything until the inventory runs."""

    def __init__(self, port: int = 0) -> None:
        self._listening = socket.create_server(("127.0.0.1", port))
        self._listening.settimeout(PATIENCE_S)
        self.port = int(self._listening.getsockname()[1])
        self._socket: socket.socket | None = None
        self._buffer = b""
        self.requests: list[bytes] = []

    def accept(self) -> None:
        self.hang_up()
        self.take(self._listening.accept()[0])

    def take(self, connected: socket.socket) -> None:
        self._socket = connected
        self._socket.settimeout(PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self.requests = []

    def send(self, data: bytes) -> None:
        assert self._socket is not None
        self._socket.sendall(data)

    def drip(self, data: bytes) -> None:
        """One byte at a time."""
        for at in range(len(data)):
            self.send(data[at : at + 1])

    def greet(self, status: int = 0) -> None:
        self.send(says.greeting(status, now_us()))

    def next(self) -> bytes:
        """The next message of the client."""
        while True:
            if len(self._buffer) >= HEADER.size:
                length = HEADER.unpack_from(self._buffer)[1]
                if len(self._buffer) >= length:
                    frame, self._buffer = self._buffer[:length], self._buffer[length:]
                    self.requests.append(frame)
                    return frame
            assert self._socket is not None
            data = self._socket.recv(4096)
            assert data, "the client has hung up"
            self._buffer += data

    def until(self, kind: int) -> bytes:
        """Read on until a message of the type comes."""
        while kind_of(found := self.next()) != kind:
            pass
        return found

    def reply(self, request: bytes, body: bytes = b"", *, code: int = 0, text: str = "") -> bytes:
        """The answer to a request, not sent yet."""
        kind = kind_of(request)
        message_id = HEADER.unpack_from(request)[2]
        if kind == MessageType.CUSTOM_MESSAGE:
            status = tlv(287, struct.pack(">HH", code, 0))
            return message(kind, message_id, struct.pack(">IB", 25882, 22) + status)
        if kind == MessageType.GET_READER_CAPABILITIES:
            body = body or CAPABILITIES
        return says.answer(ANSWERS[kind], message_id, body, code=code, text=text)

    def answer(self, body: bytes = b"", *, code: int = 0, text: str = "") -> bytes:
        """Take the next request and say yes to it; the request."""
        request = self.next()
        self.send(self.reply(request, body, code=code, text=text))
        return request

    def setup(self, *, capabilities: bytes = CAPABILITIES, kept: bool = False) -> list[bytes]:
        """Everything from the greeting's answer to the running inventory; the requests."""
        begun = len(self.requests)
        while kind_of(request := self.next()) != MessageType.ENABLE_EVENTS_AND_REPORTS:
            kind = kind_of(request)
            if kind == MessageType.GET_READER_CAPABILITIES:
                self.send(self.reply(request, capabilities))
            elif kind == MessageType.DELETE_ROSPEC and not kept and says.number(request):
                self.send(self.reply(request, code=101, text="no such ROSpec"))
            else:
                self.send(self.reply(request))
        return self.requests[begun:]

    def begin(self, *, capabilities: bytes = CAPABILITIES, kept: bool = False) -> list[bytes]:
        self.accept()
        self.greet()
        return self.setup(capabilities=capabilities, kept=kept)

    def silent_for_now(self) -> bool:
        """Whether the client has sent nothing that was not read."""
        assert self._socket is not None
        self._socket.setblocking(False)
        try:
            return not self._buffer and not self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return not self._buffer
        finally:
            self._socket.settimeout(PATIENCE_S)

    def hung_up(self) -> bool:
        """Wait until the client has closed the connection."""
        assert self._socket is not None
        try:
            while self._socket.recv(4096):
                pass
        except ConnectionResetError:
            pass
        return True

    def hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def reset(self) -> None:
        """End the connection without a goodbye, as a reader that restarts does."""
        assert self._socket is not None
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.hang_up()

    def close(self) -> None:
        self.hang_up()
        self._listening.close()


class Heard(Collector):
    """What a tag reader's listener is told."""

    @property
    def reads(self) -> list[TagRead]:
        return [read for report in self.reports if isinstance(report, TagReads) for read in report.reads]

    @property
    def epcs(self) -> list[str]:
        return [read.epc for read in self.reads]

    @property
    def events(self) -> list[tuple[str, str]]:
        return [(report.code, report.detail) for report in self.reports if isinstance(report, ReaderEvent)]

    def wait_tags(self, numbers: Iterable[int]) -> list[TagRead]:
        """Wait until exactly these tags have been read, in this order."""
        expected = [epc(number) for number in numbers]
        self.wait(lambda it: len(it.reads) >= len(expected))  # type: ignore[attr-defined]  # Collector.wait hands on itself
        assert self.epcs == expected
        return self.reads

    def wait_event(self, code: str) -> str:
        self.wait(lambda it: any(code == each for each, _ in it.events))  # type: ignore[attr-defined]  # as above
        return next(detail for each, detail in self.events if each == code)

    def wait_reason(self, state: DeviceState, part: str) -> str:
        """Wait for a state whose reason has these words; the whole reason."""
        self.wait(lambda it: any(s is state and part in r for s, r in it.states))
        return next(r for s, r in self.states if s is state and part in r)


def reader_of(peer: Peer, **options: object) -> LlrpReader:
    make: Callable[..., LlrpReader] = LlrpReader
    return make(name="portal", host="127.0.0.1", port=peer.port, backoff=QUICK, **options)

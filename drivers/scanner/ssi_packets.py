"""Packets of Zebra's Simple Serial Interface, in and out. Pure.

`[length][opcode][source][status][data...][checksum, 2 bytes]`: the length counts everything before the checksum, the checksum
is the two's complement of the sum of those bytes, high byte first (Simple Serial Interface Programmer's Guide).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from drivers.framing import HEAD_LENGTH

HEADER = 4
CHECKSUM = 2
LONGEST = 255
SCANNER, HOST = 0, 4
RETRANSMIT, CONTINUATION = 0x01, 0x02


class Opcode(IntEnum):
    """What a packet is for, as far as we send it or understand it."""

    REQUEST_REVISION = 0xA3
    REPLY_REVISION = 0xA4
    ACK = 0xD0
    NAK = 0xD1
    BEEP = 0xE6
    LED_ON = 0xE7
    LED_OFF = 0xE8
    SCAN_ENABLE = 0xE9
    SCAN_DISABLE = 0xEA
    DECODE_DATA = 0xF3


RESEND = b"\x01"
"""The cause of a NAK: the checksum was wrong, send again."""

# What a scanner may begin a packet with; the others are replies and events that are acknowledged and left alone:
# SSI_MGMT, REPLY_ID, IMAGE_DATA, VIDEO_DATA, PARAM_SEND, CAPABILITIES_REPLY, EVENT.
_FROM_SCANNER = frozenset(
    {Opcode.DECODE_DATA, Opcode.ACK, Opcode.NAK, Opcode.REPLY_REVISION, 0x80, 0xA6, 0xB1, 0xB4, 0xC6, 0xD4, 0xF6}
)
_DECODED = bytes((Opcode.DECODE_DATA,))


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet without its length and checksum."""

    opcode: int
    data: bytes = b""
    status: int = 0
    source: int = HOST

    def encoded(self) -> bytes:
        """The bytes on the wire. Raises ValueError for data that do not fit one packet."""
        if HEADER + len(self.data) > LONGEST:
            raise ValueError(f"an SSI packet holds at most {LONGEST - HEADER} bytes of data")
        body = bytes((HEADER + len(self.data), self.opcode, self.source, self.status)) + self.data
        return body + checksum(body)

    def again(self) -> Packet:
        """The same, marked as sent before."""
        return replace(self, status=self.status | RETRANSMIT)

    @property
    def repeated(self) -> bool:
        return bool(self.status & RETRANSMIT)

    @property
    def continued(self) -> bool:
        """Whether more packets of the same code follow."""
        return bool(self.status & CONTINUATION)


@dataclass(frozen=True, slots=True)
class Broken:
    """A packet that came torn or changed. `repeated`: its header says that it was not sent for the first time."""

    length: int
    head: bytes
    repeated: bool


@dataclass(frozen=True, slots=True)
class Noise:
    """Bytes that are no packet at all, `head` the first of them."""

    length: int
    head: bytes


def checksum(body: bytes) -> bytes:
    """The two bytes behind `body`."""
    return (-sum(body) & 0xFFFF).to_bytes(2, "big")


class PacketReader:
    """Finds packets in what a scanner sends, and its footing again after noise."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._noise_length = 0
        self._noise_head = bytearray()

    @property
    def pending(self) -> bool:
        """Whether `silence` has something to end."""
        return bool(self._buffer or self._noise_length)

    def feed(self, data: bytes) -> list[Packet | Broken]:
        """Take bytes and give the packets they complete."""
        self._buffer += data
        found: list[Packet | Broken] = []
        start = 0
        while start < len(self._buffer):
            if not _may_begin(self._buffer[start : start + HEADER]):
                self._skip(self._buffer[start])
                start += 1
                continue
            end = start + self._buffer[start] + CHECKSUM
            if end > len(self._buffer):
                break
            found.append(_opened(bytes(self._buffer[start:end])))
            self._forget_noise()
            start = end
        del self._buffer[:start]
        return found

    def silence(self) -> list[Broken | Noise]:
        """Nothing came for as long as no packet pauses: half a packet is broken, and what was no packet is noise."""
        found: list[Broken | Noise] = []
        if len(self._buffer) == 1:
            # Any byte can be a length; alone it is no packet.
            self._skip(self._buffer.pop())
        if self._noise_length:
            found.append(Noise(self._noise_length, bytes(self._noise_head)))
        if self._buffer:
            found.append(_broken(bytes(self._buffer)))
        self.reset()
        return found

    def reset(self) -> None:
        """Forget what is pending, as after an unplug."""
        self._buffer.clear()
        self._forget_noise()

    def _skip(self, byte: int) -> None:
        # NUL is how either side wakes the other up.
        if byte:
            self._noise_length += 1
            if len(self._noise_head) < HEAD_LENGTH:
                self._noise_head.append(byte)

    def _forget_noise(self) -> None:
        self._noise_length = 0
        self._noise_head.clear()


def _may_begin(header: bytearray) -> bool:
    """Whether these first bytes, up to four of them, can be those of a scanner's packet."""
    return (
        header[0] >= HEADER
        and all(opcode in _FROM_SCANNER for opcode in header[1:2])
        and all(source == SCANNER for source in header[2:3])
        # A decoded code has a type and at least one character.
        and not (header[1:2] == _DECODED and header[0] < HEADER + 2)
    )


def _opened(raw: bytes) -> Packet | Broken:
    body, told = raw[:-CHECKSUM], raw[-CHECKSUM:]
    if checksum(body) != told:
        return _broken(raw)
    return Packet(body[1], body[HEADER:], body[3], body[2])


def _broken(raw: bytes) -> Broken:
    return Broken(len(raw), raw[:HEAD_LENGTH], len(raw) >= HEADER and bool(raw[3] & RETRANSMIT))

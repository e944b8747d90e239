"""What a simulated reader says, and how it reads what a client says to it. Written down here by hand, apart from any codec."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from drivers.rfid.llrp.wire import HEADER, MessageType, Parameter, message, parameters, tlv, tv

_STATUS, _ROSPEC, _AISPEC, _ACCESSSPEC, _KEEPALIVE, _GPO = 287, 177, 183, 207, 220, 219
_ACCESS_STOP, _ACCESS_COMMAND, _TAG_SPEC, _TARGET, _READ, _WRITE = 208, 209, 338, 339, 341, 342
_READ_RESULT, _WRITE_RESULT = 349, 350

_ACCESS_HEAD = struct.calcsize(">IHBBI")
_TARGET_HEAD = struct.calcsize(">BHH")
_COMMAND = struct.Struct(">HIBHH")


@dataclass(frozen=True, slots=True)
class Command:
    """One access command. `data` None: read so many `words`; else write it."""

    op: int
    bank: int
    first: int
    words: int
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """An AccessSpec: for tags that have `bits` (hex) in a bank from bit `first` on, so many `times`, 0 until it is deleted."""

    spec: int
    bank: int
    first: int
    bits: str
    times: int
    commands: tuple[Command, ...]


def greeting(status: int, now_us: int) -> bytes:
    return event(256, struct.pack(">H", status), now_us)


def event(kind: int, body: bytes, now_us: int) -> bytes:
    """A reader event of the kind, at that UTC."""
    stamp = tlv(128, struct.pack(">Q", now_us))
    return message(MessageType.READER_EVENT_NOTIFICATION, 0, tlv(246, stamp + tlv(kind, body)))


def answer(kind: int, message_id: int, body: bytes = b"", *, code: int = 0, text: str = "") -> bytes:
    """A response: LLRPStatus, then what belongs to it."""
    told = text.encode()
    status = tlv(_STATUS, struct.pack(">HH", code, len(told)) + told)
    return message(kind, message_id, status + body)


def capabilities(antennas: int, outputs: int, firmware: str) -> bytes:
    """GeneralDeviceCapabilities, and a table of powers from 10 to 30 dBm."""
    name = firmware.encode()
    protocols = b"".join(tlv(140, struct.pack(">HHB", antenna, 1, 1)) for antenna in range(1, antennas + 1))
    general = struct.pack(">HHIIH", antennas, 1 << 14, 0, 1, len(name)) + name
    general += tlv(139, struct.pack(">HH", 1, 0)) + tlv(141, struct.pack(">HH", 0, outputs)) + protocols
    llrp = struct.pack(">BBHIIIII", 0, 1, 0, 1, 1, 1, 8, 1)
    powers = b"".join(tlv(145, struct.pack(">HH", 1 + step, 1000 + 100 * step)) for step in range(21))
    mode = tlv(329, struct.pack(">IBBBBIIIII", 0, 0, 0, 0, 0, 40000, 1500, 25000, 25000, 0))
    frequencies = tlv(146, b"\x00" + tlv(148, struct.pack(">HI", 1, 865700)))
    band = tlv(144, powers + frequencies + tlv(328, mode))
    air = tlv(327, struct.pack(">BH", 0, 2))
    return tlv(137, general) + tlv(142, llrp) + tlv(143, struct.pack(">HH", 276, 2) + band) + air


def antenna_properties(antennas: Iterable[tuple[int, bool]]) -> bytes:
    return b"".join(tlv(221, struct.pack(">BHh", there << 7, antenna, 0)) for antenna, there in antennas)


def seen(epc: str, antenna: int, rssi_cdbm: int, seen_us: int, results: bytes = b"") -> bytes:
    """TagReportData."""
    data = bytes.fromhex(epc)
    name = tv(13, data) if len(data) == 12 else tlv(241, struct.pack(">H", len(data) * 8) + data)  # noqa: PLR2004 - EPC-96
    where = tv(1, struct.pack(">H", antenna)) + tv(6, struct.pack(">b", round(rssi_cdbm / 100)))
    return tlv(240, name + where + tv(4, struct.pack(">Q", seen_us)) + tv(8, struct.pack(">H", 1)) + results)


def read_result(op: int, code: int, words: bytes) -> bytes:
    return tlv(_READ_RESULT, struct.pack(">BHH", code, op, len(words) // 2) + words)


def write_result(op: int, code: int, words: int) -> bytes:
    return tlv(_WRITE_RESULT, struct.pack(">BHH", code, op, words))


# --- what a client says -----------------------------------------------------------------------------------------------


def number(frame: bytes) -> int:
    """The 32-bit number that is all a message holds: a ROSpecID or an AccessSpecID."""
    return int.from_bytes(frame[HEADER.size : HEADER.size + 4], "big")


def keepalive_ms(frame: bytes) -> int | None:
    """Of a SET_READER_CONFIG; None where it says nothing of keepalives."""
    for each in parameters(frame, HEADER.size + 1):
        if each.kind == _KEEPALIVE:
            kind, period = struct.unpack_from(">BI", frame, each.body)
            return period if kind else 0
    return None


def outputs(frame: bytes) -> dict[int, bool]:
    """What a SET_READER_CONFIG switches."""
    told = (struct.unpack_from(">HB", frame, e.body) for e in parameters(frame, HEADER.size + 1) if e.kind == _GPO)
    return {port: bool(data >> 7) for port, data in told}


def rospec(frame: bytes) -> tuple[int, tuple[int, ...]]:
    """Number and antennas of an ADD_ROSPEC; antenna 0 is all."""
    spec = _first(frame, HEADER.size, len(frame), _ROSPEC)
    ai = _first(frame, spec.body + 6, spec.end, _AISPEC)
    (count,) = struct.unpack_from(">H", frame, ai.body)
    antennas = struct.unpack_from(f">{count}H", frame, ai.body + 2)
    return int.from_bytes(frame[spec.body : spec.body + 4], "big"), antennas


def access(frame: bytes) -> Access:
    """Of an ADD_ACCESSSPEC."""
    spec = _first(frame, HEADER.size, len(frame), _ACCESSSPEC)
    command = _first(frame, spec.body + _ACCESS_HEAD, spec.end, _ACCESS_COMMAND)
    tag_spec = _first(frame, command.body, command.end, _TAG_SPEC)
    target = _first(frame, tag_spec.body, tag_spec.end, _TARGET)
    stop = _first(frame, spec.body + _ACCESS_HEAD, spec.end, _ACCESS_STOP)
    ends, times = struct.unpack_from(">BH", frame, stop.body)
    return Access(
        int.from_bytes(frame[spec.body : spec.body + 4], "big"),
        *_target(frame, target),
        times if ends else 0,
        tuple(_command(frame, e) for e in parameters(frame, command.body, command.end) if e.kind in (_READ, _WRITE)),
    )


def _target(frame: bytes, target: Parameter) -> tuple[int, int, str]:
    """Bank, first bit, bits."""
    bank, first, mask_bits = struct.unpack_from(">BHH", frame, target.body)
    at = target.body + _TARGET_HEAD + (mask_bits + 7) // 8
    (bits,) = struct.unpack_from(">H", frame, at)
    return bank >> 6, first, frame[at + 2 : at + 2 + bits // 8].hex().upper()


def _command(frame: bytes, each: Parameter) -> Command:
    op, _, bank, first, words = _COMMAND.unpack_from(frame, each.body)
    data = frame[each.body + _COMMAND.size : each.end] if each.kind == _WRITE else None
    return Command(op, bank >> 6, first, words, data)


def _first(frame: bytes, start: int, end: int, kind: int) -> Parameter:
    """Raises ValueError where there is none."""
    for each in parameters(frame, start, end):
        if each.kind == kind:
            return each
    raise ValueError(f"no parameter of type {kind}")

"""LLRP's binary shapes: message and parameter headers, written and walked. What they mean is the codec's. LLRP 1.1 section 17."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

HEADER = struct.Struct(">HII")
CUSTOM = 1023
IMPINJ = 25882

# Body lengths of the parameters that carry no length (LLRP 1.1 17.2.7 and 17.3).
TV_LENGTHS = {
    1: 2,
    2: 8,
    3: 8,
    4: 8,
    5: 8,
    6: 1,
    7: 2,
    8: 2,
    9: 4,
    10: 2,
    11: 2,
    12: 2,
    13: 12,
    14: 2,
    15: 2,
    16: 4,
    17: 2,
    18: 4,
    19: 2,
    20: 2,
}
_TLV = struct.Struct(">HH")
_FIRST_TLV = 128
_KIND_BITS = 0x3FF
_VERSION = 1 << 10


class MessageType(IntEnum):
    """The messages that are sent or heard here."""

    GET_READER_CAPABILITIES = 1
    GET_READER_CONFIG = 2
    SET_READER_CONFIG = 3
    CLOSE_CONNECTION_RESPONSE = 4
    GET_READER_CAPABILITIES_RESPONSE = 11
    GET_READER_CONFIG_RESPONSE = 12
    SET_READER_CONFIG_RESPONSE = 13
    CLOSE_CONNECTION = 14
    ADD_ROSPEC = 20
    DELETE_ROSPEC = 21
    ENABLE_ROSPEC = 24
    ADD_ROSPEC_RESPONSE = 30
    DELETE_ROSPEC_RESPONSE = 31
    ENABLE_ROSPEC_RESPONSE = 34
    ADD_ACCESSSPEC = 40
    DELETE_ACCESSSPEC = 41
    ENABLE_ACCESSSPEC = 42
    ADD_ACCESSSPEC_RESPONSE = 50
    DELETE_ACCESSSPEC_RESPONSE = 51
    ENABLE_ACCESSSPEC_RESPONSE = 52
    RO_ACCESS_REPORT = 61
    KEEPALIVE = 62
    READER_EVENT_NOTIFICATION = 63
    ENABLE_EVENTS_AND_REPORTS = 64
    KEEPALIVE_ACK = 72
    ERROR_MESSAGE = 100
    CUSTOM_MESSAGE = CUSTOM


class WireError(ValueError):
    """Bytes that are no LLRP. The message says what is wrong."""


class Parameter(NamedTuple):
    """Where a parameter stands: its whole extent, its body, and its type (`CUSTOM` for a vendor's)."""

    kind: int
    start: int
    body: int
    end: int


def message(kind: int, message_id: int, body: bytes = b"") -> bytes:
    """A whole message of protocol version 1."""
    return HEADER.pack(_VERSION | kind, HEADER.size + len(body), message_id) + body


def custom_message(vendor: int, subtype: int, message_id: int, body: bytes = b"") -> bytes:
    return message(CUSTOM, message_id, struct.pack(">IB", vendor, subtype) + body)


def tlv(kind: int, body: bytes = b"") -> bytes:
    """A parameter with a length."""
    return _TLV.pack(kind, _TLV.size + len(body)) + body


def tv(kind: int, body: bytes) -> bytes:
    """A parameter without a length; its type has to be one of `TV_LENGTHS`."""
    return bytes((0x80 | kind,)) + body


def custom(vendor: int, subtype: int, body: bytes = b"") -> bytes:
    return tlv(CUSTOM, struct.pack(">II", vendor, subtype) + body)


def kind_of(frame: bytes) -> int:
    """The type in a message's header."""
    return int.from_bytes(frame[:2], "big") & _KIND_BITS


def parameter_at(data: bytes | bytearray, start: int, available: int) -> Parameter | None:
    """The parameter that begins at `start`; None where less than its header is `available`. It may end after that.

    Raises `WireError` where no parameter begins.
    """
    if start >= available:
        return None
    first = data[start]
    if first & 0x80:
        length = TV_LENGTHS.get(first & 0x7F)
        if length is None:
            raise WireError(f"unknown parameter {first & 0x7F} without a length")
        return Parameter(first & 0x7F, start, start + 1, start + 1 + length)
    if first > _KIND_BITS >> 8:
        raise WireError(f"no parameter begins with {first:#04x}")
    if start + _TLV.size > available:
        return None
    kind, length = _TLV.unpack_from(data, start)
    if kind < _FIRST_TLV or length < _TLV.size:
        raise WireError(f"a parameter of type {kind} and length {length}")
    return Parameter(kind, start, start + _TLV.size, start + length)


def parameters(data: bytes | bytearray, start: int = 0, end: int | None = None) -> Iterator[Parameter]:
    """The parameters that fill data[start:end], one after the other. Raises `WireError` where they do not."""
    end = len(data) if end is None else end
    while start < end:
        found = parameter_at(data, start, end)
        if found is None or found.end > end:
            raise WireError("a parameter is longer than what it stands in")
        yield found
        start = found.end

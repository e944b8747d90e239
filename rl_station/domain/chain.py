"""The hash chain over a station's log, so that nobody can change, drop or reorder an event unnoticed.

Link n is SHA-256 over link n-1 (32 raw bytes; 32 zero bytes before the first event) followed by the envelope of event n. The
envelope is one JSON object in UTF-8 with exactly the keys of `Envelope` (`basis` only where there is one). Canonical form, at
every depth: keys sorted by code point, no white space, integers in plain decimal (`hlc` needs 64 bits), absent values `null`,
strings unescaped except `"` and backslash (by a backslash) and the control characters below U+0020 (backspace, tab, line feed,
form feed and carriage return as \\b \\t \\n \\f \\r, the others as \\u00xx in lower case). For these values that is RFC 8785
(JSON Canonicalization Scheme), apart from the size of integers. `event` and `source` go in as the canonical bytes that were
stored, so that a link can be checked without understanding the event.
"""

from __future__ import annotations

import hashlib

import msgspec

from rl_station.domain.events import Basis, Event
from rl_station.domain.scan import ScanSource

GENESIS = bytes(32)
"""What stands before the first event of a log."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the chain vouches for: where, when and by whom, the event with its schema version, the scan behind it.

    Its fields stand in the order of the canonical form, so that nobody has to sort them for each event. `basis` is what was
    known of other stations' work on the event's subjects (`events.Basis`); absent where that was nothing.
    """

    at: int
    basis: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    cause: int
    epoch: str
    event: msgspec.Raw
    hlc: int
    operator: str
    schema: int
    seq: int
    source: msgspec.Raw
    station: str


NULL = msgspec.Raw(b"null")
"""The source of an event that no scan caused."""

_sorting = msgspec.json.Encoder(order="sorted")
_encoder = msgspec.json.Encoder()


def canonical(value: Event | ScanSource | Basis) -> bytes:
    """The canonical JSON of an event (its class name under `type`), of a scan's source or of a basis."""
    return _sorting.encode(value)


def link(previous: bytes, envelope: Envelope) -> bytes:
    """The hash of an event: 32 bytes."""
    return hashlib.sha256(previous + _encoder.encode(envelope)).digest()

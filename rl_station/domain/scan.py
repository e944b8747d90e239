"""What a scan is: its raw bytes for ever, and every meaning that survives, best first."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class ScanKind(StrEnum):
    """What a code can stand for. The order of ranking is in `meaning.py`, not here."""

    COMMAND = "command"
    BADGE = "badge"
    BIN = "bin"
    CONTAINER = "container"
    PARCEL_PLATE = "parcel_plate"
    UNIT_PLATE = "unit_plate"
    UNIT_LABEL = "unit_label"
    RMA = "rma"
    ORDER = "order"
    TRACKING = "tracking"
    SSCC = "sscc"
    GTIN = "gtin"
    SERIAL = "serial"
    EPC = "epc"
    TEXT = "text"


class Meaning(msgspec.Struct, frozen=True):
    """One reading of a scan: kind, canonical value, and where it came from.

    `source` names the rule: `site`, `reference`, `gs1`, `digital_link`, `carrier:<courier>`, `gtin`, `text`.
    `attributes` holds what else the code said, by GS1 AI or name: `("21", "SN123")`, `("courier", "ups")`.
    """

    kind: ScanKind
    value: str
    source: str
    attributes: tuple[tuple[str, str], ...] = ()

    def attribute(self, name: str) -> str | None:
        return next((value for key, value in self.attributes if key == name), None)


class ScanSource(msgspec.Struct, frozen=True):
    """Where an input came from, kept with every event it caused.

    `raw` holds the bytes as Latin-1 text (code point = byte), so that any byte round-trips through JSON.
    """

    device: str
    raw: str
    symbology: str | None = None
    manual: bool = False

    @property
    def data(self) -> bytes:
        return self.raw.encode("latin-1")


class Scan(msgspec.Struct, frozen=True):
    """A scan with its meanings, best first. The last one is always the plain `TEXT` reading, if there is text."""

    source: ScanSource
    meanings: tuple[Meaning, ...]

    def first(self, *kinds: ScanKind) -> Meaning | None:
        """The best meaning of one of these kinds."""
        return next((meaning for meaning in self.meanings if meaning.kind in kinds), None)

    def every(self, *kinds: ScanKind) -> tuple[Meaning, ...]:
        return tuple(meaning for meaning in self.meanings if meaning.kind in kinds)


def shown(raw: str) -> str:
    """Raw scan text safe for a terminal: control characters by name, like `<GS>`."""
    return "".join(char if char.isprintable() else _named(char) for char in raw)


_CONTROL_NAMES = dict(
    enumerate(
        [
            "<NUL>",
            "<SOH>",
            "<STX>",
            "<ETX>",
            "<EOT>",
            "<ENQ>",
            "<ACK>",
            "<BEL>",
            "<BS>",
            "<HT>",
            "<LF>",
            "<VT>",
            "<FF>",
            "<CR>",
            "<SO>",
            "<SI>",
            "<DLE>",
            "<DC1>",
            "<DC2>",
            "<DC3>",
            "<DC4>",
            "<NAK>",
            "<SYN>",
            "<ETB>",
            "<CAN>",
            "<EM>",
            "<SUB>",
            "<ESC>",
            "<FS>",
            "<GS>",
            "<RS>",
            "<US>",
        ]
    )
)


def _named(char: str) -> str:
    return _CONTROL_NAMES.get(ord(char), f"<{ord(char):02X}>")

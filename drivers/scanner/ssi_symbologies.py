"""What an SSI bar code type byte says about the symbol, as an AIM symbology identifier (ISO/IEC 15424)."""

from __future__ import annotations

from collections.abc import Mapping

AIM_OF_TYPE: Mapping[int, str] = {
    0x01: "]A0",  # Code 39
    0x02: "]F0",  # Codabar
    0x03: "]C0",  # Code 128
    0x04: "]S0",  # Discrete 2 of 5
    0x05: "]R0",  # IATA 2 of 5
    0x06: "]I0",  # Interleaved 2 of 5
    0x07: "]G0",  # Code 93
    0x08: "]E0",  # UPC-A
    0x09: "]E0",  # UPC-E0
    0x0A: "]E4",  # EAN-8
    0x0B: "]E0",  # EAN-13
    0x0C: "]H0",  # Code 11
    0x0E: "]M0",  # MSI
    0x0F: "]C1",  # GS1-128
    0x11: "]L0",  # PDF417
    0x13: "]A4",  # Code 39 Full ASCII
    0x19: "]C0",  # ISBT 128
    0x25: "]U0",  # MaxiCode
    0x30: "]e0",  # GS1 DataBar
    0x31: "]e0",  # GS1 DataBar Limited
    0x32: "]e0",  # GS1 DataBar Expanded
    0x48: "]E3",  # UPC-A with two more digits
    0x4B: "]E3",  # EAN-13 with two
    0x88: "]E3",  # UPC-A with five
    0x8B: "]E3",  # EAN-13 with five
}
"""By SSI type (Simple Serial Interface Programmer's Guide, DECODE_DATA).

Data Matrix, QR and Aztec are not here: their type byte does not say whether the data are GS1 element strings, and the
identifier would.
"""

"""What an ESC/POS printer answers. Pure. Sources: ESC/POS Command Reference, DLE EOT (real-time status) and GS r (status)."""

from __future__ import annotations

from drivers.contract import PrinterStatus

EVERYTHING = b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"
"""Printer, cause of being offline, error and paper: four questions that are answered at once, whatever waits to be printed."""

PROCESSED = b"\x1dr\x01"
"""The paper sensor, told when everything sent before has been worked through."""

_QUESTIONS = 4

# Of every real-time answer: bit 1 and 4 set, bit 0 and 7 clear. Of GS r and ASB, bit 4 is not set that way.
_FIXED, _REAL_TIME = 0b1001_0011, 0b0001_0010
_ORDERED_FIXED, _ORDERED = 0b1001_0000, 0b0000_0000

# Worst first: the question by its place, the bits that mean it, and what to say.
_FAULTS = (
    (1, 0x04, "cover open"),
    (3, 0x60, "out of paper"),
    (1, 0x20, "out of paper"),
    (2, 0x08, "cutter jammed"),
    (2, 0x20, "broken: the printer needs service"),
    (2, 0x40, "waiting to recover: the print head is too hot or the cover was open"),
    (1, 0x08, "the paper is being fed by hand"),
    (1, 0x40, "printer error"),
    (0, 0x08, "offline"),
)
_PAPER_LOW = (3, 0x0C)


def read_status(answer: bytes) -> PrinterStatus | None:
    """What the answers to `EVERYTHING` say; None while they are not complete. Other bytes among them are passed over."""
    told = [byte for byte in answer if byte & _FIXED == _REAL_TIME][:_QUESTIONS]
    if len(told) < _QUESTIONS:
        return None
    for question, bits, reason in _FAULTS:
        if told[question] & bits:
            return PrinterStatus(ready=False, reason=reason)
    question, bits = _PAPER_LOW
    return PrinterStatus(ready=True, reason="paper nearly out" if told[question] & bits else "")


def read_processed(answer: bytes) -> bool:
    """Whether the answer to `PROCESSED` is among these bytes."""
    return any(byte & _ORDERED_FIXED == _ORDERED for byte in answer)

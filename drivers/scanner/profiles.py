"""What the scanners of a vendor do as they are delivered, on their serial interface. Every value can be overridden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypedDict

from drivers.framing import MAX_LENGTH, Framing, terminators_named


@dataclass(frozen=True, slots=True)
class Profile:
    """Line, framing and feedback of a scanner on a wire.

    `good` and `bad` are the bytes that make it beep or light up, as Latin-1 text; empty where it takes none.
    """

    baud: int = 9600
    bytesize: int = 8
    parity: str = "N"
    stopbits: float = 1
    rtscts: bool = False
    xonxoff: bool = False
    terminators: tuple[str, ...] = ("CR", "LF")
    idle_gap_ms: int = 0
    prefix: str = ""
    suffix: str = ""
    max_length: int = MAX_LENGTH
    stale_ms: int = 2000
    symbology_id: bool = False
    good: str = ""
    bad: str = ""

    def framing(self) -> Framing:
        """How its codes are told apart. Raises ValueError for settings that cannot be."""
        return Framing(
            terminators=terminators_named(self.terminators),
            idle_gap_ms=self.idle_gap_ms,
            prefix=self.prefix.encode("latin-1"),
            suffix=self.suffix.encode("latin-1"),
            max_length=self.max_length,
            stale_ms=self.stale_ms,
            symbology_id=self.symbology_id,
        )


class Overrides(TypedDict, total=False):
    """What can be set otherwise than the profile has it."""

    baud: int
    bytesize: int
    parity: str
    stopbits: float
    rtscts: bool
    xonxoff: bool
    terminators: tuple[str, ...]
    idle_gap_ms: int
    prefix: str
    suffix: str
    max_length: int
    stale_ms: int
    symbology_id: bool
    good: str
    bad: str


# Honeywell takes escape commands while its Host ACK is on (Xenon user's guide, Host Acknowledgment): ESC 7 as after a good
# read with beep and green light, ESC 8 as after a failed one, twice for an item that is not on file.
_HONEYWELL_GOOD, _HONEYWELL_BAD = "\x1b7,", "\x1b8,\x1b8,"
# Datalogic RS-232 host commands (Magellan product reference, Host Commands): SOH forces the good-read tone, F is the
# not-on-file tone; some models stop reading after F until they are enabled with E.
_DATALOGIC_GOOD, _DATALOGIC_BAD = "\x01", "FE"
# Zebra's simple serial host knows one: with Beep on BEL enabled, BEL tells of an error. Its own beep tells of a good read.
_ZEBRA_BAD = "\x07"

PROFILES: Mapping[str, Profile] = {
    "generic": Profile(),
    "zebra": Profile(symbology_id=True, bad=_ZEBRA_BAD),
    "honeywell": Profile(baud=115_200, symbology_id=True, good=_HONEYWELL_GOOD, bad=_HONEYWELL_BAD),
    "datalogic": Profile(symbology_id=True, good=_DATALOGIC_GOOD, bad=_DATALOGIC_BAD),
}
"""Vendors by name. AIM identifiers are expected where the vendor can send them; a code without one is read all the same."""


def profile(name: str, overrides: Overrides) -> Profile:
    """A vendor's profile with what is set otherwise. Raises ValueError naming the vendors, TypeError for an unknown setting."""
    if name not in PROFILES:
        raise ValueError(f"unknown profile {name!r}; valid: {', '.join(PROFILES)}")
    return replace(PROFILES[name], **overrides)

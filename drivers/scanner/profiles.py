"""What the scanners of a vendor do as they are delivered, on their serial interface. Every value can be overridden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypedDict

from drivers.framing import MAX_LENGTH, Framing, terminators_named


@dataclass(frozen=True, slots=True)
class Profile:
    """Line, framing and feedback of a scanner on a wire.

    `good` and `bad` are the bytes that make it beep, `light_good` and `light_bad` those that make it light up, as Latin-1 text;
    empty where it takes none. The light is sent right behind the beep.
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
    light_good: str = ""
    light_bad: str = ""

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
    light_good: str
    light_bad: str


# Honeywell takes escape commands, each ended by a comma, while its Host ACK is on: ESC 7 beeps as after a good read, ESC 8 is
# the error tone (the guide sends it twice for an item that is not on file), ESC 1 lights the green LED for 135 ms. There is none
# for a red light. Xenon XP 1950g User Guide, Host ACK and Host ACK Responses, pages 79 and 80.
_HONEYWELL_GOOD, _HONEYWELL_BAD, _HONEYWELL_LIGHT = "\x1b7,", "\x1b8,\x1b8,", "\x1b1,"
# Datalogic on a cord: SOH is the good-read tone whatever is configured, F the not-on-file tone, after which some models read
# nothing until they get E; there is no command for a light. Magellan 9800i and 800i Product Reference Guides, Host Commands;
# PowerScan 9600 Product Reference Guide, Appendix E.
_DATALOGIC_GOOD, _DATALOGIC_BAD = "\x01", "FE"


def _to_handheld(*sequences: str) -> str:
    """A message through Datalogic's base station: DC2, escape sequences, CR, at most 48 characters.

    3 good-read tone, 4 bad-transmission tone, 5 wait 100 ms, 6 and 7 green LED on and off. The base has to be set to ignore host
    commands. PowerScan 9600 and QuickScan QD24XX Product Reference Guides, Message Formatting, LED and Beeper Control.
    """
    return "\x12" + "".join(f"\x1b[{each}q" for each in sequences) + "\r"


# Zebra's simple serial host knows one command: BEL is a high beep, and none lights up. Its own beep tells of a good read, so BEL
# tells of a refused one. Symbol DS9808 and DS9208 Product Reference Guides, table 2-1, Beeper Definitions. That it has to be
# enabled as "Beep on <BEL>" was not verified against a guide.
_ZEBRA_BAD = "\x07"

PROFILES: Mapping[str, Profile] = {
    "generic": Profile(),
    "zebra": Profile(symbology_id=True, bad=_ZEBRA_BAD),
    "honeywell": Profile(
        baud=115_200, symbology_id=True, good=_HONEYWELL_GOOD, bad=_HONEYWELL_BAD, light_good=_HONEYWELL_LIGHT
    ),
    "datalogic": Profile(symbology_id=True, good=_DATALOGIC_GOOD, bad=_DATALOGIC_BAD),
    "datalogic-cordless": Profile(
        symbology_id=True,
        good=_to_handheld("3"),
        bad=_to_handheld("4"),
        light_good=_to_handheld("6", "5", "5", "5", "7"),
    ),
}
"""Vendors by name. AIM identifiers are expected where the vendor can send them; a code without one is read all the same."""


def profile(name: str, overrides: Overrides) -> Profile:
    """A vendor's profile with what is set otherwise. Raises ValueError naming the vendors, TypeError for an unknown setting."""
    if name not in PROFILES:
        raise ValueError(f"unknown profile {name!r}; valid: {', '.join(PROFILES)}")
    return replace(PROFILES[name], **overrides)

"""What the deciders say about a scan: which kind it is for people, its value safe to show, and why it is not wanted."""

from __future__ import annotations

from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import Scan, ScanKind, shown

SITE_KINDS = frozenset(
    {
        ScanKind.COMMAND,
        ScanKind.BADGE,
        ScanKind.BIN,
        ScanKind.CONTAINER,
        ScanKind.PARCEL_PLATE,
        ScanKind.UNIT_PLATE,
        ScanKind.UNIT_LABEL,
    }
)
"""Codes of our own, which are never anything else."""

LONGEST_KEY = 200
"""Characters; no identifier of a parcel or a unit is longer. A longer code is a document, not a name."""

_SHOWN_LENGTH = 48


def visible(value: str) -> str:
    """A scanned value as a parameter: control characters by name, cut to a line's length, never mistaken for a message code."""
    text = shown(value[: LONGEST_KEY + 1])
    text = f"'{text}'" if text.startswith("@") else text
    return text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + "…"


def kind_of(scan: Scan) -> ScanKind | None:
    """The best reading's kind, None for a scan that says nothing."""
    return scan.meanings[0].kind if scan.meanings else None


def unwanted(scan: Scan, wanted: str, *, blocking: bool = False) -> Refusal:
    """`That is a BIN. Scan a PARCEL.` `wanted` is the last part of a `kind.` code."""
    if not scan.meanings:
        return refuse("scan.unreadable", wanted=f"@kind.{wanted}")
    best = scan.meanings[0]
    return refuse(
        "scan.wrong_kind",
        blocking=blocking,
        seen=f"@kind.{best.kind.value}",
        value=visible(best.value),
        wanted=f"@kind.{wanted}",
    )


def own(scan: Scan, *kinds: ScanKind) -> str | None:
    """The value of the best reading, if it is one of these kinds of our own codes."""
    return scan.meanings[0].value if scan.meanings and scan.meanings[0].kind in kinds else None


def unit_plate(scan: Scan) -> str | None:
    """The plate of a unit, from its plate code or from its label."""
    found = scan.first(ScanKind.UNIT_PLATE)
    return found.value if found else None


def when(microseconds: int) -> int | str:
    """A moment as the parameter `when`, which i18n shows in local time; a dash where none is known."""
    return microseconds or "-"

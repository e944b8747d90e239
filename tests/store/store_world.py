"""What the store's tests share: a clock they set, a store in a folder, and a small returns centre's events."""

from __future__ import annotations

from pathlib import Path

from rl_station.domain import events as ev
from rl_station.domain import site_codes
from rl_station.domain.events import AnyEvent, Recorded
from rl_station.store import Store

HOUR = 3_600_000_000
NOON = 1_795_262_400_000_000
"""2026-11-21 12:00 UTC."""


class SetClock:
    """Says what it is told, and a millisecond more with every look."""

    def __init__(self, at: int = NOON) -> None:
        self.at = at

    def now(self) -> int:
        self.at += 1000
        return self.at


def open_store(folder: Path, clock: SetClock | None = None, **changes: object) -> Store:
    settings: dict[str, object] = {
        "station": "dock-01",
        "prefix": "D01",
        "clock": clock or SetClock(),
        "purpose": "live",
        "ballast": 0,
        **changes,
    }
    return Store.open(folder, **settings)


def parcel_plate(number: int) -> str:
    return site_codes.plate("P", "D01", number)


def unit_plate(number: int) -> str:
    return site_codes.plate("U", "D01", number)


def received(parcel: str, *keys: tuple[str, str], **more: object) -> ev.ParcelReceived:
    return ev.ParcelReceived(parcel=parcel, outcome="matched", client="acme", rmas=("RMA-1",), keys=keys, **more)


def identified(unit: str, parcel: str, **more: object) -> ev.UnitIdentified:
    return ev.UnitIdentified(unit=unit, parcel=parcel, match="expected", client="acme", sku="PHONE-1", **more)


def opened(container: str) -> ev.ContainerOpened:
    return ev.ContainerOpened(container=container, disposition="resell", client="acme", bin="A1")


def sorted_into(unit: str, container: str, previous: str = "") -> ev.UnitSorted:
    return ev.UnitSorted(unit=unit, container=container, disposition="resell", client="acme", previous=previous)


def undo(*recorded: Recorded) -> ev.CorrectionDeclared:
    """What the workflows declare when an input is taken back."""
    found = [ev.subjects(each.event) for each in recorded]
    parcels, units, containers = (tuple(dict.fromkeys(sum((each[i] for each in found), ()))) for i in range(3))
    return ev.CorrectionDeclared(
        corrects=tuple(each.seq for each in recorded),
        types=tuple(type(each.event).__name__ for each in recorded),
        parcels=parcels,
        units=units,
        containers=containers,
    )


def parcel_life(number: int) -> list[list[AnyEvent]]:
    """A parcel with one unit from the dock into a tote: the events of each input."""
    parcel, unit, tote = parcel_plate(number), unit_plate(number), f"TOTE{number % 7:04d}"
    return [
        [received(parcel, ("tracking", f"1Z{number:08d}"), ("rma", f"RMA-{number}"))],
        [ev.ParcelConditionNoted(parcel=parcel, condition="intact"), ev.ParcelHazardChecked(parcel=parcel)],
        [ev.ParcelPlateConfirmed(parcel=parcel, how="scanned"), ev.ParcelLaneAssigned(parcel=parcel, lane="L1")],
        [ev.ScanRefused(code="scan.unknown", params=(("shown", "é<GS>"),))],
        [ev.ParcelOpened(parcel=parcel, client="acme", rmas=(f"RMA-{number}",))],
        [identified(unit, parcel, serial=f"SN{number:06d}"), ev.UnitRecallChecked(unit=unit, parcel=parcel)],
        [ev.UnitGraded(unit=unit, parcel=parcel, functional="F2", cosmetic="C3", packaging="complete")],
        [
            ev.DispositionDecided(
                unit=unit,
                parcel=parcel,
                client="acme",
                disposition="resell",
                rule="good",
                reason="Good as new.",
                bin="A1",
                rules_version="r1",
            ),
            ev.LabelRequested(label="unit", unit=unit),
        ],
        [ev.UnitPlateConfirmed(unit=unit, parcel=parcel, how="scanned")],
        [ev.ParcelClosed(parcel=parcel, units=(unit,))],
        [ev.UnitPresented(unit=unit, disposition="resell", client="acme", bin="A1", known_by="store")],
        [opened(tote), sorted_into(unit, tote)],
    ]


def live(store: Store, *numbers: int) -> list[Recorded]:
    """Whole parcel lives, appended input by input."""
    done: list[Recorded] = []
    for number in numbers:
        for events in parcel_life(number):
            done.extend(store.append(events, operator="ada"))
    return done

"""What a worker scans, one scan after the other, with what the screen asks for next. `{parcel}` and `{unit}` are plates."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from station_bench import EXAMPLE, PRIYA, Station, command, tote


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan, and the instruction after it."""

    code: str
    then: str


def receive(tracking: str) -> tuple[Scan, ...]:
    return (
        Scan(command("RECEIVE"), "Scan a PARCEL"),
        Scan(tracking, "How does the PARCEL look outside?"),
        Scan(command("INTACT"), "Look, feel, smell: any DANGER?"),
        Scan(command("SAFE"), "Stick on the label, then scan PLATE {parcel}"),
        Scan("{parcel}", "Put parcel {parcel} on lane"),
    )


def sort(container: str) -> tuple[Scan, ...]:
    return (
        Scan(command("SORT"), "Scan a UNIT"),
        Scan("{unit}", "Scan the TOTE"),
        Scan(tote(container), f"{container}: "),
    )


SIGN_IN = (Scan(PRIYA, "Choose a TASK"),)

DRESS = (
    *receive("1ZR82A459151022556"),
    Scan(command("INSPECT"), "Scan a PARCEL"),
    Scan("{parcel}", "Scan a UNIT out of the parcel"),
    Scan("09522345000091", "Insects, mould, or body fluids?"),
    Scan(command("ANSWER1"), "In its original sealed bag, with all tags?"),
    Scan(command("OPENED"), "Brand label, stitching and care label as they should be?"),
    Scan(command("ANSWER1"), "Holes, pulled threads, broken zip or seams?"),
    Scan(command("ANSWER1"), "Washed or worn?"),
    Scan(command("ANSWER1"), "Stains, make-up, hair or smell?"),
    Scan(command("ANSWER1"), "Tags and bag?"),
    Scan(command("ANSWER1"), "Check the GRADE, then OK"),
    Scan(command("OK"), "Stick on the label, then scan PLATE {unit}"),
    Scan("{unit}", "All are here. DONE, or scan one more UNIT"),
    Scan(command("DONE"), "Scan a PARCEL"),
    *sort("TOTE0001"),
)
"""An announced parcel with one dress in it, tried on and sent back: to the rail."""

PHONE = (
    *receive("4361715212"),
    Scan(command("INSPECT"), "Scan a PARCEL"),
    Scan("{parcel}", "Scan a UNIT out of the parcel"),
    Scan("09521234000013", "Scan the SERIAL NUMBER"),
    Scan("990002295655912", "Is it hot, smoking or burning?"),
    Scan(command("ANSWER1"), "Is the battery swollen, or the case bulging?"),
    Scan(command("ANSWER1"), "Does it leak, smell sweet or sharp, or show corrosion?"),
    Scan(command("ANSWER1"), "Is the battery loose, pierced, crushed, wet, or are wires bare?"),
    Scan(command("ANSWER1"), "Does it switch on?"),
    Scan(command("ANSWER1"), "What does the first screen show?"),
    Scan(command("ANSWER1"), "Is a SIM, memory card or disc inside?"),
    Scan(command("ANSWER1"), "Is the box factory sealed?"),
    Scan(command("SEALED"), "Check the GRADE, then OK"),
    Scan(command("OK"), "Stick on the label, then scan PLATE {unit}"),
    Scan("{unit}", "All are here. DONE, or scan one more UNIT"),
    Scan(command("DONE"), "Scan a PARCEL"),
    *sort("TOTE0002"),
)
"""An announced parcel with a phone in it: battery, customer's data, serial number."""


class Walk:
    """Goes a course at a station, and knows the plates it was given on the way."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.parcel = self.unit = ""
        self.scanned: list[str] = []

    def go(self, scans: Sequence[Scan]) -> None:
        for _ in self.steps(scans):
            pass

    def steps(self, scans: Sequence[Scan]) -> Iterator[Scan]:
        """One scan at a time, each after the screen has answered the one before."""
        for scan in scans:
            code = self.named(scan.code)
            self.station.scanner.scan(code)
            self.scanned.append(code)
            # The plate is read off the screen, as the worker reads it off the label.
            self.station.wait_for(scan.then.partition("{")[0])
            if "PLATE {parcel}" in scan.then:
                self.parcel = self.station.plate("P")
            elif "PLATE {unit}" in scan.then:
                self.unit = self.station.plate("U")
            self.station.wait_for(self.named(scan.then))
            yield scan

    def named(self, text: str) -> str:
        return text.format(parcel=self.parcel, unit=self.unit)


def announced() -> list[str]:
    """Tracking numbers that one return each has."""
    with (EXAMPLE / "returns.csv").open(newline="") as file:
        rows = [(row["rma"], number) for row in csv.DictReader(file) for number in row["tracking"].split()]
    pairs = dict.fromkeys(rows)
    numbers = [number for _, number in pairs]
    return [number for number in numbers if numbers.count(number) == 1 and number.isalnum()]

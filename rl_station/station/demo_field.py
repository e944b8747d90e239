"""What lies before the demo's tag reader: the tags of the goods that the demo's hands move about."""

from __future__ import annotations

from collections.abc import Iterable

from rl_station.domain import events as e
from rl_station.settings import Site


class DemoField:
    """Watches what is recorded; `here` are the tags (EPC) that a reader at this station would see now."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._tags: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self.here: frozenset[str] = frozenset()

    def observe(self, event: e.Event, inside: Iterable[str]) -> None:
        """After one event; `inside` are the tags of what is in the parcel that is open."""
        match event:
            case e.ParcelReceived(rmas=rmas):
                self.here = frozenset(tag for rma in rmas for tag in self._announced(rma))
            case e.ParcelOpened():
                self.here = frozenset(inside)
            case e.ParcelLaneAssigned() | e.ParcelHeld() | e.ParcelClosed() | e.ParcelSetAside():
                self.here = frozenset()
            case e.UnitIdentified(unit=unit, epc=epc) | e.UnitTagFound(unit=unit, epc=epc) if epc:
                self._tags[unit] = epc
            case e.TagWritten(unit=unit, old=old, epc=epc):
                self._tags[unit] = epc
                self.here = frozenset(epc if tag == old else tag for tag in self.here)
            case e.UnitSorted(unit=unit, container=container):
                self._places[unit] = container
                self.here = self._in(container)
            case e.ContainerPresented(container=container):
                self.here = self._in(container)
            case e.ContainerShipped(container=container):
                self._places = {unit: place for unit, place in self._places.items() if place != container}
                self.here = frozenset()
            case _:
                pass

    def _announced(self, rma: str) -> Iterable[str]:
        found = self._site.reference.announced(rma)
        return [tag for line in found.lines for tag in line.epcs] if found else []

    def _in(self, container: str) -> frozenset[str]:
        units = [unit for unit, place in self._places.items() if place == container]
        return frozenset(self._tags[unit] for unit in units if unit in self._tags)

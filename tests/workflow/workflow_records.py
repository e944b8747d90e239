"""The read models of the returns centre of these tests: a projection of the log, held in memory."""

from __future__ import annotations

from msgspec.structs import replace

from rl_station.domain import events as e
from rl_station.domain.projections.troubles import unit_troubles
from rl_station.workflow.knowledge import ContainerRecord, HistoryLine, ParcelRecord, UnitRecord


class WorldRecords:
    """The read models, folded from a log; a correction folds them again without what it corrects."""

    def __init__(self) -> None:
        self.log: list[e.Recorded] = []
        self._clear()

    def _clear(self) -> None:
        self.parcels: dict[str, ParcelRecord] = {}
        self.keys: list[tuple[str, str, str]] = []
        self.units: dict[str, UnitRecord] = {}
        self.containers: dict[str, ContainerRecord] = {}

    def append(self, recorded: tuple[e.Recorded, ...]) -> None:
        self.log.extend(recorded)
        if any(isinstance(line.event, e.CorrectionDeclared) for line in recorded):
            self._clear()
            for line in self.standing():
                self._apply(line)
        else:
            for line in recorded:
                self._apply(line)

    def standing(self) -> list[e.Recorded]:
        gone = {seq for line in self.log if isinstance(line.event, e.CorrectionDeclared) for seq in line.event.corrects}
        return [line for line in self.log if line.seq not in gone]

    def _apply(self, line: e.Recorded) -> None:
        event = line.event
        if isinstance(event, e.ParcelReceived):
            self.parcels[event.parcel] = ParcelRecord(
                event.parcel,
                "receiving",
                event.client,
                event.rmas,
                outcome=event.outcome,
                received_at=line.at,
                station=line.station,
            )
            self.keys.extend((kind, value, event.parcel) for kind, value in event.keys)
        elif isinstance(event, e.ParcelOpened):
            known = self.parcels.get(event.parcel) or ParcelRecord(event.parcel, "opened")
            self.parcels[event.parcel] = replace(known, status="opened", client=event.client, rmas=event.rmas)
        else:
            self._apply_parcel(event)
            self._apply_unit(event)
            if isinstance(event, e.UnitGraded) and event.unit in self.units:
                self.units[event.unit] = replace(self.units[event.unit], graded_by=line.operator)
            for unit in [self.units[name] for name in e.subjects(event)[1] if name in self.units]:
                self.units[unit.unit] = replace(unit, troubles=unit_troubles(unit.troubles, line))
            self._apply_container(event)

    def _apply_parcel(self, event: e.Event) -> None:
        known = self.parcels.get(getattr(event, "parcel", ""))
        if known is None:
            return
        match event:
            case e.ParcelHazardChecked():
                known = replace(known, hazards=event.hazards)
            case e.ParcelHeld():
                known = replace(known, held=event.reason, status="held")
            case e.ParcelReleased():
                known = replace(known, held="", status="received" if known.lane else "receiving")
            case e.ParcelReassigned():
                known = replace(known, lane=event.lane)
            case e.ParcelLaneAssigned():
                known = replace(known, lane=event.lane, status="received")
            case e.ParcelClosed():
                known = replace(known, status="closed")
            case e.UnitIdentified():
                known = replace(known, units=(*known.units, event.unit))
        self.parcels[known.parcel] = known

    def _apply_unit(self, event: e.Event) -> None:
        if isinstance(event, e.UnitIdentified):
            names = ("client", "sku", "name", "category", "gtin", "serial", "rma", "line", "epc")
            fields = {name: getattr(event, name) for name in names}
            self.units[event.unit] = UnitRecord(event.unit, event.parcel, "identified", **fields)
        if isinstance(event, e.UnitSorted) or (isinstance(event, e.UnitPresented) and event.known_by == "label"):
            known = self.units.get(event.unit) or UnitRecord(event.unit, "", "decided")
            self.units[event.unit] = replace(known, disposition=event.disposition, client=event.client)
        self._apply_known_unit(event)

    def _apply_known_unit(self, event: e.Event) -> None:  # noqa: C901, PLR0912 - one short case for each event
        known = self.units.get(getattr(event, "unit", ""))
        if known is None:
            return
        known = recalled(known, event)
        match event:
            case e.UnitGraded():
                known = replace(known, functional=event.functional, cosmetic=event.cosmetic, packaging=event.packaging)
            case e.UnitSerialRead():
                known = replace(known, serial=event.serial)
            case e.UnitSwapSuspected() | e.TagMismatchResolved(verdict="swap"):
                known = replace(known, swap=True)
            case e.UnitTagFound() | e.TagWritten():
                known = replace(known, epc=event.epc)
            case e.DispositionDecided():
                known = replace(
                    known,
                    status="awaiting_approval" if event.approval else "decided",
                    disposition=event.disposition,
                    bin=event.bin,
                    reason=event.reason,
                    rule=event.rule,
                    approval=event.approval,
                    steps=event.steps,
                    outcome=event.outcome,
                    channel=event.channel,
                    travels=event.travels,
                    packs=event.packs,
                    held="",
                    held_from=(),
                )
            case e.UnitPutAside():
                known = replace(known, disposition="hold", bin=event.bin)
            case e.DispositionApproved() | e.DispositionOverridden():
                known = said_otherwise(known, event)
            case e.UnitHeld():
                before = (known.disposition, known.bin)
                out = taken_out(known, event)
                known = replace(out, disposition="hold", bin=event.bin, held=event.why, held_from=before)
            case e.UnitReleased():
                out = taken_out(known, event)
                known = replace(out, disposition=event.disposition, bin=event.bin, held="", held_from=())
            case e.RegradeBegun():
                known = replace(known, functional="", cosmetic="", packaging="")
            case e.UnitTakenUp():
                status = "rework" if event.work == "rework" else "awaiting_approval"
                known = replace(known, status=status, container="")
            case e.UnitSorted():
                known = replace(known, status="sorted", container=event.container)
        self.units[known.unit] = known

    def _apply_container(self, event: e.Event) -> None:
        self._take_out(getattr(event, "container_before", ""), getattr(event, "unit", ""))
        match event:
            case e.ContainerOpened():
                opened = ContainerRecord(event.container, "open", event.disposition, event.client, event.bin)
                self.containers[event.container] = opened
            case e.UnitSorted():
                for name in (event.container, event.previous):
                    if name in self.containers:
                        inside = [unit for unit in self.containers[name].units if unit != event.unit]
                        inside += [event.unit] if name == event.container else []
                        self.containers[name] = replace(self.containers[name], units=tuple(inside))
            case e.UnitTakenUp():
                self._take_out(event.previous, event.unit)
            case e.ContainerReopened() | e.ContainerClosed():
                status = "open" if isinstance(event, e.ContainerReopened) else "closed"
                self.containers[event.container] = replace(self.containers[event.container], status=status)
            case e.ContainersConsolidated():
                pallet = self.containers.get(event.container) or ContainerRecord(event.container, "closed")
                self.containers[event.container] = replace(pallet, contents=(*pallet.contents, *event.contents))
                for name in event.contents:
                    self.containers[name] = replace(
                        self.containers[name], status="consolidated", pallet=event.container
                    )
            case e.ContainerShipped():
                self._ship(event.container)

    def _take_out(self, container: str, unit: str) -> None:
        if container in self.containers:
            left = tuple(each for each in self.containers[container].units if each != unit)
            self.containers[container] = replace(self.containers[container], units=left)

    def _ship(self, name: str) -> None:
        shipped = self.containers[name]
        self.containers[name] = replace(shipped, status="shipped")
        for unit in shipped.units:
            self.units[unit] = replace(self.units[unit], status="shipped")
        for inner in shipped.contents:
            self._ship(inner)

    def parcel(self, plate: str) -> ParcelRecord | None:
        return self.parcels.get(plate)

    def parcels_by_key(self, kind: str, value: str) -> tuple[ParcelRecord, ...]:
        plates = dict.fromkeys(plate for k, v, plate in self.keys if (k, v) == (kind, value))
        return tuple(self.parcels[plate] for plate in plates)

    def unit(self, plate: str) -> UnitRecord | None:
        return self.units.get(plate)

    def units_by_serial(self, serial: str) -> tuple[UnitRecord, ...]:
        return tuple(unit for unit in self.units.values() if unit.serial == serial and serial)

    def units_by_epc(self, epc: str) -> tuple[UnitRecord, ...]:
        return tuple(unit for unit in self.units.values() if unit.epc == epc and epc)

    def returned_to_vendor(self, vendor: str, client: str, since: int, besides: str = "") -> int:
        decisions: dict[str, tuple[str, str, str, int]] = {}
        for line in self.standing():
            match line.event:
                case e.DispositionDecided() as event:
                    decisions[event.unit] = (event.vendor, event.client, event.disposition, line.at)
                case e.DispositionApproved() | e.DispositionOverridden() | e.UnitReleased() as event if (
                    event.unit in decisions
                ):
                    decisions[event.unit] = (*decisions[event.unit][:2], event.disposition, line.at)
                case e.UnitPutAside() | e.UnitHeld() as event if event.unit in decisions:
                    decisions[event.unit] = (*decisions[event.unit][:2], "hold", line.at)
        wanted = (vendor, client, "return_to_vendor")
        return sum(found[:3] == wanted and found[3] >= since for unit, found in decisions.items() if unit != besides)

    def unit_events(self, plate: str) -> tuple[e.AnyEvent, ...]:
        standing = (line.event for line in self.standing() if not isinstance(line.event, e.CorrectionDeclared))
        return tuple(event for event in standing if plate in e.subjects(event)[1])

    def inputs(self, seqs: tuple[int, ...]) -> tuple[e.Recorded, ...]:
        causes = {line.cause for line in self.log if line.seq in seqs}
        return tuple(line for line in self.standing() if line.cause in causes)

    def container(self, code: str) -> ContainerRecord | None:
        return self.containers.get(code)

    def history(
        self, *, parcel: str = "", unit: str = "", container: str = "", limit: int = 200
    ) -> tuple[HistoryLine, ...]:
        standing = {line.seq for line in self.standing()}
        wanted = [
            line
            for line in self.log
            if any(
                name and name in names
                for name, names in zip((parcel, unit, container), e.subjects(line.event), strict=True)
            )
        ]
        return tuple(
            HistoryLine(
                line.seq, line.at, line.operator, line.station, type(line.event).__name__, (), line.seq not in standing
            )
            for line in wanted[-limit:]
        )


def taken_out(
    known: UnitRecord, event: e.DispositionApproved | e.DispositionOverridden | e.UnitHeld | e.UnitReleased
) -> UnitRecord:
    status = "labelled" if known.status == "sorted" and event.container_before else known.status
    return replace(known, container="", status=status) if event.container_before else known


def said_otherwise(known: UnitRecord, event: e.DispositionApproved | e.DispositionOverridden) -> UnitRecord:
    """Somebody's word on a decision."""
    return replace(
        taken_out(known, event),
        status="decided",
        disposition=event.disposition,
        reason=f"@overruled.{event.why}" if event.why else known.reason,
        bin=event.bin,
        outcome=event.outcome,
        channel=event.channel,
        travels=event.travels,
        packs=event.packs,
        approval="",
        steps=event.steps,
        held="",
        held_from=(),
    )


def recalled(known: UnitRecord, event: e.Event) -> UnitRecord:
    """What recalls make of a unit."""
    match event:
        case e.UnitRecallChecked() | e.UnitRecallAnswered(verdict="affected"):
            return replace(known, recall=event.recall)
        case e.UnitRecalled():
            return replace(known, recall=event.recall, container="")
        case e.UnitRecallLifted():
            return replace(known, recall="", container="", status=known.status if event.graded else "rework")
        case _:
            return known

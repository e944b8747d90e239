"""The read models as the workflows and people see them: rows of the derived tables, joined where one depends on another."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import bindparam, select

from rl_station.domain.departures import left, shipped
from rl_station.domain.events import AnyEvent, CorrectionDeclared, Recorded
from rl_station.domain.projections import ParcelRow, UnitRow
from rl_station.store import facts, hlc, log, tables
from rl_station.store.database import Database, Params, prepare
from rl_station.store.rows import Rows
from rl_station.workflow.knowledge import ContainerRecord, HistoryLine, ParcelRecord, UnitRecord

_HISTORY = prepare(
    log.joined()
    .add_columns(tables.corrected.c.by)
    .join(tables.event_subject, tables.event_subject.c.seq == tables.event.c.seq)
    .outerjoin(tables.corrected, tables.corrected.c.seq == tables.event.c.seq)
    .where(tables.event_subject.c.kind == bindparam("kind"), tables.event_subject.c.subject == bindparam("subject"))
    .order_by(tables.event_subject.c.seq.desc())
    .limit(bindparam("limit"))
)
_STANDING = prepare(
    log.joined()
    .join(tables.event_subject, tables.event_subject.c.seq == tables.event.c.seq)
    .outerjoin(tables.corrected, tables.corrected.c.seq == tables.event.c.seq)
    .where(
        tables.event_subject.c.kind == "unit",
        tables.event_subject.c.subject == bindparam("unit"),
        tables.corrected.c.seq.is_(None),
        tables.event.c.type != CorrectionDeclared.__name__,
    )
    .order_by(tables.event_subject.c.seq)
)
_CORRECTED = prepare(select(tables.corrected.c.by).where(tables.corrected.c.seq == bindparam("seq")))


class StoreRecords:
    """Implements `knowledge.Records` over rows: the store's own, or these merged with what the centre says."""

    def __init__(self, database: Database, rows: Rows) -> None:
        self._database = database
        self._rows = rows

    def over(self, rows: Rows) -> StoreRecords:
        """The same log's histories, seen with other rows."""
        return StoreRecords(self._database, rows)

    def parcel(self, plate: str) -> ParcelRecord | None:
        row = self._rows.parcel(plate)
        return None if row is None else self._parcel_record(row)

    def parcels_by_key(self, kind: str, value: str) -> tuple[ParcelRecord, ...]:
        return tuple(self._parcel_record(row) for row in self._rows.parcels_by_key(kind, value))

    def unit(self, plate: str) -> UnitRecord | None:
        row = self._rows.unit(plate)
        return None if row is None else self._unit_record(row)

    def units_by_serial(self, serial: str) -> tuple[UnitRecord, ...]:
        return tuple(self._unit_record(row) for row in self._rows.units_by_serial(serial)) if serial else ()

    def units_by_epc(self, epc: str) -> tuple[UnitRecord, ...]:
        return tuple(self._unit_record(row) for row in self._rows.units_by_epc(epc)) if epc else ()

    def units_by_gtin(self, gtin: str) -> tuple[UnitRecord, ...]:
        """Oldest first, as in the next two."""
        return tuple(self._unit_record(row) for row in self._rows.units_by_gtin(gtin)) if gtin else ()

    def units_by_product(self, client: str, sku: str) -> tuple[UnitRecord, ...]:
        return tuple(self._unit_record(row) for row in self._rows.units_by_product(client, sku)) if sku else ()

    def units_recalled(self, reference: str) -> tuple[UnitRecord, ...]:
        """Those that were taken out for this recall, and still are."""
        return tuple(self._unit_record(row) for row in self._rows.units_recalled(reference)) if reference else ()

    def returned_to_vendor(self, vendor: str, client: str, since: int, besides: str = "") -> int:
        """See `knowledge.Records`."""
        found = self._rows.units_returned(vendor, client, hlc.since(since)) if vendor else []
        return sum(placed.id != besides for placed in found)

    def unit_events(self, plate: str) -> tuple[AnyEvent, ...]:
        found = self._database.rows(_STANDING, log.StoredEvent, {"unit": plate})
        return tuple(each.recorded().event for each in found)

    def inputs(self, seqs: tuple[int, ...]) -> tuple[Recorded, ...]:
        """What stands of the inputs that these events of the log's present life belong to, in order."""
        life = facts.epochs(self._database)[-1]
        causes = sorted(
            {each.cause for seq in set(seqs) for each in self._database.rows(log.ONE, log.StoredEvent, {"seq": seq})}
        )
        found = (each for cause in causes for each in self._input(cause) if each.seq >= life.sends_from)
        return tuple(each.recorded() for each in found)

    def _input(self, cause: int) -> Iterator[log.StoredEvent]:
        """The events of one input lie together, the first of them at its own seq."""
        for each in log.stored(self._database, since=cause - 1):
            if each.cause != cause:
                return
            if self._database.row(_CORRECTED, int, {"seq": each.seq}) is None:
                yield each

    def container(self, code: str) -> ContainerRecord | None:
        row = self._rows.container(code)
        if row is None:
            return None
        return ContainerRecord(
            container=code,
            status="shipped" if shipped(row, self._rows) else row.status,
            disposition=row.disposition,
            client=row.client,
            bin=row.bin,
            units=tuple(placed.id for placed in self._rows.units_inside(code, row.opened_seq)),
            contents=tuple(placed.id for placed in self._rows.contents(code, row.opened_seq)),
            pallet=row.pallet,
        )

    def history(
        self, *, parcel: str = "", unit: str = "", container: str = "", limit: int = 200
    ) -> tuple[HistoryLine, ...]:
        """The last `limit` events about any of these subjects, oldest first."""
        lines: dict[int, HistoryLine] = {}
        for kind, subject in (("parcel", parcel), ("unit", unit), ("container", container)):
            if subject:
                where: Params = {"kind": kind, "subject": subject, "limit": limit}
                lines.update((line.seq, line) for line in self._database.rows(_HISTORY, _line, where))
        return tuple(lines[seq] for seq in sorted(lines)[-limit:])

    def _parcel_record(self, row: ParcelRow) -> ParcelRecord:
        return ParcelRecord(
            parcel=row.parcel,
            status=row.status,
            client=row.client,
            rmas=row.rmas,
            lane=row.lane,
            outcome=row.outcome,
            condition=row.condition,
            hazards=row.hazards,
            held=row.held,
            received_at=row.received_at,
            received_by=row.received_by,
            station=row.station,
            units=tuple(placed.id for placed in self._rows.units_of(row.parcel)),
        )

    def _unit_record(self, row: UnitRow) -> UnitRecord:
        shown = {name: getattr(row, name) for name in UnitRecord.__struct_fields__}
        if row.status == "sorted" and left(row.container, row.placed_seq, self._rows):
            shown["status"] = "shipped"
        return UnitRecord(**shown)


def _line(*columns: object) -> HistoryLine:
    *event, corrected = columns
    recorded = log.StoredEvent(*event).recorded()  # type: ignore[arg-type]  # columns of the statement, in its order
    return history_line(recorded, corrected=corrected is not None)


def history_line(recorded: Recorded, *, corrected: bool = False) -> HistoryLine:
    """An event for people: its fields that say something, as text."""
    event = recorded.event
    fields = ((name, _shown(getattr(event, name))) for name in event.__struct_fields__)
    return HistoryLine(
        seq=recorded.seq,
        at=recorded.at,
        operator=recorded.operator,
        station=recorded.station,
        type=type(event).__name__,
        params=tuple((name, text) for name, text in fields if text),
        corrected=corrected,
    )


def _shown(value: object) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join("=".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in value)
    return str(value)

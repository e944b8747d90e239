"""What must be true of a site when all troubles have ended and everything has been sent: the promises, as functions.

The derived tables are compared with a plain fold of everything the centre has, written here anew: slow, and with nothing to keep
in step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import msgspec
from sim_centre import SITE, Centre
from sim_station import Machine
from sim_work import Novelty
from sim_world import DAY, HOUR, Violation, World

from rl_station.domain import chain
from rl_station.domain.events import (
    AnyEvent,
    Basis,
    CorrectionDeclared,
    DispositionOverridden,
    Event,
    Recorded,
    SecondLookTaken,
    TroubleSettled,
    UnitHeld,
    UnitReleased,
    subjects,
)
from rl_station.domain.projections import UnitRow, fold_container, fold_parcel, fold_unit, work_done
from rl_station.domain.sync_wire import Known, Sent, link

_event = msgspec.json.Decoder(AnyEvent)
_basis = msgspec.json.Decoder(Basis)
_known = msgspec.json.Decoder(Known)
_FOLDS: Mapping[str, Any] = {"parcel": fold_parcel, "unit": fold_unit, "container": fold_container}
_SUBJECTS = ("parcel", "unit", "container")
FIVE_MINUTES = 300_000_000
SUPERVISORS = (DispositionOverridden, UnitHeld, UnitReleased, TroubleSettled)
"""What may end a conflict."""


class Stream(NamedTuple):
    key: int
    station: str
    epoch: str
    starts: int
    parent: str
    reason: str
    base: bytes
    seq: int
    head: bytes


class Row(NamedTuple):
    stream: int
    seq: int
    at: int
    hlc: int
    cause: int
    operator: str
    schema: int
    body: bytes
    source: bytes | None
    basis: bytes | None
    hash: bytes
    form: str
    epoch: str

    def sent(self) -> Sent:
        return Sent(
            self.at,
            self.hlc,
            self.cause,
            self.operator,
            self.schema,
            self.body,
            self.source,
            self.basis,
            self.form,
            self.epoch,
            self.hash,
        )


class Contents:
    """Everything the centre has."""

    def __init__(self, centre: Centre) -> None:
        columns = ", ".join(("stream", *Stream._fields[1:]))
        self.streams = {row[0]: Stream(*row) for row in centre.rows(f"SELECT {columns} FROM stream")}  # noqa: S608
        columns = ", ".join(f'"{name}"' for name in Row._fields)
        self.rows = [Row(*row) for row in centre.rows(f"SELECT {columns} FROM event ORDER BY stream, seq")]  # noqa: S608
        self.hashes = {row.hash for row in self.rows}


def check(world: World, centre: Centre, machines: Sequence[Machine], acked: set[bytes]) -> None:
    """Raises Violation for the first promise that was not kept."""
    contents = Contents(centre)
    nothing_lost(machines, contents, acked)
    once_and_in_order(contents)
    nothing_invented(machines, contents)
    no_false_alarms(centre, machines, contents)
    plates_given_once(machines)
    rows_say_what_the_events_say(centre, contents)
    tasks_for_people(centre, contents)
    stations_say_what_the_centre_says(centre, contents, machines)
    logs_are_sound(world, machines)


def nothing_lost(machines: Sequence[Machine], contents: Contents, acked: set[bytes]) -> None:
    """What is on any disk is at the centre, and so is whatever the centre acknowledged and has not lost itself."""
    for machine in machines:
        missing = [seq for seq, link in enumerate(machine.memory.hashes, start=1) if link not in contents.hashes]
        _no(missing, f"{machine.name}: events {missing[:5]} of the log are not at the centre")
    _no(acked - contents.hashes, f"{len(acked - contents.hashes)} acknowledged events are not at the centre")


def once_and_in_order(contents: Contents) -> None:
    """Each stream is one unbroken chain, and no event stands in two."""
    by_stream: dict[int, list[Row]] = {key: [] for key in contents.streams}
    for row in contents.rows:
        by_stream[row.stream].append(row)
    for key, rows in by_stream.items():
        stream = contents.streams[key]
        last = stream.base if stream.starts > 1 else chain.GENESIS
        for seq, row in enumerate(rows, start=stream.starts):
            if row.seq != seq or link(last, stream.station, stream.epoch, seq, row.sent()) != row.hash:
                raise Violation(f"{stream.station}/{stream.epoch}: the chain breaks at {seq}")
            last = row.hash
        if rows and (rows[-1].seq, last) != (stream.seq, stream.head):
            raise Violation(f"{stream.station}/{stream.epoch}: the watermark is {stream.seq}, the events say otherwise")
    _stored_once(contents)


def _stored_once(contents: Contents) -> None:
    """Only what several copies of one log share, all of which were told apart from another, stands in the life of each."""
    places: dict[bytes, list[Row]] = {}
    for row in contents.rows:
        places.setdefault(row.hash, []).append(row)
    for rows in places.values():
        again = [row for row in rows[1:] if not (row.epoch and contents.streams[row.stream].reason == "forked")]
        if len(rows) > 1 and (again or not rows[0].epoch):
            raise Violation(f"event {rows[0].seq} of {contents.streams[rows[0].stream].epoch} is stored twice")


def no_false_alarms(centre: Centre, machines: Sequence[Machine], contents: Contents) -> None:
    """A fork needs two copies of a log, a restored server a restore."""
    copied = {machine.station for machine in machines if machine.blind}
    false = [
        stream for stream in contents.streams.values() if stream.reason == "forked" and stream.station not in copied
    ]
    _no(false, f"a fork of a log that nobody copied: {false[:1]}")
    alarms = centre.rows("SELECT count(*) FROM task WHERE kind = 'restored' AND subject_kind = 'server'")[0][0]
    if alarms > centre.restored:
        raise Violation(f"the server was restored {centre.restored} times, told were {alarms}")


def nothing_invented(machines: Sequence[Machine], contents: Contents) -> None:
    known = {link for machine in machines for link in (*machine.memory.hashes, *machine.memory.gone)}
    _no(contents.hashes - known, "the centre has events that no station ever wrote")


def plates_given_once(machines: Sequence[Machine]) -> None:
    for machine in machines:
        _no(machine.memory.repeated, f"{machine.name} gave plates again: {machine.memory.repeated[:3]}")


def logs_are_sound(world: World, machines: Sequence[Machine]) -> None:
    """One of the stations, by chance, for time's sake: chain, clock and its own derived tables."""
    machine = world.chance.choice(machines)
    if machine.store is not None and not machine.wrote_novelty:
        report = machine.store.check(projections=True)
        _no(report.problems, f"{machine.name}: {report.problems[:1]}")


# --- derived tables ---------------------------------------------------------------------------------------------------


class Fact(NamedTuple):
    """An event that the centre understands. `stands`: nobody took it back."""

    order: tuple[int, int, int]
    station: str
    epoch: str
    recorded: Recorded
    stands: bool


def rows_say_what_the_events_say(centre: Centre, contents: Contents) -> None:
    found = facts(contents)
    rows = {}
    for fact in found:
        if not fact.stands:
            continue
        recorded = msgspec.structs.replace(fact.recorded, seq=fact.recorded.hlc)
        if isinstance(recorded.event, CorrectionDeclared):
            continue
        for kind, ids in zip(_SUBJECTS, subjects(recorded.event), strict=True):
            for id_ in ids:
                rows[kind, id_] = _FOLDS[kind](rows.get((kind, id_)), id_, recorded)
    expected = {key: msgspec.json.decode(msgspec.json.encode(row)) for key, row in rows.items() if row is not None}
    stored = {(kind, key): msgspec.json.decode(_known.decode(value).row) for kind, key, value in _work_items(centre)}
    stored = {key: row for key, row in stored.items() if row is not None}
    for key in sorted(expected.keys() | stored.keys()):
        if expected.get(key) != stored.get(key):
            raise Violation(f"the centre's row of {key} is {stored.get(key)}, the events say {expected.get(key)}")
    work_is_counted(centre, found)
    second_looks_are_counted(centre, found)
    decided_units_are_counted(centre, rows.values())
    queues_and_troubles_are_found(centre, rows)


def stations_say_what_the_centre_says(centre: Centre, contents: Contents, machines: Sequence[Machine]) -> None:
    """The copy of the feed, and what a station makes of it with its own log, are the centre's rows."""
    closed = {row.hash for row in contents.rows if row.form != "plain"}
    for machine in machines:
        wrong = differences(centre, machine)
        _no(wrong, f"{machine.name} has other rows than the centre: {wrong[:2]}")
        if not closed.isdisjoint(machine.memory.hashes):
            continue  # it knows more of its own work than the centre could be told
        machine.look()
        for kind, key, value in _work_items(centre):
            merged = getattr(machine.rows, kind)(key)
            row = msgspec.json.decode(_known.decode(value).row)
            if msgspec.json.decode(msgspec.json.encode(merged)) != row and machine.known.said(kind, key):
                raise Violation(f"{machine.name} makes {merged} of {kind} {key}, the centre {row}")


def differences(centre: Centre, machine: Machine) -> list[str]:
    """Rows of the feed's copy that are not the centre's. Work that was finished a month ago may be left out of a copy."""
    month_ago = (centre.clock.now() - 30 * DAY) // 1000 << 16
    machine.known.refresh()
    copies: dict[str, dict[str, bytes | None]] = {kind: machine.known.every(kind) for kind in _SUBJECTS}
    wrong: list[str] = []
    for kind, key, value in _work_items(centre):
        copy = copies[kind].pop(key, None)
        if copy != value and not (copy is None and _known.decode(value).hlc < month_ago):
            wrong.append(f"{kind} {key}")
    wrong.extend(f"{kind} {key}" for kind in _SUBJECTS for key, value in copies[kind].items() if value is not None)
    return wrong


def _work_items(centre: Centre) -> list[tuple[str, str, bytes]]:
    return centre.rows(
        "SELECT kind, key, value FROM item WHERE NOT gone AND value IS NOT NULL AND kind IN ('parcel', 'unit', 'container')"
    )


def work_is_counted(centre: Centre, found: Sequence[Fact]) -> None:
    expected: Counter[tuple[object, ...]] = Counter()
    for fact in found:
        work = work_done(fact.recorded) if fact.stands else None
        if work is not None:
            expected[fact.recorded.at // FIVE_MINUTES, work.stage, fact.station, fact.recorded.operator] += 1
    stored = {row[:4]: row[4] for row in centre.rows("SELECT slot, stage, station, operator, count FROM work")}
    if stored != dict(expected):
        raise Violation(f"work is counted {stored}, the events say {dict(expected)}")


def second_looks_are_counted(centre: Centre, found: Sequence[Fact]) -> None:
    expected: Counter[tuple[object, ...]] = Counter()
    for fact in found:
        event = fact.recorded.event
        if fact.stands and isinstance(event, SecondLookTaken):
            expected.update((fact.recorded.at // DAY, event.inspector, *pair) for pair in event.pairs)
    rows = centre.rows('SELECT day, inspector, question, "first", "second", count FROM looked')
    stored = {row[:5]: row[5] for row in rows}
    if stored != dict(expected):
        raise Violation(f"second looks are counted {stored}, the events say {dict(expected)}")


def decided_units_are_counted(centre: Centre, rows: Iterable[Any]) -> None:
    """As they are in the end, each once."""
    expected: dict[tuple[object, ...], list[int]] = {}
    for row in rows:
        if isinstance(row, UnitRow) and row.decided_at and not row.approval:
            who = (row.decided_at // HOUR, row.decided_station, row.decided_by, row.client, row.category)
            sums = expected.setdefault((*who, row.functional, row.cosmetic, row.disposition, row.stated), [0] * 5)
            known = row.value > 0 and row.expected is not None
            adds = (1, row.value, row.value * known, (row.expected or 0) * known, int(known))
            sums[:] = [so_far + more for so_far, more in zip(sums, adds, strict=True)]
    stored = {
        row[:9]: list(row[9:])
        for row in centre.rows(
            "SELECT hour, station, operator, client, category, functional, cosmetic, disposition, reason,"
            " units, value, valued, expected, known FROM decided"
        )
    }
    if stored != expected:
        raise Violation(f"units are counted as decided {stored}, they are {expected}")


def queues_and_troubles_are_found(centre: Centre, rows: Mapping[tuple[str, str], Any]) -> None:
    """What the indexes find is what the rows say."""
    told = {key: row for key, row in rows.items() if row is not None}
    waiting = {(*key, row.queue, row.since) for key, row in told.items() if getattr(row, "queue", "")}
    found = set(centre.rows("SELECT kind, key, queue, since FROM item WHERE queue <> ''"))
    if waiting != found:
        raise Violation(f"there wait {waiting - found}, not {found - waiting}")
    troubled = {(*key, max(each.since for each in row.troubles)) for key, row in told.items() if row.troubles}
    found = set(centre.rows("SELECT kind, key, troubled FROM item WHERE troubled > 0"))
    if troubled != found:
        raise Violation(f"something is wrong with {troubled - found}, not with {found - troubled}")


def facts(contents: Contents) -> list[Fact]:
    """What the centre understands, in the order of the hybrid clock."""
    by_epoch = {(stream.station, stream.epoch): stream for stream in contents.streams.values()}
    understood = {(row.stream, row.seq): row for row in contents.rows if row.form == "plain" and _known_type(row.body)}
    taken_back = set(_taken_back(contents, by_epoch, understood))
    found: list[Fact] = []
    for (key, seq), row in understood.items():
        stream = contents.streams[key]
        recorded = Recorded(
            station=stream.station,
            epoch=row.epoch or stream.epoch,
            seq=seq,
            at=row.at,
            hlc=row.hlc,
            operator=row.operator,
            cause=row.cause,
            event=_event.decode(row.body),
            basis=() if row.basis is None else _basis.decode(row.basis),
        )
        stands = (key, seq) not in taken_back
        found.append(Fact((row.hlc, key, seq), stream.station, stream.epoch, recorded, stands))
    return sorted(found, key=lambda fact: fact.order)


def _known_type(body: bytes) -> bool:
    return msgspec.json.decode(body)["type"] != Novelty.__name__


def _taken_back(
    contents: Contents, by_epoch: Mapping[tuple[str, str], Stream], understood: Mapping[tuple[int, int], Row]
) -> Iterator[tuple[int, int]]:
    """A correction names seqs of the log it stands in; where that went on from another epoch, the older ones are there."""
    for (key, seq), row in understood.items():
        event = _event.decode(row.body)
        if not isinstance(event, CorrectionDeclared):
            continue
        for corrected in event.corrects:
            stream = contents.streams[key]
            while corrected < stream.starts:
                stream = by_epoch[stream.station, stream.parent]
            found = understood.get((stream.key, corrected))
            if corrected < seq and found is not None and not isinstance(_event.decode(found.body), CorrectionDeclared):
                yield stream.key, corrected


# --- tasks ------------------------------------------------------------------------------------------------------------


def tasks_for_people(centre: Centre, contents: Contents) -> None:
    """Every fork and every quarantined event is told to somebody, and every conflict that still stands, and no other."""
    tasks: Counter[str] = Counter(kind for (kind,) in centre.rows("SELECT kind FROM task"))
    forked = [stream for stream in contents.streams.values() if stream.reason == "forked"]
    if len(forked) > tasks["fork"]:
        raise Violation(f"{len(forked)} forks, {tasks['fork']} tasks")
    odd = {(row.stream, row.seq) for row in contents.rows if row.form != "plain" or not _known_type(row.body)}
    held = set(centre.rows("SELECT stream, seq FROM quarantined"))
    if odd != held:
        raise Violation(f"quarantined are {held}, should be {odd}")
    if held and not tasks["quarantine"]:
        raise Violation("nobody was told of quarantined events")
    crossed = set(_crossed(facts(contents)))
    there = "SELECT subject_kind, subject, settled FROM task WHERE kind = 'conflict'"
    tasks_there = centre.rows(f"{there} AND (resolved_at IS NULL OR settled <> '')")
    told = {row[:2] for row in tasks_there}
    if crossed != told:
        raise Violation(f"conflicts are {sorted(crossed - told)}, told were besides {sorted(told - crossed)}")
    words = {
        (f"{fact.order[1]}/{fact.order[2]}", kind, id_)
        for fact in facts(contents)
        if fact.stands and isinstance(fact.recorded.event, SUPERVISORS)
        for kind, ids in zip(_SUBJECTS, subjects(fact.recorded.event), strict=True)
        for id_ in ids
    }
    false = [row for row in tasks_there if row[2] and (row[2], *row[:2]) not in words]
    _no(false, f"conflicts are settled by what nobody says: {false}")


_DECISIONS = {
    "ParcelReceived": "receive",
    "ParcelHeld": "hold",
    "ParcelOpened": "open",
    "ParcelClosed": "open",
    "UnitIdentified": "identify",
    "DispositionDecided": "decide",
    "DispositionOverridden": "decide",
    "UnitSorted": "place",
    "UnitHeld": "set_aside",
    "UnitReleased": "set_aside",
}


def _crossed(found: Sequence[Fact]) -> Iterator[tuple[str, str]]:
    """Subjects on which two stations decided the same, neither knowing of the other."""
    decided: dict[tuple[str, str, str], list[Fact]] = {}
    for fact in found:
        what = _DECISIONS.get(type(fact.recorded.event).__name__)
        if what and fact.stands:
            kind = "unit" if what in ("identify", "decide", "place", "set_aside") else "parcel"
            decided.setdefault((kind, getattr(fact.recorded.event, kind), what), []).append(fact)
    for (kind, id_, _), decisions in decided.items():
        for one, other in combinations(decisions, 2):
            if one.station != other.station and not _knew(one, kind, id_, other) and not _knew(other, kind, id_, one):
                yield kind, id_


def _knew(one: Fact, kind: str, id_: str, other: Fact) -> bool:
    return any(
        (seen.kind, seen.id, seen.station, seen.epoch) == (kind, id_, other.station, other.epoch)
        and seen.seq >= other.recorded.seq
        for seen in one.recorded.basis
    )


def _no(wrong: Any, said: str) -> None:
    if wrong:
        raise Violation(said)


__all__ = ["SITE", "Contents", "Event", "check"]

"""Pushes against what the server has: stored once, in order, and every other past named for what it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace as log_with

import pytest
from asked_front import Centre
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec.structs import replace
from pushing import AT, SECOND, Log, traced
from sqlalchemy import delete, update

from rl_station.central import ingest, tables, turns
from rl_station.central.calls import Caller
from rl_station.domain import chain
from rl_station.domain.events import ParcelReceived
from rl_station.domain.sync_wire import Ack, Enrolment, Life, Push, Refused, Sent, link, receipt_text

DOCK = "dock-1"


@pytest.fixture
def centre(database_url: str) -> Iterator[Centre]:
    made = Centre(database_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def dock(centre: Centre) -> Enrolment:
    return centre.enrol(DOCK)


def stored(centre: Centre, token: str, push: Push) -> Ack:
    said = centre.send(token, push)
    assert isinstance(said, Ack), said
    return said


def refused(centre: Centre, token: str, push: Push) -> Refused:
    """Refused, and nothing of it stored."""
    before = centre.count(tables.event), centre.count(tables.stream)
    said = centre.send(token, push)
    assert isinstance(said, Refused), said
    assert (centre.count(tables.event), centre.count(tables.stream)) == before
    return said


def some(log: Log, count: int, start: int = 0) -> Push:
    return log.push([traced(start + number) for number in range(count)])


def test_who_gets_no_turn_is_asked_to_come_again_and_other_sites_go_on(
    centre: Centre, dock: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_S", 0.01)
    elsewhere = centre.enrol(DOCK, site="other").token
    push = some(Log(DOCK), 3)
    with centre.front.context.turns.of("main"):
        assert refused(centre, dock.token, push).code == "busy"
        assert stored(centre, elsewhere, push).stored == 3
    assert stored(centre, dock.token, push).stored == 3


# --- in order, once ---------------------------------------------------------------------------------------------------


def test_events_are_acknowledged_with_the_head_of_the_chain(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    push = some(log, 3)
    ack = stored(centre, dock.token, push)
    assert (ack.through, ack.head, ack.stored, ack.known) == (3, log.after(push).head, 3, 0)
    assert ack.incarnation == dock.incarnation


def test_a_push_sent_again_is_known_and_stored_once(centre: Centre, dock: Enrolment) -> None:
    push = some(Log(DOCK), 3)
    first = stored(centre, dock.token, push)
    again = stored(centre, dock.token, push)
    assert (again.through, again.head, again.stored, again.known) == (3, first.head, 0, 3)
    assert centre.count(tables.event) == 3


def test_an_overlap_is_known_and_only_the_rest_stored(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    stored(centre, dock.token, some(log, 3))
    ack = stored(centre, dock.token, some(log, 5))
    assert (ack.through, ack.stored, ack.known) == (5, 2, 3)
    assert centre.count(tables.event) == 5


def test_a_gap_is_answered_with_the_seq_that_is_wanted(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    stored(centre, dock.token, some(log, 2))
    ahead = log.after(some(log, 4))
    said = refused(centre, dock.token, some(ahead, 1))
    assert (said.code, said.epoch, said.expected) == ("gap", "epoch1", 3)


def test_a_log_whose_beginning_the_server_never_had_starts_over(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    said = refused(centre, dock.token, some(log.after(some(log, 4)), 1))
    assert (said.code, said.epoch, said.expected) == ("gap", "epoch1", 1)


def test_a_push_without_events_asks_how_far_the_server_is(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    assert stored(centre, dock.token, log.push([])).through == 0
    assert centre.count(tables.stream) == 0
    push = some(log, 2)
    stored(centre, dock.token, push)
    ack = stored(centre, dock.token, log.after(push).push([]))
    assert (ack.through, ack.head, ack.stored) == (2, log.after(push).head, 0)


def test_two_replicas_that_take_the_same_push_at_once_store_it_once(centre: Centre, dock: Enrolment) -> None:
    pushes = [some(Log(DOCK), count) for count in (40, 60, 50, 40)]
    answers: list[Ack | Refused] = []
    fronts = [centre.replica() for _ in pushes]

    def take(front, push):  # type: ignore[no-untyped-def]
        answers.append(ingest.take(front.context, Caller("main", DOCK), push))

    threads = [threading.Thread(target=take, args=(front, push)) for front, push in zip(fronts, pushes, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for front in fronts:
        front.context.engine.dispose()
    assert all(isinstance(answer, Ack) for answer in answers), answers
    assert centre.count(tables.event) == 60
    assert sum(answer.stored for answer in answers if isinstance(answer, Ack)) == 60


def test_an_acknowledgement_carries_the_servers_signature(centre: Centre, dock: Enrolment) -> None:
    ack = stored(centre, dock.token, some(Log(DOCK), 1))
    key = Ed25519PublicKey.from_public_bytes(dock.server_key)
    key.verify(ack.receipt, receipt_text("main", DOCK, ack))
    with pytest.raises(InvalidSignature):
        key.verify(ack.receipt, receipt_text("main", DOCK, replace(ack, through=2)))


def test_a_push_for_another_station_is_refused(centre: Centre, dock: Enrolment) -> None:
    centre.enrol("dock-2")
    said = refused(centre, dock.token, some(Log("dock-2"), 1))
    assert said.code == "wrong_station"


def test_stations_of_one_name_at_two_sites_do_not_meet(centre: Centre, dock: Enrolment) -> None:
    other = centre.enrol(DOCK, site="elsewhere")
    stored(centre, dock.token, some(Log(DOCK), 2))
    assert stored(centre, other.token, some(Log(DOCK), 3, start=7)).stored == 3
    assert centre.count(tables.stream) == 2


def test_the_clock_of_a_station_is_compared_with_ours(centre: Centre, dock: Enrolment) -> None:
    push = replace(some(Log(DOCK), 1), sent_at=AT + 365 * 86_400 * SECOND, waiting=12)
    stored(centre, dock.token, push)
    assert centre.column(tables.stream, "skew_us") == [365 * 86_400 * SECOND]
    assert centre.column(tables.stream, "waiting") == [12]
    assert centre.column(tables.station, "last_seen_at") == [AT]


# --- another past -----------------------------------------------------------------------------------------------------


def test_other_events_in_the_same_place_are_a_fork(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    begun = some(log, 3)
    stored(centre, dock.token, begun)
    stored(centre, dock.token, some(log.after(begun), 2, start=3))
    clone = some(log.after(begun), 4, start=100)
    said = refused(centre, dock.token, clone)
    assert (said.code, said.epoch, said.at) == ("forked", "epoch1", 4)


def test_a_past_that_differs_is_answered_with_what_the_server_has(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    mine = some(log, 20)
    stored(centre, dock.token, mine)
    common = some(log, 10)
    elsewhere = log.after(common).push([traced(900 + number) for number in range(10)])
    said = refused(centre, dock.token, some(log.after(common).after(elsewhere), 1))
    assert said.code == "mismatch"
    assert [(probe.seq, probe.hash) for probe in said.probes] == [
        (seq, hashes(mine)[seq]) for seq in (19, 18, 16, 12, 4)
    ]


def hashes(push: Push) -> dict[int, bytes]:
    """The hash at each seq of a push, and at the one before."""
    found = {push.first - 1: push.previous}
    for seq, sent in enumerate(push.events, push.first):
        found[seq] = link(found[seq - 1], push.station, push.life.epoch, seq, sent)
    return found


def in_life(push: Push, life: Life, first: int, previous: bytes) -> Push:
    """The events of a push, sent in another life from another place on."""
    moved = replace(push, life=life, first=first, previous=previous)
    return replace(moved, head=hashes(moved)[first + len(push.events) - 1])


def forked(centre: Centre, dock: Enrolment) -> tuple[Push, Push]:
    """A clone's push after its fork at seq 4, and the one that the server had there."""
    log = Log(DOCK)
    begun = some(log, 3)
    stored(centre, dock.token, begun)
    ours = some(log.after(begun), 2, start=3)
    stored(centre, dock.token, ours)
    there = log.after(begun)
    clone = [replace(there.sent(traced(50 + number), number), epoch="epoch1") for number in range(2)]
    push = in_life(there.push(clone), Life("epoch2", 4, "epoch1", "forked"), 4, there.head)
    return push, ours


def test_both_sides_of_a_fork_are_kept_and_shown(centre: Centre, dock: Enrolment) -> None:
    push, _ = forked(centre, dock)
    ack = stored(centre, dock.token, push)
    assert (ack.epoch, ack.through, ack.stored) == ("epoch2", 5, 2)
    assert centre.count(tables.event) == 7
    assert centre.tasks() == [("fork", "station", DOCK)]
    kept = centre.back(dock.token, epoch="epoch2", since="0")
    assert (kept.first, kept.previous, kept.events) == (4, push.previous, push.events)


def test_a_life_that_continues_what_the_server_does_not_have_waits_for_its_parent(
    centre: Centre, dock: Enrolment
) -> None:
    push, ours = forked(centre, dock)
    before = hashes(ours)
    said = refused(centre, dock.token, in_life(push, Life("epoch3", 4, "nobody", "forked"), 4, push.previous))
    assert (said.code, said.epoch, said.expected) == ("gap", "nobody", 1)
    said = refused(centre, dock.token, in_life(push, Life("epoch3", 9, "epoch1", "behind"), 9, push.previous))
    assert (said.code, said.epoch, said.expected) == ("gap", "epoch1", 6)
    said = refused(centre, dock.token, in_life(push, Life("epoch3", 6, "epoch1", "behind"), 6, b"\x07" * 32))
    assert said.code == "mismatch"
    assert [(probe.epoch, probe.seq) for probe in said.probes] == [("epoch1", 4), ("epoch1", 3), ("epoch1", 1)]
    assert said.probes[0].hash == before[4]
    assert stored(centre, dock.token, in_life(push, Life("epoch3", 6, "epoch1", "behind"), 6, before[5])).through == 7


def test_a_life_that_begins_anew_for_another_reason_is_a_task(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK, epoch="later")
    stored(centre, dock.token, replace(some(log, 1), life=Life("later", 1, "", "lost")))
    assert centre.tasks() == [("restored", "station", DOCK)]


# --- a restored server ------------------------------------------------------------------------------------------------


def test_a_server_that_was_restored_takes_another_incarnation_and_asks_for_the_rest(
    centre: Centre, dock: Enrolment
) -> None:
    log = Log(DOCK)
    begun = some(log, 3)
    stored(centre, dock.token, begun)
    log = log.after(begun)
    more = some(log, 4, start=3)
    ack = stored(centre, dock.token, more)
    with centre.engine.begin() as connection:
        connection.execute(delete(tables.event).where(tables.event.c.seq > 3))
        connection.execute(update(tables.stream).values(seq=3, head=log.head))
    after = log_with(log.after(more), acknowledged=ack.through, incarnation=ack.incarnation)
    said = refused(centre, dock.token, some(after, 1, start=7))
    assert (said.code, said.expected) == ("gap", 4)
    assert centre.tasks() == [("restored", "server", dock.incarnation)]
    again = stored(centre, dock.token, replace(more, acknowledged=3, incarnation=ack.incarnation))
    assert again.incarnation != dock.incarnation
    assert centre.tasks() == [("restored", "server", dock.incarnation)]


def test_a_server_that_lost_a_whole_station_notices_too(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    push = some(log, 3)
    ack = stored(centre, dock.token, push)
    with centre.engine.begin() as connection:
        for table in (tables.event, tables.stream, tables.subject_event):
            connection.execute(delete(table))
    after = log_with(log.after(push), incarnation=ack.incarnation)
    assert refused(centre, dock.token, some(after, 1)).code == "gap"
    assert stored(centre, dock.token, push).incarnation != ack.incarnation


def test_another_servers_acknowledgement_is_no_evidence(centre: Centre, dock: Enrolment) -> None:
    log = log_with(Log(DOCK), acknowledged=500, incarnation="another server")
    assert stored(centre, dock.token, some(log, 1)).incarnation == dock.incarnation
    assert centre.tasks() == []


# --- what nobody understands ------------------------------------------------------------------------------------------

LATER = b'{"colour":"blue","type":"ParcelPainted"}'
"""An event of a version to come."""


def test_an_event_of_a_later_version_is_stored_and_set_aside(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    ack = stored(centre, dock.token, log.push([traced(1), LATER, traced(2)]))
    assert (ack.stored, ack.quarantined) == (3, (2,))
    assert centre.tasks() == [("quarantine", "station", DOCK)]
    assert centre.back(dock.token, epoch="epoch1", since="1", limit="1").events[0].body == LATER


def test_a_later_schema_of_an_event_that_is_known_is_set_aside(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    ack = stored(centre, dock.token, log.push([replace(log.sent(traced(1)), schema=2)]))
    assert ack.quarantined == (1,)


def test_many_events_of_one_unknown_type_are_one_task(centre: Centre, dock: Enrolment) -> None:
    ack = stored(centre, dock.token, Log(DOCK).push([LATER] * 30))
    assert len(ack.quarantined) == 30
    assert len(centre.tasks()) == 1
    assert centre.count(tables.quarantined) == 30


def test_what_a_newer_version_understands_is_projected_at_its_start(
    centre: Centre, dock: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel = ParcelReceived(parcel="RLPABC0000011", outcome="blind")
    log = Log(DOCK)
    with monkeypatch.context() as older:
        older.setattr(ParcelReceived, "schema", 0)
        ack = stored(centre, dock.token, log.push([chain.canonical(parcel)]))
        assert ack.quarantined == (1,)
    assert centre.count(tables.item) == 0
    newer = centre.replica()
    newer.prepare()
    newer.context.engine.dispose()
    assert centre.column(tables.item, "key") == ["RLPABC0000011"]
    assert centre.count(tables.quarantined) == 0
    assert centre.tasks() == []
    assert centre.tasks(resolved=True) == [("quarantine", "station", DOCK)]


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b'{"kind":"x"}', b'{"type":""}', b'{"type":"A B"}', b"[" * 9000])
def test_what_is_no_event_in_any_version_is_refused_by_its_seq(centre: Centre, dock: Enrolment, body: bytes) -> None:
    said = refused(centre, dock.token, Log(DOCK).push([traced(1), body, traced(2)]))
    assert (said.code, said.at) == ("bad_event", 2)


def test_a_bad_event_goes_in_sealed_and_is_a_task(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    sealed = replace(log.sent(b"{", 1), form="sealed")
    push = log.push([traced(1), sealed])
    ack = stored(centre, dock.token, push)
    assert (ack.head, ack.quarantined) == (log.after(push).head, (2,))
    assert centre.tasks() == [("quarantine", "event", f"{DOCK}/epoch1/2")]


def withheld(log: Log) -> Sent:
    """Only the hash of the first event of a log."""
    hash_ = log.after(some(log, 1)).head
    return replace(log.sent(b""), form="withheld", operator="", hash=hash_)


def test_an_event_may_be_withheld_but_for_its_hash(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    ack = stored(centre, dock.token, replace(log.push([]), events=(withheld(log),), head=withheld(log).hash))
    assert (ack.head, ack.quarantined) == (withheld(log).hash, (1,))
    assert stored(centre, dock.token, some(log.after(some(log, 1)), 1, start=1)).through == 2
    assert centre.back(dock.token, epoch="epoch1", since="0").events[0] == withheld(log)


def test_a_withheld_event_that_arrives_in_full_takes_its_place(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    parcel = log.push([ParcelReceived(parcel="RLPABC0000011", outcome="blind")])
    closed = replace(withheld(log), hash=parcel.head)
    stored(centre, dock.token, replace(parcel, events=(closed,)))
    assert centre.count(tables.item) == 0
    ack = stored(centre, dock.token, parcel)
    assert (ack.stored, ack.known) == (0, 1)
    assert centre.back(dock.token, epoch="epoch1", since="0").events == parcel.events
    assert centre.count(tables.quarantined) == 0
    assert centre.column(tables.item, "key") == ["RLPABC0000011"]
    assert centre.tasks() == []


def test_what_changed_on_the_way_is_noticed_at_the_door(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    push = some(log, 3)
    changed = replace(push.events[1], operator="pryia")
    said = refused(centre, dock.token, replace(push, events=(push.events[0], changed, push.events[2])))
    assert (said.code, said.at) == ("bad_event", 0)
    one = some(log, 1)
    said = refused(centre, dock.token, replace(one, events=(replace(one.events[0], operator="pryia"),)))
    assert (said.code, said.at) == ("bad_event", 1)


# --- back -------------------------------------------------------------------------------------------------------------


def test_a_station_gets_its_own_events_back_as_it_sent_them(centre: Centre, dock: Enrolment) -> None:
    log = Log(DOCK)
    push = some(log, 7)
    stored(centre, dock.token, push)
    assert centre.back(dock.token).lives == (push.life,)
    page = centre.back(dock.token, epoch="epoch1", since="0", limit="4")
    rest = centre.back(dock.token, epoch="epoch1", since="4")
    assert page.events + rest.events == push.events
    assert (page.first, page.previous, rest.first, rest.through) == (1, chain.GENESIS, 5, 7)
    assert rest.previous == hashes(push)[4]
    assert centre.back(dock.token, epoch="epoch1", since="7").events == ()


def test_nobody_gets_another_stations_events(centre: Centre, dock: Enrolment) -> None:
    stored(centre, dock.token, some(Log(DOCK), 2))
    other = centre.enrol("dock-2")
    assert centre.back(other.token).lives == ()
    assert centre.ask("GET", "/v1/events", other.token, epoch="epoch1").status == 400

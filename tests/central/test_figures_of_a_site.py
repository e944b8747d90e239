"""What supervisors are told of a whole site over HTTP: figures, what waits, what is wrong, and what is behind each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from asked_front import Centre
from projecting_world import NOON, SITE, Writer, store
from pushing import Log
from sqlalchemy import Connection, select

from rl_station.central import identity, supervising, tables
from rl_station.central.calls import Request
from rl_station.central.database import reading, transaction
from rl_station.central.projecting import project
from rl_station.central.tallies import key_of
from rl_station.domain import events as ev
from rl_station.domain.kpi import NO_CODE, Figures, Recovery, Subject, Trouble, Waiting
from rl_station.domain.sync_wire import Ack

MINUTE = 60_000_000
HOUR = 60 * MINUTE
SETTINGS = """
timezone = "Europe/Berlin"

[[shifts]]
name = "early"
begins = "06:00"
ends = "14:00"

[targets]
sorted = 40

[sla]
hours = 48

[sla.clients]
acme = 1
"""


class Site:
    """A site with a dock, a bench and a sort desk, and a reader of its figures."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.reader = identity.new_reader(centre.front.context, SITE, "desk")
        self.dock, self.bench, self.desk = Writer("dock-01"), Writer("bench-01"), Writer("sort-01")
        self.sent: dict[str, int] = {}

    def arrive(self) -> None:
        """Everything that has been written since."""
        for writer in (self.dock, self.bench, self.desk):
            new = writer.log[self.sent.get(writer.name, 0) :]
            self.sent[writer.name] = len(writer.log)

            def take(connection: Connection, writer: Writer = writer, new: list[Any] = new) -> None:
                store(connection, writer, new)
                project(connection, SITE, new, NOON)

            transaction(self.centre.engine, take)

    def ask(self, path: str, token: str = "", status: int = 200, **query: str) -> bytes:
        headers = {"authorization": f"Bearer {token or self.reader}"}
        answer = self.centre.front.answer(Request("GET", path, query, headers, b""))
        assert answer.status == status, answer
        return answer.body

    def figures(self, token: str = "") -> Figures:
        return msgspec.json.decode(self.ask("/v1/figures", token), type=Figures)

    def waiting(self, **query: str) -> tuple[Waiting, ...]:
        return msgspec.json.decode(self.ask("/v1/waiting", **query), type=tuple[Waiting, ...])

    def troubles(self) -> tuple[Trouble, ...]:
        return msgspec.json.decode(self.ask("/v1/troubles"), type=tuple[Trouble, ...])

    def selected(self, of: str, **query: str) -> list[tuple[str, str]]:
        found = msgspec.json.decode(self.ask("/v1/selected", of=of, **query), type=tuple[Subject, ...])
        return [(each.kind, each.id) for each in found]

    def settings(self, text: str) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.reader}", "content-type": "application/toml"}
        query = {"name": "supervision.toml"}
        answer = self.centre.front.answer(Request("POST", "/v1/reference", query, headers, text.encode()))
        assert answer.status == 200, answer
        found: dict[str, Any] = json.loads(answer.body)
        return found

    # --- work -----------------------------------------------------------------------------------------------------

    def receive(self, parcel: str, at: int, **more: Any) -> None:
        self.dock.write(ev.ParcelReceived(parcel=parcel, outcome="matched", client="acme", rmas=("R1",), **more), at)
        self.dock.write(ev.ParcelLaneAssigned(parcel=parcel, lane="L1"), at)

    def identify(self, unit: str, parcel: str, at: int, value: int = 10_000, currency: str = "EUR") -> None:
        found = {
            "currency": currency,
            "match": "expected",
            "client": "acme",
            "sku": "P-1",
            "name": "Phone",
            "category": "phone",
        }
        self.bench.write(ev.UnitIdentified(unit=unit, parcel=parcel, value=value, **found), at, operator="priya")

    def decide(self, unit: str, at: int, disposition: str = "resell", expected: int | None = 6_000) -> None:
        graded = {"functional": "F1", "cosmetic": "C2", "packaging": "sealed"}
        self.bench.write(ev.UnitGraded(unit=unit, parcel="P1", **graded), at, operator="priya")
        self.bench.write(
            ev.DispositionDecided(
                unit=unit,
                parcel="P1",
                client="acme",
                disposition=disposition,
                rule="r",
                reason="r",
                bin="A1",
                rules_version="1",
                inputs=(("reason", "DEF"),),
                expected=expected,
            ),
            at,
            operator="priya",
        )

    def sort(self, unit: str, at: int) -> None:
        self.desk.write(
            ev.UnitSorted(unit=unit, container="T1", disposition="resell", client="acme"), at, operator="sam"
        )


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    centre = Centre(database_url)
    centre.clock.at = NOON
    yield Site(centre)
    centre.engine.dispose()


def a_morning(site: Site) -> None:
    """P1 was unpacked: U1 is sorted, U2 waits to be sorted, U3 to be graded. P2 waits to be opened, P3 is on hold."""
    site.receive("P1", NOON - 3 * HOUR)
    site.receive("P2", NOON - 30 * MINUTE)
    site.receive("P3", NOON - 20 * MINUTE)
    site.dock.write(ev.ParcelHeld(parcel="P3", reason="hazard"), NOON - 20 * MINUTE)
    site.bench.write(ev.ParcelOpened(parcel="P1", client="acme"), NOON - 2 * HOUR)
    for number, unit in enumerate(("U1", "U2", "U3")):
        site.identify(unit, "P1", NOON - 60 * MINUTE + number * MINUTE)
    site.decide("U1", NOON - 50 * MINUTE)
    site.decide("U2", NOON - 40 * MINUTE, "recycle", 500)
    site.sort("U1", NOON - 8 * MINUTE)
    site.arrive()


def test_the_whole_site_at_one_look(site: Site) -> None:
    a_morning(site)
    found = site.figures()
    assert (found.scope, found.site, found.at) == ("site", SITE, NOON)
    waits = {each.queue: each.waiting for each in found.queues if each.waiting}
    assert waits == {"to_open": 1, "to_grade": 1, "to_sort": 1, "on_hold": 1}
    assert {(each.name, each.units) for each in found.dispositions} == {("resell", 1), ("recycle", 1)}
    assert [(each.name, each.units) for each in found.reasons] == [("DEF", 2)]
    assert found.recovery == (Recovery("EUR", 2, 20_000, 6_500, 0.325),)
    rates = {(each.stage, each.station, each.operator): each for each in found.rates}
    assert rates["sorted", "", ""].now == 4.0
    assert rates["decided", "", "priya"].shift == 2
    assert rates["sorted", "sort-01", ""].shift == 1


def test_each_currency_is_a_sum_of_its_own(site: Site) -> None:
    """What an older station sends says none, and is counted as an older server counted it."""
    for number, currency in enumerate(("EUR", "SEK", "")):
        site.identify(f"U{number}", "P1", NOON - 60 * MINUTE, currency=currency)
        site.decide(f"U{number}", NOON - 50 * MINUTE)
    site.arrive()
    since = str(NOON - 12 * HOUR)
    assert [(each.currency, each.units, each.value) for each in site.figures().recovery] == [
        *(("", 1, 10_000), ("EUR", 1, 10_000), ("SEK", 1, 10_000))
    ]
    for value, unit in (("SEK", "U1"), (NO_CODE, "U2")):
        assert site.selected("recovery", since=since, value=value) == [("unit", unit)]
    assert len(site.selected("recovery", since=since)) == 3
    former = ("bench-01", "priya", "acme", "phone", "F1", "C2", "resell", "DEF")
    with site.centre.engine.connect() as connection:
        keys = connection.execute(select(tables.decided.c.key).where(tables.decided.c.currency == "")).scalars().all()
    assert [bytes(key) for key in keys] == [key_of(former)]


def test_a_station_may_ask_for_the_figures_of_its_site_and_of_no_other(site: Site) -> None:
    a_morning(site)
    here, elsewhere = site.centre.enrol("bench-01", SITE).token, site.centre.enrol("bench-01", "south").token
    assert site.figures(here) == site.figures()
    other = site.figures(elsewhere)
    assert (other.site, other.dispositions, sum(each.waiting for each in other.queues)) == ("south", (), 0)
    assert b"ParcelReceived" in site.ask("/v1/history", here, kind="parcel", id="P1")
    assert site.ask("/v1/history", elsewhere, kind="parcel", id="P1") == b"[]"
    for path in ("/v1/figures", "/v1/waiting", "/v1/troubles", "/v1/selected"):
        site.ask(path, "nobody", status=401)
    site.ask("/v1/parcels/P1", here, status=403)


def test_settings_say_which_shift_is_on_what_is_wanted_and_when_it_is_late(site: Site) -> None:
    a_morning(site)
    assert site.figures().shift.name == ""
    assert site.settings(SETTINGS)["accepted"] == 1
    found = site.figures()
    assert (found.shift.name, found.shift.begins) == ("early", NOON - 7 * HOUR)
    assert {each.target for each in found.rates if each.stage == "sorted" and each.operator == "sam"} == {40}
    late = {each.queue: (each.late, each.soon) for each in found.queues if each.waiting}
    assert late == {"to_open": (0, 1), "to_grade": (1, 0), "to_sort": (1, 0), "on_hold": (0, 1)}
    (unit,) = site.waiting(queue="to_sort")
    assert (unit.kind, unit.id, unit.name, unit.station) == ("unit", "U2", "Phone", "bench-01")
    assert (unit.since, unit.received, unit.due) == (NOON - 40 * MINUTE, NOON - 3 * HOUR, NOON - 2 * HOUR)
    (parcel,) = site.waiting(queue="to_open")
    assert (parcel.id, parcel.lane, parcel.due) == ("P2", "L1", NOON + 30 * MINUTE)
    assert [each.id for each in site.waiting(limit="1")] == ["P2", "U3", "U2", "P3"]


def test_settings_that_nobody_could_use_are_not_taken(site: Site) -> None:
    assert site.settings('timezone = "Mars/Base"')["refused"] == 1
    assert site.settings("shifts = 3")["refused"] == 1
    assert site.figures().shift.name == ""


def test_the_sla_clock_of_a_parcel_that_nobody_announced_does_not_run(site: Site) -> None:
    site.dock.write(ev.ParcelReceived(parcel="P1", outcome="blind"), NOON - 9 * HOUR)
    site.arrive()
    site.settings(SETTINGS)
    assert [(each.id, each.received, each.due) for each in site.waiting()] == [("P1", 0, 0)]


def test_what_left_with_its_tote_waits_no_more(site: Site) -> None:
    """Held units lie in a tote and wait; shipped, they do not."""
    a_morning(site)
    held = ev.UnitHeld(unit="U1", parcel="P1", before="resell", bin="H1", why="safety")
    site.bench.write(held, NOON - MINUTE)
    site.desk.write(ev.UnitSorted(unit="U1", container="T9", disposition="hold", client="acme"), NOON)
    site.arrive()
    assert ("unit", "U1") in site.selected("queue", name="on_hold")
    shipped = site.desk.write(ev.ContainerShipped(container="T9"), NOON + MINUTE)
    site.arrive()
    assert ("unit", "U1") not in site.selected("queue", name="on_hold")
    assert "U1" not in {each.id for each in site.waiting()}
    site.desk.undo(shipped, at=NOON + 2 * MINUTE)
    site.arrive()
    assert ("unit", "U1") in site.selected("queue", name="on_hold")


def test_behind_every_figure_are_its_parcels_and_units(site: Site) -> None:
    a_morning(site)
    since, until = str(NOON - HOUR), str(NOON)
    assert site.selected("queue", name="to_open") == [("parcel", "P2")]
    assert site.selected("queue") == [("unit", "U3"), ("unit", "U2"), ("parcel", "P2"), ("parcel", "P3")]
    assert site.selected("queue", client="nobody") == []
    assert site.selected("queue", station="bench-01") == [("unit", "U3"), ("unit", "U2")]
    assert site.selected("share", name="disposition", value="recycle", since=since) == [("unit", "U2")]
    assert site.selected("share", name="functional", value="F1") == [("unit", "U2"), ("unit", "U1")]
    assert site.selected("share", name="functional", value="F1", until=str(NOON - 45 * MINUTE)) == [("unit", "U1")]
    assert site.selected("recovery", since=since, operator="priya") == [("unit", "U2"), ("unit", "U1")]
    assert site.selected("work", name="received", since=since, until=until) == [("parcel", "P3"), ("parcel", "P2")]
    assert site.selected("work", name="sorted", station="sort-01", operator="sam") == [("unit", "U1")]
    assert site.selected("work", name="sorted", station="dock-01") == []
    (subject,) = msgspec.json.decode(site.ask("/v1/selected", of="work", name="sorted"), type=tuple[Subject, ...])
    assert (subject.at, subject.text) == (NOON - 8 * MINUTE, "Phone F1 C2 resell")


def test_what_was_corrected_is_behind_no_figure(site: Site) -> None:
    a_morning(site)
    site.desk.undo(site.desk.log[-1], at=NOON - MINUTE)
    site.bench.undo(site.bench.log[-1], at=NOON - MINUTE)
    site.arrive()
    found = site.figures()
    assert site.selected("work", name="sorted") == []
    assert site.selected("share", name="disposition") == [("unit", "U1")]
    assert [(each.name, each.units) for each in found.dispositions] == [("resell", 1)]
    assert {each.shift for each in found.rates if each.stage == "sorted"} == {0}


def test_second_looks_are_found_by_inspector_and_question(site: Site) -> None:
    a_morning(site)
    look = ev.SecondLookTaken(
        unit="U1",
        parcel="P1",
        inspector="priya",
        functional="F3",
        cosmetic="C2",
        packaging="sealed",
        pairs=(("functional", "F1", "F3"), ("cosmetic", "C2", "C2")),
    )
    site.bench.write(look, NOON, operator="sam")
    site.arrive()
    found = {(each.inspector, each.question): (each.looks, each.agreed) for each in site.figures().agreement}
    assert found == {("priya", ""): (2, 0.5), ("priya", "functional"): (1, 0.0), ("priya", "cosmetic"): (1, 1.0)}
    assert site.selected("agreement", name="functional", operator="priya") == [("unit", "U1")]
    assert site.selected("agreement", name="functional", operator="sam") == []
    assert site.selected("agreement", name="packaging") == []


def test_what_is_wrong_is_listed_until_it_is_mended(site: Site) -> None:
    a_morning(site)
    site.bench.write(ev.UnitSwapSuspected(unit="U3", parcel="P1", expected=("S1",), found="S9"), NOON)
    site.arrive()
    (swap,) = site.troubles()
    assert (swap.kind, swap.subject_kind, swap.subject, swap.since) == ("swap", "unit", "U3", NOON)
    assert (swap.client, swap.station, swap.detail) == ("acme", "bench-01", "S9")
    assert site.figures().troubles == (swap,)
    assert site.selected("trouble", name="swap") == [("unit", "U3")]
    assert site.selected("trouble", name="recall") == []
    site.desk.write(ev.TroubleSettled(kind="swap", note="The customer's own.", unit="U3"), NOON + MINUTE)
    site.arrive()
    assert site.troubles() == ()


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/selected", {}),
        ("/v1/selected", {"of": "everything"}),
        ("/v1/selected", {"of": "queue", "since": "-1"}),
        ("/v1/waiting", {"queue": "nowhere"}),
        ("/v1/waiting", {"limit": "all"}),
    ],
)
def test_questions_that_make_no_sense_are_refused_with_a_reason(site: Site, path: str, query: dict[str, str]) -> None:
    refused = json.loads(site.ask(path, status=400, **query))
    assert refused["code"] == "bad_request"
    assert refused["message"]


def test_settings_of_another_version_leave_the_figures_as_they_would_be_without(site: Site) -> None:
    a_morning(site)
    site.settings(SETTINGS)
    later = tables.item.update().where(tables.item.c.kind == "supervision")
    with site.centre.engine.begin() as connection:
        connection.execute(later.values(value=msgspec.json.encode("shifts = 'none'")))
    found = reading(site.centre.engine, lambda connection: supervising.figures(connection, SITE, NOON))
    assert found.shift.name == ""


def test_an_event_of_a_later_version_is_behind_no_figure_until_it_is_understood(site: Site) -> None:
    a_morning(site)
    token, log = site.centre.enrol("later-01", SITE).token, Log("later-01")
    later = log.sent(b'{"type":"UnitSorted","unit":["U1"]}')
    assert isinstance(site.centre.send(token, log.push([msgspec.structs.replace(later, schema=9)])), Ack)
    assert site.selected("work", name="sorted") == [("unit", "U1")]
    assert {each.kind for each in site.figures().troubles} == {"quarantine"}

"""A scan at one station on what other stations did: received there, graded there, and rules from the centre."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from engine_bench import command, engine_in
from several_desks import Desk, beside
from several_stations import items

from rl_station.domain import site_codes
from rl_station.domain.events import (
    DispositionDecided,
    LabelRequested,
    ParcelOpened,
    ParcelReceived,
    Recorded,
    UnitIdentified,
    UnitPlateConfirmed,
    UnitPresented,
    UnitSorted,
)
from rl_station.domain.sync_wire import Item
from rl_station.settings.paths import example_site
from rl_station.station.demo import DemoWorker, play_parcels
from rl_station.station.printing import layouts


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from beside(tmp_path, "demo")


@pytest.fixture
def dock(tmp_path: Path) -> Iterator[Desk]:
    yield from beside(tmp_path, "dock-1")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Desk]:
    yield from beside(tmp_path, "bench-1")


@pytest.fixture
def sorter(tmp_path: Path) -> Iterator[Desk]:
    yield from beside(tmp_path, "sort-1")


def played(desk: Desk, until: type) -> Recorded:
    """Play parcels with the demo's hands until the first event of this kind."""
    hands = DemoWorker(desk.site, 1)
    hands.observe(desk.log())
    for _, outcome in play_parcels(desk.engine, hands, 9):
        found = next((line for line in outcome.events if isinstance(line.event, until)), None)
        if found is not None:
            return found
    raise AssertionError("never happened")


def test_a_parcel_received_at_another_dock_is_already_here(desk: Desk, dock: Desk) -> None:
    desk.sign_in("RECEIVE")
    tracking = desk.site.reference.facts.returns[0].tracking[0]
    desk.scan(tracking)
    dock.sign_in("RECEIVE")
    dock.hear(*items([desk.log()]))
    outcome = dock.scan(tracking)
    assert outcome.refusal is not None
    assert outcome.refusal.code == "receive.already"
    params = dict(outcome.refusal.message.params)
    assert params["station"] == "demo"
    assert str(params["parcel"]).startswith("RLP")


def test_a_parcel_received_at_a_dock_is_opened_at_the_bench_without_a_blind_receipt(desk: Desk, bench: Desk) -> None:
    received = played(desk, ParcelReceived).event
    assert isinstance(received, ParcelReceived)
    bench.sign_in("INSPECT")
    bench.hear(*items([desk.log()]))
    outcome = bench.scan(received.parcel)
    opened = outcome.events[0].event
    assert isinstance(opened, ParcelOpened)
    assert (opened.received_here, opened.client, opened.rmas) == (True, received.client, received.rmas)
    assert [seen.station for seen in outcome.events[0].basis] == ["demo"]


def test_a_unit_graded_at_a_bench_is_known_at_the_sort_desk(desk: Desk, sorter: Desk) -> None:
    labelled = played(desk, UnitPlateConfirmed).event
    assert isinstance(labelled, UnitPlateConfirmed)
    sorter.sign_in("SORT")
    assert sorter.scan(labelled.unit).refusal is not None
    sorter.hear(*items([desk.log()]))
    outcome = sorter.scan(labelled.unit)
    presented = outcome.events[0].event
    assert isinstance(presented, UnitPresented)
    here = desk.engine.knowledge.records.unit(labelled.unit)
    assert here is not None
    assert (presented.known_by, presented.disposition, presented.client) == ("store", here.disposition, here.client)
    sorted_in = sorter.scan(site_codes.make("C", "TOTE0001")).events[-1]
    assert isinstance(sorted_in.event, UnitSorted)
    assert {(seen.kind, seen.station) for seen in sorted_in.basis} == {("unit", "demo")}
    found = sorter.engine.knowledge.records.unit(labelled.unit)
    assert found is not None
    assert (found.container, found.functional, found.name) == ("TOTE0001", here.functional, here.name)


def test_the_label_of_a_unit_graded_elsewhere_can_be_printed_here(desk: Desk, sorter: Desk) -> None:
    labelled = played(desk, UnitPlateConfirmed).event
    assert isinstance(labelled, UnitPlateConfirmed)
    wanted = LabelRequested(label="unit", unit=labelled.unit)
    assert layouts(wanted, sorter.site, sorter.engine.knowledge) == ()
    sorter.hear(*items([desk.log()]))
    sorter.sign_in("SORT")
    assert layouts(wanted, sorter.site, sorter.engine.knowledge) != ()


def test_everything_stays_as_it_was_where_the_centre_says_nothing(desk: Desk) -> None:
    desk.hear()
    for _ in play_parcels(desk.engine, DemoWorker(desk.site, 2), 2):
        pass
    assert all(line.basis == () for line in desk.log())


# --- rules ------------------------------------------------------------------------------------------------------------

RULES = (example_site() / "dispositions.toml").read_text()


def rules(text: str, name: str = "dispositions.toml") -> Item:
    return Item("rules", name, 1, msgspec.json.encode(text))


def test_rules_of_the_centre_are_used_from_the_next_unit_on(desk: Desk) -> None:
    played(desk, UnitIdentified)
    before = desk.engine.knowledge.rules.version
    desk.hear(rules(RULES.replace("Hot, smoking or burning", "HOT")))
    desk.scan("what is this")
    assert desk.engine.knowledge.rules.version == before
    played(desk, UnitPlateConfirmed)
    desk.scan("what is this")
    assert desk.engine.knowledge.rules.version != before


def test_rules_and_steps_do_not_change_under_a_unit_that_is_worked_on(desk: Desk) -> None:
    """The step in work asked for evidence that it did not ask for when it was begun."""
    rework = (example_site() / "rework.toml").read_text()
    unit = site_codes.plate("U", "X01", 7)
    parcel = site_codes.plate("P", "X01", 7)
    decided = DispositionDecided(
        unit=unit,
        parcel=parcel,
        client="",
        disposition="refurbish",
        outcome="clean",
        bin="REFURB1",
        rule="worn",
        reason="-",
        rules_version="v1",
        steps=("clean",),
    )
    identified = UnitIdentified(unit=unit, parcel=parcel, match="unknown_product")
    desk.engine.store.append((identified, decided), operator="priya")
    desk.sign_in("REWORK")
    desk.scan(unit)
    before = desk.engine.knowledge.rules.version, desk.engine.knowledge.rework
    desk.hear(
        rules(RULES.replace("Hot, smoking or burning", "HOT")),
        rules(rework.replace('text = "', 'text = "NEW '), "rework.toml"),
    )
    desk.scan("what is this")
    assert (desk.engine.knowledge.rules.version, desk.engine.knowledge.rework) == before
    assert desk.scan(command("CANCEL")).refusal is None
    desk.scan("what is this")
    assert desk.engine.knowledge.rules.version != before[0]
    assert desk.engine.knowledge.rework != before[1]


def test_a_category_that_the_centre_adds_has_its_checklist(desk: Desk) -> None:
    toys = (example_site() / "checklists" / "toys.toml").read_text()
    desk.hear(rules(toys, "checklists/games.toml"), Item("rules", "checklists/toys.toml", 2, None))
    desk.scan("x")
    assert desk.engine.knowledge.checklist("games") is not None
    assert "games" in desk.engine.knowledge.categories
    assert "toys" not in desk.engine.knowledge.categories


def test_rules_that_are_not_in_order_are_not_used_and_it_is_said(desk: Desk) -> None:
    before = desk.engine.knowledge.rules
    desk.hear(rules("rules = nonsense"), rules("title = 1", "checklists/phones.toml"))
    desk.scan("x")
    assert desk.engine.knowledge.rules == before
    (notice,) = desk.engine.knowledge.notices
    assert notice.code == "station.rules_refused"
    assert dict(notice.params)["names"] == "checklists/phones.toml, dispositions.toml"
    desk.hear(rules(RULES), Item("rules", "checklists/phones.toml", 2, None))
    desk.scan("x")
    assert desk.engine.knowledge.notices == ()


def test_reasons_and_steps_of_work_come_from_the_centre_too(desk: Desk) -> None:
    reasons = (example_site() / "reasons.toml").read_text()
    rework = (example_site() / "rework.toml").read_text()
    knowledge = desk.engine.knowledge
    before = knowledge.rework
    desk.hear(rules(rework.replace('text = "', 'text = "NEW '), "rework.toml"), Item("rules", "reasons.toml", 2, None))
    desk.scan("x")
    assert knowledge.rework != before
    assert knowledge.rework.steps.keys() == before.steps.keys()
    assert knowledge.checklist("reason") is None
    desk.hear(rules(reasons, "reasons.toml"))
    desk.scan("x")
    assert knowledge.checklist("reason") is not None


def test_what_vendors_take_back_comes_from_the_centre_too(desk: Desk) -> None:
    text = (example_site() / "vendors.toml").read_text()
    brand = next(iter(desk.site.reference.facts.vendors.brands))
    before = desk.engine.knowledge.reference.vendor_terms(brand[0], "", brand[1])
    assert before is not None
    desk.hear(rules(re.sub(r"(?m)^credit = \d+", "credit = 7", text), "vendors.toml"))
    desk.scan("x")
    after = desk.engine.knowledge.reference.vendor_terms(brand[0], "", brand[1])
    assert after is not None
    assert (before.credit, after.credit) == (before.credit, 7)
    assert before.credit != 7


def test_rules_that_ask_for_work_nobody_can_do_are_not_used_and_it_is_said(desk: Desk) -> None:
    before = desk.engine.knowledge.rules
    step = next(step for outcome in before.outcomes.values() for step in outcome.steps)
    desk.hear(rules(RULES.replace(f'"{step}"', '"polish"')))
    desk.scan("x")
    assert desk.engine.knowledge.rules == before
    (notice,) = desk.engine.knowledge.notices
    assert dict(notice.params)["names"] == "dispositions.toml"


def test_a_unit_that_was_begun_is_asked_as_it_was_begun(desk: Desk) -> None:
    """The centre's new checklist counts from the next unit on, and the old one stays known, by its version."""
    knowledge = desk.engine.knowledge
    before = knowledge.checklist("phones")
    assert before is not None
    text = (example_site() / "checklists" / "phones.toml").read_text()
    desk.hear(rules(text.replace('title = "', 'title = "New ', 1), "checklists/phones.toml"))
    desk.scan("x")
    after = knowledge.checklist("phones")
    assert after is not None
    assert after.version != before.version
    former = knowledge.checklist("phones", before.version)
    assert former is not None
    assert (former.title, former.version) == (before.title, before.version)


def test_after_a_restart_the_centres_rules_are_used_at_once(desk: Desk, tmp_path: Path) -> None:
    desk.hear(rules(RULES.replace("Hot, smoking or burning", "HOT")))
    desk.scan("x")
    version = desk.engine.knowledge.rules.version
    assert version != desk.site.rules.version
    desk.engine.close()
    desk.engine = engine_in(tmp_path / "demo", desk.site)
    assert desk.engine.knowledge.rules.version == version


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_a_damaged_file_of_the_centres_is_no_trouble_of_the_worker(desk: Desk, dock: Desk, tmp_path: Path) -> None:
    desk.sign_in("RECEIVE")
    dock.hear(*items([desk.log()]))
    dock.sign_in("RECEIVE")
    dock._copy.close()
    (tmp_path / "dock-1" / "known.db").write_bytes(b"rubbish" * 1000)
    tracking = dock.site.reference.facts.returns[0].tracking[0]
    outcome = dock.scan(tracking)
    assert outcome.refusal is None
    assert isinstance(outcome.events[0].event, ParcelReceived)

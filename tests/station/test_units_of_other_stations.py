"""Units that another station decided: what it found is not known here, so nothing is begun that cannot be ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from engine_bench import command
from msgspec.structs import replace
from several_desks import Desk, beside
from several_stations import items

from rl_station.domain import events as e
from rl_station.domain import site_codes
from rl_station.domain.messages import Refusal, content
from rl_station.domain.recalls import Recall, Reversal, recall_key
from rl_station.domain.sync_wire import Item
from rl_station.station.engine import Outcome

UNIT, PARCEL = site_codes.plate("U", "X01", 7), site_codes.plate("P", "X01", 7)
TOTE = site_codes.make("C", "TOTE0001")
RESOLD = e.DispositionDecided(
    unit=UNIT,
    parcel=PARCEL,
    client="",
    disposition="resell",
    outcome="restock",
    bin="RESELL1",
    rule="good",
    reason="As good as new.",
    rules_version="v1",
)
CLEANED = replace(RESOLD, disposition="refurbish", outcome="clean", steps=("clean",))
SURE = Recall(reference="RC-7", hazard="fire")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Desk]:
    """The station that inspected the unit."""
    yield from beside(tmp_path, "demo")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Desk]:
    yield from beside(tmp_path, "bench-1")


@pytest.fixture
def sorter(tmp_path: Path) -> Iterator[Desk]:
    yield from beside(tmp_path, "sort-1")


def gtin(desk: Desk) -> str:
    return desk.site.reference.facts.products[0].gtins[0]


def decided(desk: Desk, decision: e.DispositionDecided = RESOLD) -> None:
    """A unit of the first product, through the bench to its label."""
    product = desk.site.reference.facts.products[0]
    desk.engine.store.append(
        (
            e.UnitIdentified(
                unit=UNIT,
                parcel=PARCEL,
                match="unexpected",
                client=product.client,
                sku=product.sku,
                category=product.category,
                gtin=gtin(desk),
            ),
            e.UnitGraded(unit=UNIT, parcel=PARCEL, functional="F5", cosmetic="C6", packaging="opened"),
            replace(decision, client=product.client),
            e.UnitPlateConfirmed(unit=UNIT, parcel=PARCEL, how="scanned"),
        ),
        operator="priya",
    )


def recalled(desk: Desk, notice: Recall = SURE) -> Item:
    """The centre's word that a notice means the unit's article."""
    recall = replace(notice, gtins=(gtin(desk),))
    return Item("recall", recall_key(recall), 1, msgspec.json.encode(recall))


def reversed_() -> Item:
    return Item("recall_reversed", "RC-7", 1, msgspec.json.encode(Reversal(reference="RC-7", reason="no", date="")))


def refused(outcome: Outcome) -> str:
    assert isinstance(outcome.refusal, Refusal), outcome.events
    return outcome.refusal.code


def types(outcome: Outcome) -> list[str]:
    return [type(line.event).__name__ for line in outcome.events]


def facts(desk: Desk) -> dict[str, object]:
    shown = desk.engine.prompt().facts
    return {fact.label.code: fact.value for fact in shown}


@pytest.mark.parametrize("task", ["INSPECT", "REWORK"])
def test_a_decision_of_another_station_is_not_taken_up_to_be_agreed_to(home: Desk, bench: Desk, task: str) -> None:
    """Its dangers are not known here, nor what they take away; the worker was stuck with it."""
    decided(home, replace(RESOLD, approval="supervisor"))
    bench.hear(*items([home.log()]))
    bench.sign_in(task)
    outcome = bench.scan(UNIT)
    assert refused(outcome) == "rework.elsewhere"
    assert dict(outcome.refusal.message.params)["station"] == "demo" if outcome.refusal else False
    assert bench.scan(command("MENU")).refusal is None


def test_work_that_another_station_asked_for_is_done_there_and_nobody_says_that_there_is_none(
    home: Desk, bench: Desk
) -> None:
    decided(home, CLEANED)
    bench.hear(*items([home.log()]))
    bench.sign_in("REWORK")
    assert refused(bench.scan(UNIT)) == "rework.elsewhere"
    home.sign_in("REWORK")
    assert types(home.scan(UNIT)) == ["UnitTakenUp", "ReworkStepBegun"]


def test_work_that_was_begun_at_another_station_is_ended_there(home: Desk, bench: Desk) -> None:
    decided(home, CLEANED)
    home.sign_in("REWORK")
    home.scan(UNIT)
    bench.hear(*items([home.log()]))
    bench.sign_in("REWORK")
    assert refused(bench.scan(UNIT)) == "rework.elsewhere"


def test_the_sort_desk_stops_a_unit_of_another_bench_that_was_recalled_since(home: Desk, sorter: Desk) -> None:
    decided(home)
    sorter.hear(*items([home.log()]), recalled(home))
    sorter.sign_in("SORT")
    outcome = sorter.scan(UNIT)
    assert refused(outcome) == "sort.recalled"
    assert outcome.refusal is not None
    assert outcome.refusal.blocking


def test_a_tote_with_another_benchs_unit_does_not_leave_once_that_is_recalled(home: Desk, sorter: Desk) -> None:
    decided(home)
    sorter.hear(*items([home.log()]))
    sorter.sign_in("SORT")
    for code in (UNIT, TOTE, command("CLOSE")):
        assert sorter.scan(code).refusal is None
    sorter.hear(recalled(home))
    assert sorter.scan(command("SHIP")).refusal is None
    assert refused(sorter.scan(command("SHIPNOW"))) == "sort.recalled_inside"


@pytest.mark.parametrize(
    "narrower",
    [replace(SURE, lots=("L7",)), replace(SURE, made_to="2020-01-01"), replace(SURE, expires_from="2020-01-01")],
)
def test_a_notice_that_the_bench_may_have_ruled_out_stops_nobody_else(
    home: Desk, sorter: Desk, narrower: Recall
) -> None:
    decided(home)
    sorter.hear(*items([home.log()]), recalled(home, narrower))
    sorter.sign_in("SORT")
    assert types(sorter.scan(UNIT)) == ["UnitPresented"]


def test_it_is_set_aside_where_it_was_decided_and_trace_says_where_that_is(home: Desk, sorter: Desk) -> None:
    """Set aside at the desk it kept its decision, and was sorted as if nothing had been."""
    decided(home)
    sorter.hear(*items([home.log()]), recalled(home))
    sorter.sign_in("TRACE")
    assert types(sorter.scan(UNIT))[:2] == ["CodeTraced", "LateRecallFound"]
    alarm = sorter.engine.prompt().alarm
    assert alarm is not None
    assert alarm.message.code == "alarm.recall_elsewhere"
    assert dict(alarm.message.params)["station"] == "demo"
    sorter.scan(command("ACK"))
    assert sorter.engine.prompt().choices == ()
    assert facts(sorter)["fact.decided_at"] == content("demo")
    assert refused(sorter.scan(command("SETASIDE"))) == "trace.scan_first"
    home.sign_in("TRACE")
    home.hear(recalled(home))
    home.scan(UNIT)
    home.scan(command("ACK"))
    assert types(home.scan(command("SETASIDE")))[:2] == ["UnitRecalled", "DispositionDecided"]
    sorter.hear(*items([home.log(), sorter.log()]))
    found = sorter.engine.knowledge.records.unit(UNIT)
    assert found is not None
    assert (found.recall, found.disposition) == ("RC-7", "hold")


def test_a_reversed_recall_is_decided_anew_where_the_unit_was_graded(home: Desk, bench: Desk) -> None:
    """Decided anew at the other bench it lost its recall and kept the disposition that it had for it."""
    home.hear(recalled(home))
    decided(home)
    home.sign_in("TRACE")
    for code in (UNIT, command("ACK"), command("SETASIDE")):
        assert home.scan(code).refusal is None
    bench.hear(*items([home.log()]), recalled(home), reversed_())
    bench.sign_in("TRACE")
    bench.scan(UNIT)
    assert bench.engine.prompt().choices == ()
    assert "fact.recall_reversed" in facts(bench)
    home.hear(reversed_())
    home.scan(UNIT)
    assert types(home.scan(command("DECIDEANEW")))[:2] == ["UnitRecallLifted", "DispositionDecided"]

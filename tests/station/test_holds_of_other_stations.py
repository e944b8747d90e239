"""A supervisor's word on a unit of another station: a hold is let go wherever it is known, a decision where it was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from several_desks import Desk, beside
from several_stations import items
from test_units_of_other_stations import PARCEL, RESOLD, UNIT, decided, recalled, types

from rl_station.domain import events as e
from rl_station.domain import site_codes
from rl_station.domain.events import Recorded
from rl_station.domain.messages import Refusal
from rl_station.station.engine import Outcome
from rl_station.workflow import Command, Commanded
from rl_station.workflow.actions import Action, Approve, Hold, Override, Release
from rl_station.workflow.inputs import Acted, PinChecked
from rl_station.workflow.rework.known import unit_of_records
from rl_station.workflow.supervise import Offers, offers

STEPS = replace(RESOLD, disposition="refurbish", outcome="clean", steps=("clean",))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Desk]:
    """The station that decided the unit."""
    yield from beside(tmp_path, "demo")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Desk]:
    yield from beside(tmp_path, "bench-1")


@pytest.fixture
def third(tmp_path: Path) -> Iterator[Desk]:
    yield from beside(tmp_path, "sort-1")


def synced(*desks: Desk) -> None:
    """The centre has every log, and every station has heard."""
    told = items([desk.log() for desk in desks])
    for desk in desks:
        desk.hear(*told)
        desk.engine.knowledge.look(between_units=True)


def act(desk: Desk, action: Action) -> Outcome:
    """A supervisor comes, with badge and PIN, and goes again."""
    engine = desk.engine
    desk.scan(site_codes.make(site_codes.BADGE, "100901"))
    engine.handle(Commanded(Command.SUPERVISE))
    engine.handle(PinChecked("ingrid", ok=True))
    assert engine.session.state.supervising
    return engine.handle(Acted(action))


def left(desk: Desk) -> None:
    desk.engine.handle(Commanded(Command.CANCEL))
    desk.engine.handle(Commanded(Command.SIGN_OUT))


def done(desk: Desk, action: Action) -> list[Recorded]:
    outcome = act(desk, action)
    assert outcome.refusal is None, outcome.refusal
    left(desk)
    return list(outcome.events)


def refusal(desk: Desk, action: Action) -> Refusal:
    outcome = act(desk, action)
    assert outcome.refusal is not None, outcome.events
    return outcome.refusal


def offered(desk: Desk) -> Offers:
    return offers(desk.engine.session.state, "unit", UNIT, desk.engine.knowledge)


def standing(desk: Desk) -> tuple[str, str, str]:
    record = desk.engine.knowledge.records.unit(UNIT)
    assert record is not None
    return record.disposition, record.bin, record.held


RELEASED = ("resell", "RESELL1", "")


@pytest.mark.parametrize("where", ["home", "bench", "third"])
def test_what_a_supervisor_set_aside_at_another_station_is_let_go_at_any(
    home: Desk, bench: Desk, third: Desk, where: str
) -> None:
    """It was let go nowhere: where it was decided nobody knew of the hold, where it was held nobody knew the decision."""
    desks = {"home": home, "bench": bench, "third": third}
    decided(home)
    synced(home, bench, third)
    done(bench, Hold(UNIT, "safety"))
    synced(home, bench, third)
    assert {standing(desk)[2] for desk in desks.values()} == {"safety"}
    released, label = done(desks[where], Release(unit=UNIT))
    assert isinstance(released.event, e.UnitReleased)
    assert isinstance(label.event, e.LabelRequested)
    assert (released.event.disposition, released.event.bin) == RELEASED[:2]
    synced(home, bench, third)
    assert {standing(desk) for desk in desks.values()} == {RELEASED}


def test_the_station_that_held_it_lets_it_go_before_it_has_heard_from_the_centre_again(home: Desk, bench: Desk) -> None:
    decided(home)
    synced(home, bench)
    done(bench, Hold(UNIT, "safety"))
    done(bench, Release(unit=UNIT))
    assert standing(bench) == RELEASED


def test_a_release_says_what_it_knew_of_other_stations_work(home: Desk, bench: Desk, third: Desk) -> None:
    decided(home)
    synced(home, bench, third)
    done(bench, Hold(UNIT, "safety"))
    synced(home, bench, third)
    knew = {(seen.id, seen.station): seen.seq for seen in done(third, Release(unit=UNIT))[0].basis}
    assert knew[UNIT, "demo"] == max(line.seq for line in home.log() if isinstance(line.event, e.UnitPlateConfirmed))
    assert knew[UNIT, "bench-1"] >= max(line.seq for line in bench.log() if isinstance(line.event, e.UnitHeld))


def test_a_release_that_another_decision_crossed_does_not_bring_the_old_one_back(home: Desk, bench: Desk) -> None:
    decided(home)
    synced(home, bench)
    done(bench, Hold(UNIT, "safety"))
    synced(home, bench)
    outcome = act(home, Hold(UNIT, "safety"))
    assert outcome.refusal is not None
    assert outcome.refusal.code == "supervise.held_already"
    found = offered(home).outcomes
    wanted, disposition = next(each for each in found if each[1] not in ("resell", "hold"))
    done(home, Override(UNIT, wanted, "market"))
    done(bench, Release(unit=UNIT))
    synced(home, bench)
    assert standing(home)[0] == standing(bench)[0] == disposition


def test_what_was_held_here_and_let_go_elsewhere_is_worked_on_here_as_before(home: Desk, bench: Desk) -> None:
    decided(home, STEPS)
    done(home, Hold(UNIT, "capacity"))
    synced(home, bench)
    done(bench, Release(unit=UNIT))
    synced(home, bench)
    home.sign_in("REWORK")
    assert types(home.scan(UNIT)) == ["UnitTakenUp", "ReworkStepBegun"]
    unit = unit_of_records(UNIT, home.engine.knowledge)
    assert unit is not None
    assert (unit.disposition, unit.held) == ("refurbish", ())


def test_a_unit_that_is_graded_again_is_still_that_after_a_hold_at_another_station(home: Desk, bench: Desk) -> None:
    decided(home, STEPS)
    home.engine.store.append(
        (
            e.UnitTakenUp(unit=UNIT, parcel=PARCEL, work="rework", steps=("clean",)),
            e.ReworkStepEnded(unit=UNIT, parcel=PARCEL, step="clean", result="done", seconds=1, steps=()),
            e.RegradeBegun(unit=UNIT, parcel=PARCEL),
        ),
        operator="priya",
    )
    synced(home, bench)
    done(bench, Hold(UNIT, "safety"))
    synced(home, bench)
    assert refusal(home, Override(UNIT, "restock", "market")).code == "supervise.in_regrade"
    left(home)
    done(home, Release(unit=UNIT))
    assert refusal(home, Override(UNIT, "restock", "market")).code == "supervise.in_regrade"


def test_a_recall_that_came_since_keeps_it_on_hold_at_every_station(home: Desk, bench: Desk) -> None:
    decided(home)
    synced(home, bench)
    done(bench, Hold(UNIT, "safety"))
    synced(home, bench)
    bench.hear(recalled(home))
    assert refusal(bench, Release(unit=UNIT)).code == "supervise.recalled"


@pytest.mark.parametrize(
    "action", [Approve(UNIT), Override(UNIT, "clean", "market"), Hold(UNIT, "safety"), Release(unit=UNIT)]
)
def test_whoever_may_not_decide_here_is_told_at_which_station(home: Desk, bench: Desk, action: Action) -> None:
    """Of a decision that waits for a word: setting it aside is refused, too, and a word is given there only."""
    decided(home, replace(RESOLD, approval="supervisor"))
    synced(home, bench)
    refused = refusal(bench, action)
    assert refused.code == "supervise.elsewhere"
    assert refused.message.mapping == {"unit": UNIT, "station": "demo"}


def test_the_screen_offers_only_what_is_taken_and_says_where_the_rest_is_done(home: Desk, bench: Desk) -> None:
    decided(home, replace(RESOLD, approval="supervisor"))
    synced(home, bench)
    refused = refusal(bench, Approve(UNIT))
    there = offered(bench)
    assert (there.approve, there.hold, there.release, there.outcomes) == (False, False, False, ())
    assert there.elsewhere == refused.message
    left(bench)
    assert offered(bench) == Offers(), "without the PIN nothing is said"
    assert refusal(home, Release(unit=UNIT)).code == "supervise.not_held"
    here = offered(home)
    assert here.approve
    assert here.elsewhere is None


def test_of_a_unit_that_only_its_label_tells_of_nobody_says_that_it_was_not_decided(bench: Desk) -> None:
    bench.engine.store.append(
        (e.UnitPresented(unit=UNIT, disposition="resell", client="", bin="RESELL1", known_by="label"),),
        operator="priya",
    )
    refused = refusal(bench, Override(UNIT, "clean", "market"))
    assert refused.code == "supervise.label_only"
    assert offered(bench).elsewhere == refused.message

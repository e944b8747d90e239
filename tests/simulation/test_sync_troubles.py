"""Every trouble of the field alone, so that the one that does harm has a name."""

from __future__ import annotations

import pytest
from sim_invariants import Contents, facts, once_and_in_order, rows_say_what_the_events_say
from sim_network import WEATHER
from sim_run import YEAR, Site, quiet, settle, verify
from sim_station import Machine
from sim_world import DAY, MINUTE

from rl_station.domain import events as ev


def work(machine: Machine, inputs: int = 10) -> None:
    for _ in range(inputs):
        machine.work()


def arrive(site: Site) -> None:
    settle(site)
    verify(site)


# --- the network ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fate", WEATHER)
def test_nothing_is_lost_or_doubled_when_every_other_message(fate: str) -> None:
    with quiet(2) as site:
        site.network.weather = {fate: 1.0}
        site.network.trouble = 0.5
        for _ in range(6):
            for machine in site.machines:
                work(machine, 4)
            site.world.run_until(site.world.now + 2 * MINUTE)
        site.network.trouble = 0.0
        arrive(site)
        assert site.world.happened[fate] > 3


def test_a_push_cut_short_on_the_way_is_no_reason_to_close_an_event() -> None:
    with quiet() as site:
        (machine,) = site.machines
        machine.work()
        site.network.weather, site.network.trouble = {"arrives cut short": 1.0}, 1.0
        machine.work()
        machine.uplink.step(machine.clock.now())
        site.network.trouble = 0.0
        arrive(site)
        assert {row.form for row in Contents(site.centre).rows} == {"plain"}


def test_a_refusal_that_was_meant_for_another_station_forks_nothing() -> None:
    with quiet(2) as site:
        one, other = site.machines
        work(one)
        work(other)
        arrive(site)
        twin = one.clone("twin")
        twin.power_on()
        site.machines.append(twin)
        work(one)
        settle(site)
        site.network.last_answers.clear()
        work(twin)
        work(other)
        twin.uplink.step(twin.clock.now())
        site.network.last_answers = [answer for answer in site.network.last_answers if answer.status == 409]
        assert site.network.last_answers
        site.network.weather, site.network.trouble = {"answer of another request": 1.0}, 1.0
        other.uplink.step(other.clock.now())
        site.network.trouble = 0.0
        arrive(site)
        streams = site.centre.rows("SELECT station, reason FROM stream ORDER BY station, starts")
        assert streams == [("bench-1", "new"), ("bench-1", "forked"), ("bench-2", "new")]


def test_a_month_offline_ends_with_everything_at_the_centre() -> None:
    with quiet() as site:
        (machine,) = site.machines
        arrive(site)
        site.network.cut_off.add(machine.name)
        for _ in range(30):
            site.world.now += DAY
            work(machine, 10)
        site.network.cut_off.clear()
        arrive(site)
        assert len(machine.memory.hashes) > 300


def test_events_handed_over_by_file_are_not_doubled_when_the_network_is_back() -> None:
    with quiet() as site:
        (machine,) = site.machines
        work(machine)
        arrive(site)
        site.network.cut_off.add(machine.name)
        work(machine)
        file = machine.export()
        waiting = machine.outbox.head() - machine.outbox.acknowledged()
        assert site.centre.take_file(file).stored == waiting
        assert set(machine.memory.hashes) <= Contents(site.centre).hashes
        assert site.centre.take_file(file).known == waiting
        work(machine)
        site.network.cut_off.clear()
        arrive(site)


@pytest.mark.parametrize("enrolled_after", [MINUTE, 2 * DAY])
def test_a_token_revoked_in_the_middle_holds_events_back_until_the_station_is_enrolled_again(
    enrolled_after: int,
) -> None:
    with quiet() as site:
        (machine,) = site.machines
        work(machine)
        arrive(site)
        site.centre.revoke(machine.station)
        had = len(Contents(site.centre).hashes)
        work(machine)
        site.world.run_until(site.world.now + enrolled_after)
        assert machine.uplink.state.trouble.code == "unauthorized"
        assert len(Contents(site.centre).hashes) == had
        machine.enrol(site.centre)
        arrive(site)


# --- the server -------------------------------------------------------------------------------------------------------


def test_a_server_killed_at_any_statement_of_a_push_has_all_of_it_or_nothing() -> None:
    with quiet(2) as site:
        one, other = site.machines
        arrive(site)
        site.network.weather = {"server killed in the middle": 1.0}
        all_of_it = 0
        for statement in range(1, 31):
            work(one, 1)
            before = len(Contents(site.centre).hashes)
            site.network.kill_at, site.network.trouble = statement, 1.0
            one.uplink.step(one.clock.now())
            site.network.trouble = 0.0
            contents = Contents(site.centre)
            once_and_in_order(contents)
            rows_say_what_the_events_say(site.centre, contents)
            all_of_it += len(contents.hashes) > before
            work(other, 1)
        assert 0 < all_of_it < 20
        arrive(site)


def test_two_replicas_that_answer_one_station_in_turn_store_everything_once() -> None:
    with quiet() as site:
        (machine,) = site.machines
        site.network.weather, site.network.trouble = {"arrives late more than once": 1, "arrives twice": 1}, 0.8
        for _ in range(8):
            work(machine, 3)
            site.world.run_until(site.world.now + MINUTE)
        site.network.trouble = 0.0
        arrive(site)


# --- clocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [-YEAR, YEAR])
def test_a_clock_a_year_off_refuses_no_scan_and_loses_no_event(offset: int) -> None:
    with quiet(2) as site:
        wrong, right = site.machines
        work(wrong, 3)
        wrong.clock.offset = offset
        for _ in range(4):
            work(wrong, 5)
            work(right, 5)
            site.world.run_until(site.world.now + 2 * MINUTE)
        wrong.clock.offset = 0
        work(wrong, 5)
        arrive(site)


def test_a_clock_a_year_ahead_takes_no_other_station_along() -> None:
    with quiet(2) as site:
        wrong, right = site.machines
        wrong.clock.offset = YEAR
        work(wrong, 10)
        settle(site)
        work(right, 10)
        assert right.store.head.hlc >> 16 < (site.world.now + DAY) // 1000
        arrive(site)


# --- poison -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["head", "middle", "tail"])
@pytest.mark.parametrize("kind", ["of a newer version", "too large"])
def test_an_event_that_the_centre_cannot_take_blocks_nothing(place: str, kind: str) -> None:
    with quiet() as site:
        (machine,) = site.machines
        site.network.cut_off.add(machine.name)
        poison = machine.write_novelty if kind == "of a newer version" else machine.write_giant
        if place == "head":
            poison()
        work(machine, 6)
        if place == "middle":
            poison()
            work(machine, 6)
        if place == "tail":
            poison()
        site.network.cut_off.clear()
        arrive(site)
        contents = Contents(site.centre)
        form = "plain" if kind == "of a newer version" else "withheld"
        held = site.centre.rows("SELECT seq FROM quarantined")
        assert len(held) == 1
        assert {row.form for row in contents.rows if (row.seq,) in held} == {form}
        assert [task for (task,) in site.centre.rows("SELECT kind FROM task WHERE kind = 'quarantine'")]


def test_two_hundred_poisoned_events_in_a_row_let_the_rest_through() -> None:
    with quiet() as site:
        (machine,) = site.machines
        site.network.cut_off.add(machine.name)
        work(machine, 5)
        for _ in range(200):
            machine.write_novelty()
        work(machine, 5)
        site.network.cut_off.clear()
        arrive(site)
        assert len(site.centre.rows("SELECT seq FROM quarantined")) == 200


# --- many hands -------------------------------------------------------------------------------------------------------


def test_one_parcel_worked_at_eight_stations_is_one_story_at_the_centre_and_at_each_of_them() -> None:
    with quiet(8) as site:
        first, *others = site.machines
        parcel = first.store.identifiers.parcel_plate()
        first.append([ev.ParcelReceived(parcel=parcel, outcome="matched", client="acme")])
        settle(site)
        for machine in others:
            unit = machine.store.identifiers.unit_plate()
            machine.append([ev.ParcelOpened(parcel=parcel, client="acme")])
            machine.append([ev.UnitIdentified(unit=unit, parcel=parcel, match="expected", client="acme", sku="S")])
            machine.append([ev.ParcelSetAside(parcel=parcel)])
            settle(site)
        arrive(site)
        about = [fact for fact in facts(Contents(site.centre)) if getattr(fact.recorded.event, "parcel", "") == parcel]
        assert [fact.station for fact in about[1::3]] == [machine.station for machine in others]
        assert len(about) == 1 + 3 * len(others)
        assert site.centre.rows("SELECT count(*) FROM task") == [(0,)]


def test_eight_stations_that_open_one_parcel_unseen_by_each_other_are_a_conflict_for_a_person() -> None:
    with quiet(8) as site:
        first, *_ = site.machines
        parcel = first.store.identifiers.parcel_plate()
        first.append([ev.ParcelReceived(parcel=parcel, outcome="matched", client="acme")])
        settle(site)
        site.network.cut_off |= {machine.name for machine in site.machines}
        for machine in site.machines:
            machine.append([ev.ParcelOpened(parcel=parcel, client="acme")])
        site.network.cut_off.clear()
        arrive(site)
        assert ("conflict", "parcel", parcel) in site.centre.rows("SELECT kind, subject_kind, subject FROM task")

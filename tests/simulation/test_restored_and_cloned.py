"""Disks come back from the past, run twice or vanish, at the stations and at the centre. Everything ends at the centre, once."""

from __future__ import annotations

import pytest
from sim_invariants import Contents
from sim_run import Site, quiet, settle, verify
from sim_station import Image, Machine

from rl_station.store.folder import EPOCH


def work(machine: Machine, inputs: int = 10) -> list[bytes]:
    """Gives the hashes of what was appended."""
    before = len(machine.memory.hashes)
    for _ in range(inputs):
        machine.work()
    return machine.memory.hashes[before:]


def put_back(machine: Machine, image: Image, *, epoch_file: bool | None) -> None:
    """The machine is switched off, its disk is the image again (see `Machine.restore`), and it is switched on."""
    machine.power_off()
    machine.restore(image, epoch_file=epoch_file)
    machine.power_on()


def twin_of(site: Site, machine: Machine) -> Machine:
    """Another machine at work on a copy of its disk."""
    twin = machine.clone("twin")
    twin.power_on()
    site.machines.append(twin)
    return twin


def arrive(site: Site) -> None:
    settle(site)
    verify(site)


def reasons(site: Site) -> list[str]:
    return [reason for (reason,) in site.centre.rows("SELECT reason FROM stream ORDER BY opened_at, starts")]


def tasks(site: Site) -> list[str]:
    return [kind for (kind,) in site.centre.rows("SELECT kind FROM task WHERE kind != 'conflict' ORDER BY opened_at")]


# --- an old image of a station ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("epoch_file", "reason"), [(False, "behind"), (None, "no_token"), (True, "forked")])
def test_a_restored_station_loses_nothing_that_was_sent_and_sends_all_it_writes_then(
    epoch_file: bool | None, reason: str
) -> None:
    with quiet() as site:
        (machine,) = site.machines
        work(machine)
        image = machine.image()
        sent = work(machine)
        arrive(site)
        put_back(machine, image, epoch_file=epoch_file)
        written = work(machine)
        arrive(site)
        assert set(sent) | set(written) <= Contents(site.centre).hashes
        assert reasons(site) == ["new", reason]
        assert tasks(site) == ["fork" if reason == "forked" else "restored"]


@pytest.mark.parametrize("epoch_file", [False, None, True])
def test_a_station_restored_before_it_had_sent_anything_is_no_trouble_to_anybody(epoch_file: bool | None) -> None:
    with quiet() as site:
        (machine,) = site.machines
        site.network.cut_off.add(machine.name)
        kept = work(machine)
        image = machine.image()
        lost = work(machine)
        put_back(machine, image, epoch_file=epoch_file)
        site.network.cut_off.clear()
        written = work(machine)
        arrive(site)
        assert Contents(site.centre).hashes == {*kept, *written}
        assert not set(lost) & {*kept, *written}


def test_a_station_restored_three_times_over_from_one_image_keeps_every_life() -> None:
    with quiet() as site:
        (machine,) = site.machines
        work(machine)
        image = machine.image()
        everything = set(machine.memory.hashes)
        for epoch_file in (False, True, None):
            everything |= set(work(machine))
            arrive(site)
            put_back(machine, image, epoch_file=epoch_file)
        everything |= set(work(machine))
        arrive(site)
        assert Contents(site.centre).hashes == everything


def test_a_station_whose_database_is_gone_begins_anew_beside_what_the_centre_has() -> None:
    with quiet() as site:
        (machine,) = site.machines
        sent = work(machine)
        arrive(site)
        machine.power_off()
        machine.lose_database()
        machine.power_on()
        written = work(machine)
        arrive(site)
        assert Contents(site.centre).hashes == {*sent, *written}
        assert reasons(site) == ["new", "lost"]


def test_a_restored_station_without_its_token_file_passes_over_the_plates_of_lost_events() -> None:
    with quiet() as site:
        (machine,) = site.machines
        image = machine.image()
        work(machine, 40)
        given = set(machine.memory.plates)
        machine.power_off()
        machine.restore(image, epoch_file=None)
        assert not (machine.folder / EPOCH).exists()
        machine.power_on()
        work(machine, 40)
        assert len(machine.memory.plates) > len(given)
        assert machine.memory.repeated == []
        arrive(site)


# --- two of one station -----------------------------------------------------------------------------------------------


def test_of_a_cloned_station_both_are_kept_and_somebody_is_told() -> None:
    with quiet() as site:
        (machine,) = site.machines
        common = work(machine)
        arrive(site)
        twin = twin_of(site, machine)
        ours, theirs = work(machine), work(twin)
        arrive(site)
        assert Contents(site.centre).hashes == {*common, *ours, *theirs}
        assert reasons(site) == ["new", "forked"]
        assert tasks(site) == ["fork"]


def test_clones_that_take_turns_for_long_stay_apart_for_good() -> None:
    with quiet() as site:
        (machine,) = site.machines
        work(machine)
        twin = twin_of(site, machine)
        for _ in range(5):
            work(machine, 4)
            work(twin, 4)
            arrive(site)
        assert reasons(site) == ["new", "forked"]


def test_clones_that_were_told_apart_give_no_plate_that_another_gives() -> None:
    with quiet() as site:
        (machine,) = site.machines
        work(machine)
        twin = twin_of(site, machine)
        work(machine)
        work(twin)
        arrive(site)
        ours, theirs = set(machine.memory.plates), set(twin.memory.plates)
        work(machine, 30)
        work(twin, 30)
        ours, theirs = machine.memory.plates - ours, twin.memory.plates - theirs
        assert ours
        assert theirs
        assert not ours & theirs
        arrive(site)


def test_a_whole_disk_put_back_gives_no_lost_plate_again_once_the_centre_has_told() -> None:
    with quiet() as site:
        (machine,) = site.machines
        image = machine.image()
        work(machine, 40)
        settle(site)
        put_back(machine, image, epoch_file=True)
        machine.work()
        settle(site)
        machine.blind = False
        work(machine, 40)
        assert machine.memory.repeated == []
        machine.blind = True
        arrive(site)


def test_four_clones_of_a_station_that_had_not_sent_all_end_in_four_lives() -> None:
    with quiet() as site:
        (machine,) = site.machines
        work(machine)
        arrive(site)
        site.network.cut_off.add(machine.name)
        work(machine)
        for number in range(3):
            twin = machine.clone(f"twin-{number}")
            site.machines.append(twin)
        site.network.cut_off.clear()
        for twin in site.machines[1:]:
            twin.power_on()
        for each in site.machines:
            work(each)
        arrive(site)
        assert sorted(reasons(site)) == ["forked", "forked", "forked", "new"]


def test_a_clone_that_was_restored_afterwards_is_told_apart_as_well() -> None:
    with quiet() as site:
        (machine,) = site.machines
        work(machine)
        twin = twin_of(site, machine)
        image = twin.image()
        work(machine)
        work(twin)
        arrive(site)
        put_back(twin, image, epoch_file=False)
        work(twin)
        arrive(site)


# --- an old image of the server ---------------------------------------------------------------------------------------


def test_a_restored_server_gets_everything_again_from_the_stations() -> None:
    with quiet(2) as site:
        one, other = site.machines
        work(one)
        work(other)
        arrive(site)
        image = site.centre.image()
        before = incarnation(site)
        everything = {*one.memory.hashes, *other.memory.hashes, *work(one), *work(other)}
        arrive(site)
        site.centre.restore(image)
        site.hear()
        arrive(site)
        assert Contents(site.centre).hashes == everything
        assert incarnation(site) != before
        assert tasks(site) == ["restored"]


def test_a_server_restored_to_nothing_gets_everything_again() -> None:
    with quiet(2) as site:
        image = site.centre.image()
        for machine in site.machines:
            work(machine)
        arrive(site)
        site.centre.restore(image)
        arrive(site)


def test_a_restored_server_and_a_station_that_writes_on_meanwhile() -> None:
    with quiet() as site:
        (machine,) = site.machines
        work(machine)
        arrive(site)
        image = site.centre.image()
        work(machine)
        arrive(site)
        site.network.cut_off.add(machine.name)
        work(machine)
        site.centre.restore(image)
        site.network.cut_off.clear()
        work(machine)
        arrive(site)


def test_a_restored_server_after_a_fork_gets_both_sides_of_it_again() -> None:
    with quiet() as site:
        (machine,) = site.machines
        work(machine)
        arrive(site)
        image = site.centre.image()
        twin = twin_of(site, machine)
        for _ in range(2):
            work(machine)
            work(twin)
            arrive(site)
        site.centre.restore(image)
        arrive(site)


def test_station_and_server_restored_on_the_same_day_keep_what_either_still_has() -> None:
    with quiet() as site:
        (machine,) = site.machines
        work(machine)
        arrive(site)
        central = site.centre.image()
        work(machine)
        image = machine.image()
        work(machine)
        arrive(site)
        machine.power_off()
        machine.restore(image, epoch_file=False)
        site.acked &= {*image.hashes}
        site.centre.restore(central)
        machine.power_on()
        written = work(machine)
        arrive(site)
        assert Contents(site.centre).hashes == {*image.hashes, *written}


def incarnation(site: Site) -> str:
    ((value,),) = site.centre.rows("SELECT value FROM server_fact WHERE name = 'incarnation'")
    return str(value)

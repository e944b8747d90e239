"""What a station says of its devices reaches the supervisors of the site, and never stands in the way of an event."""

from __future__ import annotations

import pytest
from faulty_centre import SITE, Centre, lost_answer, lost_request
from synced_station import STATION, Station

from rl_station.central import statuses, supervising
from rl_station.central.database import reading
from rl_station.central.reading_troubles import SILENT_US
from rl_station.domain.kpi import DEVICES, Figures, Trouble
from rl_station.domain.sync_wire import DeviceTold
from rl_station.sync.batches import FIRST_EVENTS
from rl_station.sync.retry import SECOND
from rl_station.sync.uplink import HEARTBEAT, LOOK

READY = DeviceTold("bench-printer", "printer", "ready")
LOST = DeviceTold("bench-printer", "printer", "lost", "out of ribbon")
SCANNER = DeviceTold("scanner", "scanner", "ready")


def figures(centre: Centre) -> Figures:
    return reading(
        centre.front.context.engine, lambda connection: supervising.figures(connection, SITE, centre.clock.now())
    )


def lost(centre: Centre) -> list[Trouble]:
    return [each for each in figures(centre).troubles if each.subject_kind == "device"]


def telling(station: Station, *devices: DeviceTold) -> None:
    """The station says from now on how its devices are."""
    station.devices = devices
    station.connect()


def idle(station: Station, us: int) -> None:
    """Nothing is scanned for so long."""
    until = station.clock.at + us
    while station.clock.at < until:
        station.step()


def test_a_printer_that_is_lost_is_a_trouble_of_the_site_until_it_is_back(station: Station, centre: Centre) -> None:
    telling(station, READY, SCANNER)
    station.work(1)
    station.drain()
    assert lost(centre) == []
    assert figures(centre).devices == ((f"{STATION}/bench-printer", "ready", ""), (f"{STATION}/scanner", "ready", ""))
    station.devices = (LOST, SCANNER)
    at = station.clock.at
    idle(station, 2 * LOOK)
    (trouble,) = lost(centre)
    assert (trouble.kind, trouble.subject, trouble.station) == ("printer", f"{STATION}/bench-printer", STATION)
    assert trouble.detail == "out of ribbon"
    assert at <= trouble.since <= at + 2 * LOOK
    station.devices = (READY, SCANNER)
    idle(station, 2 * LOOK)
    assert lost(centre) == []


@pytest.mark.parametrize("kind", DEVICES)
def test_whichever_kind_of_device_is_lost_a_supervisor_of_the_site_sees_it(
    station: Station, centre: Centre, kind: str
) -> None:
    telling(station, DeviceTold("bench", kind, "lost", "unplugged"))
    idle(station, 2 * LOOK)
    assert [(each.kind, each.subject, each.detail) for each in lost(centre)] == [
        (kind, f"{STATION}/bench", "unplugged")
    ]


def test_it_is_as_old_as_the_state_and_not_as_the_last_word_of_it(station: Station, centre: Centre) -> None:
    telling(station, LOST)
    idle(station, LOOK)
    since = lost(centre)[0].since
    idle(station, 2 * HEARTBEAT)
    assert [each.since for each in lost(centre)] == [since]


def test_only_what_is_new_is_said_with_every_scan(station: Station, centre: Centre) -> None:
    telling(station, READY)
    station.work(1)
    station.drain()
    station.work(1)
    station.drain()
    idle(station, HEARTBEAT + SECOND)
    said = [(len(push.events), push.status is not None) for push in centre.pushes[-3:]]
    assert said == [(1, True), (1, False), (0, True)]


def test_with_nothing_new_to_say_the_server_is_left_alone(station: Station, centre: Centre) -> None:
    telling(station, READY)
    station.work(1)
    station.drain()
    before = len(centre.pushes)
    idle(station, HEARTBEAT - 2 * LOOK)
    assert len(centre.pushes) == before


def test_what_was_said_when_the_network_was_down_is_said_again(station: Station, centre: Centre) -> None:
    telling(station, READY)
    station.work(1)
    station.drain()
    station.devices = (LOST,)
    centre.faults += [lost_request, lost_answer, lost_request]
    idle(station, 60 * SECOND)
    assert [each.kind for each in lost(centre)] == ["printer"]


def test_a_station_of_an_older_version_says_nothing_and_is_understood(station: Station, centre: Centre) -> None:
    station.work(3)
    station.drain()
    station.assert_all_there()
    assert all(push.status is None for push in centre.pushes)
    assert figures(centre).devices == ()


def test_of_a_station_that_is_away_the_printer_is_nobody_s_trouble(station: Station, centre: Centre) -> None:
    telling(station, LOST)
    station.work(1)
    station.drain()
    centre.clock.at += SILENT_US + SECOND
    assert lost(centre) == []
    assert figures(centre).devices == ((STATION, "away", ""),)
    centre.revoke(STATION)
    assert figures(centre).devices == ()


def test_too_much_said_of_devices_holds_up_no_event(station: Station, centre: Centre) -> None:
    telling(station, *(DeviceTold(f"scanner{number}", "scanner", "lost", "x" * 5_000) for number in range(500)))
    station.work(2)
    station.drain()
    station.assert_all_there()
    found = figures(centre).devices
    assert len(found) == statuses.MOST_DEVICES
    assert max(len(reason) for _, _, reason in found) == statuses.LONGEST


def test_what_still_waits_at_the_stations_is_shown(station: Station, centre: Centre) -> None:
    station.work(FIRST_EVENTS + 100)
    station.step()
    assert figures(centre).waiting_to_sync == 100
    station.drain()
    assert figures(centre).waiting_to_sync == 0

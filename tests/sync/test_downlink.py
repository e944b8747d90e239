"""What the centre says reaches the station: whole copies, changes, deletions, through every fault of the network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zstandard
from faulty_centre import (
    Centre,
    Fault,
    Reply,
    Serve,
    answers,
    captive_portal,
    cut_short,
    duplicated,
    lost_answer,
    lost_request,
    portal_says,
    redirected,
    refuses,
    truncated,
)
from msgspec.structs import replace
from told_station import Told, announce

from rl_station.central.calls import Request, Response
from rl_station.domain.events import (
    ContainerOpened,
    Event,
    ParcelOpened,
    ParcelReceived,
    UnitGraded,
    UnitIdentified,
    UnitSorted,
)
from rl_station.domain.projections import ContainerRow, ParcelRow, UnitRow
from rl_station.domain.sync_wire import Page, Refused, digest, pack
from rl_station.store.known import FILE, KnownReader
from rl_station.sync import downlink as following
from rl_station.sync.retry import SECOND


@pytest.fixture
def station(tmp_path: Path, centre: Centre) -> Iterator[Told]:
    made = Told(tmp_path / "station", centre)
    yield made
    made.close()


@pytest.fixture
def other(tmp_path: Path, centre: Centre) -> Iterator[Told]:
    made = Told(tmp_path / "other", centre, name="bench-02")
    yield made
    made.close()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few returns are many chunks."""
    monkeypatch.setattr(following, "ROWS", 5)


def rmas(*numbers: int) -> list[str]:
    return [f"R{number:03d}" for number in numbers]


# --- everything arrives -----------------------------------------------------------------------------------------------


def test_a_new_station_hears_everything_and_then_only_what_changes(station: Told, centre: Centre) -> None:
    announce(centre, *rmas(*range(12)))
    station.hear_all()
    assert sorted(station.knows("return")) == rmas(*range(12))
    requests: list[Request] = []
    centre.always = lambda request, serve: (requests.append(request), serve(request))[1]
    announce(centre, "R999")
    station.hear_all()
    assert len(station.knows("return")) == 13
    assert [each.key for each in station.known.led_to("return.tracking", "1ZR999")] == ["R999"]
    assert len(requests) == 1


def test_a_site_that_knows_nothing_is_no_trouble(station: Told) -> None:
    station.hear_all()
    assert station.known.there
    assert station.knows("return") == {}


def test_the_work_of_one_station_reaches_the_other(station: Told, other: Told) -> None:
    plate = station.receive()
    station.drain()
    other.hear_all()
    found = other.knows("parcel")
    assert list(found) == [plate]
    other.store.append([ParcelOpened(parcel=plate, client="acme")], operator="bob")
    other.drain()
    station.hear_all()
    told = msgspec.json.decode(station.knows("parcel")[plate] or b"")
    assert told["row"]["status"] == "opened"
    assert {each[0] for each in told["seen"]} == {"dock-01", "bench-02"}


def test_what_is_deleted_at_the_centre_disappears(station: Told, centre: Centre) -> None:
    announce(centre, "R001", "R002")
    station.hear_all()
    announce(centre, "R002", replace=True)
    station.hear_all()
    assert {key: value is None for key, value in station.knows("return").items()} == {"R001": True, "R002": False}
    assert station.known.led_to("return.tracking", "1ZR001") == []


def test_the_age_of_what_is_known_is_told_while_nothing_changes(station: Told) -> None:
    station.hear_all()
    before = station.known.contact_at
    for _ in range(40):
        station.hear()
    station.known.refresh()
    assert station.known.contact_at >= before + 30 * SECOND


@pytest.mark.usefixtures("small_pages")
def test_changes_while_a_whole_copy_is_on_its_way_are_in_it(station: Told, centre: Centre) -> None:
    announce(centre, *rmas(*range(0, 40, 2)))
    station.hear()
    announce(centre, *rmas(1, 39))
    announce(centre, *rmas(*range(2, 40, 2), 1, 39), replace=True)
    station.hear_all()
    there = {key for key, value in station.knows("return").items() if value is not None}
    assert there == {*rmas(*range(2, 40, 2), 1, 39)}


@pytest.mark.usefixtures("small_pages")
def test_a_storm_leaves_gaps(station: Told, centre: Centre) -> None:
    announce(centre, *rmas(*range(30)))
    pauses = [station.hear().us for _ in range(6)]
    assert pauses == [following.GAP] * 6


# --- interrupted ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_pages")
def test_a_whole_copy_that_is_killed_at_any_chunk_goes_on_from_there(tmp_path: Path, centre: Centre) -> None:
    """And what was in force before stays so until it is complete."""
    announce(centre, *rmas(*range(23)))
    station = Told(tmp_path / "station", centre)
    whole = station.hear_all()
    assert whole > 5
    expected = station.knows("return")
    station.stop_following()
    for killed_after in range(whole):
        for left in station.folder.glob(f"{FILE}*"):
            left.unlink()
        station.follow()
        for _ in range(killed_after):
            station.hear()
        killed = tmp_path / f"killed-{killed_after}"
        killed.mkdir()
        for left in station.folder.glob(f"{FILE}*"):
            shutil.copy(left, killed)
        station.stop_following()
        for left in station.folder.glob(f"{FILE}*"):
            left.unlink()
        for left in killed.iterdir():
            shutil.copy(left, station.folder)
        station.follow()
        steps = station.hear_all()
        assert station.knows("return") == expected
        assert steps <= whole - killed_after + 1
        station.stop_following()
    station.follow()
    station.close()


@pytest.mark.usefixtures("small_pages")
def test_the_former_copy_is_in_force_until_the_new_one_is_complete(
    station: Told, centre: Centre, tmp_path: Path
) -> None:
    """The server was restored from an image of before: it does not know what it said since."""
    image = centre.image()
    announce(centre, *rmas(*range(20)))
    station.hear_all()
    centre.restore(image)
    announce(centre, *rmas(*range(10, 40)))
    reader = KnownReader(station.folder)
    sizes = set()
    while True:
        pause = station.hear()
        reader.refresh()
        sizes.add(frozenset(key for key, value in reader.every("return").items() if value is not None))
        if pause.us > 500_000 and len(sizes) > 1:
            break
    reader.close()
    assert sizes == {frozenset(rmas(*range(20))), frozenset(rmas(*range(10, 40)))}


FAULTS: dict[str, tuple[Fault, str]] = {
    "request lost": (lost_request, "unreachable"),
    "answer lost": (lost_answer, "unreachable"),
    "answer truncated": (truncated, "unreachable"),
    "answer cut short": (cut_short, "garbled"),
    "captive portal": (captive_portal, "not_our_server"),
    "redirected": (redirected, "not_our_server"),
    "413": (portal_says(413), "contradicts"),
    "429": (answers(429, {"retry-after": "7"}), "busy"),
    "502": (portal_says(502), "server_error"),
    "busy": (refuses(Refused(code="busy", message="The database is away.")), "busy"),
    "404": (refuses(Refused(code="not_found", message="An older server.")), "contradicts"),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.usefixtures("small_pages")
def test_a_fault_at_any_page_costs_time_and_nothing_else(station: Told, centre: Centre, name: str) -> None:
    fault, code = FAULTS[name]
    announce(centre, *rmas(*range(12)))
    clear: Fault = lambda request, serve: serve(request)  # noqa: E731
    centre.faults.extend([fault, clear, fault, fault, clear, clear, fault])
    told: set[str] = set()
    for _ in range(60):
        station.hear()
        if station.downlink.trouble is not None:
            told.add(station.downlink.trouble.code)
        if not centre.faults:
            break
    station.hear_all()
    assert told == {code}
    assert sorted(station.knows("return")) == rmas(*range(12))


def test_a_page_that_was_changed_on_its_way_is_not_believed(station: Told, centre: Centre) -> None:
    announce(centre, "R001")

    def changed(request: Request, serve: Serve) -> Reply:
        response = serve(request)
        page = msgspec.msgpack.decode(_plain(response), type=Page)
        forged = replace(page, items=page.items[:-1])
        return Response(200, {"content-type": response.headers["content-type"]}, pack(forged))

    centre.always = changed
    for _ in range(3):
        station.hear()
    assert station.downlink.trouble is not None
    assert station.downlink.trouble.code == "garbled"
    assert station.knows("return") == {}
    centre.always = None
    station.hear_all()
    assert list(station.knows("return")) == ["R001"]


def _plain(response: Response) -> bytes:
    packed = response.headers.get("content-encoding") == "zstd"
    return zstandard.ZstdDecompressor().decompressobj().decompress(response.body) if packed else response.body


def test_a_cache_that_answers_with_an_old_page_leaves_no_hole(station: Told, centre: Centre) -> None:
    announce(centre, "R001")
    station.hear_all()
    announce(centre, "R002")
    kept: list[Response] = []
    centre.faults.append(lambda request, serve: (kept.append(serve(request)), kept[0])[1])
    station.hear_all()
    announce(centre, "R003")
    centre.faults.extend([lambda request, serve: kept[0]] * 2)
    station.hear_all()
    assert sorted(station.knows("return")) == ["R001", "R002", "R003"]


def test_a_duplicated_request_brings_nothing_twice(station: Told, centre: Centre) -> None:
    announce(centre, *rmas(1, 2))
    centre.always = duplicated
    station.hear_all()
    announce(centre, "R003")
    station.hear_all()
    assert sorted(station.knows("return")) == rmas(1, 2, 3)


def test_retry_after_is_honoured(station: Told, centre: Centre) -> None:
    centre.faults.append(answers(429, {"retry-after": "20"}))
    assert station.hear().us >= 20 * SECOND


def test_a_revoked_station_keeps_what_it_knows_and_asks_seldom(station: Told, centre: Centre) -> None:
    announce(centre, "R001")
    station.hear_all()
    centre.revoke("dock-01")
    assert station.hear().us >= 100 * SECOND
    assert station.downlink.trouble is not None
    assert station.downlink.trouble.code == "unauthorized"
    assert list(station.knows("return")) == ["R001"]


def test_a_server_that_knows_no_place_in_its_feed_does_not_keep_a_station_busy(station: Told, centre: Centre) -> None:
    announce(centre, "R001")
    station.hear_all()
    unknown = refuses(Refused(code="cursor_unknown", message="Who are you?"))
    centre.always = lambda request, serve: unknown(request, serve) if "cursor" in request.query else serve(request)
    pauses = [station.hear().us for _ in range(30)]
    assert sum(pauses[-10:]) > 10 * SECOND
    assert station.knows("return") != {}


def test_a_feed_that_does_not_move_on_is_not_followed_for_ever(station: Told, centre: Centre) -> None:
    announce(centre, "R001")
    station.hear_all()
    cursor = station.copy_of.cursor()
    nothing = digest(())
    page = Page(incarnation="x", cursor=cursor, asked=cursor, items=(), digest=nothing, at=0, more=True)
    centre.always = lambda request, serve: Response(200, {"content-type": "application/msgpack"}, pack(page))
    assert station.hear().us > 0
    assert station.downlink.trouble is not None
    assert station.downlink.trouble.code == "contradicts", station.downlink.trouble


def test_a_copy_that_cannot_be_written_is_trouble_of_the_downlink_alone(station: Told, centre: Centre) -> None:
    announce(centre, "R001")
    (station.folder / FILE).mkdir()
    pause = station.hear()
    assert pause.us > 0
    assert station.downlink.trouble is not None
    assert station.downlink.trouble.code == "copy"
    station.work(3)
    assert station.drain() > 0
    (station.folder / FILE).rmdir()
    station.hear_all()
    assert list(station.knows("return")) == ["R001"]


def test_the_station_knows_what_the_centre_knows_of_all_the_work(station: Told, other: Told) -> None:
    for _ in range(3):
        station.receive()
    plates = [line.event.parcel for line in station.store.log() if isinstance(line.event, ParcelReceived)]
    station.drain()
    other.drain()
    other.hear_all()
    for plate in plates:
        other.store.append([ParcelOpened(parcel=plate, client="acme")], operator="bob")
    other.drain()
    station.hear_all()
    other.hear_all()
    assert station.knows("parcel") == other.knows("parcel")
    assert sorted(station.knows("parcel")) == sorted(plates)


def test_both_stations_see_every_subject_as_the_centre_does(station: Told, other: Told) -> None:
    """Whoever did it: the merged rows of both are the centre's, once everything has been sent and heard."""
    plates = [station.receive() for _ in range(3)]
    for step in range(4):
        for number, plate in enumerate(plates):
            one, unit = (station, other)[(number + step) % 2], f"U{number}"
            events: list[Event] = [
                [ParcelOpened(parcel=plate, client="acme")],
                [UnitIdentified(unit=unit, parcel=plate, match="expected", client="acme", sku=f"S{number}")],
                [UnitGraded(unit=unit, parcel=plate, functional="F2", cosmetic="C1", packaging="sealed")],
                [
                    ContainerOpened(container="T1", disposition="resell", client="acme"),
                    UnitSorted(unit=unit, container="T1", disposition="resell", client="acme"),
                ],
            ][step]
            one.clock.at += SECOND
            one.store.append(events, operator="ada", known=one.rows.basis)
        for each in (station, other):
            each.drain()
        for each in (station, other):
            each.hear_all()
            each.store.heard(each.known.hlc)
    kinds = {"parcel": ParcelRow, "unit": UnitRow, "container": ContainerRow}
    for each in (station, other):
        for kind, row in kinds.items():
            said = {key: msgspec.json.decode(value or b"{}")["row"] for key, value in each.knows(kind).items()}
            assert {key: getattr(each.rows, kind)(key) for key in said} == {
                key: msgspec.convert(value, type=row) for key, value in said.items()
            }
        assert [placed.id for placed in each.rows.units_inside("T1", 0)] == ["U0", "U1", "U2"]

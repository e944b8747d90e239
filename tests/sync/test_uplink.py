"""A station's log arrives at the centre: in order, once, with a receipt that is worth something."""

from __future__ import annotations

import msgspec
import pytest
from faulty_centre import Centre, Fault, Serve, lost_request
from synced_station import STATION, Station

from rl_station.central.calls import Request, Response
from rl_station.domain.sync_wire import Ack, receipt_text
from rl_station.sync.receipts import signed
from rl_station.sync.uplink import HEARTBEAT


def test_everything_arrives_in_order_and_only_once(station: Station) -> None:
    station.work(30)
    station.drain()
    station.work(5)
    station.drain()
    station.assert_all_there()
    assert station.store.unsynced() == (0, None)


def test_a_backlog_goes_in_few_large_pushes(station: Station, centre: Centre) -> None:
    station.store.append(tuple(recorded.event for recorded in station.work(1)) * 12_000, operator="ada")
    steps = station.drain()
    station.assert_all_there()
    assert steps < 10
    assert max(len(push.events) for push in centre.pushes) > 2000


def test_the_receipt_is_kept_and_can_be_verified_by_anybody(station: Station, centre: Centre) -> None:
    station.work(3)
    station.drain()
    kept = station.state.receipt
    assert kept is not None
    assert (kept.through, kept.head) == (3, station.store.head.hash.hex())
    ack = Ack(
        incarnation=centre.incarnation(),
        epoch=station.store.epoch,
        through=3,
        head=station.store.head.hash,
        at=kept.at,
        receipt=bytes.fromhex(kept.signature),
    )
    assert receipt_text("test-site", STATION, ack).startswith(b"rl-station receipt 1\n")
    assert signed(ack, station.enrolled)


def test_with_nothing_to_send_the_server_is_still_asked_now_and_then(station: Station, centre: Centre) -> None:
    station.work(2)
    station.drain()
    heard = len(centre.pushes)
    assert station.uplink is not None
    assert station.uplink.step(station.clock.now()).us == HEARTBEAT
    assert station.uplink.step(station.clock.now()).us == HEARTBEAT
    assert [len(push.events) for push in centre.pushes[heard:]] == [0]
    centre.always = lost_request
    station.clock.at += HEARTBEAT
    station.step()
    assert station.state.link == "down"


def test_a_log_without_events_is_no_reason_to_be_silent(station: Station) -> None:
    station.step()
    assert station.state.link == "up"


def test_new_events_end_the_pause_of_a_link_that_is_up_and_not_the_patience_of_one_that_is_down(
    station: Station, centre: Centre
) -> None:
    station.work()
    assert station.step().wakes
    station.work()
    centre.always = lost_request
    pause = station.step()
    assert (pause.wakes, pause.us > 0) == (False, True)


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_that_is_a_year_off_is_told_and_rejects_nothing(station: Station, centre: Centre, years: int) -> None:
    off = years * 365 * 86_400 * 1_000_000
    centre.clock.at -= off
    station.work(3)
    station.drain()
    station.assert_all_there()
    assert station.state.skew_us == off


def forged(change: dict[str, object]) -> Fault:
    """An acknowledgement of our server's that somebody has changed."""

    def fault(request: Request, serve: Serve) -> Response:
        response = serve(request)
        ack = msgspec.msgpack.decode(response.body, type=Ack)
        changed = msgspec.structs.replace(ack, **change)
        return Response(200, response.headers, msgspec.msgpack.encode(changed))

    return fault


@pytest.mark.parametrize(
    "change",
    [
        {"receipt": bytes(64)},
        {"receipt": b""},
        {"at": 1},
        {"incarnation": "another"},
        {"epoch": "another"},
        {"head": bytes(32)},
        {"through": 0},
        {"through": 2},
        {"through": 1000},
    ],
)
def test_an_acknowledgement_that_does_not_fit_is_not_believed(
    station: Station, centre: Centre, change: dict[str, object]
) -> None:
    station.work(3)
    centre.faults.append(forged(change))
    station.step()
    assert station.store.unsynced().waiting == 3
    assert station.state.trouble is not None
    assert station.state.trouble.code == "not_believed"
    station.drain()
    station.assert_all_there()

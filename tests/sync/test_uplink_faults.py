"""Whatever the network and the server do to it, the log arrives whole and once, and the station says what is the matter."""

from __future__ import annotations

import itertools
import threading

import pytest
from faulty_centre import (
    Centre,
    Fault,
    Reply,
    Serve,
    answers,
    cannot_take,
    captive_portal,
    cut_short,
    duplicated,
    lost_answer,
    lost_request,
    portal_says,
    redirected,
    refuses,
    takes_at_most,
    truncated,
)
from msgspec.structs import replace
from synced_station import Station

from rl_station.central.calls import Request
from rl_station.domain.events import CodeTraced
from rl_station.domain.scan import ScanSource
from rl_station.domain.sync_wire import Refused
from rl_station.sync import enrolment
from rl_station.sync.retry import SECOND

BUSY = Refused(code="busy", message="The database is away.")
FAULTS: dict[str, tuple[Fault, str]] = {
    "request lost": (lost_request, "unreachable"),
    "answer lost": (lost_answer, "unreachable"),
    "answer truncated": (truncated, "unreachable"),
    "answer cut short": (cut_short, "garbled"),
    "captive portal": (captive_portal, "not_our_server"),
    "redirect to a sign-in page": (redirected, "not_our_server"),
    "somebody else's 400": (portal_says(400), "not_our_server"),
    "somebody else's 401": (portal_says(401), "not_our_server"),
    "somebody else's 404": (portal_says(404), "not_our_server"),
    "429": (answers(429, {}), "busy"),
    "500": (answers(500, {}), "server_error"),
    "502": (answers(502, {}), "server_error"),
    "503": (answers(503, {"retry-after": "3"}), "server_error"),
    "the server's own 503": (refuses(BUSY), "busy"),
}


@pytest.mark.parametrize(("fault", "trouble"), FAULTS.values(), ids=FAULTS.keys())
def test_it_is_told_survived_and_loses_and_doubles_nothing(
    station: Station, centre: Centre, fault: Fault, trouble: str
) -> None:
    station.work(10)
    centre.faults += [fault, fault]
    for _ in range(2):
        assert station.step().us > 0
        assert station.state.link == "down"
        assert station.state.trouble is not None
        assert station.state.trouble.code == trouble
        assert not station.state.trouble.blocked
        assert station.store.unsynced().waiting == 10
    station.drain()
    assert station.state.trouble is None
    station.assert_all_there()


def test_a_request_that_arrives_twice_is_stored_once(station: Station, centre: Centre) -> None:
    centre.always = duplicated
    station.work(10)
    station.drain()
    station.assert_all_there()


def test_messages_lost_and_doubled_in_every_order_lose_and_double_nothing(station: Station, centre: Centre) -> None:
    for faults in itertools.product([lost_request, lost_answer, duplicated, truncated], repeat=3):
        station.work(2)
        centre.faults += faults
        station.drain()
    station.assert_all_there()


def test_a_server_that_is_not_there_at_all(station: Station, centre: Centre) -> None:
    station.work(3)
    centre.__exit__(None, None, None)
    station.step()
    assert station.state.trouble is not None
    assert station.state.trouble.code == "unreachable"
    with Centre(centre.database.parent, centre.clock.at) as again:
        station.centre = again
        station.enrol()
        station.connect()
        station.drain()
        station.assert_all_there()


def test_a_server_that_does_not_answer_is_given_up_after_a_while(station: Station, centre: Centre) -> None:
    over = threading.Event()

    def silent(request: Request, serve: Serve) -> Reply:
        over.wait(20)
        return None

    centre.always = silent
    station.work(3)
    station._read_s = 0.1
    station.connect()
    station.step()
    over.set()
    assert station.state.trouble is not None
    assert station.state.trouble.code == "unreachable"


def test_retries_come_without_a_new_scan_and_further_and_further_apart(station: Station, centre: Centre) -> None:
    centre.always = lost_request
    station.work()
    pauses = [station.step().us for _ in range(12)]
    assert all(later >= earlier for earlier, later in itertools.pairwise(pauses[:6]))
    assert pauses[-1] >= 30 * SECOND
    assert max(pauses) <= 60 * SECOND


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_patience_gets_it(station: Station, centre: Centre, status: int) -> None:
    centre.faults.append(answers(status, {"Retry-After": "90"}))
    station.work()
    assert 90 * SECOND <= station.step().us <= 120 * SECOND


def test_nobody_can_ask_for_patience_for_ever(station: Station, centre: Centre) -> None:
    centre.faults.append(answers(503, {"Retry-After": "99999999"}))
    station.work()
    assert station.step().us <= 2 * 3600 * SECOND


# --- too large --------------------------------------------------------------------------------------------------------


def test_a_proxy_that_takes_little_gets_little_at_a_time(station: Station, centre: Centre) -> None:
    centre.always = takes_at_most(2000)
    station.work(400)
    station.drain()
    station.assert_all_there()
    assert station.state.held == ()


def test_a_limit_that_is_told_is_kept_to(station: Station, centre: Centre) -> None:
    def limited(request: Request, serve: Serve) -> Reply:
        if len(request.body) > 3000:
            return refuses(Refused(code="too_large", message="Too much.", limit=3000))(request, serve)
        return serve(request)

    centre.always = limited
    station.work(400)
    station.drain()
    station.assert_all_there()
    assert station.state.held == ()
    assert len(centre.pushes) < 25


def test_one_event_that_is_too_large_goes_as_its_hash_and_holds_up_nobody(station: Station, centre: Centre) -> None:
    station.work(5)
    huge = ScanSource(device="bench", raw="x" * 1_500_000)
    station.store.append([CodeTraced(kind="tracking", value="huge")], operator="ada", source=huge)
    station.work(5)
    station.drain()
    station.assert_all_there()
    assert centre.quarantined() == [(6, "withheld")]
    assert [(held.seq, held.form) for held in station.state.held] == [(6, "withheld")]


# --- the token --------------------------------------------------------------------------------------------------------


def test_a_token_revoked_in_the_middle_pauses_visibly_until_the_station_is_enrolled_again(
    station: Station, centre: Centre
) -> None:
    station.work(5)
    station.drain()
    station.work(5)
    centre.revoke(station.name)
    pause = station.step()
    assert pause.us >= 100 * SECOND
    assert station.state.link == "down"
    assert station.state.trouble is not None
    assert (station.state.trouble.code, station.state.trouble.blocked) == ("unauthorized", True)
    assert station.store.unsynced().waiting == 5
    station.step()
    assert station.state.link == "down"
    station.enrol()
    station.connect()
    station.drain()
    station.assert_all_there()


def test_another_station_s_token_sends_nothing(station: Station, centre: Centre) -> None:
    own = station.enrolled
    station.name = "dock-02"
    station.enrol()
    enrolment.write(station.folder, replace(station.enrolled, station=own.station))
    station.connect()
    station.work(3)
    station.step()
    assert station.state.trouble is not None
    assert station.state.trouble.code == "unauthorized"
    assert centre.hashes() == {}


# --- poison -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [1, 60, 120], ids=["head", "middle", "tail"])
def test_an_event_the_server_names_as_bad_goes_with_its_hash_only(station: Station, centre: Centre, place: int) -> None:
    """The operator's name is longer than the server stores, so that not even the sealed event is taken."""
    station.work(place - 1)
    station.work(1, operator="x" * 300)
    station.work(120 - place)
    station.drain()
    station.assert_all_there()
    assert centre.quarantined() == [(place, "withheld")]
    assert centre.tasks() == ["quarantine"]
    assert [(held.seq, held.form) for held in station.state.held] == [(place, "withheld")]


@pytest.mark.parametrize("form", ["plain", "sealed"])
@pytest.mark.parametrize("place", [1, 500, 777, 1000])
def test_a_bad_event_that_the_server_does_not_name_is_found_by_halving(
    station: Station, centre: Centre, place: int, form: str
) -> None:
    centre.always = cannot_take(place, form=form)
    station.store.append([CodeTraced(kind="tracking", value=str(number)) for number in range(1000)], operator="ada")
    steps = station.drain()
    station.assert_all_there()
    held = {"plain": "sealed", "sealed": "withheld"}[form]
    assert centre.quarantined() == [(place, held)]
    assert steps <= 40


def test_many_bad_events_hold_up_no_good_one(station: Station, centre: Centre) -> None:
    bad = (1, 2, 3, 50, 51, 199, 200)
    centre.always = cannot_take(*bad)
    station.work(200)
    station.drain()
    station.assert_all_there()
    assert sorted(centre.quarantined()) == [(seq, "sealed") for seq in bad]


def test_a_bad_event_stays_known_after_a_restart(station: Station, centre: Centre) -> None:
    station.work(1, operator="x" * 300)
    station.drain()
    state = station.state
    station.restart()
    station.connect(before=state)
    station.work(1)
    station.drain()
    assert [(held.seq, held.form) for held in station.state.held] == [(1, "withheld")]


def test_a_server_that_refuses_everything_is_not_taken_for_bad_events(station: Station, centre: Centre) -> None:
    centre.always = refuses(Refused(code="bad_request", message="Push version 9 is needed."))
    station.work(64)
    for _ in range(40):
        station.step()
    assert station.state.trouble is not None
    assert (station.state.trouble.code, station.state.trouble.blocked) == ("refuses", True)
    assert "Push version 9" in station.state.trouble.told
    assert station.store.unsynced().waiting == 64
    centre.always = None
    station.drain()
    station.assert_all_there()
    assert len(centre.quarantined()) <= 1

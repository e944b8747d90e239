"""The whole site as a station's supervisor sees it: from the centre, with its age, and never an error of the station's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import certifi
import pytest
from faulty_centre import Centre, Fault, Serve, captive_portal, cut_short, lost_request, portal_says, truncated
from msgspec.structs import replace
from synced_station import STATION, Station

from rl_station.central.calls import Request, Response
from rl_station.domain.events import ParcelReceived
from rl_station.domain.kpi import Selection
from rl_station.station.sync import site_figures
from rl_station.sync import enrolment
from rl_station.sync.retry import SECOND
from rl_station.sync.site_figures import FRESH, LONGEST_WAIT, SiteFigures


@pytest.fixture
def site(station: Station) -> Iterator[SiteFigures]:
    made = site_figures(station.folder, station.clock)
    yield made
    made.close()


def later(station: Station, us: int) -> None:
    station.clock.at += us
    station.centre.clock.at += us


def waiting(site: SiteFigures) -> int:
    found = site.look().figures
    assert found is not None
    return sum(each.waiting for each in found.queues)


def test_the_figures_are_those_of_all_stations(station: Station, centre: Centre, site: SiteFigures) -> None:
    station.receive()
    station.drain()
    assert waiting(site) == 1
    view = site.look()
    assert view.figures is not None
    assert (view.figures.scope, view.heard_at, view.trouble, view.enrolled) == ("site", station.clock.at, None, True)


def test_behind_a_figure_and_in_a_history_is_what_other_stations_did(station: Station, site: SiteFigures) -> None:
    plate = station.receive()
    station.drain()
    (subject,) = site.selected(Selection(of="queue", name="to_open")) or ()
    assert (subject.kind, subject.id) == ("parcel", plate)
    (happened,) = site.history("parcel", plate) or ()
    assert (happened.station, happened.seq, happened.operator, happened.corrected) == (STATION, 1, "ada", False)
    assert happened.event == ParcelReceived(parcel=plate, outcome="blind")
    assert site.selected(Selection(of="work", name="sorted")) == ()
    assert site.history("parcel", "RLP-NOWHERE") == ()


def test_the_centre_is_not_asked_again_while_the_figures_are_fresh(station: Station, site: SiteFigures) -> None:
    assert waiting(site) == 0
    station.receive()
    assert station.uplink is not None
    station.uplink.step(station.clock.now())
    later(station, FRESH - SECOND)
    assert waiting(site) == 0
    later(station, SECOND)
    assert waiting(site) == 1


def test_who_looks_away_and_comes_back_is_answered_again(station: Station, site: SiteFigures) -> None:
    assert waiting(site) == 0
    site.close()
    station.receive()
    station.drain()
    later(station, FRESH)
    assert waiting(site) == 1
    assert site.look().heard_at == station.clock.at


FAULTS = (lost_request, truncated, cut_short, captive_portal, portal_says(500), portal_says(404))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: getattr(fault, "__name__", "status"))
def test_whatever_happens_on_the_way_the_last_figures_stay_with_their_age(
    station: Station, centre: Centre, site: SiteFigures, fault: Fault
) -> None:
    heard = site.look()
    later(station, FRESH)
    centre.always = fault
    view = site.look()
    assert (view.figures, view.heard_at) == (heard.figures, heard.heard_at)
    assert view.trouble is not None
    assert site.selected(Selection(of="queue")) is None
    assert site.history("parcel", "RLP1") is None
    centre.always = None
    later(station, LONGEST_WAIT)
    view = site.look()
    assert (view.trouble, view.heard_at) == (None, station.clock.at)


def test_a_centre_that_does_not_answer_is_given_time(station: Station, centre: Centre, site: SiteFigures) -> None:
    asked = []

    def counted(request: object, serve: object) -> None:
        asked.append(request)

    centre.always = counted
    for _ in range(60):
        site.look()
        later(station, SECOND)
    assert 3 < len(asked) < 15


def test_a_centre_that_asks_for_patience_is_left_in_peace_for_a_while(
    station: Station, centre: Centre, site: SiteFigures
) -> None:
    asked = []

    def patience(request: Request, serve: Serve) -> Response:
        asked.append(request)
        return Response(503, {"content-type": "text/html", "retry-after": "600"}, b"")

    centre.always = patience
    for _ in range(60):
        site.look()
        later(station, SECOND)
    assert 1 < len(asked) < 5


def test_a_station_that_was_revoked_is_told_so_and_one_that_enrols_again_sees_the_site(
    station: Station, centre: Centre, site: SiteFigures
) -> None:
    assert site.look().trouble is None
    later(station, FRESH)
    centre.revoke(STATION)
    trouble = site.look().trouble
    assert trouble is not None
    assert (trouble.code, trouble.blocked) == ("unauthorized", True)
    station.enrol()
    assert site.look().trouble is None
    assert site.look().figures is not None


def test_without_an_enrolment_there_is_no_site_to_see(station: Station, site: SiteFigures) -> None:
    assert site.look().enrolled
    (station.folder / enrolment.FILE).unlink()
    view = site.look()
    assert (view.enrolled, view.figures, view.trouble) == (False, None, None)
    assert site.selected(Selection(of="queue")) is None
    (station.folder / enrolment.FILE).write_text("{}")
    view = site.look()
    assert view.trouble is not None
    assert view.trouble.code == "enrolment"


def test_a_certificate_that_is_put_there_later_leads_to_the_site(station: Station, site: SiteFigures) -> None:
    certificate = station.folder / "authority.pem"
    enrolled = enrolment.read(station.folder)
    assert enrolled is not None
    enrolment.write(station.folder, replace(enrolled, authority=str(certificate)))
    trouble = site.look().trouble
    assert trouble is not None
    assert (trouble.code, trouble.blocked) == ("enrolment", True)
    shutil.copy(certifi.where(), certificate)
    later(station, LONGEST_WAIT)
    assert site.look().figures is not None


def test_a_certificate_that_is_gone_when_somebody_looks_again_is_told_and_not_raised(
    station: Station, site: SiteFigures
) -> None:
    certificate = station.folder / "authority.pem"
    shutil.copy(certifi.where(), certificate)
    enrolled = enrolment.read(station.folder)
    assert enrolled is not None
    enrolment.write(station.folder, replace(enrolled, authority=str(certificate)))
    assert site.look().figures is not None
    site.close()
    certificate.unlink()
    later(station, FRESH)
    view = site.look()
    assert view.figures is not None
    assert view.trouble is not None
    assert view.trouble.code == "enrolment"

"""The site on a supervisor's screen at a station, from a real centre: whose events are whose, and when it is out of sight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from faulty_centre import Centre, portal_says
from synced_station import STATION, Station

from rl_station.domain.kpi import Selection, Subject
from rl_station.station.figures import Unseen
from rl_station.station.site_view import SiteView
from rl_station.station.sync import site_figures
from rl_station.sync.retry import SECOND


@pytest.fixture
def view(station: Station) -> Iterator[SiteView]:
    made = SiteView(
        site_figures(station.folder, station.clock), STATION, lambda: station.store.epoch, station.clock.now
    )
    yield made
    made.close()


def test_figures_of_the_site_that_are_too_old_say_nothing_of_it_now(
    station: Station, centre: Centre, view: SiteView
) -> None:
    assert view.figures().scope == "site"
    heard = view.heard_at()
    assert heard == station.clock.at
    centre.always = portal_says(503)
    station.clock.at += 15 * SECOND
    assert view.figures().scope == "site"
    assert view.heard_at() == heard
    station.clock.at += SECOND
    with pytest.raises(Unseen):
        view.figures()


def test_what_cannot_be_told_now_is_unseen_and_not_nothing(station: Station, centre: Centre, view: SiteView) -> None:
    plate = station.receive()
    station.drain()
    assert [each.id for each in view.selected(Selection(of="queue", name="to_open"))] == [plate]
    centre.always = portal_says(500)
    with pytest.raises(Unseen):
        view.selected(Selection(of="queue", name="to_open"))
    with pytest.raises(Unseen):
        view.history(Subject("parcel", plate))


def test_only_events_of_this_stations_own_log_keep_their_place_in_it(station: Station, view: SiteView) -> None:
    plate = station.receive()
    station.drain()
    [line] = view.history(Subject("parcel", plate))
    assert (line.seq, line.station, line.type) == (1, STATION, "ParcelReceived")
    elsewhere = SiteView(
        site_figures(station.folder, station.clock), "another", lambda: station.store.epoch, station.clock.now
    )
    [told] = elsewhere.history(Subject("parcel", plate))
    elsewhere.close()
    assert told.seq == 0
    former = SiteView(site_figures(station.folder, station.clock), STATION, lambda: "another", station.clock.now)
    [told] = former.history(Subject("parcel", plate))
    former.close()
    assert told.seq == 0
    assert view.history(Subject("device", "labels")) == ()

"""What lies on the scale: each load is one parcel's, and a weight is only as good as its scale."""

from __future__ import annotations

from rl_station.devices import DeviceState, StateChange, Weighed
from rl_station.station.scale_inbox import ScaleInbox
from rl_station.station.scale_pan import ScalePan
from rl_station.workflow.knowledge import Load


def shows(pan: ScalePan, grams: int, *, stable: bool = True, device: str = "bench") -> Load | None:
    pan.take(Weighed(device, grams, stable, 0))
    return pan.load


def test_a_load_counts_once_it_lies_still_and_not_before() -> None:
    pan = ScalePan()
    assert pan.load is None
    assert shows(pan, 900, stable=False) is None
    assert shows(pan, 1240) == Load(1240, "bench")
    assert shows(pan, 1238, stable=False) is None


def test_an_empty_scale_weighs_nothing_however_its_zero_wanders() -> None:
    pan = ScalePan()
    assert [shows(pan, grams) for grams in (0, 4, -2, 10)] == [None] * 4


def test_what_was_weighed_for_one_parcel_is_not_weighed_for_the_next() -> None:
    pan = ScalePan()
    shows(pan, 1240)
    pan.used("bench")
    assert pan.load is None
    assert shows(pan, 1240) is None
    assert shows(pan, 1260, stable=False) is None, "somebody bumps into the bench"
    assert shows(pan, 1243) is None
    assert shows(pan, 0) is None
    assert shows(pan, 1240) == Load(1240, "bench"), "lifted and put down again"


def test_a_quick_change_of_parcels_is_seen_without_an_empty_scale() -> None:
    pan = ScalePan()
    shows(pan, 1240)
    pan.used("bench")
    assert shows(pan, 3100, stable=False) is None
    assert shows(pan, 3100) == Load(3100, "bench")


def test_a_weight_does_not_outlive_its_scale() -> None:
    pan = ScalePan()
    shows(pan, 1240)
    pan.lost("bench")
    assert pan.load is None
    assert shows(pan, 1240) == Load(1240, "bench")
    pan.used("bench")
    pan.lost("bench")
    assert shows(pan, 1240) is None, "it still lies there from the parcel before"


def test_two_scales_are_kept_apart() -> None:
    pan = ScalePan()
    shows(pan, 1240, device="small")
    shows(pan, 0, device="large")
    assert pan.load == Load(1240, "small")
    pan.used("small")
    assert shows(pan, 20_000, device="large") == Load(20_000, "large")


def test_what_waits_for_the_engine_arrives_in_order_and_tells_it_once() -> None:
    inbox, pan = ScaleInbox(), ScalePan()
    reports = (
        Weighed("bench", 1240, True, 0),
        StateChange("bench", DeviceState.READY),
        StateChange("unheard-of", DeviceState.LOST),
    )
    assert [inbox.put(report) for report in reports] == [True, False, False]
    inbox.empty_into(pan)
    assert pan.load == Load(1240, "bench")
    assert inbox.put(StateChange("bench", DeviceState.LOST, "unplugged"))
    inbox.empty_into(pan)
    assert pan.load is None

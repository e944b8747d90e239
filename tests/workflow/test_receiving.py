"""Every outcome at the dock."""

from __future__ import annotations

from catalogue_check import spoken
from world import Desk, desk_at, parcel_plate, receive

from rl_station.domain import events as e
from rl_station.domain.messages import Refusal
from rl_station.domain.scan import ScanKind
from rl_station.workflow import Command, notice, said

TRACKING, PLATE = ScanKind.TRACKING, ScanKind.PARCEL_PLATE


def refused(desk: Desk) -> Refusal:
    assert isinstance(desk.last, Refusal), desk.types
    return desk.last


def test_one_match_is_received_by_any_of_its_codes() -> None:
    for kind, value in ((TRACKING, "T1"), (ScanKind.RMA, "RMA1"), (ScanKind.ORDER, "ORD1"), (ScanKind.SERIAL, "SN1")):
        desk = desk_at("receive")
        desk.scan((kind, value))
        received = desk.found(e.ParcelReceived)
        assert (received.outcome, received.rmas, received.client) == ("matched", ("RMA1",), "acme")


def test_a_parcel_goes_from_its_first_scan_to_its_lane_with_plate_and_label() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "T1"))
    assert desk.step == "receive.condition"
    desk.answer("dented")
    desk.answer("none")
    assert desk.types == ["ParcelHazardChecked", "LabelRequested"]
    plate = desk.found(e.LabelRequested).parcel
    desk.scan((PLATE, plate))
    assert desk.types == ["ParcelPlateConfirmed", "ParcelLaneAssigned"]
    assert desk.found(e.ParcelLaneAssigned).lane in ("TECH", "WEAR")
    assert desk.prompt.destination is not None
    desk.scan((TRACKING, "T5A"))
    assert desk.types == ["ParcelReceived"], "the next parcel is taken from the lane screen at once"


def test_the_lane_is_the_one_that_takes_most_of_the_announced_lines() -> None:
    desk = desk_at("receive")
    plate = receive(desk, TRACKING, "T5A")
    assert desk.found(e.ParcelLaneAssigned).lane == "WEAR"
    assert desk.world.records.parcels[plate].status == "received"
    receive(desk, ScanKind.RMA, "RMA6")
    assert desk.found(e.ParcelLaneAssigned).lane == "MIXED"


def test_a_code_of_several_returns_lets_the_worker_choose_one_or_all() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "TBOTH"))
    assert desk.step == "receive.choose"
    assert [choice.id for choice in desk.prompt.choices] == ["RMA3", "RMA4", "all", "blind"]
    desk.answer("ANSWER2")
    assert desk.found(e.ParcelReceived).rmas == ("RMA4",)
    desk.command(Command.UNDO)
    desk.answer("all")
    assert desk.found(e.ParcelReceived).rmas == ("RMA3", "RMA4")


def test_the_return_label_settles_which_of_several_returns_it_is() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "TBOTH"))
    desk.scan((ScanKind.RMA, "RMA3"))
    received = desk.found(e.ParcelReceived)
    assert received.rmas == ("RMA3",)
    assert ("tracking", "TBOTH") in received.keys


def test_a_cancelled_return_is_received_and_held_and_gets_no_lane() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "T2"))
    assert desk.types == ["ParcelReceived", "ParcelHeld"]
    assert desk.found(e.ParcelReceived).outcome == "cancelled"
    plate = desk.found(e.ParcelReceived).parcel
    desk.answer("intact")
    desk.answer("none")
    desk.scan((PLATE, plate))
    assert desk.types == ["ParcelPlateConfirmed"]
    assert desk.prompt.destination is not None
    assert spoken(desk.prompt.destination) == "HOLD: BHOLD"


def test_an_unannounced_parcel_is_received_when_its_code_is_scanned_again() -> None:
    desk = desk_at("receive")
    desk.scan((ScanKind.TEXT, "WHO KNOWS"))
    assert desk.types == ["ParcelPresented"]
    assert desk.step == "receive.unannounced"
    desk.scan((ScanKind.TEXT, "WHO KNOWS"))
    received = desk.found(e.ParcelReceived)
    assert received.outcome == "blind"
    assert ("text", "WHO KNOWS") in received.keys


def test_an_unannounced_parcel_is_matched_by_a_second_better_code_and_keeps_both() -> None:
    desk = desk_at("receive")
    desk.scan((ScanKind.TEXT, "WHO KNOWS"))
    desk.scan((ScanKind.RMA, "RMA1"))
    received = desk.found(e.ParcelReceived)
    assert received.outcome == "matched"
    assert {("text", "WHO KNOWS"), ("rma", "RMA1")} <= set(received.keys)


def test_a_parcel_without_any_code_is_received_too() -> None:
    desk = desk_at("receive")
    desk.answer("no_code")
    assert desk.found(e.ParcelReceived).outcome == "blind"


def test_a_parcel_received_before_is_refused_with_where_and_when() -> None:
    desk = desk_at("receive")
    plate = receive(desk)
    desk.scan((TRACKING, "T1"))
    refusal = refused(desk)
    assert refusal.code == "receive.already"
    assert not refusal.blocking
    said = dict(refusal.params)
    assert (said["parcel"], said["station"]) == (plate, "demo")
    assert isinstance(said["when"], int)
    assert len(desk.world.records.parcels) == 1
    desk.scan((PLATE, plate))
    assert refused(desk).code == "receive.already"


def test_a_return_that_is_here_already_may_have_another_parcel() -> None:
    desk = desk_at("receive")
    receive(desk, TRACKING, "T5A")
    desk.scan((ScanKind.RMA, "RMA5"))
    assert desk.step == "receive.again"
    desk.answer("another")
    assert desk.found(e.ParcelReceived).rmas == ("RMA5",)
    desk.command(Command.CANCEL)
    desk.scan((TRACKING, "T5B"))
    assert desk.step == "receive.again"


def test_the_same_code_twice_in_a_row_books_one_parcel() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "T1"))
    desk.scan((TRACKING, "T1"))
    assert refused(desk).code == "receive.in_hand"
    assert len(desk.world.records.parcels) == 1


def test_a_preprinted_plate_scanned_first_is_the_parcels_plate() -> None:
    desk = desk_at("receive")
    plate = parcel_plate(77, "PRE")
    desk.scan((PLATE, plate))
    assert desk.step == "receive.identify"
    desk.scan((TRACKING, "T1"))
    received = desk.found(e.ParcelReceived)
    assert (received.parcel, received.preprinted) == (plate, True)
    desk.answer("intact")
    desk.answer("none")
    assert desk.types == ["ParcelHazardChecked", "ParcelPlateConfirmed", "ParcelLaneAssigned"]


def test_a_plate_that_is_in_use_is_never_given_to_another_parcel() -> None:
    desk = desk_at("receive")
    desk.scan((PLATE, parcel_plate(2)))
    desk.scan((TRACKING, "T1"))
    assert desk.world.parcel_plate() == parcel_plate(2), "the counter is about to give a plate that is stuck on already"
    desk.answer("intact")
    desk.answer("none")
    desk.scan((TRACKING, "T5A"))
    assert desk.found(e.ParcelReceived).parcel == parcel_plate(3)


def test_a_preprinted_plate_at_the_plate_step_is_taken_when_scanned_twice() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "T1"))
    desk.answer("intact")
    desk.answer("none")
    stuck_on = parcel_plate(78, "PRE")
    desk.scan((PLATE, stuck_on))
    assert refused(desk).code == "plate.not_printed_here"
    desk.scan((PLATE, parcel_plate(79, "PRE")))
    assert refused(desk).code == "plate.not_printed_here", "another plate does not confirm the first"
    desk.scan((PLATE, stuck_on))
    assert refused(desk).code == "plate.not_printed_here", "nor does the first, with another between"
    desk.scan((PLATE, stuck_on))
    assert desk.found(e.ParcelPlateConfirmed).parcel == stuck_on
    assert isinstance(desk.last, tuple)
    assert spoken(said(desk.last)[1]) == f"Parcel {stuck_on} goes to lane TECH"
    assert list(desk.world.records.parcels) == [stuck_on], "the plate it carries is the parcel's only name"
    assert desk.world.records.parcels_by_key("tracking", "T1")[0].lane == "TECH"
    assert desk.session.notice is not None
    assert spoken(desk.session.notice).startswith("Undone. Destroy the label")
    desk.scan((PLATE, stuck_on))
    assert refused(desk).code == "receive.already"
    desk.command(Command.UNDO)
    assert refused(desk).code == "undo.cancelled"


def test_another_parcels_plate_is_an_alarm_that_waits_for_ack() -> None:
    desk = desk_at("receive")
    other = receive(desk, TRACKING, "T5A")
    desk.scan((TRACKING, "T1"))
    desk.answer("intact")
    desk.answer("none")
    plate = desk.found(e.LabelRequested).parcel
    desk.scan((PLATE, other))
    assert refused(desk).code == "plate.of_another_parcel"
    assert desk.prompt.alarm is not None
    desk.scan((PLATE, plate))
    assert refused(desk).code == "alarm.pending"
    desk.command(Command.ACK)
    assert desk.prompt.alarm is None
    desk.scan((PLATE, plate))
    assert "ParcelPlateConfirmed" in desk.types


def test_a_danger_stops_the_screen_and_holds_the_parcel() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "T1"))
    desk.answer("intact")
    desk.answer("smoke")
    assert desk.types == ["ParcelHazardChecked", "ParcelHeld", "LabelRequested"]
    assert desk.prompt.alarm is not None
    assert "Smoke" in spoken(desk.prompt.alarm.message)
    desk.command(Command.ACK)
    desk.answer("unlabelled")
    assert "ParcelLaneAssigned" not in desk.types
    assert desk.step == "receive.lane"
    assert desk.world.records.parcels_by_key("tracking", "T1")[0].status == "held"


def test_a_danger_at_a_preprinted_parcel_holds_it_without_a_lane() -> None:
    desk = desk_at("receive")
    desk.scan((PLATE, parcel_plate(5, "PRE")))
    desk.scan((TRACKING, "T1"))
    desk.answer("intact")
    desk.answer("leak")
    assert desk.types == ["ParcelHazardChecked", "ParcelHeld", "ParcelPlateConfirmed"]


def test_a_bin_at_the_dock_is_told_apart_from_a_parcel() -> None:
    desk = desk_at("receive")
    desk.scan((ScanKind.BIN, "BHOLD"))
    assert spoken(refused(desk).message) == "That is a BIN: BHOLD. Scan a PARCEL."


def test_a_printer_that_failed_is_shown_and_the_flow_goes_on_without_a_label() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "T1"))
    desk.answer("intact")
    desk.answer("none")
    plate = desk.found(e.LabelRequested).parcel
    recorded = desk.record((e.LabelPrintFailed(label="parcel", parcel=plate, reason="out of paper"),))
    desk.follow(recorded)
    assert desk.prompt.detail is not None
    assert "out of paper" in spoken(desk.prompt.detail)
    desk.command(Command.REPRINT)
    assert desk.found(e.LabelRequested).reprint
    desk.answer("unlabelled")
    assert desk.found(e.ParcelPlateConfirmed).how == "unlabelled"


def test_cancel_takes_back_the_whole_parcel_and_says_what_to_do_with_its_label() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "T1"))
    desk.answer("intact")
    desk.answer("none")
    desk.command(Command.CANCEL)
    correction = desk.found(e.CorrectionDeclared)
    assert set(correction.types) == {"ParcelReceived", "ParcelConditionNoted", "ParcelHazardChecked", "LabelRequested"}
    assert desk.world.records.parcels == {}
    said = notice([correction])
    assert said is not None
    assert spoken(said).startswith("Undone. Destroy the label")
    assert desk.session.notice == said
    desk.scan((TRACKING, "T1"))
    assert desk.types == ["ParcelReceived"]


def test_a_code_longer_than_any_name_is_refused() -> None:
    desk = desk_at("receive")
    desk.scan((ScanKind.TEXT, "X" * 8000))
    assert refused(desk).code == "receive.code_too_long"
    assert all(len(str(value)) < 100 for _, value in refused(desk).params)

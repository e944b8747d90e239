"""Every outcome at the bench."""

from __future__ import annotations

import pytest
from catalogue_check import spoken
from workflow_goods import BETA_SHOE, CASE, OTHERS_ONLY, PHONE, RECALLED, SHARED_BETA, SHIRT, TOY, UNHEARD_OF
from world import Desk, desk_at, inspect_unit, parcel_plate, receive, unit_plate

from rl_station.domain import events as e
from rl_station.domain.messages import Refusal
from rl_station.domain.scan import Meaning, ScanKind
from rl_station.workflow import Command

GTIN, PLATE, UNIT = ScanKind.GTIN, ScanKind.PARCEL_PLATE, ScanKind.UNIT_PLATE


def refused(desk: Desk) -> Refusal:
    assert isinstance(desk.last, Refusal), desk.types
    return desk.last


def opened(value: str = "T1") -> Desk:
    """A received parcel on the bench."""
    desk = desk_at("receive")
    plate = receive(desk, ScanKind.TRACKING, value)
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    assert "ParcelOpened" in desk.types
    return desk


def phone_with(serial: str) -> Meaning:
    return Meaning(GTIN, PHONE, "gs1", (("21", serial),))


def states(desk: Desk) -> list[tuple[str, str, int, int]]:
    return [(spoken(line.label), line.state, line.seen, line.expected) for line in desk.prompt.checklist]


def test_the_announced_lines_show_as_a_checklist_that_fills_up() -> None:
    desk = opened()
    assert states(desk) == [("Phone One", "open", 0, 1), ("Shirt", "open", 0, 2)]
    inspect_unit(desk, SHIRT, "yes")
    assert states(desk)[1] == ("Shirt", "partial", 1, 2)
    inspect_unit(desk, SHIRT, "yes")
    assert states(desk)[1] == ("Shirt", "seen", 2, 2)


def test_a_parcel_is_opened_by_any_key_it_was_received_under() -> None:
    desk = desk_at("receive")
    receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    assert desk.types == ["ParcelOpened"]


def test_two_parcels_of_one_return_are_told_apart_by_their_plates() -> None:
    desk = desk_at("receive")
    receive(desk, ScanKind.TRACKING, "T5A")
    desk.scan((ScanKind.RMA, "RMA5"))
    desk.answer("another")
    plate = desk.found(e.ParcelReceived).parcel
    desk.answer("intact")
    desk.answer("none")
    desk.scan((PLATE, plate))
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA5"))
    assert refused(desk).code == "inspect.several_parcels"


def test_a_parcel_this_station_never_received_is_opened_all_the_same() -> None:
    desk = desk_at("inspect")
    desk.scan((PLATE, parcel_plate(9, "D02")))
    assert desk.found(e.ParcelOpened).received_here is False
    desk.scan((ScanKind.RMA, "RMA1"))
    assert desk.found(e.ParcelOpened).rmas == ("RMA1",)
    assert states(desk)[0][0] == "Phone One"


def test_a_held_parcel_stays_shut() -> None:
    desk = desk_at("receive")
    plate = receive(desk, ScanKind.TRACKING, "T2")
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    assert refused(desk).code == "inspect.held"


def test_a_dangerous_parcel_is_an_alarm_at_the_bench() -> None:
    desk = desk_at("receive")
    desk.scan((ScanKind.TRACKING, "T1"))
    desk.answer("intact")
    desk.answer("heat")
    desk.command(Command.ACK)
    desk.answer("unlabelled")
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.TRACKING, "T1"))
    assert refused(desk).code == "inspect.held_hazard"
    assert refused(desk).blocking


def test_a_parcel_announced_but_not_received_is_sent_back_to_the_dock() -> None:
    desk = desk_at("inspect")
    desk.scan((ScanKind.RMA, "RMA1"))
    assert refused(desk).code == "inspect.not_received"


def test_one_gs1_scan_fills_product_and_serial_number_and_finds_the_recall_list() -> None:
    desk = opened()
    desk.scan(phone_with("SN1"))
    assert desk.types == ["UnitIdentified", "UnitSerialRead", "UnitRecallChecked"]
    identified = desk.found(e.UnitIdentified)
    assert (identified.match, identified.rma, identified.line, identified.serial) == ("expected", "RMA1", 1, "SN1")
    assert desk.found(e.UnitSerialRead).agrees is True
    assert desk.found(e.UnitRecallChecked).snapshot == "2026-11-01"


def test_a_serialized_product_is_asked_for_its_serial_number() -> None:
    desk = opened()
    desk.scan((GTIN, PHONE))
    assert desk.step == "inspect.serial"
    desk.scan((GTIN, PHONE))
    assert refused(desk).code == "scan.wrong_kind"
    desk.scan((ScanKind.TEXT, "SN1"))
    assert desk.found(e.UnitSerialRead).agrees is True


def test_a_serial_number_that_was_not_shipped_is_a_swap_alarm_and_goes_on_hold() -> None:
    desk = opened()
    desk.scan(phone_with("SN2"))
    assert desk.found(e.UnitSwapSuspected).expected == ("SN1",)
    assert desk.prompt.alarm is not None
    desk.answer("no")
    assert refused(desk).code == "alarm.pending"
    desk.command(Command.ACK)
    for answer in ("no", "yes", "yes"):
        desk.answer(answer)
    desk.command(Command.OK)
    assert (desk.found(e.DispositionDecided).rule, desk.found(e.DispositionDecided).disposition) == ("swap", "hold")


def test_the_wrong_unit_is_unexpected_and_leaves_its_line_missing() -> None:
    desk = opened()
    inspect_unit(desk, CASE, "yes")
    assert states(desk)[-1] == ("Phone case", "unexpected", 1, 0)
    desk.command(Command.DONE)
    assert desk.types == ["ParcelCountChecked"]
    assert desk.step == "inspect.close"
    assert states(desk)[0][1] == "missing"
    desk.command(Command.DONE)
    assert desk.types == ["UnitMissing", "UnitMissing", "ParcelClosed"]
    assert desk.found(e.ParcelClosed).discrepancies == ("missing", "unexpected")


def test_more_units_than_announced_are_unexpected() -> None:
    desk = opened("T5A")
    for _ in range(3):
        inspect_unit(desk, BETA_SHOE, "yes")
    desk.scan((GTIN, BETA_SHOE))
    assert desk.found(e.UnitIdentified).match == "unexpected"


def test_another_clients_unit_is_an_alarm_and_keeps_its_own_client() -> None:
    desk = opened()
    desk.scan((GTIN, BETA_SHOE))
    identified = desk.found(e.UnitIdentified)
    assert (identified.match, identified.client) == ("other_client", "beta")
    assert desk.prompt.alarm is not None
    desk.command(Command.ACK)
    desk.answer("yes")
    desk.command(Command.OK)
    assert desk.found(e.DispositionDecided).rule == "foreign"


def test_one_code_of_several_products_is_resolved_by_the_parcels_client_or_asked() -> None:
    desk = opened()
    desk.scan((GTIN, SHARED_BETA))
    assert desk.found(e.UnitIdentified).sku == "CUP"
    desk.command(Command.CANCEL)
    desk.command(Command.CANCEL)
    assert desk.types == ["ParcelSetAside"]
    desk = opened("T5A")
    desk.scan((GTIN, SHARED_BETA))
    assert desk.found(e.UnitIdentified).sku == "MUG"


def test_the_inspector_says_which_of_several_other_clients_products_it_is() -> None:
    desk = opened()
    desk.scan((GTIN, OTHERS_ONLY))
    assert desk.types == ["ItemPresented"]
    assert [spoken(choice.label) for choice in desk.prompt.choices] == ["Teapot, Beta", "Kanne, Gamma"]
    desk.scan((GTIN, OTHERS_ONLY))
    assert refused(desk).code == "scan.wrong_kind"
    desk.answer("2")
    identified = desk.found(e.UnitIdentified)
    assert (identified.client, identified.sku, identified.match) == ("gamma", "KANNE", "other_client")


def test_a_blind_parcel_is_nobodys_so_nothing_in_it_is_foreign() -> None:
    desk = desk_at("receive")
    desk.answer("no_code")
    plate = desk.found(e.ParcelReceived).parcel
    desk.answer("intact")
    desk.answer("none")
    desk.scan((PLATE, plate))
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    desk.scan((GTIN, BETA_SHOE))
    identified = desk.found(e.UnitIdentified)
    assert (identified.match, identified.client) == ("unexpected", "beta")


def test_an_unknown_product_gets_its_category_from_the_inspector() -> None:
    desk = opened()
    desk.scan((GTIN, UNHEARD_OF))
    assert desk.step == "inspect.category"
    desk.answer("TOYS")
    identified = desk.found(e.UnitIdentified)
    assert (identified.match, identified.category, identified.gtin) == ("unknown_product", "toys", UNHEARD_OF)


def test_a_unit_without_a_code_is_matched_by_choosing_its_line() -> None:
    desk = opened()
    desk.answer("2")
    assert desk.found(e.UnitIdentified).line == 2


def test_a_recalled_product_is_an_alarm_and_is_decided_without_further_questions() -> None:
    desk = desk_at("receive")
    plate = receive(desk, ScanKind.SSCC, "395200000000000014")
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    desk.scan((GTIN, RECALLED))
    assert desk.types == ["UnitIdentified", "UnitRecallChecked", "DispositionDecided", "LabelRequested"]
    assert desk.found(e.DispositionDecided).rule == "recall"
    assert desk.prompt.alarm is not None


def test_a_hazard_answer_stops_and_decides_at_once() -> None:
    desk = desk_at("receive")
    plate = receive(desk, ScanKind.SSCC, "395200000000000014")
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    desk.scan((GTIN, TOY))
    assert spoken(desk.prompt.instruction) == "Swollen?"
    desk.answer("YES")
    assert desk.types == ["UnitQuestionAnswered", "UnitHazardFound", "DispositionDecided", "LabelRequested"]
    assert desk.found(e.DispositionDecided).rule == "hazard"
    assert ("hazards", "swelling") in desk.found(e.DispositionDecided).inputs
    assert desk.prompt.alarm is not None


def test_questions_come_hazard_then_data_then_category_and_in_the_workers_language() -> None:
    desk = opened()
    desk.scan(phone_with("SN1"))
    asked = []
    for answer in ("no", "yes", "yes"):
        asked.append(spoken(desk.prompt.instruction))
        desk.answer(answer)
    assert asked == ["Swollen?", "Wiped?", "Versiegelt?"]
    assert desk.types == ["UnitQuestionAnswered", "UnitGraded"]


def test_the_worst_answer_grades_and_the_inspector_may_change_it() -> None:
    desk = opened()
    desk.scan((GTIN, SHIRT))
    desk.answer("no")
    desk.answer("bad")
    graded = desk.found(e.UnitGraded)
    assert (graded.functional, graded.cosmetic, graded.packaging) == ("F3", "C1", "complete")
    desk.answer("C6")
    desk.answer("functional_up")
    desk.scan((ScanKind.TEXT, "sealed"))
    graded = desk.found(e.UnitGraded)
    assert (graded.functional, graded.cosmetic, graded.packaging) == ("F4", "C6", "sealed")
    desk.command(Command.OK)
    decided = desk.found(e.DispositionDecided)
    assert (decided.disposition, decided.rule, decided.bin) == ("resell", "good", "BRESELL")
    assert decided.lost[0][0] == "hazard"
    assert {("cosmetic", "C6"), ("match", "expected"), ("wish", "refund"), ("value", "3000")} <= set(decided.inputs)


def test_the_decision_is_shown_with_its_reason_while_the_label_is_applied() -> None:
    desk = opened()
    desk.scan((GTIN, SHIRT))
    desk.answer("yes")
    desk.command(Command.OK)
    assert desk.step == "inspect.plate"
    assert any("(rest)" in spoken(fact.value) or "(good)" in spoken(fact.value) for fact in desk.prompt.facts)
    assert desk.prompt.destination is not None


def test_the_wrong_unit_plate_is_an_alarm() -> None:
    desk = opened()
    first = inspect_unit(desk, SHIRT, "yes")
    desk.scan((GTIN, SHIRT))
    desk.answer("yes")
    desk.command(Command.OK)
    desk.scan((UNIT, first))
    assert refused(desk).code == "plate.of_another_unit"
    assert refused(desk).blocking


def test_the_same_serial_number_is_never_a_second_unit() -> None:
    desk = opened()
    desk.scan(phone_with("SN1"))
    for answer in ("no", "yes", "yes"):
        desk.answer(answer)
    desk.command(Command.OK)
    desk.answer("unlabelled")
    desk.scan(phone_with("SN1"))
    assert refused(desk).code == "inspect.serial_seen"


def test_a_unit_with_a_plate_is_told_apart_from_a_new_one() -> None:
    desk = opened()
    first = inspect_unit(desk, SHIRT, "yes")
    desk.scan((UNIT, first))
    assert refused(desk).code == "inspect.has_plate"
    desk.scan((UNIT, unit_plate(900, "B07")))
    assert refused(desk).code == "inspect.has_plate"


def test_a_complete_parcel_closes_without_asking() -> None:
    desk = opened()
    inspect_unit(desk, SHIRT, "yes")
    inspect_unit(desk, SHIRT, "yes")
    desk.scan(phone_with("SN1"))
    for answer in ("no", "yes", "yes"):
        desk.answer(answer)
    desk.command(Command.OK)
    desk.answer("unlabelled")
    desk.command(Command.DONE)
    assert desk.types == ["ParcelClosed"]
    assert desk.found(e.ParcelClosed).discrepancies == ()
    assert len(desk.found(e.ParcelClosed).units) == 3


def test_an_empty_parcel_is_confirmed_before_it_is_closed() -> None:
    desk = desk_at("inspect")
    desk.scan((PLATE, parcel_plate(9, "D02")))
    desk.command(Command.DONE)
    assert spoken(desk.prompt.instruction).startswith("NOTHING")
    desk.answer("go_on")
    assert desk.step == "inspect.unit"
    desk.command(Command.DONE)
    desk.command(Command.OK)
    assert desk.types == ["ParcelClosed"]


def test_cancel_puts_down_the_unit_and_then_the_parcel_which_goes_on_later() -> None:
    desk = opened()
    done = inspect_unit(desk, SHIRT, "yes")
    desk.scan((GTIN, SHIRT))
    desk.answer("yes")
    desk.command(Command.CANCEL)
    assert desk.step == "inspect.unit"
    assert states(desk)[1] == ("Shirt", "partial", 1, 2)
    desk.command(Command.CANCEL)
    assert desk.types == ["ParcelSetAside"]
    desk.scan((ScanKind.RMA, "RMA1"))
    assert [unit.unit for unit in desk.found(e.ParcelOpened).seen] == [done]
    assert states(desk)[1] == ("Shirt", "partial", 1, 2)


def test_a_closed_parcel_is_not_opened_again() -> None:
    desk = opened()
    desk.command(Command.DONE)
    desk.command(Command.DONE)
    desk.scan((ScanKind.RMA, "RMA1"))
    assert refused(desk).code == "inspect.closed"


def test_the_next_parcel_is_refused_while_this_one_is_open() -> None:
    desk = opened()
    desk.scan((PLATE, parcel_plate(9, "D02")))
    assert refused(desk).code == "inspect.finish_parcel"
    assert refused(desk).blocking


@pytest.mark.parametrize("kind", [ScanKind.BIN, ScanKind.CONTAINER, ScanKind.TRACKING])
def test_what_is_no_unit_is_refused_at_the_bench(kind: ScanKind) -> None:
    desk = opened()
    desk.scan((kind, "BHOLD"))
    assert refused(desk).code == "scan.wrong_kind"

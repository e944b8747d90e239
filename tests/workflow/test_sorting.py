"""Every outcome at the sort desk."""

from __future__ import annotations

import pytest
from catalogue_check import spoken
from msgspec.structs import replace
from workflow_goods import BETA_SHOE, SHIRT
from world import Desk, desk_at, inspect_unit, label_scan, receive, unit_plate

from rl_station.domain import events as e
from rl_station.domain.messages import Refusal
from rl_station.domain.scan import ScanKind
from rl_station.domain.unit_label import UnitLabel
from rl_station.workflow import Command, at_rest

UNIT, TOTE, BIN, SSCC = ScanKind.UNIT_PLATE, ScanKind.CONTAINER, ScanKind.BIN, ScanKind.SSCC
PALLET = "395200000000000021"


def refused(desk: Desk) -> Refusal:
    assert isinstance(desk.last, Refusal), desk.types
    return desk.last


def foreign(number: int, disposition: str = "resell", client: str = "acme", bin_id: str = "BRESELL") -> UnitLabel:
    """The label of a unit another station decided."""
    return UnitLabel(unit_plate(number, "B07"), disposition, client, bin_id, "rules-0")


@pytest.fixture
def decided() -> tuple[Desk, list[str]]:
    """Two shirts of one client for resale, and the sort desk."""
    desk = desk_at("receive")
    receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    units = [inspect_unit(desk, SHIRT, "no", "fine") for _ in range(2)]
    desk.command(Command.CANCEL)
    desk.command(Command.SORT)
    return desk, units


def put(desk: Desk, unit: str, tote: str) -> None:
    desk.scan((UNIT, unit))
    desk.scan((TOTE, tote))
    assert "UnitSorted" in desk.types, desk.last


def test_the_destination_fills_the_screen_and_the_first_unit_opens_the_tote(decided: tuple[Desk, list[str]]) -> None:
    desk, (first, second) = decided
    desk.scan((UNIT, first))
    assert desk.prompt.destination is not None
    assert spoken(desk.prompt.destination) == "BRESELL"
    assert "RESELL" in [spoken(fact.value) for fact in desk.prompt.facts]
    desk.scan((TOTE, "TOTE1"))
    assert desk.types == ["ContainerOpened", "UnitSorted"]
    desk.scan((UNIT, second))
    desk.scan((TOTE, "TOTE1"))
    assert desk.types == ["UnitSorted"]
    assert desk.world.records.containers["TOTE1"].units == (first, second)


def test_the_signed_label_is_enough_where_nobody_has_heard_of_the_unit() -> None:
    desk = desk_at("sort")
    desk.scan(label_scan(foreign(1)))
    assert desk.found(e.UnitPresented).known_by == "label"
    desk.scan((TOTE, "TOTE1"))
    assert desk.types == ["ContainerOpened", "UnitSorted"]


def test_a_forged_label_is_refused() -> None:
    desk = desk_at("sort")
    desk.scan(label_scan(foreign(1), b"somebody else's key"))
    assert refused(desk).code == "sort.bad_label"
    assert refused(desk).blocking


def test_a_bare_plate_of_an_unknown_unit_asks_for_the_square_code() -> None:
    desk = desk_at("sort")
    desk.scan((UNIT, unit_plate(1, "B07")))
    assert refused(desk).code == "sort.unknown_unit"


def test_a_label_that_contradicts_the_records_goes_to_a_supervisor(decided: tuple[Desk, list[str]]) -> None:
    desk, (first, _) = decided
    desk.scan(label_scan(UnitLabel(first, "destroy", "acme", "BHOLD", "rules-0")))
    assert refused(desk).code == "sort.label_differs"
    assert refused(desk).blocking


def test_an_undecided_unit_is_sent_to_inspection() -> None:
    desk = desk_at("receive")
    receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    desk.scan((ScanKind.GTIN, SHIRT))
    unit = desk.found(e.UnitIdentified).unit
    desk.session = desk_at("sort").session
    desk.scan((UNIT, unit))
    assert refused(desk).code == "sort.undecided"


@pytest.mark.parametrize(
    ("label", "code"),
    [
        (foreign(1, "hold", "acme", "BHOLD"), "sort.wrong_disposition"),
        (foreign(2, "resell", "beta"), "sort.wrong_client"),
        (foreign(3, bin_id="BLOCKED"), "sort.other_bin"),
    ],
)
def test_the_wrong_tote_is_an_alarm_that_says_what_to_do(
    decided: tuple[Desk, list[str]], label: UnitLabel, code: str
) -> None:
    desk, (first, _) = decided
    put(desk, first, "TOTE1")
    desk.scan(label_scan(label))
    desk.scan((TOTE, "TOTE1"))
    assert refused(desk).code == code
    assert desk.prompt.alarm is not None
    assert desk.prompt.alarm.next_step is not None
    assert spoken(desk.prompt.alarm.next_step).startswith("Take unit")
    desk.scan((TOTE, "TOTE2"))
    assert refused(desk).code == "alarm.pending", "a blind next scan does nothing"
    desk.command(Command.ACK)
    desk.scan((TOTE, "TOTE2"))
    assert desk.types == ["ContainerOpened", "UnitSorted"]


def test_the_wrong_bin_is_an_alarm_and_the_right_one_takes_the_unit(decided: tuple[Desk, list[str]]) -> None:
    desk, (first, _) = decided
    desk.scan((UNIT, first))
    desk.scan((BIN, "BHOLD"))
    assert refused(desk).code == "sort.wrong_bin"
    desk.command(Command.ACK)
    desk.scan((BIN, "BRESELL"))
    assert desk.types == ["ContainerOpened", "UnitSorted"]


def test_a_sorted_unit_shows_where_it_lies_and_can_be_moved_on_purpose(decided: tuple[Desk, list[str]]) -> None:
    desk, (first, second) = decided
    put(desk, first, "TOTE1")
    desk.scan((UNIT, first))
    assert desk.step == "sort.move"
    desk.scan((TOTE, "TOTE1"))
    assert refused(desk).code == "sort.already_there"
    desk.scan((TOTE, "TOTE2"))
    assert desk.found(e.UnitSorted).previous == "TOTE1"
    assert desk.world.records.containers["TOTE1"].units == ()
    desk.scan((UNIT, first))
    desk.scan((UNIT, second))
    assert desk.types == ["UnitPresented"], "a unit that lies somewhere is let go of for the next one"


def test_a_second_unit_is_an_alarm_while_the_first_lies_nowhere(decided: tuple[Desk, list[str]]) -> None:
    desk, (first, second) = decided
    desk.scan((UNIT, first))
    desk.scan((UNIT, first))
    assert refused(desk).code == "sort.in_hand"
    desk.scan((UNIT, second))
    assert refused(desk).code == "sort.other_in_hand"
    assert refused(desk).blocking


def test_undo_takes_the_unit_out_of_the_tote_again(decided: tuple[Desk, list[str]]) -> None:
    desk, (first, _) = decided
    desk.scan((UNIT, first))
    before = desk.session.state
    desk.scan((TOTE, "TOTE1"))
    desk.command(Command.UNDO)
    assert desk.session.state == before
    assert desk.session.notice is not None
    assert "TOTE1" in spoken(desk.session.notice)
    assert "TOTE1" not in desk.world.records.containers


def test_a_closed_tote_gets_its_label_and_manifest_and_takes_nothing_more(decided: tuple[Desk, list[str]]) -> None:
    desk, (first, second) = decided
    put(desk, first, "TOTE1")
    desk.answer("close")
    assert desk.types == ["ContainerClosed", "LabelRequested", "LabelRequested"]
    assert desk.found(e.ContainerClosed).units == (first,)
    desk.scan((UNIT, second))
    desk.scan((TOTE, "TOTE1"))
    assert refused(desk).code == "sort.container_closed"
    desk.command(Command.ACK)
    desk.command(Command.CANCEL)
    desk.scan((UNIT, first))
    assert refused(desk).code == "sort.in_closed"


@pytest.mark.parametrize("asked", ["ship", "consolidate", "show"])
def test_undo_takes_back_what_was_asked_of_a_tote_and_not_its_closing(
    decided: tuple[Desk, list[str]], asked: str
) -> None:
    desk, (first, _) = decided
    put(desk, first, "TOTE1")
    desk.answer("close")
    before = desk.session
    desk.answer(asked)
    assert desk.prompt.can_undo
    desk.command(Command.UNDO)
    assert desk.types == ["ContainerPresented"]
    assert desk.step == "sort.card"
    assert (desk.session.state, desk.session.trail) == (before.state, before.trail)
    assert desk.world.records.containers["TOTE1"].status == "closed"
    desk.command(Command.UNDO)
    assert desk.world.records.containers["TOTE1"].status == "open"


def test_a_closed_tote_goes_onto_a_pallet_of_its_like_and_the_pallet_ships(decided: tuple[Desk, list[str]]) -> None:
    desk, (first, _) = decided
    put(desk, first, "TOTE1")
    desk.scan((SSCC, PALLET))
    assert refused(desk).code == "sort.empty_container", "an open tote goes onto no pallet"
    desk.scan((TOTE, "TOTE1"))
    desk.answer("close")
    desk.scan((SSCC, PALLET))
    assert desk.found(e.ContainersConsolidated).contents == ("TOTE1",)
    desk.answer("ship")
    assert desk.step == "sort.ship"
    assert not at_rest(desk.session.state)
    desk.command(Command.OK)
    assert desk.found(e.ContainerShipped).container == PALLET
    assert desk.world.records.units[first].status == "shipped"
    desk.command(Command.UNDO)
    assert refused(desk).code == "undo.shipped"


@pytest.mark.parametrize("status", ["open", "consolidated", "shipped"])
@pytest.mark.parametrize("said", ["OK", "ship_now"])
def test_a_tote_that_another_desk_saw_to_meanwhile_does_not_leave_from_here(
    decided: tuple[Desk, list[str]], status: str, said: str
) -> None:
    """Reopened by a supervisor, on a pallet, or gone already: the question whether it leaves was about the tote as it was."""
    desk, (first, _) = decided
    put(desk, first, "TOTE1")
    desk.answer("close")
    desk.answer("ship")
    totes = desk.world.records.containers
    pallet = PALLET if status == "consolidated" else ""
    totes["TOTE1"] = replace(totes["TOTE1"], status=status, pallet=pallet)
    desk.answer(said)
    assert refused(desk).code == "sort.not_shippable"
    desk.command(Command.CANCEL)
    assert desk.step == "sort.card"


def test_a_tote_that_was_closed_meanwhile_is_not_closed_again(decided: tuple[Desk, list[str]]) -> None:
    """Another desk closed it while its tags and its list were being put right here."""
    desk, (first, _) = decided
    put(desk, first, "TOTE1")
    desk.follow(desk.record((e.ContainerCompared(container="TOTE1", seen=0, missing=(first,)),)))
    desk.command(Command.ACK)
    assert [choice.id for choice in desk.prompt.choices] == ["compare_again", "close_anyway"]
    totes = desk.world.records.containers
    totes["TOTE1"] = replace(totes["TOTE1"], status="closed")
    desk.answer("close_anyway")
    assert refused(desk).code == "choice.unknown"


def test_a_pallet_carries_one_disposition_and_client(decided: tuple[Desk, list[str]]) -> None:
    desk, (first, _) = decided
    put(desk, first, "TOTE1")
    desk.answer("close")
    desk.scan((SSCC, PALLET))
    desk.scan(label_scan(foreign(2, "resell", "beta")))
    desk.scan((TOTE, "TOTE2"))
    desk.answer("close")
    desk.answer("consolidate")
    desk.scan((SSCC, PALLET))
    assert refused(desk).code == "sort.wrong_pallet"


def test_a_tote_that_comes_back_from_a_shipment_is_empty_again(decided: tuple[Desk, list[str]]) -> None:
    desk, (first, second) = decided
    put(desk, first, "TOTE1")
    desk.answer("close")
    desk.answer("ship")
    desk.answer("ship_now")
    desk.scan((UNIT, second))
    desk.scan((TOTE, "TOTE1"))
    assert desk.types == ["ContainerOpened", "UnitSorted"]
    desk.scan((UNIT, first))
    assert refused(desk).code == "sort.in_closed", "what left the site is not moved"


def test_the_card_of_a_tote_shows_its_history_on_request(decided: tuple[Desk, list[str]]) -> None:
    desk, (first, second) = decided
    put(desk, first, "TOTE1")
    desk.answer("show")
    assert desk.prompt.step == "history"
    put(desk, second, "TOTE1")


def test_cancel_lays_the_unit_down(decided: tuple[Desk, list[str]]) -> None:
    desk, (first, _) = decided
    desk.scan((UNIT, first))
    desk.command(Command.CANCEL)
    assert desk.found(e.CorrectionDeclared).types == ("UnitPresented",)
    assert at_rest(desk.session.state)


def test_a_hold_is_sorted_like_any_other_decision() -> None:
    desk = desk_at("receive")
    receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    desk.scan((ScanKind.GTIN, BETA_SHOE))
    unit = desk.found(e.UnitIdentified).unit
    desk.command(Command.ACK)
    desk.answer("yes")
    desk.command(Command.OK)
    desk.scan((UNIT, unit))
    desk.command(Command.CANCEL)
    desk.command(Command.SORT)
    desk.scan((UNIT, unit))
    assert (desk.found(e.UnitPresented).disposition, desk.found(e.UnitPresented).client) == ("hold", "beta")

"""Tags beside barcodes: one checklist, strays kept out, swaps found, totes checked, and what left does not come back unseen."""

from __future__ import annotations

from catalogue_check import check_prompt, spoken
from workflow_goods import BETA_SHOE, CASE, CASE_TAG, PLAIN_TAG, SHIRT, SHIRT_TAGS, SHOE_TAG, TOTE_TAG, TOY, tag
from world import Desk, desk_at, inspect_unit, parcel_plate, receive, unit_plate

from rl_station.domain import events as e
from rl_station.domain.messages import Refusal
from rl_station.domain.scan import Meaning, ScanKind
from rl_station.workflow import Command, Tag, TagsObserved, fold, initial

GTIN, PLATE, UNIT = ScanKind.GTIN, ScanKind.PARCEL_PLATE, ScanKind.UNIT_PLATE
OLD_CASE = tag(CASE, 999)
TOY_TAG = tag(TOY, 5)
UNKNOWN_TAG = tag("09520000000998", 1)


def opened(value: str = "T7") -> Desk:
    """A parcel on the bench: two shirts and a case, every one with a tag."""
    desk = desk_at("receive")
    plate = receive(desk, ScanKind.TRACKING, value)
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    return desk


def states(desk: Desk) -> list[tuple[str, str, int, int]]:
    return [(spoken(line.label), line.state, line.seen, line.expected) for line in desk.prompt.checklist]


def seen(desk: Desk) -> list[tuple[str, str]]:
    """EPC and match of every tag that was ever counted."""
    return [(line.event.epc, line.event.match) for line in desk.world.records.log if isinstance(line.event, e.TagSeen)]


def alarm(desk: Desk) -> str:
    shown = desk.prompt.alarm
    return shown.message.code if shown else ""


# --- the checklist ----------------------------------------------------------------------------------------------------


def test_tags_fill_the_announced_checklist_live() -> None:
    desk = opened()
    assert states(desk) == [("Shirt", "open", 0, 2), ("Phone case", "open", 0, 1)]
    desk.appear(SHIRT_TAGS[0])
    assert states(desk) == [("Shirt", "partial", 1, 2), ("Phone case", "open", 0, 1)]
    desk.appear(SHIRT_TAGS[1], CASE_TAG)
    assert states(desk) == [("Shirt", "seen", 2, 2), ("Phone case", "seen", 1, 1)]
    assert desk.types == ["TagSeen", "TagSeen"]


def test_at_the_dock_they_fill_it_through_the_box() -> None:
    desk = desk_at("receive")
    desk.scan((ScanKind.TRACKING, "T7"))
    desk.appear(SHIRT_TAGS[0], CASE_TAG)
    assert states(desk) == [("Shirt", "partial", 1, 2), ("Phone case", "seen", 1, 1)]
    assert desk.step == "receive.condition"


def test_a_piece_that_is_scanned_and_read_is_one_piece() -> None:
    desk = opened()
    desk.appear(*SHIRT_TAGS)
    inspect_unit(desk, SHIRT, "yes")
    assert states(desk)[0] == ("Shirt", "seen", 2, 2)
    inspect_unit(desk, SHIRT, "yes")
    assert states(desk)[0] == ("Shirt", "seen", 2, 2)


def test_a_scanned_unit_and_the_tag_of_another_are_two_pieces() -> None:
    desk = opened()
    desk.scan(Meaning(GTIN, SHIRT, "gs1", (("21", "101"),)))
    assert desk.found(e.UnitIdentified).epc == SHIRT_TAGS[0]
    desk.appear(SHIRT_TAGS[1])
    assert states(desk)[0] == ("Shirt", "seen", 2, 2)


def test_the_tag_of_a_scanned_unit_adds_nothing() -> None:
    desk = opened()
    desk.scan(Meaning(GTIN, SHIRT, "gs1", (("21", "101"),)))
    desk.appear(SHIRT_TAGS[0])
    assert states(desk)[0] == ("Shirt", "partial", 1, 2)


def test_a_single_piece_gets_the_single_tag_whichever_comes_first() -> None:
    first = opened()
    first.appear(CASE_TAG)
    first.scan((GTIN, CASE))
    assert first.found(e.UnitIdentified).epc == CASE_TAG
    later = opened()
    later.scan((GTIN, CASE))
    later.appear(CASE_TAG)
    assert later.found(e.UnitTagFound).epc == CASE_TAG
    assert [unit.epc for unit in later.world.records.units.values()] == [CASE_TAG]


def test_which_of_two_tags_is_a_units_is_not_guessed() -> None:
    desk = opened()
    desk.appear(*SHIRT_TAGS)
    desk.scan((GTIN, SHIRT))
    assert desk.found(e.UnitIdentified).epc == ""


def test_what_nobody_announced_and_what_is_another_clients_shows_apart() -> None:
    desk = opened()
    desk.appear(TOY_TAG, UNKNOWN_TAG)
    assert states(desk)[2:] == [("Robot", "unexpected", 1, 0), ("Unknown product", "unexpected", 1, 0)]
    desk.appear(SHOE_TAG)
    assert states(desk)[4] == ("Shoe", "other_client", 1, 0)
    assert alarm(desk) == "alarm.other_clients_tag"


def test_a_cart_of_another_clients_goods_is_one_alarm() -> None:
    desk = opened()
    desk.appear(SHOE_TAG, *(tag(BETA_SHOE, serial) for serial in range(400, 420)))
    desk.command(Command.ACK)
    assert alarm(desk) == ""
    assert len([line for line in states(desk) if line[1] == "other_client"]) == 21


def test_at_the_dock_another_clients_tag_is_no_alarm() -> None:
    """The next parcel's goods are always near there."""
    desk = desk_at("receive")
    desk.scan((ScanKind.TRACKING, "T7"))
    desk.appear(SHOE_TAG)
    assert seen(desk) == [(SHOE_TAG, "other_client")]
    assert alarm(desk) == ""


def test_a_tag_that_is_on_no_goods_says_nothing() -> None:
    desk = opened()
    desk.appear(PLAIN_TAG, TOTE_TAG)
    assert desk.types == []


def test_more_tags_of_a_product_than_were_announced_are_surprises() -> None:
    desk = opened()
    desk.appear(*SHIRT_TAGS, tag(SHIRT, 103))
    assert states(desk)[2:] == [("Shirt", "unexpected", 1, 0)]


def test_tags_nobody_told_us_fill_a_line_by_their_product() -> None:
    desk = opened("T1")
    desk.appear(tag(SHIRT, 1), tag(SHIRT, 2), tag(SHIRT, 3))
    assert states(desk)[1:] == [("Shirt", "seen", 2, 2), ("Shirt", "unexpected", 1, 0)]


def test_a_surprise_that_is_scanned_as_well_stands_there_once() -> None:
    desk = opened()
    desk.appear(TOY_TAG)
    desk.scan((GTIN, TOY))
    assert [line for line in states(desk) if line[0] == "Robot"] == [("Robot", "unexpected", 1, 0)]


def test_a_return_label_found_inside_makes_surprises_the_announced_goods() -> None:
    desk = desk_at("receive")
    desk.answer("no_code")
    plate = desk.found(e.ParcelReceived).parcel
    desk.answer("intact")
    desk.answer("none")
    desk.scan((PLATE, plate))
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    desk.appear(CASE_TAG)
    assert seen(desk) == [(CASE_TAG, "unexpected")]
    desk.scan((ScanKind.RMA, "RMA7"))
    desk.settle()
    assert seen(desk)[-1] == (CASE_TAG, "expected")
    assert states(desk) == [("Shirt", "open", 0, 2), ("Phone case", "seen", 1, 1)]


# --- strays -----------------------------------------------------------------------------------------------------------


def test_tags_that_were_here_before_the_parcel_are_strays() -> None:
    desk = desk_at("receive")
    plate = receive(desk, ScanKind.TRACKING, "T7")
    desk.command(Command.INSPECT)
    desk.appear(TOY_TAG, SHOE_TAG)
    desk.scan((PLATE, plate))
    assert desk.types == ["ParcelOpened", "TagsAround"]
    desk.settle()
    desk.appear(CASE_TAG)
    assert seen(desk) == [(CASE_TAG, "expected")]


def test_an_observation_that_waited_while_the_parcel_was_opened_brings_no_stray_in() -> None:
    desk = desk_at("receive")
    plate = receive(desk, ScanKind.TRACKING, "T7")
    desk.command(Command.INSPECT)
    waiting = TagsObserved(appeared=(Tag(TOY_TAG, 60_000_000),))
    desk.world.field.change(waiting)
    desk.scan((PLATE, plate))
    desk.observe(waiting)
    assert seen(desk) == []


def test_a_stray_that_leaves_and_comes_back_counts() -> None:
    desk = desk_at("receive")
    plate = receive(desk, ScanKind.TRACKING, "T7")
    desk.command(Command.INSPECT)
    desk.appear(TOY_TAG)
    desk.scan((PLATE, plate))
    desk.vanish(TOY_TAG)
    desk.appear(TOY_TAG)
    assert seen(desk) == [(TOY_TAG, "unexpected")]


def test_the_parcels_own_tags_count_although_it_stood_there_before_its_plate_was_scanned() -> None:
    desk = desk_at("receive")
    plate = receive(desk, ScanKind.TRACKING, "T7")
    desk.command(Command.INSPECT)
    desk.appear(*SHIRT_TAGS, TOY_TAG)
    desk.scan((PLATE, plate))
    desk.settle()
    assert seen(desk) == [(SHIRT_TAGS[0], "expected"), (SHIRT_TAGS[1], "expected")]


def test_a_unit_out_of_an_earlier_parcel_that_lies_on_the_bench_is_no_surprise() -> None:
    desk = opened()
    desk.appear(CASE_TAG)
    inspect_unit(desk, CASE, "yes")
    desk.command(Command.DONE)
    desk.command(Command.DONE)
    desk.command(Command.RECEIVE)
    plate = receive(desk, ScanKind.RMA, "RMA1")
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    before = seen(desk)
    desk.vanish(CASE_TAG)
    desk.appear(CASE_TAG)
    assert seen(desk) == before


# --- what observations leave ------------------------------------------------------------------------------------------


def test_an_observation_that_changes_nothing_leaves_no_event_and_no_refusal() -> None:
    desk = opened()
    desk.appear(CASE_TAG)
    for observation in (TagsObserved(), TagsObserved(gone=(CASE_TAG,)), TagsObserved(appeared=(Tag(CASE_TAG, 9),))):
        assert desk.observe(observation) == ()


def test_without_a_parcel_a_worker_or_a_task_tags_are_nobodys() -> None:
    for desk in (Desk(), desk_at("inspect"), desk_at("sort"), desk_at("trace")):
        assert desk.appear(CASE_TAG, SHOE_TAG, TOY_TAG) == ()


def test_an_alarm_holds_up_no_tag() -> None:
    desk = opened()
    desk.appear(SHOE_TAG)
    assert alarm(desk)
    desk.appear(CASE_TAG)
    desk.command(Command.ACK)
    assert seen(desk)[-1] == (CASE_TAG, "expected")
    assert alarm(desk) == ""


def test_undo_takes_back_what_the_worker_did_and_not_what_the_reader_saw() -> None:
    desk = opened()
    desk.scan((GTIN, CASE))
    desk.appear(SHIRT_TAGS[0])
    desk.command(Command.UNDO)
    assert "UnitIdentified" in desk.found(e.CorrectionDeclared).types
    assert states(desk) == [("Shirt", "partial", 1, 2), ("Phone case", "open", 0, 1)]
    assert len(seen(desk)) == 1


def test_a_tag_in_between_does_not_come_between_two_scans_of_a_plate() -> None:
    desk = desk_at("receive")
    desk.scan((ScanKind.TRACKING, "T7"))
    desk.answer("intact")
    desk.answer("none")
    other = parcel_plate(77, "PRE")
    desk.scan((PLATE, other))
    assert desk.types == ["plate.not_printed_here"]
    desk.appear(CASE_TAG)
    desk.scan((PLATE, other))
    assert "ParcelPlateConfirmed" in desk.types


def test_a_restart_knows_every_tag_that_was_seen() -> None:
    desk = opened()
    desk.appear(*SHIRT_TAGS, SHOE_TAG)
    desk.scan((GTIN, SHIRT))
    assert fold(initial(), desk.world.records.log) == desk.session


def test_closing_with_tagged_pieces_left_says_that_they_are_still_there() -> None:
    desk = opened()
    desk.appear(*SHIRT_TAGS)
    inspect_unit(desk, CASE, "yes")
    desk.command(Command.DONE)
    assert desk.prompt.instruction.code == "inspect.confirm_tagged"
    assert desk.prompt.instruction.mapping == {"missing": 2, "tags": 2}
    desk.command(Command.DONE)
    assert desk.found(e.UnitMissing).quantity == 2


# --- swaps ------------------------------------------------------------------------------------------------------------


def swapped() -> Desk:
    """The box says case, the shipped tag is not there, and the tag of an older case is."""
    desk = opened()
    desk.appear(OLD_CASE)
    desk.scan((GTIN, CASE))
    return desk


def test_a_tag_that_was_not_shipped_instead_of_the_one_that_was_is_an_alarm() -> None:
    desk = swapped()
    found = desk.found(e.TagMismatchFound)
    assert (found.expected, found.found) == ((CASE_TAG,), OLD_CASE)
    assert alarm(desk) == "alarm.tag_mismatch"


def test_another_products_tag_in_the_box_is_an_alarm_too() -> None:
    desk = opened()
    desk.scan((GTIN, CASE))
    desk.appear(TOY_TAG)
    assert desk.types == ["TagSeen", "TagMismatchFound"]


def test_nothing_goes_on_before_the_swap_is_resolved() -> None:
    desk = swapped()
    desk.command(Command.ACK)
    assert desk.step == "inspect.mismatch"
    check_prompt(desk.prompt)
    for attempt in (desk.answer("yes"), desk.command(Command.OK), desk.scan((UNIT, unit_plate(1)))):
        assert isinstance(attempt, Refusal)
    assert desk.step == "inspect.mismatch"


def test_a_swap_goes_on_hold() -> None:
    desk = swapped()
    desk.command(Command.ACK)
    desk.answer("SWAPPED")
    desk.answer("yes")
    desk.command(Command.OK)
    assert (desk.found(e.DispositionDecided).disposition, desk.found(e.DispositionDecided).rule) == ("hold", "swap")
    desk.scan((UNIT, unit_plate(1)))
    desk.command(Command.DONE)
    desk.command(Command.DONE)
    assert "swap" in desk.found(e.ParcelClosed).discrepancies


def test_a_tag_of_another_item_clears_the_unit_and_alarms_no_other_unit() -> None:
    desk = opened()
    desk.appear(TOY_TAG)
    desk.scan((GTIN, CASE))
    desk.command(Command.ACK)
    desk.answer("OTHERTAG")
    desk.answer("yes")
    desk.command(Command.OK)
    assert desk.found(e.DispositionDecided).disposition == "resell"
    desk.scan((UNIT, unit_plate(1)))
    desk.scan((GTIN, SHIRT))
    assert "TagMismatchFound" not in desk.types


def test_the_shipped_tag_read_after_all_resolves_it_by_itself() -> None:
    desk = swapped()
    desk.appear(CASE_TAG)
    assert desk.found(e.TagMismatchResolved).verdict == "shipped_tag"
    desk.command(Command.ACK)
    assert desk.step == "inspect.question"


def test_a_swap_found_after_the_decision_is_decided_anew() -> None:
    desk = opened()
    desk.scan((GTIN, CASE))
    desk.answer("yes")
    desk.command(Command.OK)
    desk.appear(OLD_CASE)
    desk.command(Command.ACK)
    desk.answer("swap")
    assert desk.types == ["TagMismatchResolved", "DispositionDecided", "LabelRequested"]
    assert desk.found(e.DispositionDecided).disposition == "hold"


def test_the_shipped_tag_speaks_for_the_unit_whatever_else_is_in_the_parcel() -> None:
    desk = opened()
    desk.appear(CASE_TAG, OLD_CASE, TOY_TAG)
    desk.scan((GTIN, CASE))
    assert "TagMismatchFound" not in desk.types


def test_one_of_several_shipped_tags_speaks_for_any_of_their_units() -> None:
    desk = opened()
    desk.appear(*SHIRT_TAGS, tag(SHIRT, 103))
    desk.scan((GTIN, SHIRT))
    assert desk.found(e.UnitIdentified).epc == ""
    assert "TagMismatchFound" not in desk.types


def test_a_surprise_that_came_out_as_a_unit_of_its_own_speaks_against_no_other() -> None:
    desk = opened()
    desk.appear(TOY_TAG)
    inspect_unit(desk, TOY, "no", "yes")
    desk.scan((GTIN, CASE))
    assert "TagMismatchFound" not in desk.types


def test_goods_that_were_shipped_without_known_tags_are_not_suspected() -> None:
    desk = opened("T1")
    desk.appear(TOY_TAG)
    desk.scan((GTIN, SHIRT))
    assert "TagMismatchFound" not in desk.types


def test_undoing_the_word_on_a_swap_asks_again() -> None:
    desk = swapped()
    desk.command(Command.ACK)
    desk.answer("swap")
    desk.command(Command.UNDO)
    assert desk.step == "inspect.mismatch"


def test_a_tag_scanned_by_hand_that_was_not_shipped_is_a_swap() -> None:
    desk = opened()
    desk.scan(Meaning(ScanKind.EPC, OLD_CASE, "gs1", (("01", CASE), ("21", "999"))))
    assert desk.found(e.UnitIdentified).match == "expected"
    assert desk.found(e.TagMismatchFound).found == OLD_CASE


def test_a_tag_scanned_by_hand_is_the_announced_unit() -> None:
    desk = opened()
    scanned = Meaning(ScanKind.EPC, CASE_TAG, "gs1", (("01", CASE), ("21", "201")))
    desk.scan(scanned)
    found = desk.found(e.UnitIdentified)
    assert (found.match, found.sku, found.epc, found.gtin) == ("expected", "CASE", CASE_TAG, CASE)
    assert "TagMismatchFound" not in desk.types
    desk.answer("yes")
    desk.command(Command.OK)
    desk.scan((UNIT, found.unit))
    desk.scan(scanned)
    assert desk.types == ["inspect.tag_seen"]


def test_a_box_whose_serial_number_is_not_that_of_the_shipped_tag_is_a_swap() -> None:
    desk = opened()
    desk.scan(Meaning(GTIN, CASE, "gs1", (("21", "777"),)))
    assert (desk.found(e.UnitSwapSuspected).expected, desk.found(e.UnitSwapSuspected).found) == (("201",), "777")
    agreeing = opened()
    agreeing.scan(Meaning(GTIN, CASE, "gs1", (("21", "201"),)))
    assert agreeing.found(e.UnitSerialRead).agrees is True
    assert agreeing.found(e.UnitIdentified).epc == CASE_TAG


# --- what left --------------------------------------------------------------------------------------------------------


def shipped(disposition: str) -> Desk:
    """The case was sorted into a tote of this disposition, and the tote left."""
    desk = opened()
    desk.appear(CASE_TAG)
    unit = inspect_unit(desk, CASE, "yes")
    desk.vanish(CASE_TAG)
    desk.record(
        (
            e.ContainerOpened(container="TOTE9", disposition=disposition, client="acme"),
            e.UnitSorted(unit=unit, container="TOTE9", disposition=disposition, client="acme"),
            e.ContainerClosed(container="TOTE9", units=(unit,)),
            e.ContainerShipped(container="TOTE9"),
        )
    )
    return desk


def test_the_tag_of_a_destroyed_unit_alarms_once() -> None:
    desk = shipped("destroy")
    desk.appear(CASE_TAG)
    assert desk.found(e.DepartedTagSeen).status == "destroyed"
    assert alarm(desk) == "alarm.destroyed_here"
    desk.command(Command.ACK)
    desk.vanish(CASE_TAG)
    desk.appear(CASE_TAG)
    assert alarm(desk) == ""


def test_the_tag_of_a_shipped_unit_alarms_at_every_task_where_goods_are_handled() -> None:
    for task in (Command.RECEIVE, Command.SORT, Command.INSPECT):
        desk = shipped("resell")
        desk.command(Command.CANCEL)
        desk.command(task)
        desk.appear(CASE_TAG)
        assert desk.found(e.DepartedTagSeen).status == "shipped", task
        assert alarm(desk) == "alarm.shipped_here"


def test_a_shipped_unit_that_is_announced_to_come_back_is_welcome() -> None:
    desk = desk_at("receive")
    desk.record(
        (
            e.UnitIdentified(unit=unit_plate(50), parcel=parcel_plate(50), match="expected", epc=CASE_TAG, rma="RMA0"),
            e.ContainerOpened(container="TOTE9", disposition="resell", client="acme"),
            e.UnitSorted(unit=unit_plate(50), container="TOTE9", disposition="resell", client="acme"),
            e.ContainerShipped(container="TOTE9"),
        )
    )
    desk.scan((ScanKind.TRACKING, "T7"))
    desk.appear(CASE_TAG)
    assert seen(desk) == [(CASE_TAG, "expected")]
    assert alarm(desk) == ""


# --- totes ------------------------------------------------------------------------------------------------------------


def tote(desk: Desk | None = None) -> tuple[Desk, str]:
    """A tote with the case in it, whose tag is known, on the sort desk."""
    desk = desk or opened()
    desk.appear(CASE_TAG)
    unit = inspect_unit(desk, CASE, "yes")
    desk.vanish(CASE_TAG)
    desk.command(Command.CANCEL)
    desk.command(Command.SORT)
    desk.scan((UNIT, unit))
    desk.scan((ScanKind.CONTAINER, "TOTE1"))
    return desk, unit


def test_a_tote_whose_tags_agree_with_its_list_is_closed_with_the_proof() -> None:
    desk, _ = tote()
    desk.appear(CASE_TAG, TOTE_TAG)
    desk.answer("close")
    assert desk.types == ["ContainerCompared", "ContainerClosed", "LabelRequested", "LabelRequested"]
    compared = desk.found(e.ContainerCompared)
    assert (compared.seen, compared.missing, compared.extra) == (1, (), ())
    assert alarm(desk) == ""


def test_what_is_missing_and_what_is_too_many_is_listed_and_has_to_be_acknowledged() -> None:
    desk, unit = tote()
    desk.appear(TOY_TAG)
    desk.answer("close")
    compared = desk.found(e.ContainerCompared)
    assert (desk.types, compared.missing, compared.extra) == (["ContainerCompared"], (unit,), (TOY_TAG,))
    assert alarm(desk) == "alarm.container_differs"
    assert isinstance(desk.answer("close_anyway"), Refusal)
    desk.command(Command.ACK)
    assert desk.step == "sort.differs"
    assert [(line.state, line.seen) for line in desk.prompt.checklist] == [("missing", 0), ("unexpected", 1)]
    check_prompt(desk.prompt)
    desk.answer("CLOSEANYWAY")
    assert desk.found(e.ContainerClosed).units == (unit,)


def test_a_tote_that_was_put_right_closes_at_the_next_comparison() -> None:
    desk, _ = tote()
    desk.answer("close")
    desk.command(Command.ACK)
    desk.appear(CASE_TAG)
    desk.answer("CLOSE")
    assert desk.types[:2] == ["ContainerCompared", "ContainerClosed"]


def test_cancel_leaves_a_differing_tote_open() -> None:
    desk, _ = tote()
    desk.answer("close")
    desk.command(Command.ACK)
    desk.command(Command.CANCEL)
    assert desk.step == "sort.card"
    assert desk.world.records.containers["TOTE1"].status == "open"


def test_a_unit_that_belongs_elsewhere_is_named_by_its_plate() -> None:
    desk = opened()
    desk.appear(SHIRT_TAGS[0])
    desk.scan(Meaning(GTIN, SHIRT, "gs1", (("21", "101"),)))
    shirt = desk.found(e.UnitIdentified).unit
    desk.answer("yes")
    desk.command(Command.OK)
    desk.scan((UNIT, shirt))
    desk.vanish(SHIRT_TAGS[0])
    desk, _ = tote(desk)
    desk.appear(CASE_TAG, SHIRT_TAGS[0])
    desk.answer("close")
    assert desk.found(e.ContainerCompared).extra == (shirt,)


def test_a_unit_whose_tag_nobody_knows_may_be_any_tag_of_its_product() -> None:
    desk = opened()
    shirt = inspect_unit(desk, SHIRT, "yes")
    desk.command(Command.CANCEL)
    desk.command(Command.SORT)
    desk.scan((UNIT, shirt))
    desk.scan((ScanKind.CONTAINER, "TOTE1"))
    desk.appear(SHIRT_TAGS[1])
    desk.answer("close")
    assert "ContainerClosed" in desk.types


def test_where_nobody_reads_tags_a_tote_closes_as_ever() -> None:
    desk, _ = tote()
    desk.world.field.watched = False
    desk.answer("close")
    assert desk.types == ["ContainerClosed", "LabelRequested", "LabelRequested"]

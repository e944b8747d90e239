"""A unit gets a new tag at the bench: only where it is certain which EPC, on which tag, and only told when it was read back."""

from __future__ import annotations

import pytest
from catalogue_check import check_prompt, spoken
from workflow_goods import BETA_SHOE, CASE, CASE_TAG, PHONE, PLAIN_TAG, SHIRT, SHIRT_TAGS, TOY, tag
from world import Desk, World, receive

from rl_station.domain import epc as epcs
from rl_station.domain import events as e
from rl_station.domain.messages import Refusal
from rl_station.domain.scan import Meaning, ScanKind
from rl_station.workflow import Command, Tag, TagsObserved, abandoned, agreed, fold, initial
from rl_station.workflow.state import Inspecting

OTHER_PLAIN = "E28011606000000000000002"
NEW_SHIRT = tag(SHIRT, 4711)


ParcelKey = tuple[ScanKind, str]
PLAIN_PARCEL, TAGGED_PARCEL, OTHERS = (ScanKind.TRACKING, "T1"), (ScanKind.TRACKING, "T7"), (ScanKind.TRACKING, "T5A")
TOY_PARCEL = (ScanKind.SSCC, "395200000000000014")


def bench(gtin: str = SHIRT, serial: str = "4711", key: ParcelKey = PLAIN_PARCEL, world: World | None = None) -> Desk:
    """A unit with GTIN and serial number in hand, out of a parcel whose tags nobody told us, unless it is the tagged one."""
    desk = Desk(world)
    desk.scan((ScanKind.BADGE, "200"))
    desk.command(Command.RECEIVE)
    plate = receive(desk, *key)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.PARCEL_PLATE, plate))
    desk.scan(Meaning(ScanKind.GTIN, gtin, "gs1", (("21", serial),) if serial else ()))
    return desk


def report(desk: Desk, *, failed: str = "") -> None:
    """What the reader says of the tag that was to be written."""
    asked = desk.found(e.TagWriteRequested)
    fields = {"unit": asked.unit, "parcel": asked.parcel, "old": asked.old, "epc": asked.epc}
    done = e.TagWriteFailed(**fields, reason=failed) if failed else e.TagWritten(**fields)
    desk.follow(desk.record((done,)))


def finish(desk: Desk) -> str:
    """The unit in hand, to its label; gives its plate."""
    unit = job(desk).seen[-1].unit
    desk.answer("yes")
    desk.command(Command.OK)
    desk.scan((ScanKind.UNIT_PLATE, unit))
    return unit


def job(desk: Desk) -> Inspecting:
    found = desk.session.state.job
    assert isinstance(found, Inspecting)
    return found


def facts(desk: Desk) -> list[str]:
    return [spoken(fact.value) for fact in desk.prompt.facts if spoken(fact.label) == "RFID tag"]


# --- the way it should go ---------------------------------------------------------------------------------------------


def test_one_new_tag_before_the_reader_becomes_the_units() -> None:
    desk = bench()
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    asked = desk.found(e.TagWriteRequested)
    assert (asked.old, asked.epc) == (PLAIN_TAG, NEW_SHIRT)
    assert facts(desk) == [f"being written: {NEW_SHIRT}"]
    assert job(desk).seen[0].epc == ""
    report(desk)
    assert facts(desk) == [NEW_SHIRT]
    assert desk.world.records.unit(asked.unit).epc == NEW_SHIRT  # type: ignore[union-attr]  # the unit in hand
    assert [unit.epc for unit in job(desk).seen] == [NEW_SHIRT]


def test_a_tag_that_could_not_be_written_is_said_of_its_own_unit_only() -> None:
    desk = bench()
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    report(desk, failed="it left the field")
    assert facts(desk) == ["NOT written: it left the field"]
    finish(desk)
    desk.vanish(PLAIN_TAG)
    desk.scan(Meaning(ScanKind.GTIN, SHIRT, "gs1", (("21", "4712"),)))
    assert facts(desk) == []


def test_the_key_is_offered_where_a_tag_is_wanted_and_can_be_made() -> None:
    desk = bench()
    assert Command.RETAG in desk.prompt.commands
    check_prompt(desk.prompt)
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    report(desk)
    assert Command.RETAG not in desk.prompt.commands
    assert Command.RETAG not in bench(serial="").prompt.commands
    assert Command.RETAG not in bench(serial="SN1").prompt.commands
    blind = bench()
    blind.world.field.watched = False
    assert Command.RETAG not in blind.prompt.commands


def test_the_new_tag_counts_for_the_unit_and_the_old_one_for_nobody() -> None:
    desk = bench()
    desk.appear(tag(TOY, 5))
    assert [line.state for line in desk.prompt.checklist][-1] == "unexpected"
    desk.command(Command.RETAG)
    report(desk)
    desk.settle()
    desk.vanish(tag(TOY, 5))
    desk.appear(NEW_SHIRT)
    assert [line.state for line in desk.prompt.checklist] == ["open", "partial"]


def test_a_contradicting_tag_gives_way_once_the_inspector_has_said_that_it_is_no_swap() -> None:
    desk = bench(CASE, "", TAGGED_PARCEL)
    desk.appear(tag(CASE, 999))
    desk.command(Command.ACK)
    assert desk.command(Command.RETAG) == Refusal("inspect.expected_mismatch")
    assert Command.RETAG not in desk.prompt.commands
    desk.answer("OTHERTAG")
    desk.command(Command.RETAG)
    assert desk.types == ["retag.no_identity"]


def test_a_shipped_tag_that_nobody_can_read_any_more_is_made_anew() -> None:
    desk = bench(CASE, "201", TAGGED_PARCEL)
    assert desk.found(e.UnitIdentified).epc == CASE_TAG
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    assert (desk.found(e.TagWriteRequested).old, desk.found(e.TagWriteRequested).epc) == (PLAIN_TAG, CASE_TAG)


def test_a_unit_whose_tag_is_here_and_right_needs_none() -> None:
    desk = bench(CASE, "201", TAGGED_PARCEL)
    desk.appear(CASE_TAG)
    assert desk.command(Command.RETAG) == Refusal("retag.has_it", (("epc", CASE_TAG),))


def test_a_tag_we_wrote_is_no_swap_though_it_was_not_shipped() -> None:
    """The line names other tags, and the serial number was typed off the box."""
    desk = bench(SHIRT, "", TAGGED_PARCEL)
    asked = e.TagWriteRequested(unit=job(desk).seen[0].unit, parcel=job(desk).parcel, old=PLAIN_TAG, epc=NEW_SHIRT)
    desk.follow(desk.record((asked,)))
    desk.last = (asked,)
    report(desk)
    desk.appear(NEW_SHIRT)
    assert "TagMismatchFound" not in desk.types
    assert desk.prompt.alarm is None


def test_a_tag_that_holds_the_right_epc_already_is_taken_as_it_is() -> None:
    """As after a write that worked, while the station was switched off before it could say so."""
    desk = bench()
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    report(desk, failed="the station was stopped")
    desk.world.field.change(TagsObserved(appeared=(Tag(NEW_SHIRT, 1),), gone=(PLAIN_TAG,)))
    desk.command(Command.RETAG)
    assert desk.types == ["TagWritten"]
    assert facts(desk) == [NEW_SHIRT]


def test_the_company_prefix_is_that_of_the_shipped_tags_or_the_longest_the_site_knows() -> None:
    desk = bench()
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    assert epcs.decode(desk.found(e.TagWriteRequested).epc).prefix_digits == 7  # type: ignore[union-attr]  # a tag we made


# --- refused, with the reason -----------------------------------------------------------------------------------------


def test_more_than_one_tag_is_too_many() -> None:
    desk = bench()
    desk.appear(PLAIN_TAG, OTHER_PLAIN)
    refused = desk.command(Command.RETAG)
    assert refused == Refusal("retag.several", (("count", 2),))
    desk.vanish(OTHER_PLAIN)
    desk.command(Command.RETAG)
    assert desk.types == ["TagWriteRequested"]


def test_without_a_tag_there_is_nothing_to_write_on() -> None:
    assert bench().command(Command.RETAG) == Refusal("retag.no_tag")


def test_without_a_reader_nothing_is_promised() -> None:
    desk = bench()
    desk.world.field.watched = False
    assert desk.command(Command.RETAG) == Refusal("retag.no_reader")


@pytest.mark.parametrize(
    ("gtin", "serial", "code"),
    [
        (SHIRT, "", "retag.no_identity"),
        (SHIRT, "SN77", "retag.serial_does_not_fit"),
        (SHIRT, "0815", "retag.serial_does_not_fit"),
        (SHIRT, "274877906944", "retag.serial_does_not_fit"),
        (BETA_SHOE, "1", "retag.no_prefix"),
    ],
)
def test_what_makes_no_sgtin_is_refused_with_its_reason(gtin: str, serial: str, code: str) -> None:
    desk = bench(gtin, serial, OTHERS if gtin == BETA_SHOE else PLAIN_PARCEL)
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    assert desk.types == [code]


def test_a_swap_keeps_the_tag_it_came_with() -> None:
    desk = bench(PHONE, "4711")
    assert "UnitSwapSuspected" in desk.types
    desk.command(Command.ACK)
    desk.appear(PLAIN_TAG)
    assert desk.command(Command.RETAG) == Refusal("retag.swap")
    assert Command.RETAG not in desk.prompt.commands


def test_the_tag_of_a_unit_that_is_here_is_not_written_over_although_a_later_one_with_it_left() -> None:
    desk = bench()
    here, left = "U-HERE", "U-LEFT"
    desk.record(
        (
            *(e.UnitIdentified(unit=unit, parcel="P", match="unexpected", epc=PLAIN_TAG) for unit in (here, left)),
            e.ContainerOpened(container="TOTE9", disposition="resell", client="acme"),
            e.UnitSorted(unit=left, container="TOTE9", disposition="resell", client="acme"),
            e.ContainerClosed(container="TOTE9", units=(left,)),
            e.ContainerShipped(container="TOTE9"),
        )
    )
    desk.appear(PLAIN_TAG)
    desk.command(Command.ACK)
    assert desk.command(Command.RETAG) == Refusal("retag.of_another", (("epc", PLAIN_TAG), ("unit", here)))


def test_the_tag_of_another_unit_is_not_written_over() -> None:
    desk = bench()
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    report(desk)
    desk.vanish(PLAIN_TAG)
    first = finish(desk)
    desk.scan(Meaning(ScanKind.GTIN, SHIRT, "gs1", (("21", "4712"),)))
    desk.appear(NEW_SHIRT)
    assert desk.command(Command.RETAG) == Refusal("retag.of_another", (("epc", NEW_SHIRT), ("unit", first)))


def test_a_tag_that_was_shipped_with_another_piece_is_not_written_over() -> None:
    desk = bench(CASE, "201", TAGGED_PARCEL)
    desk.appear(SHIRT_TAGS[0])
    assert desk.command(Command.RETAG) == Refusal("retag.shipped", (("epc", SHIRT_TAGS[0]),))


def test_two_units_never_get_one_epc() -> None:
    desk = bench()
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    report(desk)
    first = finish(desk)
    later = bench(key=TOY_PARCEL, world=desk.world)
    assert later.command(Command.RETAG) == Refusal("retag.taken", (("epc", NEW_SHIRT), ("unit", first)))


def test_while_one_is_being_written_no_other_is() -> None:
    desk = bench()
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    assert desk.command(Command.RETAG) == Refusal("retag.busy")


def test_a_return_that_is_found_meanwhile_does_not_make_it_forgotten() -> None:
    """The label of the return lay inside the box; nothing that is known of its content is news for the tag under way."""
    desk = Desk()
    desk.scan((ScanKind.BADGE, "200"))
    desk.command(Command.RECEIVE)
    desk.scan((ScanKind.TRACKING, "NOBODY-KNOWS"))
    plate = receive(desk, ScanKind.TRACKING, "NOBODY-KNOWS")
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.PARCEL_PLATE, plate))
    desk.scan(Meaning(ScanKind.GTIN, SHIRT, "gs1", (("21", "4711"),)))
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    before = job(desk).radio.writing
    assert before is not None
    finish(desk)
    desk.scan((ScanKind.RMA, "RMA1"))
    assert job(desk).rmas == ("RMA1",)
    assert job(desk).radio.writing == before
    desk.follow(desk.record((e.TagWritten(unit=before.unit, parcel=plate, old=before.old, epc=before.epc),)))
    assert [written.epc for written in job(desk).radio.written] == [NEW_SHIRT]
    desk.command(Command.UNDO)
    assert (job(desk).rmas, job(desk).radio.writing) == ((), None)
    assert [unit.epc for unit in job(desk).seen] == [NEW_SHIRT]


# --- what comes of it -------------------------------------------------------------------------------------------------


def test_a_failure_is_shown_with_its_reason_and_can_be_tried_again() -> None:
    desk = bench()
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    report(desk, failed="the tag's EPC is locked")
    assert facts(desk) == ["NOT written: the tag's EPC is locked"]
    assert desk.world.records.unit(job(desk).seen[0].unit).epc == ""  # type: ignore[union-attr]  # the unit in hand
    desk.command(Command.RETAG)
    assert desk.types == ["TagWriteRequested"]
    report(desk)
    assert facts(desk) == [NEW_SHIRT]


def test_undo_takes_back_the_step_before_and_not_what_the_reader_wrote() -> None:
    desk = bench()
    before = desk.step
    desk.answer("yes")
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    asked = desk.found(e.TagWriteRequested)
    desk.command(Command.UNDO)
    assert desk.step == before
    assert job(desk).radio.writing is not None
    desk.follow(desk.record((e.TagWritten(unit=asked.unit, parcel=asked.parcel, old=asked.old, epc=asked.epc),)))
    assert facts(desk) == [NEW_SHIRT]


def test_undo_after_the_tag_was_written_leaves_it_written() -> None:
    desk = bench()
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    asked = desk.found(e.TagWriteRequested)
    desk.answer("yes")
    desk.follow(desk.record((e.TagWritten(unit=asked.unit, parcel=asked.parcel, old=asked.old, epc=asked.epc),)))
    desk.command(Command.UNDO)
    assert desk.types == ["CorrectionDeclared"]
    assert facts(desk) == [NEW_SHIRT]
    assert [unit.epc for unit in job(desk).seen] == [NEW_SHIRT]
    assert fold(initial(), desk.world.records.log) == desk.session


def test_a_tag_written_after_its_unit_was_put_away_is_the_units_all_the_same() -> None:
    desk = bench()
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    asked = desk.found(e.TagWriteRequested)
    finish(desk)
    assert job(desk).unit is None
    desk.follow(desk.record((e.TagWritten(unit=asked.unit, parcel=asked.parcel, old=asked.old, epc=asked.epc),)))
    assert [unit.epc for unit in job(desk).seen] == [NEW_SHIRT]
    assert desk.world.records.unit(asked.unit).epc == NEW_SHIRT  # type: ignore[union-attr]  # it was just put away


def test_a_restart_knows_what_was_under_way_and_says_that_it_is_not_certain() -> None:
    desk = bench()
    desk.appear(PLAIN_TAG)
    desk.command(Command.RETAG)
    again = fold(initial(), desk.world.records.log)
    assert again == desk.session
    lost = abandoned(again.state, "the station was stopped")
    assert lost is not None
    assert (lost.old, lost.epc, lost.reason) == (PLAIN_TAG, NEW_SHIRT, "the station was stopped")
    desk.follow(desk.record((lost,)))
    assert abandoned(desk.session.state, "") is None
    assert facts(desk) == ["NOT written: the station was stopped"]


def test_the_lamp_is_green_for_announced_tags_and_written_ones_only() -> None:
    written = e.TagWritten(unit="U", parcel="P", old=PLAIN_TAG, epc=NEW_SHIRT)
    assert agreed(written)
    assert agreed(e.TagSeen(parcel="P", task="inspect", epc=NEW_SHIRT, match="expected"))
    assert agreed(e.ContainerCompared(container="T", seen=3))
    assert not agreed(e.TagSeen(parcel="P", task="inspect", epc=NEW_SHIRT, match="unexpected"))
    assert not agreed(e.ContainerCompared(container="T", seen=3, missing=("U",)))

"""Signing in, choosing a task, alarms, undo, trace."""

from __future__ import annotations

import pytest
from catalogue_check import spoken
from workflow_goods import SHIRT
from world import Desk, World, desk_at, inspect_unit, receive

from rl_station.domain import events as e
from rl_station.domain.messages import Refusal
from rl_station.domain.scan import ScanKind
from rl_station.workflow import Command, at_rest, initial

BADGE, TRACKING = ScanKind.BADGE, ScanKind.TRACKING


def refused(desk: Desk) -> Refusal:
    assert isinstance(desk.last, Refusal), desk.types
    return desk.last


def test_nothing_is_taken_before_somebody_signs_in() -> None:
    desk = Desk()
    desk.scan((TRACKING, "T1"))
    assert refused(desk).code == "scan.wrong_kind"
    desk.command(Command.RECEIVE)
    assert refused(desk).code == "sign_in.badge_first"
    desk.scan((BADGE, "999"))
    assert refused(desk).code == "sign_in.unknown_badge"
    desk.scan((BADGE, "100"))
    assert desk.types == ["SignedIn"]


def test_a_station_with_one_task_goes_straight_to_it() -> None:
    desk = Desk(World(("receive",)))
    desk.scan((BADGE, "100"))
    assert desk.types == ["SignedIn", "TaskChosen"]
    assert desk.step == "receive.scan"
    desk.command(Command.SORT)
    assert refused(desk).code == "task.not_here"


def test_only_an_inspector_inspects() -> None:
    desk = Desk()
    desk.scan((BADGE, "100"))
    assert [choice.id for choice in desk.prompt.choices] == ["receive", "sort", "trace", "note", "break"]
    desk.command(Command.INSPECT)
    assert refused(desk).code == "task.not_allowed"


def test_another_badge_at_rest_changes_the_worker_and_keeps_the_task() -> None:
    desk = desk_at("receive", "200")
    desk.scan((BADGE, "100"))
    assert desk.types == ["SignedOut", "SignedIn", "TaskChosen"]
    assert desk.step == "receive.scan"
    desk.scan((TRACKING, "T1"))
    desk.scan((BADGE, "200"))
    assert refused(desk).code == "sign_in.finish_first"


def test_the_task_changes_only_with_nothing_in_hand() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "T1"))
    for command in (Command.SORT, Command.MENU, Command.SIGN_OUT):
        desk.command(command)
        assert refused(desk).code == "task.finish_first"
    desk.command(Command.CANCEL)
    desk.command(Command.MENU)
    assert desk.step == "menu.task"
    desk.answer("1")
    assert desk.step == "receive.scan"
    desk.command(Command.SIGN_OUT)
    assert desk.session.state == initial().state


def test_a_command_barcode_does_what_its_key_does() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "T1"))
    desk.scan((ScanKind.COMMAND, "ANSWER1"))
    assert desk.types == ["ParcelConditionNoted"]
    desk.scan((ScanKind.COMMAND, "SAFE"))
    assert "ParcelHazardChecked" in desk.types
    desk.scan((ScanKind.COMMAND, "UNDO"))
    assert desk.types == ["CorrectionDeclared"]
    desk.scan((ScanKind.COMMAND, "BANANA"))
    assert refused(desk).code == "choice.unknown"


def test_undo_walks_back_step_by_step_to_the_choice_of_task() -> None:
    desk = desk_at("receive")
    states = [desk.session.state]
    desk.scan((TRACKING, "T1"))
    states.append(desk.session.state)
    desk.answer("intact")
    states.append(desk.session.state)
    desk.answer("none")
    for state in reversed(states):
        desk.command(Command.UNDO)
        assert desk.session.state == state
    desk.command(Command.UNDO)
    assert refused(desk).code == "undo.task"
    assert desk.world.records.parcels == {}


def test_undo_takes_back_the_scan_that_raised_an_alarm_and_the_alarm_with_it() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "T1"))
    desk.answer("intact")
    before = desk.session.state
    desk.answer("smoke")
    assert desk.prompt.alarm is not None
    desk.command(Command.UNDO)
    assert desk.types == ["AlarmAcknowledged", "CorrectionDeclared"]
    assert desk.session.state == before


def test_undo_of_a_scan_that_was_refused_with_an_alarm_takes_no_earlier_work_back() -> None:
    desk = desk_at("receive")
    another = receive(desk)
    desk.scan((TRACKING, "T7"))
    desk.answer("intact")
    desk.answer("none")
    before = desk.session
    desk.scan((ScanKind.PARCEL_PLATE, another))
    assert refused(desk).blocking
    assert not desk.prompt.can_undo
    desk.command(Command.UNDO)
    assert desk.types == ["AlarmAcknowledged"]
    assert (desk.session.state, desk.session.trail) == (before.state, before.trail)
    assert desk.prompt.can_undo


def test_what_another_bench_went_on_with_is_not_undone() -> None:
    desk = desk_at("receive")
    plate = receive(desk)
    desk.record((e.ParcelOpened(parcel=plate, client="acme", rmas=("RMA1",)),))
    desk.command(Command.UNDO)
    assert refused(desk).code == "undo.built_upon"


def test_a_cancelled_piece_of_work_is_not_brought_back_by_undo() -> None:
    desk = desk_at("receive")
    desk.scan((TRACKING, "T1"))
    desk.answer("intact")
    desk.command(Command.CANCEL)
    desk.command(Command.UNDO)
    assert refused(desk).code == "undo.cancelled"


@pytest.mark.parametrize(
    ("kind", "value", "subject"),
    [
        (TRACKING, "T1", "parcel"),
        (ScanKind.RMA, "RMA1", "parcel"),
        (ScanKind.PARCEL_PLATE, "", "parcel"),
        (ScanKind.UNIT_PLATE, "", "unit"),
        (ScanKind.CONTAINER, "TOTE1", "container"),
    ],
)
def test_anything_scanned_in_trace_shows_its_history(kind: ScanKind, value: str, subject: str) -> None:
    desk = desk_at("receive")
    plate = receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.PARCEL_PLATE, plate))
    unit = inspect_unit(desk, SHIRT, "no", "fine")
    desk.command(Command.CANCEL)
    desk.command(Command.SORT)
    desk.scan((ScanKind.UNIT_PLATE, unit))
    desk.scan((ScanKind.CONTAINER, "TOTE1"))
    desk.command(Command.TRACE)
    value = value or {"parcel": plate, "unit": unit}[subject]
    desk.scan((kind, value))
    assert getattr(desk.found(e.CodeTraced), subject)
    told = [spoken(fact.value) for fact in desk.prompt.facts]
    assert any(line.startswith(("Parcel received", "Unit identified", "Container opened")) for line in told)
    assert at_rest(desk.session.state)


def test_trace_tells_an_announced_return_from_a_code_nobody_knows() -> None:
    desk = desk_at("trace")
    desk.scan((ScanKind.RMA, "RMA1"))
    assert desk.prompt.detail is not None
    assert spoken(desk.prompt.detail) == "Announced, but not here yet"
    desk.scan((ScanKind.TEXT, "GIBBERISH"))
    assert refused(desk).code == "trace.nothing"


def test_asking_for_the_devices_is_kept_and_is_no_step_of_the_work() -> None:
    desk = Desk()
    desk.scan((ScanKind.COMMAND, "DEVICES"))
    assert desk.types == ["DevicesAsked"], "before anybody has signed in, too"
    desk = desk_at("receive")
    desk.scan((ScanKind.TRACKING, "T1"))
    before = desk.session
    desk.command(Command.DEVICES)
    assert desk.session == before
    desk.command(Command.UNDO)
    assert desk.step == "receive.scan"


def test_an_alarm_goes_before_the_devices() -> None:
    desk = desk_at("receive")
    desk.scan((ScanKind.TRACKING, "T1"))
    desk.answer("intact")
    desk.answer("smoke")
    desk.command(Command.DEVICES)
    assert desk.types == ["alarm.pending"]

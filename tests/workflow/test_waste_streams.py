"""Electrical waste goes to the bin of its own WEEE category, whoever decides that it is waste, and stays apart from there on."""

from __future__ import annotations

import pytest
from test_supervisor_acts import act, always, sign_in, supervise
from workflow_goods import SHIRT, TOY
from world import Desk, desk_at, label_scan, receive, unit_plate

from rl_station.domain import events as e
from rl_station.domain.messages import Refusal
from rl_station.domain.rules import Outcome, RuleTable
from rl_station.domain.scan import ScanKind
from rl_station.domain.unit_label import UnitLabel
from rl_station.workflow import Command
from rl_station.workflow.actions import Override

SCRAP = {"scrap": Outcome(id="scrap", disposition="recycle")}
KEPT = RuleTable((always("sound", "resell"),), "rules-k", SCRAP)
WASTE = RuleTable((always("broken", "scrap"),), "rules-w", SCRAP)
ASKED = RuleTable((always("dear", "resell", approval="supervisor"),), "rules-a", SCRAP)
ANSWERS = {TOY: ("no", "no", "fine"), SHIRT: ("no", "fine")}
STREAMS = pytest.mark.parametrize(("code", "rma", "bin_"), [(TOY, "RMA6", "BSMALL"), (SHIRT, "RMA1", "BWASTE")])
"""A small piece of electrical equipment, and something that is none."""


def decided(code: str, rma: str, rules: RuleTable) -> tuple[Desk, str]:
    """A unit at the bench whose grade was agreed to."""
    desk = Desk()
    desk.world.rules = rules
    sign_in(desk, "200", Command.RECEIVE)
    receive(desk, ScanKind.RMA, rma)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, rma))
    desk.scan((ScanKind.GTIN, code))
    unit = desk.found(e.UnitIdentified).unit
    for answer in (*ANSWERS[code], "OK"):
        desk.answer(answer)
    return desk, unit


@STREAMS
def test_the_rules_send_it_there(code: str, rma: str, bin_: str) -> None:
    desk, _ = decided(code, rma, WASTE)
    assert desk.found(e.DispositionDecided).bin == bin_


@STREAMS
def test_a_supervisor_who_decides_otherwise_sends_it_there(code: str, rma: str, bin_: str) -> None:
    desk, unit = decided(code, rma, KEPT)
    desk.scan((ScanKind.UNIT_PLATE, unit))
    desk.command(Command.CANCEL)
    supervise(desk)
    assert act(desk, Override(unit, "scrap", "condition"))[0] == "DispositionOverridden"
    assert desk.found(e.DispositionOverridden).bin == bin_
    assert desk.world.records.units[unit].bin == bin_


@STREAMS
def test_whoever_is_asked_to_agree_and_decides_otherwise_sends_it_there(code: str, rma: str, bin_: str) -> None:
    desk, _ = decided(code, rma, ASKED)
    desk.scan((ScanKind.BADGE, "300"))
    desk.answer("instead_scrap")
    desk.answer("why_condition")
    assert desk.found(e.DispositionApproved).bin == bin_


def closed(desk: Desk, tote: str, number: int, bin_: str) -> None:
    """A tote with one piece of waste in it that another station labelled for this bin, at the sort desk."""
    desk.scan(label_scan(UnitLabel(unit_plate(number, "B07"), "recycle", "acme", bin_, "rules-0")))
    desk.scan((ScanKind.CONTAINER, tote))
    assert desk.types[-1] == "UnitSorted", desk.types
    desk.answer("close")


@pytest.mark.parametrize(
    ("bin_", "said"), [("BSMALL", "sort.other_stream"), ("BWASTE", "sort.other_stream"), ("BSMALLIT", "")]
)
def test_no_two_streams_leave_on_one_pallet(bin_: str, said: str) -> None:
    desk = desk_at("sort")
    for number, (tote, place) in enumerate((("TOTE1", "BSMALLIT"), ("TOTE2", bin_))):
        closed(desk, tote, number, place)
        desk.answer("consolidate")
        desk.scan((ScanKind.SSCC, "395200000000000021"))
    assert desk.types == ([said] if said else ["ContainersConsolidated"])


def test_no_tote_holds_two_streams() -> None:
    desk = desk_at("sort")
    for number, bin_ in enumerate(("BSMALLIT", "BSMALL")):
        desk.scan(label_scan(UnitLabel(unit_plate(number, "B07"), "recycle", "acme", bin_, "rules-0")))
        desk.scan((ScanKind.CONTAINER, "TOTE1"))
    assert desk.types == ["sort.other_bin"]
    assert isinstance(desk.last, Refusal)
    assert desk.last.blocking

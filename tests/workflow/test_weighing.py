"""A parcel is weighed at the dock where there is a scale: without a key, against what was announced, and never in the way."""

from __future__ import annotations

import pytest
from catalogue_check import check_prompt, spoken
from world import Desk, desk_at, parcel_plate, receive

from rl_station.domain import events as e
from rl_station.domain.scan import ScanKind
from rl_station.workflow import Command, Tone, WeightSettled, said
from rl_station.workflow.knowledge import Load

TRACKING, PLATE = ScanKind.TRACKING, ScanKind.PARCEL_PLATE


def weighing_desk(value: str = "T1", *, hazard: str = "none") -> Desk:
    """A parcel at a station with a scale, after its hazard look."""
    desk = desk_at("receive")
    desk.world.scale.watched = True
    desk.scan((TRACKING, value))
    desk.answer("intact")
    desk.answer(hazard)
    return desk


def facts(desk: Desk) -> dict[str, tuple[str, Tone]]:
    return {spoken(fact.label): (spoken(fact.value), fact.tone) for fact in desk.prompt.facts}


def test_a_station_without_a_scale_never_asks_for_a_weight() -> None:
    desk = desk_at("receive")
    receive(desk)
    assert not any(isinstance(line.event, e.ParcelWeighed) for line in desk.world.records.log)
    desk.scan((TRACKING, "T5A"))
    assert desk.prompt.progress == (0, 3)
    desk.answer("intact")
    desk.answer("none")
    assert desk.step == "receive.plate"


def test_the_parcel_is_weighed_by_itself_after_the_look_and_before_its_label() -> None:
    desk = weighing_desk()
    assert desk.types == ["ParcelHazardChecked"]
    assert (desk.step, desk.prompt.progress) == ("receive.weigh", (2, 4))
    check_prompt(desk.prompt)
    desk.weigh(1040)
    assert desk.types == ["ParcelWeighed", "LabelRequested"]
    plate = parcel_plate(1)
    assert desk.found(e.ParcelWeighed) == e.ParcelWeighed(
        parcel=plate, grams=1040, device="bench-scale", announced=1000, compared="agrees"
    )
    assert (desk.step, desk.prompt.progress) == ("receive.plate", (3, 4))
    assert facts(desk)["Weight"] == ("1040 g", Tone.PLAIN)
    desk.scan((PLATE, plate))
    assert desk.step == "receive.lane"


def test_a_parcel_that_lies_on_the_scale_already_costs_no_step() -> None:
    desk = desk_at("receive")
    desk.world.scale.watched = True
    desk.scan((TRACKING, "T1"))
    desk.answer("intact")
    assert desk.weigh(990) == (), "the look comes first"
    desk.answer("none")
    assert desk.types == ["ParcelHazardChecked", "ParcelWeighed", "LabelRequested"]
    assert desk.step == "receive.plate"


@pytest.mark.parametrize(
    ("grams", "compared", "told"),
    [
        (1100, "agrees", f"Parcel {parcel_plate(1)} weighs 1100 g"),
        (1101, "heavier", "HEAVIER than announced: 1101 g, not 1000 g. It is noted, go on"),
        (899, "lighter", "LIGHTER than announced: 899 g, not 1000 g. It is noted, go on"),
    ],
)
def test_a_weight_that_differs_is_said_and_kept_and_holds_nothing_up(grams: int, compared: str, told: str) -> None:
    desk = weighing_desk()
    desk.weigh(grams)
    assert desk.found(e.ParcelWeighed).compared == compared
    assert desk.prompt.alarm is None
    tone, message = said([desk.found(e.ParcelWeighed), desk.found(e.LabelRequested)])
    assert (tone, spoken(message)) == (Tone.GOOD if compared == "agrees" else Tone.WARN, told)
    desk.scan((PLATE, parcel_plate(1)))
    assert desk.step == "receive.lane"
    shown = (f"{grams} g", Tone.PLAIN) if compared == "agrees" else (f"{grams} g, announced 1000 g", Tone.WARN)
    assert facts(desk)["Weight"] == shown


@pytest.mark.parametrize(("value", "answer"), [("T5A", ""), ("NOBODY", "blind"), ("T7", "")])
def test_where_nobody_said_what_one_box_weighs_the_weight_is_only_kept(value: str, answer: str) -> None:
    """Two boxes of one return, a parcel nobody announced, a return without a weight."""
    desk = desk_at("receive")
    desk.world.scale.watched = True
    desk.scan((TRACKING if value != "NOBODY" else ScanKind.TEXT, value))
    if answer:
        desk.answer(answer)
    desk.answer("intact")
    desk.answer("none")
    desk.weigh(5000)
    weighed = desk.found(e.ParcelWeighed)
    assert (weighed.grams, weighed.announced, weighed.compared) == (5000, 0, "")


def test_two_returns_in_one_parcel_weigh_what_both_do() -> None:
    desk = desk_at("receive")
    desk.world.scale.watched = True
    desk.scan((TRACKING, "TBOTH"))
    desk.answer("all")
    desk.answer("intact")
    desk.answer("none")
    desk.weigh(720)
    assert desk.found(e.ParcelWeighed).announced == 700


@pytest.mark.parametrize("answer", ["1", "NOWEIGHT"])
def test_the_worker_can_go_on_without_a_weight_by_key_and_by_command_barcode(answer: str) -> None:
    desk = weighing_desk()
    if answer == "1":
        desk.answer(answer)
    else:
        desk.scan((ScanKind.COMMAND, answer))
    assert desk.types == ["ParcelWeightSkipped", "LabelRequested"]
    assert desk.step == "receive.plate"
    assert desk.weigh(1000) == (), "what comes too late is nobody's weight"


def test_a_dangerous_parcel_is_not_carried_to_the_scale() -> None:
    desk = weighing_desk(hazard="leak")
    assert desk.types == ["ParcelHazardChecked", "ParcelHeld", "LabelRequested"]


def test_nothing_is_weighed_while_an_alarm_waits() -> None:
    desk = weighing_desk()
    desk.follow(desk.record((e.ScanRefused(code="plate.of_another_parcel", blocking=True),)))
    assert desk.weigh(1000) == ()
    desk.command(Command.ACK)
    desk.give(WeightSettled())
    assert desk.types == ["ParcelWeighed", "LabelRequested"]


def test_a_parcel_with_a_preprinted_plate_goes_from_the_scale_to_its_lane() -> None:
    desk = desk_at("receive")
    desk.world.scale.watched = True
    desk.scan((PLATE, parcel_plate(7, "PRE")))
    desk.scan((TRACKING, "T1"))
    desk.answer("intact")
    desk.answer("none")
    assert desk.step == "receive.weigh"
    desk.weigh(1500)
    assert desk.types == ["ParcelWeighed", "ParcelPlateConfirmed", "ParcelLaneAssigned"]
    assert facts(desk)["Weight"] == ("1500 g, announced 1000 g", Tone.WARN)


def test_the_weight_goes_with_the_parcel_to_a_preprinted_plate() -> None:
    desk = weighing_desk()
    desk.weigh(1040)
    other = parcel_plate(7, "PRE")
    desk.scan((PLATE, other))
    desk.scan((PLATE, other))
    assert desk.found(e.ParcelWeighed).parcel == other
    assert desk.step == "receive.lane"


def test_undo_takes_the_weight_back_and_asks_again() -> None:
    desk = weighing_desk()
    desk.weigh(1040)
    desk.command(Command.UNDO)
    assert desk.step == "receive.weigh"
    assert "Weight" not in facts(desk)
    desk.weigh(1050)
    assert desk.found(e.ParcelWeighed).grams == 1050


def test_cancel_at_the_scale_puts_the_whole_parcel_down() -> None:
    desk = weighing_desk()
    desk.command(Command.CANCEL)
    assert desk.step == "receive.scan"
    assert desk.weigh(1000) == ()


def test_another_code_at_the_scale_is_refused_with_a_reason() -> None:
    desk = weighing_desk()
    desk.scan((TRACKING, "T1"))
    assert desk.types == ["receive.in_hand"]
    desk.command(Command.REPRINT)
    assert desk.types == ["choice.expected"]
    assert desk.step == "receive.weigh"


def test_nobody_weighs_a_parcel_at_the_bench_or_with_nobody_signed_in() -> None:
    desk = Desk()
    desk.world.scale.load = Load(500, "bench-scale")
    assert desk.give(WeightSettled()) == ()
    desk.scan((ScanKind.BADGE, "200"))
    desk.command(Command.INSPECT)
    assert desk.give(WeightSettled()) == ()

"""What a client says counts at dock, bench and sort desk: its words, its carriers, its channels, its catalogue."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from catalogue_check import check_prompt, spoken
from msgspec.structs import replace
from workflow_goods import PRODUCTS, SHARED_BETA, SHIRT, WorldReference
from world import Desk, World, inspect_unit, parcel_plate, receive

from rl_station.domain import events as e
from rl_station.domain.conditions import ALWAYS
from rl_station.domain.reference import AnnouncedLine, AnnouncedReturn, Client, Procedure, Product
from rl_station.domain.rules import Outcome, Rule, RuleTable, facts_of
from rl_station.domain.scan import Meaning, ScanKind
from rl_station.workflow import Command, Prompt
from rl_station.workflow.announce import said
from rl_station.workflow.prompt import Tone

GTIN, TRACKING, PLATE = ScanKind.GTIN, ScanKind.TRACKING, ScanKind.PARCEL_PLATE

SOP = tuple(
    Procedure(step, f"{step} in English", (("de", f"{step} auf Deutsch"),)) for step in ("receive", "inspect", "sort")
)
ACME = Client("acme", "Acme", carriers=("ups", "dhl"), sop=SOP, packaging="own", region="EU")
MIXED = AnnouncedReturn("RMA8", "beta", "ORD3", (AnnouncedLine(1, "MUG", 1),), tracking=("TBOTH",))
"""On the number that two returns of Acme come under as well."""
CUP_TOO = AnnouncedReturn("RMA9", "acme", "ORD3", (AnnouncedLine(1, "CUP", 1),), tracking=("TBOTH",))


class Policied(WorldReference):
    """The returns centre of the other tests, where clients, articles and returns say more."""

    def __init__(self, *said: Client | Product | AnnouncedReturn) -> None:
        super().__init__()
        self.clients = {each.id: each for each in said if isinstance(each, Client)}
        self.goods = {(each.client, each.sku): each for each in said if isinstance(each, Product)}
        self.announcements = tuple(each for each in said if isinstance(each, AnnouncedReturn))

    def client(self, client_id: str) -> Client | None:
        return self.clients.get(client_id) or super().client(client_id)

    def product(self, client: str, sku: str) -> Product | None:
        return self.goods.get((client, sku)) or super().product(client, sku)

    def announced(self, rma: str) -> AnnouncedReturn | None:
        return next((each for each in self.announcements if each.rma == rma), None) or super().announced(rma)

    def returns_by_tracking(self, tracking: str) -> tuple[AnnouncedReturn, ...]:
        more = tuple(each for each in self.announcements if tracking in each.tracking)
        return more or super().returns_by_tracking(tracking)


def desk_with(*said: Client | Product | AnnouncedReturn, badge: str = "200") -> Desk:
    """Priya, who reads German, or Sven with 300, at the dock."""
    world = World()
    world.reference = Policied(*said)
    desk = Desk(world)
    desk.scan((ScanKind.BADGE, badge))
    desk.command(Command.RECEIVE)
    return desk


def asked_by_client(prompt: Prompt) -> list[str]:
    check_prompt(prompt)
    return [spoken(fact.value) for fact in prompt.facts if fact.label.code == "fact.sop"]


def carrier_facts(prompt: Prompt) -> list[str]:
    return [spoken(fact.value) for fact in prompt.facts if fact.label.code == "fact.carrier"]


def by(courier: str, *may_be: str, number: str = "T1") -> Meaning:
    others = tuple(("may_be", other) for other in may_be)
    return Meaning(TRACKING, number, "reference", (("courier", courier), *others))


# --- its words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("badge", "told"), [("200", "auf Deutsch"), ("300", "in English")])
def test_its_words_stand_at_dock_bench_and_sort_desk_in_the_worker_s_language(badge: str, told: str) -> None:
    desk = desk_with(ACME, badge=badge)
    desk.scan((TRACKING, "T1"))
    assert asked_by_client(desk.prompt) == [f"receive {told}"]
    desk.command(Command.CANCEL)
    plate = receive(desk)
    assert asked_by_client(desk.prompt) == []
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    assert asked_by_client(desk.prompt) == [f"inspect {told}"]
    unit = inspect_unit(desk, SHIRT, "yes")
    desk.command(Command.CANCEL)
    desk.command(Command.SORT)
    desk.scan((ScanKind.UNIT_PLATE, unit))
    assert asked_by_client(desk.prompt) == [f"sort {told}"]


def test_nobody_says_anything_of_a_parcel_whose_client_is_a_guess() -> None:
    desk = desk_with(ACME)
    desk.answer("no_code")
    assert desk.found(e.ParcelReceived).client == "acme"
    assert asked_by_client(desk.prompt) == []


def test_a_unit_of_another_client_is_under_that_client_s_words() -> None:
    desk = desk_with(ACME, Client("beta", "Beta", sop=(Procedure("inspect", "Beta's own"),)))
    plate = receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    desk.scan((GTIN, "09520000000066"))
    assert desk.found(e.UnitIdentified).client == "beta"
    assert asked_by_client(desk.prompt) == ["Beta's own"]
    assert desk.prompt.facts[0].label.code == "fact.sop", "nobody has read this yet"


def test_over_the_parcel_its_words_come_first_and_with_its_units_last() -> None:
    desk = desk_with(ACME)
    plate = receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    assert desk.prompt.facts[0].label.code == "fact.sop"
    desk.scan((GTIN, SHIRT))
    assert desk.prompt.facts[-1].label.code == "fact.sop"


# --- its carriers -----------------------------------------------------------------------------------------------------


def test_a_parcel_by_another_carrier_is_received_and_it_is_noted() -> None:
    desk = desk_with(ACME)
    desk.scan(by("fedex"))
    assert desk.types[:2] == ["ParcelReceived", "ParcelCarrierNoted"]
    plate = desk.found(e.ParcelReceived).parcel
    assert desk.found(e.ParcelCarrierNoted) == e.ParcelCarrierNoted(
        parcel=plate, courier="fedex", accepted=("ups", "dhl")
    )
    assert carrier_facts(desk.prompt) == ["fedex, which Acme does not use"]
    assert isinstance(desk.last, tuple)
    tone, message = said(desk.last)
    assert tone is Tone.WARN
    assert "fedex" in spoken(message)
    desk.answer("intact")
    desk.answer("none")
    desk.scan((PLATE, plate))
    assert desk.types == ["ParcelPlateConfirmed", "ParcelLaneAssigned"]


@pytest.mark.parametrize(
    "reading",
    [by("ups"), by("fedex", "usps", "dhl"), Meaning(TRACKING, "T1", "reference"), Meaning(TRACKING, "T1", "x")],
)
def test_a_number_that_an_accepted_carrier_or_nobody_could_have_is_not_worth_a_word(reading: Meaning) -> None:
    desk = desk_with(ACME)
    desk.scan(reading)
    assert "ParcelReceived" in desk.types
    assert "ParcelCarrierNoted" not in desk.types


def test_a_client_without_a_list_takes_any_carrier() -> None:
    desk = desk_with(replace(ACME, carriers=()))
    desk.scan(by("fedex"))
    assert "ParcelCarrierNoted" not in desk.types


def test_a_parcel_that_nobody_announced_has_no_client_to_mind_its_carrier() -> None:
    desk = desk_with(ACME)
    desk.scan(by("fedex", number="NOBODY"))
    desk.scan(by("fedex", number="NOBODY"))
    assert desk.found(e.ParcelReceived).outcome == "blind"
    assert "ParcelCarrierNoted" not in desk.types


def test_the_carrier_is_remembered_while_the_worker_chooses_the_return() -> None:
    desk = desk_with(ACME)
    desk.scan(by("fedex", number="TBOTH"))
    assert desk.types == ["ParcelPresented"]
    desk.answer("RMA4")
    assert desk.found(e.ParcelCarrierNoted).courier == "fedex"


def test_a_parcel_of_several_clients_is_nobody_s_to_mind() -> None:
    desk = desk_with(ACME, MIXED, CUP_TOO)
    desk.scan(by("fedex", number="TBOTH"))
    desk.answer("all")
    assert desk.found(e.ParcelReceived).rmas == ("RMA8", "RMA9")
    assert "ParcelCarrierNoted" not in desk.types


def test_the_note_goes_along_to_a_preprinted_plate() -> None:
    desk = desk_with(ACME)
    desk.scan(by("fedex"))
    desk.answer("intact")
    desk.answer("none")
    other = parcel_plate(77, "PRE")
    desk.scan((PLATE, other))
    desk.scan((PLATE, other))
    noted = desk.found(e.ParcelCarrierNoted)
    assert (noted.parcel, noted.courier) == (other, "fedex")


def test_a_parcel_that_is_put_down_again_takes_the_note_with_it() -> None:
    desk = desk_with(ACME)
    desk.scan(by("fedex"))
    desk.command(Command.CANCEL)
    assert "ParcelCarrierNoted" in desk.found(e.CorrectionDeclared).types
    desk.scan(by("ups"))
    assert carrier_facts(desk.prompt) == []


# --- its channels -----------------------------------------------------------------------------------------------------

ANY = Rule(id="any", outcomes=("hold",), reason="So it is.", when=ALWAYS)


def ways(*names: str) -> RuleTable:
    """One rule: sold through the first of these channels that is left, else held."""
    return RuleTable(
        (replace(ANY, id="sold", outcomes=names), replace(ANY, id="else")),
        "channels",
        {name: Outcome(id=name, disposition="resell", channel=name) for name in names},
    )


def decided(desk: Desk) -> e.DispositionDecided:
    plate = receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    desk.scan((GTIN, SHIRT))
    desk.answer("yes")
    desk.command(Command.OK)
    return next(event for event in _log(desk) if isinstance(event, e.DispositionDecided))


def _log(desk: Desk) -> Iterator[e.Event]:
    return (line.event for line in desk.world.records.log)


SHIRT_OF_ACME = next(each for each in PRODUCTS if each.sku == "SHIRT")


@pytest.mark.parametrize(
    ("client", "article", "outcome"),
    [
        ({}, (), "b2b"),
        ({"channels_prohibited": ("b2b",)}, (), "shop"),
        ({"channels_allowed": ("shop", "outlet")}, (), "shop"),
        ({"channels_allowed": ("b2b", "outlet")}, ("outlet",), "outlet"),
        ({"channels_prohibited": ("outlet",)}, ("outlet",), "hold"),
        ({"channels_allowed": ("b2b", "shop")}, ("outlet",), "hold"),
        ({}, ("shop", "outlet"), "shop"),
    ],
)
def test_a_unit_goes_only_where_both_its_client_and_its_article_allow(
    client: dict[str, tuple[str, ...]], article: tuple[str, ...], outcome: str
) -> None:
    desk = desk_with(replace(ACME, **client), replace(SHIRT_OF_ACME, channels=article))
    desk.world.rules = ways("b2b", "shop", "outlet")
    found = decided(desk)
    assert found.outcome == outcome


def test_what_the_client_says_is_kept_with_the_decision() -> None:
    desk = desk_with(replace(ACME, channels_prohibited=("b2b",)), replace(SHIRT_OF_ACME, channels=("shop",)))
    facts = facts_of(decided(desk).inputs)
    assert (facts["channels_allowed"], facts["channels_prohibited"]) == (("shop",), ("b2b",))
    assert (facts["region"], facts["packaging_rule"]) == ("EU", "own")


# --- one barcode in several catalogues --------------------------------------------------------------------------------


def test_a_barcode_of_several_catalogues_is_asked_about_where_nothing_was_announced() -> None:
    desk = desk_with()
    desk.answer("no_code")
    plate = desk.found(e.ParcelReceived).parcel
    desk.answer("intact")
    desk.answer("none")
    desk.scan((PLATE, plate))
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    desk.scan((GTIN, SHARED_BETA))
    assert desk.step == "inspect.product"
    assert [choice.id for choice in desk.prompt.choices] == ["acme/CUP", "beta/MUG", "gamma/BECHER"]
    desk.answer("gamma/BECHER")
    assert desk.found(e.UnitIdentified).client == "gamma"


def test_the_announced_returns_say_whose_it_is_and_ask_where_both_wait_for_one() -> None:
    desk = desk_with(MIXED, CUP_TOO)
    desk.scan((TRACKING, "TBOTH"))
    desk.answer("all")
    plate = desk.found(e.ParcelReceived).parcel
    desk.answer("intact")
    desk.answer("none")
    desk.scan((PLATE, plate))
    desk.command(Command.INSPECT)
    desk.scan((PLATE, plate))
    desk.scan((GTIN, SHARED_BETA))
    assert [choice.id for choice in desk.prompt.choices] == ["beta/MUG", "acme/CUP"]
    desk.answer("acme/CUP")
    first = desk.found(e.UnitIdentified)
    assert (first.client, first.match, first.rma) == ("acme", "expected", "RMA9")
    desk.answer("yes")
    desk.command(Command.OK)
    desk.scan((ScanKind.UNIT_PLATE, first.unit))
    desk.scan((GTIN, SHARED_BETA))
    second = desk.found(e.UnitIdentified)
    assert (second.client, second.match, second.rma) == ("beta", "expected", "RMA8")

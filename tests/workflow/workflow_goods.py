"""What the returns centre of these tests knows before anything happens: products, returns, people, places, questions, rules."""

from __future__ import annotations

from collections.abc import Mapping

from rl_station.domain.checklist import Checklist, Option, Question, Scope
from rl_station.domain.conditions import compile_condition
from rl_station.domain.recalls import Recall, RecallTable, recall_table
from rl_station.domain.reference import (
    AnnouncedLine,
    AnnouncedReturn,
    Bin,
    Client,
    Lane,
    Operator,
    Product,
)
from rl_station.domain.rework import Method, Part, WorkStep, WorkTable
from rl_station.domain.rules import SAMPLES, Outcome, Rule, RuleTable
from rl_station.domain.vendors import VendorTable, VendorTerms

CATEGORIES = ("phones", "laptops", "apparel", "footwear", "small_appliances", "toys")

PHONE, CASE, SHIRT, SHARED_ACME, SHARED_BETA, TOY, BETA_SHOE = (
    "09520000000011",
    "09520000000028",
    "09520000000035",
    "09520000000042",
    "09520000000042",
    "09520000000059",
    "09520000000066",
)
RECALLED = "09520000000073"
OTHERS_ONLY = "09520000000080"
UNHEARD_OF = "09520000000998"

PRODUCTS = (
    Product(
        "acme",
        "PH1",
        "Phone One",
        "phones",
        (PHONE,),
        value=50000,
        serialized=True,
        data_bearing=True,
        battery="li",
        weee="small_it",
    ),
    Product("acme", "CASE", "Phone case", "apparel", (CASE,), value=1500),
    Product("acme", "SHIRT", "Shirt", "apparel", (SHIRT,), value=3000),
    Product("acme", "CUP", "Cup", "small_appliances", (SHARED_ACME,), value=900),
    Product("beta", "MUG", "Mug", "small_appliances", (SHARED_BETA,), value=950),
    Product("gamma", "BECHER", "Becher", "small_appliances", (SHARED_BETA,), value=950),
    Product("acme", "TOY", "Robot", "toys", (TOY,), value=4000, battery="li", weee="small"),
    Product("beta", "SHOE", "Shoe", "footwear", (BETA_SHOE,), value=8000),
    Product("beta", "TEAPOT", "Teapot", "small_appliances", (OTHERS_ONLY,), value=2500),
    Product("gamma", "KANNE", "Kanne", "small_appliances", (OTHERS_ONLY,), value=2500),
    Product("acme", "HEATER", "Heater", "small_appliances", (RECALLED,), brand="Warmo", value=7000),
)


def tag(gtin: str, serial: int) -> str:
    """An SGTIN-96 with a company prefix of seven digits and filter value 1. EPC Tag Data Standard 2.0, 14.6.1."""
    fields = ((0x30, 8), (1, 3), (5, 3), (int(gtin[1:8]), 24), (int(gtin[0] + gtin[8:13]), 20), (serial, 38))
    bits = "".join(f"{value:0{width}b}" for value, width in fields)
    return f"{int(bits, 2):024X}"


SHIRT_TAGS = (tag(SHIRT, 101), tag(SHIRT, 102))
CASE_TAG = tag(CASE, 201)
SHOE_TAG = tag(BETA_SHOE, 301)
PLAIN_TAG = "E2801160600002054E0A1B2C"
TOTE_TAG = "3374257BF40C0E400000162E"


def _line(number: int, sku: str, quantity: int = 1, *serials: str, reason: str = "NA") -> AnnouncedLine:
    return AnnouncedLine(number, sku, quantity, serials, reason=reason)


RETURNS = (
    AnnouncedReturn(
        "RMA1",
        "acme",
        "ORD1",
        (_line(1, "PH1", 1, "SN1"), _line(2, "SHIRT", 2)),
        tracking=("T1",),
        customer_note="broken",
        weight=1000,
    ),
    AnnouncedReturn("RMA2", "acme", "ORD2", (_line(1, "CASE"),), status="cancelled", tracking=("T2",)),
    AnnouncedReturn("RMA3", "acme", "ORD3", (_line(1, "SHIRT"),), tracking=("TBOTH",), weight=400),
    AnnouncedReturn("RMA4", "acme", "ORD3", (_line(1, "CASE"),), tracking=("TBOTH",), weight=300),
    AnnouncedReturn("RMA5", "beta", "ORD5", (_line(1, "SHOE", 3),), tracking=("T5A", "T5B"), parcels=2, weight=3000),
    AnnouncedReturn("RMA6", "acme", "ORD6", (_line(1, "TOY"), _line(2, "HEATER")), sscc=("395200000000000014",)),
    AnnouncedReturn(
        "RMA7",
        "acme",
        "ORD7",
        (
            AnnouncedLine(1, "SHIRT", 2, epcs=SHIRT_TAGS, reason="NA"),
            AnnouncedLine(2, "CASE", 1, epcs=(CASE_TAG,), reason="NA"),
        ),
        tracking=("T7",),
    ),
    AnnouncedReturn(
        "RMA8", "beta", "ORD8", (AnnouncedLine(1, "SHOE", 1, epcs=(SHOE_TAG,), reason="NA"),), tracking=("T8",)
    ),
)

OPERATORS = (
    Operator("mara", "Mara", "100", "en", ("worker",)),
    Operator("priya", "Priya", "200", "de", ("worker", "inspector")),
    Operator("sven", "Sven", "300", "en", ("worker", "inspector", "supervisor")),
)
LANES = (
    Lane("MIXED", "Anything"),
    Lane("TECH", "Electronics", ("phones", "laptops")),
    Lane("WEAR", "Clothes", ("apparel", "footwear")),
)
BINS = (
    Bin("BRESELL", "Resell", ("resell",)),
    Bin("BREFURB", "Refurbish", ("refurbish",)),
    Bin("BHOLD", "Hold", ("hold",)),
    Bin("BWASTE", "Mixed recycling", ("recycle",)),
    Bin("BSMALLIT", "Electrical waste: small IT", ("recycle",), weee=("small_it",)),
    Bin("BSMALL", "Electrical waste: small", ("recycle",), weee=("small",)),
)
RECALLS = (Recall(reference="RC-7", hazard="fire", gtins=(RECALLED,)),)

CHECKLISTS: Mapping[str, Checklist] = {
    "hazard": Checklist(
        "hazard",
        "Battery",
        (
            Question(
                "swollen",
                "Swollen?",
                (Option("no", "No", command="NO"), Option("yes", "Yes", flags=("swelling",), command="YES")),
            ),
        ),
    ),
    "data": Checklist(
        "data", "Data", (Question("wiped", "Wiped?", (Option("yes", "Yes"), Option("no", "No", flags=("data",)))),)
    ),
    **{
        name: Checklist(
            name,
            name,
            (
                Question(
                    "sealed",
                    "Sealed?",
                    (Option("yes", "Yes", next="end"), Option("no", "No", packaging="complete")),
                    texts=(("de", "Versiegelt?"),),
                ),
                Question(
                    "state",
                    "State?",
                    (
                        Option("fine", "Fine", cosmetic="C6", functional="F5"),
                        Option("bad", "Bad", cosmetic="C1", functional="F3"),
                    ),
                ),
            ),
            scope=Scope(name),
        )
        for name in CATEGORIES
    },
}


def _rule(name: str, outcome: str, reason: str, when: str = "") -> Rule:
    return Rule(id=name, outcomes=(outcome,), reason=reason, when=compile_condition(when, SAMPLES))


RULES = RuleTable(
    (
        _rule("hazard", "hold", "It is dangerous.", '"swelling" in hazards'),
        _rule("recall", "hold", "It is recalled.", "recall"),
        _rule("swap", "hold", "It may be swapped.", "swap"),
        _rule("foreign", "hold", "It is somebody else's.", 'match == "other_client"'),
        _rule("good", "resell", "It is as good as new.", 'cosmetic in ["C6", "C9"]'),
        _rule("rest", "refurbish", "It can be made good."),
    ),
    "rules-1",
)


WORK = WorkTable(
    steps={
        "wipe": WorkStep(
            id="wipe",
            text="Wipe it",
            texts=(("de", "Löschen"),),
            seconds=60,
            methods=("clear", "purge"),
            evidence=True,
            next=(("failed", "regrade"),),
        ),
        "clean": WorkStep(id="clean", text="Clean it", parts=("cloth",), next=(("failed", "steam"),)),
        "steam": WorkStep(id="steam", text="Steam it"),
        "repack": WorkStep(id="repack", text="Repack it", seconds=20, parts=("box",), results=("done", "failed")),
    },
    parts={
        "box": Part(id="box", text="Box", codes=("SP-BOX",)),
        "cloth": Part(id="cloth", text="Cloth"),
        "cable": Part(id="cable", text="Cable", codes=("SP-CABLE",)),
    },
    methods={"clear": Method(id="clear", text="Clear"), "purge": Method(id="purge", text="Purge")},
)
"""Steps of rework: one with everything that can be asked, and three plain ones."""

WORK_RULES = RuleTable(
    (
        _rule("wiped_first", "make_good", "It holds data.", '"data" in flags'),
        _rule("worn", "freshen", "It is worn.", 'functional == "F3"'),
        _rule("sound", "resell", "It is sound."),
    ),
    "rules-r",
    {
        "make_good": Outcome(id="make_good", disposition="refurbish", steps=("wipe", "clean", "repack")),
        "freshen": Outcome(id="freshen", disposition="refurbish", steps=("clean",)),
    },
)
"""Decisions that ask for work first."""


class WorldReference:
    """`domain.reference.Reference` over the tuples above."""

    def client(self, client_id: str) -> Client | None:
        prefixes = ("952000", "9520000") if client_id == "acme" else ()
        return Client(client_id, client_id.title(), prefixes) if client_id in ("acme", "beta", "gamma") else None

    def operator(self, operator_id: str) -> Operator | None:
        return next((found for found in OPERATORS if found.id == operator_id), None)

    def operator_by_badge(self, badge: str) -> Operator | None:
        return next((found for found in OPERATORS if found.badge == badge), None)

    def lane(self, lane_id: str) -> Lane | None:
        return next((found for found in LANES if found.id == lane_id), None)

    def lanes(self) -> tuple[Lane, ...]:
        return LANES

    def bin(self, bin_id: str) -> Bin | None:
        return next((found for found in BINS if found.id == bin_id), None)

    def bin_for(self, disposition: str, client: str, category: str, weee: str = "") -> Bin | None:
        fitting = [
            found for found in BINS if disposition in found.dispositions and (not found.weee or weee in found.weee)
        ]
        return max(fitting, key=lambda found: bool(found.weee), default=None)

    def has_container(self, container: str) -> bool:
        return False

    def product(self, client: str, sku: str) -> Product | None:
        return next((found for found in PRODUCTS if (found.client, found.sku) == (client, sku)), None)

    def products_by_gtin(self, gtin: str) -> tuple[Product, ...]:
        return tuple(found for found in PRODUCTS if gtin in found.gtins)

    def announced(self, rma: str) -> AnnouncedReturn | None:
        return next((found for found in RETURNS if found.rma == rma), None)

    def returns_by_tracking(self, tracking: str) -> tuple[AnnouncedReturn, ...]:
        return tuple(found for found in RETURNS if tracking in found.tracking)

    def returns_by_sscc(self, sscc: str) -> tuple[AnnouncedReturn, ...]:
        return tuple(found for found in RETURNS if sscc in found.sscc)

    def returns_by_order(self, order: str) -> tuple[AnnouncedReturn, ...]:
        return tuple(found for found in RETURNS if found.order == order)

    def returns_by_serial(self, serial: str) -> tuple[AnnouncedReturn, ...]:
        return tuple(found for found in RETURNS for line in found.lines if serial in line.serials)

    def returns_by_epc(self, epc: str) -> tuple[AnnouncedReturn, ...]:
        return tuple(found for found in RETURNS for line in found.lines if epc in line.epcs)

    def __init__(self) -> None:
        self.recall_table = recall_table(RECALLS, "2026-11-01")
        self.vendors = VendorTable()

    def vendor_terms(self, client: str, sku: str, brand: str) -> VendorTerms | None:
        return self.vendors.terms(client, sku, brand)

    def recalls(self) -> RecallTable:
        return self.recall_table

"""The example site is a real small returns centre: everything the demo and the tests lean on is in it."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from rl_station.domain.carriers import identify
from rl_station.domain.grades import COSMETIC, DISPOSITIONS, FUNCTIONAL, PACKAGING
from rl_station.domain.identifiers import parse_epc, parse_gtin, parse_sscc
from rl_station.domain.site_codes import make
from rl_station.settings import check, load_site
from rl_station.settings.checklist_models import Cosmetic, Functional, Packaging
from rl_station.settings.models import Disposition
from rl_station.settings.paths import example_site

CATEGORIES = {"phones", "laptops", "apparel", "footwear", "small_appliances", "toys"}
SITE = load_site(example_site(), environ={})
FACTS = SITE.reference.facts


def test_it_is_without_fault() -> None:
    assert check(example_site(), environ={}) == []


def test_it_is_a_whole_returns_centre() -> None:
    assert {station.prefix for station in SITE.stations.values()} >= {"D01", "B01", "S01"}
    assert set(SITE.station.tasks) == {"receive", "inspect", "sort", "rework", "trace"}
    assert len(SITE.clients) == 3
    assert {operator.language for operator in SITE.operators} == {"en", "de", "es"}
    assert {role for operator in SITE.operators for role in operator.roles} == {"worker", "inspector", "supervisor"}
    assert {container.kind for container in SITE.containers} == {"tote", "cage", "pallet"}
    assert set(SITE.checklists) == CATEGORIES | {"hazard", "data", "reason", "coffee_machines"}


def test_every_disposition_has_a_bin_of_its_own_and_every_category_a_lane() -> None:
    for disposition in DISPOSITIONS:
        for client in SITE.clients:
            for category in CATEGORIES:
                found = SITE.reference.bin_for(disposition, client.id, category)
                assert found is not None
                assert disposition in found.dispositions
    assert {category for lane in SITE.lanes for category in lane.categories} == CATEGORIES


def test_every_id_that_stands_in_a_barcode_can_be_one() -> None:
    for destination in (*(lane.id for lane in SITE.lanes), *(bin_.id for bin_ in SITE.bins)):
        assert make("D", destination)
    for operator in SITE.operators:
        assert make("B", operator.badge)
    for container in SITE.containers:
        assert make("C", container.id)


def test_its_goods_are_nobodys_and_their_numbers_valid() -> None:
    gtins = [gtin for product in FACTS.products for gtin in product.gtins]
    assert all(parse_gtin(gtin) == gtin and gtin.startswith("0952") for gtin in gtins)
    assert len(FACTS.products) >= 60
    assert {product.category for product in FACTS.products} == CATEGORIES
    assert any(len(product.gtins) > 1 for product in FACTS.products)
    assert any(product.battery for product in FACTS.products if product.category == "toys")


def test_one_gtin_can_be_two_clients_article() -> None:
    owners = Counter(gtin for product in FACTS.products for gtin in product.gtins)
    shared = [gtin for gtin, count in owners.items() if count > 1]
    assert shared
    assert len({product.client for product in SITE.reference.products_by_gtin(shared[0])}) == 2


def test_two_hundred_returns_of_every_kind_are_announced() -> None:
    assert len(FACTS.returns) == 200
    assert {announced.status for announced in FACTS.returns} == {"open", "cancelled"}
    assert any(line.quantity > 1 for announced in FACTS.returns for line in announced.lines)
    assert any(len(announced.lines) > 1 for announced in FACTS.returns)
    assert any(announced.parcels > 1 for announced in FACTS.returns)
    assert any(announced.sscc for announced in FACTS.returns)
    assert any(not announced.tracking and not announced.sscc for announced in FACTS.returns)
    assert {line.wish for announced in FACTS.returns for line in announced.lines} == {"refund", "exchange", "repair"}


def test_one_tracking_number_can_stand_for_several_returns() -> None:
    shared = [
        SITE.reference.returns_by_tracking(number) for announced in FACTS.returns for number in announced.tracking
    ]
    assert max(len(found) for found in shared) > 1


def test_every_tracking_number_is_one_its_carrier_would_give() -> None:
    couriers = Counter[str]()
    for announced in FACTS.returns:
        for number in announced.tracking:
            candidates = identify(SITE.carriers, number)
            assert candidates, number
            assert number in candidates[0].lookup_keys
            couriers[candidates[0].courier] += 1
    assert {"ups", "fedex", "usps", "dhl", "s10", "amazon"} <= set(couriers)


def test_every_serial_sscc_and_epc_finds_its_return() -> None:
    for announced in FACTS.returns:
        assert all(parse_sscc(sscc) for sscc in announced.sscc)
        assert all(announced in SITE.reference.returns_by_sscc(sscc) for sscc in announced.sscc)
        for line in announced.lines:
            product = SITE.reference.product(announced.client, line.sku)
            assert product is not None
            assert len(line.serials) == (line.quantity if product.serialized else 0)
            assert all(SITE.reference.returns_by_serial(serial) == (announced,) for serial in line.serials)
            assert all(parse_epc(epc) for epc in line.epcs)


def test_no_two_units_have_one_serial_or_epc() -> None:
    for numbers in (
        [serial for announced in FACTS.returns for line in announced.lines for serial in line.serials],
        [epc for announced in FACTS.returns for line in announced.lines for epc in line.epcs],
    ):
        assert len(numbers) == len(set(numbers))


def test_recalls_are_of_articles_sold_here() -> None:
    recalls = FACTS.recalls.recalls
    assert len({recall.reference for recall in recalls}) >= 3
    assert all(SITE.reference.products_by_gtin(gtin) for recall in recalls for gtin in recall.gtins)
    assert any(recall.lots for recall in recalls)
    assert FACTS.recalls.snapshot == "2026-11-15"


def test_every_question_and_answer_is_there_in_german_and_spanish() -> None:
    for checklist in SITE.checklists.values():
        for question in checklist.questions:
            assert dict(question.texts).keys() == {"de", "es"}, question.id
            assert all(dict(option.texts).keys() == {"de", "es"} for option in question.options), question.id


def test_every_reason_is_there_in_german_and_spanish() -> None:
    for rule in SITE.rules.rules:
        assert dict(rule.reasons).keys() == {"de", "es"}, rule.id


def test_its_bulk_files_are_what_the_generator_writes(tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / "scripts" / "make_example_site"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    for name in ("products.csv", "returns.csv"):
        assert (tmp_path / name).read_bytes() == (example_site() / name).read_bytes()


def test_settings_and_domain_speak_of_the_same_codes() -> None:
    assert Disposition.__args__ == DISPOSITIONS  # type: ignore[attr-defined]  # typing keeps a Literal's values here
    assert Functional.__args__ == FUNCTIONAL  # type: ignore[attr-defined]
    assert Cosmetic.__args__ == COSMETIC  # type: ignore[attr-defined]
    assert Packaging.__args__ == PACKAGING  # type: ignore[attr-defined]

"""Mistakes in vendors.toml, and in what is sorted by WEEE category: each with file, line, key and the nearest valid name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from own_site import change, only

from rl_station.domain.vendors import VendorTerms
from rl_station.settings import check, load_site
from rl_station.settings.paths import example_site

VENDORS = "vendors.toml"


def terms(folder: Path, client: str, sku: str) -> VendorTerms | None:
    tables = load_site(folder, environ={}).reference
    product = tables.product(client, sku)
    assert product is not None
    return tables.vendor_terms(client, sku, product.brand)


MISTAKES = [
    (r"^\[fjell\.clients\.nordwerk\]", "[fjell.clients.nordwerg]", "fjell.clients.nordwerg", "no client", "nordwerk"),
    (
        r'^brands = \["Tundra"\]',
        'brands = ["Tundr"]',
        "tundra.clients.nordwerk.brands[1]",
        "the brand 'Tundr'",
        "Tundra",
    ),
    (
        r"products\.TUG-32-1T",
        "products.TUG-32-2T",
        "tundra.clients.nordwerk.products.TUG-32-2T",
        "no article",
        "TUG-32-1T",
    ),
    ('"water_damage"', '"water_damaged"', "fjell.clients.nordwerk.blocked_by[1]", "no checklist gives", "water_damage"),
    ("^credit = 85", "credit = 101", "fjell.clients.nordwerk.credit", "less than or equal to 100", ""),
    ("^credit = 85", "credit = -1", "fjell.clients.nordwerk.credit", "greater than or equal to 0", ""),
    ("^quota = 60", "quota = -1", "fjell.clients.nordwerk.quota", "greater than or equal to 0", ""),
    ("^quota = 60", "quota = 1000000", "fjell.clients.nordwerk.quota", "less than 1000000", ""),
    ("^quota = 60", 'quota = "60"', "fjell.clients.nordwerk.quota", "valid integer", ""),
    ("^quota = 60", "quotta = 60", "fjell.clients.nordwerk.quotta", "is not a known key", "quota"),
    (
        '^returns = "prohibited"',
        'returns = "prohibit"',
        "fjell.clients.kinderkiste.returns",
        "not one of",
        "prohibited",
    ),
    ("^approval = true", "quota = 5", "tundra.clients.nordwerk.products.TUG-32-1T.quota", "is not a known key", ""),
    (r'^brands = \["Kiste"\]', "", "kiste.clients.kinderkiste", "is about nothing", ""),
    (
        r'^brands = \["Kiste"\]',
        'brands = ["Hjemme"]',
        "kiste.clients.kinderkiste.brands[1]",
        "is with 'hjemme' already",
        "",
    ),
]


@pytest.mark.parametrize(("mistake", "key", "said", "suggestion"), [(each[:2], *each[2:]) for each in MISTAKES])
def test_a_mistake_in_what_vendors_agreed_to_is_named(
    config: Path, mistake: tuple[str, str], key: str, said: str, suggestion: str
) -> None:
    line = change(config, VENDORS, *mistake)
    found = only(config)
    assert (found.file, found.key, found.suggestion) == (VENDORS, key, suggestion)
    assert said in found.message
    assert abs(found.line - line) <= 1


def test_an_article_is_with_one_vendor_only(config: Path) -> None:
    text = '\n[other]\nname = "Other"\n[other.clients.nordwerk.products.TUG-32-1T]\ncredit = 5\n'
    with (config / VENDORS).open("a", encoding="utf-8") as file:
        file.write(text)
    found = only(config)
    assert found.key == "other.clients.nordwerk.products.TUG-32-1T"
    assert "is with 'tundra' already" in found.message


def test_a_site_that_sends_nothing_back_does_without_the_file(config: Path) -> None:
    (config / VENDORS).unlink()
    assert check(config, environ={}) == []
    assert terms(config, "nordwerk", "FJ8-128-BLK") is None


def test_a_rule_that_waits_for_a_misspelt_vendor_is_named(config: Path) -> None:
    change(config, "dispositions.toml", r"^when = 'rtv == \"forced\"'", "when = 'vendor == \"fjel\"'")
    found = [problem for problem in check(config, environ={}) if problem.file == "dispositions.toml"]
    assert [(each.suggestion, "never a value of vendor" in each.message) for each in found] == [("fjell", True)]


def test_the_example_s_articles_differ_from_their_brand_in_what_they_say_themselves() -> None:
    of_brand, own = (terms(example_site(), "nordwerk", sku) for sku in ("TU13-8-256", "TUG-32-1T"))
    assert of_brand == VendorTerms(
        vendor="tundra",
        client="nordwerk",
        name="Tundra Computers",
        blocked_by=("water_damage", "screen_cracked"),
        quota=25,
        credit=90,
    )
    assert own is not None
    assert (own.approval, own.credit, own.quota, own.blocked_by) == (True, 90, 25, ("water_damage", "screen_cracked"))
    refused = terms(example_site(), "kinderkiste", "KE-PHONE-SENIOR")
    assert refused is not None
    assert refused.returns == "prohibited"
    assert terms(example_site(), "velora", "VF-RUN-BLK-42") is None


def test_a_bin_takes_only_categories_there_are(config: Path) -> None:
    line = change(config, "bins.toml", r'^weee = \["screens"\]', 'weee = ["screen"]')
    found = only(config)
    assert (found.file, found.line, found.key, found.suggestion) == ("bins.toml", line, "EWASTE2.weee[1]", "screens")


def test_an_article_s_category_is_one_there_is(config: Path) -> None:
    line = change(config, "products.csv", r"small_it\b", "smal_it")
    found = only(config)
    assert (found.file, found.line, found.key, found.suggestion) == ("products.csv", line, "weee", "small_it")


def test_what_is_electrical_and_has_no_category_is_told_where_bins_sort_by_it(config: Path) -> None:
    line = change(config, "products.csv", r"small_it\b", "")
    found = only(config)
    assert (found.file, found.line, found.key, found.severity) == ("products.csv", line, "weee", "warning")
    bins = config / "bins.toml"
    bins.write_text(re.sub(r"^weee = .*$", "", bins.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8")
    assert check(config, environ={}) == []


@pytest.mark.parametrize(
    ("client", "sku", "bin_"),
    [
        ("nordwerk", "FJ8-128-BLK", "EWASTE1"),
        ("nordwerk", "TU13-8-256", "EWASTE2"),
        ("kinderkiste", "KT-SCOOTER-E", "EWASTE3"),
        ("kinderkiste", "KT-TRAIN-WD", "RECYCLE1"),
        ("velora", "VA-TEE-WHT-S", "TEXTILE1"),
    ],
)
def test_each_kind_of_waste_has_its_stream(client: str, sku: str, bin_: str) -> None:
    tables = load_site(example_site(), environ={}).reference
    product = tables.product(client, sku)
    assert product is not None
    found = tables.bin_for("recycle", client, product.category, product.weee)
    assert found is not None
    assert found.id == bin_

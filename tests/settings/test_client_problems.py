"""Mistakes in what clients and articles say of themselves, and what the example's clients say."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_site import change, only

from rl_station.domain.reference import Client, Procedure
from rl_station.settings import check, load_site
from rl_station.settings.paths import example_site
from rl_station.settings.rule_sets import load_rules, tried

SITE = load_site(example_site(), environ={})


@pytest.mark.parametrize(
    ("old", "new", "key", "complaint"),
    [
        (
            '"clearance", "b2b"]',
            '"clearence"]',
            "velora.channels_prohibited[1]",
            ("no channel 'clearence'", "clearance"),
        ),
        ('"restock", "outlet"', '"restok", "outlet"', "kinderkiste.channels_allowed[1]", ("no channel", "restock")),
        ('"clearance", "b2b"]', '"b2b", "b2b"]', "velora.channels_prohibited[2]", ("'b2b' stands here twice", "")),
        ('"dhl", "fedex"', '"dlh", "fedex"', "velora.carriers[1]", ("no carrier 'dlh'", "dhl")),
        ('"dhl", "fedex"', '"dhl", "dhl"', "velora.carriers[2]", ("stands here twice", "")),
        ('"order", "sku"', '"ordr", "sku"', "velora.label[1]", ("not one of client", "order")),
        ('"order", "sku"', '"sku", "sku"', "velora.label[2]", ("stands here twice", "")),
        ('"sku", "grade"]', '"sku", "grade", "return"]', "velora.label", ("at most 3", "")),
        ('packaging = "own"', 'packaging = "owned"', "velora.packaging", ("not one of", "own")),
        ("\\[velora.sop.inspect\\]", "[velora.sop.inspekt]", "velora.sop.inspekt", ("not one of", "inspect")),
        ('^text = "Phones', 'txt = "Phones', "nordwerk.sop.receive.txt", ("not a known key", "text")),
        ('text_de = "In jede', 'text_fr = "In jede', "velora.sop.inspect.text_fr", ("not a known key", "text")),
        ('region = "NO"', 'region = "N O"', "nordwerk.region", ("form", "")),
        (
            "^channels_allowed = .*",
            'channels_allowd = ["b2b"]',
            "kinderkiste.channels_allowd",
            ("not a known key", "channels_allowed"),
        ),
    ],
)
def test_a_mistake_in_a_client_s_policy_is_named_with_line_and_nearest_name(
    config: Path, old: str, new: str, key: str, complaint: tuple[str, str]
) -> None:
    said, suggestion = complaint
    line = change(config, "clients.toml", old, new)
    found = [each for each in check(config, environ={}) if each.file == "clients.toml"]
    assert [(each.line, each.key, each.suggestion) for each in found] == [(line, key, suggestion)], found
    assert said in found[0].message


def test_words_that_nobody_has_time_to_read_are_refused(config: Path) -> None:
    change(config, "clients.toml", '^text = "Phones.*"', f'text = "{"read this " * 20}"')
    assert "at most 160 characters" in only(config).message


def test_a_channel_cannot_be_allowed_and_prohibited(config: Path) -> None:
    line = change(config, "clients.toml", '^packaging = "any"', 'channels_prohibited = ["b2b"]')
    problem = only(config)
    assert (problem.line, problem.key) == (line, "kinderkiste.channels_prohibited[1]")
    assert "among the allowed" in problem.message


@pytest.mark.parametrize(
    ("channels", "said", "suggestion"),
    [
        ("restock outlte", "no channel 'outlte'", "outlet"),
        ("restock clearance", "velora does not sell through 'clearance'", ""),
    ],
)
def test_an_article_s_channels_are_there_and_its_client_s(
    config: Path, channels: str, said: str, suggestion: str
) -> None:
    line = change(config, "products.csv", "restock charity", channels)
    problem = only(config)
    assert (problem.file, problem.line, problem.key, problem.suggestion) == (
        "products.csv",
        line,
        "channels",
        suggestion,
    )
    assert said in problem.message


def test_rules_ask_only_for_regions_groups_and_packaging_there_are(config: Path) -> None:
    change(config, "dispositions.toml", """region == "NO\"""", 'region == "NOR"')
    change(config, "dispositions.toml", 'packaging_rule == "any"', 'packaging_rule == "anny"')
    found = [(each.message, each.suggestion) for each in check(config, environ={})]
    assert ("'NOR' is never a value of region", "NO") in found
    assert ("'anny' is never a value of packaging_rule", "any") in found


def test_the_example_s_clients_use_everything_a_client_can_say() -> None:
    clients = [SITE.reference.client(name) for name in ("nordwerk", "velora", "kinderkiste")]
    for field in Client.__struct_fields__:
        assert any(getattr(client, field) for client in clients), field
    steps = {each.step for client in clients if client for each in client.sop}
    assert steps == {"receive", "inspect", "sort"}
    assert all(dict(each.texts).keys() == {"de", "es"} for client in clients if client for each in client.sop)
    assert any(product.channels for product in SITE.reference.facts.products)


def test_the_words_come_as_they_stand_in_the_file() -> None:
    velora = SITE.reference.client("velora")
    assert velora is not None
    sort = next(each for each in velora.sop if each.step == "sort")
    assert sort == Procedure(
        "sort",
        "Dresses and coats hang; fold the rest.",
        (
            ("de", "Kleider und Mäntel hängen; den Rest falten."),
            ("es", "Vestidos y abrigos, colgados; lo demás, doblado."),
        ),
    )


def test_an_example_is_under_its_client_s_policy_as_that_changes(config: Path) -> None:
    rules = load_rules(config, environ={})
    assert not [wrong for example in rules.examples for wrong in tried(example.model, rules.table)[1]]
    change(config, "clients.toml", "^channels_prohibited = .*", "")
    freed = load_rules(config, environ={})
    failed = [example.model.name for example in freed.examples if tried(example.model, freed.table)[1]]
    assert failed == ["nothing of Velora is sold off, however little is left"]

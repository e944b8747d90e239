"""The fields of a unit's label are those that its client wants, from what the store and the reference data know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from rl_station.domain.events import DispositionDecided, LabelRequested, UnitGraded, UnitIdentified
from rl_station.domain.reference import Client
from rl_station.labels.layout import Text
from rl_station.settings import ReferenceTables, load_site
from rl_station.settings.paths import example_site
from rl_station.station.clocks import SystemClock
from rl_station.station.engine import Engine
from rl_station.station.printing import layouts
from rl_station.store import Store

UNIT, PARCEL = "RLUB010000018X", "RLPD010000012K"
SITE = load_site(example_site(), environ={})
DRESS = UnitIdentified(
    unit=UNIT,
    parcel=PARCEL,
    match="expected",
    client="velora",
    sku="VA-DRESS-GRN-38",
    name="Wrap dress green 38",
    rma="VLR-26001",
    line=1,
    gtin="09522345000077",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path, station="bench-1", prefix="B01", clock=SystemClock(), purpose="live", ballast=0) as made:
        yield made


def printed(store: Store, unit: UnitIdentified, *clients: Client, travels: tuple[str, ...] = ()) -> list[str]:
    """The texts of a unit's label, where clients say something else than the example's."""
    graded = UnitGraded(unit=UNIT, parcel=PARCEL, functional="F5", cosmetic="C6", packaging="damaged")
    decided = DispositionDecided(
        unit=UNIT,
        parcel=PARCEL,
        client=unit.client,
        disposition="resell",
        rule="r",
        reason="x",
        bin="RESELL1",
        rules_version="v",
        travels=travels,
    )
    store.append([unit, graded, decided], operator="priya")
    facts = SITE.reference.facts
    others = tuple(each for each in facts.clients if each.id not in [client.id for client in clients])
    site = msgspec.structs.replace(SITE, reference=ReferenceTables(replace(facts, clients=(*others, *clients))))
    request = LabelRequested(label="unit", unit=UNIT, parcel=PARCEL)
    (label,) = layouts(request, site, Engine(site, store).knowledge)
    return [item.text for item in label.items if isinstance(item, Text)]


def beside(texts: list[str], caption: str) -> str:
    return texts[texts.index(caption) + 1]


def test_a_client_s_fields_stand_on_its_labels(store: Store) -> None:
    texts = printed(store, DRESS)
    assert beside(texts, "Order") == "VO00004107"
    assert beside(texts, "Article") == "VA-DRESS-GRN-38"
    assert beside(texts, "Grade") == "F5 C6"
    assert "Return" not in texts
    assert "Client" not in texts


def test_a_client_that_says_nothing_gets_client_grade_and_return(store: Store) -> None:
    texts = printed(store, DRESS, Client("velora", "Velora"))
    assert (beside(texts, "Client"), beside(texts, "Grade"), beside(texts, "Return")) == (
        "Velora",
        "F5 C6",
        "VLR-26001",
    )


@pytest.mark.parametrize(
    ("field", "caption", "value"),
    [
        ("brand", "Brand", "Velora"),
        ("gtin", "GTIN", "09522345000077"),
        ("packaging", "Packaging", "Damaged"),
        ("reason", "Reason", "Does not fit"),
        ("return", "Return", "VLR-26001"),
        ("serial", "Serial", "-"),
    ],
)
def test_every_field_is_found_or_a_dash(store: Store, field: str, caption: str, value: str) -> None:
    texts = printed(store, DRESS, Client("velora", "Velora", label=(field,)))
    assert beside(texts, caption) == value


def test_a_client_that_nobody_knows_any_more_is_named_by_its_id(store: Store) -> None:
    unit = msgspec.structs.replace(DRESS, client="gone", sku="", rma="")
    assert beside(printed(store, unit), "Client") == "gone"


def test_how_to_pack_comes_before_what_the_client_wants(store: Store) -> None:
    texts = printed(store, DRESS, travels=("ground",))
    assert beside(texts, "Packing") == "by ground only, never by air"
    assert "Article" in texts
    assert "Grade" not in texts

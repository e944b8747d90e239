"""WEEE categories at the centre: taken with products and bins, and only those there are."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import msgspec
import pytest
from projecting_world import SITE
from sqlalchemy import Engine, select

from rl_station.central import tables
from rl_station.central.database import create_schema, open_engine
from rl_station.central.reference_import import Report, import_reference
from rl_station.central.reference_read import Source
from rl_station.domain.reference import Bin, Product


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    found = open_engine(sqlite_url)
    create_schema(found)
    yield found
    found.dispose()


def take(engine: Engine, name: str, text: str) -> Report:
    return import_reference(engine, SITE, [Source(name, "", lambda: io.BytesIO(text.encode()))])


def held(engine: Engine, kind: str) -> list[bytes]:
    item = tables.item.c
    with engine.connect() as connection:
        return [bytes(row.value) for row in connection.execute(select(item.value).where(item.kind == kind))]


def test_an_article_brings_its_category(engine: Engine) -> None:
    report = take(engine, "products.csv", "client,sku,name,category,weee\nacme,A,Tablet,laptops,screens\n")
    assert report.refused == 0
    (found,) = held(engine, "product")
    assert msgspec.json.decode(found, type=Product).weee == "screens"


def test_an_article_of_a_category_there_is_none_of_is_refused_with_the_nearest(engine: Engine) -> None:
    report = take(engine, "products.csv", "client,sku,name,category,weee\nacme,A,Tablet,laptops,screen\n")
    (refusal,) = report.refusals
    assert (refusal.line, refusal.key) == (2, "acme/A")
    assert refusal.reason.startswith("weee: 'screen' is not one of")
    assert "did you mean 'screens'" in refusal.reason


@pytest.mark.parametrize(("weee", "taken"), [(["screens", "lamps"], True), (["tv"], False)])
def test_a_bin_takes_the_categories_there_are(engine: Engine, weee: list[str], *, taken: bool) -> None:
    value = {"id": "E1", "name": "Screens", "dispositions": ["recycle"], "weee": weee}
    report = take(engine, "bins.json", json.dumps([{"kind": "bin", "value": value}]))
    assert report.accepted == taken
    assert report.refused == (not taken)
    assert [msgspec.json.decode(found, type=Bin).weee for found in held(engine, "bin")] == [tuple(weee)] * taken

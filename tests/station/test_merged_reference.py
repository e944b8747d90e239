"""Reference data as the centre says it, before the station's own settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from engine_bench import demo_site

from rl_station.domain.recalls import Recall, Reversal, recall_key, recall_table
from rl_station.domain.reference import AnnouncedLine, AnnouncedReturn, Bin, Client, Lane, Operator, Product
from rl_station.domain.sync_wire import Item, Page, digest
from rl_station.settings import ReferenceTables
from rl_station.station.merged_reference import MergedReference
from rl_station.store.known import KnownReader, KnownWriter

SITE = demo_site()
FACTS = SITE.reference.facts
NOW = 1_795_262_400_000_000
"""2026-11-21 12:00 UTC."""


class Heard:
    """A station's reference data and the centre that adds to it."""

    def __init__(self, folder: Path, own: ReferenceTables = SITE.reference) -> None:
        self.known = KnownReader(folder)
        self.reference = MergedReference(own, self.known)
        self._writer = KnownWriter(folder, site="main", station="demo", tracking_keys=lambda number: (number,))
        self._pages = 0

    def say(self, *items: Item) -> None:
        self._pages += 1
        page = Page(incarnation="i", cursor=f"c{self._pages}", items=items, digest=digest(items), at=NOW)
        self._writer.take(self._writer.cursor(), page, NOW)
        self.known.refresh()

    def close(self) -> None:
        self.known.close()
        self._writer.close()


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Heard]:
    made = Heard(tmp_path)
    made.say()
    yield made
    made.close()


def item(kind: str, key: str, value: object) -> Item:
    return Item(kind, key, 1, msgspec.json.encode(value))


def gone(kind: str, key: str) -> Item:
    return Item(kind, key, 2, None)


def announced(rma: str, **more: object) -> AnnouncedReturn:
    fields = {"client": "nordwerk", "order": f"O-{rma}", "lines": (AnnouncedLine(1, "SKU", 1, ("SN1",), ("30AA",)),)}
    return AnnouncedReturn(rma, **{**fields, **more})


def test_what_the_centre_says_nothing_of_is_as_in_the_settings(heard: Heard) -> None:
    own = FACTS.returns[0]
    assert heard.reference.announced(own.rma) == own
    assert own in heard.reference.returns_by_order(own.order)
    assert heard.reference.returns_by_tracking(own.tracking[0]) == SITE.reference.returns_by_tracking(own.tracking[0])
    assert heard.reference.lanes() == FACTS.lanes
    assert heard.reference.recalls() == FACTS.recalls
    assert [heard.reference.product(each.client, each.sku) for each in FACTS.products] == list(FACTS.products)
    assert heard.reference.bin_for("resell", "velora", "apparel") == SITE.reference.bin_for(
        "resell", "velora", "apparel"
    )


def test_a_return_announced_to_the_centre_is_found_by_everything_on_its_box(heard: Heard) -> None:
    fresh = announced("NEW1", tracking=("1ZNEW",), sscc=("340",))
    heard.say(item("return", "NEW1", fresh))
    found = [
        heard.reference.returns_by_tracking("1ZNEW"),
        heard.reference.returns_by_sscc("340"),
        heard.reference.returns_by_order("O-NEW1"),
        heard.reference.returns_by_serial("SN1"),
        heard.reference.returns_by_epc("30AA"),
    ]
    assert found == [(fresh,)] * 5
    assert heard.reference.announced("NEW1") == fresh


def test_the_centres_word_on_a_return_counts_and_not_the_settings(heard: Heard) -> None:
    own = FACTS.returns[0]
    heard.say(item("return", own.rma, msgspec.structs.replace(own, status="cancelled", tracking=("MOVED",))))
    found = heard.reference.announced(own.rma)
    assert found is not None
    assert found.status == "cancelled"
    assert own.rma not in [each.rma for each in heard.reference.returns_by_tracking(own.tracking[0])]
    assert [each.rma for each in heard.reference.returns_by_tracking("MOVED")] == [own.rma]


def test_a_return_that_the_centre_deleted_is_not_announced_any_more(heard: Heard) -> None:
    own = FACTS.returns[0]
    heard.say(gone("return", own.rma))
    assert heard.reference.announced(own.rma) is None
    assert own.rma not in [each.rma for each in heard.reference.returns_by_order(own.order)]


def test_two_clients_may_sell_the_same_article(heard: Heard) -> None:
    own = next(each for each in FACTS.products if each.gtins)
    other = Product("else", "X1", "The same", own.category, own.gtins[:1])
    heard.say(item("product", "else/X1", other))
    assert set(heard.reference.products_by_gtin(own.gtins[0])) == {
        other,
        *SITE.reference.products_by_gtin(own.gtins[0]),
    }
    assert heard.reference.product("else", "X1") == other


def test_somebody_who_left_cannot_sign_in_though_the_settings_still_name_him(heard: Heard) -> None:
    left, stays = FACTS.operators[:2]
    heard.say(gone("operator", left.id), item("operator", "zoe", Operator("zoe", "Zoe", "BADGEZ")))
    assert heard.reference.operator(left.id) is None
    assert heard.reference.operator_by_badge(left.badge) is None
    assert heard.reference.operator_by_badge(stays.badge) == stays
    zoe = heard.reference.operator_by_badge("BADGEZ")
    assert zoe is not None
    assert zoe.id == "zoe"


def test_a_change_of_badge_counts_from_the_next_look(heard: Heard) -> None:
    heard.say(item("operator", "zoe", Operator("zoe", "Zoe", "OLD")))
    assert heard.reference.operator_by_badge("OLD") is not None
    heard.say(item("operator", "zoe", Operator("zoe", "Zoe", "NEW")))
    assert heard.reference.operator_by_badge("OLD") is None
    assert heard.reference.operator_by_badge("NEW") is not None


def test_a_bin_of_the_centre_takes_what_it_says_most_about(heard: Heard) -> None:
    heard.say(
        item("bin", "Z9", Bin("Z9", "New", ("resell",), clients=("velora",), categories=("apparel",))),
        item("lane", "LX", Lane("LX", "Express")),
        item("client", "velora", Client("velora", "Velora renamed")),
        item("container_known", "TOTE9", {"kind": "tote", "name": ""}),
    )
    chosen = heard.reference.bin_for("resell", "velora", "apparel")
    assert chosen is not None
    assert chosen.id == "Z9"
    assert heard.reference.bin("Z9") == chosen
    assert [lane.id for lane in heard.reference.lanes()] == [*(lane.id for lane in FACTS.lanes), "LX"]
    client = heard.reference.client("velora")
    assert client is not None
    assert client.name == "Velora renamed"
    assert [heard.reference.has_container(each) for each in ("TOTE9", FACTS.containers[0], "NOPE")] == [
        True,
        True,
        False,
    ]
    heard.say(gone("container_known", FACTS.containers[0]))
    assert not heard.reference.has_container(FACTS.containers[0])


def test_the_recalls_of_the_centre_come_to_those_of_the_settings(heard: Heard) -> None:
    gtin = "09520000000018"
    whole = Recall(reference="R-ALL", hazard="fire", gtins=(gtin,))
    lot = Recall(reference="R-LOT", hazard="burns", gtins=(gtin,), lots=("L7",))
    heard.say(*(item("recall", recall_key(each), each) for each in (whole, lot)))
    table = heard.reference.recalls()
    assert table.by_gtin[gtin] == (whole, lot)
    assert set(FACTS.recalls.recalls) < set(table.recalls)
    assert table.version != FACTS.recalls.version
    heard.say(gone("recall", recall_key(whole)))
    assert heard.reference.recalls().by_gtin[gtin] == (lot,)


def test_a_recall_in_the_settings_holds_until_the_centre_lifts_it(heard: Heard) -> None:
    own = FACTS.recalls.recalls[0]
    heard.say(gone("recall", recall_key(own)))
    assert own not in heard.reference.recalls().recalls


def test_a_recall_that_the_centre_reverses_is_told_as_reversed(heard: Heard) -> None:
    own = FACTS.recalls.recalls[0]
    reversal = Reversal(reference=own.reference, reason="tested and found safe", date="2026-11-20")
    heard.say(item("recall_reversed", own.reference, reversal))
    assert heard.reference.recalls().of(own.reference) == ()
    assert heard.reference.recalls().reversals[own.reference] == reversal
    heard.say(gone("recall_reversed", own.reference))
    assert own in heard.reference.recalls().recalls


def test_a_reversal_in_the_settings_holds_until_the_centre_takes_it_back(tmp_path: Path) -> None:
    recall = Recall(reference="R", gtins=("09520000000018",))
    reversal = Reversal(reference="R", reason="tested and found safe", date="2026-11-20")
    own = ReferenceTables(dataclasses.replace(FACTS, recalls=recall_table((recall,), reversals=(reversal,))))
    heard = Heard(tmp_path, own)
    heard.say(item("recall", recall_key(recall), recall))
    assert heard.reference.recalls().of("R") == ()
    heard.say(gone("recall_reversed", "R"))
    assert heard.reference.recalls().of("R") == (recall,)
    heard.close()


def test_the_recalls_are_as_old_as_the_oldest_of_settings_and_centre(heard: Heard) -> None:
    recall = Recall(reference="R", gtins=("09520000000018",))
    heard.say(item("recall", recall_key(recall), recall))
    assert heard.reference.recalls().snapshot == FACTS.recalls.snapshot


def test_recalls_of_the_centre_alone_are_as_old_as_its_last_word(heard: Heard) -> None:
    recall = Recall(reference="R", gtins=("09520000000018",))
    heard.say(
        item("recall", recall_key(recall), recall), *(gone("recall", recall_key(own)) for own in FACTS.recalls.recalls)
    )
    assert heard.reference.recalls().snapshot == "2026-11-21"


def test_other_news_leave_the_recall_table_as_it_is(heard: Heard) -> None:
    recall = Recall(reference="R", gtins=("09520000000018",))
    heard.say(item("recall", recall_key(recall), recall))
    before = heard.reference.recalls()
    heard.say(item("lane", "L9", Lane("L9", "Lane 9")))
    assert heard.reference.lane("L9") is not None
    assert heard.reference.recalls() is before

"""Which notices mean an article: by GTIN, else by brand and model; narrowed by lot and dates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain.recalls import Article, Hit, Recall, RecallTable, Reversal, age_days, find, recall_table

GTIN = "04006381333931"
OTHER = "00012345678905"
DAY = 86_400_000_000


def hits(article: Article, *recalls: Recall) -> list[tuple[str, str, str]]:
    return [(hit.recall.reference, hit.how, hit.ask) for hit in find(recall_table(recalls), article)]


def recall(reference: str = "R1", **fields: object) -> Recall:
    return Recall(reference=reference, **fields)  # type: ignore[arg-type]


def test_a_gtin_on_the_notice_is_certain() -> None:
    assert hits(Article(gtins=(GTIN,)), recall(gtins=(OTHER, GTIN))) == [("R1", "gtin", "")]
    assert hits(Article(gtins=(OTHER,)), recall(gtins=(GTIN,))) == []


@pytest.mark.parametrize(
    ("lot", "found"),
    [("L-7", [("R1", "gtin", "")]), ("l7", [("R1", "gtin", "")]), ("L8", []), ("", [("R1", "gtin", "lot")])],
)
def test_a_recall_of_one_lot_spares_the_others_and_asks_where_the_lot_is_not_known(
    lot: str, found: list[tuple[str, str, str]]
) -> None:
    assert hits(Article(gtins=(GTIN,), lot=lot), recall(gtins=(GTIN,), lots=("L7",))) == found


def test_lots_out_of_a_sentence_spare_nothing_without_asking() -> None:
    loose = recall(gtins=(GTIN,), lots=("L7",), free_text=True)
    assert hits(Article(gtins=(GTIN,), lot="L8"), loose) == [("R1", "gtin", "model")]
    assert hits(Article(gtins=(GTIN,), lot="L7"), loose) == [("R1", "gtin", "")]


@pytest.mark.parametrize(
    ("made", "expires", "meant"),
    [
        ("2026-03-01", "", True),
        ("2026-03-31", "", True),
        ("2026-02-28", "", False),
        ("2026-04-01", "", False),
        ("", "2027-01-01", True),
        ("", "2027-01-02", False),
        ("", "", True),
    ],
)
def test_dates_narrow_a_recall_only_where_the_code_says_them(made: str, expires: str, *, meant: bool) -> None:
    notice = recall(gtins=(GTIN,), made_from="2026-03-01", made_to="2026-03-31", expires_to="2027-01-01")
    assert bool(hits(Article(gtins=(GTIN,), made=made, expires=expires), notice)) is meant


@pytest.mark.parametrize(
    ("name", "model", "meant"),
    [
        ("Kettle HT-200 steel", "HT-200", True),
        ("Kettle HT 200", "HT-200", True),
        ("Kettle HT200", "ht-200", True),
        ("Kettle HT-2000", "HT-200", False),
        ("Kettle XHT-200", "HT-200", False),
        ("Kettle Élan", "elan", True),
        ("Kettle HT-200", "Warmo HT-200", True),
        ("Kettle", "HT-200", False),
        ("Kettle HT-200", "Warmo", False),
    ],
)
def test_a_model_is_found_as_whole_words_however_it_is_written(name: str, model: str, *, meant: bool) -> None:
    notice = recall(brands=("Warmo recalls kettles",), models=(model,))
    assert hits(Article(brand="Warmo", names=(name,)), notice) == ([("R1", "brand_model", "model")] if meant else [])


@pytest.mark.parametrize("brand", ["Warm", "Warmos", "", "Warmo Pro"])
def test_the_same_model_of_another_brand_is_not_meant(brand: str) -> None:
    assert hits(Article(brand=brand, names=("HT-200",)), recall(brands=("Warmo recalls",), models=("HT-200",))) == []


def test_a_notice_whose_gtins_lack_this_one_is_asked_about_by_its_model() -> None:
    """Notices seldom name every code."""
    notice = recall(gtins=(OTHER,), brands=("Warmo",), models=("HT-200",))
    assert hits(Article(gtins=(GTIN,), brand="Warmo", names=("HT-200",)), notice) == [("R1", "brand_model", "model")]


def test_the_certain_notice_comes_first_and_each_reference_once() -> None:
    loose = recall("R2", brands=("Warmo",), models=("HT-200",))
    sure = recall("R3", gtins=(GTIN,))
    twice = recall("R3", gtins=(GTIN,), brands=("Warmo",), models=("HT-200",))
    article = Article(gtins=(GTIN,), brand="Warmo", names=("HT-200",))
    assert hits(article, loose, sure, twice) == [("R3", "gtin", ""), ("R2", "brand_model", "model")]


def test_a_reversed_recall_means_nothing_any_more_and_is_another_list() -> None:
    notice = recall(gtins=(GTIN,))
    before = recall_table((notice,))
    after = recall_table((notice,), reversals=(Reversal(reference="R1", reason="withdrawn", date="2026-11-20"),))
    assert find(after, Article(gtins=(GTIN,))) == ()
    assert after.reversals["R1"].reason == "withdrawn"
    assert before.version != after.version


@pytest.mark.parametrize(
    ("snapshot", "now", "age"),
    [("1970-01-03", 5 * DAY, 3), ("1970-01-09", 5 * DAY, 0), ("", 0, None), ("soon", 0, None)],
)
def test_the_age_of_a_snapshot_in_whole_days(snapshot: str, now: int, age: int | None) -> None:
    assert age_days(snapshot, now) == age


@given(
    st.lists(st.text("Aa1- é", max_size=12), max_size=3),
    st.text("Aa1- é", max_size=12),
    st.lists(st.text("Aa1- é", min_size=1, max_size=6), max_size=2),
)
def test_no_article_and_no_notice_break_the_search(names: list[str], brand: str, models: list[str]) -> None:
    table: RecallTable = recall_table((recall(brands=(brand,), models=tuple(models)), recall("R2", gtins=(GTIN,))))
    found = find(table, Article(gtins=(GTIN,), brand=brand, names=tuple(names)))
    assert found[0] == Hit(table.recalls[1], "gtin")

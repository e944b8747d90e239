"""Recall lists as they are published, and as they are kept in recalls/; mistakes with file, line and key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rl_station.domain.recalls import Article, Recall, Reversal, find
from rl_station.settings import check, load_site
from rl_station.settings.problems import Problem
from rl_station.settings.recall_files import Header, read_feeds, write_feed, write_reversals
from rl_station.settings.recall_sources import Published, read_published

GTIN = "04006381333931"
CPSC = {
    "RecallID": 1,
    "RecallNumber": "26-101",
    "RecallDate": "2026-03-05T00:00:00",
    "Title": "Warmo Recalls Kettles Due to Burn Hazard",
    "Products": [{"Name": "Electric kettles", "Model": "HT-200, HT-210 and HT-220", "NumberOfUnits": "About 900"}],
    "ProductUPCs": [{"UPC": "4006381333931"}, {"UPC": "not a code"}, {}],
    "Hazards": [{"Name": "The handle can break."}],
    "Remedies": [{"Name": "Refund"}],
    "Manufacturers": [{"Name": "Warmo GmbH"}],
    "Images": None,
}
FDA = {
    "status": "Terminated",
    "classification": "Class II",
    "recall_number": "F-0001-2026",
    "product_description": "Bio Bar, 50 g",
    "reason_for_recall": "May contain nuts.",
    "recall_initiation_date": "20260301",
    "report_date": "20260315",
    "code_info": "Lot #: 69403A, B-77 and 12C, Exp 10/27; UPC 0 12345 67890 5",
    "recalling_firm": "Bio Foods LLC",
}


def published(tmp_path: Path, document: object, source: str = "", name: str = "list.json") -> Published | list[Problem]:
    path = tmp_path / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    problems: list[Problem] = []
    found = read_published(path, source, problems)
    assert (found is None) == bool(problems)
    return problems if found is None else found


def only(found: Published | list[Problem]) -> Recall:
    assert isinstance(found, Published), found
    return found.recalls[0]


def test_a_cpsc_recall_is_read_with_its_codes_models_and_brand(tmp_path: Path) -> None:
    recall = only(published(tmp_path, [CPSC]))
    assert (recall.reference, recall.date, recall.hazard, recall.remedy) == (
        *("26-101", "2026-03-05", "The handle can break."),
        "Refund",
    )
    assert recall.gtins == (GTIN,)
    assert recall.models == ("HT-200", "HT-210", "HT-220")
    assert any("Warmo" in brand for brand in recall.brands)


def test_a_cpsc_recall_without_models_is_compared_by_product_name(tmp_path: Path) -> None:
    recall = only(published(tmp_path, [{**CPSC, "Products": [{"Name": "Warmo Boil King"}], "ProductUPCs": []}]))
    assert recall.models == ("Warmo Boil King",)


def test_a_cpsc_recall_with_nothing_to_compare_is_named_and_passed_over(tmp_path: Path) -> None:
    found = published(tmp_path, [CPSC, {"RecallNumber": "26-102", "Title": "Something"}])
    assert isinstance(found, Published)
    assert found.passed == ("26-102",)
    assert len(found.recalls) == 1


def test_an_openfda_report_is_read_out_of_its_sentences(tmp_path: Path) -> None:
    found = published(tmp_path, {"meta": {"last_updated": "2026-11-18"}, "results": [FDA]})
    recall = only(found)
    assert isinstance(found, Published)
    assert (found.source, found.snapshot) == ("openfda", "2026-11-18")
    assert recall.lots == ("69403A", "B-77", "12C")
    assert recall.gtins == ("00012345678905",)
    assert recall.free_text
    assert (recall.date, recall.hazard) == ("2026-03-01", "Class II: May contain nuts.")


def test_a_recall_that_is_terminated_still_counts(tmp_path: Path) -> None:
    """The agency has closed its file; the goods are the same."""
    assert only(published(tmp_path, {"results": [FDA]})).reference == "F-0001-2026"


@pytest.mark.parametrize("codes", ["UPC 0 12345 67890 6", "phone 0 12345 67890 5", "UPC 77890 27864"])
def test_numbers_that_are_no_gtin_are_not_taken_for_one(tmp_path: Path, codes: str) -> None:
    assert only(published(tmp_path, {"results": [{**FDA, "code_info": codes}]})).gtins == ()


def test_a_csv_list(tmp_path: Path) -> None:
    text = "reference,hazard,gtins,lots,made_to\nK-1,sparks,4006381333931 12345678905,L1 L2,2026-02-28\n"
    problems = published(tmp_path, text, name="list.csv")
    assert isinstance(problems, list)
    assert "12345678905" in str(problems[0]) or problems[0].key == "gtins"
    recall = only(published(tmp_path, text.replace(" 12345678905", " 012345678905"), name="list.csv"))
    assert recall.gtins == (GTIN, "00012345678905")
    assert (recall.lots, recall.made_to) == (("L1", "L2"), "2026-02-28")


@pytest.mark.parametrize(
    ("document", "name", "key", "message", "hint"),
    [
        ("{not json", "list.json", "", "is not JSON", ""),
        ({"a": 1}, "list.json", "", "no list of recalls", ""),
        ([{"RecalNumber": "1"}], "list.json", "[1].RecallNumber", "is missing", "RecalNumber"),
        ([CPSC, 5], "list.json", "[2].RecallNumber", "is missing", ""),
        ({"results": 5}, "list.json", "results", "no list of enforcement", ""),
        ("reference,gtin\nK,1\n", "list.csv", "gtin", "not a known column", "gtins"),
        ("reference,made_to\nK,soon\n", "list.csv", "made_to", "", ""),
    ],
)
def test_a_list_of_another_shape_is_refused_with_its_place(  # noqa: PLR0913, PLR0917 - a row of the table above
    tmp_path: Path, document: object, name: str, key: str, message: str, hint: str
) -> None:
    problems = published(tmp_path, document, name=name)
    assert isinstance(problems, list)
    assert (problems[0].key, problems[0].suggestion) == (key, hint)
    assert message in problems[0].message


def test_imported_recalls_stand_beside_the_sites_own_and_the_oldest_date_counts(config: Path) -> None:
    write_feed(config, Header("cpsc", "2026-10-01"), [Recall(reference="X-1", gtins=(GTIN,))])
    table = load_site(config, environ={}).reference.recalls()
    assert [hit.recall.reference for hit in find(table, Article(gtins=(GTIN,)))] == ["X-1"]
    assert {"X-1", "KK-2026-031"} <= {recall.reference for recall in table.recalls}
    assert table.snapshot == "2026-10-01"


def test_a_reversed_recall_is_gone_from_the_list(config: Path) -> None:
    write_feed(config, Header("cpsc", "2026-11-20"), [Recall(reference="X-1", gtins=(GTIN,))])
    write_reversals(config, [Reversal(reference="X-1", reason="another maker's", date="2026-11-21")])
    table = load_site(config, environ={}).reference.recalls()
    assert find(table, Article(gtins=(GTIN,))) == ()
    assert table.reversals["X-1"].reason == "another maker's"


@pytest.mark.parametrize(
    ("line", "key", "message", "hint"),
    [
        ('{"reference":"X","titel":"x"}', "titel", "not a known key", "title"),
        ('{"title":"x"}', "reference", "is missing", ""),
        ('{"reference":"X","gtins":["4006381333931"]}', "gtins", "14 digits", ""),
        ('{"reference":"X","gtins":["04006381333932"]}', "gtins", "check digit", ""),
        ('{"reference":"X","gtins":5}', "gtins", "array", ""),
        ('{"reference":"X","made_to":"soon"}', "made_to", "a date", ""),
        ("{", "", "", ""),
    ],
)
def test_a_bad_line_of_a_feed_is_named(config: Path, line: str, key: str, message: str, hint: str) -> None:
    path = write_feed(config, Header("cpsc", "2026-11-20"), [Recall(reference="X-1", gtins=(GTIN,))])
    path.write_text(path.read_text() + line + "\n")
    (problem,) = [found for found in check(config, environ={}) if found.severity == "error"]
    assert (problem.file, problem.line, problem.key, problem.suggestion) == ("recalls/cpsc.jsonl", 3, key, hint)
    assert message in problem.message


def test_an_empty_feed_is_a_mistake(config: Path) -> None:
    write_feed(config, Header("cpsc", "2026-11-20"), []).write_text("")
    (problem,) = [found for found in check(config, environ={}) if found.severity == "error"]
    assert (problem.file, problem.line) == ("recalls/cpsc.jsonl", 1)


def test_what_is_written_reads_the_same(tmp_path: Path) -> None:
    recall = Recall(reference="X-1", gtins=(GTIN,), brands=("Café",), models=("Ä 1",), lots=("L",), free_text=True)
    write_feed(tmp_path, Header("csv", "2026-11-20"), [recall])
    problems: list[Problem] = []
    (feed,) = read_feeds(tmp_path, problems).feeds
    assert problems == []
    assert [Recall(**{name: getattr(found, name) for name in Recall.__struct_fields__}) for found in feed.recalls] == [
        recall
    ]


def test_a_recall_that_names_nothing_is_refused_in_the_sites_own_file(config: Path) -> None:
    path = config / "recalls.toml"
    path.write_text(path.read_text() + '\n[[recalls]]\nreference = "N"\nhazard = "x"\nbrand = "Warmo"\n')
    errors = [found for found in check(config, environ={}) if found.severity == "error"]
    assert [(found.file, "needs a gtin" in found.message) for found in errors] == [("recalls.toml", True)]
    assert errors[0].line > 0

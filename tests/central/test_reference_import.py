"""Reference data out of files: every good row taken, every bad one named with file, line and reason."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from asked_front import Centre
from projecting_world import SITE
from sqlalchemy import Engine, select

from rl_station.central import identity, reading, reference_import, tables
from rl_station.central.calls import Request
from rl_station.central.database import create_schema, open_engine
from rl_station.central.reference_import import How, Report, import_reference
from rl_station.central.reference_read import Source
from rl_station.cli.main import main
from rl_station.domain.recalls import Recall
from rl_station.domain.reference import AnnouncedReturn, Operator, Product

CONFIG = Path(__file__).resolve().parents[2] / "config"
PRODUCTS = "client,sku,name,category,gtins,brand,value,currency,serialized,data_bearing,battery\n"
RETURNS = "rma,client,order,status,tracking,sscc,parcels,line,sku,quantity,serials,epcs\n"
GTIN = "9521234000013"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = open_engine(database_url)
    create_schema(found)
    yield found
    found.dispose()


@pytest.fixture
def small(sqlite_url: str) -> Iterator[Engine]:
    found = open_engine(sqlite_url)
    create_schema(found)
    yield found
    found.dispose()


def given(name: str, text: str | bytes, kind: str = "") -> Source:
    content = text if isinstance(text, bytes) else text.encode()
    return Source(name, kind, lambda: io.BytesIO(content))


def products(*rows: str) -> Source:
    return given("products.csv", PRODUCTS + "".join(f"{row}\n" for row in rows))


def product(sku: str, gtins: str = GTIN, name: str = "Phone") -> str:
    return f"acme,{sku},{name},phones,{gtins},,100,EUR,yes,no,"


def take(engine: Engine, *sources: Source, strict: bool = False, replace: bool = False) -> Report:
    return import_reference(engine, SITE, sources, How(strict, replace))


def held(engine: Engine, kind: str) -> dict[str, bytes]:
    item = tables.item.c
    with engine.connect() as connection:
        rows = connection.execute(select(item.key, item.value).where(item.kind == kind, ~item.gone))
        return {row.key: bytes(row.value) for row in rows}


def position(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(tables.feed.c.position)).scalar_one())


def test_the_example_site_s_files_are_taken_whole(engine: Engine) -> None:
    names = ["products.csv", "returns.csv", "dispositions.toml", "checklists/phones.toml"]
    sources = [given(str(CONFIG / name), (CONFIG / name).read_bytes()) for name in names]
    report = take(engine, *sources)
    assert report.refused == 0
    assert report.accepted == sum(len(held(engine, kind)) for kind in ("product", "return", "rules"))
    returns = [msgspec.json.decode(value, type=AnnouncedReturn) for value in held(engine, "return").values()]
    assert any(len(announced.lines) > 1 for announced in returns)
    assert set(held(engine, "rules")) == {"dispositions.toml", "checklists/phones.toml"}
    assert msgspec.json.decode(held(engine, "rules")["dispositions.toml"]) == (CONFIG / "dispositions.toml").read_text()


def test_what_has_not_changed_is_not_told_again(engine: Engine) -> None:
    take(engine, products(product("A"), product("B", "")))
    before = position(engine)
    report = take(engine, products(product("A"), product("B", "", "Renamed")))
    assert (report.accepted, report.unchanged) == (1, 1)
    assert position(engine) == before + 1


def test_bad_rows_are_named_and_the_good_ones_taken(engine: Engine) -> None:
    report = take(
        engine,
        products(
            product("A"), product("B", "9521234000014"), "acme,C,Phone,phones", product("A", ""), product("D", "", "")
        ),
    )
    assert [(each.file, each.line) for each in report.refusals] == [("products.csv", line) for line in (3, 4, 5, 6)]
    assert [each.key for each in report.refusals] == ["acme/B", "acme/C", "acme/A", "acme/D"]
    assert "check digit" in report.refusals[0].reason
    assert "cells" in report.refusals[1].reason
    assert "twice" in report.refusals[2].reason
    assert (report.accepted, report.refused) == (1, 4)
    assert msgspec.json.decode(held(engine, "product")["acme/A"], type=Product).gtins == (f"0{GTIN}",)


def test_strict_takes_nothing_where_one_row_is_bad(small: Engine) -> None:
    report = take(small, products(product("A"), product("B", "123")), strict=True)
    assert (report.accepted, report.refused) == (0, 1)
    assert held(small, "product") == {}
    assert take(small, products(product("A")), strict=True).accepted == 1


def test_replacing_deletes_what_is_not_in_the_file_and_keeps_what_was_refused(engine: Engine) -> None:
    take(engine, products(product("A"), product("B", ""), product("C", "")))
    take(engine, given("x.json", json.dumps([{"kind": "client", "value": {"id": "acme", "name": "Acme"}}])))
    report = take(engine, products(product("A"), product("B", "123")), replace=True)
    assert (report.unchanged, report.removed, report.refused) == (1, 1, 1)
    assert report.kept == (), "the refused row says which article it is"
    assert set(held(engine, "product")) == {"acme/A", "acme/B"}
    assert set(held(engine, "client")) == {"acme"}, "a kind that is not in the files is left alone"
    assert take(engine, products(product("C", ""))).accepted == 1, "it may come back"


def test_a_file_that_breaks_off_deletes_nothing(small: Engine) -> None:
    take(small, products(product("A"), product("B", ""), product("C", "")))
    broken = PRODUCTS + product("A") + '\nacme,"B'
    report = take(small, given("products.csv", broken), replace=True)
    assert (report.removed, report.refused) == (0, 1)
    report = take(
        small, given("products.csv", (PRODUCTS + product("A") + "\n").encode() + b"acme,\xff\n"), replace=True
    )
    assert (report.removed, report.refused) == (0, 1)
    assert "UTF-8" in report.refusals[0].reason


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cpsc.jsonl", '{"source": "cpsc"}\n{"reference": "R-1", "gtins": ["123"]}'),
        ("cpsc.jsonl", '{"source": "cpsc"}\nrubbish'),
        ("recalls.csv", "gtins,reference,hazard\n123,R-1,gets hot\n"),
        ("recalls.json", '[{"kind": "recall", "value": {"reference": "R-1"}}]'),
        ("recalls.json", '[{"kind": "recal", "value": {}}]'),
        ("recalls.json", "[7]"),
    ],
)
def test_a_recall_with_a_slip_in_the_new_list_stays_in_force(small: Engine, name: str, text: str) -> None:
    assert take(small, given("recalls.csv", f"gtins,reference,hazard\n{GTIN},R-1,gets hot\n")).accepted == 1
    good = given("more.csv", f"gtins,reference,hazard\n{GTIN},R-2,gets hot\n", "recall")
    report = take(small, given(name, text), good, replace=True)
    assert (report.accepted, report.removed, report.refused) == (1, 0, 1)
    assert report.kept == ("recall",)
    assert set(held(small, "recall")) == {f"R-1/0{GTIN}", f"R-2/0{GTIN}"}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("client,skuu,name,category\n", "did you mean 'sku'"),
        ("client,sku,name\n", "has to be there|must be there"),
        ("client,sku,name,category,sku\n", "twice"),
        ("", "must be there"),
    ],
)
def test_a_header_that_does_not_fit_is_named(small: Engine, header: str, reason: str) -> None:
    report = take(small, given("products.csv", header + "acme,A,B,C\n" if header else ""))
    assert report.accepted == 0
    assert any(part in each.reason for each in report.refusals for part in reason.split("|"))
    assert report.refusals[0].line == 1


def test_a_return_stands_or_falls_with_its_rows(small: Engine) -> None:
    rows = (
        "R1,acme,O1,open,1z9,,1,1,A,1,S1,\n"
        "R1,acme,O1,open,1z9,,1,2,B,2,,\n"
        "R2,acme,O2,open,,,1,1,A,1,,\n"
        "R2,acme,O2,open,,,1,2,B,none,,\n"
        "R3,acme,O3,open,,,1,1,A,1,,\n"
        "R3,acme,OTHER,open,,,1,2,A,1,,\n"
        "R4,acme,O4,open,,123,1,1,A,1,,\n"
        "R5,acme,O5,open,,,1,1,A,1,S1 S2,\n"
    )
    report = take(small, given("returns.csv", RETURNS + rows))
    assert set(held(small, "return")) == {"R1"}
    announced = msgspec.json.decode(held(small, "return")["R1"], type=AnnouncedReturn)
    assert announced.tracking == ("1Z9",)
    assert [line.sku for line in announced.lines] == ["A", "B"]
    assert [(each.line, each.key) for each in report.refusals] == [
        (4, "R2"),
        (5, "R2"),
        (6, "R3"),
        (7, "R3"),
        (8, "R4"),
        (9, "R5"),
    ]
    with small.connect() as connection:
        for code in ("1Z9", "O1", "S1", "R1"):
            assert [each.key for each in reading.search(connection, SITE, code)] == ["R1"], code


def test_recalls_come_as_csv(small: Engine) -> None:
    text = f"gtins,reference,hazard,lots\n{GTIN},N-1,gets hot,\n{GTIN},N-1,gets hot,L7 L8\n123,N-2,x,\n{GTIN},,x,\n"
    report = take(small, given("recalls.csv", text))
    assert set(held(small, "recall")) == {f"N-1/0{GTIN}", f"N-1/0{GTIN}/L7"}
    assert msgspec.json.decode(held(small, "recall")[f"N-1/0{GTIN}/L7"], type=Recall).lots == ("L7", "L8")
    assert [each.line for each in report.refusals] == [4, 5]


def test_recalls_come_as_the_lists_that_a_station_imported(small: Engine) -> None:
    lines = [
        '{"source": "cpsc", "snapshot": "2026-11-20"}',
        f'{{"reference": "R-1", "gtins": ["{GTIN}"], "hazard": "gets hot"}}',
        '{"reference": "R-2", "brands": ["Acme"], "models": ["HT-200"]}',
        '{"reference": "R-3"}',
        "rubbish",
    ]
    report = take(small, given("recalls/cpsc.jsonl", "\n".join(lines)))
    assert set(held(small, "recall")) == {f"R-1/0{GTIN}", "R-2/Acme HT-200"}
    assert [each.line for each in report.refusals] == [4, 5]
    reversal = '{"reference": "R-1", "reason": "tested", "date": "2026-11-21"}\n{"reference": "R-2", "reason": " ", "date": ""}'
    report = take(small, given("recalls/reversed.jsonl", reversal))
    assert set(held(small, "recall_reversed")) == {"R-1"}
    assert [each.line for each in report.refusals] == [2]


def test_json_says_kind_and_value_and_its_bad_entries_are_named_with_their_lines(small: Engine) -> None:
    entries = [
        {"kind": "operator", "value": {"id": "mira", "name": "Mira", "badge": "MIRA1", "roles": ["worker"]}},
        {"kind": "container_known", "key": "TOTE1", "value": {"kind": "tote"}},
        {"kind": "container_known", "key": "TOTE2", "value": {"kind": "lorry"}},
        {"kind": "operator", "key": "jo", "value": {"id": "joe", "name": "Joe", "badge": "JOE1"}},
        {"kind": "weather", "value": {}},
        {"kind": "client"},
        {"kind": "return", "value": {"rma": "R", "client": "a", "order": "", "lines": []}},
        7,
        {"kind": "bin", "value": {"id": "A1", "name": "A1", "dispositions": ["eat"]}},
        {
            "kind": "product",
            "value": {"client": "a", "sku": "s", "name": "n", "category": "c", "gtins": [], "value": 10**20},
        },
        {
            "kind": "return",
            "value": {"rma": "R", "client": "a", "order": "", "lines": [{"line": 1, "sku": "s", "quantity": 0}]},
        },
    ]
    text = "[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "\n]"
    report = take(small, given("site.json", text))
    assert (report.accepted, [each.line for each in report.refusals]) == (2, [4, 5, 6, 7, 8, 9, 10, 11, 12])
    assert "lorry" in report.refusals[0].reason
    assert "joe" in report.refusals[1].reason
    assert take(small, given("site.json", "{}")).refused == 1
    assert take(small, given("clients.json", '[{"value": {"id": "a", "name": "A"}}]', "client")).accepted == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dispositions.toml", "rules = 7"),
        ("dispositions.toml", "= ="),
        ("checklists/phones.toml", "title = 'x'"),
        ("carriers.toml", ""),
        ("dispositions.toml", b"\xff"),
    ],
)
def test_rules_that_no_station_could_use_are_refused(small: Engine, name: str, text: str | bytes) -> None:
    report = take(small, given(f"/somewhere/{name}", text))
    assert (report.accepted, report.refused) == (0, 1)
    assert report.refusals[0].reason
    assert held(small, "rules") == {}


@pytest.mark.slow
def test_the_people_of_operators_toml_come_with_the_hashes_of_their_pins(small: Engine) -> None:
    text = (CONFIG / "operators.toml").read_bytes()
    assert import_reference(small, SITE, [given("operators.toml", text)]).accepted == 7
    assert import_reference(small, SITE, [given("operators.toml", text)]).unchanged == 7
    person = msgspec.json.decode(held(small, "operator")["ingrid"], type=Operator)
    assert (person.badge, person.roles[-1]) == ("100901", "supervisor")
    assert person.pin.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[a]\nname = 1\nbadge = '1'", "a"),
        ("[a]\nname = 'A'\nbadge = '1'\npin = '271828'", "a"),
        ("[a]\nname = 'A'\nbadge = '1'\nroles = ['king']", "a"),
        ("a = 1", "a"),
        ("[a", ""),
    ],
)
def test_people_who_cannot_be_are_refused_by_name(small: Engine, text: str, key: str) -> None:
    report = import_reference(small, SITE, [given("operators.toml", text)])
    assert (report.accepted, report.refused) == (0, 1)
    assert report.refusals[0].key == key


def test_many_rows_come_in_small_transactions(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_import, "CHUNK", 50)
    skus = [f"S{number}" for number in range(420)]
    take(engine, products(*(product(sku, "") for sku in skus)))
    with engine.connect() as connection:
        marks = connection.execute(select(tables.feed_mark.c.position).order_by(tables.feed_mark.c.position)).scalars()
        assert list(marks) == [*range(50, 401, 50), 420]
    kept = set(skus[::4])
    report = take(engine, products(*(product(sku, "") for sku in sorted(kept))), replace=True)
    assert (report.unchanged, report.removed) == (105, 315)
    assert set(held(engine, "product")) == {f"acme/{sku}" for sku in kept}


def test_programs_hand_files_over_by_http(sqlite_url: str) -> None:
    centre = Centre(sqlite_url)
    token = identity.new_reader(centre.front.context, SITE, "erp")

    def post(body: str, media: str, status: int = 200, **query: str) -> Report:
        headers = {"authorization": f"Bearer {token}", "content-type": media}
        answer = centre.front.answer(Request("POST", "/v1/reference", query, headers, body.encode()))
        assert answer.status == status, answer
        return msgspec.json.decode(answer.body, type=Report) if status == 200 else Report()

    assert post(PRODUCTS + product("A") + "\n", "text/csv", kind="product").accepted == 1
    assert post(PRODUCTS + product("B") + "\n", "text/csv", name="products.csv", replace="yes").removed == 1
    assert post('[{"kind": "client", "value": {"id": "a", "name": "A"}}]', "application/json").accepted == 1
    assert post("nonsense", "application/json").refused == 1
    assert post(PRODUCTS, "text/csv", status=400) == Report()
    assert post(PRODUCTS, "text/csv", status=400, kind="weather") == Report()
    centre.engine.dispose()


def test_the_command_says_what_became_of_the_rows(
    sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "products.csv", tmp_path / "recalls.csv"
    good.write_text(PRODUCTS + product("A") + "\n")
    bad.write_text("gtins,reference,hazard\n123,N-1,hot\n")
    command = ["central", "import", "--database", sqlite_url, "--site", SITE]
    assert main([*command, str(good)]) == 0
    assert capsys.readouterr().out == "1 accepted, 0 unchanged, 0 removed, 0 refused\n"
    assert main([*command, str(bad), str(good), "--json"]) == 1
    report = msgspec.json.decode(capsys.readouterr().out, type=Report)
    assert (report.unchanged, report.refused, report.refusals[0].file) == (1, 1, str(bad))
    assert main([*command, str(bad)]) == 1
    assert f"{bad}:2:" in capsys.readouterr().err
    assert main([*command, str(bad), "--replace"]) == 1
    assert "nothing of kind recall was removed" in capsys.readouterr().err
    for wrong in ([str(tmp_path / "missing.csv")], [str(good), "--kind", "weather"]):
        assert main([*command, *wrong]) == 2

"""`rl-station recalls`: lists come in, units on the shelf are found, and a recall that does not hold is reversed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from rl_station.cli import main
from rl_station.domain import events as e
from rl_station.domain.reference import Product
from rl_station.settings import load_site
from rl_station.settings.paths import example_site
from rl_station.station.clocks import SystemClock
from rl_station.store import Store
from rl_station.store.folder import DATABASE

Run = Callable[..., tuple[int, str, str]]
SITE = load_site(example_site(), environ={})
FRESH = next(
    product
    for product in SITE.reference.facts.products
    if product.gtins and product.brand and product.gtins[0] not in SITE.reference.recalls().by_gtin
)
CSV = "reference,title,hazard,gtins,lots\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    for variable in ("RL_STATION_CONFIG", "RL_STATION_DATA", "RL_STATION_STATION"):
        monkeypatch.delenv(variable, raising=False)

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        places = ("--config", str(tmp_path / "config"), "--data", str(tmp_path / "data"))
        try:
            code = main([*(str(argument) for argument in arguments), *places])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    shutil.copytree(example_site(), tmp_path / "config")
    return command


def unit(number: int, product: Product = FRESH, *, gtin: bool = True, lot: str = "") -> list[e.Event]:
    """A unit that was decided: it goes back to stock."""
    name = f"U{number}"
    return [
        e.UnitIdentified(
            unit=name,
            parcel="P1",
            match="expected",
            client=product.client,
            sku=product.sku,
            name=product.name,
            gtin=product.gtins[0] if gtin else "",
            lot=lot,
        ),
        e.UnitRecallChecked(unit=name, parcel="P1"),
        e.UnitGraded(unit=name, parcel="P1", functional="F6", cosmetic="C9", packaging="sealed"),
        decided(name, "resell"),
    ]


def decided(name: str, disposition: str) -> e.DispositionDecided:
    return e.DispositionDecided(
        unit=name,
        parcel="P1",
        client="nordwerk",
        disposition=disposition,
        rule="r",
        reason="",
        bin="B",
        rules_version="v",
    )


def record(tmp_path: Path, *events: e.Event) -> None:
    with Store.open(
        tmp_path / "data", station="bench-1", prefix="B01", clock=SystemClock(), purpose="live", ballast=0
    ) as store:
        store.append(list(events), operator="priya")


def notice(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(CSV + "".join(f"{row}\n" for row in rows))
    return path


def work(run: Run) -> list[tuple[str, str, str]]:
    code, out, err = run("recalls", "affected", "--json")
    assert err == ""
    found = json.loads(out)["units"]
    assert code == (1 if found else 0)
    return [(each["unit"], each["todo"], each["recall"]) for each in found]


def test_a_recall_that_comes_later_finds_the_units_on_the_shelf(run: Run, tmp_path: Path) -> None:
    record(tmp_path, *unit(1), *unit(2, gtin=False), *unit(3, SITE.reference.facts.products[-1]))
    assert work(run) == []
    code, out, _ = run("recalls", "import", notice(tmp_path, f"N-1,Bad,fire,{FRESH.gtins[0]},"))
    assert code == 0
    assert "1 recalled articles, 1 new notices" in out
    assert sorted(work(run)) == [("U1", "set_aside", "N-1"), ("U2", "set_aside", "N-1")]
    _, text, _ = run("recalls", "affected")
    assert "U1  set_aside" in text
    assert "2 units" in text


def test_a_unit_of_another_lot_stays_and_one_of_no_known_lot_is_asked_about(run: Run, tmp_path: Path) -> None:
    record(tmp_path, *unit(1, lot="L7"), *unit(2, lot="L8"), *unit(3))
    run("recalls", "import", notice(tmp_path, f"N-1,Bad,fire,{FRESH.gtins[0]},L7"))
    code, out, _ = run("recalls", "affected", "--json")
    assert code == 1
    assert {each["unit"]: each["ask"] for each in json.loads(out)["units"]} == {"U1": "", "U3": "lot"}


def test_units_that_have_left_are_flagged_apart(run: Run, tmp_path: Path) -> None:
    record(
        tmp_path,
        *unit(1),
        e.ContainerOpened(container="T1", disposition="resell", client="nordwerk"),
        e.UnitSorted(unit="U1", container="T1", disposition="resell", client="nordwerk"),
        e.ContainerClosed(container="T1", units=("U1",)),
        e.ContainerShipped(container="T1"),
    )
    run("recalls", "import", notice(tmp_path, f"N-1,Bad,fire,{FRESH.gtins[0]},"))
    assert work(run) == [("U1", "warn", "N-1")]


def test_brand_and_model_find_units_whose_code_the_notice_does_not_name(run: Run, tmp_path: Path) -> None:
    record(tmp_path, *unit(1))
    title = f"{FRESH.brand} recalls things"
    cpsc = [{"RecallNumber": "26-1", "Title": title, "Products": [{"Name": "Things", "Model": FRESH.sku}]}]
    (tmp_path / "cpsc.json").write_text(json.dumps(cpsc))
    run("recalls", "import", tmp_path / "cpsc.json")
    _, out, _ = run("recalls", "affected", "--json")
    (found,) = json.loads(out)["units"]
    assert (found["unit"], found["how"], found["ask"]) == ("U1", "brand_model", "model")


def test_what_was_set_aside_or_said_to_be_spared_is_off_the_list(run: Run, tmp_path: Path) -> None:
    spared = e.UnitRecallAnswered(unit="U2", parcel="P1", recall="N-1", asked="lot", answer="no", verdict="spared")
    record(
        tmp_path,
        *unit(1),
        *unit(2),
        e.UnitRecalled(unit="U1", parcel="P1", recall="N-1", how="gtin"),
        decided("U1", "hold"),
        spared,
    )
    run("recalls", "import", notice(tmp_path, f"N-1,Bad,fire,{FRESH.gtins[0]},L7"))
    assert work(run) == []


def test_a_reversed_recall_lists_its_units_to_be_decided_anew(run: Run, tmp_path: Path) -> None:
    record(tmp_path, *unit(1), *unit(2), e.UnitRecalled(unit="U1", parcel="P1", recall="N-1", how="gtin"))
    run("recalls", "import", notice(tmp_path, f"N-1,Bad,fire,{FRESH.gtins[0]},"))
    code, out, _ = run("recalls", "reverse", "N-1", "--reason", "another maker's")
    assert code == 0
    assert "N-1 is reversed" in out
    assert work(run) == [("U1", "decide_anew", "N-1")]
    run("recalls", "import", notice(tmp_path, f"N-1,Bad,fire,{FRESH.gtins[0]},"))
    assert work(run) == [("U1", "decide_anew", "N-1")], "a list that still has it does not bring it back"
    code, _, err = run("recalls", "reverse", "N-1", "--reason", "again")
    assert code == 2
    assert "reversed already" in err


def test_a_reversal_needs_a_known_number_and_a_reason(run: Run, tmp_path: Path) -> None:
    code, _, err = run("recalls", "reverse", "KK-2026-32", "--reason", "x")
    assert code == 2
    assert "Did you mean KK-2026-031?" in err
    code, _, err = run("recalls", "reverse", "KK-2026-031", "--reason", "  ")
    assert code == 2
    assert not (tmp_path / "config/recalls").exists()


def test_importing_again_replaces_a_notice_and_keeps_the_others(run: Run, tmp_path: Path) -> None:
    run("recalls", "import", notice(tmp_path, f"N-1,Bad,fire,{FRESH.gtins[0]},", f"N-2,Bad,fire,{FRESH.gtins[0]},"))
    code, out, _ = run("recalls", "import", notice(tmp_path, f"N-1,Worse,fire,{FRESH.gtins[0]},"), "--json")
    assert (code, json.loads(out)["new"]) == (0, 0)
    _, out, _ = run("recalls", "list", "--json")
    titles = {each["reference"]: each.get("title") for each in json.loads(out)["recalls"]}
    assert (titles["N-1"], titles["N-2"]) == ("Worse", "Bad")


def test_a_list_that_cannot_be_read_changes_nothing(run: Run, tmp_path: Path) -> None:
    good = notice(tmp_path, f"N-1,Bad,fire,{FRESH.gtins[0]},")
    (tmp_path / "bad.csv").write_text("reference,gtin\nN,1\n")
    code, _, err = run("recalls", "import", good, tmp_path / "bad.csv")
    assert code == 2
    assert "bad.csv:1: gtin: is not a known column (did you mean 'gtins'?)" in err
    assert not (tmp_path / "config/recalls").exists()


def test_an_old_list_is_said_to_be_old(run: Run, tmp_path: Path) -> None:
    fresh = "2099-01-01"
    path = tmp_path / "config/recalls.toml"
    path.write_text(path.read_text().replace('snapshot = "2026-11-15"', f'snapshot = "{fresh}"'))
    assert run("recalls", "list")[0] == 0
    run("recalls", "import", notice(tmp_path, f"N-1,Bad,fire,{FRESH.gtins[0]},"), "--snapshot", "2020-01-01")
    code, out, _ = run("recalls", "list")
    assert code == 1
    assert "as of 2020-01-01" in out
    assert "older than 30 days" in out


@pytest.mark.parametrize("where", ["gtin = 'x'", "client = 'x' AND sku = 'x'", "recall = 'x'"])
def test_units_are_found_by_an_index_however_many_notices_ask(tmp_path: Path, where: str) -> None:
    record(tmp_path, *unit(1))
    with closing(dbapi2.connect(tmp_path / "data" / DATABASE)) as database:
        plan = database.execute(f"EXPLAIN QUERY PLAN SELECT unit FROM unit WHERE {where}").fetchall()  # noqa: S608
    assert ["USING" in step[-1] and "INDEX unit_by_" in step[-1] for step in plan] == [True]

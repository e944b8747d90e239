"""`rl-station report`: the figures of a station as tables, CSV and JSON, grouped as asked for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rl_station.cli import main
from rl_station.cli.parser import REPORTS as OFFERED
from rl_station.cli.report_sheets import REPORTS
from rl_station.domain import events as ev
from rl_station.domain import site_codes
from rl_station.settings.paths import example_site
from rl_station.store import Store

Run = Callable[..., tuple[int, str, str]]

PARCEL = site_codes.plate("P", "D01", 1)
UNITS = [site_codes.plate("U", "D01", number) for number in range(1, 5)]


class Clock:
    """Stands where it is set."""

    def __init__(self) -> None:
        self.at = 0

    def set(self, text: str) -> None:
        self.at = int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000

    def now(self) -> int:
        self.at += 1000
        return self.at


def decided(unit: str, disposition: str, *, reason: str, expected: int | None) -> ev.DispositionDecided:
    known: dict[str, Any] = {
        "unit": unit,
        "parcel": PARCEL,
        "client": "velora",
        "rule": "r",
        "reason": ".",
        "bin": "A1",
    }
    inputs = (("reason", reason),)
    return ev.DispositionDecided(**known, disposition=disposition, rules_version="1", inputs=inputs, expected=expected)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str | Path) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A parcel with four units: two days' work of Ada's and Bob's, and a second look at what Ada had graded."""
    folder, clock = tmp_path_factory.mktemp("data"), Clock()
    clock.set("2025-11-02T07:10")
    with Store.open(folder, station="bench-1", prefix="D01", clock=clock, purpose="live", ballast=0) as store:
        store.append(
            [ev.ParcelReceived(parcel=PARCEL, outcome="matched", client="velora", rmas=("R1",))], operator="ada"
        )
        store.append([ev.ParcelOpened(parcel=PARCEL, client="velora", rmas=("R1",))], operator="ada")
        for place, unit in enumerate(UNITS):
            known: dict[str, Any] = {"unit": unit, "parcel": PARCEL}
            store.append(
                [
                    ev.UnitIdentified(
                        **known, match="expected", client="velora", category="phones", value=10_000, currency="EUR"
                    )
                ],
                operator="ada",
            )
            if place < 3:
                grade = ev.UnitGraded(**known, functional=f"F{1 + place // 2}", cosmetic="C2", packaging="sealed")
                store.append([grade], operator="ada")
        store.append([decided(UNITS[0], "resell", reason="DR", expected=6_000)], operator="ada")
        clock.set("2025-11-03T09:59")
        store.append([decided(UNITS[1], "recycle", reason="DR", expected=-500)], operator="bob")
        store.append([decided(UNITS[2], "recycle", reason="", expected=None)], operator="bob")
        look: dict[str, Any] = {
            "parcel": PARCEL,
            "inspector": "ada",
            "functional": "F1",
            "cosmetic": "C2",
            "packaging": "sealed",
        }
        pairs = [("functional", "F1", "F1"), ("functional", "F1", "F2"), ("functional", "F2", "F2")]
        for unit, pair in zip(UNITS, pairs, strict=False):
            store.append([ev.SecondLookTaken(unit=unit, pairs=(pair,), **look)], operator="bob")
    return folder


def document(run: Run, data: Path, *arguments: str) -> dict[str, Any]:
    code, out, err = run("report", *arguments, "--json", "--data", data, "--config", example_site())
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def rows(run: Run, data: Path, *arguments: str) -> list[list[Any]]:
    return [list(row.values()) for row in document(run, data, *arguments)["rows"]]


def test_every_report_that_is_offered_can_be_made() -> None:
    assert tuple(REPORTS) == OFFERED


def test_throughput_by_hour_stage_and_operator(run: Run, data: Path) -> None:
    assert rows(run, data, "throughput") == [
        ["2025-11-02T07:00:00.000Z", "received", "ada", 1],
        ["2025-11-02T07:00:00.000Z", "decided", "ada", 1],
        ["2025-11-03T09:00:00.000Z", "decided", "bob", 2],
    ]
    assert rows(run, data, "throughput", "--by", "stage") == [["received", 1], ["decided", 3]]
    assert document(run, data, "throughput")["totals"] == {"received": 1, "decided": 3}


def test_only_what_is_in_the_span_is_counted_and_its_end_is_not(run: Run, data: Path) -> None:
    assert rows(run, data, "throughput", "--by", "day,stage", "--since", "2025-11-03") == [["2025-11-03", "decided", 2]]
    assert rows(run, data, "throughput", "--by", "day", "--until", "2025-11-03") == [["2025-11-02", 2]]
    assert rows(
        run, data, "throughput", "--by", "stage", "--since", "2025-11-03T09:55", "--until", "2025-11-03T10:00"
    ) == [["decided", 2]]
    assert rows(run, data, "throughput", "--by", "stage", "--until", "2025-11-03T09:55") == [
        *(["received", 1], ["decided", 1])
    ]


def test_queues_say_what_waits_and_what_is_late(run: Run, data: Path) -> None:
    """A day was promised to this client, and that was over on the third."""
    found = {row["queue"]: row for row in document(run, data, "queues")["rows"]}
    assert {name: row["waiting"] for name, row in found.items() if row["waiting"]} == {"to_grade": 1, "to_sort": 3}
    assert (found["to_sort"]["late"], found["to_sort"]["soon"]) == (3, 0)
    assert found["to_sort"]["oldest"] == "2025-11-02T07:10:00.011Z"
    assert found["to_sort"]["minutes"] > 1000
    assert rows(run, data, "queues", "--by", "client,kind")[0][:3] == ["velora", "unit", 4]


def test_grades_dispositions_and_reasons_are_shares_of_the_units_decided(run: Run, data: Path) -> None:
    assert rows(run, data, "grades") == [
        ["functional", "F1", 2, 2 / 3],
        ["functional", "F2", 1, 1 / 3],
        ["cosmetic", "C2", 3, 1.0],
    ]
    assert rows(run, data, "dispositions") == [["recycle", 2, 2 / 3], ["resell", 1, 1 / 3]]
    assert rows(run, data, "reasons") == [["DR", 2, 2 / 3], ["", 1, 1 / 3]]
    assert rows(run, data, "dispositions", "--by", "operator") == [
        ["ada", "resell", 1, 1.0],
        ["bob", "recycle", 2, 1.0],
    ]
    assert rows(run, data, "dispositions", "--since", "2025-11-03") == [["recycle", 2, 1.0]]


def test_recovery_leaves_out_what_nobody_can_value(run: Run, data: Path) -> None:
    found = document(run, data, "recovery", "--by", "operator")
    assert [list(row.values()) for row in found["rows"]] == [
        ["ada", "EUR", 1, 10_000, 6_000, 0.6],
        ["bob", "EUR", 1, 10_000, -500, -0.05],
    ]
    assert found["totals"] == {"currency": "EUR", "units": 2, "value": 20_000, "expected": 5_500, "rate": 0.275}
    nothing = document(run, data, "recovery", "--since", "2025-11-04")
    assert nothing["totals"] == {"currency": "", "units": 0, "value": 0, "expected": 0, "rate": None}


def test_amounts_of_two_currencies_have_no_sum(run: Run, tmp_path: Path) -> None:
    clock = Clock()
    clock.set("2025-11-02T07:10")
    with Store.open(tmp_path, station="bench-1", prefix="D01", clock=clock, purpose="live", ballast=0) as store:
        for unit, currency in zip(UNITS, ("EUR", "SEK", "EUR"), strict=False):
            known: dict[str, Any] = {"unit": unit, "parcel": PARCEL}
            identified = ev.UnitIdentified(**known, match="expected", value=10_000, currency=currency)
            store.append([identified, decided(unit, "resell", reason="DR", expected=6_000)], operator="ada")
    found = document(run, tmp_path, "recovery", "--by", "client")
    assert [list(row.values()) for row in found["rows"]] == [
        ["velora", "EUR", 2, 20_000, 12_000, 0.6],
        ["velora", "SEK", 1, 10_000, 6_000, 0.6],
    ]
    assert found["totals"] == {"currency": "several", "units": 3, "value": None, "expected": None, "rate": None}
    _, out, _ = run("report", "recovery", "--by", "client", "--data", tmp_path)
    assert out.splitlines()[-1].split() == ["total", "several", "3", "-", "-", "-"]
    _, out, _ = run("report", "recovery", "--by", "", "--data", tmp_path)
    assert [line.split()[0] for line in out.splitlines()] == ["currency", "EUR", "SEK", "total"]


def test_agreement_is_that_of_the_inspector_who_was_looked_after(run: Run, data: Path) -> None:
    """Two of three alike; by chance 2/3 x 1/3 + 1/3 x 2/3 = 4/9: kappa (6/9 - 4/9) / (5/9)."""
    span = ("--since", "2025-11-03", "--until", "2025-11-04")
    assert rows(run, data, "agreement", *span) == [["ada", "functional", 3, 2 / 3, 0.4, None]]
    assert rows(run, data, "agreement", "--by", "week", *span) == [["2025-W45", 3, 2 / 3, 0.4, None]]
    assert rows(run, data, "agreement", "--since", "2025-11-03T06:00", "--until", "2025-11-05") == [], "it began before"
    after = ("--since", "2025-11-04", "--until", "2025-11-05")
    assert document(run, data, "agreement", *after)["totals"] == {
        **{"looks": 0, "agreed": 0.0, "kappa": None, "before": 0.4}
    }


def test_csv_has_the_columns_of_the_rows(run: Run, data: Path) -> None:
    code, out, _ = run("report", "recovery", "--by", "operator", "--csv", "--data", data)
    assert code == 0
    assert list(csv.reader(io.StringIO(out))) == [
        ["operator", "currency", "units", "value", "expected", "rate"],
        ["ada", "EUR", "1", "10000", "6000", "0.6"],
        ["bob", "EUR", "1", "10000", "-500", "-0.05"],
    ]


def test_the_table_is_for_reading(run: Run, data: Path) -> None:
    _, out, _ = run("report", "recovery", "--by", "operator", "--data", data)
    assert [line.split() for line in out.splitlines()] == [
        ["operator", "currency", "units", "value", "expected", "rate"],
        ["ada", "EUR", "1", "100.00", "60.00", "60.0%"],
        ["bob", "EUR", "1", "100.00", "-5.00", "-5.0%"],
        ["total", "EUR", "2", "200.00", "55.00", "27.5%"],
    ]
    _, out, _ = run("report", "recovery", "--by", "", "--data", data)
    assert len(out.splitlines()) == 2, "a total would say it over again"
    _, out, _ = run("report", "throughput", "--by", "stage,operator", "--data", data)
    assert [line.split() for line in out.splitlines()][-2:] == [["total", "received", "1"], ["total", "decided", "3"]]
    _, out, _ = run("report", "throughput", "--by", "operator", "--data", data)
    assert out.splitlines()[-1].split() == ["total", "4"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("throughput", "--by", "operatr"), "did you mean 'operator'?"),
        (("throughput", "--by", "client"), "it knows hour, day, station, operator, stage"),
        (("queues", "--since", "2025-11-02"), "is of now"),
        (("grades", "--since", "2025-11-03", "--until", "2025-11-03"), "later than --since"),
        (("grades", "--since", "yesterday"), "expected a time"),
        (("waste",), "invalid choice"),
    ],
)
def test_what_cannot_be_reported_is_said_with_what_can(
    run: Run, data: Path, arguments: tuple[str, ...], told: str
) -> None:
    code, out, err = run("report", *arguments, "--data", data, "--config", example_site())
    assert (code, out) == (2, "")
    assert told in err


def test_queues_need_a_configuration_that_can_be_read(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "supervision.toml").write_text('timezone = "Europe/Olso"\n')
    code, _, err = run("report", "queues", "--data", data, "--config", tmp_path)
    assert code == 2
    assert "supervision.toml:1: timezone" in err

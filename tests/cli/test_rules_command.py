"""`rl-station rules`: examples that keep the rules honest, and history run through a draft of them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rl_station.cli import main
from rl_station.domain.events import CorrectionDeclared, DispositionDecided
from rl_station.domain.rules import FIELDS, decide_disposition, inputs_of
from rl_station.settings.paths import example_site
from rl_station.settings.rule_sets import load_rules
from rl_station.store import Store

Run = Callable[..., tuple[int, str, str]]

DAY = 86_400_000_000
MONDAY = 1_795_435_200_000_000
"""2026-11-23 12:00 UTC."""

DRESS = {"category": "apparel", "client": "velora", "cosmetic": "C4", "functional": "F5", "packaging": "complete"}
WASHABLE = {**DRESS, "flags": ("washable",), "value": 11900}
SEALED = {
    "category": "phones",
    "client": "nordwerk",
    "flags": ("factory_sealed",),
    "packaging": "sealed",
    "value": 59900,
}


class Noon:
    """Noon of a day that the test sets."""

    def __init__(self) -> None:
        self.day = 0

    def now(self) -> int:
        return MONDAY + self.day * DAY


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    for variable in ("RL_STATION_CONFIG", "RL_STATION_DATA", "RL_STATION_STATION"):
        monkeypatch.delenv(variable, raising=False)

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        try:
            code = main([*(str(argument) for argument in arguments), "--config", str(tmp_path / "config")])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    shutil.copytree(example_site(), tmp_path / "config")
    return command


def change(file: Path, old: str, new: str) -> int:
    """Replace the first match and tell its line."""
    text = file.read_text(encoding="utf-8")
    found = re.search(old, text, re.MULTILINE)
    assert found, f"{old} is not in {file.name}"
    file.write_text(text[: found.start()] + new + text[found.end() :], encoding="utf-8")
    return text.count("\n", 0, found.start()) + 1


@pytest.fixture
def draft(run: Run, tmp_path: Path) -> Path:
    """A draft that is the rules in force, to be changed."""
    folder = tmp_path / "draft"
    folder.mkdir()
    shutil.copy(tmp_path / "config" / "dispositions.toml", folder)
    return folder


def decided(unit: str, **facts: object) -> DispositionDecided:
    """As the bench decides it under the example's rules."""
    inputs = inputs_of({**FIELDS, **facts})  # type: ignore[dict-item]  # as the test says
    decision = decide_disposition(load_rules(example_site(), environ={}).table, inputs)
    return DispositionDecided(
        unit=unit,
        parcel="P1",
        client=str(facts["client"]),
        disposition=decision.disposition,
        rule=decision.rule,
        reason=decision.reason,
        bin="B",
        rules_version="v",
        inputs=inputs,
        outcome=decision.outcome,
        expected=decision.expected,
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Monday: U1 a washable dress, U2 a sealed phone, U3 a decision that was taken back. Tuesday: U4, another dress."""
    folder, clock = tmp_path / "data", Noon()
    with Store.open(folder, station="bench-1", prefix="B01", clock=clock, purpose="live", ballast=0) as store:
        store.append([decided("U1", **WASHABLE)], operator="priya")
        store.append([decided("U2", **SEALED)], operator="priya")
        (wrong,) = store.append([decided("U3", **WASHABLE)], operator="priya")
        correction = CorrectionDeclared(corrects=(wrong.seq,), types=("DispositionDecided",), units=("U3",))
        store.append([correction], operator="priya")
        clock.day = 1
        store.append([decided("U4", **DRESS, value=9990, flags=("washable",))], operator="priya")
    return folder


def test_the_examples_of_the_example_site_all_hold(run: Run) -> None:
    code, out, err = run("rules", "test")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"\d+ examples, 0 failed \(rules [0-9a-f]{12}\)\n", out)


def test_an_example_that_goes_elsewhere_is_named_with_file_and_line(run: Run, tmp_path: Path) -> None:
    change(tmp_path / "config/dispositions.toml", r'^outcomes = "clean"', 'outcomes = "charity"')
    text = (tmp_path / "config/rules_examples.toml").read_text().splitlines()
    line = text.index('name = "a dress with make-up on it is washed"')
    code, out, _ = run("rules", "test")
    assert code == 1
    told, last = out.splitlines()
    assert told == (
        f"rules_examples.toml:{line}: a dress with make-up on it is washed: "
        "disposition is donate, not refurbish; outcome is charity, not clean"
    )
    assert re.match(r"\d+ examples, 1 failed", last)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ('rule = "factory_sealed"', "rule is undecided, not factory_sealed"),
        ('approval = "supervisor"', "approval is nothing, not supervisor"),
        ("expected = 5", "expected is not told, not 5"),
        ('travels = ["ground"]', "travels is air, ground, sea, not ground"),
        ('packs = ["single"]', "packs is shared, single, not single"),
        ('removed = ["air"]', "air is not taken away"),
    ],
)
def test_everything_an_example_asks_for_is_looked_at(run: Run, tmp_path: Path, asked: str, told: str) -> None:
    example = f'[[examples]]\nname = "x"\nunit = {{ cosmetic = "C0" }}\ndisposition = "hold"\n{asked}\n'
    (tmp_path / "config/rules_examples.toml").write_text(example)
    code, out, _ = run("rules", "test", "--json")
    assert code == 1
    (failed,) = json.loads(out)["failed"]
    assert (failed["file"], failed["line"], failed["wrong"]) == ("rules_examples.toml", 1, [told])


def test_no_examples_at_all_is_no_success(run: Run, tmp_path: Path) -> None:
    (tmp_path / "config/rules_examples.toml").unlink()
    code, out, _ = run("rules", "test")
    assert code == 1
    assert out.startswith("0 examples")


def test_a_draft_can_be_tried_on_the_examples_in_force_and_on_its_own(run: Run, draft: Path) -> None:
    assert run("rules", "test", draft)[0] == 0
    change(draft / "dispositions.toml", r'^outcomes = "clean"', 'outcomes = "charity"')
    assert run("rules", "test", draft)[0] == 1
    assert run("rules", "test")[0] == 0
    (draft / "rules_examples.toml").write_text('[[examples]]\nname = "x"\nunit = {}\ndisposition = "recycle"\n')
    assert run("rules", "test", draft)[1].startswith("1 examples, 0 failed")


def test_a_draft_that_changes_nothing_sends_nobody_elsewhere(run: Run, draft: Path, data: Path) -> None:
    code, out, err = run("rules", "diff", draft, "--data", data)
    assert (code, err) == (0, "")
    assert "0 of 3 units would have gone elsewhere" in out


def test_units_that_would_have_gone_elsewhere_are_listed_with_the_value_at_stake(
    run: Run, draft: Path, data: Path
) -> None:
    change(draft / "dispositions.toml", r'(?<=id = "clean_first"\n)outcomes = "clean"', 'outcomes = "charity"')
    code, out, err = run("rules", "diff", draft, "--data", data, "--json")
    assert (code, err) == (1, "")
    told = json.loads(out)
    assert told["units"] == 3
    assert told["elsewhere"][0] == {
        "unit": "U1",
        "client": "velora",
        "category": "apparel",
        "was": "refurbish",
        "would_be": "donate",
        "was_outcome": "clean",
        "would_be_outcome": "charity",
        "was_rule": "clean_first",
        "would_be_rule": "clean_first",
        "reason": "Sellable after cleaning.",
        "value": 11900,
        "gain": -80 - (11900 * 65 // 100 - 350),
    }
    assert [moved["unit"] for moved in told["elsewhere"]] == ["U1", "U4"]
    assert told["value"] == 11900 + 9990
    assert told["gain"] == sum(moved["gain"] for moved in told["elsewhere"])
    totals = {line["disposition"]: (line["was"], line["would_be"]) for line in told["totals"]}
    assert totals == {"donate": (0, 2), "refurbish": (2, 0), "resell": (1, 1)}
    text = run("rules", "diff", draft, "--data", data)[1]
    assert "U1  refurbish/clean -> donate/charity  (clean_first -> clean_first)  119.00, -74.65" in text
    assert "2 of 3 units would have gone elsewhere, worth 218.90 new" in text
    assert told["gain_unknown"] == 0
    assert "left out" not in text


def test_only_decisions_since_a_day_are_looked_at(run: Run, draft: Path, data: Path) -> None:
    change(draft / "dispositions.toml", r'(?<=id = "clean_first"\n)outcomes = "clean"', 'outcomes = "charity"')
    told = json.loads(run("rules", "diff", draft, "--data", data, "--json", "--since", "2026-11-24")[1])
    assert (told["units"], [moved["unit"] for moved in told["elsewhere"]]) == (1, ["U4"])
    assert run("rules", "diff", draft, "--data", data, "--since", "tomorrow")[0] == 2


def test_another_channel_is_elsewhere_too(run: Run, draft: Path, data: Path) -> None:
    change(draft / "dispositions.toml", r'(?<=id = "clean_first"\n)outcomes = "clean"', 'outcomes = "repack"')
    told = json.loads(run("rules", "diff", draft, "--data", data, "--json")[1])
    assert {(moved["was"], moved["would_be"]) for moved in told["elsewhere"]} == {("refurbish", "refurbish")}


def test_another_policy_of_a_client_sends_its_units_elsewhere(
    run: Run, draft: Path, data: Path, tmp_path: Path
) -> None:
    assert run("rules", "diff", draft, "--data", data)[0] == 0
    (draft / "dispositions.toml").unlink()
    shutil.copy(tmp_path / "config" / "clients.toml", draft)
    change(draft / "clients.toml", "^channels_prohibited = .*", 'channels_prohibited = ["outlet", "clearance", "b2b"]')
    told = json.loads(run("rules", "diff", draft, "--data", data, "--json")[1])
    assert [(each["unit"], each["was_outcome"]) for each in told["elsewhere"]] == [("U1", "clean"), ("U4", "clean")]


def test_an_article_that_may_not_be_restocked_any_more_goes_elsewhere(run: Run, tmp_path: Path) -> None:
    article = {"client": "velora", "category": "apparel", "functional": "F6", "cosmetic": "C9", "packaging": "sealed"}
    folder, draft = tmp_path / "data", tmp_path / "draft"
    with Store.open(folder, station="bench-1", prefix="B01", clock=Noon(), purpose="live", ballast=0) as store:
        for unit, sku in (("U1", "VA-SOCK-3P"), ("U2", "VA-TEE-WHT-S"), ("U3", "ONLY-AT-THE-CENTRE")):
            store.append([decided(unit, **article, sku=sku, value=990)], operator="priya")
    draft.mkdir()
    shutil.copy(tmp_path / "config" / "products.csv", draft)
    assert run("rules", "diff", draft, "--data", folder)[0] == 0
    change(draft / "products.csv", "restock charity", "charity")
    told = json.loads(run("rules", "diff", draft, "--data", folder, "--json")[1])
    assert [(each["unit"], each["would_be"]) for each in told["elsewhere"]] == [("U1", "donate")]


SENT_BACK = {
    "brand": "Fjell",
    "category": "phones",
    "client": "nordwerk",
    "cosmetic": "C6",
    "functional": "F0",
    "packaging": "complete",
    "reason": "DR",
    "rtv": "eligible",
    "rtv_credit": 85,
    "rtv_quota_left": 7,
    "sku": "FJ8-128-BLK",
    "value": 59900,
    "vendor": "fjell",
}
"""A phone that the vendor took back as defective."""


@pytest.fixture
def sent_back(run: Run, tmp_path: Path) -> tuple[Path, Path]:
    """U1 to a vendor with seven left of its quota, U2 when none was, U3 that nobody takes back; and a draft of vendors.toml."""
    folder, draft = tmp_path / "data", tmp_path / "draft"
    units = {"U1": SENT_BACK, "U2": {**SENT_BACK, "rtv_quota_left": 0}, "U3": {**WASHABLE, "brand": "Velora"}}
    with Store.open(folder, station="bench-1", prefix="B01", clock=Noon(), purpose="live", ballast=0) as store:
        for unit, facts in units.items():
            store.append([decided(unit, **facts)], operator="priya")
    draft.mkdir()
    shutil.copy(tmp_path / "config" / "vendors.toml", draft)
    return folder, draft


def test_other_terms_of_a_vendor_send_its_units_elsewhere(run: Run, sent_back: tuple[Path, Path]) -> None:
    """They changed nothing, whatever the draft said, and the manager was told that no unit would have gone elsewhere."""
    folder, draft = sent_back
    assert run("rules", "diff", draft, "--data", folder)[0] == 0
    change(draft / "vendors.toml", "^credit = 85", 'credit = 85\nreturns = "prohibited"')
    told = json.loads(run("rules", "diff", draft, "--data", folder, "--json")[1])
    assert [(each["unit"], each["was"]) for each in told["elsewhere"]] == [("U1", "return_to_vendor")]


def test_what_a_vendor_would_pay_counts_for_what_a_unit_brings(run: Run, sent_back: tuple[Path, Path]) -> None:
    folder, draft = sent_back
    change(draft / "vendors.toml", "^credit = 85", "credit = 85\ndestroy = true")
    told = json.loads(run("rules", "diff", draft, "--data", folder, "--json")[1])
    assert [each["would_be_rule"] for each in told["elsewhere"]] == ["vendor_pays"] * 2


def test_what_was_left_of_a_quota_counts_as_it_was_and_a_vendor_without_one_takes_them_all(
    run: Run, sent_back: tuple[Path, Path]
) -> None:
    folder, draft = sent_back
    change(draft / "vendors.toml", "^quota = 60", "quota = 5")
    assert run("rules", "diff", draft, "--data", folder)[0] == 0
    change(draft / "vendors.toml", "^quota = 5", "# quota = 5")
    told = json.loads(run("rules", "diff", draft, "--data", folder, "--json")[1])
    assert [(each["unit"], each["would_be"]) for each in told["elsewhere"]] == [("U2", "return_to_vendor")]


def test_what_was_decided_again_counts_as_it_was_decided_last(run: Run, draft: Path, data: Path) -> None:
    clock = Noon()
    clock.day = 2
    with Store.open(data, station="bench-1", prefix="B01", clock=clock, purpose="live", ballast=0) as store:
        store.append([decided("U1", **SEALED)], operator="priya")
    change(draft / "dispositions.toml", r'(?<=id = "clean_first"\n)outcomes = "clean"', 'outcomes = "charity"')
    told = json.loads(run("rules", "diff", draft, "--data", data, "--json")[1])
    assert (told["units"], [moved["unit"] for moved in told["elsewhere"]]) == (3, ["U4"])


def test_decisions_of_an_older_station_are_compared_by_disposition(run: Run, draft: Path, tmp_path: Path) -> None:
    old = DispositionDecided(
        unit="U1",
        parcel="P1",
        client="velora",
        disposition="hold",
        rule="fire_danger",
        reason="Hot.",
        bin="HOLD1",
        rules_version="v",
        inputs=(("flag", "heat"), ("hazard", "heat"), ("value", "100")),
    )
    with Store.open(
        tmp_path / "data", station="bench-1", prefix="B01", clock=Noon(), purpose="live", ballast=0
    ) as store:
        store.append([old], operator="priya")
    assert run("rules", "diff", draft, "--data", tmp_path / "data")[0] == 0
    change(draft / "dispositions.toml", r'(?<=id = "fire_danger"\n)outcomes = "hold"', 'outcomes = "destroy"')
    told = json.loads(run("rules", "diff", draft, "--data", tmp_path / "data", "--json")[1])
    assert [(moved["was"], moved["would_be"], moved["gain"]) for moved in told["elsewhere"]] == [
        ("hold", "destroy", None)
    ]
    assert (told["gain"], told["gain_unknown"]) == (0, 1)
    text = run("rules", "diff", draft, "--data", tmp_path / "data")[1]
    assert "they would bring +0.00, 1 left out of which nobody says what they bring (rules" in text


def test_a_draft_with_mistakes_is_refused_with_file_and_line(run: Run, draft: Path, data: Path) -> None:
    line = change(draft / "dispositions.toml", r"^when = 'swap'", "when = 'swop'")
    for command in (("diff", draft, "--data", data), ("test", draft)):
        code, out, err = run("rules", *command)
        assert (code, out) == (2, "")
        assert f"dispositions.toml:{line}: rules[5].when: there is no 'swop' to ask about (did you mean 'swap'?)" in err


def test_a_folder_that_is_no_draft_is_refused(run: Run, tmp_path: Path, data: Path) -> None:
    code, _, err = run("rules", "diff", data, "--data", data)
    assert code == 2
    assert "no settings file in it" in err
    code, _, err = run("rules", "diff", tmp_path / "nowhere", "--data", data)
    assert code == 2
    assert "no such configuration folder" in err


def test_a_whole_configuration_can_be_the_draft(run: Run, tmp_path: Path, data: Path) -> None:
    whole = Path(shutil.copytree(tmp_path / "config", tmp_path / "whole"))
    change(whole / "dispositions.toml", r'(?<=id = "clean_first"\n)outcomes = "clean"', 'outcomes = "charity"')
    assert run("rules", "diff", whole, "--data", data)[0] == 1


def test_without_a_history_the_command_says_so(run: Run, draft: Path, tmp_path: Path) -> None:
    code, _, err = run("rules", "diff", draft, "--data", tmp_path / "nothing")
    assert code == 2
    assert err

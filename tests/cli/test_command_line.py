"""The commands other tools are written against: what they print, and how they end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rl_station.cli import main
from rl_station.domain import site_codes
from rl_station.settings.paths import example_site
from rl_station.store.folder import DATABASE

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command in an empty home and gives exit code, output and errors."""
    for variable in ("RL_STATION_CONFIG", "RL_STATION_DATA", "RL_STATION_STATION"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home/data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home/config"))

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(example_site(), tmp_path / "config"))


SCRIPT = [
    {"at": "2026-03-02T08:00:00Z", "sign_in": "100301"},
    {"task": "receive"},
    {"device": "dock", "data": "1ZR82A459151022556"},
    {"answer": "intact"},
    {"answer": "none"},
    {"data": "RLPX010000001W"},
]


@pytest.fixture
def played(run: Run, tmp_path: Path) -> Path:
    """A data folder in which one parcel was received."""
    script = tmp_path / "script.jsonl"
    script.write_text("".join(json.dumps(step) + "\n" for step in SCRIPT[:-1]))
    data = tmp_path / "data"
    code, out, err = run("replay", script, "--config", example_site(), "--data", data, "--json")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == len(SCRIPT) - 1
    return data


def test_replay_answers_each_line_with_its_events_the_prompt_and_the_refusal(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    script.write_text('{"sign_in": "100301"}\n{"task": "receive"}\n{"answer": "9"}\n')
    code, out, _ = run("replay", script, "--config", example_site(), "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [set(line) for line in lines] == [{"input", "events", "prompt", "refusal"}] * 3
    assert lines[0]["input"] == {"sign_in": "100301"}
    assert [event["event"]["type"] for event in lines[0]["events"]] == ["SignedIn"]
    assert len(lines[0]["events"][0]["hash"]) == 64
    assert lines[1]["prompt"]["step"] == "scan"
    assert lines[1]["refusal"] is None
    assert set(lines[2]["refusal"]) == {"code", "message"}


def test_the_same_script_gives_the_same_log_to_the_byte(run: Run, played: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    run("replay", tmp_path / "script.jsonl", "--config", example_site(), "--data", again)
    first = run("events", "--json", "--data", played)
    second = run("events", "--json", "--data", again)
    assert first == second
    assert first[0] == 0
    assert len(first[1].splitlines()) >= 5


def test_replay_names_the_line_that_is_wrong_and_keeps_what_came_before(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    script.write_text('{"sign_in": "100301"}\n{"tsak": "receive"}\n')
    code, _, err = run("replay", script, "--config", example_site(), "--data", tmp_path / "data")
    assert code == 2
    assert "line 2" in err
    assert "tsak" in err
    assert len(run("events", "--json", "--data", tmp_path / "data")[1].splitlines()) == 1


def test_replay_never_writes_into_another_kind_of_store(run: Run, tmp_path: Path) -> None:
    code, _, _ = run("demo", "--headless", "--parcels", "1", "--data", tmp_path / "data")
    assert code == 0
    script = tmp_path / "script.jsonl"
    script.write_text('{"sign_in": "100301"}\n')
    code, _, err = run("replay", script, "--config", example_site(), "--data", tmp_path / "data")
    assert code == 2
    assert "demo" in err


def test_replay_without_data_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    script.write_text('{"sign_in": "100301"}\n')
    code, _, err = run("replay", script, "--config", example_site())
    assert code == 0
    assert "--data" in err
    assert not (tmp_path / "home").exists()


def test_events_since(run: Run, played: Path) -> None:
    everything = run("events", "--json", "--data", played)[1].splitlines()
    late = run("events", "--json", "--since", "2", "--data", played)[1].splitlines()
    assert late == everything[2:]
    assert json.loads(late[0])["seq"] == 3


@pytest.mark.parametrize("code", ["1ZR82A459151022556", "VLR-26001"])
def test_trace_finds_a_parcel_by_any_code(run: Run, played: Path, code: str) -> None:
    ended, out, _ = run("trace", code, "--config", example_site(), "--data", played, "--json")
    document = json.loads(out)
    assert ended == 0
    assert document["subject"]["kind"] == "parcel"
    assert "ParcelReceived" in [event["type"] for event in document["events"]]


def test_trace_of_a_parcel_tells_where_its_goods_went_and_of_a_unit_how_it_came(run: Run, tmp_path: Path) -> None:
    run("demo", "--headless", "--parcels", "1", "--data", tmp_path / "data")
    where = ("--config", example_site(), "--data", tmp_path / "data", "--json")
    parcel = json.loads(run("trace", "VLR-26001", *where)[1])
    types = [event["type"] for event in parcel["events"]]
    assert types[0] == "ParcelReceived"
    assert types[-1] == "UnitSorted"
    unit = json.loads(run("trace", parcel["events"][-1]["params"]["unit"], *where)[1])
    assert unit["subject"]["kind"] == "unit"
    assert [event["type"] for event in unit["events"]] == types


def test_a_parcel_is_traced_by_its_return_even_when_nobody_announces_it_any_more(
    run: Run, played: Path, config: Path
) -> None:
    returns = config / "returns.csv"
    lines = returns.read_text().splitlines(keepends=True)
    returns.write_text("".join(line for line in lines if not line.startswith("VLR-26001,")))
    code, out, _ = run("trace", "VLR-26001", "--config", config, "--data", played, "--json")
    assert code == 0
    assert json.loads(out)["subject"]["kind"] == "parcel"


def test_trace_of_what_is_announced_and_not_here_says_so(run: Run, played: Path) -> None:
    code, _, err = run("trace", "NW026001", "--config", example_site(), "--data", played)
    assert code == 1
    assert "has not arrived" in err


def test_trace_of_the_unknown_ends_with_1(run: Run, played: Path) -> None:
    code, out, err = run("trace", "NOBODY KNOWS", "--config", example_site(), "--data", played)
    assert (code, out) == (1, "")
    assert "NOBODY KNOWS" in err


def test_report_throughput_in_three_forms(run: Run, tmp_path: Path) -> None:
    run("demo", "--headless", "--parcels", "2", "--data", tmp_path / "data")
    document = json.loads(run("report", "throughput", "--json", "--data", tmp_path / "data")[1])
    assert document["totals"]["received"] == 2
    table = run("report", "throughput", "--csv", "--data", tmp_path / "data")[1].splitlines()
    assert table[0] == "hour,stage,operator,count"
    assert len(table) == len(document["rows"]) + 1
    assert "received" in run("report", "throughput", "--data", tmp_path / "data")[1]


def test_db_check_names_the_first_bad_event(run: Run, played: Path) -> None:
    assert run("db", "check", "--data", played)[0] == 0
    file = played / DATABASE
    for wal in played.glob("*-wal"):
        assert wal.stat().st_size == 0
    raw = file.read_bytes()
    assert raw.count(b"1ZR82A459151022556") > 0
    file.write_bytes(raw.replace(b'"raw":"1ZR82A459151022556"', b'"raw":"1ZR82A459151022557"'))
    code, out, _ = run("db", "check", "--json", "--data", played)
    document = json.loads(out)
    assert code == 1
    assert document["ok"] is False
    assert document["first_bad"] == 3


def test_db_backup_and_rebuild(run: Run, played: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite3"
    assert run("db", "backup", target, "--data", played)[0] == 0
    assert target.stat().st_size > 0
    code, _, err = run("db", "backup", target, "--data", played)
    assert code == 2
    assert str(target) in err
    code, out, _ = run("db", "rebuild", "--json", "--data", played)
    assert (code, json.loads(out)["events"] > 0) == (0, True)
    assert run("db", "check", "--data", played)[0] == 0


@pytest.mark.parametrize("command", [("events",), ("db", "check"), ("db", "rebuild"), ("report", "throughput")])
def test_a_folder_without_a_store_is_said_to_be_one(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    code, _, err = run(*command, "--data", tmp_path / "nothing")
    assert code == 2
    assert str(tmp_path / "nothing") in err
    assert not (tmp_path / "nothing").exists()


def test_config_check_names_file_line_key_and_the_nearest_name(run: Run, config: Path) -> None:
    text = (config / "stations.toml").read_text()
    (config / "stations.toml").write_text(text.replace("default_lane", "defualt_lane", 1))
    code, out, _ = run("config", "check", "--config", config)
    assert code == 2
    assert "stations.toml:" in out
    assert "defualt_lane" in out
    assert "'default_lane'" in out
    code, out, _ = run("config", "check", "--config", config, "--json")
    problems = json.loads(out)["problems"]
    assert code == 2
    assert problems[0]["line"] > 0


def test_a_site_that_cannot_be_used_stops_every_command_that_needs_it(run: Run, config: Path, tmp_path: Path) -> None:
    (config / "bins.toml").write_text("[[broken")
    script = tmp_path / "script.jsonl"
    script.write_text("")
    code, _, err = run("replay", script, "--config", config)
    assert code == 2
    assert "bins.toml:1" in err


def test_without_a_configuration_the_way_to_one_is_shown(run: Run) -> None:
    code, _, err = run("labels", "badges")
    assert code == 2
    assert "cp -r" in err


def test_config_show_tells_where_a_value_comes_from(run: Run, config: Path) -> None:
    document = json.loads(run("config", "show", "--config", config, "--json")[1])
    row = next(row for row in document if row["key"] == "stations.demo.prefix")
    assert row["value"] == "X01"
    assert row["origin"].startswith("stations.toml:")


def test_config_schema_is_json_schema(run: Run) -> None:
    code, out, _ = run("config", "schema")
    document = json.loads(out)
    assert code == 0
    assert "properties" in json.dumps(document["stations.toml"])


@pytest.mark.parametrize("what", ["commands", "badges", "bins", "containers", "plates"])
@pytest.mark.parametrize(("ending", "magic"), [("pdf", b"%PDF"), ("png", b"\x89PNG"), ("zpl", b"^XA")])
def test_labels_as_pdf_png_and_zpl(run: Run, tmp_path: Path, what: str, ending: str, magic: bytes) -> None:
    target = tmp_path / f"{what}.{ending}"
    code, out, _ = run(
        "labels", what, "--config", example_site(), "--data", tmp_path / "data", "-o", target, "--count", "2"
    )
    assert code == 0
    assert str(target) in out
    assert magic in target.read_bytes()[:80]


def test_labels_in_an_unknown_format(run: Run, tmp_path: Path) -> None:
    code, _, err = run("labels", "badges", "--config", example_site(), "-o", tmp_path / "badges.doc")
    assert code == 2
    assert ".pdf" in err


@pytest.mark.parametrize("command", ["run", "demo"])
def test_without_a_terminal_it_says_so(run: Run, command: str, tmp_path: Path) -> None:
    code, _, err = run(command, "--config", example_site(), "--data", tmp_path / "data")
    assert code == 2
    assert "terminal" in err
    assert not (tmp_path / "data").exists()


def test_the_headless_demo_plays_parcels_and_records_a_script_that_replays(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "day.jsonl"
    code, out, _ = run(
        "demo", "--headless", "--parcels", "3", "--data", tmp_path / "demo", "--record", script, "--json"
    )
    assert code == 0
    assert json.loads(out.splitlines()[-1])["parcels"] == 3
    code, out, _ = run("replay", script, "--config", example_site(), "--station", "demo", "--data", tmp_path / "again")
    assert code == 0
    assert out.splitlines()[-1].endswith(" 0 refused")


def test_a_fresh_demo_empties_only_a_demo(run: Run, tmp_path: Path, played: Path) -> None:
    code, _, err = run("demo", "--headless", "--fresh", "--parcels", "1", "--data", played)
    assert code == 2
    assert "left alone" in err
    assert run("events", "--data", played)[0] == 0
    assert run("demo", "--headless", "--parcels", "1", "--data", tmp_path / "demo")[0] == 0
    assert run("demo", "--headless", "--fresh", "--parcels", "1", "--data", tmp_path / "demo")[0] == 0
    plates = run("events", "--json", "--data", tmp_path / "demo")[1]
    assert site_codes.plate("P", "X01", 2) not in plates


@pytest.mark.parametrize("arguments", [(), ("frobnicate",), ("report", "nonsense"), ("events", "--since", "-1")])
def test_wrong_usage_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments)[0] == 2

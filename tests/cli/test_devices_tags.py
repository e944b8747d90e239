"""`devices monitor`, `test` and `list` with tag readers: a real LLRP session over the loopback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rl_station.cli import main
from rl_station.cli.devices_tags import TagTally
from rl_station.devices import TagRead, TagReads
from rl_station.settings.paths import example_site

simulated = pytest.importorskip("drivers.rfid.simulated_reader", exc_type=ImportError)
pytest.importorskip("sllurp")

Run = Callable[..., tuple[int, str, str]]
SECOND = 1_000_000_000
EPC, PLAIN = "30364532A40002403C1203FE", "E2801160600002054E0A1B2C"


@pytest.fixture
def reader() -> Iterator[object]:
    made = simulated.SimulatedReader(antennas=2, interval_s=0.05)
    made.start()
    made.appear(EPC, antenna=2, rssi_cdbm=-5200)
    yield made
    made.stop()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, reader: object) -> Run:
    config = Path(shutil.copytree(example_site(), tmp_path / "config"))
    with (config / "devices.toml").open("a") as file:
        port = reader.port  # type: ignore[attr-defined]  # the simulated reader's
        file.write(f'[readers.gate]\ndriver = "llrp"\nhost = "127.0.0.1"\nport = {port}\n')

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--config", str(config), "--data", str(tmp_path / "data"), "--station", "demo"])
        out, err = capsys.readouterr()
        return code, out, err

    return command


def test_monitor_shows_tags_with_antenna_strength_rate_and_what_they_are(run: Run) -> None:
    code, out, _ = run("devices", "monitor", "gate", "--count", "40", "--seconds", "20", "--json")
    assert code == 0
    tags = [line for line in map(json.loads, out.splitlines()) if line["what"] == "tag"]
    first, later = tags[0], tags[1]
    assert (first["epc"], first["antenna"], first["rssi_dbm"], first["reads_per_s"]) == (EPC, 2, -52.0, None)
    assert first["uri"] == "urn:epc:id:sgtin:9522345.000009.1007813630"
    assert later["reads_per_s"] > 1


def test_a_reader_reports_its_antennas_and_has_to_read_a_tag(run: Run) -> None:
    code, out, _ = run("devices", "test", "gate", "--seconds", "20", "--json")
    checks = {check["level"]: check for check in json.loads(out)["checks"]}
    assert code == 0, checks
    assert "antennas 1, 2" in checks["external"]["report"]
    assert EPC in checks["interactive"]["report"]


def test_list_names_the_readers(run: Run) -> None:
    code, out, _ = run("devices", "list")
    assert code == 0
    assert "demo-portal" in out
    assert "gate" in out


def test_a_tag_that_is_none_of_gs1_is_told_once_and_then_at_its_pace() -> None:
    tally = TagTally()

    def batch(epc: str, at: int, count: int, rssi: int | None) -> list[str]:
        report = TagReads("gate", (TagRead("gate", epc, 1, rssi, 0, 0, count),))
        return [told for told, _ in tally.note(report, at)]

    assert batch(PLAIN, SECOND, 1, None) == [f"{PLAIN}  antenna 1  no GS1 EPC"]
    assert batch(PLAIN, 2 * SECOND - 1, 1, -5000) == []
    assert batch(PLAIN, 3 * SECOND, 2, -6000) == [f"{PLAIN}  antenna 1  -55.0 dBm  2.0/s  no GS1 EPC"]


def test_a_clock_that_is_set_back_does_not_silence_the_monitor() -> None:
    tally = TagTally()

    def told(at: int) -> list[str]:
        return [line for line, _ in tally.note(TagReads("gate", (TagRead("gate", PLAIN, 1, None, 0, 0, 1),)), at)]

    assert len(told(3600 * SECOND)) == 1
    assert told(10 * SECOND) == []
    assert told(11 * SECOND) == [f"{PLAIN}  antenna 1  3.0/s  no GS1 EPC"]

"""Tag readers and the places they watch in the configuration: mistakes are named where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_site import problems

from rl_station.settings import check, load_device_choice, load_site
from rl_station.settings.paths import example_site


def add(config: Path, text: str, file: str = "devices.toml") -> None:
    with (config / file).open("a") as opened:
        opened.write(text)


def test_the_demo_watches_its_own_place() -> None:
    site = load_site(example_site(), station="demo", environ={})
    assert (site.station.readers, site.station.zone) == (("demo-portal",), "demo-bench")
    assert site.devices.zones["demo-bench"].antennas[0].reader == "demo-portal"


def test_a_zone_names_readers_that_are_there(config: Path) -> None:
    add(config, '[zones.shelf]\nantennas = [{ reader = "demo-portl", antenna = 2 }]\n')
    (problem,) = problems(config)
    assert (problem.file, problem.key) == ("devices.toml", "zones.shelf.antennas[1].reader")
    assert problem.suggestion == "demo-portal"


def test_no_antenna_looks_at_two_zones(config: Path) -> None:
    add(config, '[zones.shelf]\nantennas = [{ reader = "demo-portal", antenna = 1 }]\n')
    (problem,) = problems(config)
    assert problem.key == "zones.shelf.antennas[1]"
    assert "'demo-bench' already" in problem.message


def test_an_antenna_stands_once_in_its_zone(config: Path) -> None:
    add(
        config,
        '[zones.shelf]\nantennas = [{ reader = "demo-portal", antenna = 2 }, { reader = "demo-portal", antenna = 2 }]\n',
    )
    (problem,) = problems(config)
    assert problem.key == "zones.shelf.antennas[2]"


@pytest.mark.parametrize(
    ("old", "new", "key", "suggestion"),
    [
        ('readers = ["demo-portal"]', 'readers = ["demo-gate"]', "demo.readers[1]", ""),
        ('zone = "demo-bench"', 'zone = "demo-bensh"', "demo.zone", "demo-bench"),
    ],
)
def test_a_station_names_readers_and_a_zone_that_are_there(
    config: Path, old: str, new: str, key: str, suggestion: str
) -> None:
    stations = config / "stations.toml"
    stations.write_text(stations.read_text().replace(old, new))
    (problem,) = problems(config)
    assert (problem.file, problem.key) == ("stations.toml", key)
    assert not suggestion or problem.suggestion == suggestion


@pytest.mark.parametrize(
    "limit", ["rssi_floor_dbm = 20", "min_reads = 0", "gone_after_s = 0.1", 'rssi_floor_dbm = "-60"', "floor = -60"]
)
def test_limits_have_to_make_sense(config: Path, limit: str) -> None:
    add(config, f'[zones.shelf]\nantennas = [{{ reader = "demo-portal", antenna = 2 }}]\n{limit}\n')
    assert len(problems(config)) == 1


def test_a_running_station_takes_readers_and_zone_from_the_files(config: Path) -> None:
    choice = load_device_choice(config, "demo", environ={})
    assert (choice.readers, choice.zone) == (("demo-portal",), "demo-bench")


# --- certificates -----------------------------------------------------------------------------------------------------

SECURE = """
[readers.portal]
driver = "llrp"
host = "10.0.0.41"
tls = true
{}
"""


def use_portal(config: Path) -> None:
    stations = config / "stations.toml"
    stations.write_text(
        stations.read_text().replace('readers = ["demo-portal"]', 'readers = ["demo-portal", "portal"]')
    )


def line_of(config: Path, text: str) -> int:
    return (config / "devices.toml").read_text().splitlines().index(text) + 1


@pytest.mark.parametrize("key", ["tls_ca", "tls_cert", "tls_key"])
def test_a_certificate_that_is_not_there_is_named_with_its_line(config: Path, key: str) -> None:
    there, missing = config / "site.toml", config / "missing.pem"
    also = f'tls_cert = "{there}"\n' if key == "tls_key" else ""
    add(config, SECURE.format(f'{also}{key} = "{missing}"'))
    use_portal(config)
    (problem,) = check(config, station="demo", environ={})
    assert (problem.file, problem.key, problem.severity) == ("devices.toml", f"readers.portal.{key}", "error")
    assert problem.line == line_of(config, f'{key} = "{missing}"')
    assert problem.message == f"{missing}: there is no such file"


def test_a_key_that_may_not_be_read_is_named_with_the_reason(config: Path) -> None:
    add(config, SECURE.format(f'tls_cert = "{config}"'))
    use_portal(config)
    (problem,) = check(config, station="demo", environ={})
    assert problem.message == f"{config}: cannot be read: Is a directory"


def test_another_stations_certificates_lie_on_its_own_machine(config: Path) -> None:
    add(config, SECURE.format('tls_cert = "/nowhere/reader.pem"'))
    use_portal(config)
    assert check(config, station="dock-1", environ={}) == []


def test_a_missing_certificate_keeps_no_station_from_starting(config: Path) -> None:
    add(config, SECURE.format('tls_cert = "/nowhere/reader.pem"'))
    use_portal(config)
    assert load_site(config, station="demo", environ={}).station.readers == ("demo-portal", "portal")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('tls_key = "/etc/key.pem"', "tls_key needs a tls_cert"),
        ('tls_cert = "station.pem"', "tls_cert has to begin with /"),
        ('tls = false\ntls_cert = "/etc/cert.pem"', "tls_cert needs tls = true"),
    ],
)
def test_tls_settings_that_do_not_fit_together_are_refused(config: Path, settings: str, said: str) -> None:
    add(config, SECURE.replace("tls = true\n", "" if "tls = " in settings else "tls = true\n").format(settings))
    assert [said in problem.message for problem in problems(config)] == [True]

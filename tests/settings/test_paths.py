"""Where things are: the command line first, then the environment, then the platform's place; the demo needs no site."""

from __future__ import annotations

from pathlib import Path

from rl_station.settings import load_site, paths


def test_the_flag_goes_over_the_environment() -> None:
    environ = {"RL_STATION_CONFIG": "/etc/site", "RL_STATION_DATA": "/var/site"}
    assert paths.config_dir(Path("/flag"), environ=environ) == Path("/flag")
    assert paths.config_dir(environ=environ) == Path("/etc/site")
    assert paths.data_dir(Path("/flag"), environ=environ) == Path("/flag")
    assert paths.data_dir(environ=environ) == Path("/var/site")


def test_a_home_is_understood_in_both() -> None:
    assert paths.config_dir(Path("~/site"), environ={}) == Path.home() / "site"
    assert paths.data_dir(environ={"RL_STATION_DATA": "~/data"}) == Path.home() / "data"


def test_without_either_the_platform_decides() -> None:
    assert paths.config_dir(environ={"RL_STATION_CONFIG": ""}).name == "rl-station"
    assert paths.data_dir(environ={}).name == "rl-station"
    assert paths.config_dir(environ={}) != paths.data_dir(environ={})


def test_the_demo_takes_the_example_unless_told_otherwise() -> None:
    assert paths.demo_config_dir(environ={}) == paths.example_site()
    assert paths.demo_config_dir(environ={"RL_STATION_CONFIG": "/etc/site"}) == Path("/etc/site")


def test_the_example_site_is_found_and_loads() -> None:
    assert load_site(paths.example_site(), environ={}).id == "halden"

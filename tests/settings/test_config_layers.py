"""The site's files, host.toml over them, the environment over both; and where each value in force came from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rl_station.settings import ConfigError, Problem, check, load_site, schema, show
from rl_station.settings.parsed import MODELS
from rl_station.settings.paths import example_site


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    shutil.copytree(example_site(), folder)
    return folder


def host(folder: Path, text: str) -> None:
    (folder / "host.toml").write_text(text, encoding="utf-8")


def test_a_machine_says_which_station_it_is(config: Path) -> None:
    host(config, '[site]\nstation = "sort-1"\n')
    assert load_site(config, environ={}).station.id == "sort-1"


def test_the_environment_goes_over_the_host_and_the_flag_over_both(config: Path) -> None:
    host(config, '[site]\nstation = "sort-1"\n')
    environ = {"RL_STATION_STATION": "bench-1"}
    assert load_site(config, environ=environ).station.id == "bench-1"
    assert load_site(config, station="dock-1", environ=environ).station.id == "dock-1"


def test_the_label_key_need_not_stand_in_a_file(config: Path) -> None:
    environ = {"RL_STATION_LABEL_KEY": "from the secret store"}
    assert load_site(config, environ=environ).label_key == b"from the secret store"
    assert check(config, environ=environ) == []


def test_tables_merge_and_lists_replace(config: Path) -> None:
    host(config, '[stations.demo]\ntasks = ["sort"]\n\n[bins.NEWBIN]\nname = "New"\ndispositions = ["hold"]\n')
    site = load_site(config, environ={})
    assert site.station.tasks == ("sort",)
    assert site.station.prefix == "X01"
    assert site.reference.bin("NEWBIN") is not None
    assert site.reference.bin("HOLD1") is not None


def test_a_host_can_change_a_checklist(config: Path) -> None:
    host(config, '[checklists.toys]\ntitle = "Playthings"\n')
    site = load_site(config, environ={})
    assert site.checklists["toys"].title == "Playthings"
    assert site.checklists["toys"].version != load_site(example_site(), environ={}).checklists["toys"].version


def test_a_mistake_in_host_toml_is_named_there(config: Path) -> None:
    host(config, '[site]\nname = "X"\n\n[stations.demo]\nprefx = "X02"\n')
    assert Problem("host.toml", 5, "demo.prefx", "is not a known key", "prefix") in check(config, environ={})


def test_a_table_of_host_toml_that_names_no_file_is_refused(config: Path) -> None:
    host(config, '[sites]\nname = "X"\n')
    assert Problem("host.toml", 1, "sites", "is not the name of a settings file", "site") in check(config, environ={})


def test_a_host_table_that_is_no_table_is_refused(config: Path) -> None:
    host(config, 'bins = "all"\n')
    found = [problem for problem in check(config, environ={}) if problem.file == "host.toml"]
    assert [problem.key for problem in found] == ["bins"]


def test_a_bad_value_in_the_environment_names_the_variable(config: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_site(config, environ={"RL_STATION_LANGUAGE": "dutch"})
    assert [problem.file for problem in caught.value.problems] == ["RL_STATION_LANGUAGE"]


def test_show_tells_where_every_value_came_from(config: Path) -> None:
    host(config, '# this machine\n[stations.demo]\nname = "Here"\n')
    found = {setting.key: setting for setting in show(config, environ={"RL_STATION_LANGUAGE": "de"})}
    assert found["stations.demo.name"][1:] == ("Here", "host.toml:3")
    assert found["site.language"][1:] == ("de", "RL_STATION_LANGUAGE")
    assert found["stations.bench-1.tasks"].value == '["inspect","rework","trace"]'
    lines = (config / "site.toml").read_text(encoding="utf-8").splitlines()
    line = lines.index('hold_bin = "HOLD1"') + 1
    assert found["site.hold_bin"].origin == f"site.toml:{line}"


def test_show_keeps_the_secret(config: Path) -> None:
    everything = "\n".join(" ".join(setting) for setting in show(config, environ={}))
    assert "site.label_key" in everything
    assert "everybody-knows" not in everything


def test_show_names_a_file_it_cannot_read(config: Path) -> None:
    (config / "bins.toml").write_text("[", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bins\.toml:1"):
        show(config, environ={})


def test_the_schema_explains_every_key_of_every_file() -> None:
    schemas = schema()
    assert {f"{name}.toml" for name in MODELS} < set(schemas)
    unexplained = [path for name, node in schemas.items() for path in without_description(node, name)]
    assert unexplained == []


def without_description(node: object, path: str) -> list[str]:
    found: list[str] = []
    if isinstance(node, dict):
        for key, below in node.get("properties", {}).items():
            if path != "host.toml" and "description" not in below:
                found.append(f"{path}.{key}")
        for key, below in node.get("$defs", {}).items():
            found += without_description(below, f"{path}.{key}")
    return found

"""supervision.toml: what it may say, what is wrong with it and where, and that a site may do without it."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_site import change, only

from rl_station.domain.kpi import ShiftTime, Supervision
from rl_station.settings import ConfigError, check, load_site, load_supervision


@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ("Europe/Oslo", "Europe/Olso", "timezone", ("there is no timezone", "Europe/Oslo")),
        ("Europe/Oslo", "Europe", "timezone", ("there is no timezone", "")),
        ("Europe/Oslo", "../Oslo", "timezone", ("there is no timezone", "")),
        ("^timezone", "time_zone", "time_zone", ("is not a known key", "timezone")),
        ('"06:00"', '"06:03"', "shifts[1].begins", ("does not have the form", "")),
        ('"14:00"', '"24:00"', "shifts[1].ends", ("does not have the form", "")),
        ('"late"', '"early"', "shifts[2].name", ("there is a shift 'early' already", "")),
        ("^unpacked = 20", "unpaked = 20", "targets.unpaked", ("is not one of received, unpacked", "unpacked")),
        ("^unpacked = 20", "unpacked = 0", "targets.unpacked", ("greater than or equal to 1", "")),
        ("^hours = 48", "hours = 0", "sla.hours", ("greater than or equal to 1", "")),
        (r"clients\.velora", "clients.vellora", "sla.clients.vellora", ("there is no client", "velora")),
        (r"operators\.tomasz", "operators.thomasz", "second_look.operators.thomasz", ("there is no person", "tomasz")),
        (r"grades\.F6", "grades.F7", "second_look.grades.F7", ("there is no grade", "")),
        ("^per_thousand = 20", "per_thousand = 1001", "second_look.per_thousand", ("less than or equal to 1000", "")),
        ("^# bin = .*", 'bin = "HOLD7"', "second_look.bin", ("there is no bin or lane", "HOLD1")),
        ("^kappa = 0.6", "kappa = 1.5", "second_look.kappa", ("less than or equal to 1", "")),
    ],
)
def test_a_mistake_is_named_with_its_place_and_the_nearest_name(
    config: Path, old: str, new: str, key: str, told: tuple[str, str]
) -> None:
    line = change(config, "supervision.toml", old, new)
    problem = only(config)
    assert (problem.file, problem.key) == ("supervision.toml", key)
    assert problem.line == line
    assert told[0] in problem.message
    assert problem.suggestion == (told[1] or problem.suggestion)


def test_the_example_site_says_when_its_shifts_are_and_what_it_wants(config: Path) -> None:
    found = load_site(config, environ={}).supervision
    assert found.shifts == (ShiftTime("early", 360, 840), ShiftTime("late", 840, 1320))
    assert dict(found.targets.per_hour)["received"] == 60
    assert (found.promises.hours, dict(found.promises.clients)) == (48, {"velora": 24})
    assert found.second_look.of("mara", "F1", "C1") == 20
    assert found == load_supervision(config, environ={})


def test_a_site_without_the_file_wants_and_promises_nothing(config: Path) -> None:
    (config / "supervision.toml").unlink()
    assert check(config, environ={}) == []
    assert load_site(config, environ={}).supervision == Supervision()
    assert load_supervision(config, environ={}) == Supervision()


def test_a_machine_can_stand_in_another_time(config: Path) -> None:
    (config / "host.toml").write_text('[supervision]\ntimezone = "Asia/Kolkata"\n', encoding="utf-8")
    assert load_site(config, environ={}).supervision.timezone == "Asia/Kolkata"


def test_read_by_itself_the_file_is_refused_with_the_same_complaints(config: Path) -> None:
    change(config, "supervision.toml", "Europe/Oslo", "Europe/Olso")
    with pytest.raises(ConfigError) as refused:
        load_supervision(config, environ={})
    assert [str(each) for each in refused.value.problems] == [
        "supervision.toml:5: timezone: there is no timezone 'Europe/Olso' (did you mean 'Europe/Oslo'?)"
    ]

"""A carrier table that could be slow or could never fit is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl_station.settings.carrier_settings import load_carriers
from rl_station.settings.problems import ConfigError, Problem

GOOD = """\
[[formats]]
courier = "acme"
name = "acme_9"
pattern = 'AC(?P<serial>[0-9]{8})(?P<check>[0-9])'
check = { algorithm = "luhn" }
"""


def problems_of(folder: Path, text: str) -> tuple[Problem, ...]:
    file = folder / "carriers.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_carriers(file)
    return raised.value.problems


def test_a_good_table_loads(tmp_path: Path) -> None:
    file = tmp_path / "carriers.toml"
    file.write_text(GOOD, encoding="utf-8")
    assert [entry.name for entry in load_carriers(file).formats] == ["acme_9"]


def test_a_mistyped_key_is_named_with_its_line_and_the_valid_one(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, GOOD.replace("courier", "currier"))
    assert (problem.file, problem.line, problem.suggestion) == ("carriers.toml", 2, "courier")


def test_a_mistyped_algorithm_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, GOOD.replace("luhn", "lunh"))
    assert (problem.line, problem.suggestion) == (5, "luhn")


@pytest.mark.parametrize(
    "bad", ["A[0-9]*", "(?:A+)+", "A{2,}", "(?=A)A", "(?<!B)A", r"(A)\1", r"\d{9}", "(?P=serial)", "(?i)A"]
)
def test_a_pattern_that_could_be_slow_or_surprising_is_refused(tmp_path: Path, bad: str) -> None:
    (problem,) = problems_of(tmp_path, f"[[formats]]\ncourier = 'a'\nname = 'a'\npattern = '{bad}'\n")
    assert problem.line == 4
    assert "may not use" in problem.message


@pytest.mark.parametrize("bad", ["A[0-9", "(A", "(?P<other>A)"])
def test_a_broken_pattern_is_refused(tmp_path: Path, bad: str) -> None:
    (problem,) = problems_of(tmp_path, f"[[formats]]\ncourier = 'a'\nname = 'a'\npattern = '{bad}'\n")
    assert problem.line == 4


def test_a_check_digit_without_its_groups_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, GOOD.replace("(?P<check>[0-9])", "[0-9]"))
    assert "serial and check" in problem.message


@pytest.mark.parametrize("check", ['{ algorithm = "weighted_mod10" }', '{ algorithm = "luhn", weights = [3, 1] }'])
def test_weights_belong_to_the_weighted_algorithms(tmp_path: Path, check: str) -> None:
    (problem,) = problems_of(tmp_path, GOOD.replace('{ algorithm = "luhn" }', check))
    assert "weights" in problem.message


def test_a_name_given_twice_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, GOOD + GOOD)
    assert "acme_9 stands twice" in problem.message


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="missing"):
        load_carriers(tmp_path / "carriers.toml")


def test_an_empty_table_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "formats = []\n")
    assert "at least one format" in problem.message

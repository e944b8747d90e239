"""PINs in the settings: a hash with its pepper, of a supervisor, and never a PIN as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl_station.settings import check, load_site

HASH = "$argon2id$v=19$m=19456,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43


def operator(config: Path, pin: str, role: str = "supervisor") -> int:
    """One more operator; gives the line of the PIN."""
    path = config / "operators.toml"
    added = f'\n[sami]\nname = "Sami"\nbadge = "100999"\nroles = ["{role}"]\npin = "{pin}"\n'
    text = path.read_text(encoding="utf-8") + added
    path.write_text(text, encoding="utf-8")
    return text.count("\n")


def test_a_pin_reaches_the_site_as_its_hash(config: Path) -> None:
    operator(config, HASH)
    assert check(config, environ={}) == []
    assert load_site(config, environ={}).pins["sami"] == HASH


@pytest.mark.parametrize(
    "typed",
    [
        "271828",
        "$2b$12$abcdefghijklmnopqrstuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
        HASH.replace("argon2id", "argon2i"),
        HASH.replace("m=19456", "m=4000000"),
        HASH.replace("p=1", "p=9"),
        HASH[:40],
    ],
    ids=["as it is typed", "bcrypt", "another argon2", "all the memory there is", "all the cores", "cut off"],
)
def test_what_is_no_hash_of_ours_is_named_with_its_line_and_never_shown(config: Path, typed: str) -> None:
    line = operator(config, typed)
    (problem,) = check(config, environ={})
    assert (problem.file, problem.line, problem.key, problem.severity) == ("operators.toml", line, "sami.pin", "error")
    assert typed not in str(problem)


def test_a_pin_without_the_pepper_is_a_mistake_and_the_environment_may_have_it(config: Path) -> None:
    site = config / "site.toml"
    site.write_text(site.read_text().replace('pin_pepper = "a pepper of their own"', ""))
    assert [problem.key for problem in check(config, environ={})] == ["ingrid.pin"]
    assert check(config, environ={"RL_STATION_PIN_PEPPER": "kept somewhere else"}) == []


def test_a_short_pepper_is_refused_and_not_shown(config: Path) -> None:
    site = config / "site.toml"
    site.write_text(site.read_text().replace("a pepper of their own", "too short"))
    assert "too short" not in "".join(map(str, check(config, environ={})))
    assert [problem.key for problem in check(config, environ={})] == ["pin_pepper"]


def test_the_examples_pepper_is_warned_of_like_its_key(config: Path) -> None:
    site = config / "site.toml"
    site.write_text(site.read_text().replace("a pepper of their own", "example-pepper-everybody-knows-change-me"))
    (problem,) = check(config, environ={})
    assert (problem.key, problem.severity) == ("pin_pepper", "warning")


def test_a_pin_of_somebody_who_is_no_supervisor_is_warned_of(config: Path) -> None:
    line = operator(config, HASH, role="worker")
    (problem,) = check(config, environ={})
    assert (problem.line, problem.key, problem.severity) == (line, "sami.pin", "warning")

"""The documentation covers what there is: every command, every driver, every room."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.registry import BUILT_IN
from rl_station.cli import build_parser

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def commands(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[str]:
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield " ".join(words)
    for group in groups:
        for name, child in group.choices.items():
            yield from commands(child, (*words, name))


@pytest.mark.parametrize("command", list(commands(build_parser())))
def test_the_readme_names_every_command(command: str) -> None:
    assert f"`rl-station {command}" in README or f"`{command}" in README


@pytest.mark.parametrize("driver", [name for names in BUILT_IN.values() for name in names])
def test_the_readme_names_every_driver(driver: str) -> None:
    assert f"| `{driver}` |" in README


def test_the_map_names_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = [path.parent.name for path in (ROOT / "rl_station").glob("*/__init__.py")]
    assert [room for room in rooms if f"rl_station/{room}/" not in text] == []


def test_every_picture_of_the_readme_is_there() -> None:
    pictures = [part.partition(")")[0] for part in README.split("](")[1:] if part.startswith("docs/images/")]
    assert pictures
    assert [picture for picture in pictures if not (ROOT / picture).is_file()] == []

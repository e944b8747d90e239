"""Where a key stands in a TOML text, however it is written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.settings.paths import example_site
from rl_station.settings.toml_positions import Path, positions

FILES = sorted(example_site().rglob("*.toml"))


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1\nb = 2\n", ("b",), 2),
        ("# c = 1\n\n[t]\n\nc = 1", ("t", "c"), 5),
        ("[a.b]\nc = 1\n[a.b.d]\ne = 1", ("a", "b", "d", "e"), 4),
        ("[[r]]\nx = 1\n[[r]]\nx = 2", ("r", 1, "x"), 4),
        ("[[r]]\n[[r.s]]\nx = 1\n[[r]]\n[[r.s]]\n[[r.s]]\nx = 2", ("r", 1, "s", 1, "x"), 7),
        ("[[r]]\n[r.t]\nx = 1\n[[r]]\n[r.t]\nx = 1", ("r", 1, "t", "x"), 6),
        ("a.b.c = 1\na.b.d = 2", ("a", "b", "d"), 2),
        ('"a.b" = 1\n[\'c d\']\n"\\u00e9" = 2', ("c d", "é"), 3),
        ("a = [\n 1,\n 2, # two\n 3,\n]\nb = 1", ("a", 2), 4),
        ("a = [\n { x = 1 },\n { x = 2, y = { z = 3 } },\n]", ("a", 1, "y", "z"), 3),
        ('a = """\n[b]\nb = 1\n"""\nb = 2', ("b",), 5),
        ("a = '''\n''\n[b]'''\nb = 2", ("b",), 4),
        ('a = "# \\" [x]" # y = 1\nb = 2', ("b",), 2),
        ('a = """quote: \\""" """"\nb = 2', ("b",), 2),
        ("a = [[1, 2], [\n3]]\nb = 1", ("a", 1, 0), 2),
        ("a = {}\nb = []\nc = 1", ("c",), 3),
        ("a = 1979-05-27 07:32:00Z\nb = 1", ("b",), 2),
    ],
)
def test_a_key_is_found_on_its_line(text: str, path: Path, line: int) -> None:
    tomllib.loads(text)
    assert positions(text)[path] == line


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_value_of_the_example_site_is_found_where_it_is_written(file: object) -> None:
    text = file.read_text(encoding="utf-8")  # type: ignore[attr-defined]  # pytest hands ids and values alike
    lines = text.splitlines()
    found = positions(text)
    for path, value in leaves(tomllib.loads(text), ()):
        line = lines[found[path] - 1]
        assert str(path[-1]) in line or isinstance(path[-1], int)
        assert isinstance(value, str | list) or json.dumps(value) in line
        assert not isinstance(value, str) or "'" in line or json.dumps(value, ensure_ascii=False) in line


keys = st.text('abc."é \\', min_size=1, max_size=3)
values = st.recursive(
    st.integers() | st.booleans() | st.text("a\n\"'\\#[]{}=,é", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(keys, values, max_size=4))
def test_every_path_has_a_line_whatever_the_strings_hold(data: dict[str, object]) -> None:
    text = "".join(f"{json.dumps(key)} = {written(value)}\n" for key, value in data.items())
    assert tomllib.loads(text) == data
    found = positions(text)
    for index, key in enumerate(data):
        assert found[key,] == 1 + sum(line.count("\n") for line in text.splitlines(keepends=True)[:index])
    assert {path for path, _ in leaves(data, ())} <= set(found)


@given(st.text())
def test_no_text_at_all_makes_it_stand_still(text: str) -> None:
    assert positions(text)[()] == 1


def written(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {written(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(below) for below in value) + "]"
    return json.dumps(value)


def leaves(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from leaves(below, (*path, index))
    else:
        yield path, value

"""Reads TOML files and lays them over each other: the site's files, then host.toml, then the environment."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath

from rl_station.settings.problems import Problem
from rl_station.settings.toml_positions import Path, positions

HOST_FILE = "host.toml"

ENVIRONMENT = {
    "RL_STATION_STATION": ("site", "station"),
    "RL_STATION_LANGUAGE": ("site", "language"),
    "RL_STATION_LABEL_KEY": ("site", "label_key"),
    "RL_STATION_PIN_PEPPER": ("site", "pin_pepper"),
}
"""Variables that override a setting: what differs per machine, and what should not stand in a file."""

_DEEPEST = 20
_TEXTS = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'|#[^\n]*", re.DOTALL
)
_LONG_NUMBER = re.compile(r"\d[\d_]{99}")
_LONG_KEY = re.compile(rf"(?<![\w-])(?:[\w-]+[ \t]*\.[ \t]*){{{_DEEPEST}}}")
_ERROR_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True)
class Document:
    """One TOML file as read. Positions are worked out when a problem or a listing asks for them."""

    file: str
    text: str
    data: Mapping[str, object]

    @cached_property
    def lines(self) -> dict[Path, int]:
        return positions(self.text)


@dataclass(frozen=True)
class Layers:
    """The settings of one file name with everything laid over them, and where each came from."""

    name: str
    data: dict[str, object]
    base: Document
    host: Document | None = None
    environment: Mapping[Path, str] = field(default_factory=dict)

    def place(self, path: Path) -> tuple[str, int]:
        """File (or variable) and line that gave this path, or the nearest table around it."""
        inside = (*self.name.split("/"),)
        for depth in range(len(path), 0, -1):
            part = path[:depth]
            if part in self.environment:
                return self.environment[part], 0
            if self.host and (*inside, *part) in self.host.lines:
                return self.host.file, self.host.lines[(*inside, *part)]
            if part in self.base.lines:
                return self.base.file, self.base.lines[part]
        return self.base.file, 1 if self.base.text else 0

    def problem(self, path: Path, message: str, suggestion: str = "", *, warning: bool = False) -> Problem:
        file, line = self.place(path)
        return Problem(file, line, dotted(path), message, suggestion, "warning" if warning else "error")


def dotted(path: Path) -> str:
    """`rules[2].when.value`; elements count from 1, as people do."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read_toml(folder: FilePath, file: str) -> Document | Problem:
    """One file, or what is wrong with it as a whole."""
    try:
        text = (folder / file).read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        return Problem(file, 0, "", "the file is missing")
    except OSError as error:
        return Problem(file, 0, "", f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        return Problem(file, _line_of(error), "", "is not UTF-8 text")
    return document(file, text)


def document(file: str, text: str) -> Document | Problem:
    """A text that stands in a file of this name; or what is wrong with it as a whole: no TOML, or what nobody would write."""
    endless = _endless(_TEXTS.sub(_blank, text))
    if endless is not None:
        line, message = endless
        return Problem(file, line, "", message)
    try:
        return Document(file, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        return _syntax_problem(file, text, str(error))


def layer(name: str, base: Document, host: Document | None, environ: Mapping[str, str]) -> Layers:
    """`name` is the file's path without its ending: `site`, `checklists/phones`. Tables merge, everything else replaces."""
    over: object = host.data if host else {}
    for part in name.split("/"):
        over = over.get(part, {}) if isinstance(over, Mapping) else {}
    data = _merged(base.data, over) if isinstance(over, Mapping) else dict(base.data)
    from_environment: dict[Path, str] = {}
    for variable, (file, key) in ENVIRONMENT.items():
        if file == name and environ.get(variable):
            data[key] = environ[variable]
            from_environment[(key,)] = variable
    return Layers(name, data, base, host if over else None, from_environment)


def _merged(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[key] = _merged(below, value) if both else value  # type: ignore[arg-type]  # `both` says it
    return result


def _blank(found: re.Match[str]) -> str:
    """A text or a comment, with nothing in it but its lines."""
    return '""' + "\n" * found[0].count("\n")


def _endless(bare: str) -> tuple[int, str] | None:
    """What the parser or the models would choke on, and its line; `bare` is without texts and comments."""
    depth = 0
    for found in re.finditer(r"[\[\]{}]", bare):
        depth += 1 if found[0] in "[{" else -1
        if depth > _DEEPEST:
            return _line_at(bare, found.start()), f"more than {_DEEPEST} brackets are open at once"
    if number := _LONG_NUMBER.search(bare):
        return _line_at(bare, number.start()), "a number of so many digits is more than anything here can have"
    if key := _LONG_KEY.search(bare):
        return _line_at(bare, key.start()), f"a key has more than {_DEEPEST} levels"
    return None


def _line_at(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _syntax_problem(file: str, text: str, error: str) -> Problem:
    found = _ERROR_PLACE.search(error)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    message = _ERROR_PLACE.sub("", error)
    return Problem(file, line, "", f"is not valid TOML: {message[:1].lower()}{message[1:]}")


def _line_of(error: UnicodeDecodeError) -> int:
    return error.object[: error.start].count(b"\n") + 1

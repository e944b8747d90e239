"""A copy of the example site to make mistakes in, and what the check then says of it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from rl_station.settings import Problem, check
from rl_station.settings.paths import example_site


def own_site(folder: Path) -> Path:
    """A copy with secrets of its own, so that those of the example are not what is talked about."""
    shutil.copytree(example_site(), folder)
    change(folder, "site.toml", r'label_key = "[^"]*"', 'label_key = "a key that nobody else has"')
    change(folder, "site.toml", r'pin_pepper = "[^"]*"', 'pin_pepper = "a pepper of their own"')
    return folder


def change(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the first match and tell its line."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    found = re.search(old, text, re.MULTILINE)
    assert found, f"{old} is not in {file}"
    path.write_text(text[: found.start()] + new + text[found.end() :], encoding="utf-8")
    return text.count("\n", 0, found.start()) + 1


def problems(folder: Path) -> list[Problem]:
    return check(folder, environ={})


def only(folder: Path) -> Problem:
    """The one thing that is wrong."""
    found = problems(folder)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]

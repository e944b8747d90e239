"""Every message code written in the code has a text: a worker must never be shown a bare code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from rl_station.i18n import texts

ROOT = Path(__file__).parents[2] / "rl_station"
MAKERS = {"message", "refuse"}


def literal_codes() -> Iterator[tuple[str, str]]:
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, f"{file.relative_to(ROOT)}:{node.lineno}"


def test_every_code_in_the_source_has_a_text() -> None:
    found = dict(literal_codes())
    assert len(found) > 100
    assert {code: place for code, place in found.items() if code not in texts()} == {}

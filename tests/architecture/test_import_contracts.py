"""The arrows of the architecture are checked by import-linter; here we check that the checker would notice."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_package_has_its_place_in_the_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract for contract in contracts if contract["type"] == "layers")
    placed = {name.strip(" ()") for layer in layers["layers"] for name in layer.split("|")}
    packages = {path.parent.name for path in (ROOT / "rl_station").glob("*/__init__.py")}
    assert packages <= placed
    assert layers["exhaustive"] is True

"""What a room may load is part of its contract: checked in a fresh interpreter, where nothing is loaded by accident."""

from __future__ import annotations

import subprocess
import sys

import pytest

FRAMEWORKS = ("textual", "sqlalchemy", "pydantic", "serial", "alembic", "PIL", "fpdf", "pysqlite3")


def loaded_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {line.partition(".")[0] for line in run.stdout.splitlines()}


@pytest.mark.parametrize("package", ["rl_station.domain.events", "rl_station.domain.meaning", "rl_station.workflow"])
def test_domain_and_workflow_load_no_framework(package: str) -> None:
    assert loaded_by(f"import {package}").isdisjoint(FRAMEWORKS)


def test_the_command_line_starts_without_textual_or_the_database() -> None:
    loaded = loaded_by("import rl_station.cli; rl_station.cli.build_parser()")
    assert loaded.isdisjoint({"textual", "alembic", "PIL", "fpdf", "serial"})


def test_naming_one_driver_loads_no_other() -> None:
    statement = "import drivers.registry"
    assert "serial" not in loaded_by(statement)

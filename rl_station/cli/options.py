"""The options every command takes, and how it ends: one exit code each for fine, found something, wrong usage."""

from __future__ import annotations

import argparse
import sys
from enum import IntEnum
from pathlib import Path

import msgspec


class Exit(IntEnum):
    """What a caller's script can rely on (DESIGN: 0 fine, 1 the check found something, 2 wrong usage or config)."""

    FINE = 0
    FOUND = 1
    WRONG = 2


class UsageError(Exception):
    """The command cannot be carried out as asked. The message says what is wrong and what to do."""


def shared_options() -> argparse.ArgumentParser:
    """The parent parser of every command: `--config`, `--data`, `--station`, `--json`."""
    parent = argparse.ArgumentParser(add_help=False)
    group = parent.add_argument_group("every command")
    group.add_argument("--config", type=Path, metavar="DIR", help="folder of the site's configuration")
    group.add_argument("--data", type=Path, metavar="DIR", help="folder of this station's data")
    group.add_argument("--station", metavar="ID", help="which station of the site this is")
    group.add_argument("--json", action="store_true", help="print one JSON document or JSON lines, nothing else")
    return parent


def print_json(document: object) -> None:
    """One JSON document on one line of standard output."""
    sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    print(text, file=sys.stderr)

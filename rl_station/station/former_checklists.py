"""Checklists as they were: each version this station ever worked with, kept as a file in the data folder.

A unit that was begun under one version is finished under it, however often the site's files changed and the station was started
in between. A version is a few kilobytes, so nothing is ever thrown away.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from rl_station.domain.checklist import Checklist, names_of
from rl_station.domain.conditions import Condition, ConditionError, compile_condition

FOLDER = "checklists"

_log = logging.getLogger(__name__)


class FormerChecklists:
    """The kept versions. Missing or unreadable ones are None: the questions are then asked as they are now."""

    def __init__(self, data: Path, current: Iterable[Checklist]) -> None:
        """Keep those of today, too."""
        self._folder = data / FOLDER
        self._read: dict[Path, Checklist | None] = {}
        for checklist in current:
            self._keep(checklist)

    def get(self, checklist_id: str, version: str) -> Checklist | None:
        """This very version."""
        file = self._folder / f"{checklist_id}-{version}.json"
        if file not in self._read:
            self._read[file] = _read(file)
        return self._read[file]

    def _keep(self, checklist: Checklist) -> None:
        file = self._folder / f"{checklist.id}-{checklist.version}.json"
        if file.exists():
            return
        try:
            self._folder.mkdir(exist_ok=True)
            draft = file.with_suffix(f".{os.getpid()}")
            draft.write_bytes(msgspec.json.encode(checklist, enc_hook=_source))
            draft.replace(file)
        except OSError as error:
            _log.warning("the checklist %s is not kept: %s", file, error)


def _read(file: Path) -> Checklist | None:
    try:
        text = file.read_bytes()
        said = msgspec.json.decode(text)
        names = names_of((question["id"], question["kind"]) for question in said["questions"])
        samples = ({**names, "answer": 0},)
        return msgspec.convert(
            said, Checklist, dec_hook=lambda _, source: compile_condition(source, samples), strict=False
        )
    except (OSError, msgspec.MsgspecError, ConditionError, LookupError, TypeError) as error:
        _log.warning("the checklist %s cannot be read: %s", file, error)
        return None


def _source(value: Any) -> str:
    if isinstance(value, Condition):
        return value.source
    raise NotImplementedError

"""Checklists as they were: each version this station ever worked with, kept as a file in the data folder.

A unit that was begun under one version is finished under it, however often the site's files changed and the station was started
in between. A version is a few kilobytes, so nothing is ever thrown away.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from rl_station.domain.checklist import Checklist, names_of
from rl_station.domain.conditions import ConditionError, compile_condition

FOLDER = "checklists"

_log = logging.getLogger(__name__)


class FormerChecklists:
    """The kept versions. Missing or unreadable ones are None: the questions are then asked as they are now."""

    def __init__(self, data: Path, current: Iterable[Checklist]) -> None:
        """Keep those of today, too."""
        self._folder = data / FOLDER
        self._read: dict[Path, Checklist | None] = {}
        self.keep(current)

    def get(self, checklist_id: str, version: str) -> Checklist | None:
        """This very version."""
        file = self._folder / f"{checklist_id}-{version}.json"
        if file not in self._read:
            self._read[file] = _read(file)
        return self._read[file]

    def keep(self, current: Iterable[Checklist]) -> None:
        """Those that are asked from now on."""
        for checklist in current:
            self._keep(checklist)

    def _keep(self, checklist: Checklist) -> None:
        file = self._folder / f"{checklist.id}-{checklist.version}.json"
        if file.exists():
            return
        try:
            self._folder.mkdir(exist_ok=True)
            draft = file.with_suffix(f".{os.getpid()}")
            draft.write_bytes(msgspec.json.encode(checklist, enc_hook=_nothing))
            draft.replace(file)
        except OSError as error:
            _log.warning("the checklist %s is not kept: %s", file, error)


def _read(file: Path) -> Checklist | None:
    try:
        return _compiled(msgspec.json.decode(file.read_bytes(), type=Checklist))
    except (OSError, msgspec.MsgspecError, ConditionError) as error:
        _log.warning("the checklist %s cannot be read: %s", file, error)
        return None


def _compiled(kept: Checklist) -> Checklist:
    """With its conditions made anew of what they say: what is compiled cannot be kept."""
    names = names_of((question.id, question.kind) for question in kept.questions)
    questions = (
        replace(
            question,
            when=compile_condition(question.when.source, (names,)),
            bands=tuple(
                replace(band, when=compile_condition(band.when.source, ({"answer": 0},))) for band in question.bands
            ),
        )
        for question in kept.questions
    )
    return replace(kept, questions=tuple(questions))


def _nothing(_: object) -> None:
    """What a compiled condition is kept as."""

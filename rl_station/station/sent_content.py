"""Rules and checklists as the centre sends them, in place of the settings'; what cannot be used is left out, and said."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec

from rl_station.domain.checklist import Checklist
from rl_station.domain.messages import Message, message
from rl_station.domain.rules import RuleTable
from rl_station.settings import ConfigError, Site, sent_file
from rl_station.store.known import KnownReader

_SHARED = ("hazard", "data")
"""Checklists that there must be: one that the centre deletes gives way to that of the settings."""

log = logging.getLogger(__name__)


class SentContent:
    """For the engine's thread, which says when they may change: never with a unit in hand."""

    def __init__(self, site: Site, known: KnownReader) -> None:
        self.rules: RuleTable = site.rules
        self.checklists: Mapping[str, Checklist] = site.checklists
        self.notices: tuple[Message, ...] = ()
        self._site = site
        self._known = known
        self._as_of: tuple[int, int] | None = None

    def follow(self) -> bool:
        """Use what the centre says by now; whether that may be something else."""
        if self._as_of == self._known.small:
            return False
        self._as_of = self._known.small
        self.rules, checklists = self._site.rules, dict(self._site.checklists)
        refused: list[str] = []
        for name, value in self._known.every("rules").items():
            id_ = name.rpartition("/")[2].removesuffix(".toml")
            if value is None:
                if id_ not in _SHARED:
                    checklists.pop(id_, None)
                continue
            match _read(name, value):
                case RuleTable() as rules:
                    self.rules = rules
                case Checklist() as checklist:
                    checklists[checklist.id] = checklist
                case None:
                    refused.append(name)
        self.checklists = checklists
        self.notices = (message("station.rules_refused", names=", ".join(refused)),) if refused else ()
        return True


def _read(name: str, value: bytes) -> RuleTable | Checklist | None:
    try:
        return sent_file(name, msgspec.json.decode(value, type=str))
    except (ConfigError, msgspec.DecodeError) as error:
        log.error("%s as the centre sent it is not used: %s", name, error)
        return None

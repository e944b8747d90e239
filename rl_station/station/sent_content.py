"""Rules, checklists and steps of work as the centre sends them, in place of the settings'; what is of no use is told."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec

from rl_station.domain.checklist import REASON, Checklist
from rl_station.domain.messages import Message, message
from rl_station.domain.rework import WorkTable
from rl_station.domain.rules import RuleTable
from rl_station.domain.vendors import VendorTable
from rl_station.settings import ConfigError, SentFile, Site, sent_file
from rl_station.store.known import KnownReader

_REASONS = "reasons.toml"
_SHARED = ("hazard", "data")
"""Checklists that there must be: one that the centre deletes gives way to that of the settings."""

log = logging.getLogger(__name__)


class SentContent:
    """For the engine's thread, which says when they may change: never with a unit in hand."""

    def __init__(self, site: Site, known: KnownReader) -> None:
        self.rules: RuleTable = site.rules
        self.rework: WorkTable = site.rework
        self.vendors: VendorTable = site.reference.facts.vendors
        self.checklists: Mapping[str, Checklist] = site.checklists
        self.notices: tuple[Message, ...] = ()
        self._site = site
        self._known = known
        self._as_of: tuple[int, int] | None = None
        self._sent: Mapping[str, bytes | None] = {}
        self._read: dict[tuple[str, bytes], SentFile | None] = {}

    def follow(self) -> bool:
        """Use what the centre says by now; whether that may be something else."""
        if self._as_of == self._known.small:
            return False
        self._as_of = self._known.small
        sent = self._known.every("rules")
        if sent == self._sent:
            return False
        self._sent = sent
        self._read = {each: found for each, found in self._read.items() if sent.get(each[0]) == each[1]}
        self._use(sent)
        return True

    def _use(self, sent: Mapping[str, bytes | None]) -> None:
        rules, self.rework, checklists = self._site.rules, self._site.rework, dict(self._site.checklists)
        self.vendors = self._site.reference.facts.vendors
        refused: list[str] = []
        for name, value in sent.items():
            id_ = REASON if name == _REASONS else name.rpartition("/")[2].removesuffix(".toml")
            if value is None:
                if id_ not in _SHARED:
                    checklists.pop(id_, None)
                continue
            match self._understood(name, value):
                case RuleTable() as found:
                    rules = found
                case WorkTable() as found:
                    self.rework = found
                case VendorTable() as found:
                    self.vendors = found
                case Checklist() as checklist:
                    checklists[checklist.id] = checklist
                case None:
                    refused.append(name)
        self.checklists = checklists
        lacking = _lacking(rules, self.rework)
        if lacking:
            log.error("the rules that the centre sent are not used: there are no such steps of work as %s", lacking)
            refused.append("dispositions.toml")
            rules, self.rework = self._site.rules, self._site.rework
        self.rules = rules
        self.notices = (message("station.rules_refused", names=", ".join(refused)),) if refused else ()

    def _understood(self, name: str, value: bytes) -> SentFile | None:
        """Each text is read once: that takes long enough for somebody to notice."""
        if (name, value) not in self._read:
            self._read[name, value] = _read(name, value)
        return self._read[name, value]


def _lacking(rules: RuleTable, rework: WorkTable) -> str:
    """The steps that ways out ask for and nobody can do."""
    wanted = {step for outcome in rules.outcomes.values() for step in outcome.steps}
    return ", ".join(sorted(wanted - rework.steps.keys()))


def _read(name: str, value: bytes) -> SentFile | None:
    try:
        return sent_file(name, msgspec.json.decode(value, type=str))
    except (ConfigError, msgspec.DecodeError) as error:
        log.error("%s as the centre sent it is not used: %s", name, error)
        return None

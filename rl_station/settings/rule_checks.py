"""Whether the rule table can work: every name is there, every condition sound, every rule can fire and leads to a bin."""

from __future__ import annotations

from collections.abc import Iterator

from rl_station.settings.parsed import Parsed
from rl_station.settings.problems import Problem


def check_rules(parsed: Parsed) -> Iterator[Problem]:
    yield from ()

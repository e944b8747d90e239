"""Where to go on when the server has another past than we believed: less of it, or another one from some event on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rl_station.domain.sync_wire import Life, Push, Refused
from rl_station.sync.outbox import Outbox

CODES = frozenset({"gap", "mismatch", "forked"})


class Withdraw(NamedTuple):
    """The server has what we have up to seq `to` only."""

    to: int


class Fork(NamedTuple):
    """The server has other events from seq `at` on."""

    at: int


def setback(refused: Refused, push: Push, outbox: Outbox) -> Withdraw | Fork | None:
    """What the refusal of a push calls for; None where it cannot be true. Raises OutboxError.

    A withdrawal always goes further back than the push, and a fork never begins where an epoch was opened for a fork before,
    so that a server which says nonsense cannot keep a station busy with it. A refusal about an epoch that is not ours was meant
    for another station.
    """
    if refused.epoch not in {life.epoch for life in outbox.lives()}:
        return None
    if refused.code == "forked":
        before = push.life.reason == "forked" and push.life.starts == refused.at
        possible = refused.epoch == push.life.epoch and push.life.starts <= refused.at <= outbox.head() and not before
        return Fork(refused.at) if possible else None
    to = refused.expected - 1 if refused.code == "gap" else _common(refused, push, outbox)
    return Withdraw(to) if 0 <= to < push.first - 1 else None


def _common(refused: Refused, push: Push, outbox: Outbox) -> int:
    """The newest place that the server has as we do, else where the epoch of what goes before the push begins."""
    for probe in refused.probes:
        if 0 < probe.seq < push.first and probe.hash == outbox.hash_at(probe.seq):
            return probe.seq
    return life_of(push.first - 1, outbox.lives()).starts - 1


def life_of(seq: int, lives: Sequence[Life]) -> Life:
    """The epoch that the centre keys this seq by; the first where it lies before all."""
    return next((life for life in reversed(lives) if life.starts <= seq), lives[0])

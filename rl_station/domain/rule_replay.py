"""What other rules would have made of units that were decided: the stored inputs put before them again."""

from __future__ import annotations

import msgspec

from rl_station.domain.events import DispositionDecided
from rl_station.domain.rules import Decision, RuleTable, decide_disposition, facts_of


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that would have gone elsewhere. `value` is its price new, `gain` what it would have brought more, both in minor
    units; `gain` is None where one of the two decisions does not say what it brings.
    """

    unit: str
    client: str
    category: str
    was: str
    would_be: str
    was_outcome: str
    would_be_outcome: str
    was_rule: str
    would_be_rule: str
    reason: str
    value: int
    gain: int | None = None


class Replayed(msgspec.Struct, frozen=True):
    """One decision under other rules: `moved` where the unit would have gone elsewhere."""

    was: str
    would_be: str
    value: int
    moved: Moved | None = None


def replay(decided: DispositionDecided, table: RuleTable) -> Replayed:
    """Put one stored decision's inputs before these rules."""
    decision = decide_disposition(table, decided.inputs)
    facts = facts_of(decided.inputs)
    value = facts["value"]
    worth = value if isinstance(value, int) else 0
    moved = None
    if _elsewhere(decided, decision):
        moved = Moved(
            unit=decided.unit,
            client=decided.client,
            category=str(facts["category"]),
            was=decided.disposition,
            would_be=decision.disposition,
            was_outcome=decided.outcome,
            would_be_outcome=decision.outcome,
            was_rule=decided.rule,
            would_be_rule=decision.rule,
            reason=decision.reason,
            value=worth,
            gain=_gain(decided.expected, decision.expected),
        )
    return Replayed(decided.disposition, decision.disposition, worth, moved)


def _elsewhere(decided: DispositionDecided, decision: Decision) -> bool:
    """Another disposition, or another outcome: decisions of before outcomes were recorded are compared by disposition."""
    return decision.disposition != decided.disposition or (
        bool(decided.outcome) and decision.outcome != decided.outcome
    )


def _gain(was: int | None, would_be: int | None) -> int | None:
    return None if was is None or would_be is None else would_be - was

"""A supervisor agrees to a decision, or decides otherwise: never what is taken away from this unit."""

from __future__ import annotations

from msgspec.structs import replace

from rl_station.domain.events import DispositionOverridden, Event
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.rules import Outcome, decide_disposition, net, open_outcomes
from rl_station.workflow.actions import Approve, Override
from rl_station.workflow.inspect.approval import agreed, may_approve
from rl_station.workflow.inspect.disposition import bin_of, rule_inputs
from rl_station.workflow.knowledge import Knowledge, UnitRecord
from rl_station.workflow.known import regraded
from rl_station.workflow.scans import visible
from rl_station.workflow.shift_log import words
from rl_station.workflow.state import UnitInHand, Worker
from rl_station.workflow.supervise.units import (
    decided_unit,
    endangered,
    known_here,
    labels,
    recalled,
    unexplained,
)


def approve(action: Approve, worker: Worker, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The word that a decision waited for. A unit that was put aside for it comes out of its container."""
    record = decided_unit(action.unit, knowledge)
    if isinstance(record, Refusal):
        return record
    if not record.approval:
        return refuse("supervise.nothing_to_approve", unit=record.unit)
    if not may_approve(worker.roles, record.approval):
        return refuse("approval.not_allowed", name=worker.name, role=f"@role.{record.approval}")
    unit = known_here(record, knowledge)
    if isinstance(unit, Refusal):
        return unit
    refused = recalled(record, knowledge) or endangered(record)
    if refused is not None:
        return refused
    approved = agreed(replace(unit, approver=worker.id), record.parcel)
    return replace(approved, container_before=record.container), *labels(record, knowledge)


def override(action: Override, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """Another outcome, with its reason, from and to."""
    found = _open_to_it(action, knowledge)
    if isinstance(found, Refusal):
        return found
    record, unit = found
    outcome = _outcome(action.outcome, unit, knowledge)
    if isinstance(outcome, Refusal):
        return outcome
    if outcome.id == unit.outcome and not unit.held and not unit.approval:
        return refuse("supervise.same", unit=unit.unit, disposition=f"@disposition.{unit.disposition}")
    inputs = rule_inputs(unit, knowledge)
    overridden = DispositionOverridden(
        unit=unit.unit,
        parcel=record.parcel,
        client=unit.client,
        before=unit.disposition,
        disposition=outcome.disposition,
        outcome_before=unit.outcome,
        outcome=outcome.id,
        bin=bin_of(outcome.disposition, unit, inputs, knowledge),
        why=action.why,
        note=words(action.note),
        channel=outcome.channel,
        travels=outcome.travels,
        packs=outcome.packs,
        expected=net(outcome, inputs),
        steps=outcome.steps,
        container_before=record.container,
    )
    return overridden, *_labels(overridden, record, unit, knowledge)


def _open_to_it(action: Override, knowledge: Knowledge) -> tuple[UnitRecord, UnitInHand] | Refusal:
    record = decided_unit(action.unit, knowledge)
    if isinstance(record, Refusal):
        return record
    unit = known_here(record, knowledge)
    if isinstance(unit, Refusal):
        return unit
    if regraded(unit):
        # Its dangers are being looked for again: until then nobody knows what may not be done with it.
        return refuse("supervise.in_regrade", unit=record.unit)
    refused = unexplained(action.why, action.note) or recalled(record, knowledge)
    return refused or (record, unit)


def _outcome(wanted: str, unit: UnitInHand, knowledge: Knowledge) -> Outcome | Refusal:
    """One of the ways out that nothing takes away from this unit, neither the built-in removals nor the site's."""
    inputs = rule_inputs(unit, knowledge)
    left = {outcome.id: outcome for outcome in open_outcomes(knowledge.rules, inputs)}
    if wanted in left:
        return left[wanted]
    every = {*knowledge.rules.outcomes, *(name for rule in knowledge.rules.rules for name in rule.outcomes)}
    if wanted not in every:
        return refuse("supervise.unknown_outcome", outcome=visible(wanted))
    known = knowledge.rules.outcomes.get(wanted) or Outcome(id=wanted, disposition=wanted)
    removed = dict(decide_disposition(knowledge.rules, inputs).removed)
    names = (wanted, known.disposition, known.channel, *known.travels, *known.packs)
    by = next((removed[name] for name in names if name in removed), "-")
    return refuse("supervise.removed", outcome=wanted, unit=unit.unit, removal=by)


def _labels(
    overridden: DispositionOverridden, record: UnitRecord, unit: UnitInHand, knowledge: Knowledge
) -> tuple[Event, ...]:
    """None where what stands on the label is as true as before, and the unit lies where it did."""
    before = (unit.disposition, unit.bin, unit.travels, unit.packs)
    same = before == (overridden.disposition, overridden.bin, overridden.travels, overridden.packs)
    return () if same and not unit.approval and not record.container else labels(record, knowledge)

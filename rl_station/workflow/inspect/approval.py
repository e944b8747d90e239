"""A decision that somebody has to agree to: their badge, their word, or the unit put aside until they come.

They may pick another outcome than the rules did, with a reason; never one that the rules take away from this unit.
"""

from __future__ import annotations

from rl_station.domain.events import (
    ApproverPresented,
    DispositionApproved,
    Event,
    LabelRequested,
    OutcomePicked,
    UnitPutAside,
    UnitTakenUp,
)
from rl_station.domain.messages import Message, Refusal, message, refuse
from rl_station.domain.rules import NO_RULE, Outcome, net, open_outcomes
from rl_station.domain.scan import Scan, ScanKind
from rl_station.workflow.choices import choice, keyed, picked
from rl_station.workflow.inputs import Answered, Scanned
from rl_station.workflow.inspect.disposition import bin_of, rule_inputs
from rl_station.workflow.knowledge import Knowledge, UnitRecord
from rl_station.workflow.known import decided_here
from rl_station.workflow.prompt import Choice, Tone
from rl_station.workflow.recalls import late_hit
from rl_station.workflow.scans import own, unwanted, visible
from rl_station.workflow.state import UnitInHand, Worker

APPROVAL, APPROVE, OVERRULE = "approval", "approve", "overrule"
STEPS = (APPROVAL, APPROVE, OVERRULE)
WHY = ("condition", "client", "market", "safety", "capacity", "other")
"""Why somebody decides otherwise than the rules."""

_ALWAYS_AGREES = "supervisor"
_MOST_OFFERED = 14
"""With the decision itself as many as there are positional command barcodes (ANSWER1 to ANSWERF)."""


def approval_step(unit: UnitInHand) -> str:
    """approval (nobody is there yet), approve or overrule; empty where nobody has to agree, or the unit is put aside."""
    if not unit.approval or unit.aside:
        return ""
    if not unit.approver:
        return APPROVAL
    return OVERRULE if unit.picked else APPROVE


def approval_choices(unit: UnitInHand, knowledge: Knowledge) -> tuple[Choice, ...]:
    """What can be said at this step. The decision of the rules is the first."""
    match approval_step(unit):
        case "approval":
            return keyed([choice("put_aside", command="PUTASIDE", tone=Tone.WARN)])
        case "approve":
            agree = choice("agree", message("choice.agree", disposition=_named(unit)), command="AGREE", tone=Tone.GOOD)
            return keyed([agree, *(_other(outcome) for outcome in other_outcomes(unit, knowledge))])
        case _:
            return keyed(choice(f"why_{why}", message(f"overruled.{why}")) for why in WHY)


def other_outcomes(unit: UnitInHand, knowledge: Knowledge) -> tuple[Outcome, ...]:
    """What the unit could be given instead, as far as the rules leave it and the command sheet has codes for it."""
    found = open_outcomes(knowledge.rules, rule_inputs(unit, knowledge))
    others = [each for each in found if each.id != unit.outcome]
    return tuple(others if len(others) <= _MOST_OFFERED else [*others[: _MOST_OFFERED - 1], others[-1]])


def may_approve(roles: tuple[str, ...], role: str) -> bool:
    return bool({role, _ALWAYS_AGREES}.intersection(roles))


def recalled_since(record: UnitRecord, knowledge: Knowledge) -> Refusal | None:
    """A unit that a notice means since it was decided is nothing to agree to, to work on, or to grade again."""
    late = late_hit(record, knowledge.records, knowledge.reference)
    if late is None:
        return None
    return refuse("rework.recalled", blocking=True, unit=record.unit, recall=late.recall.reference)


def decided_elsewhere(record: UnitRecord, knowledge: Knowledge) -> Refusal | None:
    """What another station found of a unit is not known here, so nothing is decided about it, and no work on it ends."""
    if decided_here(record, knowledge.records) is not None:
        return None
    return refuse("rework.elsewhere", unit=record.unit, station=record.decided_station or "-")


def approval_of(record: UnitRecord, worker: Worker | None, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """A unit that waits is taken up. Whoever is signed in and may agree is asked at once; otherwise a badge is."""
    refused = decided_elsewhere(record, knowledge) or recalled_since(record, knowledge)
    if refused is not None:
        return refused
    taken = UnitTakenUp(unit=record.unit, parcel=record.parcel, work="approval", previous=record.container)
    if worker is None or not may_approve(worker.roles, record.approval):
        return (taken,)
    return taken, ApproverPresented(unit=record.unit, parcel=record.parcel, approver=worker.id, name=worker.name)


def decide_approval(
    unit: UnitInHand, parcel: str, given: Scanned | Answered, knowledge: Knowledge
) -> tuple[Event, ...] | Refusal:
    """A badge or an answer while somebody has to agree."""
    if isinstance(given, Scanned):
        return _scanned(unit, parcel, given.scan, knowledge)
    chosen = picked(approval_choices(unit, knowledge), given.choice)
    if chosen is None:
        return refuse("choice.unknown", answer=visible(given.choice))
    return _answered(unit, parcel, chosen, knowledge)


def _scanned(unit: UnitInHand, parcel: str, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """Only the badge of somebody who may agree counts, and only while that is open."""
    badge = own(scan, ScanKind.BADGE)
    if approval_step(unit) != APPROVAL:
        return unwanted(scan, "answer")
    if badge is None:
        return unwanted(scan, "badge")
    operator = knowledge.reference.operator_by_badge(badge)
    if operator is None:
        return refuse("sign_in.unknown_badge", badge=visible(badge))
    if not may_approve(operator.roles, unit.approval):
        return refuse("approval.not_allowed", name=operator.name, role=f"@role.{unit.approval}")
    return (ApproverPresented(unit=unit.unit, parcel=parcel, approver=operator.id, name=operator.name),)


def _answered(unit: UnitInHand, parcel: str, chosen: str, knowledge: Knowledge) -> tuple[Event, ...]:
    """One of `approval_choices`."""
    label = LabelRequested(label="unit", parcel=parcel, unit=unit.unit)
    if chosen == "put_aside":
        aside = UnitPutAside(unit=unit.unit, parcel=parcel, approval=unit.approval, bin=knowledge.hold_bin())
        return aside, label
    if chosen == "agree":
        return agreed(unit, parcel), label
    if chosen.startswith("why_"):
        return _overruled(unit, parcel, chosen.removeprefix("why_"), knowledge), label
    return (OutcomePicked(unit=unit.unit, parcel=parcel, outcome=chosen.removeprefix("instead_")),)


def agreed(unit: UnitInHand, parcel: str) -> DispositionApproved:
    """The decision of the rules stands, by the word of the approver who is there."""
    return DispositionApproved(
        unit=unit.unit,
        parcel=parcel,
        client=unit.client,
        approver=unit.approver,
        before=unit.disposition,
        disposition=unit.disposition,
        outcome_before=unit.outcome,
        outcome=unit.outcome,
        bin=unit.bin,
        channel=unit.channel,
        travels=unit.travels,
        packs=unit.packs,
        expected=unit.expected,
        steps=unit.steps,
    )


def _overruled(unit: UnitInHand, parcel: str, why: str, knowledge: Knowledge) -> DispositionApproved:
    """Another outcome. One that the rules have taken away meanwhile becomes hold, which nothing does."""
    inputs = rule_inputs(unit, knowledge)
    left = {outcome.id: outcome for outcome in open_outcomes(knowledge.rules, inputs)}
    outcome = left.get(unit.picked) or Outcome(id=NO_RULE.disposition, disposition=NO_RULE.disposition)
    return DispositionApproved(
        unit=unit.unit,
        parcel=parcel,
        client=unit.client,
        approver=unit.approver,
        before=unit.disposition,
        disposition=outcome.disposition,
        outcome_before=unit.outcome,
        outcome=outcome.id,
        why=why,
        bin=bin_of(outcome.disposition, unit, inputs, knowledge),
        channel=outcome.channel,
        travels=outcome.travels,
        packs=outcome.packs,
        expected=net(outcome, inputs),
        steps=outcome.steps,
    )


def _named(unit: UnitInHand) -> str:
    return f"@disposition.{unit.disposition}"


def _other(outcome: Outcome) -> Choice:
    label = message("choice.instead", disposition=f"@disposition.{outcome.disposition}", outcome=outcome.id)
    return choice(f"instead_{outcome.id}", label if outcome.id != outcome.disposition else _plain(outcome))


def _plain(outcome: Outcome) -> Message:
    return message("choice.instead_plain", disposition=f"@disposition.{outcome.disposition}")

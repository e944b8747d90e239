"""What a supervisor can do about a subject, as forms for the screen: what the deciders would take, and what they want to know."""

from __future__ import annotations

from collections.abc import Iterable

from rl_station.domain.kpi import Figures, Subject
from rl_station.domain.messages import content, message
from rl_station.tui.contract import Doable, PastEvent
from rl_station.workflow.actions import Approve, Declare, Hold, Override, Reassign, Release, Reopen, Settle
from rl_station.workflow.choices import choice, keyed
from rl_station.workflow.inspect.approval import WHY
from rl_station.workflow.prompt import Choice
from rl_station.workflow.state import State, Traced
from rl_station.workflow.supervise import Offers

_WRONG = ("did_not_occur", "incorrect_data")
"""EPCIS 2.0 errorDeclaration."""
_SETTLED = frozenset({"parcel", "unit", "container"})
"""What a trouble can be settled of without a task of the centre's; devices are mended instead."""


def scanned(state: State) -> Subject | None:
    """What was looked up last; an announced return of which nothing has arrived is one without a history."""
    job = state.job
    if not isinstance(job, Traced):
        return None
    named = (("unit", job.unit), ("parcel", job.parcel), ("container", job.container), ("return", job.value))
    return next((Subject(kind, name) for kind, name in named if name), None)


def doables(subject: Subject, offers: Offers) -> tuple[Doable, ...]:
    """What the deciders would take of it now."""
    name, found = subject.id, []
    if offers.approve:
        found.append(Doable(Approve(name), noted=False))
    if offers.outcomes:
        found.append(Doable(Override(name, "", ""), "outcome", _outcomes(offers.outcomes), _reasons()))
    if offers.hold:
        found.append(Doable(Hold(name, ""), reasons=_reasons()))
    if offers.release and subject.kind == "unit":
        found.append(Doable(Release(unit=name), reasons=_reasons()))
    if offers.release and subject.kind == "parcel":
        found.append(Doable(Release(parcel=name)))
    if offers.lanes:
        found.append(Doable(Reassign(name, ""), "lane", keyed(_named(lane) for lane in offers.lanes)))
    if offers.reopen:
        found.append(Doable(Reopen(name), reasons=_reasons()))
    return tuple(found)


def settling(subject: Subject, figures: Figures) -> tuple[Doable, ...]:
    """What is wrong with it and can be settled; what it was opened for (`text`) first."""
    wrong = [
        each
        for each in figures.troubles
        if (each.subject_kind, each.subject) == (subject.kind, subject.id) and (each.task or subject.kind in _SETTLED)
    ]
    return tuple(
        Doable(Settle(each, "", each.task), label=message(f"screen.sup.trouble.{each.kind}"))
        for each in sorted(wrong, key=lambda each: each.kind != subject.text)
    )


def declaring(history: Iterable[PastEvent]) -> tuple[Doable, ...]:
    """Events of this station's own log can be declared wrong."""
    if not any(line.seq for line in history):
        return ()
    reasons = keyed(choice(each, message(f"screen.deed.{each}")) for each in _WRONG)
    return (Doable(Declare((), "", ""), "reason", reasons, marked=True),)


def _reasons() -> tuple[Choice, ...]:
    return keyed(choice(why, message(f"overruled.{why}")) for why in WHY)


def _outcomes(outcomes: Iterable[tuple[str, str]]) -> tuple[Choice, ...]:
    return keyed(
        choice(
            outcome,
            message(f"disposition.{disposition}")
            if outcome == disposition
            else message("screen.deed.outcome", disposition=f"@disposition.{disposition}", outcome=outcome),
        )
        for outcome, disposition in outcomes
    )


def _named(lane: str) -> Choice:
    return choice(lane, content(lane))

"""What the screen says of a parcel's tags."""

from __future__ import annotations

from rl_station.domain.messages import content, message
from rl_station.workflow.facts import fact, line_label, returns_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import ChecklistLine, Fact, Tone
from rl_station.workflow.state import Inspecting, Receiving


def tag_facts(job: Receiving | Inspecting, knowledge: Knowledge) -> tuple[Fact, ...]:
    """How many of the announced pieces the readers have seen; nothing where they saw nothing."""
    if not job.radio.seen:
        return ()
    announced = sum(line.quantity for found in returns_of(job.rmas, knowledge) for line in found.lines)
    expected = sum(tag.match == "expected" for tag in job.radio.seen)
    others = len(job.radio.seen) - expected
    tone = Tone.WARN if others else Tone.GOOD if expected >= announced else Tone.PLAIN
    return (fact("by_radio", message("tags.seen", seen=expected, announced=announced, others=others), tone),)


def read_lines(job: Receiving, knowledge: Knowledge) -> tuple[ChecklistLine, ...]:
    """The announced content of a parcel nobody has opened yet, filled by what the readers see through the box."""
    lines: list[ChecklistLine] = []
    for announced in returns_of(job.rmas, knowledge):
        for line in announced.lines:
            seen = sum((tag.rma, tag.line) == (announced.rma, line.line) for tag in job.radio.seen)
            state = "seen" if seen >= line.quantity else "partial" if seen else "open"
            lines.append(ChecklistLine(line_label(announced.client, line.sku, knowledge), state, seen, line.quantity))
    return (*lines, *(surprise(tag.name, tag.match) for tag in job.radio.seen if tag.match != "expected"))


def surprise(name: str, match: str) -> ChecklistLine:
    """A line for what nobody announced."""
    label = content(name) if name else message("inspect.unknown_item")
    return ChecklistLine(label, "other_client" if match == "other_client" else "unexpected", 1, 0)

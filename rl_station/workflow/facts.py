"""Facts that several prompts show, and names for ids, from reference data where it has them."""

from __future__ import annotations

from rl_station.domain.messages import Message, Parameter, content, message
from rl_station.domain.reference import AnnouncedReturn
from rl_station.domain.scan import shown
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import ChecklistLine, Fact, Tone


def fact(label: str, value: Parameter | Message, tone: Tone = Tone.PLAIN) -> Fact:
    """A fact; a plain value is shown as it stands."""
    return Fact(message(f"fact.{label}"), value if isinstance(value, Message) else content(shown(str(value))), tone)


def client_name(client: str, knowledge: Knowledge) -> str:
    found = knowledge.reference.client(client)
    return found.name if found else client or "-"


def bin_name(bin_id: str, knowledge: Knowledge) -> str:
    found = knowledge.reference.bin(bin_id)
    return f"{bin_id} {found.name}" if found else bin_id or "-"


def lane_name(lane_id: str, knowledge: Knowledge) -> str:
    found = knowledge.reference.lane(lane_id)
    return f"{lane_id} {found.name}" if found else lane_id or "-"


def money(value: int, currency: str) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d} {currency}".rstrip()


def returns_of(rmas: tuple[str, ...], knowledge: Knowledge) -> tuple[AnnouncedReturn, ...]:
    return tuple(found for rma in rmas if (found := knowledge.reference.announced(rma)))


def parcel_facts(parcel: str, client: str, rmas: tuple[str, ...], knowledge: Knowledge) -> tuple[Fact, ...]:
    """Plate, whose it is, which returns, what the customer wrote."""
    facts = [fact("parcel", parcel), fact("client", client_name(client, knowledge))]
    for announced in returns_of(rmas, knowledge):
        facts.append(fact("rma", announced.rma, Tone.WARN if announced.status == "cancelled" else Tone.PLAIN))
        facts.append(fact("order", announced.order))
        if announced.customer_note:
            facts.append(fact("note", announced.customer_note))
    return tuple(facts)


def sop_facts(client: str, step: str, language: str, knowledge: Knowledge) -> tuple[Fact, ...]:
    """What the client wants to be kept in mind at this step: receive, inspect, sort."""
    found = knowledge.reference.client(client)
    said = found.sop if found else ()
    return tuple(
        fact("sop", content(dict(each.texts).get(language, each.text)), Tone.WARN) for each in said if each.step == step
    )


def announced_lines(rmas: tuple[str, ...], knowledge: Knowledge) -> tuple[ChecklistLine, ...]:
    """The announced content of a parcel nobody has opened yet."""
    return tuple(
        ChecklistLine(line_label(announced.client, line.sku, knowledge), "open", 0, line.quantity)
        for announced in returns_of(rmas, knowledge)
        for line in announced.lines
    )


def line_label(client: str, sku: str, knowledge: Knowledge) -> Message:
    product = knowledge.reference.product(client, sku)
    return content(product.name if product else sku)

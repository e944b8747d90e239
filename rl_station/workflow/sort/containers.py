"""A container's card: close it, put it on a pallet, ship it."""

from __future__ import annotations

from rl_station.domain.events import (
    CodeTraced,
    ContainerClosed,
    ContainerPresented,
    ContainersConsolidated,
    ContainerShipped,
    Event,
    LabelRequested,
)
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import Scan, ScanKind
from rl_station.workflow.choices import choice, keyed, picked
from rl_station.workflow.inputs import Answered, Command, Commanded, Deed
from rl_station.workflow.knowledge import ContainerRecord, Knowledge
from rl_station.workflow.prompt import Choice, Tone
from rl_station.workflow.recalls import late_hit
from rl_station.workflow.scans import own, visible
from rl_station.workflow.state import Card
from rl_station.workflow.tags import compared

CONSOLIDATE = "consolidate"
SHIP = "ship"
DIFFERS = "differs"


def container_in(scan: Scan) -> str | None:
    """A container of ours, or a pallet by its SSCC."""
    code = own(scan, ScanKind.CONTAINER)
    if code is not None:
        return code
    pallet = scan.first(ScanKind.SSCC)
    return pallet.value if pallet else None


def present(container: str, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The card of a container that was ever used."""
    if knowledge.records.container(container) is None:
        return refuse("sort.empty_container", container=visible(container))
    return (ContainerPresented(container=container),)


def card_choices(card: Card, knowledge: Knowledge) -> tuple[Choice, ...]:
    """What can be done with the container as it stands."""
    record = knowledge.records.container(card.container)
    if record is None or _is_space(record) or card.action == CONSOLIDATE:
        return ()
    if card.action == SHIP:
        return keyed([choice("ship_now", command="SHIPNOW", tone=Tone.WARN)])
    if card.action == DIFFERS and record.status == "open":
        again = choice("compare_again", command="CLOSE")
        return keyed([again, choice("close_anyway", command="CLOSEANYWAY", tone=Tone.WARN)])
    options = []
    if record.status == "open" and record.units:
        options.append(choice("close", command="CLOSE"))
    if record.status == "closed" and not record.contents:
        options.append(choice(CONSOLIDATE, command="PALLET"))
    if _may_ship(record):
        options.append(choice(SHIP, command="SHIP", tone=Tone.WARN))
    return keyed([*options, choice("show", command="SHOW")])


def decide_card(card: Card, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """An answer or a command at the card; scans are somebody else's."""
    match given:
        case Answered(choice=answer):
            chosen = picked(card_choices(card, knowledge), answer)
            record = knowledge.records.container(card.container)
            if chosen is None or record is None:
                return refuse("choice.unknown", answer=visible(answer))
            return _chosen(chosen, record, knowledge)
        case Commanded(command=Command.CANCEL) if card.action:
            return (ContainerPresented(container=card.container),)
        case Commanded(command=Command.OK) if card.action == SHIP:
            return _shipped(card.container, knowledge)
        case Commanded(command=Command.REPRINT):
            return (LabelRequested(label="container", container=card.container, reprint=True),)
        case _:
            return refuse("sort.scan_unit_first")


def consolidate(card: Card, pallet: str, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The container goes onto a pallet of the same disposition and client, and of the same stream of waste."""
    record = knowledge.records.container(card.container)
    if record is None or record.status != "closed" or record.contents:
        status = record.status if record else "unknown"
        return refuse("sort.not_closed", container=card.container, status=f"@container.{status}")
    target = knowledge.records.container(pallet)
    if target is not None and target.status == "shipped":
        return refuse("sort.pallet_shipped", blocking=True, pallet=pallet)
    for name in target.contents if target else ():
        other = knowledge.records.container(name)
        if other is not None and (other.disposition, other.client) != (record.disposition, record.client):
            return refuse(
                "sort.wrong_pallet",
                blocking=True,
                pallet=pallet,
                container=record.container,
                holds=f"@disposition.{other.disposition}",
                client=other.client or "-",
            )
        if other is not None and _stream(other, knowledge) != _stream(record, knowledge):
            return refuse(
                "sort.other_stream",
                blocking=True,
                pallet=pallet,
                container=record.container,
                holds=other.bin or "-",
                bin=record.bin or "-",
            )
    return (ContainersConsolidated(container=pallet, contents=(card.container,)),)


def _stream(record: ContainerRecord, knowledge: Knowledge) -> tuple[str, ...]:
    """The WEEE categories of the bin it was filled at: each stream of electrical waste leaves by itself."""
    found = knowledge.reference.bin(record.bin)
    return found.weee if found else ()


def _chosen(chosen: str, record: ContainerRecord, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    container = record.container
    match chosen:
        case "close" | "compare_again":
            found = compared(record, knowledge)
            if found is not None and (found.missing or found.extra):
                return (found,)
            return (*([found] if found else []), *_closed(record))
        case "close_anyway":
            return _closed(record)
        case "ship_now":
            return _shipped(container, knowledge)
        case "show":
            return (CodeTraced(kind=ScanKind.CONTAINER.value, value=container, container=container),)
        case _:
            return (ContainerPresented(container=container, action=chosen),)


def _shipped(container: str, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """It leaves, unless another desk has seen to it meanwhile, or a unit inside, or inside what stands on it, is meant by a
    recall that came since.
    """
    record = knowledge.records.container(container)
    if record is None or not _may_ship(record):
        status = record.status if record else "unknown"
        return refuse("sort.not_shippable", container=container, status=f"@container.{status}")
    inside = [record, *(knowledge.records.container(name) for name in record.contents)]
    plates = [unit for each in inside if each for unit in each.units]
    for unit in filter(None, map(knowledge.records.unit, plates)):
        late = late_hit(unit, knowledge.records, knowledge.reference)
        if late is not None:
            return refuse(
                "sort.recalled_inside",
                blocking=True,
                container=container,
                inside=unit.container or container,
                unit=unit.unit,
                recall=late.recall.reference,
            )
    return (ContainerShipped(container=container),)


def _closed(record: ContainerRecord) -> tuple[Event, ...]:
    return (
        ContainerClosed(container=record.container, units=record.units),
        LabelRequested(label="container", container=record.container),
        LabelRequested(label="manifest", container=record.container),
    )


def _may_ship(record: ContainerRecord) -> bool:
    """A closed container on its own, or a pallet that carries something; what lies on a pallet ships with it."""
    if record.status == "shipped" or record.pallet:
        return False
    return bool(record.contents) or (record.status == "closed" and bool(record.units))


def _is_space(record: ContainerRecord) -> bool:
    """A bin used without totes: shelf space, which never leaves."""
    return "/" in record.container

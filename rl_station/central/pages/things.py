"""The page of a parcel, a unit, a container: how it stands now, and its history."""

from __future__ import annotations

from typing import TypeVar

from rl_station.central import reading
from rl_station.central.calls import Answer, Rejected
from rl_station.central.pages import links, words
from rl_station.central.pages.history import history
from rl_station.central.pages.html import Markup, Part, tag
from rl_station.central.pages.tables import Row, facts, heads, table
from rl_station.central.pages.visit import Visit, page
from rl_station.central.reading_counts import micros
from rl_station.domain.projections import ContainerRow, ParcelRow, UnitRow
from rl_station.domain.sync_wire import Refused
from rl_station.i18n import quantities

T = TypeVar("T")


def parcel(seen: Visit) -> Answer:
    id_ = seen.call.params["id"]
    found = _there(seen.read(lambda connection: reading.parcel(connection, seen.site, id_)))
    row, say = found.parcel, seen.say
    known = facts(
        say("page.now"),
        (
            *_common(seen, row.client, row.status, row.queue, row.since, row.since_at),
            (say("page.fact.rma"), ", ".join(row.rmas)),
            (say("page.fact.codes"), ", ".join(f"{kind} {value}" for kind, value in row.keys)),
            (say("page.fact.lane"), row.lane),
            (say("page.fact.condition"), row.condition),
            (say("page.fact.hazards"), ", ".join(row.hazards)),
            (say("page.fact.held"), row.held),
            (say("page.fact.received"), _by(seen, row.received_at, row.received_by, row.station)),
        ),
    )
    return _page(seen, "parcel", id_, known, _troubles(seen, row), _units(seen, found.units))


def unit(seen: Visit) -> Answer:
    id_ = seen.call.params["id"]
    found = _there(seen.read(lambda connection: reading.unit(connection, seen.site, id_)))
    row, say = found.unit, seen.say
    named = (
        *(("parcel", links.thing("parcel", row.parcel)), ("name", row.name), ("sku", row.sku), ("gtin", row.gtin)),
        *(("serial", row.serial), ("epc", row.epc), ("rma", row.rma), ("stated", row.stated)),
        ("grade", " ".join(filter(None, (row.functional, row.cosmetic, row.packaging)))),
        *(("inspector", row.graded_by), ("disposition", row.disposition), ("rule", row.rule), ("reason", row.reason)),
        ("decided", _by(seen, row.decided_at, row.decided_by, row.decided_station)),
        *(("bin", row.bin), ("container", links.thing("container", row.container)), ("held", row.held)),
        *(("recall", row.recall), ("value", words.amount(row.value, row.currency) if row.value else "")),
        ("expected", "" if row.expected is None else words.amount(row.expected, row.currency)),
    )
    known = facts(
        say("page.now"),
        (
            *_common(seen, row.client, found.status, row.queue, row.since, row.since_at),
            *((say(f"page.fact.{name}"), value) for name, value in named),
        ),
    )
    return _page(seen, "unit", id_, known, _troubles(seen, row))


def container(seen: Visit) -> Answer:
    id_ = seen.call.params["id"]
    found = _there(seen.read(lambda connection: reading.container(connection, seen.site, id_)))
    row, say = found.container, seen.say
    known = facts(
        say("page.now"),
        (
            *_common(seen, row.client, found.status, "", 0, ""),
            (say("page.fact.disposition"), row.disposition),
            (say("page.fact.bin"), row.bin),
            (say("page.fact.pallet"), links.thing("container", row.pallet)),
            (say("page.fact.inside"), _all("unit", found.units)),
            (say("page.fact.upon"), _all("container", found.contents)),
        ),
    )
    return _page(seen, "container", id_, known, _troubles(seen, row))


def _page(seen: Visit, kind: str, id_: str, *parts: Part) -> Answer:
    title = f"{seen.say.named('page.kind', kind)} {id_}"
    return seen.page(title, *parts, history(seen, kind, id_))


def _there(found: T | None) -> T:
    """Raises Rejected."""
    if found is None:
        raise Rejected(Refused(code="not_found", message="The site has nothing of that id."))
    return found


def _common(seen: Visit, *row: str | int) -> tuple[tuple[str, Part], ...]:
    client, status, queue, since, station = row
    say = seen.say
    waits = ""
    if queue:
        age = quantities.age(seen.now - micros(int(since)))
        waits = " · ".join(filter(None, (say.named("screen.sup.queue", str(queue)), age, str(station))))
    return (say("page.fact.client"), client), (say("page.fact.status"), status), (say("page.fact.waits"), waits)


def _by(seen: Visit, at: int, who: str, station: str) -> str:
    return " · ".join(filter(None, (words.moment(at, seen.zone), who, station))) if at else ""


def _all(kind: str, ids: tuple[str, ...]) -> Part:
    return tag("ul", [tag("li", links.thing(kind, each)) for each in ids], class_="plain") if ids else ""


def _troubles(seen: Visit, row: ParcelRow | UnitRow | ContainerRow) -> Markup | None:
    if not row.troubles:
        return None
    say = seen.say
    columns = heads(say, "what", "since", "station", "operator", "detail")
    rows: list[Row] = [
        (
            say.named("screen.sup.trouble", each.kind),
            words.moment(micros(each.since), seen.zone),
            *(each.station, each.operator, each.detail),
        )
        for each in row.troubles
    ]
    return table(say("page.sup.troubles"), columns, rows, "")


def _units(seen: Visit, units: tuple[UnitRow, ...]) -> Markup:
    say = seen.say
    columns = heads(say, "id", "text", "grade", "disposition", "state")
    rows: list[Row] = [
        (
            links.thing("unit", each.unit),
            each.name or each.sku,
            " ".join(filter(None, (each.functional, each.cosmetic))),
            *(each.disposition, each.status),
        )
        for each in units
    ]
    return table(say("page.units"), columns, rows, say("page.none"), id_="units")


ROUTES = (
    page("/parcels/{id}", parcel, "A parcel, its units and its history."),
    page("/units/{id}", unit, "A unit and its history."),
    page("/containers/{id}", container, "A container, what is in it and its history."),
)

"""A thing's history, event by event: who, when, where, what, and under which rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from rl_station.central import reading_history
from rl_station.central.pages import links, words
from rl_station.central.pages.html import Markup, Part, tag
from rl_station.central.pages.tables import Row, heads, table
from rl_station.central.pages.visit import Visit
from rl_station.central.reading_history import MOST_LINES, Line

_LONG = 60
"""Characters of a field that is folded away."""
_THINGS = {
    **dict.fromkeys(("parcel", "parcels"), "parcel"),
    **dict.fromkeys(("unit", "units"), "unit"),
    **dict.fromkeys(("container", "previous", "container_before", "contents", "pallet"), "container"),
}
_RULES = ("rules_version", "rule", "checklist", "version", "snapshot")
"""Fields that say under which rules it was done."""


def history(seen: Visit, kind: str, id_: str) -> Markup:
    """Oldest first, the newest at most `MOST_LINES`."""
    found = seen.read(lambda connection: reading_history.history(connection, seen.site, kind, id_))
    return listed(seen, id_, found)


def listed(seen: Visit, id_: str, found: Sequence[Line]) -> Markup:
    """Of the thing that the page is about nothing leads to itself."""
    say = seen.say
    columns = heads(say, "when", "who", "where", "event", "details", "rules")
    rows = [_row(seen, id_, line) for line in found]
    more = tag("p", say("page.first_only", count=MOST_LINES)) if len(found) >= MOST_LINES else None
    return tag("div", more, table(say("page.history"), columns, rows, say("page.no_events"), id_="history"))


def _row(seen: Visit, id_: str, line: Line) -> Row:
    say = seen.say
    name = type(line.event).__name__
    what: Part = say.named("event", name)
    if line.corrected:
        what = (tag("s", what), " ", tag("strong", say("page.taken_back")))
    when = tag("time", words.moment(line.at, seen.zone), datetime=words.iso(line.at))
    where = (line.station, " ", tag("span", f"{line.epoch[:8]}/{line.seq}", class_="hint"))
    return when, line.operator or "-", where, what, details(line.event, id_), rules(line.event)


def details(event: msgspec.Struct, id_: str = "") -> Part:
    """The fields that say something, by name, but for the rules; long ones are folded away, and `id_` is left out."""
    found = [(name, value) for name, value in _fields(event) if name not in _RULES and value != id_]
    short = [_field(name, value) for name, value in found if len(_shown(value)) <= _LONG]
    long = [tag("details", tag("summary", name), _long(value)) for name, value in found if len(_shown(value)) > _LONG]
    return (tag("ul", short, class_="fields") if short else None, long)


def rules(event: msgspec.Struct) -> Part:
    """Under which rules it was done, where they are told."""
    found = [_field(name, value) for name, value in _fields(event) if name in _RULES]
    return tag("ul", found, class_="fields") if found else ""


def _fields(event: msgspec.Struct) -> Iterator[tuple[str, object]]:
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if value not in (None, "", (), False) and name != "schema":
            yield name, value


def _field(name: str, value: object) -> Markup:
    kind = _THINGS.get(name, "")
    shown: Part = _shown(value)
    if kind:
        ids = value if isinstance(value, tuple) else (value,)
        shown = [(", " if place else "", links.thing(kind, str(each))) for place, each in enumerate(ids)]
    return tag("li", tag("span", name, class_="name"), " ", shown)


def _long(value: object) -> Markup:
    if isinstance(value, tuple):
        return tag("ul", [tag("li", _shown(each)) for each in value])
    return tag("p", _shown(value))


def _shown(value: object) -> str:
    match value:
        case bool():
            return "✓" if value else "-"
        case tuple():
            return ", ".join("=".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in value)
        case bytes():
            return value.hex(" ")
        case msgspec.Struct():
            return msgspec.json.encode(value).decode()
    return str(value)

"""A site with work done and things gone wrong, behind a real server on a socket, and a supervisor's hands at its pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import httpx
import msgspec
from asked_front import StillClock
from projecting_world import NOON, SITE, Writer, deliver

from rl_station.central import identity
from rl_station.central.database import open_engine, transaction
from rl_station.central.front import Front
from rl_station.central.reference_import import take
from rl_station.central.reference_values import taken
from rl_station.central.serving import Beside
from rl_station.domain import events as ev
from rl_station.domain.reference import Operator
from rl_station.settings.pins import hashed

MINUTE = 60_000_000
HOUR = 60 * MINUTE
PEPPER = b"a pepper for the tests of the pages"
BADGE, PIN = "100901", "271828"
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;{{7*7}}\u202eevil"
"""What somebody would write into a name or a code."""
SUPERVISION = 'timezone = "Europe/Oslo"\n[targets]\nsorted = 40\ndecided = 1\n[sla]\nhours = 1\n'

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_HASH = hashed("ingrid", PIN, PEPPER)


class Desk:
    """The site and its server; `client` is a browser without a script."""

    def __init__(self, url: str) -> None:
        self.clock = StillClock(NOON)
        self.engine = open_engine(url, connections=10)
        self._start(PEPPER)

    def restart(self, pepper: bytes = PEPPER) -> None:
        """A new server on the same database, and a browser that knows nothing yet."""
        self.client.close()
        self.server.stop()
        self._start(pepper)

    def _start(self, pepper: bytes) -> None:
        self.front = Front(self.engine, self.clock, pepper=pepper)
        self.front.prepare()
        self.server = Beside(self.front)
        self.server.start()
        self.client = self.browser()

    def close(self) -> None:
        self.client.close()
        self.server.stop()
        self.engine.dispose()

    def browser(self, language: str = "en") -> httpx.Client:
        headers = {"accept": "text/html", "accept-language": language}
        return httpx.Client(base_url=self.server.url, headers=headers, trust_env=False, timeout=60)

    # --- what an administrator does -------------------------------------------------------------------------------

    def refer(self, kind: str, key: str, value: object) -> None:
        transaction(self.engine, lambda connection: take(connection, SITE, [taken(kind, key, value)]))

    def person(self, **changed: Any) -> None:
        """The supervisor, as the site knows her."""
        roles = ("worker", "supervisor")
        person = Operator("ingrid", "Ingrid Halvorsen", BADGE, roles=roles, pin=_HASH)
        self.refer("operator", "ingrid", msgspec.structs.replace(person, **changed))

    def reader(self) -> str:
        return identity.new_reader(self.front.context, SITE, "erp")

    # --- what a supervisor does -----------------------------------------------------------------------------------

    def token(self, page: str = "/sign-in", client: httpx.Client | None = None) -> str:
        """What the forms of a page carry."""
        found = _TOKEN.search((client or self.client).get(page).text)
        assert found is not None
        return found[1]

    def sign_in(
        self, pin: str = PIN, badge: str = BADGE, client: httpx.Client | None = None, **more: str
    ) -> httpx.Response:
        client = client or self.client
        given = {"csrf": self.token(client=client), "badge": badge, "pin": pin, **more}
        return client.post("/sign-in", data=given)

    def with_token(self, token: str) -> httpx.Response:
        return self.client.post("/sign-in/token", data={"csrf": self.token(), "token": token})


def worked(desk: Desk, hostile: str = "") -> None:
    """A parcel with two units, one sorted and one that two benches decided on, a hazard, a box that waits to be opened.

    `hostile` stands wherever people and other programs say what is there.
    """
    desk.person(name=f"Ingrid{hostile}")
    desk.refer("supervision", "supervision.toml", SUPERVISION)
    dock, one, other = Writer("dock-1"), Writer("bench-1"), Writer("bench-2")
    at = NOON - 2 * HOUR
    keys = (("tracking", "JD0001"), ("order", f"O1{hostile}"))
    dock.write(ev.ParcelReceived(parcel="P1", outcome="matched", client="acme", rmas=("R1",), keys=keys), at)
    dock.write(ev.ParcelReceived(parcel="P2", outcome="blind", client=f"acme{hostile}"), at + MINUTE)
    one.write(ev.ParcelOpened(parcel="P1", client="acme", rmas=("R1",)), at + 2 * MINUTE, operator="priya")
    for unit in ("U1", "U2"):
        _graded(one, unit, at + 3 * MINUTE, hostile)
        _decided(one, unit, "resell", at + 4 * MINUTE, hostile)
    _decided(other, "U2", "destroy", at + 5 * MINUTE, hostile)
    found = ev.UnitHazardFound(unit="U1", parcel="P1", hazards=(f"swelling{hostile}",))
    one.write(found, NOON - 10 * MINUTE, operator=f"priya{hostile}")
    container = f"T1{hostile}"
    one.write(ev.ContainerOpened(container=container, disposition="resell", client="acme"), NOON - 9 * MINUTE)
    sorted_ = ev.UnitSorted(unit="U1", container=container, disposition="resell", client="acme")
    one.write(sorted_, NOON - 8 * MINUTE, operator="sam")
    missing = ev.UnitMissing(parcel="P1", rma="R1", line=1, sku=f"P-9{hostile}", quantity=1)
    one.write(missing, NOON - 7 * MINUTE, operator="priya")
    _arrive(desk, (dock, one, other))


def _graded(bench: Writer, unit: str, at: int, hostile: str) -> None:
    named = {"match": "expected", "client": "acme", "sku": "P-1", "name": f"Phone{hostile}", "category": "phone"}
    bench.write(ev.UnitIdentified(unit=unit, parcel="P1", value=10_000, **named), at, operator="priya")
    answer = ev.UnitGraded(unit=unit, parcel="P1", functional="F1", cosmetic="C2", packaging="sealed")
    bench.write(answer, at, operator="priya")


def _decided(bench: Writer, unit: str, disposition: str, at: int, hostile: str) -> None:
    decided = ev.DispositionDecided(
        unit=unit,
        parcel="P1",
        client="acme",
        disposition=disposition,
        rule=f"bulk{hostile}",
        reason="It sells.",
        bin="A1",
        rules_version="e9e898f3d5b7",
        inputs=(
            ("reason", "DEF"),
            ("client", f"acme{hostile}"),
            ("functional", "F1"),
            ("cosmetic", "C2"),
            ("hazards", "none"),
        ),
        expected=6_000,
    )
    bench.write(decided, at, operator="priya")


def _arrive(desk: Desk, writers: Sequence[Writer]) -> None:
    for writer in writers:
        deliver(desk.engine, writer, 1, len(writer.log))

"""A request of somebody who has signed in, and the way to a page's handler: no session, no page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from rl_station.central import identity, supervising
from rl_station.central.calls import Answer, Call, Context, Rejected, Route, bad_request
from rl_station.central.database import reading
from rl_station.central.pages import layout, people, sessions
from rl_station.central.pages.html import Part, href
from rl_station.central.pages.layout import Look
from rl_station.central.pages.sessions import Session
from rl_station.central.pages.speaking import Speaker, speaker
from rl_station.domain.sync_wire import Refused

T = TypeVar("T")
FORM = "application/x-www-form-urlencoded"
LONGEST_FORM = 16 * 1024
"""Bytes of a form."""
_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks for what. `name` is for people, `who` what is written down of them; times are shown in `zone`."""

    context: Context
    call: Call
    session: Session
    name: str
    say: Speaker
    zone: tzinfo
    csrf: str
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def site(self) -> str:
        return self.session.site

    @property
    def who(self) -> str:
        return self.session.name

    @property
    def now(self) -> int:
        return self.call.at

    def read(self, work: Callable[[Connection], T]) -> T:
        """Raises DatabaseError."""
        return reading(self.context.engine, work)

    def page(self, title: str, *parts: Part, here: str = "", live: bool = False, status: int = 200) -> Answer:
        look = Look(self.say, self.site, self.name, self.csrf, here, live)
        return layout.page(look, title, *parts, status=status)

    @property
    def look(self) -> Look:
        return Look(self.say, self.site, self.name, self.csrf)


PageHandler = Callable[[Visit], Answer]


def page(path: str, handler: PageHandler, summary: str) -> Route:
    """A page that is looked at."""

    def show(context: Context, call: Call) -> Answer:
        found = visit(context, call)
        return handler(found) if found is not None else layout.see(href("sign-in", next=_next(call)))

    return Route("GET", path, "open", show, summary, form="html")


def deed(path: str, handler: PageHandler, summary: str) -> Route:
    """A form that is sent. Raises Rejected for one that was not made for this session."""

    def do(context: Context, call: Call) -> Answer:
        found = visit(context, call, form_of(call))
        if found is None:
            return layout.see(href("sign-in"))
        check_form(call, found.form, found.session.nonce, key(context))
        return handler(found)

    return Route("POST", path, "open", do, summary, form="html", takes=(FORM,))


def visit(context: Context, call: Call, form: Mapping[str, str] | None = None) -> Visit | None:
    """None where nobody has signed in."""
    secret = key(context)
    session = sessions.unpacked(sessions.cookies(call.headers).get(sessions.COOKIE, ""), secret, call.at)
    if session is None:
        return None

    def standing(connection: Connection) -> tuple[people.Known | None, str]:
        return people.known(connection, session), supervising.supervision(connection, session.site).timezone

    known, zone = reading(context.engine, standing)
    if known is None:
        return None
    say = Speaker(known.language) if known.language else speaker(call.headers)
    csrf = sessions.form_token(session.nonce, secret)
    return Visit(context, call, session, known.name, say, _zone(zone), csrf, form or {})


def key(context: Context) -> bytes:
    """What cookies and forms are signed with."""
    return sessions.secret(reading(context.engine, identity.server).key)


def form_of(call: Call) -> Mapping[str, str]:
    """The fields of a form. Raises Rejected."""
    if call.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Rejected(Refused(code="unsupported", message=f"Forms are taken as {FORM}."))
    if len(call.body) > LONGEST_FORM:
        raise Rejected(Refused(code="too_large", message="The form is too long.", limit=LONGEST_FORM))
    try:
        found = parse_qsl(
            call.body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise bad_request("The form cannot be read.") from error
    if any("\0" in text for _, text in found):
        raise bad_request("A text may not hold NUL.")
    return dict(found)


def check_form(call: Call, form: Mapping[str, str], nonce: str, secret: bytes) -> None:
    """Raises Rejected for a form that another site has sent, or that was made for somebody else."""
    foreign = call.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if foreign or not sessions.is_form_token(form.get("csrf", ""), nonce, secret):
        raise Rejected(Refused(code="forbidden", message="This form is no longer good. Open the page again."))


def _next(call: Call) -> str:
    asked = f"{call.path}?{urlencode(call.query)}" if call.query else call.path
    return "" if asked == "/" else asked


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC

"""Who may come in: supervisors of the site by badge and PIN, and whoever has a reader's token. Too many wrong PINs lock."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, select, update

from rl_station.central import identity, items, tables
from rl_station.central.calls import Context, Rejected
from rl_station.central.database import reading, transaction, upsert
from rl_station.central.pages import sessions
from rl_station.central.pages.sessions import Session
from rl_station.central.subjects import findable
from rl_station.domain import site_codes
from rl_station.domain.pin_tries import lock_end
from rl_station.domain.reference import Operator
from rl_station.domain.sync_wire import Refused
from rl_station.settings.pins import matches

SUPERVISOR = "supervisor"
AT_ONCE = 2
"""PINs that are checked at once: each takes 19 MiB and 50 ms of a processor."""
MOST_WAITING = 4
"""Those included, and no more wait: whoever floods this keeps out supervisors, and no station."""

_NOBODY = "$argon2id$v=19$m=19456,t=3,p=1$UF8wqXaYv90y1JmhaT5vuQ$XfpqgQhnZWGKbuWPPDVwlAMw1AuFsb/JIzzX3xnS32Y"
"""A hash to try PINs against where there is nobody, so that it takes as long as where there is somebody."""
_checking = threading.BoundedSemaphore(AT_ONCE)
_waiting = threading.BoundedSemaphore(MOST_WAITING)
_operator = msgspec.json.Decoder(Operator)
_desk = tables.desk.c


class Unwelcome(NamedTuple):
    """Why not: a code of `page.in.*`; `until` when it may be tried again (microseconds since 1970 UTC)."""

    code: str
    until: int = 0


class Known(NamedTuple):
    """Who has signed in, as it is known now: `language` empty where nobody says it."""

    name: str
    language: str


def sites(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(select(tables.feed.c.site).order_by(tables.feed.c.site)).scalars())


def by_pin(context: Context, site: str, badge: str, pin: str) -> Session | Unwelcome:
    """A session for a supervisor. A try counts before its PIN is looked at, so that many at once are no more than ten.

    Raises Rejected (`busy`) where too many try at once, DatabaseError.
    """
    with _in_turn():
        return _by_pin(context, site, badge, pin)


def _by_pin(context: Context, site: str, badge: str, pin: str) -> Session | Unwelcome:
    person = reading(context.engine, lambda connection: _supervisor(connection, site, _body(badge)))
    if person is None or not context.pepper:
        _right(Operator("", "", "", pin=_NOBODY), pin, context.pepper)
        return Unwelcome("wrong")
    now = context.clock.now()
    session = Session(site, "operator", person.id, now, _mark(person.pin), sessions.nonce(context.chance(16)))
    tried = transaction(context.engine, lambda connection: _try(connection, session, now))
    if tried.code == "locked":
        return tried
    if not _right(person, pin, context.pepper):
        return Unwelcome("locked", tried.until) if tried.until else tried
    transaction(context.engine, lambda connection: _put(connection, session, failures=0, locked_until=0))
    return session


def by_token(context: Context, token: str) -> Session | Unwelcome:
    """A session for whoever has a reader's token."""
    try:
        found = identity.caller(context, "reader", f"Bearer {token.strip()}")
    except Rejected as rejected:
        return Unwelcome("revoked" if rejected.refused.code == "revoked" else "token_wrong")
    now = context.clock.now()
    return Session(found.site, "reader", found.name, now, _mark(token.strip()), sessions.nonce(context.chance(16)))


def known(connection: Connection, session: Session) -> Known | None:
    """None where they may not come in any more: signed out, no supervisor now, another PIN, a token that was revoked."""
    ended = connection.execute(select(_desk.ended_at).where(*_at(session))).scalar_one_or_none() or 0
    if session.at <= ended:
        return None
    if session.kind == "operator":
        person = _person(connection, session.site, session.name)
        mine = person is not None and SUPERVISOR in person.roles and _mark(person.pin) == session.mark
        return Known(person.name, person.language) if person is not None and mine else None
    row = tables.reader_token.c
    digest = bytes.fromhex(session.mark)
    live = select(row.name).where(row.token_hash == digest, row.site == session.site, row.revoked_at.is_(None))
    name = connection.execute(live).scalar_one_or_none()
    return Known(name, "") if name is not None else None


def end(context: Context, session: Session) -> None:
    """Sign out, wherever else the same person has signed in, too."""
    now = context.clock.now()
    transaction(context.engine, lambda connection: _put(connection, session, ended_at=now))


def _try(connection: Connection, session: Session, now: int) -> Unwelcome:
    """Count a try: `locked` where none is heard now, else `wrong` with until when it locks if the PIN is."""
    _put(connection, session)
    row = connection.execute(select(_desk.failures, _desk.locked_until).where(*_at(session)).with_for_update()).one()
    if row.locked_until > now:
        return Unwelcome("locked", row.locked_until)
    failures = row.failures + 1
    until = lock_end(failures, now)
    _put(connection, session, failures=failures, locked_until=until)
    return Unwelcome("wrong", until)


def _put(connection: Connection, session: Session, **values: int) -> None:
    row = {"site": session.site, "who": session.who, "failures": 0, "locked_until": 0, "ended_at": 0}
    upsert(connection, tables.desk, [row])
    if values:
        connection.execute(update(tables.desk).where(*_at(session)).values(**values))


def _at(session: Session) -> tuple[Any, ...]:
    return _desk.site == session.site, _desk.who == session.who


def _supervisor(connection: Connection, site: str, badge: str) -> Operator | None:
    """The supervisor with this badge and a PIN."""
    if not findable(badge):
        return None
    row = tables.lookup.c
    wanted = select(row.key).where(row.site == site, row.code == badge, row.kind == "operator")
    people = (_person(connection, site, key) for key in connection.execute(wanted).scalars().all())
    fitting = [each for each in people if each is not None and SUPERVISOR in each.roles and each.pin]
    return fitting[0] if len(fitting) == 1 else None


def _person(connection: Connection, site: str, id_: str) -> Operator | None:
    found = next(items.load(connection, site, "operator", [id_]), None)
    if found is None or found.gone:
        return None
    try:
        return _operator.decode(found.value)
    except msgspec.DecodeError:
        # Another version took it.
        return None


def _body(badge: str) -> str:
    """Of what the badge says, scanned or typed."""
    code = site_codes.parse(badge.strip().upper())
    return code.body if code is not None and code.kind == site_codes.BADGE else badge.strip().upper()


def _right(person: Operator, pin: str, pepper: bytes) -> bool:
    return matches(person.id, pin, person.pin, pepper)


@contextmanager
def _in_turn() -> Iterator[None]:
    if not _waiting.acquire(blocking=False):
        raise Rejected(Refused(code="busy", message="Too many sign in at once."))
    try:
        with _checking:
            yield
    finally:
        _waiting.release()


def _mark(known_by: str) -> str:
    return hashlib.sha256(known_by.encode(errors="surrogatepass")).hexdigest()

"""Who the server is and who may speak to it: incarnation, signing key, stations' and readers' tokens, one-time codes.

Tokens and codes are drawn from chance with 256 and 80 bits; the database holds only their SHA-256, which for such values is as
good as a slow hash. The signing key stands in the database, so that every replica signs alike: who can read the database can
sign, and could have written the events as well.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select, update

from rl_station.central import tables
from rl_station.central.calls import Caller, Context, Rejected
from rl_station.central.database import create_schema, fact, insert_new, put_fact, reading, transaction, upsert
from rl_station.domain.sync_wire import Ack, Enrolment, EnrolRequest, Refused, receipt_text

INCARNATION, SIGNING_KEY = "incarnation", "signing_key"
VALID = 24 * 60 * 60 * 1_000_000
"""How long a one-time code is good, microseconds."""
CODE_GROUPS = 4
"""Groups of four characters of a one-time code: 20 bits each."""

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,63}")
_TOKEN = re.compile(r"rl(?P<kind>[sr])_(?P<place>[0-9A-Za-z_-]*)\.(?P<secret>[0-9A-Za-z_-]{43})")


class Server(NamedTuple):
    """What the database says of the server."""

    incarnation: str
    key: str

    def public_key(self) -> bytes:
        """Ed25519, 32 raw bytes."""
        return self._private().public_key().public_bytes_raw()

    def receipt(self, site: str, station: str, ack: Ack) -> bytes:
        """The signature over `receipt_text`, 64 bytes."""
        return self._private().sign(receipt_text(site, station, ack))

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.key))


def prepare(context: Context) -> None:
    """Make the tables where there are none, and give a new server its incarnation and key. Raises DatabaseError."""
    create_schema(context.engine)

    def facts(connection: Connection) -> None:
        for name, size in ((INCARNATION, 8), (SIGNING_KEY, 32)):
            insert_new(connection, tables.server_fact, {"name": name, "value": context.chance(size).hex()})

    transaction(context.engine, facts)


def server(connection: Connection) -> Server:
    facts = tables.server_fact.c
    rows = connection.execute(select(facts.name, facts.value).where(facts.name.in_((INCARNATION, SIGNING_KEY)))).all()
    found = {str(row.name): str(row.value) for row in rows}
    return Server(found[INCARNATION], found[SIGNING_KEY])


def renew(context: Context, connection: Connection, former: str) -> bool:
    """A new incarnation in the place of `former`; False where another has been faster."""
    if fact(connection, INCARNATION, lock=True) != former:
        return False
    put_fact(connection, INCARNATION, context.chance(8).hex())
    return True


# --- at the door ------------------------------------------------------------------------------------------------------


def caller(context: Context, access: str, authorization: str) -> Caller:
    """Who shows this header. Raises Rejected: `unauthorized`, `revoked`, `forbidden`; DatabaseError."""
    scheme, _, token = authorization.partition(" ")
    shape = _TOKEN.fullmatch(token.strip()) if scheme.lower() == "bearer" else None
    if shape is None:
        raise _refused("unauthorized", "A token is needed: `Authorization: Bearer ...`.")
    kind = "station" if shape["kind"] == "s" else "reader"
    if access not in (kind, "site"):
        raise _refused("forbidden", f"This is for a {access}'s token.")
    place = _unplaced(shape["place"])
    digest = _digest(token.strip())
    if kind == "station":
        return reading(context.engine, lambda connection: _station(connection, place, digest))
    return reading(context.engine, lambda connection: _reader(connection, digest))


def _station(connection: Connection, place: tuple[str, ...], digest: bytes) -> Caller:
    if len(place) != 2:  # noqa: PLR2004  # site and station
        raise _refused("unauthorized", "This token is none of ours.")
    site, station = place
    row = tables.station.c
    found = connection.execute(
        select(row.token_hash, row.revoked_at).where(row.site == site, row.station == station)
    ).one_or_none()
    if found is None or found.token_hash is None or not hmac.compare_digest(found.token_hash, digest):
        raise _refused("unauthorized", "This token is not, or no longer, the station's. Enroll it again.")
    if found.revoked_at is not None:
        raise _refused("revoked", f"Station {station} was revoked. Enroll it again.")
    return Caller(site=site, station=station)


def _reader(connection: Connection, digest: bytes) -> Caller:
    row = tables.reader_token.c
    found = connection.execute(
        select(row.token_hash, row.site, row.name, row.revoked_at).where(row.token_hash == digest)
    ).one_or_none()
    if found is None or not hmac.compare_digest(found.token_hash, digest):
        raise _refused("unauthorized", "This token is none of ours.")
    if found.revoked_at is not None:
        raise _refused("revoked", f"The token of {found.name} was revoked.")
    return Caller(site=found.site, name=found.name)


# --- enrolling --------------------------------------------------------------------------------------------------------


def check_name(text: str) -> str:
    """A site's, station's or reader's name as it may be. Raises ValueError."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is no name: letters, digits, . _ - are, up to 64 of them.")
    return text


def new_code(context: Context, site: str, station: str, *, valid: int = VALID) -> str:
    """A one-time code for a station; codes given for it before are void. Raises ValueError, DatabaseError."""
    check_name(site), check_name(station)
    text = base64.b32encode(context.chance(5 * CODE_GROUPS // 2)).decode()
    now = context.clock.now()

    def store(connection: Connection) -> None:
        code = tables.enrol_code
        connection.execute(
            update(code)
            .where(code.c.site == site, code.c.station == station, code.c.used_at.is_(None))
            .values(expires_at=now)
        )
        row = {"code_hash": _digest(text), "site": site, "station": station, "expires_at": now + valid}
        upsert(connection, code, [row])

    transaction(context.engine, store)
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))


def enrol(context: Context, wanted: EnrolRequest) -> Enrolment | Refused:
    """Take a one-time code and give the station its token, which takes the place of any former one. Raises DatabaseError."""
    digest = _digest(wanted.code.replace("-", "").replace(" ", "").upper()[:64])
    now = context.clock.now()
    secret = context.chance(32)

    def exchange(connection: Connection) -> Enrolment | Refused:
        code = tables.enrol_code.c
        used = connection.execute(
            update(tables.enrol_code)
            .where(
                code.code_hash == digest,
                code.station == wanted.station,
                code.used_at.is_(None),
                code.expires_at > now,
            )
            .values(used_at=now)
        )
        if used.rowcount != 1:
            return Refused(
                code="unauthorized",
                message="The code is not for this station, was used, or is no longer good. Ask for another.",
            )
        site = str(connection.execute(select(code.site).where(code.code_hash == digest)).scalar_one())
        token = _token("s", (site, wanted.station), secret)
        row = {
            "site": site,
            "station": wanted.station,
            "token_hash": _digest(token),
            "enrolled_at": now,
            "revoked_at": None,
        }
        upsert(connection, tables.station, [row], update=["token_hash", "enrolled_at", "revoked_at"])
        us = server(connection)
        return Enrolment(
            site=site, station=wanted.station, token=token, server_key=us.public_key(), incarnation=us.incarnation
        )

    return transaction(context.engine, exchange)


def revoke(context: Context, site: str, station: str) -> bool:
    """Hear no more of a station, and void its codes; False where there is none. Raises DatabaseError."""
    now = context.clock.now()

    def end(connection: Connection) -> bool:
        row, code = tables.station, tables.enrol_code
        connection.execute(
            update(code)
            .where(code.c.site == site, code.c.station == station, code.c.used_at.is_(None))
            .values(used_at=now)
        )
        ended = connection.execute(
            update(row).where(row.c.site == site, row.c.station == station).values(revoked_at=now)
        )
        return ended.rowcount == 1

    return transaction(context.engine, end)


def new_reader(context: Context, site: str, name: str) -> str:
    """A token for a program that reads the site; former ones of that name are revoked. Raises ValueError, DatabaseError."""
    check_name(site), check_name(name)
    token = _token("r", (site, name), context.chance(32))
    row = tables.reader_token

    def store(connection: Connection) -> None:
        connection.execute(
            update(row)
            .where(row.c.site == site, row.c.name == name, row.c.revoked_at.is_(None))
            .values(revoked_at=context.clock.now())
        )
        upsert(connection, row, [{"token_hash": _digest(token), "site": site, "name": name}])

    transaction(context.engine, store)
    return token


def _token(kind: str, place: tuple[str, ...], secret: bytes) -> str:
    """It says whose it is, so that the row is found by its key; the secret proves it."""
    named = _base64(msgspec.json.encode(place))
    return f"rl{kind}_{named}.{_base64(secret)}"


def _unplaced(text: str) -> tuple[str, ...]:
    try:
        padded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.json.decode(padded, type=tuple[str, ...])
    except (ValueError, RecursionError):
        raise _refused("unauthorized", "This token is none of ours.") from None


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def _refused(code: str, message: str) -> Rejected:
    return Rejected(Refused(code=code, message=message))

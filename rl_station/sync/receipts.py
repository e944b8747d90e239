"""Whether an acknowledgement may be believed: it fits our own chain, and the server that enrolled us has signed it."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from rl_station.domain.sync_wire import Ack, Push, receipt_text
from rl_station.sync.enrolment import Enrolled
from rl_station.sync.outbox import Outbox
from rl_station.sync.state import Receipt


def doubt(ack: Ack, push: Push, outbox: Outbox, enrolled: Enrolled) -> str:
    """Why this answer to this push is not believed; empty where it is. Raises OutboxError."""
    if ack.epoch != push.life.epoch:
        return f"it is about epoch {ack.epoch}"
    if not push.first - 1 <= ack.through <= outbox.head():
        return f"it is about seq {ack.through}"
    if ack.head != outbox.hash_at(ack.through):
        return f"the server has another event {ack.through}"
    return "" if signed(ack, enrolled) else "its signature is not the server's"


def signed(ack: Ack, enrolled: Enrolled) -> bool:
    """Whether the receipt was signed with the key that the server gave when the station was enrolled."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(enrolled.server_key))
    try:
        key.verify(ack.receipt, receipt_text(enrolled.site, enrolled.station, ack))
    except InvalidSignature:
        return False
    return True


def kept(ack: Ack) -> Receipt:
    """The receipt as it is kept."""
    return Receipt(
        epoch=ack.epoch,
        through=ack.through,
        head=ack.head.hex(),
        at=ack.at,
        incarnation=ack.incarnation,
        signature=ack.receipt.hex(),
    )

"""The decision a unit label carries in its 2-D code, so that the sort desk works without the network.

Payload: `RL1;plate;disposition;client;bin;rules_version;signature`. The signature is the first 10 base32 characters of
HMAC-SHA256 under the site's label key over everything before the last `;` (RFC 2104, RFC 4648 section 6).
"""

from __future__ import annotations

import base64
import hashlib
import hmac

import msgspec

from rl_station.domain import site_codes

_VERSION = "RL1"
_SEPARATOR = ";"
_FIELDS = 7
_SIGNATURE_LENGTH = 10


class UnitLabel(msgspec.Struct, frozen=True):
    """Plate, disposition, client, bin and the version of the rules that decided."""

    unit: str
    disposition: str
    client: str
    bin: str
    rules_version: str


def encode(label: UnitLabel, key: bytes) -> str:
    """The payload of the 2-D code. Raises ValueError where a field holds `;` or a character that does not print."""
    fields = (label.unit, label.disposition, label.client, label.bin, label.rules_version)
    for field in fields:
        if _SEPARATOR in field or not field.isprintable():
            raise ValueError(f"{field!r} cannot stand on a unit label")
    signed = _SEPARATOR.join((_VERSION, *fields))
    return f"{signed}{_SEPARATOR}{_signature(signed, key)}"


def decode(text: str, key: bytes) -> UnitLabel | None:
    """The decision, or None where the shape, the plate or the signature is not right."""
    if plate_in(text) is None:
        return None
    signed, _, signature = text.rpartition(_SEPARATOR)
    if not hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), _signature(signed, key).encode()):
        return None
    _, unit, disposition, client, bin_id, rules_version = signed.split(_SEPARATOR)
    return UnitLabel(unit, disposition, client, bin_id, rules_version)


def plate_in(text: str) -> str | None:
    """The unit plate of a label payload, without checking its signature: whose label is this?"""
    fields = text.split(_SEPARATOR)
    if len(fields) != _FIELDS or fields[0] != _VERSION:
        return None
    code = site_codes.parse(fields[1])
    return code.text if code is not None and code.kind == site_codes.UNIT_PLATE else None


def _signature(signed: str, key: bytes) -> str:
    digest = hmac.new(key, signed.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.b32encode(digest).decode("ascii")[:_SIGNATURE_LENGTH]

"""Reference data as the centre takes it: which value belongs to a kind, its key, and what must hold for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from rl_station.central.subjects import LONGEST, findable
from rl_station.domain.identifiers import has_gs1_check_digit, parse_sscc
from rl_station.domain.reference import AnnouncedReturn, Bin, Client, Lane, Operator, Product, Recall
from rl_station.settings import ConfigError, sent_file
from rl_station.settings.content import gtin14, tracking_key

MOST_BYTES = 256 * 1024
"""Bytes of one value."""

V = TypeVar("V")


class KnownContainer(msgspec.Struct, frozen=True):
    """A container that the site owns, keyed by its code."""

    kind: Literal["tote", "cage", "pallet"]
    name: str = ""


class ReferenceError(ValueError):
    """This value cannot be taken; the message says why."""


class Kind(NamedTuple):
    """`key` of a value, None where it does not say it itself; `check` gives the value as it is kept. Raises ReferenceError."""

    type: Any
    key: Callable[[Any], str] | None
    check: Callable[[Any], Any]


def _asis(value: V) -> V:
    return value


def _named(value: V) -> V:
    if not getattr(value, "name", ""):
        raise ReferenceError("has no name")
    return value


def _product(value: Product) -> Product:
    if not value.client or not value.sku or "/" in value.client:
        raise ReferenceError("needs a client (without a slash) and a sku")
    return replace(_named(value), gtins=tuple(_gtin(gtin) for gtin in value.gtins))


def _recall(value: Recall) -> Recall:
    if not value.reference:
        raise ReferenceError("has no reference")
    return replace(value, gtin=_gtin(value.gtin))


def _operator(value: Operator) -> Operator:
    if not re.fullmatch(r"[A-Z0-9]{1,20}", value.badge):
        raise ReferenceError(f"the badge {value.badge[:40]!r} is not 1 to 20 capital letters and digits")
    return _named(value)


def _return(value: AnnouncedReturn) -> AnnouncedReturn:
    numbers = [line.line for line in value.lines]
    if not numbers:
        raise ReferenceError("announces no line")
    if len(set(numbers)) < len(numbers):
        raise ReferenceError("has two lines of one number")
    if value.status not in ("open", "cancelled"):
        raise ReferenceError(f"the status {value.status[:40]!r} is neither open nor cancelled")
    for sscc in value.sscc:
        if parse_sscc(sscc) is None:
            raise ReferenceError(f"{sscc[:40]!r} is not an SSCC: 18 digits with a check digit")
    lines = tuple(replace(line, epcs=tuple(_epc(epc) for epc in line.epcs)) for line in value.lines)
    for line in lines:
        for name, found in (("serials", line.serials), ("epcs", line.epcs)):
            if len(found) > line.quantity:
                raise ReferenceError(f"line {line.line} has {len(found)} {name} for a quantity of {line.quantity}")
    return replace(value, lines=lines, tracking=tuple(tracking_key(number) for number in value.tracking))


def _gtin(text: str) -> str:
    if not re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", text) or not has_gs1_check_digit(text):
        raise ReferenceError(f"{text[:40]!r} is not a GTIN: 8 or 12 to 14 digits with a check digit")
    return gtin14(text)


def _epc(text: str) -> str:
    if len(text) % 4 or not re.fullmatch(r"[0-9A-Fa-f]+", text):
        raise ReferenceError(f"{text[:60]!r} is not an EPC: hexadecimal in words of 16 bits")
    return text.upper()


def _id(value: Client | Operator | Lane | Bin) -> str:
    return value.id


KINDS: Mapping[str, Kind] = {
    "client": Kind(Client, _id, _named),
    "operator": Kind(Operator, _id, _operator),
    "lane": Kind(Lane, _id, _named),
    "bin": Kind(Bin, _id, _named),
    "container_known": Kind(KnownContainer, None, _asis),
    "product": Kind(Product, lambda value: f"{value.client}/{value.sku}", _product),
    "return": Kind(AnnouncedReturn, lambda value: value.rma, _return),
    "recall": Kind(Recall, lambda value: f"{value.gtin}/{value.lot}/{value.reference}", _recall),
    "rules": Kind(str, None, _asis),
}
"""As `sync_wire.REFERENCE_KINDS`."""

_decoders = {name: msgspec.json.Decoder(kind.type) for name, kind in KINDS.items()}
_encoder = msgspec.json.Encoder()


class Taken(NamedTuple):
    """A value that can be kept: `value` is JSON, `read` the same as a value of the kind's type."""

    kind: str
    key: str
    value: bytes
    read: object


def taken(kind: str, key: str, value: object) -> Taken:
    """Check a value of the kind's type. `key` may be empty where the value says it. Raises ReferenceError."""
    found = KINDS.get(kind)
    if found is None:
        raise ReferenceError(f"there is no kind {kind[:40]!r}; there are {', '.join(KINDS)}")
    value = found.check(value)
    own = found.key(value) if found.key is not None else key
    if key and key != own:
        raise ReferenceError(f"has the key {key[:60]!r}, but says {own[:60]!r} itself")
    if not own or not findable(own):
        raise ReferenceError(f"needs a key of 1 to {LONGEST} characters")
    if kind == "rules":
        _usable(own, str(value))
    packed = _encoder.encode(value)
    if len(packed) > MOST_BYTES:
        raise ReferenceError(f"is larger than {MOST_BYTES} bytes")
    return Taken(kind, own, packed, value)


def decoded(kind: str, value: bytes | msgspec.Raw) -> Any:
    """A value of the kind's type out of JSON. Raises ReferenceError."""
    if kind not in _decoders:
        raise ReferenceError(f"there is no kind {kind[:40]!r}; there are {', '.join(KINDS)}")
    try:
        return _decoders[kind].decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReferenceError(str(error)) from error


def _usable(name: str, text: str) -> None:
    try:
        sent_file(name, text)
    except ConfigError as error:
        raise ReferenceError("; ".join(str(problem) for problem in error.problems[:5])) from error

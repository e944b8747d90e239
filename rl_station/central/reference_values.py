"""Reference data as the centre takes it: which value belongs to a kind, and its key. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from rl_station.central import reference_checks
from rl_station.central.reference_checks import NotTakenError
from rl_station.central.subjects import LONGEST, findable
from rl_station.domain.recalls import Recall, Reversal, recall_key
from rl_station.domain.reference import AnnouncedReturn, Bin, Lane, Operator, Product, SaidClient
from rl_station.settings import SUPERVISION_FILE, ConfigError, sent_file, sent_supervision

MOST_BYTES = 256 * 1024
"""Bytes of one value."""

V = TypeVar("V")


class KnownContainer(msgspec.Struct, frozen=True):
    """A container that the site owns, keyed by its code."""

    kind: Literal["tote", "cage", "pallet"]
    name: str = ""


class Kind(NamedTuple):
    """`key` of a value, None where it does not say it itself; `check` gives the value as it is kept. Raises NotTakenError."""

    type: Any
    key: Callable[[Any], str] | None
    check: Callable[[Any], Any]


def _asis(value: V) -> V:
    return value


def _id(value: SaidClient | Operator | Lane | Bin) -> str:
    return value.id


KINDS: Mapping[str, Kind] = {
    "client": Kind(SaidClient, _id, reference_checks.client),
    "operator": Kind(Operator, _id, reference_checks.operator),
    "lane": Kind(Lane, _id, reference_checks.lane),
    "bin": Kind(Bin, _id, reference_checks.bin_),
    "container_known": Kind(KnownContainer, None, _asis),
    "product": Kind(Product, lambda value: f"{value.client}/{value.sku}", reference_checks.product),
    "return": Kind(AnnouncedReturn, lambda value: value.rma, reference_checks.announced),
    "recall": Kind(Recall, recall_key, reference_checks.recall),
    "recall_reversed": Kind(Reversal, lambda value: value.reference, reference_checks.reversal),
    "rules": Kind(str, None, _asis),
    "supervision": Kind(str, None, _asis),
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
    """Check a value of the kind's type. `key` may be empty where the value says it. Raises NotTakenError."""
    found = KINDS.get(kind)
    if found is None:
        raise NotTakenError(f"there is no kind {kind[:40]!r}; there are {', '.join(KINDS)}")
    value = found.check(value)
    own = found.key(value) if found.key is not None else key
    if key and key != own:
        raise NotTakenError(f"has the key {key[:60]!r}, but says {own[:60]!r} itself")
    if not own or not findable(own):
        raise NotTakenError(f"needs a key of 1 to {LONGEST} characters")
    if kind in _FILES:
        _usable(kind, own, str(value))
    packed = _encoder.encode(value)
    if len(packed) > MOST_BYTES:
        raise NotTakenError(f"is larger than {MOST_BYTES} bytes")
    return Taken(kind, own, packed, value)


def decoded(kind: str, value: bytes | msgspec.Raw) -> Any:
    """A value of the kind's type out of JSON. Raises NotTakenError."""
    if kind not in _decoders:
        raise NotTakenError(f"there is no kind {kind[:40]!r}; there are {', '.join(KINDS)}")
    try:
        return _decoders[kind].decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotTakenError(str(error)) from error


def _usable(kind: str, name: str, text: str) -> None:
    if kind == "supervision" and name != SUPERVISION_FILE:
        raise NotTakenError(f"has the name {SUPERVISION_FILE}")
    try:
        _FILES[kind](name, text)
    except ConfigError as error:
        raise NotTakenError("; ".join(str(problem) for problem in error.problems[:5])) from error


_FILES: Mapping[str, Callable[[str, str], object]] = {
    "rules": sent_file,
    "supervision": lambda _, text: sent_supervision(text),
}
"""Kinds whose value is the text of a file, and what reads it. Raises ConfigError."""

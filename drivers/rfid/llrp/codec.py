"""What the session asks of a codec, and where one is had by its name. The session knows no codec's own types.

`sllurp` is built in and comes with the extra `llrp`. A package offers another in the entry point group `rl_station.drivers`
under `llrp-codec.<name>`: something that is called without arguments and gives a `Codec`.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from drivers.contract import DeviceError
from drivers.rfid.llrp.messages import Incoming, Request

_GROUP = "rl_station.drivers"
_PREFIX = "llrp-codec."


class CodecError(Exception):
    """A message that cannot be decoded. Only that message is lost."""


@runtime_checkable
class Codec(Protocol):
    """Values to bytes and back."""

    def encode(self, request: Request, message_id: int) -> bytes: ...

    def decode(self, frame: bytes) -> Incoming:
        """One whole message. Raises `CodecError` and nothing else, whatever the bytes are."""
        ...


def codec(name: str = "sllurp") -> Codec:
    """The codec of that name. Raises `DeviceError` where it is not to be had."""
    if name == "sllurp":
        return _sllurp()
    for found in entry_points(group=_GROUP):
        if found.name == _PREFIX + name:
            made = found.load()()
            if isinstance(made, Codec):
                return made
            raise DeviceError(f"{found.value} does not make an LLRP codec")
    raise DeviceError(f"there is no LLRP codec {name!r}; built in: sllurp")


def _sllurp() -> Codec:
    try:
        module = import_module("drivers.rfid.llrp.sllurp_codec")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sllurp":
            raise
        raise DeviceError("LLRP readers need the package sllurp: install rl-station with its extra 'llrp'") from error
    made: Codec = module.SllurpCodec()
    return made

"""Events in a file: what a station would have pushed, for where no network leads.

The file begins with `MAGIC`. Then come frames: four bytes of length (big-endian), and so many bytes of zstd with a checksum, each
a message in MessagePack: one `Cover`, then `Push`es in order. A length of zero ends the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, TypeVar

import msgspec
import zstandard

from rl_station.domain.sync_wire import MOST_BYTES, Push, pack

MAGIC = b"rl-station events 1\n"
_LENGTH = 4
_MOST_FRAME = 2 * MOST_BYTES

T = TypeVar("T")


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """Whose events these are: `after` is the seq before the first of them, `through` the last; `at` microseconds UTC."""

    station: str
    after: int
    through: int
    at: int
    version: str = ""


class HandOverError(Exception):
    """The file is not whole, or none of ours. What was read of it before is good."""


def begin(file: BinaryIO, cover: Cover) -> None:
    file.write(MAGIC)
    add(file, cover)


def add(file: BinaryIO, message: Cover | Push) -> None:
    frame = zstandard.ZstdCompressor(level=3, write_checksum=True).compress(pack(message))
    file.write(len(frame).to_bytes(_LENGTH) + frame)


def end(file: BinaryIO) -> None:
    file.write(bytes(_LENGTH))


def read_cover(file: BinaryIO) -> Cover:
    """The first frame. Raises HandOverError."""
    if file.read(len(MAGIC)) != MAGIC:
        raise HandOverError("this is no file of handed-over events")
    found = _message(file, Cover)
    if found is None:
        raise HandOverError("the file is empty")
    return found


def read_pushes(file: BinaryIO) -> Iterator[Push]:
    """The rest, one push at a time. Raises HandOverError in the place of what is damaged or missing."""
    while (push := _message(file, Push)) is not None:
        yield push


def _message(file: BinaryIO, kind: type[T]) -> T | None:
    """The next message; None at the end."""
    length = int.from_bytes(_exactly(file, _LENGTH))
    if length == 0:
        return None
    if length > _MOST_FRAME:
        raise HandOverError("the file is damaged")
    frame = _exactly(file, length)
    try:
        if zstandard.frame_content_size(frame) > MOST_BYTES:
            raise HandOverError("the file is damaged")
        return msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(frame), type=kind)
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise HandOverError(f"the file is damaged ({error})") from error


def _exactly(file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) != size:
        raise HandOverError("the file ends too early")
    return found

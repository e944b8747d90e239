"""Which central server this station belongs to, and its token: the file `central.json` in the data folder, for its user only."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import msgspec

from rl_station.domain.sync_wire import MEDIA_TYPE, Enrolment, EnrolRequest, Refused, pack
from rl_station.sync import answers
from rl_station.sync.answers import Failed
from rl_station.sync.channel import Channel, Request
from rl_station.sync.state import trouble

FILE = "central.json"


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """`server_key` is the server's public key (Ed25519) in hex; `authority` a certificate's file, where no public one vouches."""

    url: str
    site: str
    station: str
    token: str
    server_key: str
    authority: str = ""

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(f"{self.url!r} is no address of a server: it begins with https:// or http://")
        if len(bytes.fromhex(self.server_key)) != 32:  # noqa: PLR2004 - the length of an Ed25519 key
            raise ValueError("the server's key is not 32 bytes")


class EnrolmentError(Exception):
    """The station is not enrolled as it should be, or could not be. The message says why."""


class Signature(NamedTuple):
    """What tells one version of the file from another without reading it."""

    inode: int
    size: int
    written_ns: int


def signature(folder: Path) -> Signature | None:
    """None where the station is not enrolled."""
    try:
        found = (folder / FILE).stat()
    except OSError:
        return None
    return Signature(found.st_ino, found.st_size, found.st_mtime_ns)


def read(folder: Path) -> Enrolled | None:
    """None where the station is not enrolled. Raises EnrolmentError."""
    path = folder / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Enrolled)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EnrolmentError(f"{path} cannot be read ({error.strerror})") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EnrolmentError(f"{path} cannot be used ({error})") from error


def write(folder: Path, enrolled: Enrolled) -> None:
    """Replace the file whole; only its owner may read it. Raises OSError."""
    handle, draft = tempfile.mkstemp(prefix=f".{FILE}.", dir=folder)
    try:
        with open(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(enrolled), indent=2) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, folder / FILE)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def enrol(channel: Channel, url: str, station: str, code: str, authority: str = "") -> Enrolled:
    """Exchange a one-time code for a token. Raises ChannelError, and EnrolmentError where the server does not give one."""
    request = Request(
        method="POST",
        path="/v1/enrol",
        headers={"content-type": MEDIA_TYPE},
        body=pack(EnrolRequest(station, code)),
    )
    said = answers.understood(channel.exchange(request), Enrolment)
    if isinstance(said, Refused):
        raise EnrolmentError(said.message)
    if isinstance(said, Failed):
        raise EnrolmentError(trouble(said.code, said.detail, 0).told)
    try:
        return Enrolled(
            url=url.rstrip("/"),
            site=said.site,
            station=said.station,
            token=said.token,
            server_key=said.server_key.hex(),
            authority=authority,
        )
    except ValueError as error:
        raise EnrolmentError(str(error)) from error

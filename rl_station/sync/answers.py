"""What an answer means: our server's word, or something else that answers in its place. Nothing here trusts the other end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import msgspec
import zstandard

from rl_station.domain.sync_wire import MEDIA_TYPE, MOST_BYTES, Refused
from rl_station.sync.channel import Response
from rl_station.sync.retry import retry_after

T = TypeVar("T")

JSON = "application/json"

OK, TOO_LARGE, TOO_MANY, SERVER_ERRORS = 200, 413, 429, 500


class Failed(NamedTuple):
    """No word of our server's. `code` as in `state`; `wait` is what was asked for, in microseconds."""

    code: str
    detail: str
    wait: int = 0


def understood(response: Response, kind: type[T]) -> T | Refused | Failed:
    """What the server says: a message of this kind where it carried the request out, else why it did not."""
    return _understood(response, kind, MEDIA_TYPE, msgspec.msgpack.decode)


def understood_json(response: Response, kind: type[T]) -> T | Refused | Failed:
    """The same of what the server tells everybody, not stations alone."""
    return _understood(response, kind, JSON, msgspec.json.decode)


def _understood(response: Response, kind: type[T], media: str, decode: Callable[..., Any]) -> T | Refused | Failed:
    ours = response.headers.get("content-type", "").partition(";")[0].strip().lower() == media
    if not ours:
        return _others(response)
    wait = retry_after(response.headers)
    try:
        body = _body(response)
        if response.status == OK:
            found: T = decode(body, type=kind)
            return found
        refused: Refused = decode(body, type=Refused)
    except (msgspec.DecodeError, zstandard.ZstdError, ValueError) as error:
        return Failed("garbled", str(error), wait)
    return Failed("busy", refused.message, wait) if refused.code == "busy" else refused


def _others(response: Response) -> Refused | Failed:
    """The word of a proxy or of a sign-in page: only what its status says may be right."""
    wait = retry_after(response.headers)
    if response.status == TOO_LARGE:
        return Refused(code="too_large", message=f"status {TOO_LARGE}")
    if response.status == TOO_MANY:
        return Failed("busy", f"status {response.status}", wait)
    if response.status >= SERVER_ERRORS:
        return Failed("server_error", f"status {response.status}", wait)
    return Failed("not_our_server", f"status {response.status}, {_type(response)}", wait)


def _type(response: Response) -> str:
    return response.headers.get("content-type", "") or "no content type"


def _body(response: Response) -> bytes:
    """Decompressed, but never beyond what a message may be. Raises ValueError or ZstdError."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding == "identity":
        return response.body
    if encoding != "zstd":
        raise ValueError(f"content encoding {encoding}")
    with zstandard.ZstdDecompressor().stream_reader(response.body) as reader:
        body = reader.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES} bytes")
    return bytes(body)

"""Bodies of requests and responses: compressed with zstd or not, never larger than they may be, MessagePack or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
import zstandard

from rl_station.central.calls import ZSTD, Form, Rejected, bad_request
from rl_station.domain.sync_wire import MEDIA_TYPE, MOST_BYTES, Refused

MOST_SENT = 4 * 1024 * 1024
"""Bytes of a body on the wire."""
WORTH = 1024
"""Bytes from which a response is compressed for those who understand it."""
_WINDOW = 1 << 24
"""Memory that a sender may make us take for decompression."""

MEDIA: Mapping[Form, str] = {
    "json": "application/json",
    "msgpack": MEDIA_TYPE,
    "html": "text/html; charset=utf-8",
}


def too_large(limit: int) -> Rejected:
    return Rejected(Refused(code="too_large", message=f"At most {limit} bytes are taken at once.", limit=limit))


def unpacked(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body as it was before its content encoding. Raises Rejected; never makes more than `MOST_BYTES`."""
    encoding = headers.get("content-encoding", "identity").strip().lower() or "identity"
    if len(body) > MOST_SENT:
        raise too_large(MOST_SENT)
    if encoding == "identity" or not body:
        return body
    if encoding != ZSTD:
        raise Rejected(
            Refused(code="unsupported", message=f"Content-Encoding {encoding[:40]!r} is not taken; zstd is.")
        )
    return _decompressed(body)


def _decompressed(body: bytes) -> bytes:
    """What the frame says of its size bounds what is made of it; where it says nothing, it is measured first."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    try:
        size = zstandard.frame_content_size(body)
        if size < 0:
            with decompressor.stream_reader(body) as reader:
                size = len(reader.read(MOST_BYTES + 1))
        if size > MOST_BYTES:
            raise too_large(MOST_BYTES)
        return decompressor.decompress(body, max_output_size=size or 1, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise bad_request(f"The body is no whole zstd frame ({error}).") from error


def decoded(body: bytes, form: Form, kind: Any) -> Any:
    """A value of the given type. Raises Rejected."""
    try:
        return _decoder(form, kind).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"The body is not what was expected ({error}).") from error


def encoded(value: Any, form: Form) -> bytes:
    return _JSON.encode(value) if form == "json" else _MSGPACK.encode(value)


def packed(body: bytes, headers: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """The body as it goes out to whoever sent these headers, and the headers that say so."""
    accepted = (part.partition(";")[0].strip().lower() for part in headers.get("accept-encoding", "").split(","))
    if len(body) < WORTH or ZSTD not in accepted:
        return body, {}
    return zstandard.ZstdCompressor(level=1).compress(body), {"content-encoding": ZSTD, "vary": "accept-encoding"}


_JSON = msgspec.json.Encoder()
_MSGPACK = msgspec.msgpack.Encoder()


@lru_cache(maxsize=64)
def _decoder(form: Form, kind: Any) -> Any:
    return msgspec.json.Decoder(kind) if form == "json" else msgspec.msgpack.Decoder(kind)

"""Too much, too slow, or no HTTP at all: it ends its own connection and no other."""

from __future__ import annotations

import http.client
import io
from contextlib import ExitStack

import msgspec
import pushing
import pytest
import raw_http
import zstandard
from hostile import MIB, good, pushed, refused
from pushing import Log, traced
from served import STATION, Served

from rl_station.domain.sync_wire import MOST_BYTES

pytestmark = [
    pytest.mark.usefixtures("nothing_stored"),
    # It is the same server before any database.
    pytest.mark.parametrize("served", ["sqlite"], indirect=True, scope="module"),
]


def test_a_body_that_is_declared_too_large_is_refused_before_it_is_sent(served: Served, token: str) -> None:
    with raw_http.wire(served.address) as wire:
        wire.send(raw_http.head("POST", "/v1/events", pushing.headers(token), length=1 << 40))
        answer = wire.answer()
    assert answer is not None
    assert answer.status == 413
    assert refused(answer).limit == 4 * MIB


def test_a_chunked_body_without_an_end_is_cut_off(served: Served, token: str) -> None:
    headers = {**pushing.headers(token), "Transfer-Encoding": "chunked"}
    piece = raw_http.chunk(bytes(MIB))
    with raw_http.wire(served.address) as wire:
        wire.send(raw_http.head("POST", "/v1/events", headers))
        sent = 0
        while sent < 64 and wire.send(piece):
            sent += 1
        answer = wire.answer()
    # A server that hangs up on somebody who goes on sending may take its last words with it.
    assert answer is None or answer.status == 413
    assert sent < 64 or answer is not None


@pytest.mark.parametrize("declared", [True, False], ids=["honest about its size", "silent about its size"])
def test_a_zip_bomb_is_refused_and_takes_no_memory(served: Served, token: str, declared: bool) -> None:
    bomb = io.BytesIO()
    size = 2048 * MIB
    with zstandard.ZstdCompressor(level=3).stream_writer(bomb, size=size if declared else -1, closefd=False) as writer:
        for _ in range(size // (8 * MIB)):
            writer.write(bytes(8 * MIB))
    assert len(bomb.getvalue()) < MIB
    answer = pushed(served, token, bomb.getvalue())
    assert answer.status == 413
    assert refused(answer).limit == MOST_BYTES
    assert served.process.peak_mib() < 400


def test_a_frame_that_wants_gigabytes_of_window_is_refused(served: Served, token: str) -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=31, enable_ldm=True)
    writer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    frame = writer.compress(bytes(1000)) + writer.flush()
    refused(pushed(served, token, frame))
    assert served.process.peak_mib() < 400


def test_one_event_that_is_too_large_is_named(served: Served, token: str) -> None:
    log = Log(STATION)
    event = msgspec.json.encode({"kind": "x", "type": "CodeTraced", "value": "A" * (MIB + 1)})
    push = log.push([traced(1), event])
    answer = refused(pushed(served, token, pushing.body(push)))
    assert (answer.code, answer.at) in {("too_large", 2), ("bad_event", 2)}


def test_more_events_than_one_push_may_carry_are_refused(served: Served, token: str) -> None:
    push = Log(STATION).push([traced(number) for number in range(10_001)])
    refused(pushed(served, token, pushing.body(push)))


GARBAGE = {
    "noise": bytes(range(256)) * 8,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no version": b"GET /health\r\n\r\n",
    "a target of a megabyte": b"GET /" + b"A" * MIB + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a header of a megabyte": b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"A" * MIB + b"\r\n\r\n",
    "a hundred thousand headers": b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
    "NUL in a header": b"GET /health HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    "a length that is no number": b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    "a negative length": b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a chunk without a size": b"POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "length and chunks": b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/tasks HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("what", GARBAGE)
def test_what_is_no_http_ends_its_own_connection_and_no_other(served: Served, what: str) -> None:
    with raw_http.wire(served.address) as wire:
        wire.send(GARBAGE[what])
        wire.finish()
        answer = wire.answer()
    assert answer is None or 400 <= answer.status < 500


@pytest.mark.slow
def test_nobody_holds_a_connection_by_saying_half_of_a_request(served: Served, token: str) -> None:
    with raw_http.wire(served.address) as headless, raw_http.wire(served.address) as bodiless:
        headless.send(b"POST /v1/events HTTP/1.1\r\nHost: c")
        bodiless.send(raw_http.head("POST", "/v1/events", pushing.headers(token), length=1000) + b"x")
        answer = bodiless.answer()
        assert answer is not None
        assert answer.status == 408
        assert headless.answer() is None


def test_those_who_send_a_byte_at_a_time_keep_nobody_waiting(served: Served, token: str) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(raw_http.wire(served.address)) for _ in range(200)]
        raw_http.dribble(slow[:100], b"POST /v1/events HTTP/1.1\r\nHost: c")
        for wire in slow[100:]:
            wire.send(raw_http.head("POST", "/v1/events", pushing.headers(token), length=1000))
        raw_http.dribble(slow[100:], b"slow")
        for _ in range(5):
            served.assert_up()
        assert refused(pushed(served, token, b"hello"))


def test_a_caller_who_leaves_in_the_middle_leaves_nothing_behind(served: Served, token: str) -> None:
    body = pushing.body(good())
    for cut in range(0, len(body), max(1, len(body) // 20)):
        with raw_http.wire(served.address) as wire:
            wire.send(raw_http.head("POST", "/v1/events", pushing.headers(token), length=len(body)) + body[:cut])


def test_methods_that_nothing_speaks_are_refused(served: Served, token: str) -> None:
    for method in ("OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW"):
        connection = http.client.HTTPConnection(*served.address, timeout=raw_http.PATIENCE_S)
        connection.request(method, "/v1/events", headers=pushing.headers(token))
        answered = connection.getresponse()
        body = answered.read()
        connection.close()
        if method == "HEAD":
            assert (answered.status, body) == (200, b"")
        else:
            assert answered.status == 405, method

"""The server on real sockets, in a thread of this process: what only a socket can show."""

from __future__ import annotations

import http.client
import select
import socket
import threading
from collections.abc import Iterator

import pushing
import pytest
import raw_http
from asked_front import Centre
from pushing import Log, traced

from rl_station.central import server, serving
from rl_station.central.calls import Answer, Call, Context, Route
from rl_station.central.front import Front
from rl_station.central.serving import Beside


@pytest.fixture
def centre(sqlite_url: str) -> Iterator[Centre]:
    made = Centre(sqlite_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def beside(centre: Centre) -> Iterator[Beside]:
    made = Beside(centre.front)
    made.start()
    yield made
    made.stop()


def address(beside: Beside) -> raw_http.Address:
    return beside.host, beside.port


def test_a_free_port_is_taken_and_told(beside: Beside) -> None:
    assert beside.port > 0
    assert beside.url == f"http://127.0.0.1:{beside.port}"
    assert raw_http.asked(address(beside), "GET", "/health").status == 200


def test_a_push_over_a_socket_is_stored(centre: Centre, beside: Beside) -> None:
    token = centre.enrol("dock-1").token
    body = pushing.body(Log("dock-1").push([traced(1)]))
    answer = raw_http.asked(address(beside), "POST", "/v1/events", pushing.headers(token), body)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/msgpack")


def test_a_line_break_in_a_path_is_answered_like_any_other(beside: Beside) -> None:
    answer = raw_http.asked(address(beside), "GET", "/v1/parcels/%0A0")
    assert answer.status == 401
    assert b'"code":"unauthorized"' in answer.body


def test_one_connection_serves_many_requests(beside: Beside) -> None:
    connection = http.client.HTTPConnection(*address(beside), timeout=raw_http.PATIENCE_S)
    for _ in range(3):
        connection.request("GET", "/health")
        response = connection.getresponse()
        assert response.status == 200
        response.read()
    connection.close()


def test_names_with_slashes_reach_their_route_whole(centre: Centre) -> None:
    heard: list[str] = []

    def hear(_context: Context, call: Call) -> Answer:
        heard.append(call.params["id"] + call.query.get("q", ""))
        return Answer(b"", "text/plain")

    front = Front(centre.engine, centre.clock, routes=(Route("GET", "/x/{id}", "open", hear, "Hear."),))
    beside = Beside(front)
    beside.start()
    assert raw_http.asked(address(beside), "GET", "/x/a%2Fb?q=%C3%A9%2B+").status == 200
    assert raw_http.asked(address(beside), "GET", "/x/a?q=%FF").status == 400
    assert raw_http.asked(address(beside), "GET", "/x/a?" + "&".join(["q=1"] * 51)).status == 400
    beside.stop()
    assert heard == ["a/bé+ "]


def test_a_handler_that_breaks_is_a_500_and_the_server_goes_on(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_context: Context, _call: Call) -> Answer:
        raise RuntimeError("a fault of ours")

    front = Front(centre.engine, centre.clock, routes=(*centre.front.routes, Route("GET", "/x", "open", broken, "")))
    beside = Beside(front)
    beside.start()
    answer = raw_http.asked(address(beside), "GET", "/x")
    assert raw_http.asked(address(beside), "GET", "/health").status == 200
    beside.stop()
    assert answer.status == 500
    assert b"a fault of ours" not in answer.body
    assert "a fault of ours" in caplog.text


def test_more_requests_than_can_wait_are_asked_to_come_again(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_WAITING", 2)
    come, go = threading.Semaphore(0), threading.Event()

    def hold(_context: Context, _call: Call) -> Answer:
        come.release()
        go.wait(raw_http.PATIENCE_S)
        return Answer(b"", "text/plain")

    beside = Beside(Front(centre.engine, centre.clock, routes=(Route("GET", "/x", "open", hold, "Hold."),)))
    beside.start()
    held = [threading.Thread(target=raw_http.asked, args=(address(beside), "GET", "/x")) for _ in range(2)]
    for thread in held:
        thread.start()
    for _ in held:
        assert come.acquire(timeout=raw_http.PATIENCE_S)
    answer = raw_http.asked(address(beside), "GET", "/x")
    go.set()
    for thread in held:
        thread.join()
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert raw_http.asked(address(beside), "GET", "/x").status == 200
    beside.stop()


@pytest.mark.parametrize("one_of_many", [True, False])
def test_a_crowded_one_of_many_has_its_callers_connect_anew(centre: Centre, *, one_of_many: bool) -> None:
    """Connections are kept: without it all stations may stay with one process while the other has nothing to do."""
    come, go = threading.Semaphore(0), threading.Event()

    def hold(_context: Context, _call: Call) -> Answer:
        come.release()
        go.wait(raw_http.PATIENCE_S)
        return Answer(b"", "text/plain")

    routes = (*centre.front.routes, Route("GET", "/x", "open", hold, "Hold."))
    beside = Beside(Front(centre.engine, centre.clock, routes=routes), one_of_many=one_of_many)
    beside.start()
    with raw_http.wire(address(beside)) as one, raw_http.wire(address(beside)) as other:
        one.send(raw_http.head("GET", "/x", {}))
        assert come.acquire(timeout=raw_http.PATIENCE_S)
        assert not _sent_away(beside), "one other is no crowd"
        other.send(raw_http.head("GET", "/x", {}))
        assert come.acquire(timeout=raw_http.PATIENCE_S)
        assert _sent_away(beside) == one_of_many
        go.set()
        assert one.answer() is not None
        assert other.answer() is not None
    assert not _sent_away(beside)
    beside.stop()


def _sent_away(beside: Beside) -> bool:
    with raw_http.wire(address(beside)) as wire:
        wire.send(raw_http.head("GET", "/health", {}))
        answer = wire.answer()
    assert answer is not None
    assert answer.status == 200
    return answer.headers.get("connection") == "close"


def test_bodies_that_are_not_finished_have_a_budget(
    centre: Centre, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_HELD", 10_000)
    token = centre.enrol("dock-1").token
    with raw_http.wire(address(beside)) as one, raw_http.wire(address(beside)) as other:
        for wire in (one, other):
            wire.send(raw_http.head("POST", "/v1/events", pushing.headers(token), length=9_000))
            wire.send(bytes(8_000))
        # Whoever is read second is one too many; the other is asked for the rest.
        refused = next(wire for wire in _ready((one, other)))
        answer = refused.answer()
    assert answer is not None
    assert answer.status == 503
    body = pushing.body(Log("dock-1").push([traced(1)]))
    raw_http.until(
        lambda: raw_http.asked(address(beside), "POST", "/v1/events", pushing.headers(token), body).status == 200,
        "the budget is not given back",
    )


def _ready(wires: tuple[raw_http.Wire, ...]) -> list[raw_http.Wire]:
    found, _, _ = select.select([wire.socket for wire in wires], [], [], raw_http.PATIENCE_S)
    return [wire for wire in wires if wire.socket in found]


def ended(wire: raw_http.Wire) -> bool:
    """Whether the server hangs up; waits for it."""
    try:
        return wire.socket.recv(1) == b""
    except ConnectionError:
        return True


def test_who_never_finishes_the_head_of_a_request_is_hung_up_on(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "HEAD_PATIENCE", 0.2)
    with raw_http.wire(address(beside)) as fresh, raw_http.wire(address(beside)) as used:
        fresh.send(b"POST /v1/ev")
        used.send(raw_http.head("GET", "/health", {}))
        assert used.answer() is not None
        used.send(b"GET /hea")
        assert ended(fresh)
        assert ended(used)


def test_who_rests_between_two_requests_is_not_hung_up_on(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_PATIENCE", 0.05)
    with raw_http.wire(address(beside)) as resting, raw_http.wire(address(beside)) as slow:
        resting.send(raw_http.head("GET", "/health", {}))
        assert resting.answer() is not None
        slow.send(b"GET /hea")
        assert ended(slow)
        resting.send(raw_http.head("GET", "/health", {}))
        again = resting.answer()
    assert again is not None
    assert again.status == 200


def test_a_body_that_does_not_come_is_not_waited_for(
    centre: Centre, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SILENCE", 0.2)
    token = centre.enrol("dock-1").token
    with raw_http.wire(address(beside)) as wire:
        wire.send(raw_http.head("POST", "/v1/events", pushing.headers(token), length=100))
        answer = wire.answer()
    assert answer is not None
    assert answer.status == 408


def closed(there: raw_http.Address) -> bool:
    """Whether nobody is let in any more."""
    try:
        socket.create_connection(there, raw_http.PATIENCE_S).close()
    except ConnectionRefusedError:
        return True
    return False


def test_stopping_finishes_what_is_being_answered(centre: Centre) -> None:
    come, go = threading.Event(), threading.Event()

    def hold(_context: Context, _call: Call) -> Answer:
        come.set()
        go.wait(raw_http.PATIENCE_S)
        return Answer(b"done", "text/plain")

    beside = Beside(Front(centre.engine, centre.clock, routes=(Route("GET", "/x", "open", hold, "Hold."),)))
    beside.start()
    answers: list[raw_http.Answered] = []
    asking = threading.Thread(target=lambda: answers.append(raw_http.asked(address(beside), "GET", "/x")))
    asking.start()
    assert come.wait(raw_http.PATIENCE_S)
    stopping = threading.Thread(target=beside.stop)
    stopping.start()
    raw_http.until(lambda: closed(address(beside)), "the server goes on taking connections")
    go.set()
    stopping.join()
    asking.join()
    assert [answer.body for answer in answers] == [b"done"]
    with pytest.raises(OSError, match="refused"):
        raw_http.asked(address(beside), "GET", "/x")

"""Requests and responses without sockets: forms, limits, a database that is away, what the server says of itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import msgspec
import pushing
import pytest
import zstandard
from asked_front import Centre, StillClock
from msgspec.structs import replace
from pushing import Log, traced

from rl_station.central import identity
from rl_station.central.calls import Answer, Call, Context, Request, Route
from rl_station.central.database import open_engine
from rl_station.central.front import Front
from rl_station.domain.events import ParcelReceived
from rl_station.domain.sync_wire import MOST_BYTES, Ack, Life, Page, Refused, pack


@pytest.fixture
def centre(sqlite_url: str) -> Iterator[Centre]:
    made = Centre(sqlite_url)
    yield made
    made.engine.dispose()


# --- forms and limits -------------------------------------------------------------------------------------------------


def pushed(centre: Centre, token: str, body: bytes, encoding: str = "zstd") -> Refused | Ack:
    headers = {"authorization": f"Bearer {token}", "content-encoding": encoding}
    answer = centre.front.answer(Request("POST", "/v1/events", {}, headers, body))
    kind = Ack if answer.status == 200 else Refused
    assert answer.status == 200 or 400 <= answer.status < 500
    return msgspec.msgpack.decode(answer.body, type=kind)  # type: ignore[type-var]


def test_a_body_may_come_uncompressed(centre: Centre) -> None:
    token = centre.enrol("dock-1").token
    body = pack(Log("dock-1").push([traced(1)]))
    assert isinstance(pushed(centre, token, body, "identity"), Ack)


@pytest.mark.parametrize("silent", [True, False])
def test_a_bomb_is_not_unpacked(centre: Centre, silent: bool) -> None:
    token = centre.enrol("dock-1").token
    zeros = bytes(MOST_BYTES + 1)
    if silent:
        packer = zstandard.ZstdCompressor().compressobj()
        bomb = packer.compress(zeros) + packer.flush()
    else:
        bomb = zstandard.compress(zeros)
    said = pushed(centre, token, bomb)
    assert isinstance(said, Refused)
    assert (said.code, said.limit) == ("too_large", MOST_BYTES)


@pytest.mark.parametrize("damage", [lambda body: body[:-1], lambda body: body + b"x", lambda _: b"", lambda _: b"\x00"])
def test_a_body_that_is_not_one_whole_frame_is_refused(centre: Centre, damage) -> None:  # type: ignore[no-untyped-def]
    token = centre.enrol("dock-1").token
    said = pushed(centre, token, damage(pushing.body(Log("dock-1").push([traced(1)]))))
    assert isinstance(said, Refused)
    assert said.code == "bad_request"


def test_an_encoding_that_is_not_spoken_is_refused(centre: Centre) -> None:
    token = centre.enrol("dock-1").token
    said = pushed(centre, token, b"x", "br")
    assert isinstance(said, Refused)
    assert said.code == "unsupported"


def test_large_answers_are_compressed_for_those_who_say_that_they_understand(centre: Centre) -> None:
    token = centre.enrol("dock-1").token
    centre.send(token, Log("dock-1").push([traced(number) for number in range(50)]))
    headers = {"authorization": f"Bearer {token}", "accept-encoding": "gzip, ZSTD;q=1.0"}
    asked = Request("GET", "/v1/events", {"epoch": "epoch1"}, headers)
    answer = centre.front.answer(asked)
    assert answer.headers["content-encoding"] == "zstd"
    plain = centre.ask("GET", "/v1/events", token, b"", epoch="epoch1")
    assert "content-encoding" not in plain.headers
    assert zstandard.decompress(answer.body) == plain.body


def test_names_in_a_path_may_hold_anything_but_nul(centre: Centre) -> None:
    heard: list[str] = []

    def hear(_context: Context, call: Call) -> Answer:
        heard.append(call.params["id"])
        return Answer(b"", "text/plain")

    front = Front(centre.engine, StillClock(), routes=(Route("GET", "/x/{id}/y", "open", hear, "Hear."),))
    for wire, name in (("a%2Fb", "a/b"), ("%E2%82%AC%20", "€ "), ("..", ".."), ("%25", "%")):
        assert front.answer(Request("GET", f"/x/{wire}/y")).status == 200
        assert heard[-1] == name
    assert front.answer(Request("GET", "/x/%00/y")).status == 400
    assert front.answer(Request("GET", "/x//y")).status == 404
    assert front.answer(Request("GET", "/x/a/b/y")).status == 404


def test_a_number_that_is_none_is_refused(centre: Centre) -> None:
    token = centre.enrol("dock-1").token
    for text in ("-1", "1e3", "\uff19", "9" * 30, "x"):
        assert centre.ask("GET", "/v1/events", token, b"", epoch="e", since=text).status == 400


def test_head_answers_as_get_but_for_the_body(centre: Centre) -> None:
    got, headed = centre.ask("GET", "/health"), centre.ask("HEAD", "/health")
    assert (headed.status, headed.headers, headed.body) == (got.status, got.headers, b"")


# --- the database -----------------------------------------------------------------------------------------------------


def test_a_database_that_is_away_is_a_503_with_a_time_to_come_again() -> None:
    front = Front(open_engine("postgresql://nobody@127.0.0.1:1/nothing"), StillClock())
    for method, path in (("POST", "/v1/events"), ("GET", "/ready"), ("POST", "/v1/enrol"), ("GET", "/metrics")):
        answer = front.answer(Request(method, path))
        assert (answer.status, answer.headers["retry-after"]) == (503, "2"), path
    assert front.answer(Request("GET", "/health")).status == 200
    assert front.answer(Request("GET", "/docs")).status == 200


def test_a_server_that_started_before_its_database_works_once_it_is_there(tmp_path) -> None:  # type: ignore[no-untyped-def]
    engine = open_engine(f"sqlite:///{tmp_path}/later/central.sqlite3")
    front = Front(engine, StillClock())
    assert front.answer(Request("GET", "/ready")).status == 503
    (tmp_path / "later").mkdir()
    assert front.answer(Request("GET", "/ready")).status == 200
    engine.dispose()


def test_tables_of_a_newer_version_are_left_alone(centre: Centre) -> None:
    with centre.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE server_fact SET value = '999' WHERE name = 'schema'")
    other = centre.replica()
    answer = other.answer(Request("GET", "/ready"))
    other.context.engine.dispose()
    assert answer.status == 503
    assert b"999" in answer.body


# --- what the server says of itself -----------------------------------------------------------------------------------


def test_metrics_count_what_happened(centre: Centre) -> None:
    token = centre.enrol("dock-1").token
    push = Log("dock-1").push([traced(1), b'{"type":"Later"}'])
    centre.send(token, push)
    centre.send(token, push)
    centre.send(token, Log("dock-1", seq=9, head=bytes(32)).push([traced(1)]))
    text = centre.ask("GET", "/metrics").body.decode()
    for line in (
        "rl_station_events_stored_total 2",
        'rl_station_pushes_total{outcome="stored"} 1',
        'rl_station_pushes_total{outcome="known"} 1',
        'rl_station_pushes_total{outcome="gap"} 1',
        "rl_station_quarantined_total 1",
        'rl_station_tasks_open{kind="quarantine",site="main"} 1',
        'rl_station_request_seconds_bucket{route="/v1/events",le="+Inf"} 3',
        'rl_station_request_seconds_count{route="/v1/events"} 3',
        'rl_station_responses_total{route="/v1/events",status="409"} 1',
    ):
        assert line in text.splitlines()


def test_what_stations_have_still_to_send_is_what_each_said_last(centre: Centre) -> None:
    tokens = {name: centre.enrol(name).token for name in ("dock-1", "dock-2", "dock-3")}
    for name, waiting in (("dock-1", 500), ("dock-2", 7), ("dock-3", 9)):
        centre.send(tokens[name], replace(Log(name).push([traced(1)]), waiting=waiting))
    identity.revoke(centre.front.context, "main", "dock-3")
    centre.clock.at += 1
    head = Log("dock-1").push([traced(1)]).head
    fork = Log("dock-1", "epoch2", 1, head).push([traced(2)])
    said = centre.send(tokens["dock-1"], replace(fork, life=Life("epoch2", 2, "epoch1", "forked"), waiting=3))
    assert isinstance(said, Ack)
    text = centre.ask("GET", "/metrics").body.decode()
    assert 'rl_station_waiting{site="main"} 10' in text.splitlines()


def test_metrics_are_what_prometheus_reads(centre: Centre) -> None:
    centre.enrol("dock-1")
    text = centre.ask("GET", "/metrics").body.decode()
    assert text.endswith("\n")
    told: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# "):
            told.add(line.split(" ", 3)[2])
        else:
            name = re.fullmatch(r'([a-z_]+?)(_bucket|_sum|_count)?(\{(\w+="[^"\\]*",?)+\})? [0-9.]+', line)
            assert name, line
            assert name[1] in told or f"{name[1]}{name[2]}" in told


def test_the_feeds_lag_is_told_by_station(centre: Centre) -> None:
    token = centre.enrol("dock-1").token
    cursor, more = "", True
    while more:
        page = msgspec.msgpack.decode(centre.ask("GET", "/v1/feed", token, b"", cursor=cursor).body, type=Page)
        cursor, more = page.cursor, page.more
    push = Log("dock-2").push([ParcelReceived(parcel=f"RLP{number}", outcome="blind") for number in range(3)])
    centre.send(centre.enrol("dock-2").token, push)
    text = centre.ask("GET", "/metrics").body.decode()
    assert 'rl_station_feed_lag{site="main",station="dock-1"} 3' in text.splitlines()


def test_the_documentation_tells_every_route_and_every_shape(centre: Centre) -> None:
    told = json.loads(centre.ask("GET", "/openapi.json").body)
    for route in centre.front.routes:
        operation = told["paths"][route.path][route.method.lower()]
        assert operation["summary"] == route.summary
        named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", route.path))
        assert ("security" in operation) == (route.access != "open")
    referred = set(re.findall(r"#/components/schemas/([\w.]+)", json.dumps(told)))
    assert referred == set(told["components"]["schemas"])
    assert {"Push", "Ack", "Refused", "Enrolment"} <= referred


def test_the_page_for_people_needs_nothing_from_elsewhere(centre: Centre) -> None:
    page = centre.ask("GET", "/docs")
    assert page.headers["content-type"].startswith("text/html")
    text = page.body.decode()
    assert not re.search(r"(src|href)=\"(?!/openapi.json)", text)
    assert "<script" not in text
    for route in centre.front.routes:
        assert f"<code>{route.path}</code>" in text

"""Who may speak to the server, and who may not."""

from __future__ import annotations

import json

import msgspec
import pushing
import pytest
from hostile import good, pushed, refused
from pushing import Log, traced
from served import STATION, Served

OTHER = "dock-2"

pytestmark = pytest.mark.usefixtures("nothing_stored")


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer nobody", "Basic ZG9jazpkb2Nr", "Bearer \xff\xfe", "bearer " + "A" * 5000],
)
def test_who_cannot_say_who_they_are_is_not_let_in(served: Served, authorization: str) -> None:
    headers = pushing.headers("")
    headers = {**headers, "Authorization": authorization} if authorization else {"Content-Type": "x"}
    for method, target in (
        ("POST", "/v1/events"),
        ("GET", "/v1/feed"),
        ("GET", "/v1/tasks"),
        ("POST", "/v1/reference"),
    ):
        answer = served.ask(method, target, headers, pushing.body(good()) if method == "POST" else b"")
        assert answer.status == 401, (method, target, answer)
        assert refused(answer).code == "unauthorized"


def test_a_station_cannot_read_what_is_for_readers_nor_a_reader_push(served: Served, token: str, reader: str) -> None:
    assert served.ask("GET", "/v1/tasks", pushing.headers(token)).status in {401, 403}
    assert pushed(served, reader, pushing.body(good())).status in {401, 403}


def test_nobody_pushes_in_the_name_of_another_station(served: Served, token: str) -> None:
    answer = pushed(served, token, pushing.body(Log(OTHER).push([traced(1)])))
    assert (answer.status, refused(answer).code) == (403, "wrong_station")


def test_a_token_that_was_revoked_opens_nothing_any_more(served: Served) -> None:
    gone = served.enrol("gone-1").token
    served.command("enroll", "--revoke", "gone-1")
    answer = pushed(served, gone, pushing.body(Log("gone-1").push([traced(1)])))
    assert answer.status in {401, 403}
    assert refused(answer).code in {"revoked", "unauthorized"}


@pytest.mark.parametrize("code", ["", "1", "0000-0000", "A" * 100_000, "'; DROP TABLE station; --", "\x00"])
def test_a_made_up_code_enrols_nobody(served: Served, code: str) -> None:
    body = msgspec.msgpack.encode({"station": STATION, "code": code})
    refused(served.ask("POST", "/v1/enrol", {"Content-Type": "application/msgpack"}, body))


def test_a_code_enrols_once(served: Served) -> None:
    code = json.loads(served.command("enroll", "once-1", "--json"))["code"]
    body = msgspec.msgpack.encode({"station": "once-1", "code": code})
    headers = {"Content-Type": "application/msgpack"}
    assert served.ask("POST", "/v1/enrol", headers, body).status == 200
    refused(served.ask("POST", "/v1/enrol", headers, body))

"""Who is let in: one-time codes, tokens that belong to one station, and what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec
import pytest
from asked_front import Centre
from pushing import Log, traced
from sqlalchemy import select

from rl_station.central import identity, tables
from rl_station.domain.sync_wire import Ack, Enrolment, EnrolRequest, Refused, pack

DAY = 86_400 * 1_000_000


@pytest.fixture
def centre(sqlite_url: str) -> Iterator[Centre]:
    made = Centre(sqlite_url)
    yield made
    made.engine.dispose()


def shown(centre: Centre, station: str, code: str) -> Enrolment | Refused:
    answer = centre.ask("POST", "/v1/enrol", "", pack(EnrolRequest(station, code)))
    if answer.status == 200:
        return msgspec.msgpack.decode(answer.body, type=Enrolment)
    assert answer.status == 401
    return msgspec.msgpack.decode(answer.body, type=Refused)


def test_a_code_is_good_for_its_station_and_once(centre: Centre) -> None:
    code = identity.new_code(centre.front.context, "main", "dock-1")
    assert isinstance(shown(centre, "dock-2", code), Refused)
    got = shown(centre, "dock-1", code)
    assert isinstance(got, Enrolment)
    assert (got.site, got.station) == ("main", "dock-1")
    assert isinstance(shown(centre, "dock-1", code), Refused)


def test_a_code_may_be_typed_in_any_case_and_without_dashes(centre: Centre) -> None:
    code = identity.new_code(centre.front.context, "main", "dock-1")
    assert isinstance(shown(centre, "dock-1", code.lower().replace("-", " ")), Enrolment)


def test_a_code_is_no_longer_good_when_its_time_is_over(centre: Centre) -> None:
    code = identity.new_code(centre.front.context, "main", "dock-1", valid=DAY)
    centre.clock.at += DAY
    assert isinstance(shown(centre, "dock-1", code), Refused)


def test_a_new_code_makes_the_former_one_void(centre: Centre) -> None:
    former = identity.new_code(centre.front.context, "main", "dock-1")
    code = identity.new_code(centre.front.context, "main", "dock-1")
    assert isinstance(shown(centre, "dock-1", former), Refused)
    assert isinstance(shown(centre, "dock-1", code), Enrolment)


def test_enrolling_again_ends_the_former_token(centre: Centre) -> None:
    former = centre.enrol("dock-1").token
    token = centre.enrol("dock-1").token
    push = Log("dock-1").push([traced(1)])
    said = centre.send(former, push)
    assert isinstance(said, Refused)
    assert said.code == "unauthorized"
    assert isinstance(centre.send(token, push), Ack)


def test_a_revoked_station_is_not_heard_until_it_is_enrolled_again(centre: Centre) -> None:
    token = centre.enrol("dock-1").token
    waiting = identity.new_code(centre.front.context, "main", "dock-1")
    assert identity.revoke(centre.front.context, "main", "dock-1")
    answer = centre.ask("GET", "/v1/events", token)
    assert answer.status == 403
    assert msgspec.msgpack.decode(answer.body, type=Refused).code == "revoked"
    assert isinstance(shown(centre, "dock-1", waiting), Refused)
    assert centre.ask("GET", "/v1/events", centre.enrol("dock-1").token).status == 200


def test_revoking_what_is_not_known_says_so(centre: Centre) -> None:
    assert not identity.revoke(centre.front.context, "main", "dock-9")


def test_the_database_holds_no_token_and_no_code(centre: Centre) -> None:
    code = identity.new_code(centre.front.context, "main", "dock-1")
    waiting = identity.new_code(centre.front.context, "main", "dock-2")
    enrolled = shown(centre, "dock-1", code)
    assert isinstance(enrolled, Enrolment)
    reader = identity.new_reader(centre.front.context, "main", "erp")
    with centre.engine.connect() as connection:
        rows = [
            str(tuple(row))
            for table in (tables.station, tables.enrol_code, tables.reader_token, tables.server_fact)
            for row in connection.execute(select(table))
        ]
    for secret in (code, code.replace("-", ""), waiting.replace("-", ""), enrolled.token, reader):
        assert not any(secret in row or secret.rpartition(".")[2] in row for row in rows)


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.replace("rls_", "rlr_"),
        lambda token: "rls_" + identity._base64(b'["main","dock-2"]') + "." + token.rpartition(".")[2],
        lambda token: "rls_" + identity._base64(b'["main"]') + "." + token.rpartition(".")[2],
        lambda token: "rls_" + identity._base64(b'{"a":1}') + "." + token.rpartition(".")[2],
        lambda token: "rls_!." + token.rpartition(".")[2],
        lambda token: token + "x",
        lambda _: "",
    ],
)
def test_a_forged_token_opens_nothing(centre: Centre, forge) -> None:  # type: ignore[no-untyped-def]
    token = centre.enrol("dock-1").token
    centre.enrol("dock-2")
    assert centre.ask("GET", "/v1/events", forge(token) or "x").status in {401, 403}
    assert centre.ask("GET", "/v1/events", token).status == 200


def test_a_reader_is_no_station_and_a_station_no_reader(centre: Centre) -> None:
    reader = identity.new_reader(centre.front.context, "main", "erp")
    answer = centre.ask("GET", "/v1/events", reader)
    assert answer.status == 403
    assert msgspec.msgpack.decode(answer.body, type=Refused).code == "forbidden"


def test_a_readers_new_token_ends_its_former_one(centre: Centre) -> None:
    former = identity.new_reader(centre.front.context, "main", "erp")
    now = identity.new_reader(centre.front.context, "main", "erp")
    with pytest.raises(Exception, match="revoked"):
        identity.caller(centre.front.context, "reader", f"Bearer {former}")
    assert identity.caller(centre.front.context, "reader", f"Bearer {now}").name == "erp"


@pytest.mark.parametrize("name", ["", " ", "a b", "-dock", "dock/1", "d" * 65, "dock\x00", "döck"])
def test_a_name_that_is_none_gets_no_code(centre: Centre, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        identity.new_code(centre.front.context, "main", name)


def test_replicas_share_one_key_and_one_incarnation(centre: Centre) -> None:
    here = centre.enrol("dock-1")
    other = centre.replica()
    other.prepare()
    there = identity.enrol(other.context, EnrolRequest("dock-2", identity.new_code(other.context, "main", "dock-2")))
    other.context.engine.dispose()
    assert isinstance(there, Enrolment)
    assert (here.server_key, here.incarnation) == (there.server_key, there.incarnation)


def test_a_refusal_says_what_to_do_in_the_callers_form(centre: Centre) -> None:
    answer = centre.ask("GET", "/v1/events", "")
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/msgpack"
    found = json.loads(centre.ask("GET", "/nowhere").body)
    assert found["code"] == "not_found"

"""Whatever a station, or somebody who says so, pushes: a reason, nothing stored, and the server goes on."""

from __future__ import annotations

import msgspec
import pushing
import pytest
from hostile import MIB, changed, forget, good, pushed, refused
from pushing import Log, traced
from served import STATION, Served

from rl_station.domain.sync_wire import Ack, Life, pack

pytestmark = pytest.mark.usefixtures("nothing_stored")


def truncated() -> bytes:
    return pushing.body(good())[:-3]


def flipped() -> bytes:
    whole = bytearray(pushing.body(good()))
    whole[len(whole) // 2] ^= 0x40
    return bytes(whole)


BROKEN = {
    "nothing": b"",
    "not zstd": b"hello",
    "a frame that ends early": truncated(),
    "a frame with a bit flipped": flipped(),
    "a frame and more": pushing.body(good()) + b"more",
    "zstd of nothing": pushing.compressed(b""),
    "not MessagePack": pushing.compressed(b"\xc1"),
    "JSON instead": pushing.compressed(msgspec.json.encode(good())),
    "MessagePack and more": pushing.compressed(pack(good()) + b"\x00"),
    "a list": pushing.compressed(msgspec.msgpack.encode([1, 2, 3])),
    "no fields": pushing.compressed(b"\x80"),
    "100,000 lists in each other": pushing.compressed(b"\x91" * 100_000 + b"\xc0"),
    "a list of four billion": pushing.compressed(b"\xdd\xff\xff\xff\xff"),
    "a text of four billion": pushing.compressed(b"\xdb\xff\xff\xff\xffabc"),
    "a text that is no UTF-8": pushing.compressed(b"\x81\xa7station\xa3\xed\xa0\x80"),
    "no events": changed(good(), events=()),
    "seq 0": changed(good(), first=0),
    "a negative seq": changed(good(), first=-1),
    "the largest seq": changed(good(), first=(1 << 63) - 1),
    "a seq of 64 bits": changed(good(), first=(1 << 64) - 1),
    "a short hash": changed(good(), previous=b"\x00" * 31),
    "a long hash": changed(good(), previous=b"\x00" * 33),
    "an epoch without a name": changed(good(), life=Life("", 1)),
    "an epoch that starts at 0": changed(good(), life=Life("epoch1", 0)),
    "an epoch that starts below 0": changed(good(), life=Life("epoch1", -(1 << 63))),
    "an epoch that starts beyond its events": changed(good(), life=Life("epoch1", 1 << 62)),
    "an epoch named by a megabyte": changed(good(), life=Life("e" * MIB, 1)),
    "NUL in the epoch": changed(good(), life=Life("epoch\x001", 1)),
    "NUL in the reason": changed(good(), life=Life("epoch1", 1, "", "ne\x00w")),
    "a parent nobody knows": changed(good(), life=Life("epoch1", 5, "nobody", "restored"), first=5),
    "NUL in the version": changed(good(), version="1\x002"),
    "an acknowledgement of 64 bits": changed(good(), acknowledged=(1 << 64) - 1),
}
TWISTED: dict[str, dict[str, object]] = {
    "a time of 64 bits": {"at": (1 << 64) - 1},
    "a clock of 64 bits": {"hlc": (1 << 64) - 1},
    "a negative clock": {"hlc": -5},
    "a cause of 64 bits": {"cause": (1 << 64) - 1},
    "a schema of 64 bits": {"schema": (1 << 64) - 1},
    "NUL in the operator": {"operator": "pri\x00ya"},
    "an operator of a megabyte": {"operator": "p" * MIB},
    "a form nobody knows": {"form": "secret"},
    "withheld without a hash": {"form": "withheld", "body": b""},
    "withheld with a body": {"form": "withheld", "hash": b"\x01" * 32},
    "withheld with a short hash": {"form": "withheld", "body": b"", "hash": b"\x01"},
    "NUL in the envelope's epoch": {"epoch": "a\x00b"},
    "no body": {"body": b""},
    "a body that is no JSON": {"body": b"{"},
    "a body that is no UTF-8": {"body": b'{"type":"CodeTraced","kind":"\xff","value":""}'},
    "100,000 lists in its body": {"body": b"[" * 100_000},
    "100,000 lists in its source": {"source": b'{"device":' + b"[" * 100_000},
    "a source that is no JSON": {"source": b"nope"},
    "a basis that is no JSON": {"basis": b"\x00"},
    "a basis of the wrong shape": {"basis": b'[["parcel"]]'},
    "wrong types in its body": {"body": b'{"kind":7,"type":"CodeTraced","value":[]}'},
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_push_is_refused(served: Served, token: str, what: str) -> None:
    refused(pushed(served, token, BROKEN[what]))


@pytest.mark.parametrize("what", TWISTED)
def test_an_event_that_is_not_as_it_should_be_is_refused_by_its_seq(served: Served, token: str, what: str) -> None:
    log = Log(STATION)
    twisted = msgspec.structs.replace(log.sent(traced(2), 1), **TWISTED[what])
    answer = refused(pushed(served, token, pushing.body(log.push([traced(1), twisted]))))
    if answer.code == "bad_event":
        assert answer.at == 2
    else:
        assert answer.code in {"bad_request", "too_large"}


@pytest.mark.parametrize(
    "body",
    [
        rb'{"kind":"tracking","type":"CodeTraced","value":"a\u0000b"}',
        rb'{"kind":"tracking","type":"CodeTraced","value":"\ud800"}',
        rb'{"code":"x","params":[["a","\udfff\u0000"]],"type":"ScanRefused"}',
        rb'{"client":"","keys":[["tracking","1Z\u0000"]],"outcome":"blind","parcel":"RLPX\u0000","type":"ParcelReceived"}',
        rb'{"client":"","keys":[["tracking","\ud83d"]],"outcome":"blind","parcel":"RLPX\ud83d","type":"ParcelReceived"}',
    ],
)
def test_text_that_no_database_takes_is_refused_or_set_aside(served: Served, body: bytes) -> None:
    """A scanner can read anything. Where such an event is taken, it must be the very bytes that come back."""
    name = f"text-{abs(hash(body))}"
    token = served.enrol(name).token
    log = Log(name)
    push = log.push([body])
    before = served.rows()
    answer = pushed(served, token, pushing.body(push))
    if answer.status == 200:
        ack = msgspec.msgpack.decode(answer.body, type=Ack)
        assert ack.head == log.after(push).head
        assert served.rows()["event"] == before["event"] + 1
        forget(served, name)
    else:
        assert refused(answer).code == "bad_event"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "zstd, zstd"},
        {"Content-Type": "text/html"},
        {"Content-Type": "\xff"},
        {"Content-Encoding": "A" * 1000},
    ],
)
def test_a_form_that_is_not_spoken_here_is_refused(served: Served, token: str, headers: dict[str, str]) -> None:
    refused(pushed(served, token, b"\x1f\x8b\x08", **headers))


def test_a_replayed_request_stores_nothing_a_second_time(served: Served) -> None:
    enrolment = served.enrol("replay-1")
    body = pushing.body(Log("replay-1").push([traced(1), traced(2)]))
    first = msgspec.msgpack.decode(pushed(served, enrolment.token, body).body, type=Ack)
    rows = served.rows()
    again = [msgspec.msgpack.decode(pushed(served, enrolment.token, body).body, type=Ack) for _ in range(3)]
    assert (first.stored, first.known) == (2, 0)
    assert {(ack.stored, ack.known, ack.through, ack.head) for ack in again} == {(0, 2, 2, first.head)}
    assert served.rows() == rows
    forget(served, "replay-1")

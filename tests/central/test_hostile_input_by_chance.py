"""Requests by chance against every route there is: never a 5xx, always a reason, nothing stored, and the server stays up."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec
import pushing
import pytest
import zstandard
from hostile import good, refused
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from served import Served

from rl_station.domain.sync_wire import Push, Sent, pack

pytestmark = [pytest.mark.usefixtures("nothing_stored"), pytest.mark.slow]

by_chance = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""Nothing is reset between examples: nothing may have happened."""

WHOLE = (1 << 64) - 1
numbers = st.one_of(st.integers(-(1 << 63), WHOLE), st.sampled_from([0, 1, 2, (1 << 63) - 1, 1 << 63, WHOLE]))
texts = st.one_of(st.text(max_size=40), st.sampled_from(["", "\x00", "epoch1", "dock-1", "../..", "'; --", "💩" * 50]))
blobs = st.one_of(st.binary(max_size=80), st.sampled_from([b"", b"{}", b"null", b"\x00" * 32, b"\xff" * 32]))
anything = st.recursive(
    st.none() | st.booleans() | numbers | st.floats(allow_nan=False) | texts | blobs,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(texts, inner, max_size=6),
    max_leaves=30,
)


def test_a_push_of_any_shape_is_refused(served: Served, token: str) -> None:
    @by_chance
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        body = data.draw(st.one_of(st.binary(max_size=200), packed(), twisted()))
        if data.draw(st.booleans()):
            body = pushing.compressed(body)
        refused(served.ask("POST", "/v1/events", pushing.headers(token), body))

    run()


def packed() -> st.SearchStrategy[bytes]:
    """MessagePack of anything, or with the names that a push has."""
    names = st.sampled_from(Push.__struct_fields__)
    return st.one_of(anything, st.dictionaries(names, anything)).map(msgspec.msgpack.encode)


def twisted() -> st.SearchStrategy[bytes]:
    """A push that is good but for one to three things in it, which cannot be what they are."""

    def apply(changes: Mapping[str, Any], event: Mapping[str, Any]) -> bytes:
        plain = msgspec.to_builtins(good(), builtin_types=(bytes,))
        fields = Sent.__struct_fields__
        sent = [list(each) + [None] * (len(fields) - len(each)) for each in plain["events"]]
        for name, value in event.items():
            sent[0][fields.index(name)] = value
        plain["events"] = sent
        # Whatever else is drawn, it continues a log that nobody has.
        plain["previous"] = b"\x07" * 32
        plain.update(changes)
        return msgspec.msgpack.encode(plain)

    names = st.sampled_from([name for name in Push.__struct_fields__ if name != "previous"])
    parts = st.sampled_from(Sent.__struct_fields__)
    values = st.one_of(anything, numbers, texts, blobs)
    return st.builds(
        apply, st.dictionaries(names, values, max_size=3), st.dictionaries(parts, values, min_size=1, max_size=3)
    )


def test_bits_flipped_in_a_good_push_are_noticed(served: Served, token: str) -> None:
    plain = pack(good())

    @by_chance
    @given(st.sets(st.integers(0, len(plain) * 8 - 1), min_size=1, max_size=3), st.booleans())
    def run(bits: set[int], before_compression: bool) -> None:
        flipped = bytearray(plain if before_compression else pushing.compressed(plain))
        for bit in bits:
            flipped[bit // 8 % len(flipped)] ^= 1 << bit % 8
        body = pushing.compressed(bytes(flipped)) if before_compression else bytes(flipped)
        push = decoded(body)
        if push is not None and (push.events, push.life.epoch, push.head) == SAID:
            return  # the sender's version or clock or why its epoch began: nothing that the chain vouches for
        refused(served.ask("POST", "/v1/events", pushing.headers(token), body))

    run()


SAID = (good().events, good().life.epoch, good().head)


def decoded(body: bytes) -> Push | None:
    try:
        # What the frame says of its size may be flipped, too.
        plain = zstandard.ZstdDecompressor().stream_reader(body).read(1 << 20)
        return msgspec.msgpack.decode(plain, type=Push)
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeDecodeError, MemoryError):
        return None


def test_every_route_of_the_documentation_answers_whatever_it_is_asked(served: Served, token: str, reader: str) -> None:
    """Names, parameters and bodies by chance, with and without the right to ask."""
    routes = documented(served)
    assert len(routes) > 10
    tokens = [token, reader, "", "nobody"]
    resolved = set()

    @by_chance
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        method, path, query = data.draw(st.sampled_from(routes))
        for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
            path = path.replace(f"{{{name}}}", quote(data.draw(texts.filter(bool)), safe=""))
        asked = data.draw(
            st.dictionaries(st.sampled_from(query or ["x"]), st.one_of(texts, numbers.map(str)), max_size=3)
        )
        target = path + ("?" + "&".join(f"{quote(k)}={quote(v)}" for k, v in asked.items()) if asked else "")
        headers = {
            "Content-Type": data.draw(st.sampled_from(["application/json", "application/msgpack", "text/csv", ""]))
        }
        if who := data.draw(st.sampled_from(tokens)):
            headers["Authorization"] = f"Bearer {who}"
        body = (
            data.draw(st.one_of(st.just(b""), st.binary(max_size=100), json_bodies(), packed()))
            if method == "POST"
            else b""
        )
        answer = served.ask(method, target, headers, body)
        assert answer.status < 500, (method, target, headers, body, answer)
        if answer.status >= 400:
            refused(answer)
        resolved.add((method, path.split("/")[2] if path.count("/") > 1 else path, answer.status))

    run()
    assert len({status for *_, status in resolved}) > 1


def json_bodies() -> st.SearchStrategy[bytes]:
    plain = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    )
    kinds = st.sampled_from(
        ["client", "product", "return", "recall", "operator", "bin", "lane", "rules", "parcel", "nothing"]
    )
    row = st.fixed_dictionaries({"kind": kinds, "key": texts, "value": plain})
    return st.one_of(plain, st.lists(row, max_size=3)).map(json.dumps).map(str.encode)


def documented(served: Served) -> list[tuple[str, str, list[str]]]:
    """Method, path and query parameters of each route, off the server's own documentation."""
    answer = served.ask("GET", "/openapi.json")
    assert answer.status == http.client.OK
    return [
        (method.upper(), path, [each["name"] for each in told.get("parameters", ()) if each["in"] == "query"])
        for path, methods in json.loads(answer.body)["paths"].items()
        for method, told in methods.items()
    ]

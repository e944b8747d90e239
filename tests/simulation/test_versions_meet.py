"""Stations and servers of different ages: what one says besides is passed over, what one leaves out is not missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import zstandard
from sim_invariants import Contents
from sim_network import Network
from sim_run import quiet, settle, verify
from sim_work import Novelty

from rl_station.sync.channel import Request, Response

Edit = Callable[[dict[str, Any]], None]


class Between(Network):
    """Has every message changed on its way, as the other end's version would have written it."""

    def change(self, push: Edit, answer: Edit) -> None:
        self.push, self.answer = push, answer

    def exchange(self, machine: str, request: Request) -> Response:
        if request.body:
            request = msgspec.structs.replace(request, body=_changed(request.body, self.push))
        given = super().exchange(machine, request)
        if given.status != 200:
            return given
        headers = {name: value for name, value in given.headers.items() if name != "content-encoding"}
        body = _plain(given.body, given.headers.get("content-encoding", ""))
        changed = msgspec.msgpack.decode(body)
        self.answer(changed)
        return Response(status=200, headers=headers, body=msgspec.msgpack.encode(changed))


def _plain(body: bytes, encoding: str) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(body) if encoding == "zstd" else body


def _changed(body: bytes, edit: Edit) -> bytes:
    push = msgspec.msgpack.decode(_plain(body, "zstd"))
    edit(push)
    return zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(push))


def newer_push(push: dict[str, Any]) -> None:
    push["mood"] = {"deep": [1, 2, 3]}
    push["life"]["colour"] = "green"
    push["events"] = [[*event, *[None] * (11 - len(event)), "more"] for event in push["events"]]


def older_push(push: dict[str, Any]) -> None:
    for name in ("waiting", "version", "incarnation"):
        push.pop(name, None)


def newer_answer(answer: dict[str, Any]) -> None:
    answer["advice"] = "drink water"
    answer["items"] = [[*item, "more"] for item in answer.get("items", ())]


def as_it_is(_: dict[str, Any]) -> None:
    """The same version."""


@pytest.mark.parametrize(
    ("push", "answer"),
    [(newer_push, as_it_is), (older_push, as_it_is), (as_it_is, newer_answer), (newer_push, newer_answer)],
    ids=["newer station", "older station", "newer server", "both"],
)
def test_versions_that_say_more_or_less_understand_each_other(push: Edit, answer: Edit) -> None:
    with quiet(2) as site:
        for machine in site.machines:
            network = Between(site.world, site.centre)
            network.change(push, answer)
            machine.network = network
            machine.disconnect()
            machine.connect()
        for _ in range(3):
            for machine in site.machines:
                for _ in range(5):
                    machine.work()
            settle(site)
        if answer is not newer_answer:
            verify(site)
        assert {link for machine in site.machines for link in machine.memory.hashes} == Contents(site.centre).hashes


def test_an_event_of_a_newer_version_waits_at_the_centre_for_one_that_understands_it() -> None:
    with quiet() as site:
        (machine,) = site.machines
        machine.work()
        machine.write_novelty()
        machine.work()
        settle(site)
        verify(site)
        ((type_,),) = site.centre.rows(
            "SELECT type FROM event JOIN quarantined USING (stream, seq) WHERE reason = 'unknown'"
        )
        assert type_ == Novelty.__name__

"""Busy portal readers for the bench, in a process of their own: `python -m benchmarks.rfid_readers READERS RATE SECONDS`.

Prints its ports as JSON, and `running` when each reader has its client. Each sends RATE reads a second for SECONDS, one a
message; then it prints `sent` and how many that were together, and waits to be ended. RATE 0: everything at once, as readers do
that kept their reports while the network was away, when a line comes on standard input.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count, islice

from benchmarks.bench import REPOSITORY

sys.path.insert(0, str(REPOSITORY))

from drivers.rfid import simulated_messages as says
from drivers.rfid.llrp.wire import HEADER, MessageType, message, tlv, tv
from drivers.rfid.simulated_client import ANSWERS

QUEUED = 66_000
_TAGS = 200
_SLOT_S = 0.005
_GREETING = says.greeting(0, time.time_ns() // 1000)


async def _serve(readers: int, rate: int, seconds: float) -> None:
    done: list[asyncio.Future[int]] = []
    released = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline) if not rate else None

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        finished: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        done.append(finished)
        writer.write(_GREETING)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await _until_running(reader, writer)
            if released is not None:
                await asyncio.shield(released)
            finished.set_result(await (_paced(writer, rate, seconds) if rate else _at_once(writer)))
            while await reader.read(4096):
                pass
        writer.close()

    servers = [await asyncio.start_server(client, "127.0.0.1", 0) for _ in range(readers)]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    while len(done) < readers:
        await asyncio.sleep(_SLOT_S)
    print("running", flush=True)
    print("sent", sum(await asyncio.gather(*done)), flush=True)
    await asyncio.Event().wait()


async def _until_running(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say yes to everything up to the release of the queue."""
    while True:
        word, length, message_id = HEADER.unpack(await reader.readexactly(HEADER.size))
        await reader.readexactly(length - HEADER.size)
        kind = word & MessageType.CUSTOM_MESSAGE
        if kind == MessageType.ENABLE_EVENTS_AND_REPORTS:
            return
        body = says.capabilities(4, 4, "bench") if kind == MessageType.GET_READER_CAPABILITIES else b""
        writer.write(says.answer(ANSWERS[kind], message_id, body))


async def _paced(writer: asyncio.StreamWriter, rate: int, seconds: float) -> int:
    """In small bursts, and the number that is due whatever happened to the burst before."""
    reports = _reports()
    began, sent, due = time.monotonic(), 0, 0
    while sent < rate * seconds:
        due = min(int(rate * seconds), int((time.monotonic() - began) * rate))
        writer.write(b"".join(islice(reports, due - sent)))
        sent = due
        await writer.drain()
        await asyncio.sleep(_SLOT_S)
    return sent


async def _at_once(writer: asyncio.StreamWriter) -> int:
    writer.write(b"".join(islice(_reports(), QUEUED)))
    await writer.drain()
    return QUEUED


def _reports() -> Iterator[bytes]:
    """A report a tag, with what the driver asks for."""
    heads = [
        tv(13, struct.pack(">QI", 0x3034 << 48, tag)) + tv(1, struct.pack(">H", 1 + tag % 4)) for tag in range(_TAGS)
    ]
    for number in count():
        stamp = tv(6, b"\xd3") + tv(4, struct.pack(">Q", time.time_ns() // 1000)) + tv(8, b"\x00\x01")
        yield message(MessageType.RO_ACCESS_REPORT, number, tlv(240, heads[number % _TAGS] + stamp + tv(16, bytes(4))))


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))

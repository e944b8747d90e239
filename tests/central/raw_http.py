"""HTTP as anybody may send it: bytes onto a socket, and what comes back."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import NamedTuple

PATIENCE_S = 60.0
Address = tuple[str, int]


class Answered(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """One connection, on which anything can be said."""

    def __init__(self, address: Address) -> None:
        self.socket = socket.create_connection(address, PATIENCE_S)

    def send(self, data: bytes) -> bool:
        """False where the server has hung up."""
        try:
            self.socket.sendall(data)
        except OSError:
            return False
        return True

    def answer(self) -> Answered | None:
        """What the server says; None where it hangs up without a word. Raises TimeoutError where it does neither."""
        response = http.client.HTTPResponse(self.socket)
        try:
            response.begin()
            return Answered(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        except (ConnectionError, http.client.HTTPException):
            return None

    def finish(self) -> None:
        """Nothing more will be said."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.socket.close()


@contextmanager
def wire(address: Address) -> Iterator[Wire]:
    made = Wire(address)
    try:
        yield made
    finally:
        made.close()


def head(method: str, target: str, headers: Mapping[str, str], *, length: int | None = None) -> bytes:
    """The request line and the headers; `length` is what is declared, None for none."""
    lines = [f"{method} {target} HTTP/1.1", "Host: central"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def asked(
    address: Address, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Answered:
    """An orderly request. Raises OSError or http.client.HTTPException where no answer comes."""
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE_S)
    try:
        connection.request(method, target, body=body or None, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Answered(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def dribble(wires: Iterable[Wire], data: bytes) -> None:
    """One byte to each, again and again."""
    lines = list(wires)
    for number in range(len(data)):
        for line in lines:
            line.send(data[number : number + 1])


def until(wanted, what: str, patience_s: float = PATIENCE_S) -> None:  # type: ignore[no-untyped-def]
    """Wait for a condition. Fails when it does not come."""
    deadline = time.monotonic() + patience_s
    while not wanted():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)

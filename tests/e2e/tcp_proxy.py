"""A plain TCP proxy in front of several servers: each connection goes to the next that takes it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count

_CHUNK = 65536
_CONNECT_S = 2.0

Address = tuple[str, int]


class TcpProxy:
    """`taken` counts the connections that each server has been given."""

    def __init__(self, servers: Sequence[Address]) -> None:
        self._servers = tuple(servers)
        self._turn = count()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.taken = dict.fromkeys(self._servers, 0)
        self._run(self._accept)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """Reset every connection there is, as a restarted proxy does."""
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in list(self._threads):
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = self._connected()
            if server is None:
                client.close()
                continue
            with self._lock:
                self._open |= {client, server}
            self._run(self._pump, client, server)
            self._run(self._pump, server, client)

    def _connected(self) -> socket.socket | None:
        for _ in self._servers:
            address = self._servers[next(self._turn) % len(self._servers)]
            with suppress(OSError):
                server = socket.create_connection(address, _CONNECT_S)
                server.settimeout(None)
                self.taken[address] += 1
                return server
        return None

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        """Whichever direction ends first ends both: HTTP/1.1 needs no half-open connections."""
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                target.sendall(data)
        with self._lock:
            for each in (source, target):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            # The other direction's thread may still be in a call on it; whoever comes second closes both.
            if source in self._open:
                self._open -= {source, target}
            else:
                source.close()
                target.close()

    def _run(self, work, *arguments) -> None:  # type: ignore[no-untyped-def]
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()


@contextmanager
def proxy(servers: Sequence[Address]) -> Iterator[TcpProxy]:
    made = TcpProxy(servers)
    try:
        yield made
    finally:
        made.close()

"""A simulated reader behind TLS, in a thread of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from pathlib import Path

from scanner_bench import PATIENCE_S

from drivers.rfid.simulated_client import SimulatedClient
from drivers.rfid.simulated_reader import SimulatedReader


class TlsReader:
    """With `clients`, the certificate of an authority, it talks only to those whom the authority knows: see `subjects`."""

    def __init__(self, certificate: Path, key: Path, *, clients: Path | None = None) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients)
        self.subjects: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._room = SimulatedReader()
        self.port = asyncio.run_coroutine_threadsafe(self._open(context), self._loop).result(PATIENCE_S)

    async def _open(self, context: ssl.SSLContext) -> int:
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Client(self._room, self.subjects), "127.0.0.1", 0, ssl=context
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _Client(SimulatedClient):
    def __init__(self, room: SimulatedReader, subjects: list[str]) -> None:
        super().__init__(room)
        self._subjects = subjects

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        shown = transport.get_extra_info("peercert") or {}
        self._subjects += [value for part in shown.get("subject", ()) for name, value in part if name == "commonName"]
        super().connection_made(transport)

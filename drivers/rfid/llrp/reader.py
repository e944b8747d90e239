"""An LLRP reader: connected and kept connected, its inventory running, its tags and troubles told."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import time
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from drivers.contract import (
    DeviceError,
    DeviceState,
    Health,
    HealthLevel,
    Listener,
)
from drivers.rfid.llrp import access
from drivers.rfid.llrp.approach import Approach, Caller, Doorway, LlrpAddress
from drivers.rfid.llrp.codec import codec as codec_of
from drivers.rfid.llrp.life import Life
from drivers.rfid.llrp.messages import SetOutput
from drivers.rfid.llrp.session import Session, SessionEndedError
from drivers.rfid.llrp.startup import ROSPEC, Begun, Wishes, antennas, begin
from drivers.transport.io_thread import IO
from drivers.transport.links import LinkError
from drivers.transport.serial_port import Backoff

_logger = logging.getLogger(__name__)
_STOP_S = 5.0
_OUTPUT_S = 2.0
_SETTLED_S = 10.0

T = TypeVar("T")


class LlrpReader:
    """One reader, at `host` or, when it is set to call us, coming to `listen` (host:port of this machine).

    `port` defaults to 5084, with TLS 5085. It may be started again after `stop`. Raises `DeviceError` for settings that cannot
    be, and where the codec is not installed.
    """

    def __init__(  # noqa: PLR0913 - one option per setting of the reader
        self,
        *,
        name: str,
        host: str = "",
        port: int | None = None,
        listen: str = "",
        antennas: Sequence[int] = (),
        power_dbm: float | None = None,
        session: int = 1,
        population: int = 32,
        mode: int | None = None,
        report_every: int = 1,
        keepalive_s: float = 10.0,
        tls: bool = False,
        tls_ca: str = "",
        tls_name: str = "",
        tls_cert: str = "",
        tls_key: str = "",
        codec: str = "sllurp",
        backoff: Backoff | None = None,
    ) -> None:
        self._name = name
        self._address = LlrpAddress(host, port, listen, tls, tls_ca, tls_name, tls_cert, tls_key)
        self._wishes = Wishes(tuple(antennas), power_dbm, session, population, mode, report_every, keepalive_s)
        self._codec = codec_of(codec)
        self._backoff = backoff or Backoff()
        self._life: Life | None = None
        self._session: Session | None = None
        self._begun: Begun | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._living: concurrent.futures.Future[None] | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, listener: Listener) -> None:
        self._life = Life(self._name, listener)
        self._loop = IO.acquire()
        self._living = asyncio.run_coroutine_threadsafe(self._live(self._life), self._loop)

    def stop(self) -> None:
        """Close the connection so that the reader is free for others. Nothing is reported after this returns."""
        if self._living is None or self._loop is None or self._life is None:
            return
        self._life.mute()
        self._living.cancel()
        concurrent.futures.wait([self._living], _STOP_S)
        IO.release()
        self._living = self._loop = None

    # --- for people and other threads ---------------------------------------------------------------------------------

    def write_epc(self, old: str, new: str, timeout: float) -> None:
        before, after = access.checked_epc(old), access.checked_epc(new)
        if before == after:
            raise DeviceError("the tag has this EPC already")
        life, session = self._ready()
        if life.field.there(after):
            raise DeviceError("another tag in the field has the new EPC already")
        self._called(access.write_epc(session, before, after, timeout), timeout + _STOP_S)
        life.field.forget(before)

    def set_output(self, port: int, on: bool) -> None:
        _, session = self._ready()
        self._called(session.ask(SetOutput(port, on), _OUTPUT_S), _STOP_S)

    def check_health(self, level: str, timeout: float) -> Health:
        """External: which antennas are connected, and how many tags are in the field. Interactive waits for a tag."""
        life, session, begun = self._life, self._session, self._begun
        if life is None or self._living is None:
            return Health(False, "not started")
        if session is None or begun is None or level == HealthLevel.INTERNAL:
            return Health(life.state is DeviceState.READY, life.told())
        if level == HealthLevel.INTERACTIVE:
            return life.field.next_tag(timeout)
        try:
            told = self._called(antennas(session, timeout), timeout + _OUTPUT_S)
        except DeviceError as error:
            return Health(False, str(error))
        return Health(True, life.field.report(begun.capabilities, told))

    def _ready(self) -> tuple[Life, Session]:
        if self._life is None or self._session is None or self._begun is None:
            raise DeviceError(f"{self._name} is not connected")
        return self._life, self._session

    def _called(self, work: Coroutine[Any, Any, T], patience: float) -> T:
        """Have it done on the I/O thread. Raises `DeviceError`."""
        if self._loop is None:
            work.close()
            raise DeviceError(f"{self._name} is not started")
        doing = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return doing.result(patience)
        except SessionEndedError as error:
            raise DeviceError(str(error)) from error
        except (concurrent.futures.TimeoutError, concurrent.futures.CancelledError) as error:
            doing.cancel()
            raise DeviceError(f"{self._name} does not answer") from error

    # --- on the I/O thread --------------------------------------------------------------------------------------------

    async def _live(self, life: Life) -> None:
        """Connect, and again, until cancelled."""
        approach: Approach = Doorway(self._address) if self._address.listen else Caller(self._address)
        failures, known, mistake = 0, False, ""
        try:
            while True:
                began, waited = time.monotonic(), False
                try:
                    if mistake or not failures:
                        state = DeviceState.LOST if mistake else DeviceState.OPENING
                        life.tell(state, mistake or f"connecting to {self._address}")
                    mistake = ""
                    waited = await self._connection(approach, life, known)
                except Exception as error:
                    # The outermost frame of this reader's life: a mistake here, or upstairs, costs one connection.
                    _logger.exception("LLRP reader %s", self._name)
                    mistake = f"internal error: {error!r}"
                known = known or self._begun is not None
                settled = self._begun is not None and time.monotonic() - began > _SETTLED_S
                failures = 1 if settled else failures + 1
                self._begun = None
                if not waited:
                    await asyncio.sleep(self._backoff.after(failures))
        finally:
            approach.close()

    async def _connection(self, approach: Approach, life: Life, known: bool) -> bool:
        """One connection from beginning to end; True where the next attempt needs no delay."""
        try:
            link = await approach.link()
        except LinkError as error:
            life.gone(error.reason, absent=error.absent)
            return error.waited
        life.fresh()
        session = Session(link, self._codec, life)
        try:
            begun = await begin(session, self._wishes)
            self._session, self._begun = session, begun
            life.ready(rebooted=known and not begun.kept, unplugged=begun.unplugged)
            await session.watch(self._wishes.keepalive_s)
        except SessionEndedError as error:
            life.gone(str(error))
        except asyncio.CancelledError:
            await session.farewell(ROSPEC)
            raise
        finally:
            self._session = None
            session.end("closed")
        return False

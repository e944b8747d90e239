"""A port that is lost and found again: one thread opens it, reads it, and opens it anew when the device comes back."""

from __future__ import annotations

import logging
import os
import queue
import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from drivers.contract import DeviceState
from drivers.transport.links import Link, LinkError, Movable, PortSettings, open_link

_logger = logging.getLogger(__name__)
_STOP_S = 5.0
_OUTBOX = 16


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds between attempts to open: `first`, then `factor` times as long, never over `ceiling`."""

    first: float = 0.25
    factor: float = 2.0
    ceiling: float = 5.0

    def after(self, failures: int) -> float:
        """The wait after so many failures in a row, the first being 1."""
        # The exponent is bounded: a port may be away for weeks.
        return min(self.ceiling, self.first * self.factor ** min(failures - 1, 32))


class Client(Protocol):
    """Who uses a port. All methods are called on the port's own thread."""

    def state_changed(self, state: DeviceState, reason: str) -> None: ...
    def received(self, data: bytes, now_ns: int) -> None: ...
    def deadline_ns(self) -> int | None: ...
    def expired(self, now_ns: int) -> None: ...


Opener = Callable[[int], Link]
"""Opens a link or raises `LinkError`; the readable descriptor it is given breaks off what takes long."""


class SerialPort:
    """Keeps one link open for its client from `start` to `stop`, each called once.

    The link is a serial port or URL, or whatever an `Opener` opens; that is asked anew at every attempt.

    States: opening, then ready; absent (no such device) or lost (unplugged, permission denied, busy...) until it is back.
    Every `backoff.ceiling` seconds it also looks whether its name leads to another device by now.
    """

    def __init__(
        self, settings: PortSettings | Opener, client: Client, *, name: str, backoff: Backoff | None = None
    ) -> None:
        self._open = partial(open_link, settings) if isinstance(settings, PortSettings) else settings
        self._client = client
        self._backoff = backoff or Backoff()
        self._told: tuple[DeviceState, str] | None = None
        self._ready_since: float | None = None
        self._outbox: queue.Queue[bytes] = queue.Queue(_OUTBOX)
        self._stopping = threading.Event()
        self._farewell = b""
        self._thread = threading.Thread(target=self._run, name=f"port-{name}", daemon=True)
        self._wake_lock = threading.Lock()
        self._wake_pipe: tuple[int, int] | None = None

    def start(self) -> None:
        self._wake_pipe = os.pipe()
        self._thread.start()

    def stop(self, farewell: bytes = b"") -> None:
        """End the thread; nothing is reported after this returns. `farewell` is what an open link still sends."""
        self._farewell = farewell
        self._stopping.set()
        self._wake()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_STOP_S)

    def write(self, data: bytes) -> bool:
        """Send soon, from any thread. False when the port is not ready or too much waits: a late beep is worse than none."""
        if self._ready_since is None:
            return False
        try:
            self._outbox.put_nowait(data)
        except queue.Full:
            return False
        self._wake()
        return True

    def nudge(self) -> bool:
        """Have the client asked for its deadline at once, from any thread. False when the port is not ready."""
        if self._ready_since is None:
            return False
        self._wake()
        return True

    def _wake(self) -> None:
        with self._wake_lock:
            if self._wake_pipe is not None:
                os.write(self._wake_pipe[1], b"w")

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        with self._wake_lock:
            pipe = self._wake_pipe
        if pipe is not None:
            try:
                self._keep_open(pipe[0])
            finally:
                with self._wake_lock:
                    self._wake_pipe = None
                    os.close(pipe[0])
                    os.close(pipe[1])

    def _keep_open(self, wake: int) -> None:
        state, reason = DeviceState.OPENING, ""
        failures, waited = 0, False
        while not self._stopping.is_set():
            try:
                self._tell(state, reason)
                if failures and not waited:
                    self._pause(wake, self._backoff.after(failures))
                self._empty_outbox(wake)
                if not self._stopping.is_set():
                    self._connect_and_serve(wake)
            except LinkError as error:
                state, reason = (DeviceState.ABSENT if error.absent else DeviceState.LOST), error.reason
                waited = error.waited
            except Exception as error:
                # The thread's outermost frame: whatever broke, the scanner has to come back by itself.
                _logger.exception("%s failed", self._thread.name)
                state, reason, waited = DeviceState.LOST, f"internal error: {error}", False
            failures = 1 if self._was_steady() else failures + 1
            self._ready_since = None

    def _connect_and_serve(self, wake: int) -> None:
        link = self._open(wake)
        try:
            self._ready_since = time.monotonic()
            self._tell(DeviceState.READY, "")
            self._serve(link, wake)
            if self._farewell:
                link.write(self._farewell)
        finally:
            link.close()

    def _serve(self, link: Link, wake: int) -> None:
        poll = select.poll()
        poll.register(wake, select.POLLIN)
        if link.descriptor is not None:
            poll.register(link.descriptor, select.POLLIN)
        movable = link if isinstance(link, Movable) and link.descriptor is not None else None
        look_ns = self._next_look_ns()
        while not self._stopping.is_set():
            ready = {descriptor for descriptor, _ in poll.poll(self._patience_ms(link, look_ns if movable else None))}
            if wake in ready:
                self._send_outbox(link, wake)
            # A link without a descriptor waits for a moment in `read` itself.
            data = link.read() if link.descriptor is None or link.descriptor in ready else b""
            now = time.monotonic_ns()
            deadline = self._client.deadline_ns()
            if self._stopping.is_set():
                return
            if data:
                self._client.received(data, now)
            elif deadline is not None and now >= deadline:
                self._client.expired(now)
            if movable is not None and now >= look_ns:
                if movable.moved():
                    raise LinkError("plugged in elsewhere")
                look_ns = self._next_look_ns()

    def _next_look_ns(self) -> int:
        return time.monotonic_ns() + int(self._backoff.ceiling * 1_000_000_000)

    def _patience_ms(self, link: Link, look_ns: int | None) -> int | None:
        if link.descriptor is None:
            return 0
        deadlines = [each for each in (self._client.deadline_ns(), look_ns) if each is not None]
        # Rounded up: a wait that ends just before the deadline would spin.
        return max(0, -((time.monotonic_ns() - min(deadlines)) // 1_000_000)) if deadlines else None

    def _send_outbox(self, link: Link, wake: int) -> None:
        os.read(wake, _OUTBOX)
        while not self._outbox.empty():
            link.write(self._outbox.get_nowait())

    def _empty_outbox(self, wake: int) -> None:
        """Drop what was meant for the connection before."""
        while select.select([wake], [], [], 0)[0]:
            os.read(wake, _OUTBOX)
        while not self._outbox.empty():
            self._outbox.get_nowait()

    def _pause(self, wake: int, seconds: float) -> None:
        select.select([wake], [], [], seconds)

    def _was_steady(self) -> bool:
        """A link that opens and breaks at once is not tried again at full speed."""
        return self._ready_since is not None and time.monotonic() - self._ready_since > self._backoff.ceiling

    def _tell(self, state: DeviceState, reason: str) -> None:
        if (state, reason) != self._told and not self._stopping.is_set():
            self._told = (state, reason)
            self._client.state_changed(state, reason)

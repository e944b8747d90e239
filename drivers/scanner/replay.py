"""Raw bytes of yesterday, read again: as a scanner, or through any framing to see what it makes of them.

A recording is JSON lines, one for every chunk as it came over the wire: `{"t_ns": 123, "device": "bench", "raw": "ABC\\r"}`.
`raw` is Latin-1, so that every byte stands for itself; `t_ns` counts from anywhere and only its differences matter.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from drivers.contract import DeviceReport, DeviceState, FrameRefused, Listener, RawListener, Read, StateChange
from drivers.framing import MAX_LENGTH, Framer, Framing, terminators_named

_logger = logging.getLogger(__name__)
_STOP_S = 5.0
_SECOND_NS = 1_000_000_000
_ENDED = "the recording has ended"


class RecordingError(ValueError):
    """A recording that cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes of one device as they arrived, `t_ns` on the clock of the recording."""

    t_ns: int
    device: str
    data: bytes


def chunk_line(chunk: Chunk) -> str:
    """The line of a recording that holds this chunk, without its end."""
    return json.dumps({"t_ns": chunk.t_ns, "device": chunk.device, "raw": chunk.data.decode("latin-1")})


def read_recording(file: Path) -> tuple[Chunk, ...]:
    """Every chunk of a recording in its order. Raises `RecordingError`."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise RecordingError(f"{file}: {reason}") from error
    return tuple(_chunk(file, number, line) for number, line in enumerate(lines, 1) if line.strip())


def replay_frames(file: Path, framing: Framing, *, device: str | None = None) -> tuple[Read | FrameRefused, ...]:
    """What a framing makes of a recording, or of one device in it; times are those of the recording. Raises `RecordingError`.

    Silence counts as it was recorded, and the end of the recording counts as silence.
    """
    framers: dict[str, Framer] = {}
    frames: list[Read | FrameRefused] = []
    for chunk in read_recording(file):
        if device in (None, chunk.device):
            framer = framers.setdefault(chunk.device, Framer(chunk.device, framing))
            frames += framer.feed(chunk.data, chunk.t_ns)
    for framer in framers.values():
        frames += _last(framer)
    return tuple(frames)


class ReplayScanner:
    """Plays a recording as if the scanner were here: `timed` at its own pace, otherwise all at once.

    `device` picks one of several in the file. It reads from the start whenever it is started, and is absent at the end.
    """

    def __init__(  # noqa: PLR0913 - one option per setting of the scanner
        self,
        *,
        name: str,
        file: str | Path,
        device: str = "",
        timed: bool = True,
        terminators: tuple[str, ...] = ("CR", "LF"),
        idle_gap_ms: int = 0,
        prefix: str = "",
        suffix: str = "",
        max_length: int = MAX_LENGTH,
        stale_ms: int = 2000,
        symbology_id: bool = False,
    ) -> None:
        self._name = name
        self._file = Path(file)
        self._device = device
        self._timed = timed
        self._framing = Framing(
            terminators=terminators_named(terminators),
            idle_gap_ms=idle_gap_ms,
            prefix=prefix.encode("latin-1"),
            suffix=suffix.encode("latin-1"),
            max_length=max_length,
            stale_ms=stale_ms,
            symbology_id=symbology_id,
        )
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._tap: RawListener | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, listener: Listener) -> None:
        stopping = self._stopping = threading.Event()

        def report(said: DeviceReport) -> None:
            if stopping.is_set():
                return
            try:
                listener(said)
            except Exception:
                # As good as the thread's outermost frame: a listener that fails must not end the recording.
                _logger.exception("%s could not report", self._name)

        self._thread = threading.Thread(
            target=self._run, args=(report, stopping), name=f"replay-{self._name}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(_STOP_S)

    def tap(self, listener: RawListener | None) -> None:
        self._tap = listener

    def _run(self, report: Callable[[DeviceReport], None], stopping: threading.Event) -> None:
        report(StateChange(self._name, DeviceState.OPENING))
        try:
            chunks = [each for each in read_recording(self._file) if self._device in ("", each.device)]
        except RecordingError as error:
            report(StateChange(self._name, DeviceState.LOST, str(error)))
            return
        report(StateChange(self._name, DeviceState.READY))
        framer = Framer(self._name, self._framing)
        begun = time.monotonic_ns()
        for chunk in _from_now(chunks, begun):
            if self._timed and not self._pass_time(framer, chunk.t_ns, report, stopping):
                return
            if (tap := self._tap) is not None:
                tap(chunk.data, chunk.t_ns)
            for framed in framer.feed(chunk.data, chunk.t_ns):
                report(framed)
        if framer.deadline_ns is not None and self._timed:
            self._pass_time(framer, framer.deadline_ns, report, stopping)
        for framed in _last(framer):
            report(framed)
        report(StateChange(self._name, DeviceState.ABSENT, _ENDED))

    def _pass_time(
        self, framer: Framer, until_ns: int, report: Callable[[DeviceReport], None], stopping: threading.Event
    ) -> bool:
        """Wait for a moment to come, ending what silence ends meanwhile. False when it is time to stop."""
        while (now := time.monotonic_ns()) < until_ns:
            wake = min(until_ns, framer.deadline_ns or until_ns)
            if stopping.wait(max(0, wake - now) / _SECOND_NS):
                return False
            for framed in framer.flush(time.monotonic_ns()):
                report(framed)
        return not stopping.is_set()


def _from_now(chunks: Iterable[Chunk], begun_ns: int) -> Iterator[Chunk]:
    """The chunks with their times as if the recording began now, so that what compares times sees the recorded distances."""
    first: int | None = None
    for chunk in chunks:
        first = chunk.t_ns if first is None else first
        yield replace(chunk, t_ns=begun_ns + chunk.t_ns - first)


def _last(framer: Framer) -> list[Read | FrameRefused]:
    deadline = framer.deadline_ns
    return framer.flush(deadline) if deadline is not None else []


def _chunk(file: Path, number: int, line: str) -> Chunk:
    try:
        fields = json.loads(line)
        t_ns, device, raw = fields["t_ns"], fields["device"], fields["raw"]
        if not (isinstance(t_ns, int) and isinstance(device, str) and isinstance(raw, str)):
            raise TypeError("t_ns has to be a whole number, device and raw have to be text")
        return Chunk(t_ns, device, raw.encode("latin-1"))
    except KeyError as error:
        raise RecordingError(f"{file}, line {number}: {error} is missing") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordingError(f"{file}, line {number}: {error}") from error

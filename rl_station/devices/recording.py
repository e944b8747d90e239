"""Recordings of raw bytes: kept while devices work, and read again through the framing of any of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import cast

from drivers.contract import FrameRefused, RawBytes, Read
from drivers.framing import Framing
from drivers.scanner.profiles import Overrides, profile
from drivers.scanner.replay import Chunk, RecordingError, chunk_line, read_recording, replay_frames
from drivers.scanner.ssi_session import Outcome, Session
from rl_station.settings.device_settings import SCANNER_DRIVERS, ScannerModel

__all__ = [
    "Difference",
    "NoFramingError",
    "RecordingError",
    "differences",
    "recorded_devices",
    "recorded_line",
    "reread",
]

Frame = Read | FrameRefused

_FRAMED = frozenset({"terminators", "idle_gap_ms", "prefix", "suffix", "max_length", "stale_ms", "symbology_id"})


class NoFramingError(ValueError):
    """What this driver makes of bytes cannot be told without its device."""


def recorded_line(raw: RawBytes) -> str:
    """The line of a recording for these bytes."""
    return chunk_line(Chunk(raw.received_ns, raw.device, raw.data))


def recorded_devices(file: Path) -> tuple[str, ...]:
    """Whose bytes are in a recording. Raises `RecordingError`."""
    return tuple(dict.fromkeys(chunk.device for chunk in read_recording(file)))


def reread(file: Path, model: ScannerModel, device: str) -> tuple[Frame, ...]:
    """What a configured scanner would have made of the bytes of `device`, silence as it was recorded.

    Raises `RecordingError`, and `NoFramingError` for a driver whose way with bytes is not known here.
    """
    framing = framing_of(model)
    if model.driver != "ssi":
        return replay_frames(file, framing, device=device)
    chunks = [chunk for chunk in read_recording(file) if chunk.device == device]
    return tuple(_packets(chunks, Session(device, framing, response_ms=model.response_ms)))


def framing_of(model: ScannerModel) -> Framing:
    """How this scanner's codes are told apart. Raises `NoFramingError`."""
    if "terminators" not in SCANNER_DRIVERS.get(model.driver, frozenset()):
        raise NoFramingError(f"what driver {model.driver!r} makes of bytes cannot be told without its device")
    given = {key: value for key, value in model.driver_options().items() if key in _FRAMED}
    return profile(model.profile, cast(Overrides, given)).framing()


def _packets(chunks: Iterable[Chunk], session: Session) -> Iterator[Frame]:
    """Zebra's packets; what the session would answer goes nowhere."""
    for chunk in chunks:
        yield from _silence(session, chunk.t_ns)
        yield from _frames(session.feed(chunk.data, chunk.t_ns))
    yield from _silence(session, None)


def _silence(session: Session, until_ns: int | None) -> Iterator[Frame]:
    """All that is waited for in vain until the next bytes, or for ever."""
    while (deadline := session.deadline_ns) is not None and (until_ns is None or deadline <= until_ns):
        yield from _frames(session.expire(deadline))


def _frames(outcomes: Iterable[Outcome]) -> Iterator[Frame]:
    return (outcome for outcome in outcomes if isinstance(outcome, Read | FrameRefused))


@dataclass(frozen=True, slots=True)
class Difference:
    """Frames that only one of two ways of reading gives, at the same place. Either side may be empty."""

    at: int
    before: tuple[Frame, ...]
    after: tuple[Frame, ...]


def differences(before: Iterable[Frame], after: Iterable[Frame]) -> list[Difference]:
    """Where two readings of the same bytes part. Only what was read counts, not when; `at` counts frames from 1."""
    left, right = tuple(before), tuple(after)
    matcher = SequenceMatcher(None, [_told(each) for each in left], [_told(each) for each in right], autojunk=False)
    return [
        Difference(start + 1, left[start:end], right[begin:stop])
        for kind, start, end, begin, stop in matcher.get_opcodes()
        if kind != "equal"
    ]


def _told(frame: Frame) -> tuple[str, bytes]:
    return ("read", frame.data) if isinstance(frame, Read) else (frame.reason, frame.head)

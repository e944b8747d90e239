"""Recordings of raw bytes, read again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from scanner_bench import PATIENCE_S, QUICK, Collector, PtyPort

from drivers.contract import DeviceReport, DeviceState, FrameRefused, Read
from drivers.framing import Framing
from drivers.registry import scanner as registered
from drivers.scanner.replay import Chunk, RecordingError, ReplayScanner, chunk_line, read_recording, replay_frames
from drivers.scanner.serial import serial_scanner

MS = 1_000_000
LICENCE = b"@\n\x1e\rANSI 636014\rDAQ1\r\n"


def recording(folder: Path, *chunks: tuple[int, bytes] | tuple[int, bytes, str]) -> Path:
    file = folder / "yesterday.jsonl"
    lines = [chunk_line(Chunk(t, rest[0] if rest else "bench", data)) for t, data, *rest in chunks]
    file.write_text("\n".join(lines) + "\n")
    return file


def reads(frames: tuple[Read | FrameRefused, ...]) -> list[bytes]:
    return [frame.data for frame in frames if isinstance(frame, Read)]


def test_every_byte_comes_out_of_a_recording_as_it_went_in(tmp_path: Path) -> None:
    everything = bytes(range(256)) * 2
    file = recording(tmp_path, (5, everything), (6, b""))
    assert read_recording(file) == (Chunk(5, "bench", everything), Chunk(6, "bench", b""))


def test_what_a_scanner_heard_is_read_the_same_again(tmp_path: Path) -> None:
    """Recorded on a real port with its tap, through the same framing: the same reads."""
    port, heard, lock = PtyPort(tmp_path / "scanner"), Collector(), threading.Lock()
    lines: list[str] = []

    def keep(data: bytes, now_ns: int) -> None:
        with lock:
            lines.append(chunk_line(Chunk(now_ns, "it", data)))

    scanner = serial_scanner(name="it", port=str(port.link), backoff=QUICK)
    scanner.tap(keep)
    scanner.start(heard)
    heard.wait_state(DeviceState.READY)
    for piece in (b"ON", b"E\rTWO\r\n", b"]d2010952123456788\x1d21", b"SN\r", b"\xff\xfe\r"):
        port.send(piece)
    codes = heard.wait_codes(4)
    scanner.stop()
    port.unplug()
    file = tmp_path / "today.jsonl"
    file.write_text("\n".join(lines))
    assert (
        reads(replay_frames(file, Framing())) == codes == [b"ONE", b"TWO", b"]d2010952123456788\x1d21SN", b"\xff\xfe"]
    )


def test_another_framing_makes_something_else_of_the_same_bytes(tmp_path: Path) -> None:
    file = recording(tmp_path, (0, LICENCE[:10]), (3 * MS, LICENCE[10:]), (900 * MS, b"NEXT\r"))
    assert reads(replay_frames(file, Framing())) == [b"@", b"\x1e", b"ANSI 636014", b"DAQ1", b"NEXT"]
    assert reads(replay_frames(file, Framing(idle_gap_ms=30))) == [LICENCE[:-2], b"NEXT"]


def test_silence_counts_as_it_was_recorded(tmp_path: Path) -> None:
    file = recording(tmp_path, (0, b"TORN"), (2500 * MS, b"NEXT\r"), (2501 * MS, b"LAST"))
    frames = replay_frames(file, Framing(stale_ms=2000))
    assert reads(frames) == [b"NEXT"]
    assert [frame.head for frame in frames if isinstance(frame, FrameRefused)] == [b"TORN", b"LAST"]


def test_several_devices_in_one_recording_do_not_mix(tmp_path: Path) -> None:
    file = recording(tmp_path, (0, b"LE", "left"), (1, b"RIG", "right"), (2, b"FT\r", "left"), (3, b"HT\r", "right"))
    frames = replay_frames(file, Framing())
    assert [(frame.device, frame.data) for frame in frames if isinstance(frame, Read)] == [
        ("left", b"LEFT"),
        ("right", b"RIGHT"),
    ]
    assert reads(replay_frames(file, Framing(), device="right")) == [b"RIGHT"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"t_ns": 1, "device": "it", "raw": "A"}\nnonsense\n', "line 2: Expecting value"),
        ('{"t_ns": 1, "raw": "A"}', "line 1: 'device' is missing"),
        ('{"t_ns": "1", "device": "it", "raw": "A"}', "line 1: t_ns has to be a whole number"),
        ('{"t_ns": 1, "device": "it", "raw": "€"}', "line 1: .*latin-1"),
        ("[1, 2]", "line 1"),
        ("[" * 100_000, "line 1"),
    ],
)
def test_a_damaged_recording_names_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "damaged.jsonl"
    file.write_text(text)
    with pytest.raises(RecordingError, match=rf"damaged\.jsonl, {said}"):
        read_recording(file)


def test_what_is_no_recording_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        read_recording(tmp_path / "missing.jsonl")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordingError, match="not UTF-8"):
        read_recording(tmp_path / "binary")


def test_it_plays_as_a_scanner_from_the_start_whenever_it_is_started(tmp_path: Path) -> None:
    file = recording(tmp_path, (0, b"ONE\rTW"), (40 * MS, b"O\r]C1TH"), (60 * MS, b"REE\r"), (61 * MS, b"TORN"))
    heard, chunks = Collector(), []
    scanner = registered("replay", "it", {"file": str(file), "timed": False, "symbology_id": True})
    assert isinstance(scanner, ReplayScanner)
    scanner.tap(lambda data, _: chunks.append(data))
    for round_ in (1, 2):
        scanner.start(heard)
        heard.wait_state(DeviceState.ABSENT, "the recording has ended", times=round_)
        scanner.stop()
    assert heard.codes == [b"ONE", b"TWO", b"]C1THREE"] * 2
    assert [refused.head for refused in heard.refused] == [b"TORN"] * 2
    assert b"".join(chunks) == b"ONE\rTWO\r]C1THREE\rTORN" * 2
    symbologies = [report.symbology for report in heard.reports if isinstance(report, Read)]
    assert symbologies == [None, None, "]C1"] * 2


@pytest.mark.parametrize("timed", [True, False])
def test_reads_keep_the_distance_they_were_recorded_with(tmp_path: Path, timed: bool) -> None:
    """What debounces them must find the same as yesterday."""
    file = recording(tmp_path, (10_000 * MS, b"ONE\r"), (10_120 * MS, b"TWO\r"))
    heard, scanner = Collector(), ReplayScanner(name="it", file=file, timed=timed)
    scanner.start(heard)
    heard.wait_state(DeviceState.ABSENT)
    scanner.stop()
    first, second = (report.received_ns for report in heard.reports if isinstance(report, Read))
    assert second - first == 120 * MS


def test_silence_ends_a_code_in_its_time_while_it_is_played(tmp_path: Path) -> None:
    file = recording(tmp_path, (0, LICENCE), (200 * MS, b"NEXT\r"), (201 * MS, b"TORN"))
    heard, scanner = Collector(), ReplayScanner(name="it", file=file, idle_gap_ms=30)
    scanner.start(heard)
    heard.wait_state(DeviceState.ABSENT)
    scanner.stop()
    assert heard.codes == [LICENCE[:-2], b"NEXT\rTORN"]


def test_a_long_wait_does_not_hold_up_stop_and_nothing_comes_after_it(tmp_path: Path) -> None:
    file = recording(tmp_path, (0, b"ONE\r"), (3_600_000 * MS, b"AN HOUR LATER\r"))
    heard, scanner = Collector(), ReplayScanner(name="it", file=file)
    scanner.start(heard)
    heard.wait_codes(1)
    scanner.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "replay-it"]
    assert heard.codes == [b"ONE"]
    assert (DeviceState.ABSENT, "the recording has ended") not in heard.states


def test_a_code_that_silence_ends_does_not_wait_for_the_next_one(tmp_path: Path) -> None:
    file = recording(tmp_path, (0, LICENCE), (3_600_000 * MS, b"AN HOUR LATER\r"))
    heard, scanner = Collector(), ReplayScanner(name="it", file=file, idle_gap_ms=30)
    scanner.start(heard)
    assert heard.wait_codes(1) == [LICENCE[:-2]]
    scanner.stop()


def test_stopped_in_the_middle_of_a_burst_it_says_no_more(tmp_path: Path) -> None:
    file = recording(tmp_path, (0, b"ONE\rTWO\rTHREE\r"))
    heard, scanner = Collector(), ReplayScanner(name="it", file=file, timed=False)
    stopped = threading.Event()

    def stopping(report: DeviceReport) -> None:
        heard(report)
        if isinstance(report, Read):
            scanner.stop()
            stopped.set()

    scanner.start(stopping)
    assert stopped.wait(PATIENCE_S)
    for thread in threading.enumerate():
        if thread.name == "replay-it":
            thread.join(PATIENCE_S)
    assert heard.codes == [b"ONE"]
    assert heard.states[-1] == (DeviceState.READY, "")


def test_a_recording_that_cannot_be_read_is_a_lost_scanner(tmp_path: Path) -> None:
    heard, scanner = Collector(), ReplayScanner(name="it", file=tmp_path / "missing.jsonl")
    scanner.start(heard)
    heard.wait_state(DeviceState.LOST)
    assert "missing.jsonl: No such file" in heard.states[-1][1]
    scanner.stop()


def test_a_listener_that_fails_once_does_not_end_the_recording(tmp_path: Path) -> None:
    file = recording(tmp_path, (0, b"STUMBLE\r"), (1, b"STILL HERE\r"))
    heard, stumbled = Collector(), threading.Event()

    def clumsy(report: DeviceReport) -> None:
        if isinstance(report, Read) and report.data == b"STUMBLE":
            stumbled.set()
            raise RuntimeError("a bug upstairs")
        heard(report)

    scanner = ReplayScanner(name="it", file=file, timed=False)
    scanner.start(clumsy)
    assert heard.wait_codes(1) == [b"STILL HERE"]
    assert stumbled.wait(PATIENCE_S)
    scanner.stop()

"""Scripts of reads: what they may say, and that they play the same every time."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_bench import demo_site, engine_in

from rl_station.station.clocks import ReplayClock, microseconds
from rl_station.station.replay import ScriptError, Step, parse, play, raw_text

SITE = demo_site()

SCRIPT = (
    b'{"at": "2026-03-02T08:00:00Z", "sign_in": "100301"}\n'
    b'{"task": "receive"}\n'
    b"\n"
    b'{"device": "dock", "data": "1ZR82A459151022556"}\n'
    b'{"answer": "1"}\n'
    b'{"at": "2026-03-02T09:00:00+01:00", "answer": "none"}\n'
    b'{"command": "UNDO"}\n'
    b'{"device": "portal", "epc": "30364532A40002403C1203FE"}\n'
)


def played(folder: Path) -> list[tuple[object, bytes]]:
    clock = ReplayClock()
    engine = engine_in(folder, SITE, clock)
    for _, step in parse(SCRIPT.splitlines(keepends=True)):
        play(engine, clock, step)
    entries = list(engine.store.entries())
    engine.store.close()
    return entries


def test_the_same_script_gives_the_same_events_and_hashes(tmp_path: Path) -> None:
    first, second = played(tmp_path / "one"), played(tmp_path / "two")
    assert first == second
    assert len(first) > 6


def test_at_sets_the_clock_until_the_next_at(tmp_path: Path) -> None:
    times = [entry.at for entry, _ in played(tmp_path)]  # type: ignore[attr-defined]
    assert set(times) == {microseconds("2026-03-02T08:00:00Z")}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b'{"data": "1Z", "answer": "1"}', "found data, answer"),
        (b"{}", "found none"),
        (b'{"dta": "1Z"}', "dta"),
        (b'{"task": "recieve"}', "recieve"),
        (b'{"command": "DELETE"}', "DELETE"),
        (b'{"at": "yesterday"}', "yesterday"),
        (b"not json", "line 2"),
        (b"\xff\xfe", "line 2"),
    ],
)
def test_a_line_that_is_no_step_is_named(line: bytes, complaint: str) -> None:
    with pytest.raises(ScriptError, match=complaint) as caught:
        list(parse([b'{"task": "sort"}\n', line]))
    assert str(caught.value).startswith("line 2")


def test_script_text_becomes_the_bytes_a_scanner_sends() -> None:
    assert raw_text("\x1d\xe9").encode("latin-1") == b"\x1d\xe9"
    assert raw_text("\u20ac").encode("latin-1") == "\u20ac".encode()


def test_a_step_only_for_the_clock_plays_nothing(tmp_path: Path) -> None:
    clock = ReplayClock()
    engine = engine_in(tmp_path, SITE, clock)
    assert play(engine, clock, Step(at="2026-01-01T00:00:00Z")) is None
    assert clock.now() == microseconds("2026-01-01T00:00:00Z")

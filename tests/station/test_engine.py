"""One input at a time: kept, committed, resumed."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_bench import badge_of, command, demo_site, engine_in, scan

from rl_station.domain.events import ParcelReceived, ScanRefused
from rl_station.labels import command_bodies
from rl_station.station.demo import DemoWorker, play_parcels
from rl_station.station.engine import resume

SITE = demo_site()


def test_a_refused_scan_is_kept_with_its_raw_bytes(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, SITE)
    outcome = scan(engine, "\x00\xff\x1dgarbage")
    assert outcome.refusal is not None
    recorded = list(engine.store.log())
    assert isinstance(recorded[0].event, ScanRefused)
    assert recorded[0].source is not None
    assert recorded[0].source.data == b"\x00\xff\x1dgarbage"


def test_every_accepted_scan_is_in_the_log_with_who_and_what(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, SITE)
    scan(engine, badge_of(SITE))
    scan(engine, command("RECEIVE"))
    tracking = SITE.reference.facts.returns[0].tracking[0]
    outcome = scan(engine, tracking)
    received = [line for line in engine.store.log() if isinstance(line.event, ParcelReceived)]
    assert [line.event for line in received] == [line.event for line in outcome.events]
    assert received[0].source is not None
    assert received[0].source.raw == tracking
    assert received[0].operator


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_restart_at_any_moment_finds_the_same_state_and_the_same_way_back(tmp_path: Path, seed: int) -> None:
    engine = engine_in(tmp_path, SITE)
    for _ in play_parcels(engine, DemoWorker(SITE, seed), 6):
        resumed = resume(engine.store)
        assert resumed.state == engine.session.state
        assert resumed.notice == engine.session.notice
        # A restart may forget what was finished parcels ago, never what can still be undone in this one.
        shared = min(len(resumed.trail), len(engine.session.trail))
        assert resumed.trail[-shared:] == engine.session.trail[-shared:]
        assert bool(resumed.trail) == bool(engine.session.trail)


def test_undo_after_a_restart_takes_back_the_last_scan(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, SITE)
    scan(engine, badge_of(SITE))
    scan(engine, command("RECEIVE"))
    before = engine.prompt()
    scan(engine, SITE.reference.facts.returns[0].tracking[0])
    engine.store.close()
    again = engine_in(tmp_path, SITE)
    assert again.prompt().step == "condition"
    outcome = scan(again, command("UNDO"))
    assert outcome.refusal is None
    assert again.prompt().step == before.step
    assert again.store.records.parcels_by_key("tracking", SITE.reference.facts.returns[0].tracking[0]) == ()


def test_the_demo_never_has_a_scan_refused(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, SITE)
    refusals = [outcome.refusal for _, outcome in play_parcels(engine, DemoWorker(SITE, 7), 40) if outcome.refusal]
    assert refusals == []
    assert engine.store.check(projections=True).ok


def test_every_answer_a_choice_names_is_on_the_sheet_of_commands(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, SITE)
    printed = {body for bodies in command_bodies(SITE.checklists.values()).values() for body in bodies}
    asked: set[str] = set()
    for _, outcome in play_parcels(engine, DemoWorker(SITE, 3), 60):
        asked |= {choice.command for choice in outcome.prompt.choices if choice.command}
    assert len(asked) > 20
    assert asked <= printed

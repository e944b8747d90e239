"""A supervisor's acts on a real store: what is offered is taken, the rows follow, and a rebuild makes the same of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_bench import demo_site, engine_in, scan

from rl_station.domain import events as e
from rl_station.domain import site_codes
from rl_station.station.demo import DemoWorker, play_parcels
from rl_station.station.engine import Engine, Outcome, resume
from rl_station.store import check_folder
from rl_station.workflow import Command, Commanded
from rl_station.workflow.actions import Action, Declare, Hold, Override, Release, Reopen
from rl_station.workflow.inputs import Acted, PinChecked
from rl_station.workflow.supervise import offers

SITE = demo_site()
PARCELS = 8


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """After a morning's work, with Ingrid at the supervisor's screen."""
    engine = engine_in(tmp_path, SITE)
    for _ in play_parcels(engine, DemoWorker(SITE, 5), PARCELS):
        pass
    sign_out(engine)
    scan(engine, site_codes.make(site_codes.BADGE, "100901"))
    engine.handle(Commanded(Command.SUPERVISE))
    engine.handle(PinChecked("ingrid", ok=True))
    assert engine.session.state.supervising
    yield engine
    engine.close()


def sign_out(engine: Engine) -> None:
    engine.handle(Commanded(Command.CANCEL))
    engine.handle(Commanded(Command.SIGN_OUT))
    assert engine.session.state.worker is None


def units(engine: Engine) -> list[str]:
    found = (line.event.unit for line in engine.store.log() if isinstance(line.event, e.UnitIdentified))
    return [unit for unit in dict.fromkeys(found) if engine.store.records.unit(unit) is not None]


def act(engine: Engine, action: Action) -> Outcome:
    return engine.handle(Acted(action))


def test_a_unit_that_is_here_can_be_set_aside_let_go_and_sent_elsewhere(engine: Engine) -> None:
    """Nothing that this station decided is taken for another station's."""
    done: Counter[str] = Counter()
    for unit in units(engine):
        offered = offers(engine.session.state, "unit", unit, engine.knowledge)
        for outcome, disposition in offered.outcomes[:2]:
            taken = act(engine, Override(unit, outcome, "market"))
            assert taken.refusal is None, taken.refusal
            found = engine.knowledge.records.unit(unit)
            assert found is not None
            assert (found.outcome, found.disposition, found.status, found.container) == (
                *(outcome, disposition),
                *("decided", ""),
            )
            done["override"] += 1
        if offers(engine.session.state, "unit", unit, engine.knowledge).hold:
            before = engine.knowledge.records.unit(unit)
            assert act(engine, Hold(unit, "safety")).refusal is None
            held = engine.knowledge.records.unit(unit)
            assert held is not None
            assert (held.disposition, held.held, held.bin) == ("hold", "safety", SITE.hold_bin)
            assert act(engine, Release(unit=unit)).refusal is None
            assert engine.knowledge.records.unit(unit) == before
            done["hold"] += 1
        refused = act(engine, Override(unit, "", "market")).refusal
        assert refused is not None
        assert refused.code in ("supervise.unknown_outcome", "supervise.shipped", "supervise.recalled")
    assert done["override"] > 5, "the demo left nothing to decide about"
    assert done["hold"] > 2
    check_rows(engine)


def check_rows(engine: Engine) -> None:
    report = check_folder(engine.store.folder, projections=True)
    assert report.ok, report.problems
    assert resume(engine.store).state == engine.session.state


def test_a_tote_is_opened_again_and_what_was_sorted_wrong_declared(engine: Engine) -> None:
    containers = [line.event.container for line in engine.store.log() if isinstance(line.event, e.ContainerOpened)]
    opened = [each for each in dict.fromkeys(containers) if act(engine, Reopen(each)).refusal is None]
    sorted_ = [line for line in engine.store.log() if isinstance(line.event, e.UnitSorted)]
    declared = 0
    for line in sorted_:
        taken = act(engine, Declare((line.seq,), "incorrect_data", "It lies elsewhere"))
        if taken.refusal is not None:
            assert taken.refusal.code in ("supervise.left_already", "supervise.built_upon"), taken.refusal
            continue
        declared += 1
        assert isinstance(line.event, e.UnitSorted)
        record = engine.knowledge.records.unit(line.event.unit)
        assert record is not None
        assert record.container != line.event.container
    assert opened or declared
    check_rows(engine)


def test_events_that_are_corrected_or_unknown_give_no_inputs(engine: Engine) -> None:
    records = engine.store.records
    line = next(line for line in engine.store.log() if isinstance(line.event, e.ParcelConditionNoted))
    whole = records.inputs((line.seq,))
    assert line.seq in [each.seq for each in whole]
    assert {each.cause for each in whole} == {line.cause}
    assert records.inputs((10**9,)) == ()
    assert act(engine, Declare((line.seq,), "incorrect_data", "It was wet")).refusal is None
    assert records.inputs((line.seq,)) == ()
    refused = act(engine, Declare((line.seq,), "incorrect_data", "It was wet")).refusal
    assert refused is not None
    assert refused.code == "supervise.no_such_events"


def test_every_act_can_be_undone_and_the_rows_are_as_before(engine: Engine) -> None:
    undone = 0
    for unit in units(engine):
        before = engine.knowledge.records.unit(unit)
        assert before is not None
        inside = engine.knowledge.records.container(before.container) if before.container else None
        for action in (Hold(unit, "client"), Override(unit, "hold", "client")):
            if act(engine, action).refusal is not None:
                continue
            assert engine.handle(Commanded(Command.UNDO)).refusal is None
            assert engine.knowledge.records.unit(unit) == before
            assert not inside or engine.knowledge.records.container(inside.container) == inside
            undone += 1
    assert undone > 3
    check_rows(engine)

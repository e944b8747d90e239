"""Whatever is scanned, answered and commanded, in whatever order: nothing raises, nothing is lost, nothing is in two places."""

from __future__ import annotations

import msgspec
from catalogue_check import check_prompt, spoken
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workflow_goods import (
    BETA_SHOE,
    CASE,
    CASE_TAG,
    OTHERS_ONLY,
    PHONE,
    PLAIN_TAG,
    RECALLED,
    RETURNS,
    SHARED_BETA,
    SHIRT,
    SHIRT_TAGS,
    SHOE_TAG,
    TOTE_TAG,
    TOY,
    UNHEARD_OF,
    WORK,
    WORK_RULES,
    tag,
)
from world import KEY, Desk, desk_at, inspect_unit, label_scan, parcel_plate, receive, scan_of, unit_plate

from rl_station.domain import events as e
from rl_station.domain.messages import Refusal
from rl_station.domain.rules import RuleTable
from rl_station.domain.scan import Meaning, Scan, ScanKind
from rl_station.domain.second_look import SecondLookShares
from rl_station.domain.unit_label import UnitLabel
from rl_station.i18n.workflow_texts import TEXTS
from rl_station.workflow import (
    Answered,
    Command,
    Commanded,
    Input,
    Scanned,
    Session,
    State,
    Tag,
    TagsObserved,
    fold,
    initial,
    prompt,
    said,
)
from rl_station.workflow.knowledge import Load
from rl_station.workflow.scans import SITE_KINDS
from rl_station.workflow.state import Inspecting, Radio, Receiving

CHOICES = (
    "1",
    "2",
    "3",
    "ANSWER1",
    "YES",
    "NO",
    "F3",
    "C6",
    "blind",
    "none",
    "smoke",
    "close",
    "ship",
    "9",
    "nonsense",
)


Doing = Input | Load | None
"""An input, something that is put on the scale, or whatever gets the work on from where the desk is."""


def known_scans() -> list[Scan]:
    """One scan of everything that is on the floor of the test's returns centre."""
    plates = [(ScanKind.PARCEL_PLATE, parcel_plate(number)) for number in range(1, 5)]
    plates += [(ScanKind.PARCEL_PLATE, parcel_plate(7, "PRE"))]
    plates += [(ScanKind.UNIT_PLATE, unit_plate(number)) for number in range(1, 5)]
    keys = [(ScanKind.TRACKING, number) for found in RETURNS for number in found.tracking]
    keys += [(ScanKind.RMA, found.rma) for found in RETURNS] + [(ScanKind.ORDER, "ORD3"), (ScanKind.SERIAL, "SN1")]
    gtins = [
        (ScanKind.GTIN, code)
        for code in (SHIRT, CASE, PHONE, TOY, SHARED_BETA, BETA_SHOE, RECALLED, OTHERS_ONLY, UNHEARD_OF)
    ]
    places = [
        (ScanKind.CONTAINER, "TOTE1"),
        (ScanKind.CONTAINER, "TOTE2"),
        (ScanKind.BIN, "BRESELL"),
        (ScanKind.BIN, "BHOLD"),
    ]
    places += [(ScanKind.SSCC, "395200000000000021"), (ScanKind.SSCC, "395200000000000014")]
    people = [(ScanKind.BADGE, badge) for badge in ("100", "200", "300", "404")]
    found = [scan_of(code) for code in (*plates, *keys, *gtins, *places, *people)]
    found += [
        scan_of(Meaning(ScanKind.GTIN, PHONE, "gs1", (("21", serial), ("10", "L1")))) for serial in ("SN1", "SN2")
    ]
    foreign = UnitLabel(unit_plate(3, "B07"), "resell", "beta", "BRESELL", "r0")
    return [*found, label_scan(foreign), label_scan(foreign, b"forged"), Scan(scan_of().source, ())]


OPEN_KINDS = [kind for kind in ScanKind if kind not in {*SITE_KINDS, ScanKind.SSCC}]
GARBAGE = st.one_of(
    st.builds(
        lambda kind, text: scan_of((kind, text)),
        st.sampled_from([ScanKind.TEXT, *OPEN_KINDS]),
        st.one_of(
            st.text(max_size=20), st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")), st.just("Z" * 8192)
        ),
    ),
    # Our own codes and SSCCs carry a check character over plain capitals and digits; what passes the pipeline looks like this.
    st.builds(
        lambda kind, text: scan_of((kind, text)),
        st.sampled_from(sorted({*SITE_KINDS, ScanKind.SSCC})),
        st.text("ABCXYZ0189", min_size=1, max_size=20),
    ),
)
SCANS = st.one_of(st.sampled_from(known_scans()), st.sampled_from(known_scans()), GARBAGE).map(Scanned)
ANSWERS = st.one_of(st.sampled_from(CHOICES), st.text(max_size=5)).map(Answered)
COMMANDS = st.sampled_from([Commanded(command) for command in Command if command is not Command.SIGN_OUT])
BARCODES = st.sampled_from([*Command, *CHOICES]).map(lambda body: Scanned(scan_of((ScanKind.COMMAND, str(body)))))
SENSE = st.none()
"""Stands for the input that gets the work on from where the desk is."""

EPCS = st.sampled_from(
    [*SHIRT_TAGS, CASE_TAG, SHOE_TAG, PLAIN_TAG, TOTE_TAG, *(tag(gtin, 7) for gtin in (SHIRT, CASE, TOY, UNHEARD_OF))]
)
TAGS = st.builds(
    TagsObserved,
    st.lists(st.builds(Tag, EPCS, st.integers(1, 9)), max_size=4).map(tuple),
    st.lists(EPCS, max_size=2).map(tuple),
)
LOADS = st.builds(Load, st.integers(1, 40_000), st.just("bench-scale"))
MIXED = st.one_of(*[SENSE] * 9, SCANS, SCANS, ANSWERS, COMMANDS, BARCODES, TAGS, TAGS, LOADS)
SORTING = st.sampled_from(known_scans()[:25] + known_scans()[-15:]).map(Scanned)
GOODS = st.sampled_from([SHIRT, CASE, TOY]).map(lambda code: Scanned(scan_of((ScanKind.GTIN, code))))
TAGGED = st.one_of(SENSE, TAGS, GOODS)
"""A bench where goods and their tags come in any order."""

STEPS = st.one_of(
    st.lists(MIXED, min_size=15, max_size=60),
    st.lists(st.one_of(SENSE, SENSE, SORTING), min_size=15, max_size=60),
    st.lists(TAGGED, min_size=15, max_size=40),
)
TASKS = st.sampled_from(
    [
        *(Command.RECEIVE, Command.INSPECT, Command.INSPECT, Command.SORT, Command.SORT, Command.REWORK),
        *(Command.SECOND_LOOK, Command.TRACE),
    ]
)
UNHURRIED = settings(
    max_examples=60 if settings.default.max_examples >= 100 else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def sensible(desk: Desk) -> Input:
    """What a worker who knows the job does next."""
    shown = desk.prompt
    if shown.alarm is not None:
        return Commanded(Command.ACK)
    state = desk.session.state
    step = f"{shown.workflow}.{shown.step}"
    now_and_then = len(desk.world.records.log) % 3 == 0
    if now_and_then and step in ("sort.card", "inspect.unit"):
        return Answered("1") if step == "sort.card" and shown.choices else Commanded(Command.DONE)
    fixed: dict[str, Input] = {
        "sign_in.badge": Scanned(scan_of((ScanKind.BADGE, "200"))),
        "inspect.grade": Commanded(Command.OK),
        "sort.card": Scanned(scan_of((ScanKind.UNIT_PLATE, unit_plate(2)))),
        "receive.lane": Commanded(Command.INSPECT),
        "inspect.parcel": Scanned(scan_of((ScanKind.PARCEL_PLATE, parcel_plate(1)))),
        "sort.unit": Scanned(scan_of((ScanKind.UNIT_PLATE, unit_plate(1)))),
        "sort.container": Scanned(scan_of((ScanKind.CONTAINER, "TOTE1"))),
        "rework.unit": Scanned(scan_of((ScanKind.UNIT_PLATE, unit_plate(1 + now_and_then)))),
        "rework.grade": Commanded(Command.OK),
        "second_look.unit": Scanned(scan_of((ScanKind.UNIT_PLATE, unit_plate(1 + now_and_then)))),
        "second_look.place": Scanned(scan_of((ScanKind.UNIT_PLATE, unit_plate(2)))),
        "rework.evidence": Scanned(scan_of((ScanKind.TEXT, "CERT-1"))),
        "rework.approval": Scanned(scan_of((ScanKind.BADGE, "300"))) if now_and_then else Answered("1"),
        "sort.move": Scanned(scan_of((ScanKind.CONTAINER, "TOTE2"))),
    }
    if step in fixed:
        return fixed[step]
    if shown.step == "plate":
        plate = getattr(state.job, "parcel", "")
        unit = getattr(state.job, "unit", None)
        unit_code = unit if isinstance(unit, str) else unit.unit if unit else ""
        code = (ScanKind.UNIT_PLATE, unit_code) if unit_code else (ScanKind.PARCEL_PLATE, plate)
        return Scanned(scan_of(code))
    return Answered("1") if shown.choices else Scanned(scan_of((ScanKind.TRACKING, "T1")))


def watched_rules() -> RuleTable:
    """Work first; and after it somebody has to agree."""
    *work, sound = WORK_RULES.rules
    asked = msgspec.structs.replace(sound, approval="supervisor")
    return msgspec.structs.replace(WORK_RULES, rules=(*work, asked))


def played(steps: list[Doing], task: Command = Command.RECEIVE) -> Desk:
    """A desk after these inputs; each is checked as it happens. Bench and sort desk find work that was done before."""
    desk = desk_at("receive")
    if task is Command.INSPECT:
        receive(desk, ScanKind.RMA, "RMA7")
    if task is not Command.RECEIVE:
        receive(desk, ScanKind.RMA, "RMA1")
        receive(desk, ScanKind.TRACKING, "T5A")
    if task is Command.REWORK:
        desk.world.rework, desk.world.rules = WORK, watched_rules()
    desk.world.second_look = SecondLookShares(share=500, bin="BLOOK")
    if task in (Command.SORT, Command.REWORK, Command.SECOND_LOOK, Command.TRACE):
        desk.command(Command.INSPECT)
        desk.scan((ScanKind.RMA, "RMA1"))
        inspect_unit(desk, SHIRT, "no", "bad")
        inspect_unit(desk, SHIRT, "no", "bad") if task is Command.REWORK else inspect_unit(desk, SHIRT, "yes")
        desk.command(Command.CANCEL)
    if task is Command.SECOND_LOOK:
        desk.scan((ScanKind.BADGE, "300"))
    desk.command(task)
    desk.world.scale.watched = any(isinstance(step, Load) for step in steps)
    for step in steps:
        if isinstance(step, Load):
            assert not isinstance(desk.weigh(step.grams), Refusal), "a weight is never refused"
            check_prompt(desk.prompt)
            continue
        if isinstance(step, TagsObserved):
            desk.observe(step)
            check_observed(desk)
            continue
        desk.give(sensible(desk) if step is None else step)
        check_last(desk)
        desk.settle()
    return desk


def check_observed(desk: Desk) -> None:
    """Never refused, never counted twice, and what it leaves can be said."""
    assert not isinstance(desk.last, Refusal)
    check_prompt(desk.prompt)
    assert spoken(said(desk.last)[1]).isprintable()
    job = desk.session.state.job
    seen = [each.epc for each in job.radio.seen] if isinstance(job, Inspecting | Receiving) else []
    assert len(set(seen)) == len(seen)
    assert desk.give(TagsObserved(desk.world.field.tags)) == (), "the same once more was news"


def by_hand(state: State) -> State:
    """The state without what the readers told, which no UNDO takes back."""
    job = state.job
    if isinstance(job, Inspecting) and job.unit is not None:
        unit = msgspec.structs.replace(job.unit, epc="", mismatch="")
        job = msgspec.structs.replace(job, unit=unit)
    if isinstance(job, Inspecting):
        units = tuple(msgspec.structs.replace(unit, epc="") for unit in job.seen)
        job = msgspec.structs.replace(job, seen=units)
    if isinstance(job, Inspecting | Receiving):
        job = msgspec.structs.replace(job, radio=Radio())
    return msgspec.structs.replace(state, job=job, departed=())


def check_last(desk: Desk) -> None:
    """An accepted input left a trace, a refused one says why; the screen that follows can be said."""
    if isinstance(desk.last, Refusal):
        assert desk.last.code in TEXTS
        assert spoken(desk.last.message).isprintable()
        assert not desk.last.blocking or f"{desk.last.code}.next" in TEXTS
    else:
        assert desk.last, "an accepted input left no event"
    check_prompt(desk.prompt)
    if not isinstance(desk.last, Refusal):
        assert spoken(said(desk.last)[1]).isprintable()


@UNHURRIED
@given(STEPS, TASKS)
def test_no_input_raises_and_every_accepted_one_leaves_a_trace(steps: list[Doing], task: Command) -> None:
    played(steps, task)


@UNHURRIED
@given(STEPS, TASKS, st.integers(min_value=0, max_value=200))
def test_the_log_folds_to_the_very_state_the_station_was_in(steps: list[Doing], task: Command, cut: int) -> None:
    desk = played(steps, task)
    log = desk.world.records.log
    assert fold(initial(), log) == desk.session
    causes = sorted({line.cause for line in log})
    middle = causes[min(cut, len(causes) - 1)]
    checkpoint = fold(initial(), [line for line in log if line.cause < middle])
    stored = msgspec.json.decode(msgspec.json.encode(checkpoint), type=Session)
    assert stored == checkpoint
    assert fold(stored, [line for line in log if line.cause >= middle]) == desk.session


@UNHURRIED
@given(STEPS, TASKS)
def test_undo_gives_back_the_state_before(steps: list[Doing], task: Command) -> None:
    desk = played(steps, task)
    put_away = False
    while desk.prompt.can_undo:
        trail = desk.session.trail
        step = trail[-1]
        desk.command(Command.UNDO)
        if isinstance(desk.last, Refusal):
            assert desk.last.code == "undo.built_upon"
            break
        if [type(event) for event in desk.last] == [e.ContainerPresented]:
            assert desk.session.trail == trail, "what was only asked of a tote is put away, nothing is taken back"
            assert not put_away, "the next one takes something back"
            put_away = True
            continue
        put_away = False
        assert by_hand(desk.session.state) == by_hand(step.before)
        assert set(desk.found(e.CorrectionDeclared).corrects) == set(step.seqs)


@UNHURRIED
@given(STEPS, TASKS, TAGS)
def test_an_observation_is_no_step_of_the_workers(steps: list[Doing], task: Command, observed: TagsObserved) -> None:
    """What the reader sees moves no step on, takes no answer away, and is nothing to undo."""
    desk = played(steps, task)
    before = desk.session
    desk.observe(observed)
    after = desk.session
    assert after.trail == before.trail
    assert (after.state.worker, after.state.task, after.state.marks) == (
        before.state.worker,
        before.state.task,
        before.state.marks,
    )
    assert after.state.alarms[: len(before.state.alarms)] == before.state.alarms
    assert by_hand(after.state).job == by_hand(before.state).job


@UNHURRIED
@given(STEPS, TASKS)
def test_a_unit_is_never_in_two_containers(steps: list[Doing], task: Command) -> None:
    desk = played(steps, task)
    inside: dict[str, set[str]] = {}
    for line in desk.world.records.standing():
        if isinstance(line.event, e.UnitSorted):
            inside.setdefault(line.event.previous, set()).discard(line.event.unit)
            inside.setdefault(line.event.container, set()).add(line.event.unit)
        elif isinstance(line.event, e.UnitTakenUp):
            inside.setdefault(line.event.previous, set()).discard(line.event.unit)
        elif isinstance(line.event, e.ContainerOpened):
            inside[line.event.container] = set()
    everything = [unit for units in inside.values() for unit in units]
    assert len(everything) == len(set(everything))


@UNHURRIED
@given(STEPS, TASKS)
def test_a_container_holds_one_disposition_of_one_client(steps: list[Doing], task: Command) -> None:
    desk = played(steps, task)
    filling: dict[str, tuple[str, str]] = {}
    for line in desk.world.records.standing():
        if isinstance(line.event, e.ContainerOpened):
            filling[line.event.container] = (line.event.disposition, line.event.client)
        elif isinstance(line.event, e.UnitSorted):
            assert filling[line.event.container] == (line.event.disposition, line.event.client)


@UNHURRIED
@given(STEPS, TASKS)
def test_the_same_input_on_the_same_log_decides_the_same(steps: list[Doing], task: Command) -> None:
    first, second = played(steps, task), played(steps, task)
    assert first.world.records.log == second.world.records.log
    assert prompt(first.session, first.world) == prompt(second.session, second.world)


@UNHURRIED
@given(STEPS, TASKS)
def test_no_parcel_and_no_unit_is_booked_twice_under_one_plate(steps: list[Doing], task: Command) -> None:
    log = played(steps, task).world.records.standing()
    parcels = [line.event.parcel for line in log if isinstance(line.event, e.ParcelReceived)]
    units = [line.event.unit for line in log if isinstance(line.event, e.UnitIdentified)]
    assert len(parcels) == len(set(parcels))
    assert len(units) == len(set(units))


@UNHURRIED
@given(STEPS, TASKS)
def test_an_alarm_lets_nothing_through_but_ack_and_undo(steps: list[Doing], task: Command) -> None:
    desk = played(steps, task)
    if not desk.session.state.alarms:
        return
    before = desk.session.state
    for scan in known_scans():
        desk.give(Scanned(scan))
        assert isinstance(desk.last, Refusal)
        assert desk.last.code == "alarm.pending"
    assert msgspec.structs.replace(desk.session.state, doubt=None) == msgspec.structs.replace(before, doubt=None)


def test_the_scanner_alone_takes_a_parcel_from_the_dock_to_the_pallet() -> None:
    """Every step by a code on paper: badges, plates, products and command barcodes."""
    codes: list[Scan] = [
        scan_of((ScanKind.BADGE, "200")),
        command("RECEIVE"),
        scan_of((ScanKind.SSCC, RETURNS[5].sscc[0])),
    ]
    codes += [command("INTACT"), command("SAFE"), scan_of((ScanKind.PARCEL_PLATE, parcel_plate(1)))]
    codes += [command("INSPECT"), scan_of((ScanKind.PARCEL_PLATE, parcel_plate(1))), scan_of((ScanKind.GTIN, TOY))]
    codes += [command("NO"), command("ANSWER2"), command("ANSWER1"), command("C6"), command("OK")]
    codes += [scan_of((ScanKind.UNIT_PLATE, unit_plate(1))), command("DONE"), command("DONE")]
    codes += [command("SORT"), scan_of((ScanKind.UNIT_PLATE, unit_plate(1))), scan_of((ScanKind.CONTAINER, "TOTE1"))]
    codes += [
        command("CLOSE"),
        command("PALLET"),
        scan_of((ScanKind.SSCC, "395200000000000021")),
        command("SHIP"),
        command("OK"),
    ]
    codes += [command("TRACE"), scan_of((ScanKind.UNIT_PLATE, unit_plate(1))), command("SIGNOUT")]
    desk = Desk()
    for scan in codes:
        desk.give(Scanned(scan))
        assert not isinstance(desk.last, Refusal), (scan, desk.last, desk.step)
        check_last(desk)
    recorded = {type(line.event).__name__ for line in desk.world.records.log}
    assert {"ParcelReceived", "UnitGraded", "UnitSorted", "ContainersConsolidated", "ContainerShipped"} <= recorded


def test_somebody_who_knows_the_job_gets_a_unit_through_its_rework() -> None:
    """Guards the moves above: were they stuck, nothing of rework would be reached."""
    desk = played([None] * 60, Command.REWORK)
    recorded = {type(line.event).__name__ for line in desk.world.records.log}
    assert {"ReworkStepEnded", "RegradeBegun", "ReworkFinished", "UnitTakenUp"} <= recorded


def test_a_restart_in_the_middle_of_a_unit_shows_the_worker_where_they_were() -> None:
    desk = played([None] * 9)
    folded = fold(initial(), desk.world.records.log)
    assert prompt(folded, desk.world) == desk.prompt
    assert desk.session.state.job is not None


def command(body: str) -> Scan:
    return scan_of((ScanKind.COMMAND, body))


def test_a_label_signed_with_the_sites_key_is_what_the_world_reads() -> None:
    """Guards the alphabet above: were the label unreadable, half of sorting would never be reached."""
    label = UnitLabel(unit_plate(3, "B07"), "resell", "beta", "BRESELL", "r0")
    assert Desk().world.open_label(label_scan(label, KEY)) == label

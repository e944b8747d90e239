"""Whatever happened, the figures out of the store are those that somebody counts by hand from the raw events."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import recounting
from any_history import HISTORIES, Input
from hypothesis import HealthCheck, given, settings
from recounting import HOUR, MINUTE, STAGE_OF, Containers, Parcel, Unit
from store_world import SetClock, open_store

from rl_station.cli import main
from rl_station.domain import events as ev
from rl_station.domain import kpi
from rl_station.domain.events import Recorded
from rl_station.domain.kpi import Figures, Of, Selection
from rl_station.domain.shifts import moment
from rl_station.store import open_reader

SLOT, DAY = 5 * MINUTE, 24 * HOUR
TARGET = {"decided": 24, "sorted": 90}
PROMISED = {"": 30, "acme": 2, "a": 5}
KINDS = {"received": "parcel", "unpacked": "parcel", "packed": "container", "shipped": "container"}
"""Everything else is done to units."""
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
"""Thousands of commits that no disk has to wait for: what is lived through here is never read again."""
SITE = kpi.Supervision(
    shifts=tuple(kpi.ShiftTime(name, at * 60, (at + 8) % 24 * 60) for name, at in (("e", 6), ("l", 14), ("n", 22))),
    targets=kpi.Targets(tuple(TARGET.items())),
    promises=kpi.Promises(30, (("acme", 2), ("a", 5))),
)


class Counted:
    """What `figures` has to say at a moment, by hand."""

    def __init__(self, log: list[Recorded], at: int) -> None:
        self.at = at
        self.hour = at - at % HOUR
        self.begins = (at - 6 * HOUR) // (8 * HOUR) * (8 * HOUR) + 6 * HOUR
        self.log = recounting.standing(log)
        self.units = [Unit(self.log, name) for name in recounting.ids(self.log, "unit")]
        self.parcels = {name: Parcel(self.log, name) for name in recounting.ids(self.log, "parcel")}
        self.containers = Containers(self.log)

    # rates and chart

    def done(self) -> list[tuple[int, str, str]]:
        """When (by slots), stage, who."""
        return [
            (each.at - each.at % SLOT, STAGE_OF[type(each.event)], each.operator)
            for each in self.log
            if type(each.event) in STAGE_OF
        ]

    def rates(self) -> dict[tuple[str, str], tuple[float, int, int, int]]:
        found: dict[tuple[str, str], tuple[float, int, int, int]] = {}
        now = self.at - self.at % SLOT
        for stage in kpi.STAGES:
            for who in ("", *sorted({each.operator for each in self.log} - {""})):
                mine = [(at, by) for at, name, by in self.done() if name == stage and who in ("", by) and at <= self.at]
                quarter = [by for at, by in mine if now - 3 * SLOT <= at < now]
                hour = [by for at, by in mine if at >= self.hour]
                shift = [by for at, by in mine if at >= self.begins]
                people = len({*quarter, *hour})
                if who == "" or quarter or hour or shift:
                    found[stage, who] = (len(quarter) * 4, len(hour), len(shift), TARGET.get(stage, 0) * people)
        return found

    def chart(self) -> dict[tuple[int, str], int]:
        counts = Counter(
            ((at - self.begins) // HOUR, stage) for at, stage, _ in self.done() if self.begins <= at <= self.at
        )
        return dict(counts)

    # queues

    def waiting(self) -> dict[str, tuple[str, int, int]]:
        """Queue, since when and when it is due, of everything that waits."""
        found: dict[str, tuple[str, int, int]] = {}
        for name, parcel in self.parcels.items():
            queue, since = parcel.waits
            if queue:
                found[name] = (queue, since, self._due(parcel, parcel.client))
        for unit in self.units:
            queue, since = unit.waits
            place = unit.place()
            if queue and not (place and self.containers.took_along(*place)):
                found[unit.name] = (queue, since, self._due(self.parcels.get(unit.parcel), unit.client))
        return found

    def _due(self, parcel: Parcel | None, client: str) -> int:
        came = parcel.announced_at if parcel else 0
        return came + PROMISED.get(client, PROMISED[""]) * HOUR if came else 0

    def queues(self) -> dict[str, tuple[int, int, int, int]]:
        found = {}
        for name in kpi.QUEUES:
            those = [(since, due) for queue, since, due in self.waiting().values() if queue == name]
            late = [due for _, due in those if due and due <= self.at]
            soon = [due for _, due in those if due and self.at < due <= self.at + HOUR]
            found[name] = (len(those), min((since for since, _ in those), default=0), len(late), len(soon))
        return found

    # units as they are decided

    def decided(self) -> list[Unit]:
        """In this shift."""
        return [
            unit for unit in self.units if unit.decision and self.begins <= unit.decision.at < self.begins + 8 * HOUR
        ]

    def shares(self, dimension: str) -> dict[str, tuple[int, float]]:
        codes = Counter(unit.code(dimension) for unit in self.decided())
        return {code: (units, units / codes.total()) for code, units in codes.items()}

    def recovery(self) -> dict[str, tuple[int, int, int]]:
        found: dict[str, tuple[int, int, int]] = {}
        for unit in self.decided():
            if unit.value and unit.expected is not None:
                units, value, brings = found.get(unit.currency, (0, 0, 0))
                found[unit.currency] = (units + 1, value + unit.value, brings + unit.expected)
        return found

    # second looks

    def looks(self, inspector: str, question: str, *, days: int) -> list[tuple[str, str, str]]:
        """Of the seven days that end `days` before today."""
        last = self.at // DAY - days
        return [
            pair
            for each in self.log
            if isinstance(each.event, ev.SecondLookTaken) and each.event.inspector == inspector
            if last - 7 < each.at // DAY <= last
            for pair in each.event.pairs
            if question in ("", pair[0])
        ]

    def looked_at(self, inspector: str, question: str) -> set[str]:
        """The units of these looks, those without an answer in common among them where no question is asked for."""
        return {
            each.event.unit
            for each in self.log
            if isinstance(each.event, ev.SecondLookTaken) and each.event.inspector == inspector
            if self.at // DAY - 7 < each.at // DAY <= self.at // DAY
            if question in ("", *(name for name, _, _ in each.event.pairs))
        }

    def agreement(self) -> dict[tuple[str, str], tuple[int, int, float | None, float | None]]:
        found = {}
        for inspector in ("ada", "bob"):
            for question in ("", "functional", "phones.screen"):
                looks = self.looks(inspector, question, days=0)
                if looks:
                    same = sum(first == second for _, first, second in looks)
                    before = recounting.kappa(self.looks(inspector, question, days=7))
                    found[inspector, question] = (len(looks), same, recounting.kappa(looks), before)
        return found


def shown(figures: Figures, station: str) -> dict[str, Any]:
    assert {(each.station, each.operator) for each in figures.rates if each.station} <= {(station, "")}
    return {
        "begins": (figures.at, figures.shift.begins, figures.shift.ends - figures.shift.begins),
        "rates": {
            (each.stage, each.operator): (each.now, each.hour, each.shift, each.target)
            for each in figures.rates
            if not each.station
        },
        "chart": {
            ((each.at - figures.shift.begins) // HOUR, each.stage): each.count for each in figures.chart if each.count
        },
        "queues": {each.queue: (each.waiting, each.oldest_since, each.late, each.soon) for each in figures.queues},
        **{
            name: {each.name: (each.units, each.share) for each in found}
            for name, found in (
                *(("functional", figures.functional), ("cosmetic", figures.cosmetic)),
                *(("disposition", figures.dispositions), ("reason", figures.reasons)),
            )
        },
        "recovery": {each.currency: (each.units, each.value, each.expected) for each in figures.recovery},
        "agreement": {
            (each.inspector, each.question): (each.looks, round(each.agreed * each.looks), each.kappa, each.before)
            for each in figures.agreement
        },
        "troubles": {
            (each.kind, each.subject_kind, each.subject, each.since, each.operator) for each in figures.troubles
        },
    }


def by_hand(counted: Counted) -> dict[str, Any]:
    return {
        "begins": (counted.at, counted.begins, 8 * HOUR),
        "rates": counted.rates(),
        "chart": counted.chart(),
        "queues": counted.queues(),
        **{dimension: counted.shares(dimension) for dimension in kpi.SHARES},
        "recovery": counted.recovery(),
        "agreement": counted.agreement(),
        "troubles": recounting.troubles(counted.log),
    }


def lived(folder: Path, history: list[Input]) -> tuple[list[Recorded], int]:
    """The log of a store in which all this happened, and the time then."""
    clock = SetClock()
    with open_store(folder, clock) as store:
        for after, operator, events in history:
            clock.at += after
            store.append(events, operator=operator)
    with open_reader(folder) as reader:
        return list(reader.log()), clock.at


RARE = settings(
    max_examples=150 if settings().max_examples >= 100 else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.slow
@RARE
@given(HISTORIES)
def test_any_history_gives_the_figures_counted_by_hand_and_what_they_count_is_behind_them(
    history: list[Input],
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        log, at = lived(Path(folder), history)
        counted = Counted(log, at)
        with open_reader(Path(folder)) as reader:
            figures = kpi.look(reader.figures, Of(scope="station", site="halden"), moment(at, SITE), SITE)
            assert shown(figures, "dock-01") == by_hand(counted)
            assert_behind(reader.figures, counted)


@pytest.mark.slow
def test_the_figures_of_a_day_at_the_demo_are_those_counted_by_hand(tmp_path: Path) -> None:
    assert main(["demo", "--headless", "--parcels", "9", "--seed", "4", "--data", str(tmp_path)]) == 0
    with open_reader(tmp_path) as reader:
        log = list(reader.log())
        counted = Counted(log, log[-1].at + 1)
        figures = kpi.look(reader.figures, Of(scope="station", site="halden"), moment(counted.at, SITE), SITE)
        assert [each.currency for each in figures.recovery] == ["EUR"]
        assert figures.reasons
        assert shown(figures, "demo") == by_hand(counted)
        assert_behind(reader.figures, counted)


def assert_behind(figures: kpi.Counted, counted: Counted) -> None:
    """What each figure leads to is what it counts."""

    def behind(**asked: Any) -> set[str]:
        found = [each.id for each in figures.selected(Selection(**asked))]
        assert len(found) == len(set(found))
        return set(found)

    for queue in kpi.QUEUES:
        waits = {name for name, (where, _, _) in counted.waiting().items() if where == queue}
        assert behind(of="queue", name=queue) == waits
    shift = {"since": counted.begins, "until": counted.begins + 8 * HOUR}
    for dimension in kpi.SHARES:
        for code in counted.shares(dimension):
            units = {unit.name for unit in counted.decided() if unit.code(dimension) == code}
            assert behind(of="share", name=dimension, value=code or kpi.NO_CODE, **shift) == units
    known = {unit.name: unit.currency for unit in counted.decided() if unit.value and unit.expected is not None}
    assert behind(of="recovery", **shift) == set(known)
    for currency in set(known.values()):
        found = behind(of="recovery", value=currency or kpi.NO_CODE, **shift)
        assert found == {name for name, its in known.items() if its == currency}
    open_ = recounting.troubles(counted.log)
    for kind in kpi.TROUBLES:
        assert behind(of="trouble", name=kind) == {each[2] for each in open_ if each[0] == kind}
    for stage in kpi.STAGES:
        done = [each for each in counted.log if STAGE_OF.get(type(each.event)) == stage]
        kind = KINDS.get(stage, "unit")
        assert behind(of="work", name=stage) == {getattr(each.event, kind) for each in done}
    days = {"since": (counted.at // DAY - 6) * DAY, "until": (counted.at // DAY + 1) * DAY}
    for inspector, question in counted.agreement():
        looked = counted.looked_at(inspector, question)
        assert behind(of="agreement", name=question, operator=inspector, **days) == looked

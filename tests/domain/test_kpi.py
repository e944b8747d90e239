"""Every figure on examples worked out by hand, so that a formula that changes is noticed."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain import kpi
from rl_station.domain.kpi import Decided, Looked, Moment, Of, Rows, Shift, Supervision, Waiting, Work

SIX = 1_795_240_800_000_000
"""2026-11-21 06:00 UTC, when the shift begins."""
MINUTE = 60_000_000
SHIFT = Shift("early", SIX, SIX + 8 * kpi.HOUR_US)
TARGETS = kpi.Targets((("decided", 24),))


def moment(minutes: int) -> Moment:
    """So many minutes into the shift."""
    at = SIX + minutes * MINUTE
    return Moment(at, at // kpi.HOUR_US * kpi.HOUR_US, SHIFT)


def work(minutes: int, operator: str, count: int, *, stage: str = "decided", station: str = "bench-1") -> Work:
    return Work((SIX + minutes * MINUTE) // kpi.SLOT_US, stage, station, operator, count)


def rates(minutes: int, *rows: Work) -> dict[tuple[str, str, str], kpi.Rate]:
    return {(each.stage, each.station, each.operator): each for each in kpi.rates(rows, moment(minutes), TARGETS)}


def decided(units: int, **more: Any) -> Decided:
    known: dict[str, Any] = {
        "hour": SIX // kpi.HOUR_US,
        **{"station": "bench-1", "operator": "ada", "client": "acme", "category": "phones"},
        **{"functional": "F1", "cosmetic": "C2", "disposition": "resell", "reason": "UN"},
    }
    return Decided(units=units, **{**known, **more})


# --- rates ------------------------------------------------------------------------------------------------------------


def test_now_is_the_last_three_whole_slots_four_times() -> None:
    """At 07:12 the whole slots are 06:55, 07:00 and 07:05; 07:10 is not over and 06:50 is too old."""
    found = rates(
        72, work(50, "ada", 100), work(55, "ada", 1), work(60, "ada", 2), work(65, "ada", 3), work(70, "ada", 9)
    )
    assert found["decided", "", ""].now == (1 + 2 + 3) * 4


def test_this_hour_and_this_shift_count_from_their_beginnings() -> None:
    found = rates(
        72, work(-5, "ada", 100), work(0, "ada", 7), work(59, "ada", 1), work(60, "ada", 2), work(70, "ada", 9)
    )
    assert (found["decided", "", ""].hour, found["decided", "", ""].shift) == (11, 19)


def test_the_target_is_that_of_everybody_who_is_at_it() -> None:
    """Cid worked this morning and went to another stage: nobody expects anything of him here any more."""
    found = rates(
        130,
        work(5, "cid", 4),
        *(work(125, "ada", 1), work(125, "bob", 1, station="bench-2"), work(126, "cid", 1, stage="sorted")),
    )
    assert found["decided", "", ""].target == 2 * 24
    assert found["decided", "bench-1", ""].target == 24
    assert found["decided", "", "bob"].target == 24
    assert found["decided", "", "cid"].target == 0
    assert found["sorted", "", ""].target == 0


def test_stages_without_work_are_there_with_nothing() -> None:
    found = kpi.rates((), moment(5), TARGETS)
    assert [(each.stage, each.now, each.hour, each.shift, each.target) for each in found] == [
        (stage, 0.0, 0, 0, 0) for stage in kpi.STAGES
    ]


def test_the_whole_comes_before_its_stations_and_its_people() -> None:
    found = kpi.rates((work(5, "bob", 1), work(5, "ada", 1, station="bench-2")), moment(6), TARGETS)
    assert [(each.station, each.operator) for each in found if each.stage == "decided"] == [
        *(("", ""), ("bench-1", ""), ("bench-2", "")),
        *(("", "ada"), ("", "bob")),
    ]


def test_the_chart_has_a_bar_for_every_hour_begun_in_the_shift() -> None:
    points = kpi.chart((work(5, "ada", 3), work(130, "bob", 2), work(-5, "ada", 9), work(200, "ada", 9)), moment(131))
    assert [((point.at - SIX) // kpi.HOUR_US, point.stage, point.count) for point in points] == [
        *((0, "decided", 3), (1, "decided", 0), (2, "decided", 2))
    ]


# --- queues -----------------------------------------------------------------------------------------------------------


def test_late_and_soon_are_told_by_the_hours_promised_to_each_client() -> None:
    promises = kpi.Promises(48, (("velora", 24),))
    at = SIX

    def came(hours: float, client: str, *, announced: bool = True) -> Waiting:
        since = at - int(hours * kpi.HOUR_US)
        return Waiting(
            queue="to_open", kind="parcel", id="P", client=client, since=since, received=since if announced else 0
        )

    waiting = [came(24, "velora"), came(23, "velora"), came(22.9, "velora"), came(47.5, "acme"), came(30, "acme")]
    (found,) = (each for each in kpi.queues(kpi.promised(waiting, promises), at) if each.queue == "to_open")
    assert (found.waiting, found.late, found.soon) == (5, 1, 2)
    assert found.oldest_since == at - int(47.5 * kpi.HOUR_US)
    nobody_said = kpi.promised([came(99, "acme", announced=False)], promises)
    assert [each.due for each in nobody_said] == [0]
    assert [each.due for each in kpi.promised(waiting, kpi.Promises())] == [0] * 5


def test_a_queue_with_nothing_in_it_is_shown_too() -> None:
    assert [(each.queue, each.waiting) for each in kpi.queues((), SIX)] == [(name, 0) for name in kpi.QUEUES]


# --- shares and recovery ----------------------------------------------------------------------------------------------


def test_shares_are_of_all_units_and_most_come_first() -> None:
    rows = [decided(1), decided(2, functional="F3"), decided(1, functional=""), decided(0, functional="F6")]
    assert kpi.shares(rows, "functional") == (
        *(kpi.Share("F3", 2, 0.5), kpi.Share("", 1, 0.25), kpi.Share("F1", 1, 0.25)),
    )
    assert kpi.shares((), "functional") == ()


def test_recovery_is_what_comes_in_for_what_it_was_worth_where_both_are_known() -> None:
    """Three units of 100.00, of which two bring 60.00 and -5.00, and one of which nobody says: 55 / 200."""
    rows = [
        decided(2, value=20_000, valued=10_000, expected=6_000, known=1, currency="EUR"),
        decided(1, value=10_000, valued=10_000, expected=-500, known=1, currency="EUR"),
    ]
    assert kpi.recovery(rows) == (kpi.Recovery("EUR", 2, 20_000, 5_500, 0.275),)


def test_amounts_of_two_currencies_are_never_added_up() -> None:
    rows = [
        decided(1, value=10_000, valued=10_000, expected=6_000, known=1, currency="SEK"),
        decided(2, value=20_000, valued=20_000, expected=5_000, known=2, currency="EUR"),
        decided(1, value=10_000, valued=10_000, expected=1_000, known=1),
    ]
    assert kpi.recovery(rows) == (
        *(kpi.Recovery("EUR", 2, 20_000, 5_000, 0.25), kpi.Recovery("", 1, 10_000, 1_000, 0.1)),
        kpi.Recovery("SEK", 1, 10_000, 6_000, 0.6),
    )


def test_recovery_of_nothing_is_nothing_and_not_zero() -> None:
    assert kpi.recovery([decided(3, value=30_000, currency="EUR")]) == ()


# --- agreement --------------------------------------------------------------------------------------------------------


def answers(*pairs: tuple[str, str, int], question: str = "phones.screen", day: int = 10) -> list[Looked]:
    return [Looked(day, "ada", question, first, second, count) for first, second, count in pairs]


GRANTS = answers(("yes", "yes", 20), ("yes", "no", 5), ("no", "yes", 10), ("no", "no", 15))
"""50 looks, 35 alike: 0.70. By chance 25/50 x 30/50 + 25/50 x 20/50 = 0.50. Kappa (0.70 - 0.50) / (1 - 0.50) = 0.40."""


def test_kappa_takes_away_what_chance_would_agree_on() -> None:
    assert kpi.measured(GRANTS) == kpi.Measured(50, 0.7, 0.4)


def test_kappa_of_three_grades_worked_out_by_hand() -> None:
    """10 looks, 7 alike. First C1 5, C2 3, C3 2; second C1 4, C2 4, C3 2: chance (20 + 12 + 4) / 100.

    Kappa (0.70 - 0.36) / (1 - 0.36) = 0.53125.
    """
    rows = answers(("C1", "C1", 4), ("C1", "C2", 1), ("C2", "C2", 2), ("C2", "C3", 1), ("C3", "C3", 1), ("C3", "C2", 1))
    assert kpi.measured(rows) == kpi.Measured(10, 0.7, 0.53125)


def test_kappa_is_one_where_all_agree_and_below_zero_where_chance_would_do_better() -> None:
    assert kpi.measured(answers(("a", "a", 3), ("b", "b", 1))).kappa == 1.0
    assert kpi.measured(answers(("a", "b", 1), ("b", "a", 1))).kappa == -1.0


def test_there_is_no_kappa_where_nobody_ever_says_anything_else() -> None:
    assert kpi.measured(answers(("yes", "yes", 9))) == kpi.Measured(9, 1.0, None)
    assert kpi.measured(()) == kpi.Measured(0, 0.0, None)


def test_over_two_questions_chance_is_that_of_each_question() -> None:
    """20 of 50 above chance of 25 possible, and all of 2 possible: (35 - 25 + 4 - 2) / (50 - 25 + 4 - 2) = 12 / 27."""
    both = [*GRANTS, *answers(("a", "a", 2), ("b", "b", 2), question="functional")]
    assert kpi.measured(both) == kpi.Measured(54, 39 / 54, 12 / 27)


def test_an_inspector_is_compared_with_as_many_days_before() -> None:
    rows = [*GRANTS, *answers(("yes", "yes", 3), ("no", "no", 3), day=9), *answers(("yes", "no", 9), day=7)]
    rows += [Looked(12, "ada", "late", "a", "b", 1), Looked(9, "bob", "phones.screen", "a", "a", 1)]
    assert kpi.agreement(rows, 10, 12) == (
        kpi.Agreement(inspector="ada", question="", looks=50, agreed=0.7, kappa=0.4, before=1.0),
        kpi.Agreement(inspector="ada", question="phones.screen", looks=50, agreed=0.7, kappa=0.4, before=1.0),
    )


LOOKS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.integers(1, 9)), min_size=1, max_size=9)


@given(LOOKS)
def test_kappa_is_the_same_whoever_graded_first_and_is_never_above_one(pairs: list[tuple[str, str, int]]) -> None:
    found = kpi.measured(answers(*pairs))
    turned = kpi.measured(answers(*((second, first, count) for first, second, count in pairs)))
    assert found == turned
    assert found.kappa is None or -1.0 <= found.kappa <= 1.0
    assert (found.kappa == 1.0) <= (found.agreed == 1.0)


# --- all of them ------------------------------------------------------------------------------------------------------


class Asked:
    """Rows of a whole year, given out only for the span that is asked for."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def work(self, since: int = 0, until: int = 0) -> list[Work]:
        return [row for row in self.rows.work if since <= row.slot * kpi.SLOT_US < until]

    def decided(self, since: int = 0, until: int = 0) -> list[Decided]:
        return [row for row in self.rows.decided if since <= row.hour * kpi.HOUR_US < until]

    def looked(self, since: int = 0, until: int = 0) -> list[Looked]:
        return [row for row in self.rows.looked if since <= row.day * kpi.DAY_US < until]

    def waiting(self) -> list[Waiting]:
        return list(self.rows.waiting)

    def troubles(self) -> list[kpi.Trouble]:
        return list(self.rows.troubles)

    def selected(self, selection: kpi.Selection) -> tuple[kpi.Subject, ...]:
        return ()


@given(
    st.lists(
        st.builds(work, st.integers(-900, 900), st.sampled_from(["ada", "bob", ""]), st.integers(1, 5)), max_size=8
    ),
    st.lists(st.integers(-12, 12), max_size=6),
    st.lists(st.integers(-16, 3), max_size=6),
    st.integers(0, 479),
)
def test_a_look_asks_for_all_the_rows_it_needs(
    works: list[Work], hours: list[int], days: list[int], minutes: int
) -> None:
    """A whole year's rows give the same figures as those of the spans that `look` asks for."""
    rows = Rows(
        work=works,
        decided=[decided(1, hour=SIX // kpi.HOUR_US + hour, functional=f"F{abs(hour) % 7}") for hour in hours],
        looked=[Looked(SIX // kpi.DAY_US + day, "ada", "q", "a", "ab"[day % 2], 1) for day in days],
    )
    of, supervision = Of(scope="site", site="halden"), Supervision(targets=TARGETS)
    assert kpi.look(Asked(rows), of, moment(minutes), supervision) == kpi.figures(
        rows, of, moment(minutes), supervision
    )


def test_units_decided_before_the_shift_or_after_it_are_not_in_its_mix() -> None:
    hour = SIX // kpi.HOUR_US
    rows = Rows(decided=[decided(1, hour=hour + each, disposition=str(each)) for each in (-1, 0, 7, 8)])
    found = kpi.figures(rows, Of(scope="station", site="halden", station="bench-1"), moment(60), Supervision())
    assert [each.name for each in found.dispositions] == ["0", "7"]

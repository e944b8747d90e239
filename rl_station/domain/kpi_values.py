"""The values behind what supervisors see: rows that are counted, what is there now, what is asked for and what is shown.

Use them as `kpi.Work` and so on; `kpi` has the formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from rl_station.domain.second_look import SecondLookShares

SLOT_US = 300_000_000
"""Work is counted in slots of five minutes."""
NOW_SLOTS = 3
"""`now` is the last quarter of an hour of whole slots."""
HOUR_US = 12 * SLOT_US
DAY_US = 24 * HOUR_US
SOON_US = HOUR_US
"""What is due within this time will soon be late."""
AGREEMENT_DAYS = 7
"""Agreement is that of the last seven days, today among them; the seven before are what it is compared with."""

STAGES = ("received", "unpacked", "decided", "reworked", "sorted", "packed", "shipped")
QUEUES = ("to_open", "to_grade", "to_decide", "to_approve", "to_rework", "to_sort", "on_hold")
"""Parcels received and not opened; units identified and not graded, graded and not decided, waiting for a supervisor's word, for
work, to be sorted; parcels and units on hold."""

DEVICES = ("printer", "reader", "scanner", "scale")
"""Kinds of devices whose loss is a trouble, at the station and for the site."""
TROUBLES = (
    *(
        "missing",
        "unexpected",
        "other_client",
        "swap",
        "recall",
        "hazard",
        "wrong_tote",
        "tag_mismatch",
        "departed_tag",
    ),
    *("conflict", "quarantine", "fork", "restored", "label", *DEVICES, "disagreement"),
)


# --- what is counted --------------------------------------------------------------------------------------------------


class Work(msgspec.Struct, frozen=True):
    """Finished pieces of one stage in one slot (slots of `SLOT_US` since 1970 UTC)."""

    slot: int
    stage: str
    station: str
    operator: str
    count: int


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """Units as they are decided now, by the hour (since 1970 UTC) of that decision, who made it, and what it was.

    `reason` is the customer's (X12 element 1293). Hour, station and operator are those of the last `DispositionDecided`: an
    approval or a supervisor's word changes what the unit is, not when and by whom it was decided. Sums in minor units of
    `currency` (ISO 4217, empty where nobody says or nothing is worth anything): `value` of all; `valued` and `expected` of those
    `known`, whose value is above 0 and of which the site says what they bring.
    """

    hour: int
    station: str
    operator: str
    client: str
    category: str
    functional: str
    cosmetic: str
    disposition: str
    reason: str
    currency: str = ""
    units: int
    value: int = 0
    valued: int = 0
    expected: int = 0
    known: int = 0


class Looked(msgspec.Struct, frozen=True):
    """Second looks: how often on a day (since 1970 UTC) one answer was given where the inspector had said another."""

    day: int
    inspector: str
    question: str
    first: str
    second: str
    count: int


# --- what is there now ------------------------------------------------------------------------------------------------


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel or unit (`kind`) in a queue, `since` when (microseconds since 1970 UTC). `station`: where that was.

    `received`: when the return came in that it belongs to, 0 where none was announced; the SLA clock starts there and ends at
    `due` (`promised`, which asks the site's settings; stores leave it 0), 0 where nothing is promised.
    """

    queue: str
    kind: str
    id: str
    client: str = ""
    name: str = ""
    since: int = 0
    due: int = 0
    lane: str = ""
    received: int = 0
    station: str = ""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Something a supervisor has to look at. `subject_kind`: parcel, unit, container, device, station.

    `task`: the centre's, which is settled by its id; empty where there is none.
    """

    kind: str
    subject_kind: str
    subject: str
    since: int = 0
    client: str = ""
    station: str = ""
    operator: str = ""
    detail: str = ""
    task: str = ""


class Of(msgspec.Struct, frozen=True, kw_only=True):
    """Whose figures: `scope` station or site; of a station its name."""

    scope: str
    site: str
    station: str = ""


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """What figures are made of."""

    work: Sequence[Work] = ()
    decided: Sequence[Decided] = ()
    looked: Sequence[Looked] = ()
    waiting: Sequence[Waiting] = ()
    troubles: Sequence[Trouble] = ()


# --- what is asked for ------------------------------------------------------------------------------------------------


class Shift(msgspec.Struct, frozen=True):
    """A shift that is on: microseconds since 1970 UTC. `name` as the site calls it."""

    name: str
    begins: int
    ends: int


class Moment(msgspec.Struct, frozen=True):
    """When a look is taken: `at`, the beginning of that `hour` and the shift that is on, by the site's clocks."""

    at: int
    hour: int
    shift: Shift


class ShiftTime(msgspec.Struct, frozen=True):
    """A shift of every day: minutes since midnight by the site's clocks. One that `ends` before it `begins` ends tomorrow."""

    name: str
    begins: int
    ends: int


class Promises(msgspec.Struct, frozen=True):
    """Hours from the first scan of an announced return to its last unit's place; 0: nothing is promised. `clients`: by client."""

    hours: int = 0
    clients: tuple[tuple[str, int], ...] = ()


class Targets(msgspec.Struct, frozen=True):
    """Pieces an hour and person by stage; stages without one have no target. `kappa`: agreement below it is warned of."""

    per_hour: tuple[tuple[str, int], ...] = ()
    kappa: float = 0.6


class Supervision(msgspec.Struct, frozen=True, kw_only=True):
    """What the site says of its supervision (supervision.toml). `timezone`: IANA name. Without shifts a day is one."""

    timezone: str = "UTC"
    shifts: tuple[ShiftTime, ...] = ()
    targets: Targets = Targets()
    promises: Promises = Promises()
    second_look: SecondLookShares = SecondLookShares()


# --- what is shown ----------------------------------------------------------------------------------------------------


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of a stage: an hour `now`, in this `hour` so far, in this `shift` so far, and what is wanted an hour (0: nothing).

    `operator` or `station` empty: all of them.
    """

    stage: str
    station: str = ""
    operator: str = ""
    now: float = 0.0
    hour: int = 0
    shift: int = 0
    target: int = 0


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """How many wait, since when the oldest, how many are late or will be within the hour."""

    queue: str
    waiting: int = 0
    oldest_since: int = 0
    late: int = 0
    soon: int = 0


class Share(msgspec.Struct, frozen=True):
    """How many units, and of the whole: parts of 1."""

    name: str
    units: int
    share: float


class Recovery(msgspec.Struct, frozen=True):
    """Expected value / original value, of the units in one currency whose outcome says what it brings. Amounts in minor units."""

    currency: str
    units: int
    value: int
    expected: int
    rate: float


class Measured(msgspec.Struct, frozen=True):
    """Of some second looks: how many answers, the part of them that agreed, Cohen's kappa (None: chance alone always agrees)."""

    looks: int
    agreed: float
    kappa: float | None


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Cohen's kappa of the first and the second answers; None where chance alone would always agree."""

    inspector: str
    question: str = ""
    looks: int = 0
    agreed: float = 0.0
    kappa: float | None = None
    before: float | None = None


class Point(msgspec.Struct, frozen=True):
    """One bar of the chart over the shift: pieces of a stage in the hour that begins `at` (microseconds since 1970 UTC)."""

    at: int
    stage: str
    count: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One look at everything. `scope`: station or site; `at` is the moment it is true of, microseconds since 1970 UTC.

    `hour` is when that hour began, by the clocks of `timezone` (IANA name) as the shift. Agreement below `kappa` is warned of.
    """

    scope: str
    site: str
    station: str = ""
    at: int = 0
    hour: int = 0
    shift: Shift = Shift("", 0, 0)
    timezone: str = ""
    rates: tuple[Rate, ...] = ()
    chart: tuple[Point, ...] = ()
    queues: tuple[Queue, ...] = ()
    functional: tuple[Share, ...] = ()
    cosmetic: tuple[Share, ...] = ()
    dispositions: tuple[Share, ...] = ()
    reasons: tuple[Share, ...] = ()
    recovery: tuple[Recovery, ...] = ()
    agreement: tuple[Agreement, ...] = ()
    kappa: float = 0.6
    troubles: tuple[Trouble, ...] = ()
    waiting_to_sync: int | None = None
    devices: tuple[tuple[str, str, str], ...] = ()


# --- what is behind a figure ------------------------------------------------------------------------------------------

SHARES = ("functional", "cosmetic", "disposition", "reason")
"""Dimensions of decided units: fields of `Decided`."""
NO_CODE = "-"
"""What a selection calls the share of the units without a code or currency, since an empty value does not narrow it."""


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What was clicked, so that every figure leads to its subjects. Empty fields and 0 do not narrow it.

    | of        | name               | value    | subjects                                                                |
    | queue     | one of QUEUES      |          | what waits there                                                        |
    | trouble   | one of TROUBLES    |          | what has it, open                                                       |
    | work      | one of STAGES      |          | parcels, units and containers whose stage ended in the span             |
    | share     | one of SHARES      | the code | units decided in the span that are it now; NO_CODE: that have none      |
    | recovery  |                    | currency | units decided in the span whose value and expected value are known      |
    | agreement | the question       |          | units of `operator` (the inspector) that were looked at again, in the span |

    `since` and `until`: microseconds since 1970 UTC, `until` itself excluded.
    """

    of: Literal["queue", "trouble", "work", "share", "recovery", "agreement"]
    name: str = ""
    value: str = ""
    station: str = ""
    operator: str = ""
    client: str = ""
    since: int = 0
    until: int = 0


MOST_SUBJECTS = 200
"""As many are shown behind one figure: the newest, of a queue what waits longest."""


class Subject(msgspec.Struct, frozen=True):
    """One thing behind a figure, with a history to look into. `kind`: parcel, unit, container, device, station.

    Where something was scanned also return: an announced one of which nothing has arrived, called as it was scanned.

    `at` microseconds since 1970 UTC. `text` says in a few words what it is: name, grade, disposition, as there are.
    """

    kind: str
    id: str
    at: int = 0
    text: str = ""


class Counted(Protocol):
    """What stores and the centre answer. Rows whose slot, hour or day begins at `since` or later and before `until` (0: open)."""

    def work(self, since: int = 0, until: int = 0) -> Sequence[Work]: ...
    def decided(self, since: int = 0, until: int = 0) -> Sequence[Decided]: ...
    def looked(self, since: int = 0, until: int = 0) -> Sequence[Looked]: ...
    def waiting(self) -> Sequence[Waiting]: ...
    def troubles(self) -> Sequence[Trouble]: ...
    def selected(self, selection: Selection) -> tuple[Subject, ...]:
        """Newest first, of a queue what waits longest, at most `MOST_SUBJECTS`."""
        ...

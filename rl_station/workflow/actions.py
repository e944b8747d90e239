"""What a supervisor can do about what is on the screen; each is decided in `supervise`, and refused with its reason."""

from __future__ import annotations

import msgspec

from rl_station.domain.kpi import Trouble


class Approve(msgspec.Struct, frozen=True, tag=True):
    """Agree to a decision that waits for somebody's word."""

    unit: str


class Override(msgspec.Struct, frozen=True, tag=True):
    """Another `outcome` for a decided unit. `why` as in `approval.WHY`; with `other` the note says it."""

    unit: str
    outcome: str
    why: str
    note: str = ""


class Hold(msgspec.Struct, frozen=True, tag=True):
    """Set a decided unit aside, wherever it was going."""

    unit: str
    why: str
    note: str = ""


class Release(msgspec.Struct, frozen=True, tag=True):
    """A unit that a supervisor set aside, or a held parcel, goes on; exactly one of them is named."""

    unit: str = ""
    parcel: str = ""
    why: str = ""
    note: str = ""


class Reassign(msgspec.Struct, frozen=True, tag=True):
    """Another lane for a parcel that nobody has opened."""

    parcel: str
    lane: str
    note: str = ""


class Reopen(msgspec.Struct, frozen=True, tag=True):
    """A closed container takes units again."""

    container: str
    why: str = ""
    note: str = ""


class Settle(msgspec.Struct, frozen=True, tag=True):
    """Looked at: it need not be shown any more. `task` is the centre's, where the trouble is one of its tasks."""

    trouble: Trouble
    note: str
    task: str = ""


class Declare(msgspec.Struct, frozen=True, tag=True):
    """Earlier events of this station's log, and all of the same inputs, did not occur or are wrong (`reason`)."""

    seqs: tuple[int, ...]
    reason: str
    note: str


Action = Approve | Override | Hold | Release | Reassign | Reopen | Settle | Declare

"""What a decider may know besides its own state: reference data, what this store has seen, the site's content, fresh ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from rl_station.domain.checklist import Checklist
from rl_station.domain.events import AnyEvent, Recorded
from rl_station.domain.projections.troubles import Troubles
from rl_station.domain.reference import Reference
from rl_station.domain.rework import WorkTable
from rl_station.domain.rules import RuleTable
from rl_station.domain.scan import Scan
from rl_station.domain.second_look import SecondLookShares
from rl_station.domain.unit_label import UnitLabel
from rl_station.workflow.inputs import Tag


class ParcelRecord(msgspec.Struct, frozen=True):
    """A parcel as this store knows it. `status`: receiving, received, held, opened, closed. `received_at` microseconds UTC."""

    parcel: str
    status: str
    client: str = ""
    rmas: tuple[str, ...] = ()
    lane: str = ""
    outcome: str = ""
    condition: str = ""
    hazards: tuple[str, ...] = ()
    held: str = ""
    received_at: int = 0
    received_by: str = ""
    station: str = ""
    units: tuple[str, ...] = ()


class UnitRecord(msgspec.Struct, frozen=True):
    """A unit as this store knows it.

    `status`: identified, graded, decided, awaiting_approval, labelled, sorted, rework, shipped. While `approval` stands,
    somebody of that role has to agree; a unit that was put aside for it is on hold. `outcome` to `steps` are those of its last
    decision, as in `rules.Decision`, which was made at `decided_station`. `held`: why a supervisor set it aside, empty where
    nobody did; `held_from`: disposition and bin it had before. `graded_by`: who gave it its grade. `troubles` are those that a
    supervisor has not settled yet.
    """

    unit: str
    parcel: str
    status: str
    client: str = ""
    sku: str = ""
    name: str = ""
    category: str = ""
    gtin: str = ""
    serial: str = ""
    rma: str = ""
    line: int = 0
    functional: str = ""
    cosmetic: str = ""
    packaging: str = ""
    disposition: str = ""
    reason: str = ""
    rule: str = ""
    bin: str = ""
    container: str = ""
    recall: str = ""
    swap: bool = False
    epc: str = ""
    outcome: str = ""
    channel: str = ""
    travels: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    approval: str = ""
    steps: tuple[str, ...] = ()
    held: str = ""
    held_from: tuple[str, ...] = ()
    graded_by: str = ""
    decided_station: str = ""
    troubles: Troubles = ()


class ContainerRecord(msgspec.Struct, frozen=True):
    """`status`: open, closed, consolidated, shipped. `units` are inside now; `contents` are containers on a pallet."""

    container: str
    status: str
    disposition: str = ""
    client: str = ""
    bin: str = ""
    units: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    pallet: str = ""


class HistoryLine(msgspec.Struct, frozen=True):
    """One event for people: `at` microseconds UTC, `type` the event's name, `params` its fields worth showing."""

    seq: int
    at: int
    operator: str
    station: str
    type: str
    params: tuple[tuple[str, str], ...] = ()
    corrected: bool = False


class Records(Protocol):
    """The read models of the local store. Unknown ids give None or an empty tuple."""

    def parcel(self, plate: str) -> ParcelRecord | None: ...
    def parcels_by_key(self, kind: str, value: str) -> tuple[ParcelRecord, ...]: ...
    def unit(self, plate: str) -> UnitRecord | None: ...
    def units_by_serial(self, serial: str) -> tuple[UnitRecord, ...]: ...
    def units_by_epc(self, epc: str) -> tuple[UnitRecord, ...]:
        """Oldest first."""
        ...

    def returned_to_vendor(self, vendor: str, client: str, since: int, besides: str = "") -> int:
        """How many units of a client were decided to go back to a vendor since then (microseconds UTC), without one of them."""
        ...

    def unit_events(self, plate: str) -> tuple[AnyEvent, ...]:
        """Everything that happened to a unit and was not taken back, oldest first; the taking back itself is not among it."""
        ...

    def inputs(self, seqs: tuple[int, ...]) -> tuple[Recorded, ...]:
        """What stands of the inputs that these events of this station's own log belong to, in order.

        Events that nobody knows, that were taken back or that an earlier life of the log recorded give nothing.
        """
        ...

    def container(self, code: str) -> ContainerRecord | None: ...
    def history(
        self, *, parcel: str = "", unit: str = "", container: str = "", limit: int = 200
    ) -> tuple[HistoryLine, ...]: ...


class Field(Protocol):
    """What the station's tag readers see now, at its own place: strays of other places are not among it."""

    @property
    def watched(self) -> bool:
        """Whether a reader looks at all; without one, an empty field says nothing."""
        ...

    @property
    def tags(self) -> tuple[Tag, ...]: ...


class Load(msgspec.Struct, frozen=True):
    """What lies still on the scale `device`."""

    grams: int
    device: str


class Scale(Protocol):
    """The station's scale."""

    @property
    def watched(self) -> bool:
        """Whether the station has a scale at work; without one, nobody is asked to weigh."""
        ...

    @property
    def load(self) -> Load | None:
        """What has settled on it; None while nothing has, or once it has been taken for a parcel."""
        ...


class Identifiers(Protocol):
    """Fresh ids. Each call with a larger `ahead` looks further; only the events that use them consume them."""

    def parcel_plate(self, ahead: int = 0) -> str: ...
    def unit_plate(self, ahead: int = 0) -> str: ...


class Knowledge(Protocol):
    """All of it. One object, handed to `decide`."""

    @property
    def reference(self) -> Reference: ...
    @property
    def records(self) -> Records: ...
    @property
    def identifiers(self) -> Identifiers: ...
    @property
    def field(self) -> Field: ...
    @property
    def scale(self) -> Scale: ...
    @property
    def rules(self) -> RuleTable: ...
    @property
    def rework(self) -> WorkTable: ...
    @property
    def second_look(self) -> SecondLookShares: ...
    @property
    def default_client(self) -> str: ...

    @property
    def now(self) -> int:
        """The station's clock, microseconds since 1970 UTC: how long work took."""
        ...

    @property
    def tasks(self) -> tuple[str, ...]:
        """What this station does, in the order of its menu: receive, inspect, sort, rework, second_look, trace."""
        ...

    @property
    def categories(self) -> tuple[str, ...]:
        """Product categories that have a checklist, in the order they are offered."""
        ...

    @property
    def checklists(self) -> Mapping[str, Checklist]:
        """All of them by id, `hazard`, `data` and `reason` among them."""
        ...

    def checklist(self, checklist_id: str, version: str = "") -> Checklist | None:
        """By id; as it was in this version where that is still known, else as it is now."""
        ...

    def weight_tolerance(self, announced: int) -> int:
        """By how many grams a parcel may differ from what it should weigh."""
        ...

    def hold_bin(self) -> str: ...

    def has_pin(self, operator: str) -> bool:
        """Whether a PIN is set for this operator."""
        ...

    def default_lane(self) -> str:
        """Where parcels go whose categories no lane asks for."""
        ...

    def open_label(self, scan: Scan) -> UnitLabel | None:
        """The decision a unit label carries, if its signature is good."""
        ...

"""What the deciders may know, put together from the site's settings, the station's store and what the centre says."""

from __future__ import annotations

from collections.abc import Mapping

from rl_station.domain.checklist import Checklist
from rl_station.domain.events import Basis, Event
from rl_station.domain.messages import Message
from rl_station.domain.reference import Reference
from rl_station.domain.rework import WorkTable
from rl_station.domain.rules import RuleTable
from rl_station.domain.scan import Scan, ScanKind
from rl_station.domain.second_look import SecondLookShares
from rl_station.domain.unit_label import UnitLabel, decode
from rl_station.settings import Site
from rl_station.station.former_checklists import FormerChecklists
from rl_station.station.merged import MergedRows
from rl_station.station.merged_reference import MergedReference
from rl_station.station.sent_content import SentContent
from rl_station.store import Store
from rl_station.store.known import KnownReader
from rl_station.workflow.knowledge import Field, Identifiers, Records, Scale


class StationKnowledge:
    """Implements `workflow.knowledge.Knowledge`. Used on the engine's thread only, since the store is."""

    def __init__(self, site: Site, store: Store, field: Field, scale: Scale, known: KnownReader) -> None:
        self._site = site
        self._store = store
        self._field = field
        self._scale = scale
        self._known = known
        self._rows = MergedRows(site.station.id, store, known)
        self._merged_records = store.records.over(self._rows)
        self._merged_reference = MergedReference(site.reference, known)
        self._content = SentContent(site, known)
        self._former = FormerChecklists(store.folder, self._content.checklists.values())

    def look(self, *, between_units: bool) -> None:
        """See what the centre says by now. Rules and checklists change between two units only."""
        self._known.refresh()
        self._store.heard(self._known.hlc)
        if between_units and self._content.follow():
            self._former.keep(self._content.checklists.values())
            self._merged_reference.vendors = self._content.vendors

    def basis(self, event: Event) -> Basis:
        """What is known of other stations' work on the event's subjects."""
        return self._rows.basis(event)

    @property
    def contact_at(self) -> int | None:
        """When the centre last answered, microseconds UTC; None where it never did."""
        return self._known.contact_at if self._known.there else None

    @property
    def notices(self) -> tuple[Message, ...]:
        """What IT has to hear of what the centre sent."""
        return self._content.notices

    @property
    def reference(self) -> Reference:
        return self._merged_reference if self._known.there else self._site.reference

    @property
    def records(self) -> Records:
        return self._merged_records if self._known.there else self._store.records

    @property
    def identifiers(self) -> Identifiers:
        return self._store.identifiers

    @property
    def field(self) -> Field:
        return self._field

    @property
    def scale(self) -> Scale:
        return self._scale

    @property
    def rules(self) -> RuleTable:
        return self._content.rules

    @property
    def rework(self) -> WorkTable:
        return self._content.rework

    @property
    def second_look(self) -> SecondLookShares:
        return self._site.supervision.second_look

    @property
    def now(self) -> int:
        return self._store.now()

    @property
    def default_client(self) -> str:
        return self._site.default_client

    @property
    def tasks(self) -> tuple[str, ...]:
        return self._site.station.tasks

    @property
    def categories(self) -> tuple[str, ...]:
        scopes = (found.scope for found in self._content.checklists.values())
        return tuple(dict.fromkeys(scope.category for scope in scopes if scope.category))

    def default_lane(self) -> str:
        return self._site.station.default_lane

    @property
    def checklists(self) -> Mapping[str, Checklist]:
        return self._content.checklists

    def checklist(self, checklist_id: str, version: str = "") -> Checklist | None:
        found = self._content.checklists.get(checklist_id)
        if not version or (found is not None and found.version == version):
            return found
        return self._former.get(checklist_id, version) or found

    def weight_tolerance(self, announced: int) -> int:
        return max(self._site.weight_tolerance_g, announced * self._site.weight_tolerance_percent // 100)

    def hold_bin(self) -> str:
        return self._site.hold_bin

    def has_pin(self, operator: str) -> bool:
        return operator in self._site.pins

    def open_label(self, scan: Scan) -> UnitLabel | None:
        meaning = scan.first(ScanKind.UNIT_LABEL)
        return decode(meaning.value, self._site.label_key) if meaning else None

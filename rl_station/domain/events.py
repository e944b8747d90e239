"""The catalogue: every fact a station can record, each with its schema version.

Events are past-tense facts and are never edited; an undo is a `CorrectionDeclared`. Ids are plain strings here because this is
the wire form: `parcel` and `unit` are licence plates, `container` a container code, `client`, `rma`, `sku` as in the reference
data. A change of meaning or shape raises `schema` of that event and adds an upcaster; reading never loses an old event.
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

import msgspec

from rl_station.domain.messages import Parameter
from rl_station.domain.scan import ScanSource


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="type"):
    """What all events share. Subclasses are tagged by their class name."""

    schema: ClassVar[int] = 1


# --- the person and the station ---------------------------------------------------------------------------------------


class SignedIn(Event, frozen=True, kw_only=True):
    operator: str
    name: str
    language: str
    roles: tuple[str, ...]


class SignedOut(Event, frozen=True, kw_only=True):
    operator: str


class TaskChosen(Event, frozen=True, kw_only=True):
    """`task`: receive, inspect, sort, rework, second_look, trace; menu for none of them."""

    task: str


class ScanRefused(Event, frozen=True, kw_only=True):
    """An input that was not accepted. `blocking` ones raise an alarm that waits for `AlarmAcknowledged`.

    `unit`: the one in hand, where it was about to go into the wrong container or bin.
    """

    code: str
    params: tuple[tuple[str, Parameter], ...] = ()
    blocking: bool = False
    unit: str = ""


class AlarmAcknowledged(Event, frozen=True, kw_only=True):
    code: str


class CorrectionDeclared(Event, frozen=True, kw_only=True):
    """The events `corrects` (seqs of this station and epoch) did not occur or were wrong.

    `reason` is EPCIS 2.0 errorDeclaration: `did_not_occur` or `incorrect_data`. `types` names the corrected events for readers.
    `parcels`, `units`, `containers` are the subjects whose projections change. `note`: what a supervisor typed.
    """

    corrects: tuple[int, ...]
    types: tuple[str, ...]
    reason: str = "did_not_occur"
    parcels: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    note: str = ""


class LabelRequested(Event, frozen=True, kw_only=True):
    """`label`: parcel, unit, container, manifest. Printed after the commit, which may fail; a reprint is another request."""

    label: str
    parcel: str = ""
    unit: str = ""
    container: str = ""
    reprint: bool = False


class LabelPrintFailed(Event, frozen=True, kw_only=True):
    label: str
    parcel: str = ""
    unit: str = ""
    container: str = ""
    reason: str = ""


class CodeTraced(Event, frozen=True, kw_only=True):
    """Somebody asked for the history of a code; `kind` and `value` as resolved."""

    kind: str
    value: str
    parcel: str = ""
    unit: str = ""
    container: str = ""


class DevicesAsked(Event, frozen=True, kw_only=True):
    """Somebody scanned the code that opens or closes the devices screen; nothing in the work changed."""


# --- receive ----------------------------------------------------------------------------------------------------------


class ParcelPresented(Event, frozen=True, kw_only=True):
    """A code needs the worker's word before anything is received.

    `rmas` are the candidates: several to choose from, one that has parcels here already, none where nothing is announced.
    `couriers` are those whose number the code can be.
    """

    kind: str
    value: str
    rmas: tuple[str, ...]
    couriers: tuple[str, ...] = ()


class ParcelReceived(Event, frozen=True, kw_only=True):
    """A box arrived and has a plate. `outcome`: matched, blind, cancelled.

    `keys` are all ids read or known for it, as (scan kind, canonical value): later scans find the parcel by them.
    """

    parcel: str
    outcome: str
    client: str = ""
    rmas: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    preprinted: bool = False


class ParcelCarrierNoted(Event, frozen=True, kw_only=True):
    """It came by `courier`, and its client names others (`accepted`); received all the same."""

    parcel: str
    courier: str
    accepted: tuple[str, ...]


class ParcelConditionNoted(Event, frozen=True, kw_only=True):
    """Outer condition: intact, dented, wet, torn, opened."""

    parcel: str
    condition: str


class ParcelHazardChecked(Event, frozen=True, kw_only=True):
    """What the hazard look found: empty for none, else leak, smoke, heat, swelling, smell."""

    parcel: str
    hazards: tuple[str, ...] = ()


class ParcelWeighed(Event, frozen=True, kw_only=True):
    """The scale `device` had settled with the parcel on it, in grams.

    `announced` is what it should weigh, 0 where nobody said; `compared`, empty then: agrees, lighter, heavier (beyond the site's
    tolerance). A difference holds nothing up.
    """

    parcel: str
    grams: int
    device: str
    announced: int = 0
    compared: str = ""


class ParcelWeightSkipped(Event, frozen=True, kw_only=True):
    """The worker went on without a weight: the parcel does not fit the scale, or the scale does not weigh."""

    parcel: str


class ParcelPlateConfirmed(Event, frozen=True, kw_only=True):
    """The plate was applied. `how`: scanned, or unlabelled (label to be printed later)."""

    parcel: str
    how: str


class ParcelLaneAssigned(Event, frozen=True, kw_only=True):
    parcel: str
    lane: str


class ParcelHeld(Event, frozen=True, kw_only=True):
    """Set aside. `reason`: cancelled, hazard, swap."""

    parcel: str
    reason: str
    rma: str = ""


# --- inspect ----------------------------------------------------------------------------------------------------------


class SeenUnit(msgspec.Struct, frozen=True):
    """A unit that came out of a parcel, as far as the parcel's count needs it. `match` and the rest as in `UnitIdentified`."""

    unit: str
    match: str
    rma: str = ""
    line: int = 0
    name: str = ""
    swap: bool = False
    client: str = ""
    sku: str = ""
    gtin: str = ""
    epc: str = ""


class ParcelOpened(Event, frozen=True, kw_only=True):
    """A parcel is on the bench. `received_here` is False where this station has no record of its arrival.

    `seen` are the units of an earlier sitting, where the work goes on after `ParcelSetAside`.
    """

    parcel: str
    client: str = ""
    rmas: tuple[str, ...] = ()
    received_here: bool = True
    seen: tuple[SeenUnit, ...] = ()


class ParcelSetAside(Event, frozen=True, kw_only=True):
    """An open parcel was put down unfinished; scanning its plate again goes on."""

    parcel: str


class ItemPresented(Event, frozen=True, kw_only=True):
    """An item whose code fits several products (client, sku) or none: the inspector says which, or of what category.

    `kind` and `value` as scanned; `kind` is `none` for an item without a code.
    """

    parcel: str
    kind: str
    value: str
    gtin: str = ""
    serial: str = ""
    epc: str = ""
    lot: str = ""
    products: tuple[tuple[str, str], ...] = ()
    made: str = ""
    expires: str = ""


class UnitIdentified(Event, frozen=True, kw_only=True):
    """One item out of a parcel. `match`: expected, unexpected, other_client, unknown_product.

    `line` is the announced line it fills (rma and line number), absent unless expected. `gtin` is 14 digits; `made` and
    `expires` are YYYY-MM-DD, where its code says so. `value` is the original one, in minor units of `currency` (ISO 4217, empty
    where nobody says).
    """

    unit: str
    parcel: str
    match: str
    client: str = ""
    sku: str = ""
    name: str = ""
    category: str = ""
    gtin: str = ""
    serial: str = ""
    epc: str = ""
    lot: str = ""
    rma: str = ""
    line: int = 0
    value: int = 0
    currency: str = ""
    made: str = ""
    expires: str = ""


class UnitSerialRead(Event, frozen=True, kw_only=True):
    """`agrees`: with the serial that was shipped; None where none is known."""

    unit: str
    parcel: str
    serial: str
    agrees: bool | None = None


class UnitSwapSuspected(Event, frozen=True, kw_only=True):
    """The serial or tag is not the one that was shipped."""

    unit: str
    parcel: str
    expected: tuple[str, ...]
    found: str


class UnitRecallChecked(Event, frozen=True, kw_only=True):
    """Against the offline snapshot of `snapshot` (date), `age` days old, content hash `version`.

    `recall` is the reference that means the unit for certain, empty for none, and `references` all of these; `how`: gtin,
    brand_model. `asks`: what has to be asked before the verdict stands: reference, how, and model or lot.
    """

    unit: str
    parcel: str
    recall: str = ""
    snapshot: str = ""
    references: tuple[str, ...] = ()
    how: str = ""
    age: int | None = None
    version: str = ""
    asks: tuple[tuple[str, str, str], ...] = ()


class UnitRecallAnswered(Event, frozen=True, kw_only=True):
    """A worker's word on the notice `recall`. `asked`: model, lot; `verdict`: affected, spared, or what is asked next.

    `answer`: yes, no, unreadable, or read where `lot` was scanned.
    """

    unit: str
    parcel: str
    recall: str
    asked: str
    answer: str
    verdict: str
    lot: str = ""


class LateRecallFound(Event, frozen=True, kw_only=True):
    """A recall that came after the unit was decided means it, or may mean it. `status` as in the records, such as shipped.

    `ask`: model, lot, or empty where it is certain. `decided_at`: the station that decided it and where it has to be set aside,
    empty for the one that says this.
    """

    unit: str
    parcel: str
    recall: str
    how: str
    status: str
    snapshot: str = ""
    age: int | None = None
    ask: str = ""
    decided_at: str = ""


class UnitRecalled(Event, frozen=True, kw_only=True):
    """A decided unit is taken out for a recall that came later; `previous` is the container it was taken out of, if any."""

    unit: str
    parcel: str
    recall: str
    how: str
    snapshot: str = ""
    previous: str = ""


class UnitRecallLifted(Event, frozen=True, kw_only=True):
    """The recall was reversed: the unit is decided anew, or graded first where it never was (`graded` False)."""

    unit: str
    parcel: str
    recall: str
    reason: str
    graded: bool
    previous: str = ""


class UnitQuestionAnswered(Event, frozen=True, kw_only=True):
    """One answer of a checklist. Ids as in the checklist file.

    `value` is what was measured, typed or scanned, or how many seconds a timer took; `version` that of the checklist's content.
    """

    unit: str
    parcel: str
    checklist: str
    question: str
    answer: str
    value: str = ""
    version: str = ""


class UnitTimerStarted(Event, frozen=True, kw_only=True):
    """What a question waits for was begun `at` this moment, microseconds since 1970 UTC."""

    unit: str
    parcel: str
    checklist: str
    question: str
    at: int


class UnitReasonChecked(Event, frozen=True, kw_only=True):
    """Whether what the customer says of the unit was found. `reason`: X12 element 1293; `found`: confirmed, not_found."""

    unit: str
    parcel: str
    reason: str
    found: str


class UnitHazardFound(Event, frozen=True, kw_only=True):
    """The hazard questions found something; `hazards` are the flags of the answers. Ends the questions."""

    unit: str
    parcel: str
    hazards: tuple[str, ...]


class UnitGraded(Event, frozen=True, kw_only=True):
    """R2 REC codes: functional F1-F6, cosmetic C0-C9. `packaging`: sealed, complete, damaged, missing."""

    unit: str
    parcel: str
    functional: str
    cosmetic: str
    packaging: str


class DispositionDecided(Event, frozen=True, kw_only=True):
    """Where a unit goes and why. `rule` fired; `lost` are the rules tried before it, each with its first failing condition.

    `outcome` to `steps` as in `rules.Decision`; `expected` in minor units, None where the site does not say. `vendor` is whose
    terms the rules knew, wherever the unit goes: a quota counts by it.
    """

    unit: str
    parcel: str
    client: str
    disposition: str
    rule: str
    reason: str
    bin: str
    rules_version: str
    inputs: tuple[tuple[str, str], ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    outcome: str = ""
    channel: str = ""
    travels: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    expected: int | None = None
    approval: str = ""
    steps: tuple[str, ...] = ()
    vendor: str = ""


class UnitPlateConfirmed(Event, frozen=True, kw_only=True):
    """As `ParcelPlateConfirmed`, for a unit: its work at the bench is finished."""

    unit: str
    parcel: str
    how: str


class ParcelCountChecked(Event, frozen=True, kw_only=True):
    """Nothing more is inside, yet `missing` announced pieces were not seen: to be confirmed before closing."""

    parcel: str
    missing: int


class UnitMissing(Event, frozen=True, kw_only=True):
    """An announced quantity that was not in the parcel when it was closed."""

    parcel: str
    rma: str
    line: int
    sku: str
    quantity: int


class ParcelClosed(Event, frozen=True, kw_only=True):
    """`bizStep` unpacking: completeness. `discrepancies`: missing, unexpected, other_client, swap."""

    parcel: str
    units: tuple[str, ...]
    discrepancies: tuple[str, ...] = ()


# --- approval and rework ----------------------------------------------------------------------------------------------


class ApproverPresented(Event, frozen=True, kw_only=True):
    """Somebody whose word the decision needs is at the station: `approver` by id."""

    unit: str
    parcel: str
    approver: str
    name: str


class OutcomePicked(Event, frozen=True, kw_only=True):
    """The approver wants another outcome than the decision's, and has to say why."""

    unit: str
    parcel: str
    outcome: str


class DispositionApproved(Event, frozen=True, kw_only=True):
    """The approver's word: from `before` to `disposition`, which are the same where the decision was agreed to.

    `why`: client, condition, market, safety, capacity, other; empty where it was agreed to. The rest as in `DispositionDecided`.
    `container_before` is what it lay in, where a supervisor agreed from afar; it comes out of it.
    """

    unit: str
    parcel: str
    client: str
    approver: str
    before: str
    disposition: str
    outcome_before: str
    outcome: str
    bin: str
    why: str = ""
    channel: str = ""
    travels: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    expected: int | None = None
    steps: tuple[str, ...] = ()
    container_before: str = ""


class UnitPutAside(Event, frozen=True, kw_only=True):
    """Nobody who may agree is at hand: the unit waits in the bin `bin` for the role `approval`."""

    unit: str
    parcel: str
    approval: str
    bin: str


class UnitTakenUp(Event, frozen=True, kw_only=True):
    """A unit that was put down is worked on again. `work`: rework, approval.

    `steps` are those still to do; `previous` is the container it was taken out of, if any.
    """

    unit: str
    parcel: str
    work: str
    steps: tuple[str, ...] = ()
    previous: str = ""


class ReworkStepBegun(Event, frozen=True, kw_only=True):
    """`at`: microseconds since 1970 UTC."""

    unit: str
    parcel: str
    step: str
    at: int


class ReworkMethodChosen(Event, frozen=True, kw_only=True):
    unit: str
    parcel: str
    step: str
    method: str


class ReworkPartUsed(Event, frozen=True, kw_only=True):
    """`quantity` more of the part went into the unit, or into its box."""

    unit: str
    parcel: str
    step: str
    part: str
    quantity: int = 1


class ReworkResultSaid(Event, frozen=True, kw_only=True):
    """The worker's word, `seconds` after the beginning, before it has its evidence. Empty: work goes on after all.

    `sure`: said once more, though it was sooner than the step can be done.
    """

    unit: str
    parcel: str
    step: str
    result: str
    seconds: int = 0
    sure: bool = False


class ReworkStepEnded(Event, frozen=True, kw_only=True):
    """`result`: done, failed, not_needed. `parts`: name and quantity; `steps`: what is left to do.

    `least` are the seconds the step takes at least; a step that was done in less was confirmed by the worker. `evidence` is the
    reference of a certificate or log.
    """

    unit: str
    parcel: str
    step: str
    result: str
    seconds: int
    least: int = 0
    method: str = ""
    evidence: str = ""
    parts: tuple[tuple[str, int], ...] = ()
    steps: tuple[str, ...] = ()


class ReworkSetAside(Event, frozen=True, kw_only=True):
    """Put down unfinished; scanning the unit again goes on."""

    unit: str
    parcel: str


class RegradeBegun(Event, frozen=True, kw_only=True):
    """The work is done: the unit is graded anew. What was answered before counts no more, and is shown."""

    unit: str
    parcel: str


class ReworkFinished(Event, frozen=True, kw_only=True):
    """Decided anew after work: disposition and condition, from `before` on. `relabelled`: it gets another label."""

    unit: str
    parcel: str
    before: str
    disposition: str
    grade_before: str = ""
    grade: str = ""
    relabelled: bool = False


# --- tags -------------------------------------------------------------------------------------------------------------


class TagsAround(Event, frozen=True, kw_only=True):
    """Tags that the readers saw at this place before the parcel was in hand; only those that name a piece of it count for it.

    `tags`: EPC (hexadecimal) and the time it appeared, microseconds since 1970 UTC: one that leaves and comes back counts.
    """

    parcel: str
    tags: tuple[tuple[str, int], ...]


class TagSeen(Event, frozen=True, kw_only=True):
    """The readers saw a tag with a parcel in hand. `match` as in `UnitIdentified`; `task`: receive, inspect.

    `epc` in hexadecimal; `gtin` and `serial` are what it says itself, where it is an SGTIN.
    """

    parcel: str
    task: str
    epc: str
    match: str
    client: str = ""
    sku: str = ""
    name: str = ""
    gtin: str = ""
    serial: str = ""
    rma: str = ""
    line: int = 0


class UnitTagFound(Event, frozen=True, kw_only=True):
    """Among the tags seen with the parcel only this one can be the unit's."""

    unit: str
    parcel: str
    epc: str


class TagMismatchFound(Event, frozen=True, kw_only=True):
    """Tag, box and what was shipped do not agree: the unit was shipped with one of the tags `expected`, and `found` is here."""

    unit: str
    parcel: str
    expected: tuple[str, ...]
    found: str


class TagMismatchResolved(Event, frozen=True, kw_only=True):
    """`verdict` on the tag `found`: swap, other_item (it belongs to something else), shipped_tag (the right tag was read)."""

    unit: str
    parcel: str
    found: str
    verdict: str


class DepartedTagSeen(Event, frozen=True, kw_only=True):
    """The tag of a unit that cannot be here: `status` is destroyed or shipped."""

    unit: str
    epc: str
    status: str


class ContainerCompared(Event, frozen=True, kw_only=True):
    """The tags at the place against what should be in the container.

    `seen`: units whose tags were read. `missing`: units with a known tag that was not read. `extra`: tags of nothing in it, by
    plate where the unit is known, else by EPC.
    """

    container: str
    seen: int
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


class TagWriteRequested(Event, frozen=True, kw_only=True):
    """The one tag before the readers, whose EPC is `old`, shall get `epc`. Written after the commit, which may fail."""

    unit: str
    parcel: str
    old: str
    epc: str


class TagWritten(Event, frozen=True, kw_only=True):
    """The unit's tag holds `epc` and was read back; `old` is what it held before, the same where nothing had to be written."""

    unit: str
    parcel: str
    old: str
    epc: str


class TagWriteFailed(Event, frozen=True, kw_only=True):
    """It is not certain that the tag holds `epc`."""

    unit: str
    parcel: str
    old: str
    epc: str
    reason: str = ""


# --- sort -------------------------------------------------------------------------------------------------------------


class UnitPresented(Event, frozen=True, kw_only=True):
    """A unit is in the worker's hand. `known_by`: store, or label (decision read from its signed label).

    `container` is where it lies already, if it was sorted before.
    """

    unit: str
    disposition: str
    client: str
    bin: str
    known_by: str
    container: str = ""


class ContainerPresented(Event, frozen=True, kw_only=True):
    """A container's card is on the screen. `action`: what was asked for next (consolidate, ship), empty for none."""

    container: str
    action: str = ""


class ContainerOpened(Event, frozen=True, kw_only=True):
    """A container takes units of one disposition and client from now on."""

    container: str
    disposition: str
    client: str
    bin: str = ""


class UnitSorted(Event, frozen=True, kw_only=True):
    """`previous`: the container it was taken out of, if any: a unit is never in two."""

    unit: str
    container: str
    disposition: str
    client: str
    previous: str = ""


class ContainerClosed(Event, frozen=True, kw_only=True):
    container: str
    units: tuple[str, ...]


class ContainersConsolidated(Event, frozen=True, kw_only=True):
    """Closed containers put onto a pallet, itself a container identified by its SSCC."""

    container: str
    contents: tuple[str, ...]


class ContainerShipped(Event, frozen=True, kw_only=True):
    container: str


# --- the supervisor ---------------------------------------------------------------------------------------------------


class PinRefused(Event, frozen=True, kw_only=True):
    """A wrong PIN: the `failures`-th in a row. `locked_until` microseconds since 1970 UTC, 0 while more may be tried."""

    operator: str
    failures: int
    locked_until: int = 0


class SupervisionBegun(Event, frozen=True, kw_only=True):
    """The right PIN after the right badge: `operator` may see and act from now on."""

    operator: str


class SupervisionEnded(Event, frozen=True, kw_only=True):
    operator: str


class DispositionOverridden(Event, frozen=True, kw_only=True):
    """A decided unit goes elsewhere by a supervisor's word: from `before` to `disposition`; fields as in `DispositionApproved`.

    `why` is a code as there, `note` what the supervisor typed.
    """

    unit: str
    parcel: str
    client: str
    before: str
    disposition: str
    outcome_before: str
    outcome: str
    bin: str
    why: str
    note: str = ""
    channel: str = ""
    travels: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    expected: int | None = None
    steps: tuple[str, ...] = ()
    container_before: str = ""


class UnitHeld(Event, frozen=True, kw_only=True):
    """Set aside by a supervisor, wherever it was going; `before` is its disposition, `bin` where it waits."""

    unit: str
    parcel: str
    before: str
    bin: str
    why: str
    note: str = ""
    container_before: str = ""


class UnitReleased(Event, frozen=True, kw_only=True):
    """Goes on as it was decided: `disposition` to `bin`."""

    unit: str
    parcel: str
    disposition: str
    bin: str
    why: str = ""
    note: str = ""
    container_before: str = ""


class ParcelReleased(Event, frozen=True, kw_only=True):
    """A held parcel may be opened: `before` is what it was held for."""

    parcel: str
    before: str
    why: str = ""
    note: str = ""


class ParcelReassigned(Event, frozen=True, kw_only=True):
    """To another lane, from `before`."""

    parcel: str
    before: str
    lane: str
    note: str = ""


class ContainerReopened(Event, frozen=True, kw_only=True):
    """A closed container takes units again. Shipped ones cannot be."""

    container: str
    why: str = ""
    note: str = ""


class TroubleSettled(Event, frozen=True, kw_only=True):
    """A supervisor has looked at it: `kind` as in `kpi.TROUBLES`, of one subject. `task` is the centre's, if it has one."""

    kind: str
    note: str
    parcel: str = ""
    unit: str = ""
    container: str = ""
    task: str = ""


# --- a second look ----------------------------------------------------------------------------------------------------


class SecondLookAsked(Event, frozen=True, kw_only=True):
    """A unit whose work is done was chosen to be graded again. `bin`: where it waits for that, empty where it just goes on."""

    unit: str
    parcel: str
    bin: str = ""


class SecondLookBegun(Event, frozen=True, kw_only=True):
    """A unit is graded again, blind, by `looker`, who is not the `inspector`. `chosen`: whether it was among those to be.

    Where the same person comes back to it, the answers given before still count.
    """

    unit: str
    parcel: str
    inspector: str
    looker: str = ""
    chosen: bool = True


class SecondAnswerGiven(Event, frozen=True, kw_only=True):
    """As `UnitQuestionAnswered`, of a second look: it changes nothing of the unit."""

    unit: str
    parcel: str
    checklist: str
    version: str
    question: str
    answer: str
    value: str = ""


class SecondLookTaken(Event, frozen=True, kw_only=True):
    """Graded again. `pairs`: question (`checklist.question`, or functional, cosmetic, packaging), first and second answer.

    Grades, and the second of theirs in `pairs`, are empty where it found `hazards`, which end the questions.
    """

    unit: str
    parcel: str
    inspector: str
    functional: str
    cosmetic: str
    packaging: str
    pairs: tuple[tuple[str, str, str], ...] = ()
    hazards: tuple[str, ...] = ()


class SecondLookLeft(Event, frozen=True, kw_only=True):
    """Put down unfinished; it is asked for again."""

    unit: str
    parcel: str


# --- the shift log ----------------------------------------------------------------------------------------------------


class BreakBegun(Event, frozen=True, kw_only=True):
    operator: str


class BreakEnded(Event, frozen=True, kw_only=True):
    operator: str


class ShiftNoteWritten(Event, frozen=True, kw_only=True):
    """What the next shift has to know, in the words of who hands over."""

    text: str


AnyEvent = (
    SignedIn
    | SignedOut
    | TaskChosen
    | ScanRefused
    | AlarmAcknowledged
    | CorrectionDeclared
    | LabelRequested
    | LabelPrintFailed
    | CodeTraced
    | DevicesAsked
    | ParcelPresented
    | ParcelReceived
    | ParcelCarrierNoted
    | ParcelConditionNoted
    | ParcelHazardChecked
    | ParcelWeighed
    | ParcelWeightSkipped
    | ParcelPlateConfirmed
    | ParcelLaneAssigned
    | ParcelHeld
    | ParcelOpened
    | ParcelSetAside
    | ItemPresented
    | UnitIdentified
    | UnitSerialRead
    | UnitSwapSuspected
    | UnitRecallChecked
    | UnitRecallAnswered
    | LateRecallFound
    | UnitRecalled
    | UnitRecallLifted
    | UnitQuestionAnswered
    | UnitTimerStarted
    | UnitReasonChecked
    | UnitHazardFound
    | UnitGraded
    | DispositionDecided
    | UnitPlateConfirmed
    | ParcelCountChecked
    | UnitMissing
    | ParcelClosed
    | ApproverPresented
    | OutcomePicked
    | DispositionApproved
    | UnitPutAside
    | UnitTakenUp
    | ReworkStepBegun
    | ReworkMethodChosen
    | ReworkPartUsed
    | ReworkResultSaid
    | ReworkStepEnded
    | ReworkSetAside
    | RegradeBegun
    | ReworkFinished
    | TagsAround
    | TagSeen
    | UnitTagFound
    | TagMismatchFound
    | TagMismatchResolved
    | DepartedTagSeen
    | ContainerCompared
    | TagWriteRequested
    | TagWritten
    | TagWriteFailed
    | UnitPresented
    | ContainerPresented
    | ContainerOpened
    | UnitSorted
    | ContainerClosed
    | ContainersConsolidated
    | ContainerShipped
    | PinRefused
    | SupervisionBegun
    | SupervisionEnded
    | DispositionOverridden
    | UnitHeld
    | UnitReleased
    | ParcelReleased
    | ParcelReassigned
    | ContainerReopened
    | TroubleSettled
    | SecondLookAsked
    | SecondLookBegun
    | SecondAnswerGiven
    | SecondLookTaken
    | SecondLookLeft
    | BreakBegun
    | BreakEnded
    | ShiftNoteWritten
)


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """How far somebody knew another station's work on one subject: up to event `seq` of `station` in `epoch`.

    `kind`: parcel, unit. `epoch` is the token that the central server keys the event by.
    """

    kind: str
    id: str
    station: str
    epoch: str
    seq: int


Basis: TypeAlias = tuple[Seen, ...]
"""What was known of other stations' work on an event's subjects when it was decided; empty where that was nothing."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it stands in the log.

    `at` wall clock, microseconds since 1970 UTC; `hlc` hybrid logical clock (milliseconds << 16 | counter), never decreasing;
    `cause` the seq of the first event of the same input, so that an undo takes back one input whole; `source` the scan behind it.
    """

    station: str
    epoch: str
    seq: int
    at: int
    hlc: int
    operator: str
    cause: int
    event: AnyEvent
    source: ScanSource | None = None
    basis: Basis = ()


def subjects(event: Event) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The parcels, units and containers an event is about, in that order."""
    if isinstance(event, CorrectionDeclared):
        return event.parcels, event.units, event.containers
    parcel = getattr(event, "parcel", "")
    unit = getattr(event, "unit", "")
    containers = [
        getattr(event, "container", ""),
        getattr(event, "previous", ""),
        getattr(event, "container_before", ""),
        *getattr(event, "contents", ()),
    ]
    units = [unit, *getattr(event, "units", ())]
    return _present([parcel]), _present(units), _present(containers)


def _present(ids: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for found in ids if found))

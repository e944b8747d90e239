"""What a station knows of the work in hand: a fold of events, frozen, and small enough to store as a checkpoint."""

from __future__ import annotations

import msgspec

from rl_station.domain.events import SeenUnit
from rl_station.domain.messages import Message, Parameter


class Worker(msgspec.Struct, frozen=True):
    """Who is signed in."""

    id: str
    name: str
    language: str
    roles: tuple[str, ...]


class AlarmRaised(msgspec.Struct, frozen=True):
    """Waits for ACK. The message code tells what is wrong, `<code>.next` what to do now."""

    code: str
    params: tuple[tuple[str, Parameter], ...] = ()


class Doubt(msgspec.Struct, frozen=True):
    """A scan that was refused once and would be taken if the very same code came again."""

    code: str
    value: str


class Mark(msgspec.Struct, frozen=True):
    """An event of the subject in hand, as CANCEL will name it."""

    seq: int
    type: str


# --- tags -------------------------------------------------------------------------------------------------------------


class SeenTag(msgspec.Struct, frozen=True):
    """A tag that was seen with the parcel in hand; fields as in `TagSeen`."""

    epc: str
    match: str
    client: str = ""
    sku: str = ""
    name: str = ""
    gtin: str = ""
    serial: str = ""
    rma: str = ""
    line: int = 0


class Writing(msgspec.Struct, frozen=True):
    """A tag that gets another EPC; fields as in `TagWriteRequested`."""

    unit: str
    old: str
    epc: str


class Radio(msgspec.Struct, frozen=True):
    """What the readers say of the parcel in hand.

    `around` are the tags that were here before it, as in `TagsAround`; `excused` those that belong to something else.
    `writing` is under way, `written` was done, and `unwritten` is why the last one was not, which was `unwritten_for` that unit.
    """

    seen: tuple[SeenTag, ...] = ()
    around: tuple[tuple[str, int], ...] = ()
    excused: tuple[str, ...] = ()
    writing: Writing | None = None
    written: tuple[Writing, ...] = ()
    unwritten: str = ""
    unwritten_for: str = ""


# --- receive ----------------------------------------------------------------------------------------------------------


class Arrival(msgspec.Struct, frozen=True, tag=True):
    """A box whose code needs the worker's word first. `plate` is a pre-printed plate it carries already.

    `couriers` as in `ParcelPresented`, of all its codes.
    """

    kind: str
    value: str
    rmas: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    plate: str = ""
    couriers: tuple[str, ...] = ()


class Weight(msgspec.Struct, frozen=True):
    """What the parcel in hand weighs; fields as in `ParcelWeighed`."""

    grams: int
    device: str
    announced: int = 0
    compared: str = ""


class Receiving(msgspec.Struct, frozen=True, tag=True):
    """A parcel between its first scan and its plate. `labelled`: its label was asked for.

    `courier`: who brought it, where its client uses others.
    """

    parcel: str
    outcome: str
    client: str = ""
    rmas: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    preprinted: bool = False
    condition: str = ""
    looked: bool = False
    hazards: tuple[str, ...] = ()
    held: str = ""
    radio: Radio = Radio()
    labelled: bool = False
    weight: Weight | None = None
    courier: str = ""


class Received(msgspec.Struct, frozen=True, tag=True):
    """Finished at the dock; only where to put it is still on the screen. `held` is the reason it is set aside for."""

    parcel: str
    rmas: tuple[str, ...] = ()
    lane: str = ""
    held: str = ""
    weight: Weight | None = None


# --- inspect ----------------------------------------------------------------------------------------------------------


class UnitInHand(msgspec.Struct, frozen=True):
    """The item on the bench. Fields fill up in the order of the work; `answers` are (checklist, question, answer as `noted`).

    `mismatch` is the tag that contradicts it, until somebody says what that means. `approver` is there to agree and may have
    `picked` another outcome; `aside` is the bin where it waits for that. `earlier` are the answers before a rework.
    `versions` are those of the checklists begun; `timer` is (checklist, question, when it was started, microseconds UTC).
    `recall_asks` as in `UnitRecallChecked`; `spared` are notices that do not mean it, by the worker's word. `held`, where a
    supervisor set it aside: the disposition and bin it had, and its disposition here, empty while it is graded again.
    """

    unit: str
    match: str
    client: str = ""
    sku: str = ""
    name: str = ""
    category: str = ""
    gtin: str = ""
    serial: str = ""
    lot: str = ""
    rma: str = ""
    line: int = 0
    value: int = 0
    serial_asked: bool = False
    epc: str = ""
    mismatch: str = ""
    mismatch_resolved: bool = False
    swap: bool = False
    recall: str = ""
    answers: tuple[tuple[str, str, str], ...] = ()
    hazards: tuple[str, ...] = ()
    functional: str = ""
    cosmetic: str = ""
    packaging: str = ""
    disposition: str = ""
    rule: str = ""
    reason: str = ""
    bin: str = ""
    rules_version: str = ""
    outcome: str = ""
    channel: str = ""
    travels: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    expected: int | None = None
    approval: str = ""
    steps: tuple[str, ...] = ()
    approver: str = ""
    picked: str = ""
    aside: str = ""
    earlier: tuple[tuple[str, str, str], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    timer: tuple[str, str, int] = ("", "", 0)
    made: str = ""
    expires: str = ""
    recalls_version: str = ""
    recall_asks: tuple[tuple[str, str, str], ...] = ()
    spared: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


class ItemInQuestion(msgspec.Struct, frozen=True):
    """An item whose code fits several products, or none."""

    kind: str
    value: str
    gtin: str = ""
    serial: str = ""
    epc: str = ""
    lot: str = ""
    products: tuple[tuple[str, str], ...] = ()
    made: str = ""
    expires: str = ""


class Inspecting(msgspec.Struct, frozen=True, tag=True):
    """An open parcel on the bench: what came out of it, what is in hand, whether it is about to be closed."""

    parcel: str
    client: str = ""
    rmas: tuple[str, ...] = ()
    received_here: bool = True
    seen: tuple[SeenUnit, ...] = ()
    unit: UnitInHand | None = None
    item: ItemInQuestion | None = None
    closing: bool = False
    radio: Radio = Radio()


# --- rework ------------------------------------------------------------------------------------------------------------


class Reworking(msgspec.Struct, frozen=True, tag=True):
    """A unit that was taken up again; what is known of it stands in the records. `work`: rework, approval.

    `steps` are those left, the one in work first; the rest is of that step: when it was `begun` (microseconds since 1970 UTC),
    parts used, and the `result` that was said after so many `seconds`.
    """

    unit: str
    parcel: str
    work: str
    steps: tuple[str, ...] = ()
    begun: int = 0
    method: str = ""
    parts: tuple[tuple[str, int], ...] = ()
    result: str = ""
    seconds: int = 0
    sure: bool = False


# --- a second look -----------------------------------------------------------------------------------------------------


class LookingAgain(msgspec.Struct, frozen=True, tag=True):
    """A unit that is graded again, blind to what its `inspector` found; what was answered stands in the records."""

    unit: str
    parcel: str
    inspector: str


class LookedAgain(msgspec.Struct, frozen=True, tag=True):
    """Graded again; only where to put it is still on the screen, or the `hazards` that keep it from going there."""

    unit: str
    hazards: tuple[str, ...] = ()


# --- sort and trace ---------------------------------------------------------------------------------------------------


class Presented(msgspec.Struct, frozen=True, tag=True):
    """A unit in the hand of the sorter. `container` is where it lies now, if it was sorted before."""

    unit: str
    disposition: str
    client: str
    bin: str
    known_by: str
    container: str = ""


class Card(msgspec.Struct, frozen=True, tag=True):
    """A container's card. `action` is what was asked for: consolidate, ship, or nothing yet; `differs` where its tags and
    its list do not agree, with what is `missing` and `extra` as in `ContainerCompared`.
    """

    container: str
    action: str = ""
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


class Traced(msgspec.Struct, frozen=True, tag=True):
    """A code whose history is on the screen."""

    kind: str
    value: str
    parcel: str = ""
    unit: str = ""
    container: str = ""


class PinTries(msgspec.Struct, frozen=True):
    """Wrong PINs of one operator in a row; fields as in `PinRefused`."""

    operator: str
    failures: int
    locked_until: int = 0


Job = Arrival | Receiving | Received | Inspecting | Reworking | LookingAgain | LookedAgain | Presented | Card | Traced


class State(msgspec.Struct, frozen=True):
    """All of it. `marks` are the events CANCEL would take back; `printer` is why the last label did not come out.

    `departed` are tags of departed units that an alarm has told of already, the latest last. `supervising`: the right PIN was
    given; `resting`: on a break. `pins` are wrong ones, `notes` (who, what) the latest words to the next shift; both outlast a
    sign-in.
    """

    worker: Worker | None = None
    task: str = ""
    job: Job | None = None
    alarms: tuple[AlarmRaised, ...] = ()
    doubt: Doubt | None = None
    marks: tuple[Mark, ...] = ()
    printer: str = ""
    departed: tuple[str, ...] = ()
    supervising: bool = False
    resting: bool = False
    pins: tuple[PinTries, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


class Step(msgspec.Struct, frozen=True):
    """One accepted input as UNDO needs it. `fixed` is the code that says why it cannot be undone, empty where it can;
    `raised` are the alarms that came of it.
    """

    seqs: tuple[int, ...]
    types: tuple[str, ...]
    before: State
    parcels: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    fixed: str = ""
    raised: tuple[AlarmRaised, ...] = ()


class Session(msgspec.Struct, frozen=True):
    """The state, the way back, and what the worker still has to do by hand because of the last input."""

    state: State = State()
    trail: tuple[Step, ...] = ()
    notice: Message | None = None


def initial() -> Session:
    return Session()


def has_unit(state: State) -> bool:
    """Whether a unit is being asked about or worked on: rules, questions and steps of work do not change under it."""
    match state.job:
        case Inspecting(unit=unit):
            return unit is not None
        case job:
            return isinstance(job, Reworking | LookingAgain)


def at_rest(state: State) -> bool:
    """No subject in hand and no alarm: a good moment for a checkpoint, another task or another worker."""
    return subject(state) == "" and not state.alarms


def strays(state: State) -> tuple[tuple[str, int], ...]:
    """Tags that do not count for the parcel in hand, as in `TagsAround`."""
    return state.job.radio.around if isinstance(state.job, Receiving | Inspecting) else ()


def subject(state: State) -> str:  # noqa: PLR0911 - a table: one return for each row
    """What CANCEL would put down, as a word that stays the same for as long as it is the same thing; empty at rest."""
    match state.job:
        case Arrival() | Receiving():
            return "arrival"
        case Inspecting(unit=None, item=None, closing=False, parcel=parcel):
            return f"parcel {parcel}"
        case Inspecting(closing=True):
            return "closing"
        case Inspecting():
            return "item"
        case Presented(unit=unit):
            return f"unit {unit}"
        case Reworking(unit=unit):
            return f"rework {unit}"
        case LookingAgain(unit=unit):
            return f"second look {unit}"
        case Card(action=action) if action:
            return "container"
        case _:
            return ""

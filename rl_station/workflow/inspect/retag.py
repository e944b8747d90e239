"""Writing the tag of the unit in hand: only where it is certain which EPC it shall get, and which tag shall get it."""

from __future__ import annotations

from rl_station.domain import epc as epcs
from rl_station.domain.events import Event, TagWriteFailed, TagWriteRequested, TagWritten
from rl_station.domain.messages import Refusal, refuse
from rl_station.workflow.facts import returns_of
from rl_station.workflow.inspect.questions import product_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.scans import visible
from rl_station.workflow.state import Inspecting, State, UnitInHand
from rl_station.workflow.tags.classify import GONE

_GTIN_LENGTH = 14


def retag(  # noqa: PLR0911 - gates in order: each may answer
    unit: UnitInHand, job: Inspecting, knowledge: Knowledge
) -> tuple[Event, ...] | Refusal:
    """The request to write the one tag before the readers, or why it is not made."""
    if job.radio.writing is not None:
        return refuse("retag.busy")
    if unit.swap:
        return refuse("retag.swap")
    if not knowledge.field.watched:
        return refuse("retag.no_reader")
    epc = epc_for(unit, job, knowledge)
    if isinstance(epc, Refusal):
        return epc
    old = _tag_to_write(unit, epc, job, knowledge)
    if isinstance(old, Refusal):
        return old
    if old == epc == unit.epc:
        return refuse("retag.has_it", epc=epc)
    if old == epc:
        return (TagWritten(unit=unit.unit, parcel=job.parcel, old=old, epc=epc),)
    return (TagWriteRequested(unit=unit.unit, parcel=job.parcel, old=old, epc=epc),)


def offered(unit: UnitInHand, job: Inspecting, knowledge: Knowledge) -> bool:
    """Whether it is worth a key: the unit has no tag, or one that was said to contradict it, and could get one."""
    wanted = not unit.epc or (unit.mismatch_resolved and all(each.unit != unit.unit for each in job.radio.written))
    return (
        wanted
        and not (unit.swap or unit.mismatch)
        and knowledge.field.watched
        and not isinstance(epc_for(unit, job, knowledge), Refusal)
    )


def epc_for(unit: UnitInHand, job: Inspecting, knowledge: Knowledge) -> str | Refusal:
    """The SGTIN-96 of the unit, or what is missing for it. GS1 EPC Tag Data Standard 2.0, 14.6.1."""
    gtin = _gtin(unit, knowledge)
    if not gtin or not unit.serial:
        return refuse("retag.no_identity")
    digits = _prefix_digits(gtin, unit, job, knowledge)
    if not digits:
        return refuse("retag.no_prefix", gtin=gtin)
    return epcs.sgtin_96(gtin, unit.serial, digits) or refuse("retag.serial_does_not_fit", serial=visible(unit.serial))


def abandoned(state: State, reason: str) -> TagWriteFailed | None:
    """What has to be said of a tag that was being written when the station stopped; None where none was."""
    job = state.job
    if not isinstance(job, Inspecting) or job.radio.writing is None:
        return None
    now = job.radio.writing
    return TagWriteFailed(unit=now.unit, parcel=job.parcel, old=now.old, epc=now.epc, reason=reason)


def _gtin(unit: UnitInHand, knowledge: Knowledge) -> str:
    """14 digits, as scanned or the product's only one; empty where there is none."""
    product = product_of(unit, knowledge)
    known = product.gtins if product is not None and len(product.gtins) == 1 else ()
    gtin = unit.gtin or "".join(known)
    return gtin.zfill(_GTIN_LENGTH) if gtin else ""


def _prefix_digits(gtin: str, unit: UnitInHand, job: Inspecting, knowledge: Knowledge) -> int:
    """How long the company prefix in the GTIN is, which the GTIN itself does not tell: as its shipped tags have it, else as
    the site knows it, the longest that fits.
    """
    for announced in returns_of(job.rmas, knowledge):
        for shipped in (epc for line in announced.lines for epc in line.epcs):
            identity = epcs.decode(shipped)
            if identity is not None and identity.gtin == gtin:
                return identity.prefix_digits
    client = knowledge.reference.client(unit.client)
    known = client.company_prefixes if client is not None else ()
    return max((len(prefix) for prefix in known if gtin[1:].startswith(prefix)), default=0)


def _tag_to_write(unit: UnitInHand, epc: str, job: Inspecting, knowledge: Knowledge) -> str | Refusal:
    """The EPC of the one tag that is here, unless it, or the EPC it shall get, is another piece's."""
    tags = {tag.epc for tag in knowledge.field.tags}
    if not tags:
        return refuse("retag.no_tag")
    if len(tags) > 1:
        return refuse("retag.several", count=len(tags))
    (tag,) = tags
    if other := _holder(epc, unit, knowledge):
        return refuse("retag.taken", epc=epc, unit=other)
    if other := _holder(tag, unit, knowledge):
        return refuse("retag.of_another", epc=tag, unit=other)
    if tag not in (unit.epc, epc) and _shipped(tag, job, knowledge):
        return refuse("retag.shipped", epc=tag)
    return tag


def _holder(epc: str, unit: UnitInHand, knowledge: Knowledge) -> str:
    """Another unit on this site that has the tag."""
    others = [
        found for found in knowledge.records.units_by_epc(epc) if found.unit != unit.unit and found.status != GONE
    ]
    return others[-1].unit if others else ""


def _shipped(tag: str, job: Inspecting, knowledge: Knowledge) -> bool:
    """Whether a piece of this parcel was sent out with it."""
    return any(tag in line.epcs for announced in returns_of(job.rmas, knowledge) for line in announced.lines)

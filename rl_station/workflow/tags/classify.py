"""What a tag is to the parcel in hand: a piece that was announced, a surprise, somebody else's, or nothing to do with it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from rl_station.domain import epc as epcs
from rl_station.domain.reference import AnnouncedLine, AnnouncedReturn, Product
from rl_station.workflow.facts import returns_of
from rl_station.workflow.inputs import Tag
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import Inspecting, Receiving, SeenTag

GONE = "shipped"
"""Status of a unit that has left the site."""


class _Bits(msgspec.Struct, frozen=True):
    """A tag with what it says itself."""

    tag: Tag
    gtin: str
    serial: str


def classify(tag: Tag, job: Receiving | Inspecting, knowledge: Knowledge) -> SeenTag | None:
    """How the tag counts for the parcel; None where it does not.

    A tag that was announced with the parcel counts wherever it was before: it cannot be a stray. Any other counts only if it
    appeared after the parcel was in hand.
    """
    if _belongs_to_another(tag, job, knowledge):
        return None
    identity = epcs.decode(tag.epc)
    bits = _Bits(tag, identity.gtin if identity else "", identity.serial if identity else "")
    announced = _by_instance(bits, job, knowledge)
    if announced is not None:
        return announced
    if (tag.epc, tag.at) in job.radio.around:
        return None
    return _by_other_return(bits, job, knowledge) or _by_line(bits, job, knowledge) or _by_product(bits, job, knowledge)


def _belongs_to_another(tag: Tag, job: Receiving | Inspecting, knowledge: Knowledge) -> bool:
    """A unit out of another parcel that has its plate already and lies around here."""
    known = knowledge.records.units_by_epc(tag.epc)
    return bool(known) and known[-1].parcel != job.parcel and known[-1].status != GONE


def _lines(
    job: Receiving | Inspecting, knowledge: Knowledge
) -> Iterator[tuple[AnnouncedReturn, AnnouncedLine, Product | None]]:
    for announced in returns_of(job.rmas, knowledge):
        for line in announced.lines:
            yield announced, line, knowledge.reference.product(announced.client, line.sku)


def _by_instance(bits: _Bits, job: Receiving | Inspecting, knowledge: Knowledge) -> SeenTag | None:
    """This very piece was shipped: its tag is announced, or its product with its serial number."""
    for announced, line, product in _lines(job, knowledge):
        mine = product is not None and bits.gtin in product.gtins and bits.serial in line.serials
        if bits.tag.epc in line.epcs or (mine and bits.serial):
            return _seen(bits, "expected", (announced.client, line.sku), product, (announced.rma, line.line))
    return None


def _by_other_return(bits: _Bits, job: Receiving | Inspecting, knowledge: Knowledge) -> SeenTag | None:
    """Announced, but with another return."""
    for announced in knowledge.reference.returns_by_epc(bits.tag.epc):
        line = next(line for line in announced.lines if bits.tag.epc in line.epcs)
        product = knowledge.reference.product(announced.client, line.sku)
        return _seen(bits, _surprise(announced.client, job), (announced.client, line.sku), product)
    return None


def _by_line(bits: _Bits, job: Receiving | Inspecting, knowledge: Knowledge) -> SeenTag | None:
    """A piece of an announced line whose tags nobody told us, as long as the line lacks one."""
    for announced, line, product in _lines(job, knowledge):
        if product is None or bits.gtin not in product.gtins:
            continue
        place = (announced.rma, line.line)
        others = sum((tag.rma, tag.line) == place and tag.epc not in line.epcs for tag in job.radio.seen)
        if others < line.quantity - len(line.epcs):
            return _seen(bits, "expected", (announced.client, line.sku), product, place)
    return None


def _by_product(bits: _Bits, job: Receiving | Inspecting, knowledge: Knowledge) -> SeenTag | None:
    """Not announced. A tag that is on no trade item, such as a tote's, says nothing about the content."""
    if not bits.gtin:
        return None
    products = knowledge.reference.products_by_gtin(bits.gtin)
    ours = [product for product in products if product.client == job.client] or list(products)
    if not ours:
        return _seen(bits, "unknown_product", ("", ""), None)
    return _seen(bits, _surprise(ours[0].client, job), (ours[0].client, ours[0].sku), ours[0])


def _surprise(client: str, job: Receiving | Inspecting) -> str:
    """As for units: somebody else's goods are alarming only in a parcel that is known to be one client's."""
    return "other_client" if job.rmas and client != job.client else "unexpected"


def _seen(
    bits: _Bits, match: str, article: tuple[str, str], product: Product | None, place: tuple[str, int] = ("", 0)
) -> SeenTag:
    client, sku = article
    return SeenTag(
        epc=bits.tag.epc,
        match=match,
        client=client,
        sku=sku,
        name=product.name if product else sku,
        gtin=bits.gtin,
        serial=bits.serial,
        rma=place[0],
        line=place[1],
    )

"""From a requested label to its layout: gathers what stands on it and has it worded in the site's language."""

from __future__ import annotations

from rl_station.domain import site_codes
from rl_station.domain.events import LabelRequested
from rl_station.domain.identifiers import parse_sscc
from rl_station.domain.messages import message
from rl_station.domain.rules import handling
from rl_station.domain.unit_label import UnitLabel, encode
from rl_station.i18n import Translator
from rl_station.labels import (
    ContainerFace,
    Layout,
    Table,
    UnitFace,
    container_label,
    container_manifest,
    parcel_plate,
    unit_label,
)
from rl_station.settings import Site
from rl_station.station.label_fields import label_fields
from rl_station.workflow.knowledge import Knowledge, Records


def layouts(wanted: LabelRequested, site: Site, knowledge: Knowledge) -> tuple[Layout, ...]:
    """What to print for this request; nothing where the subject is not known here (its label is reprinted where it is)."""
    words, records = Words(site, knowledge), knowledge.records
    match wanted.label:
        case "parcel":
            return (_parcel(wanted.parcel, words, records),)
        case "unit":
            return _unit(wanted.unit, words, records)
        case "container":
            return (container_label(_face(wanted.container, words, records, "caption.container")),)
        case "manifest":
            return _manifest(wanted.container, words, records)
        case _:
            return ()


class Words:
    """Captions in the language of the site, and names of its clients and bins."""

    def __init__(self, site: Site, knowledge: Knowledge) -> None:
        self.site = site
        self.knowledge = knowledge
        self._translator = Translator(site.language)

    def __call__(self, code: str) -> str:
        return self._translator.text(message(code))

    def client(self, client_id: str) -> str:
        client = self.knowledge.reference.client(client_id)
        return client.name if client else client_id

    def bin(self, bin_id: str) -> str:
        found = self.knowledge.reference.bin(bin_id)
        return found.name if found else bin_id


def _parcel(plate: str, words: Words, records: Records) -> Layout:
    record = records.parcel(plate)
    if record is None:
        return parcel_plate(plate, heading=words("caption.parcel"))
    facts = [(words("caption.client"), words.client(record.client))] if record.client else []
    if record.lane:
        facts.append((words("caption.lane"), record.lane))
    return parcel_plate(plate, heading=words("caption.parcel"), reference=", ".join(record.rmas), facts=tuple(facts))


def _unit(plate: str, words: Words, records: Records) -> tuple[Layout, ...]:
    record = records.unit(plate)
    if record is None:
        return ()
    decision = UnitLabel(
        unit=plate,
        disposition=record.disposition,
        client=record.client,
        bin=record.bin,
        rules_version=words.knowledge.rules.version,
    )
    packing = handling(record.travels, record.packs)
    face = UnitFace(
        code=plate,
        payload=encode(decision, words.site.label_key),
        disposition=words(f"disposition.{record.disposition}"),
        destination=words.bin(record.bin),
        product=record.name,
        facts=(
            *(
                [(words("caption.handling"), ", ".join(words(f"handling.{word}") for word in packing))]
                if packing
                else []
            ),
            *label_fields(record, words.knowledge, words),
        ),
    )
    return (unit_label(face),)


def _face(container: str, words: Words, records: Records, heading: str) -> ContainerFace:
    record = records.container(container)
    name = container
    if record is None:
        return ContainerFace(code=_container_code(container), name=name, heading=words(heading))
    facts = [(words("caption.units"), str(len(record.units)))]
    if record.client:
        facts.append((words("caption.client"), words.client(record.client)))
    return ContainerFace(
        code=_container_code(container),
        name=name,
        heading=words(heading),
        disposition=words(f"disposition.{record.disposition}") if record.disposition else "",
        facts=tuple(facts),
    )


def _container_code(container: str) -> str:
    """A tote's code is ours; a pallet's is its SSCC as it stands (GS1 General Specifications 3.2: AI 00)."""
    return container if parse_sscc(container) else site_codes.make(site_codes.CONTAINER, container)


def _manifest(container: str, words: Words, records: Records) -> tuple[Layout, ...]:
    record = records.container(container)
    if record is None:
        return ()
    units = [unit for unit in map(records.unit, record.units) if unit is not None]
    rows = [(unit.unit, unit.name, unit.gtin, unit.serial) for unit in units]
    rows += [(inside, words("caption.container"), "", "") for inside in record.contents]
    columns = (words("caption.plate"), words("caption.product"), "GTIN", words("caption.serial"))
    table = Table(columns, tuple(rows), shares=(3, 4, 3, 3))
    return container_manifest(_face(container, words, records, "caption.manifest"), table)

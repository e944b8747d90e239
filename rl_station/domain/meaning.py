"""What a scan means: every reading that survives, best first.

Ranks: the site's own codes, exact matches in the reference data, GS1, carriers, plain GS1 keys, EPC, and last the plain text.
Bytes are never stripped: at the ends of a scan a GS separator is data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from rl_station.domain import aim, epc, gs1, site_codes, unit_label
from rl_station.domain.carriers import Candidate, CarrierTable, cleaned, identify
from rl_station.domain.gs1 import Gs1Data
from rl_station.domain.identifiers import parse_epc, parse_gtin, parse_sscc
from rl_station.domain.reference import Reference
from rl_station.domain.scan import Meaning, Scan, ScanKind, ScanSource

MAX_CODE_LENGTH = 2048
"""Longer text is kept and shown, but no code that means anything to us is that long."""

_PLATES = {site_codes.PARCEL_PLATE: ScanKind.PARCEL_PLATE, site_codes.UNIT_PLATE: ScanKind.UNIT_PLATE}
_NAMES = {
    site_codes.COMMAND: ScanKind.COMMAND,
    site_codes.BADGE: ScanKind.BADGE,
    site_codes.DESTINATION: ScanKind.BIN,
    site_codes.CONTAINER: ScanKind.CONTAINER,
}
_GS1_KINDS = {
    "00": ScanKind.SSCC,
    "01": ScanKind.GTIN,
    "21": ScanKind.SERIAL,
    "8003": ScanKind.SERIAL,
    "8004": ScanKind.SERIAL,
    "400": ScanKind.ORDER,
}
"""Application identifiers that name a thing we handle; the other elements of the scan go along as attributes."""


class _Reading(msgspec.Struct, frozen=True):
    """A scan taken apart once. `keys` are the spellings to look up: hands type small letters and spaces."""

    text: str
    keys: tuple[str, ...]
    gs1: tuple[Meaning, ...]
    candidates: tuple[Candidate, ...]


def interpret(source: ScanSource, reference: Reference, carriers: CarrierTable) -> Scan:
    """Every meaning of a scan, best first. Never raises, whatever the bytes are."""
    text = _decoded(source.data)
    data = aim.AimData(None, text) if source.manual else aim.split(text)
    symbology = data.symbology or aim.normalised(source.symbology)
    if not data.text:
        return Scan(source, ())
    plain = Meaning(ScanKind.TEXT, data.text, "text")
    if len(data.text) > MAX_CODE_LENGTH:
        return Scan(source, (plain,))
    reading = _read(data.text, symbology, source.manual, carriers)
    ranked = [
        *_site(reading, reference),
        *_known(reading, reference),
        *reading.gs1,
        *_carried(reading),
        *_keys(reading),
    ]
    best: dict[tuple[ScanKind, str], Meaning] = {}
    for meaning in ranked:
        best.setdefault((meaning.kind, meaning.value), meaning)
    return Scan(source, (*best.values(), plain))


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _read(text: str, symbology: str | None, manual: bool, carriers: CarrierTable) -> _Reading:
    typed = text.strip(" ")
    keys = tuple(dict.fromkeys((typed.upper(), typed))) if manual else (text,)
    found = gs1.read(symbology, typed if manual else text)
    # A retail symbol cannot carry a tracking number.
    candidates = () if symbology in aim.EAN_UPC else identify(carriers, keys[0])
    return _Reading(text, keys, tuple(_gs1_meanings(found)) if found else (), candidates)


def _gs1_meanings(data: Gs1Data) -> Iterator[Meaning]:
    for kind in (ScanKind.SSCC, ScanKind.GTIN, ScanKind.SERIAL, ScanKind.ORDER):
        for element in data.elements:
            if _GS1_KINDS.get(element[0]) is kind:
                others = tuple(other for other in data.elements if other != element)
                yield Meaning(kind, element[1], data.source, others)


def _site(reading: _Reading, reference: Reference) -> Iterator[Meaning]:
    plate = unit_label.plate_in(reading.text)
    if plate is not None:
        yield Meaning(ScanKind.UNIT_LABEL, reading.text, "site")
        yield Meaning(ScanKind.UNIT_PLATE, plate, "site")
    for key in reading.keys:
        code = site_codes.parse(key)
        if code is not None and code.kind in _PLATES:
            yield Meaning(_PLATES[code.kind], code.text, "site")
        elif code is not None:
            yield Meaning(_NAMES[code.kind], code.body, "site")
        if reference.operator_by_badge(key) is not None:
            yield Meaning(ScanKind.BADGE, key, "site")
        if reference.bin(key) is not None or reference.lane(key) is not None:
            yield Meaning(ScanKind.BIN, key, "site")
        if reference.has_container(key):
            yield Meaning(ScanKind.CONTAINER, key, "site")


def _known(reading: _Reading, reference: Reference) -> Iterator[Meaning]:
    """Exact matches in the reference data. A product comes before its serial number, which names it less surely."""
    lookups: tuple[tuple[Iterator[Meaning], Callable[[str], object]], ...] = (
        (_every(reading, ScanKind.RMA), reference.announced),
        (_every(reading, ScanKind.ORDER), reference.returns_by_order),
        (_tracking_keys(reading), reference.returns_by_tracking),
        (_every(reading, ScanKind.SSCC), reference.returns_by_sscc),
        (_gtins(reading), reference.products_by_gtin),
        (_every(reading, ScanKind.SERIAL), reference.returns_by_serial),
    )
    for meanings, lookup in lookups:
        for meaning in meanings:
            if lookup(meaning.value):
                yield msgspec.structs.replace(meaning, source="reference")


def _every(reading: _Reading, kind: ScanKind) -> Iterator[Meaning]:
    """What to look up as this kind: what GS1 found in the scan, and the scan as it stands."""
    yield from (meaning for meaning in reading.gs1 if meaning.kind is kind)
    yield from (Meaning(kind, key, "reference") for key in reading.keys)


def _tracking_keys(reading: _Reading) -> Iterator[Meaning]:
    for candidate in reading.candidates:
        for key in candidate.lookup_keys:
            yield Meaning(ScanKind.TRACKING, key, "reference", _attributes(candidate, reading))
    yield from (Meaning(ScanKind.TRACKING, cleaned(key), "reference") for key in reading.keys)


def _gtins(reading: _Reading) -> Iterator[Meaning]:
    yield from (meaning for meaning in reading.gs1 if meaning.kind is ScanKind.GTIN)
    plain = parse_gtin(reading.keys[0])
    if plain is not None:
        yield Meaning(ScanKind.GTIN, plain, "gtin")


def _carried(reading: _Reading) -> Iterator[Meaning]:
    for candidate in reading.candidates:
        attributes = _attributes(candidate, reading)
        yield Meaning(ScanKind.TRACKING, candidate.number, f"carrier:{candidate.courier}", attributes)


def _attributes(candidate: Candidate, reading: _Reading) -> tuple[tuple[str, str], ...]:
    """The courier, every other that the same code fits, and under which keys it may have been announced."""
    others = dict.fromkeys(each.courier for each in reading.candidates if each.courier != candidate.courier)
    keys = (("key", key) for key in candidate.lookup_keys)
    return (
        ("courier", candidate.courier),
        *(("may_be", other) for other in others),
        ("format", candidate.format),
        *keys,
    )


def _keys(reading: _Reading) -> Iterator[Meaning]:
    """Keys that stand alone, without an application identifier to say what they are."""
    key = reading.keys[0]
    yield from _gtins(reading)
    sscc = parse_sscc(key)
    if sscc is not None:
        yield Meaning(ScanKind.SSCC, sscc, "gs1")
    yield from _tag(key)


def _tag(key: str) -> Iterator[Meaning]:
    """The bits of a tag, written out. Of digits alone only the commonest forms are believed: they could be anything."""
    identity = epc.decode(key)
    bits = parse_epc(key) or (key.upper() if identity and not key.isdigit() else None)
    if bits is not None:
        yield Meaning(ScanKind.EPC, bits, "gs1", identity.elements if identity else ())

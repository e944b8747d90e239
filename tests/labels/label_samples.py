"""One of each label, with whatever words a test puts on it, and a reader for what comes out."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import zxingcpp
from PIL import Image

from rl_station.domain import site_codes, unit_label
from rl_station.labels import (
    CommandEntry,
    CommandGroup,
    ContainerFace,
    Layout,
    Table,
    UnitFace,
    bin_label,
    command_label,
    command_sheet,
    container_label,
    container_manifest,
    operator_badge,
    parcel_plate,
    to_png,
)
from rl_station.labels import unit_label as unit_label_layout

PARCEL = site_codes.plate("P", "D01", 12)
UNIT = site_codes.plate("U", "D01", 1_234_567)
BIN = site_codes.make("D", "RESELLA01")
TOTE = site_codes.make("C", "TOTE0001")
BADGE = site_codes.make("B", "10001")
COMMAND = site_codes.make("K", "SIGNOUT")
KEY = b"k" * 32
PAYLOAD = unit_label.encode(
    unit_label.UnitLabel(UNIT, "return_to_vendor", "NORTHWIND", "RTV1", "2026.11-1a2b3c4d"), KEY
)

PLAIN = zxingcpp.TextMode.Plain

Maker = Callable[[str], Layout]
"""A label with this text in every field that takes words."""


def parcel(words: str) -> Layout:
    return parcel_plate(PARCEL, heading=words, reference=words, facts=[(words, words)] * 3)


def unit(words: str) -> Layout:
    face = UnitFace(UNIT, PAYLOAD, words, words, words, ((words, words),) * 3)
    return unit_label_layout(face)


def bin_(words: str) -> Layout:
    return bin_label(BIN, name=words, heading=words, note=words)


def tote(words: str) -> Layout:
    return container_label(ContainerFace(TOTE, words, words, words, ((words, words),) * 3))


def manifest(words: str) -> Layout:
    face = ContainerFace(TOTE, words, words, words, ((words, words),) * 3)
    return container_manifest(face, Table((words, words), ((UNIT, words),) * 5))[0]


def badge(words: str) -> Layout:
    return operator_badge(BADGE, name=words, site=words, role=words)


def command(words: str) -> Layout:
    return command_label(CommandEntry("SIGNOUT", words))


def sheet(words: str) -> Layout:
    return command_sheet([CommandGroup(words, (CommandEntry("SIGNOUT", words),))], title=words)[0]


SAMPLES: dict[str, tuple[Maker, set[tuple[str, str]]]] = {
    "parcel": (parcel, {("Code128", PARCEL)}),
    "unit": (unit, {("Code128", UNIT), ("QRCode", PAYLOAD)}),
    "bin": (bin_, {("Code128", BIN)}),
    "tote": (tote, {("Code128", TOTE)}),
    "manifest": (manifest, {("Code128", TOTE)}),
    "badge": (badge, {("Code128", BADGE)}),
    "command": (command, {("Code128", COMMAND)}),
    "sheet": (sheet, {("Code128", COMMAND)}),
}

HOSTILE = {
    "plain": "Resell",
    "nothing": "",
    "very long": "A product name that somebody pasted from a web shop, with every keyword there is, " * 20,
    "one long word": "W" * 3000,
    "zpl": "^XA^FO0,0^GB800,400,400^FS^XZ~JA~HS",
    "zpl hex": "_5EXA_7EJA\\&\\(*)_5C&",
    "controls": "a\x00b\x02c\x03d\x1b[2Je\x1df\r\ng\th\x7f\x9b",
    "emoji": "🔋 battery 👩‍🔧 ❤️",
    "chinese": "退货处理中心 无线降噪耳机 黑色 退货处理中心 无线降噪耳机 黑色",
    "accents": "Éàüß Œuvre Ñandú Łódź Ærø Ελλάδα Привет",
    "arabic": "\u202e\u0633\u0645\u0627\u0639\u0629 \u0631\u0623\u0633\u202c",
    "stacked marks": "Z" + "\u0301" * 200 + "algo",
    "lone surrogate": "bad \ud800 text",
}


def read_back(layout: Layout, dpi: int) -> set[tuple[str, str]]:
    """Every bar code on the picture, as a scanner reads it."""
    image = Image.open(BytesIO(to_png(layout, dpi))).convert("L")
    return {(result.format.name, result.text) for result in zxingcpp.read_barcodes(image, text_mode=PLAIN)}

"""Every label is read back as a scanner would read it, whatever words stand on it."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from label_samples import HOSTILE, KEY, PAYLOAD, SAMPLES, UNIT, Maker, read_back, sheet, unit
from PIL import Image

from rl_station.domain import unit_label
from rl_station.labels import LABEL, LabelError, Layout, Media, parcel_plate, to_png
from rl_station.labels.layout import Code128, Qr, Text
from rl_station.labels.symbols import dots, place_code128, place_qr, qr_matrix

SHORT = "Resell"


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(("make", "codes"), SAMPLES.values(), ids=SAMPLES.keys())
def test_every_code_is_read_back(make: Maker, codes: set[tuple[str, str]], dpi: int) -> None:
    assert read_back(make(SHORT), dpi) == codes


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(("make", "codes"), SAMPLES.values(), ids=SAMPLES.keys())
def test_no_words_keep_a_code_from_being_read(make: Maker, codes: set[tuple[str, str]], words: str) -> None:
    assert read_back(make(words), 203) == codes


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("words", [HOSTILE["very long"], HOSTILE["one long word"], HOSTILE["stacked marks"]])
@pytest.mark.parametrize(("make", "codes"), SAMPLES.values(), ids=SAMPLES.keys())
def test_no_word_touches_a_code_or_its_quiet_zone(
    make: Maker, codes: set[tuple[str, str]], words: str, dpi: int
) -> None:
    layout = make(words)
    with_words = Image.open(BytesIO(to_png(layout, dpi)))
    bare = Layout(layout.media, tuple(item for item in layout.items if not isinstance(item, Text)))
    without = Image.open(BytesIO(to_png(bare, dpi)))
    zones = [zone(item, dpi) for item in layout.items if isinstance(item, Code128 | Qr)]
    assert zones
    for box in zones:
        assert with_words.crop(box).tobytes() == without.crop(box).tobytes()


def zone(item: Code128 | Qr, dpi: int) -> tuple[int, int, int, int]:
    """A code with its quiet zone, in dots: ten modules beside a Code 128, four around a QR code."""
    if isinstance(item, Code128):
        place = place_code128(item, dpi)
        quiet = 10 * place.module
        mirrored = 2 * dots(item.x, dpi) + dots(item.width, dpi) - place.x
        return place.x - quiet, place.y, mirrored + quiet, place.y + dots(item.height, dpi)
    place, level = place_qr(item, dpi)
    quiet = 4 * place.module
    size = len(qr_matrix(item.data, level)) * place.module
    return place.x - quiet, place.y - quiet, place.x + size + quiet, place.y + size + quiet


def test_the_sort_desk_learns_the_decision_from_the_label_alone() -> None:
    texts = {text for kind, text in read_back(unit(SHORT), 203) if kind == "QRCode"}
    label = unit_label.decode(texts.pop(), KEY)
    assert label == unit_label.UnitLabel(UNIT, "return_to_vendor", "NORTHWIND", "RTV1", "2026.11-1a2b3c4d")


@pytest.mark.parametrize("payload", [PAYLOAD.replace("NORTHWIND", "É" * 20), PAYLOAD + "X" * 60, "a;b\x1dc^FS~_5E"])
def test_an_unusual_payload_still_fits_its_square(payload: str) -> None:
    layout = unit(SHORT)
    items = tuple(replace(item, data=payload) if isinstance(item, Qr) else item for item in layout.items)
    assert ("QRCode", payload) in read_back(Layout(layout.media, items), 203)


def test_a_payload_no_square_of_that_size_can_hold_is_refused() -> None:
    with pytest.raises(LabelError, match="does not fit 20 mm"):
        to_png(Layout(LABEL, (Qr(0, 0, 20, "x" * 500),)))
    with pytest.raises(LabelError, match="no QR code holds"):
        to_png(Layout(LABEL, (Qr(0, 0, 20, "x" * 5000),)))


def test_a_code_too_long_for_the_media_is_refused_by_name() -> None:
    layout = parcel_plate("RLP" + "ABCDEFGHIJ" * 2 + "X", heading=SHORT, media=Media(50, 30))
    with pytest.raises(LabelError, match=r"RLPABCDEFGHIJABCDEFGHIJX needs .* mm"):
        to_png(layout)


@pytest.mark.parametrize("data", ["", "Ä", "a\x1db", "^XA", "~JA", "a>b", "a_b", "a\\b", "x" * 81])
def test_a_bar_code_takes_nothing_a_printer_could_take_for_a_command(data: str) -> None:
    with pytest.raises(LabelError):
        to_png(Layout(LABEL, (Code128(0, 0, 100, 20, data),)))


@pytest.mark.parametrize("dpi", [203, 300])
def test_the_longest_site_code_fits_the_usual_label(dpi: int) -> None:
    code = "RLP" + "A1B2C3D4E5" * 2 + "X"
    assert read_back(parcel_plate(code, heading=SHORT), dpi) == {("Code128", code)}


def test_the_picture_is_black_and_white_and_knows_its_size() -> None:
    image = Image.open(BytesIO(to_png(sheet(SHORT), 300)))
    assert image.mode == "1"
    assert image.size == (2480, 3508)
    assert round(float(image.info["dpi"][0])) == 300

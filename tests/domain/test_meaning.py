"""What a scan means, best reading first, at a small returns centre."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rl_station.domain import site_codes, unit_label
from rl_station.domain.meaning import MAX_CODE_LENGTH, interpret
from rl_station.domain.recalls import RecallTable
from rl_station.domain.reference import AnnouncedLine, AnnouncedReturn, Bin, Client, Lane, Operator, Product
from rl_station.domain.scan import Scan, ScanKind, ScanSource, shown
from rl_station.settings.carrier_settings import load_carriers
from rl_station.settings.reference_tables import Facts, ReferenceTables

CARRIERS = load_carriers(Path(__file__).parents[2] / "config" / "carriers.toml")
GTIN = "04006381333931"
PRODUCT = Product(client="acme", sku="PEN", name="Pen", category="toys", gtins=(GTIN,))
RETURN = AnnouncedReturn(
    rma="RMA-1001",
    client="acme",
    order="SO77",
    lines=(AnnouncedLine(line=1, sku="PEN", quantity=1, serials=("SN-42",)),),
    tracking=("9261290336128704062441", "617767839437", "1Z5R89390357567127", "OUR-OWN-VAN-7"),
    sscc=("106141412345678908",),
)
REFERENCE = ReferenceTables(
    Facts(
        clients=(Client("acme", "Acme"),),
        operators=(Operator(id="ada", name="Ada", badge="1001"),),
        lanes=(Lane("L1", "Lane 1"),),
        bins=(Bin("RS1", "Resell", ("resell",)),),
        products=(PRODUCT,),
        returns=(RETURN,),
        recalls=RecallTable(),
        hold_bin="HOLD",
        containers=("TOTE7",),
    )
)
PLATE = site_codes.plate(site_codes.UNIT_PLATE, "D01", 1)
PARCEL = site_codes.plate(site_codes.PARCEL_PLATE, "D01", 1)


def scanned(data: str | bytes, *, symbology: str | None = None, manual: bool = False) -> Scan:
    raw = data.encode() if isinstance(data, str) else data
    source = ScanSource("bench", raw.decode("latin-1"), symbology=symbology, manual=manual)
    return interpret(source, REFERENCE, CARRIERS)


def best(scan: Scan) -> tuple[ScanKind, str, str]:
    return scan.meanings[0].kind, scan.meanings[0].value, scan.meanings[0].source


@pytest.mark.parametrize(
    ("kind", "body", "meaning", "value"),
    [
        ("K", "OK", ScanKind.COMMAND, "OK"),
        ("B", "1001", ScanKind.BADGE, "1001"),
        ("D", "RS1", ScanKind.BIN, "RS1"),
        ("C", "TOTE0001", ScanKind.CONTAINER, "TOTE0001"),
        ("P", "D010000001", ScanKind.PARCEL_PLATE, PARCEL),
        ("U", "D010000001", ScanKind.UNIT_PLATE, PLATE),
    ],
)
def test_our_own_codes_come_first(kind: str, body: str, meaning: ScanKind, value: str) -> None:
    assert best(scanned(site_codes.make(kind, body))) == (meaning, value, "site")


@pytest.mark.parametrize("prefix", ["", "]C0", "]Q1", "]d1"])
def test_a_code_means_the_same_with_any_symbology_identifier(prefix: str) -> None:
    assert best(scanned(prefix + PLATE)) == (ScanKind.UNIT_PLATE, PLATE, "site")


def test_a_plate_with_a_wrong_character_is_only_text() -> None:
    assert [meaning.kind for meaning in scanned(PLATE[:-1] + "#").meanings] == [ScanKind.TEXT]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1001", ScanKind.BADGE), ("RS1", ScanKind.BIN), ("L1", ScanKind.BIN), ("TOTE7", ScanKind.CONTAINER)],
)
def test_a_bare_badge_bin_lane_or_container_is_known(text: str, kind: ScanKind) -> None:
    assert best(scanned(text)) == (kind, text, "site")


def test_a_unit_label_is_a_label_and_a_plate_even_with_a_foreign_signature() -> None:
    label = unit_label.UnitLabel(PLATE, "resell", "acme", "RS1", "v1")
    payload = unit_label.encode(label, b"a key this site never had")
    meanings = scanned("]Q1" + payload).meanings
    assert [(meaning.kind, meaning.value) for meaning in meanings[:2]] == [
        (ScanKind.UNIT_LABEL, payload),
        (ScanKind.UNIT_PLATE, PLATE),
    ]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("RMA-1001", ScanKind.RMA, "RMA-1001"),
        ("SO77", ScanKind.ORDER, "SO77"),
        ("OUR-OWN-VAN-7", ScanKind.TRACKING, "OUR-OWN-VAN-7"),
        ("SN-42", ScanKind.SERIAL, "SN-42"),
        ("106141412345678908", ScanKind.SSCC, "106141412345678908"),
        ("]C100106141412345678908", ScanKind.SSCC, "106141412345678908"),
        ("00106141412345678908", ScanKind.SSCC, "106141412345678908"),
        ("]C1400SO77", ScanKind.ORDER, "SO77"),
        ("4006381333931", ScanKind.GTIN, GTIN),
        ("]E04006381333931", ScanKind.GTIN, GTIN),
    ],
)
def test_what_the_reference_data_know_comes_before_what_a_pattern_guesses(
    text: str, kind: ScanKind, value: str
) -> None:
    assert best(scanned(text)) == (kind, value, "reference")


@pytest.mark.parametrize(
    ("text", "number", "courier"),
    [
        ("420941179261290336128704062441", "9261290336128704062441", "usps"),
        ("]C142094117\x1d9261290336128704062441", "9261290336128704062441", "usps"),
        ("1001901781990001000300617767839437", "617767839437", "fedex"),
        ("1Z5R89390357567127", "1Z5R89390357567127", "ups"),
    ],
)
def test_an_announced_parcel_is_found_behind_what_the_carrier_puts_around_its_number(
    text: str, number: str, courier: str
) -> None:
    scan = scanned(text)
    assert best(scan) == (ScanKind.TRACKING, number, "reference")
    assert scan.meanings[0].attribute("courier") == courier


def test_a_parcel_nobody_announced_keeps_its_carrier() -> None:
    scan = scanned("1Z879E930346834440")
    assert best(scan) == (ScanKind.TRACKING, "1Z879E930346834440", "carrier:ups")


def test_a_trade_item_brings_its_serial_lot_and_expiry() -> None:
    scan = scanned(f"]d201{GTIN}17261231" + "10LOT7\x1d21SN-42")
    assert best(scan) == (ScanKind.GTIN, GTIN, "reference")
    assert scan.meanings[0].attributes == (("17", "261231"), ("10", "LOT7"), ("21", "SN-42"))
    serial = scan.first(ScanKind.SERIAL)
    assert serial is not None
    assert (serial.value, serial.attribute("01")) == ("SN-42", GTIN)


def test_an_unknown_trade_item_is_still_a_gtin() -> None:
    scan = scanned("]Q1https://id.gs1.org/01/09506000134352/21/S1")
    assert best(scan) == (ScanKind.GTIN, "09506000134352", "digital_link")


@pytest.mark.parametrize("ai", ["8003", "8004"])
def test_an_asset_is_known_by_its_asset_number(ai: str) -> None:
    value = {"8003": "09506000134352A1", "8004": "9506000ASSET1"}[ai]
    assert best(scanned(f"]C1{ai}{value}")) == (ScanKind.SERIAL, value, "gs1")


def test_a_retail_barcode_is_never_a_tracking_number() -> None:
    assert scanned("790535312317").first(ScanKind.TRACKING) is not None
    assert scanned("]E0790535312317").first(ScanKind.TRACKING) is None
    assert scanned("790535312317", symbology="E0").first(ScanKind.TRACKING) is None


def test_a_number_with_two_readings_keeps_both_and_the_carrier_leads() -> None:
    kinds = [meaning.kind for meaning in scanned("10614141123459").meanings]
    assert kinds == [ScanKind.TRACKING, ScanKind.GTIN, ScanKind.TEXT]


def test_a_reading_found_in_two_ways_is_told_once_by_the_better_one() -> None:
    meanings = scanned("]E04006381333931").meanings
    assert [(meaning.kind, meaning.source) for meaning in meanings] == [
        (ScanKind.GTIN, "reference"),
        (ScanKind.TEXT, "text"),
    ]


def test_a_tag_read_as_hexadecimal_is_an_epc() -> None:
    assert best(scanned("30340242201d8840009efdf7")) == (ScanKind.EPC, "30340242201D8840009EFDF7", "gs1")


def test_a_tag_says_which_product_and_which_piece_of_it() -> None:
    tag = scanned("30364532A40002403C1203FE").meanings[0]
    assert (tag.attribute("01"), tag.attribute("21")) == ("09522345000091", "1007813630")


def test_a_tag_of_a_reusable_tote_is_one_too() -> None:
    tag = scanned("3374257BF40C0E400000162E").meanings[0]
    assert (tag.kind, tag.attribute("8003")) == (ScanKind.EPC, "006141411234525678")


def test_a_long_number_is_no_asset_tag() -> None:
    """Only digits, beginning like a GIAI: far likelier somebody's own numbering."""
    assert [meaning.kind for meaning in scanned("347425700000000000005678").meanings] == [ScanKind.TEXT]


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        (PLATE.lower(), ScanKind.UNIT_PLATE, PLATE),
        ("rma-1001 ", ScanKind.RMA, "RMA-1001"),
        (" 1z 5r8 939 0357567127", ScanKind.TRACKING, "1Z5R89390357567127"),
        ("sn-42", ScanKind.SERIAL, "SN-42"),
    ],
)
def test_hands_may_type_small_letters_and_spaces(typed: str, kind: ScanKind, value: str) -> None:
    assert best(scanned(typed, manual=True))[:2] == (kind, value)
    assert scanned(typed, manual=True).meanings[-1].value == typed


def test_a_scanner_may_not() -> None:
    assert scanned(PLATE.lower()).first(ScanKind.UNIT_PLATE) is None
    assert scanned("rma-1001").first(ScanKind.RMA) is None


def test_a_typed_bracket_is_no_symbology_identifier() -> None:
    assert scanned("]C1X", manual=True).meanings[-1].value == "]C1X"


def test_separators_at_the_ends_stay_in_the_text() -> None:
    assert scanned("\x1dABC\x1d\r ").meanings[-1].value == "\x1dABC\x1d\r "


@pytest.mark.parametrize("data", [b"", b"]Q1"])
def test_nothing_means_nothing(data: bytes) -> None:
    assert scanned(data).meanings == ()


def test_bytes_that_are_no_utf8_are_latin1() -> None:
    assert scanned(b"\xff\x00A").meanings[-1].value == "\xff\x00A"
    assert scanned("Größe".encode()).meanings[-1].value == "Größe"


def test_a_scan_keeps_its_bytes() -> None:
    every_byte = bytes(range(256))
    assert scanned(every_byte).source.data == every_byte


def test_a_code_longer_than_any_name_is_only_text() -> None:
    padded = " " * MAX_CODE_LENGTH + PLATE
    assert [meaning.kind for meaning in scanned(padded, manual=True).meanings] == [ScanKind.TEXT]


pieces = st.lists(
    st.one_of(
        st.sampled_from(
            ["]", "]C1", "]Q1", "]E0", "\x1d", "00", "01", "RL", "RL1;", ";", "https://", "420", "1Z", PLATE, GTIN]
        ),
        st.text("0123456789", max_size=22),
        st.text(max_size=8),
    ),
    max_size=8,
).map(lambda parts: "".join(parts).encode("utf-8", "replace"))


@given(st.binary(max_size=200) | pieces, st.sampled_from([None, "C1", "]E0", "E3", "Q1", "d2", "?"]), st.booleans())
@example(b"]" * 8192, None, False)
@example(b"9" * 8192, "C1", False)
@example(b"01" + b"\x1d" * 2040, "C1", False)
@example(b"https://" + b"[" * 2000, None, False)
@example(b"http://a/" + b"/01" * 600, None, False)
@example(b"RL1;" + b";" * 8000, None, True)
@example(bytes(range(256)) * 32, None, False)
def test_no_bytes_make_it_raise_and_text_is_always_last(data: bytes, symbology: str | None, manual: bool) -> None:
    scan = scanned(data, symbology=symbology, manual=manual)
    named = [(meaning.kind, meaning.value) for meaning in scan.meanings]
    assert len(set(named)) == len(named)
    assert all(value for _, value in named)
    assert [kind for kind, _ in named[-1:]] in ([ScanKind.TEXT], [])
    assert all(shown(value).isprintable() for _, value in named)


def test_a_number_that_several_carriers_could_have_says_all_of_them() -> None:
    """One reading stands for the number; what else it could be must not get lost with the others."""
    scan = scanned("100000514735")
    (tracking,) = (each for each in scan.meanings if each.kind is ScanKind.TRACKING)
    assert [value for name, value in tracking.attributes if name in ("courier", "may_be")] == ["fedex", "purolator"]

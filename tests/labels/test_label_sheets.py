"""Sheets: every command is on the wall sheet, plates tile, manifests go on, and a PDF has its pages at their true size."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import zxingcpp
from label_samples import PARCEL, TOTE, UNIT, read_back
from PIL import Image
from zpl_interpreter import interpret

from rl_station.domain import site_codes
from rl_station.domain.checklist import Checklist, Option, Question
from rl_station.labels import (
    CommandEntry,
    CommandGroup,
    ContainerFace,
    LabelError,
    Media,
    Table,
    command_bodies,
    command_sheet,
    container_manifest,
    operator_badge,
    parcel_plate,
    sheet_to_pdf,
    sheet_to_png,
    sheet_to_zpl,
    tiled,
)
from rl_station.labels.layout import Text
from rl_station.workflow.inputs import Command


def groups(bodies: dict[str, tuple[str, ...]]) -> list[CommandGroup]:
    return [
        CommandGroup(title, tuple(CommandEntry(body, f"Caption {body}") for body in group))
        for title, group in bodies.items()
    ]


def test_the_wall_sheet_has_every_command_answer_and_grade() -> None:
    bodies = command_bodies()
    sheet = command_sheet(groups(bodies), title="Commands")
    read = {text for page in sheet for _, text in read_back(page, 203)}
    wanted = [*map(str, Command), *(f"ANSWER{n}" for n in range(1, 10)), "ANSWERA", "YES", "NO", "F1", "F6", "C0", "C9"]
    assert {site_codes.make("K", body) for body in wanted} <= read
    assert read == {site_codes.make("K", body) for group in bodies.values() for body in group}


def test_commands_of_checklists_come_once_and_after_the_usual_ones() -> None:
    options = (Option("a", "Yes", command="YES"), Option("b", "Swollen", command="SWOLLEN"), Option("c", "Other"))
    checklist = Checklist("phones", "Phones", (Question("q1", "?", options), Question("q2", "?", options)))
    assert command_bodies([checklist])["checklist"] == ("SWOLLEN",)


def test_a_long_command_gets_wider_cells_instead_of_finer_bars() -> None:
    long = [CommandGroup("g", (CommandEntry("ABCDEFGHIJKLMNOPQRST", "Long"), CommandEntry("OK", "OK")))]
    (page,) = command_sheet(long, title="Commands")
    assert {text[3:-1] for _, text in read_back(page, 203)} == {"ABCDEFGHIJKLMNOPQRST", "OK"}
    with pytest.raises(LabelError, match="does not fit a page"):
        command_sheet(long, title="Commands", page=Media(80, 200))


def test_a_heading_is_never_left_alone_at_the_foot_of_a_page() -> None:
    many = [CommandGroup(f"Group {n}", (CommandEntry("OK", "OK"),)) for n in range(30)]
    for page in command_sheet(many, title="Commands"):
        texts = [item for item in page.items if isinstance(item, Text)]
        assert max(texts, key=lambda text: text.y).text.startswith("RLK")
        assert all(text.y + text.size <= page.media.height for text in texts)


def test_plates_tile_onto_pages_each_readable() -> None:
    plates = [site_codes.plate("P", "D01", number) for number in range(23)]
    pages = tiled([parcel_plate(plate, heading="Parcel") for plate in plates])
    read = [
        {result.text for result in zxingcpp.read_barcodes(Image.open(BytesIO(png)).convert("L"))}
        for png in sheet_to_png(pages, 203)
    ]
    assert [len(page) for page in read] == [10, 10, 3]
    assert set().union(*read) == set(plates)


def test_a_label_larger_than_the_page_and_mixed_sizes_do_not_tile() -> None:
    plate = parcel_plate(PARCEL, heading="Parcel")
    badge = operator_badge(site_codes.make("B", "1"), name="A", site="B")
    with pytest.raises(LabelError, match="does not fit"):
        tiled([plate], Media(50, 50))
    with pytest.raises(LabelError, match="different sizes"):
        tiled([plate, badge])
    assert tiled([]) == ()


def test_a_manifest_goes_on_over_pages_and_loses_no_line() -> None:
    units = [site_codes.plate("U", "D01", number) for number in range(70)]
    table = Table(("Plate", "Product"), tuple((unit, "Shoe") for unit in units), (2, 3))
    pages = container_manifest(ContainerFace(TOTE, "TOTE 1", "Manifest"), table)
    lines = [item.text for page in pages for item in page.items if isinstance(item, Text) and item.text in units]
    assert lines == units
    assert len(pages) == 4
    for number, page in enumerate(pages, start=1):
        assert any(isinstance(item, Text) and item.text == f"{number} / 4" for item in page.items)
        assert read_back(page, 203) == {("Code128", TOTE)}


def test_an_empty_container_has_a_manifest_too() -> None:
    assert len(container_manifest(ContainerFace(TOTE, "T", "Manifest"), Table(("Plate",), ()))) == 1


def test_a_manifest_line_with_a_cell_too_many_is_refused() -> None:
    with pytest.raises(ValueError, match="2 cells"):
        Table(("Plate", "Product"), ((UNIT, "Shoe", "F3"),))


def test_a_pdf_has_its_pages_at_their_true_size() -> None:
    plate = parcel_plate(PARCEL, heading="Parcel")
    pdf = sheet_to_pdf([plate, *tiled([plate])], title="Plates ÄÖ")
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == 2
    boxes = [tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[([0-9. ]+)\]", pdf)]
    sizes = {(round((x1 - x0) * 25.4 / 72), round((y1 - y0) * 25.4 / 72)) for x0, y0, x1, y1 in boxes}
    assert sizes == {(100, 50), (210, 297)}
    pictures = re.findall(rb"/Width (\d+)", pdf), re.findall(rb"/Height (\d+)", pdf)
    assert pictures == ([b"1181", b"2480"], [b"591", b"3508"])


def test_labels_in_one_zpl_job_stay_separate() -> None:
    plates = [site_codes.plate("P", "D01", number) for number in range(3)]
    job = interpret(sheet_to_zpl([parcel_plate(plate, heading="Parcel") for plate in plates]))
    assert [[f.data for f in label.fields if f.parameters("^BC")] for label in job] == [[plate] for plate in plates]

"""Every text is translated, whole, and compiled; and a message becomes a sentence whatever it holds."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from rl_station.domain.messages import content, message
from rl_station.domain.scan import ScanKind
from rl_station.i18n import (
    LANGUAGES,
    PSEUDO,
    Translator,
    page_texts,
    screen_texts,
    station_texts,
    supervision_texts,
    texts,
    workflow_texts,
)
from rl_station.i18n.pseudo import pseudo
from rl_station.i18n.translator import LOCALES

TRANSLATED = [language for language in LANGUAGES if language != "en"]
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?.")
NOON = 1_795_262_400_000_000


def folder(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES"


def po(language: str) -> Catalog:
    with (folder(language) / "rl_station.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


# --- the catalogues ---------------------------------------------------------------------------------------------------


def test_no_code_stands_in_two_catalogues() -> None:
    rooms = (workflow_texts, screen_texts, supervision_texts, station_texts, page_texts)
    parts = [room.TEXTS for room in rooms]
    assert sum(map(len, parts)) == len(texts())


def test_placeholders_are_all_named() -> None:
    strange = [text for text in texts().values() for found in PLACEHOLDER.findall(text) if not found.endswith(")s")]
    assert strange == []


@pytest.mark.parametrize("kind", list(ScanKind))
def test_every_kind_of_scan_has_a_name_in_the_help(kind: ScanKind) -> None:
    assert f"screen.kind.{kind}" in texts()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_none_is_fuzzy_or_left_over(language: str) -> None:
    entries = {str(entry.id): entry for entry in po(language) if entry.id}
    assert set(entries) == set(texts().values()), "run scripts/translations update"
    assert [english for english, entry in entries.items() if not entry.string or entry.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_keeps_the_placeholders(language: str) -> None:
    for entry in po(language):
        if entry.id:
            assert sorted(PLACEHOLDER.findall(str(entry.id))) == sorted(PLACEHOLDER.findall(str(entry.string))), (
                entry.id
            )


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_file_is_that_of_the_source(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, po(language))
    assert (folder(language) / "rl_station.mo").read_bytes() == compiled.getvalue(), "run scripts/translations compile"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_not_the_english_text_but_for_names_and_numbers(language: str) -> None:
    same = [str(entry.id) for entry in po(language) if entry.id and entry.id == entry.string]
    worded = [text for text in same if re.search(r"[a-z]{4}", PLACEHOLDER.sub("", text))]
    assert len(worded) <= 8, worded


# --- the translator ---------------------------------------------------------------------------------------------------


def test_a_message_is_said_in_the_language_of_the_worker() -> None:
    said = message("receive.scan_parcel")
    assert [Translator(language).text(said) for language in LANGUAGES] == [
        "Scan a PARCEL",
        "PAKET scannen",
        "Escanee un PAQUETE",
    ]


@pytest.mark.parametrize("language", ["de-AT", "de_CH", "de"])
def test_a_region_falls_back_to_its_language(language: str) -> None:
    assert Translator(language).text(message("screen.alarm.stop")) == "HALT"


@pytest.mark.parametrize("language", ["", "xx", "../../etc", "EN"])
def test_a_language_nobody_translated_is_english(language: str) -> None:
    assert Translator(language).text(message("screen.alarm.stop")) == "STOP"


def test_parameters_that_are_codes_are_translated_first() -> None:
    refused = message("scan.wrong_kind", seen="@kind.bin", value="R-27", wanted="@kind.parcel")
    assert Translator("en").text(refused) == "That is a BIN: R-27. Scan a PARCEL."
    assert Translator("de").text(refused) == "Das ist: FACH (R-27). Bitte scannen: PAKET."


def test_several_codes_in_one_parameter_are_translated_each() -> None:
    said = message("hands.discrepancies", parcel="P1", found="@match.unexpected, @match.other_client")
    assert Translator("en").text(said).endswith("discrepancies: Not announced, Another client's.")


def test_a_scanned_value_that_looks_like_a_code_is_shown_as_it_is() -> None:
    said = message("trace.of", subject="@nobody.wrote_this")
    assert Translator("de").text(said) == "Geschichte von @nobody.wrote_this"


def test_site_content_is_never_taken_for_a_template() -> None:
    assert Translator("de").text(content("100 %(off)s %s @kind.bin")) == "100 %(off)s %s @kind.bin"
    assert Translator("en").text(message("trace.of", subject="50 %(x)s")) == "History of 50 %(x)s"


def test_an_unknown_code_is_shown_with_what_it_holds() -> None:
    assert Translator("en").text(message("no.such", a="x", b=3)) == "no.such x 3"


def test_a_forgotten_parameter_is_named_instead_of_failing() -> None:
    assert Translator("en").text(message("trace.of")) == "History of <subject>"


@pytest.mark.usefixtures("utc")
def test_a_moment_is_shown_in_local_time() -> None:
    assert (
        Translator("en").text(message("receive.here", parcel="P", when=NOON, station="D1")) == "P, 2026-11-21 12:00, D1"
    )
    assert Translator("en").text(message("receive.here", parcel="P", when="-", station="D1")) == "P, -, D1"
    assert Translator("en").text(message("receive.here", parcel="P", when=10**30, station="D1")) == f"P, {10**30}, D1"


@pytest.mark.parametrize("language", [*LANGUAGES, PSEUDO])
def test_every_text_can_be_said_in_every_language(language: str) -> None:
    translator = Translator(language)
    for code, english in texts().items():
        names = re.findall(r"%\((\w+)\)s", english)
        said = translator.text(message(code, **{name: "VALUE" for name in names if name != "code"}))
        assert said
        assert "%(" not in said, code


# --- the made-up language ---------------------------------------------------------------------------------------------


def test_the_made_up_language_is_longer_and_keeps_placeholders() -> None:
    assert pseudo("Scan a %(seen)s") == "[Sçáñ á %(seen)s~~~~~~]"
    assert len(pseudo("x" * 100)) >= 140

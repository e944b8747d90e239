"""A configuration with mistakes: every one is named by file, line, key and the nearest valid name, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_site import change, only, problems

from rl_station.settings import ConfigError, Problem, load_site, sent_file
from rl_station.settings.problems import nearest


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("when = " + "[" * 5000 + "]" * 5000, "brackets"),
        ("when = " + "{ a = " * 500 + "1" + " }" * 500, "brackets"),
        ("[" + "a." * 3000 + "b]", "levels"),
        ("when = " + "9" * 5000, "number"),
    ],
)
def test_a_file_that_would_not_end_is_refused_with_its_line(config: Path, written: str, said: str) -> None:
    """Each of them was a traceback, and one from the centre would have stopped the engine."""
    path = config / "dispositions.toml"
    text = f"{path.read_text(encoding='utf-8')}\n{written}\n"
    path.write_text(text, encoding="utf-8")
    (problem,) = [each for each in problems(config) if each.file == "dispositions.toml"]
    assert said in problem.message
    assert problem.line == text.count("\n")
    with pytest.raises(ConfigError) as refused:
        sent_file("dispositions.toml", text)
    assert refused.value.problems == (problem,)


def test_the_copied_example_is_without_fault(config: Path) -> None:
    assert problems(config) == []


def test_a_mistyped_key_names_file_line_key_and_the_nearest_valid_name(config: Path) -> None:
    line = change(config, "stations.toml", r'^prefix = "B01"', 'prefx = "B01"')
    problem = only(config)
    assert problem == Problem("stations.toml", line, "bench-1.prefx", "is not a known key", "prefix")
    assert str(problem) == f"stations.toml:{line}: bench-1.prefx: is not a known key (did you mean 'prefix'?)"


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "said", "suggestion"),
    [
        ("site.toml", "^default_client = .*", 'default_client = "nordwrk"', "default_client", "no client", "nordwerk"),
        ("site.toml", "^hold_bin = .*", 'hold_bin = "HOLD2"', "hold_bin", "no bin", "HOLD1"),
        ("site.toml", "^hold_bin = .*", 'hold_bin = "RESELL1"', "hold_bin", "disposition hold", ""),
        ("site.toml", "^station = .*", 'station = "dmo"', "station", "no station", "demo"),
        ("site.toml", "^language = .*", 'language = "eng"', "language", "not one of en, de, es", "en"),
        ("site.toml", "^language = .*", "language = 7", "language", "7 is not one of", ""),
        ("site.toml", "^name = .*", "name = 7", "name", "should be a valid string", ""),
        ("site.toml", '^id = "halden"', 'id = "Halden!"', "id", "form", ""),
        ("stations.toml", '^prefix = "S01"', 'prefix = "B01"', "sort-1.prefix", "belongs to 'bench-1'", ""),
        ("stations.toml", '^prefix = "S01"', 'prefix = "S1"', "sort-1.prefix", "form", ""),
        ("stations.toml", "^default_lane = .*", 'default_lane = "MIXD"', "dock-1.default_lane", "no lane", "MIXED"),
        ("stations.toml", '"inspect", "rework", ', '"inspekt", ', "bench-1.tasks[1]", "not one of", "inspect"),
        ("stations.toml", '"bench-sim"', '"bench-sin"', "demo.scanners[1]", "no scanner", "bench-sim"),
        ("stations.toml", '"labels"', '"label"', "dock-1.printers[1]", "no printer", "labels"),
        ("operators.toml", '^badge = "100202"', 'badge = "100201"', "jonas.badge", "belongs to 'mara'", ""),
        ("lanes.toml", '"phones", ', '"phons", ', "LANE1.categories[1]", "no category", "phones"),
        ("bins.toml", r"^\[STEAM1\]", "[MIXED]", "MIXED", "a lane already", ""),
        ("bins.toml", '^clients = ."velora".', 'clients = ["valora"]', "RAILVEL.clients[1]", "no client", "velora"),
        ("bins.toml", '"refurbish"', '"refurb"', "REFURB1.dispositions[1]", "not", "refurbish"),
        ("bins.toml", r"^\[REPLACE1\]", "[replace-1]", "replace-1", "form", ""),
        ("containers.toml", '"tote"', '"toat"', "TOTE0001.kind", "not one of tote", "tote"),
        ("recalls.toml", "9523456000239", "9523456000230", "recalls[1].gtin", "check digit", ""),
        ("recalls.toml", "^hazard = .*", "", "recalls[1].hazard", "is missing", ""),
        ("checklists/toys.toml", 'next = "look"', 'next = "lok"', "questions[2].options[2].next", "no question 'lok'", "look"),
        ("checklists/toys.toml", '^id = "works"', 'id = "safe"', "questions[4].id", "stands here twice", ""),
        ("checklists/toys.toml", 'id = "dirty"', 'id = "no"', "questions[3].options[2].id", "stands here twice", ""),
        ("checklists/toys.toml", 'command = "OPENED"', 'command = "UNDO"', "questions[1].options[2].command", "of its own", ""),
        ("checklists/toys.toml", 'command = "OPENED"', 'command = "SEALED"', "questions[1].options[2].command", "twice", ""),
        ("checklists/toys.toml", 'functional = "F6"', 'functional = "F7"', "questions[1].options[1].functional", "not one", ""),
        ("carriers.toml", '^courier = "ups"', 'courer = "ups"', "formats[1].courer", "not a known key", "courier"),
        ("devices.toml", "^min_length", "min_lenght", "scanners.wedge.min_lenght", "not a known", "min_length"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_where_it_stands(  # noqa: PLR0913, PLR0917  # one column each
    config: Path, file: str, old: str, new: str, key: str, said: str, suggestion: str
) -> None:
    line = change(config, file, old, new)
    found = next((problem for problem in problems(config) if problem.key == key), None)
    assert found is not None, [str(problem) for problem in problems(config)]
    assert (found.file, found.suggestion) == (file, suggestion)
    assert said in found.message
    assert abs(found.line - line) <= (0 if "rules[" not in key and "missing" not in said else 4)


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "said", "suggestion"),
    [
        ("products.csv", "velora,VA-TEE-WHT-S", "vellora,VA-TEE-WHT-S", "client", "no client", "velora"),
        ("products.csv", ",laptops,", ",laptop,", "category", "no category", "laptops"),
        ("products.csv", "9521234000143", "9521234000144", "gtins", "wrong check digit", ""),
        ("products.csv", "9521234000143", "952123400014", "gtins", "wrong check digit", ""),
        ("products.csv", "9521234000143", "95212341", "gtins", "wrong check digit", ""),
        ("products.csv", "9521234000143", "952ABC", "gtins", "form", ""),
        ("products.csv", "89900,EUR", "899.00,EUR", "value", "whole number", ""),
        ("products.csv", "89900,EUR", "99999999999999999999,EUR", "value", "less than or equal to", ""),
        ("products.csv", "nordwerk,TU13-16-512", "nordwerk,TU13-8-256", "sku", "already", ""),
        ("products.csv", "lithium_ion", "lithiumion", "battery", "not one of", "lithium_ion"),
        ("products.csv", "yes,yes,lithium", "yes,maybe,lithium", "data_bearing", "valid boolean", ""),
        ("returns.csv", "VA-DRESS-GRN-38", "VA-DRES-GRN-38", "sku", "no article", "VA-DRESS-GRN-38"),
        ("returns.csv", ",open,", ",opened,", "status", "not one of open", "open"),
        ("returns.csv", "395223450000000016", "395223450000000017", "sscc", "not an SSCC", ""),
        ("returns.csv", "30364532A4", "30364532G4", "epcs", "not an EPC", ""),
        ("returns.csv", "PF,refund", "PFF,refund", "reason", "not one of", "PF"),
        ("returns.csv", ",1,VA-DRESS-GRN-38,1,", ",1,VA-DRESS-GRN-38,0,", "quantity", "greater than or equal to 1", ""),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_by_its_number(  # noqa: PLR0913, PLR0917  # one column each
    config: Path, file: str, old: str, new: str, key: str, said: str, suggestion: str
) -> None:
    line = change(config, file, old, new)
    found = next((problem for problem in problems(config) if problem.key == key), None)
    assert found is not None, [str(problem) for problem in problems(config)]
    assert (found.file, found.line, found.suggestion) == (file, line, suggestion)
    assert said in found.message


def test_rows_of_one_return_that_disagree_are_found(config: Path) -> None:
    line = change(
        config, "returns.csv", r"^VLR-26002,velora,VO00004114,open(?=.*VA-TEE)", "VLR-26002,velora,VO00004114,cancelled"
    )
    assert only(config) == Problem("returns.csv", line, "status", "differs from line 4 of the same return")


def test_a_line_number_that_stands_twice_is_found(config: Path) -> None:
    line = change(config, "returns.csv", r"2,VA-TEE-WHT-M,2,", "1,VA-TEE-WHT-M,2,")
    assert only(config) == Problem("returns.csv", line, "line", "VLR-26002 has a line 1 already")


def test_all_mistakes_of_all_files_come_at_once(config: Path) -> None:
    change(config, "site.toml", "^name =", "nam =")
    change(config, "operators.toml", '^language = "de"', 'language = "dk"')
    change(config, "products.csv", ",laptops,", ",laptop,")
    change(config, "checklists/phones.toml", 'next = "screen"', 'next = "scren"')
    with pytest.raises(ConfigError) as caught:
        load_site(config, environ={})
    files = [problem.file for problem in caught.value.problems]
    assert files == ["site.toml", "operators.toml", "checklists/phones.toml", "products.csv"]


def test_a_file_that_is_not_toml_names_the_line(config: Path) -> None:
    line = change(config, "clients.toml", r'^name = "Velora Fashion"', 'name = "Velora Fashion')
    problem = next(problem for problem in problems(config) if problem.file == "clients.toml")
    assert problem.line == line
    assert "not valid TOML" in problem.message


def test_a_file_that_ends_too_early_names_its_last_line(config: Path) -> None:
    with (config / "clients.toml").open("a", encoding="utf-8") as file:
        file.write("\n[fourth]\nname = [")
    problem = next(problem for problem in problems(config) if problem.file == "clients.toml")
    assert problem.line == (config / "clients.toml").read_text(encoding="utf-8").count("\n") + 1


@pytest.mark.parametrize(
    "file", ["site.toml", "bins.toml", "dispositions.toml", "checklists/hazard.toml", "products.csv", "returns.csv"]
)
def test_a_missing_file_is_one_problem_and_nothing_is_concluded_from_it(config: Path, file: str) -> None:
    (config / file).unlink()
    assert only(config) == Problem(file, 0, "", "the file is missing")


@pytest.mark.parametrize("file", ["operators.toml", "products.csv"])
def test_a_file_that_is_not_utf8_names_the_line(config: Path, file: str) -> None:
    path = config / file
    path.write_bytes(path.read_bytes() + "Größe\n".encode("latin-1"))
    found = next(problem for problem in problems(config) if problem.file == file)
    assert (found.line, found.message) == (path.read_bytes().count(b"\n"), "is not UTF-8 text")


def test_a_folder_in_place_of_a_file_is_a_problem_and_no_crash(config: Path) -> None:
    (config / "lanes.toml").unlink()
    (config / "lanes.toml").mkdir()
    assert "cannot be read" in only(config).message


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert only(nowhere).message == "there is no such configuration folder"
    with pytest.raises(ConfigError, match="no such configuration folder"):
        load_site(nowhere, environ={})


def test_a_mistyped_file_name_is_pointed_out(config: Path) -> None:
    (config / "operators.toml").rename(config / "opertors.toml")
    found = problems(config)
    assert Problem("operators.toml", 0, "", "the file is missing") in found
    assert Problem("opertors.toml", 0, "", "is read by nobody", "operators.toml", "warning") in found


def test_letters_in_the_wrong_order_are_answered_with_the_name_of_the_same_letters() -> None:
    assert nearest("buad", ["bad", "baud", "band"]) == "baud"
    assert nearest("bd", ["bad", "baud"]) == "bad"


def test_a_mistyped_column_is_named_with_the_nearest(config: Path) -> None:
    change(config, "products.csv", "client,sku", "client,sk")
    assert only(config) == Problem("products.csv", 1, "sk", "is not a known column", "sku")


def test_a_row_with_too_few_cells_is_named(config: Path) -> None:
    with (config / "products.csv").open("a", encoding="utf-8") as file:
        file.write("velora,VA-NEW\n")
    problem = only(config)
    assert (problem.file, problem.line) == ("products.csv", 77)
    assert "2 cells where the header has 14" in problem.message


def test_an_unclosed_quote_is_named_where_it_opens(config: Path) -> None:
    with (config / "products.csv").open("a", encoding="utf-8") as file:
        file.write('velora,"VA-NEW\n')
    problem = only(config)
    assert (problem.file, problem.line) == ("products.csv", 77)
    assert "not valid CSV" in problem.message


def test_questions_that_lead_in_a_circle_are_refused(config: Path) -> None:
    change(config, "checklists/data.toml", 'flags = ."data_clear". ', 'flags = ["data_clear"], next = "power" ')
    found = problems(config)
    assert found
    assert all("can lead back to it" in problem.message for problem in found)


def test_a_question_no_answer_leads_to_is_found(config: Path) -> None:
    text = (
        '\n[[questions]]\nid = "lost"\ntext = "Lost?"\noptions = [{ id = "a", text = "A" }, { id = "b", text = "B" }]\n'
    )
    with (config / "checklists" / "hazard.toml").open("a", encoding="utf-8") as file:
        file.write(text)
    problem = only(config)
    assert (problem.key, problem.message) == ("questions[5].id", "no answer leads to the question 'lost'")


def test_the_key_of_the_example_is_only_warned_about(config: Path) -> None:
    line = change(config, "site.toml", r'label_key = ".*"', 'label_key = "example-key-everybody-knows-change-me"')
    problem = only(config)
    assert (problem.line, problem.key, problem.severity) == (line, "label_key", "warning")
    assert load_site(config, environ={}).label_key == b"example-key-everybody-knows-change-me"


def test_a_recall_of_an_article_nobody_sells_here_is_only_warned_about(config: Path) -> None:
    change(config, "recalls.toml", "9521234000143", "4006381333931")
    assert only(config).severity == "warning"
    assert "04006381333931" in load_site(config, environ={}).reference.recalls().by_gtin


def test_one_of_several_stations_has_to_be_chosen(config: Path) -> None:
    change(config, "site.toml", "^station = .*", "")
    problem = only(config)
    assert (problem.file, problem.key) == ("site.toml", "station")
    assert "dock-1, bench-1, sort-1, demo" in problem.message
    assert load_site(config, station="bench-1", environ={}).station.prefix == "B01"


def test_a_station_that_does_not_exist_is_refused_with_the_nearest(config: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_site(config, station="bench1", environ={})
    assert [problem.suggestion for problem in caught.value.problems] == ["bench-1"]


def test_a_bad_secret_is_complained_about_without_being_told(config: Path) -> None:
    change(config, "site.toml", r'label_key = ".*"', 'label_key = "too short"')
    assert "at least 16 characters" in only(config).message
    assert "too short" not in str(only(config))


def test_a_huge_wrong_value_does_not_fill_the_screen(config: Path) -> None:
    change(config, "site.toml", "^language = .*", f'language = "{"x" * 5000}"')
    assert len(str(only(config))) < 200


def test_a_return_announced_with_its_routing_code_is_found_by_the_number_inside(config: Path) -> None:
    change(config, "returns.csv", ",4361715212,", ",420902459261290336128704042634,")
    reference = load_site(config, environ={}).reference
    found = reference.returns_by_tracking("9261290336128704042634")
    assert [announced.rma for announced in found] == ["NW026001"]
    assert reference.returns_by_tracking("420902459261290336128704042634") == found

"""A unit is finished under the checklist it was begun with, though the site's files changed and the station was started again."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl_station.domain.checklist import Scope, chosen, open_question
from rl_station.settings import load_site
from rl_station.settings.paths import example_site
from rl_station.station.former_checklists import FOLDER, FormerChecklists

SITE = load_site(example_site(), environ={})


@pytest.mark.parametrize("name", sorted(SITE.checklists))
def test_every_checklist_of_the_example_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    FormerChecklists(tmp_path, SITE.checklists.values())
    now = SITE.checklists[name]
    found = FormerChecklists(tmp_path, ()).get(name, now.version)
    assert found is not None
    assert (found.version, found.scope, found.title) == (now.version, now.scope, now.title)
    assert [question.id for question in found.questions] == [question.id for question in now.questions]
    assert [question.when.source for question in found.questions] == [
        question.when.source for question in now.questions
    ]


def test_its_bands_and_conditions_work_again(tmp_path: Path) -> None:
    FormerChecklists(tmp_path, SITE.checklists.values())
    found = FormerChecklists(tmp_path, ()).get("phones", SITE.checklists["phones"].version)
    battery = found.question("battery") if found else None
    assert found is not None
    assert battery is not None
    assert [band.id for number in (100, 85, 3) if (band := battery.band(number))] == ["good", "worn", "poor"]
    answers = {question.id: (*question.options, *question.bands)[0].id for question in found.questions}
    way = {**answers, "sealed": "no", "screen": "cracked"}
    del way["damage_photo"]
    asked = open_question(found, way)
    assert asked is not None
    assert asked.id == "damage_photo"
    assert open_question(found, {**way, "screen": "flawless"}) is None


def test_a_version_nobody_kept_or_that_is_spoilt_is_none(tmp_path: Path) -> None:
    former = FormerChecklists(tmp_path, [SITE.checklists["phones"]])
    assert former.get("phones", "000000000000") is None
    file = next((tmp_path / FOLDER).iterdir())
    file.write_bytes(file.read_bytes()[:-10])
    assert FormerChecklists(tmp_path, ()).get("phones", SITE.checklists["phones"].version) is None


def test_the_narrowest_scope_is_asked() -> None:
    every = SITE.checklists.values()
    coffee = chosen(every, Scope("small_appliances", "kinderkiste", "coffee_machines", "KA-COFFEE-FA"))
    iron = chosen(every, Scope("small_appliances", "kinderkiste", "", "KA-IRON-ST"))
    assert coffee is not None
    assert iron is not None
    assert (coffee.id, iron.id) == ("coffee_machines", "small_appliances")

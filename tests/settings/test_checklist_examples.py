"""Golden examples: what the example site finds of goods that everybody who grades has seen, category by category."""

from __future__ import annotations

import pytest

from rl_station.domain.checklist import findings, open_question, path
from rl_station.settings import load_site
from rl_station.settings.paths import example_site

SITE = load_site(example_site(), environ={})

# Checklist, what is answered (in any order), and what that amounts to: function, looks, packaging, flags.
GOLDEN = [
    ("phones", "sealed=yes", "F6 C9 sealed factory_sealed"),
    ("phones", "sealed=no genuine=doubtful", "F0 C9 complete counterfeit"),
    (
        "phones",
        "sealed=no genuine=yes water=no power=both functions=all battery=good=97 screen=flawless housing=light contents=complete",
        "F6 C6 complete",
    ),
    (
        "phones",
        "sealed=no genuine=yes water=no power=both functions=minor battery=worn=84 screen=deep housing=used contents=no_box",
        "F4 C3 missing battery_worn",
    ),
    (
        "phones",
        "sealed=no genuine=yes water=yes power=dead screen=cracked housing=bent contents=cable damage_photo=given=IMG1",
        "F0 C1 complete water_damage screen_cracked parts_missing",
    ),
    (
        "laptops",
        "sealed=no liquid=no boot=yes inputs=all battery=good display=flawless case=light contents=complete",
        "F6 C6 complete",
    ),
    (
        "laptops",
        "sealed=no liquid=no boot=no_system inputs=all battery=worn display=spots case=used contents=charger",
        "F4 C3 complete reinstall battery_poor parts_missing",
    ),
    (
        "laptops",
        "sealed=no liquid=yes boot=dead display=marks case=hinge contents=no_box",
        "F0 C1 missing water_damage",
    ),
    ("apparel", "infested=no bagged=yes", "F6 C9 sealed factory_sealed"),
    ("apparel", "infested=insects", "F0 C1 sealed infested"),
    (
        "apparel",
        "infested=no bagged=no genuine=yes damage=none worn=no stains=hair tags=bag",
        "F6 C6 damaged cleanable",
    ),
    (
        "apparel",
        "infested=no bagged=no genuine=yes damage=small worn=washed stains=washable tags=tags",
        "F4 C3 missing mendable washable",
    ),
    ("footwear", "pair=yes hygiene=no soles=new uppers=new box=good", "F6 C9 complete"),
    ("footwear", "pair=yes hygiene=no soles=tried uppers=creased box=labelled", "F5 C4 damaged cleanable"),
    ("footwear", "pair=single box=missing", "F0 C9 missing parts_missing"),
    ("small_appliances", "sealed=no safe=yes used=none works=all cosmetic=new contents=complete", "F6 C9 complete"),
    (
        "small_appliances",
        "sealed=no safe=yes used=heavy works=partly cosmetic=light contents=parts",
        "F3 C3 complete cleanable parts_missing",
    ),
    ("small_appliances", "sealed=no safe=burnt contents=no_box", "F0 C1 missing unsafe_mains"),
    (
        "coffee_machines",
        "sealed=no safe=yes mould=no cups=new=4 rinse=given=41 contents=complete",
        "F6 C9 complete",
    ),
    (
        "coffee_machines",
        "sealed=no safe=yes mould=no cups=worn=1870 rinse=stops error=given=E8 contents=worn_box",
        "F2 C4 damaged cleanable error_shown",
    ),
    ("coffee_machines", "sealed=no safe=yes mould=yes", "F0 C1 complete mould"),
    ("toys", "sealed=no safe=none hygiene=no works=all look=light contents=complete", "F6 C6 complete"),
    ("toys", "sealed=no safe=unsafe look=played contents=parts", "F0 C4 complete unsafe_toy parts_missing"),
    ("toys", "sealed=no safe=none hygiene=chewed", "F0 C1 complete hygiene_broken"),
    ("hazard", "burning=no swollen=yes", "F0 C9 sealed swelling"),
    ("hazard", "burning=no swollen=no leaking=no abused=no", "F6 C9 sealed"),
    ("data", "power=yes account=lock media=none", "F6 C9 sealed account_locked"),
    ("data", "power=no media=stuck", "F0 C9 sealed data_unknown media_inside"),
    ("reason", "DR=confirmed DP=not_found PW=confirmed WG=confirmed", "F6 C9 sealed"),
]


@pytest.mark.parametrize(("name", "said", "wanted"), GOLDEN)
def test_what_is_found_is_what_a_grader_would_say(name: str, said: str, wanted: str) -> None:
    checklist = SITE.checklists[name]
    answers = {question: answer for question, _, answer in (each.partition("=") for each in said.split())}
    assert open_question(checklist, answers) is None
    met = {question.id: option.id for question, option in path(checklist, answers) if option}
    assert met == {question: answer.partition("=")[0] for question, answer in answers.items()}
    found = findings((checklist, answers))
    assert [found.functional, found.cosmetic, found.packaging, *found.flags] == wanted.split()


def test_every_checklist_has_its_examples() -> None:
    assert {name for name, _, _ in GOLDEN} == set(SITE.checklists)

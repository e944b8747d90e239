"""A unit label tells whoever packs the unit what it may not do, from the row that the store derived."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl_station.domain.events import DispositionDecided, LabelRequested, UnitIdentified
from rl_station.labels.layout import Text
from rl_station.settings import load_site
from rl_station.settings.paths import example_site
from rl_station.station.clocks import SystemClock
from rl_station.station.engine import Engine
from rl_station.station.printing import layouts
from rl_station.store import Store

UNIT, PARCEL = "RLUB010000018X", "RLPD010000012K"


def printed(folder: Path, travels: tuple[str, ...], packs: tuple[str, ...]) -> list[str]:
    """The texts on the label of a unit with such a decision."""
    site = load_site(example_site(), environ={})
    with Store.open(folder, station="bench-1", prefix="B01", clock=SystemClock(), purpose="live", ballast=0) as store:
        store.append(
            [
                UnitIdentified(unit=UNIT, parcel=PARCEL, match="expected", client="nordwerk", name="Fjell 8"),
                DispositionDecided(
                    unit=UNIT,
                    parcel=PARCEL,
                    client="nordwerk",
                    disposition="destroy",
                    rule="r",
                    reason="x",
                    bin="HAZBOX",
                    rules_version="v",
                    travels=travels,
                    packs=packs,
                ),
            ],
            operator="priya",
        )
        (label,) = layouts(LabelRequested(label="unit", unit=UNIT, parcel=PARCEL), site, Engine(site, store).knowledge)
    return [item.text for item in label.items if isinstance(item, Text)]


@pytest.mark.parametrize(
    ("travels", "packs", "told"),
    [
        (("ground",), ("single",), "by ground only, never by air, packed singly"),
        (("ground", "sea"), ("shared", "single"), "never by air"),
        (("air", "ground"), ("single",), "packed singly"),
    ],
)
def test_restrictions_stand_on_the_label(
    tmp_path: Path, travels: tuple[str, ...], packs: tuple[str, ...], told: str
) -> None:
    assert any(told in text for text in printed(tmp_path, travels, packs))


def test_a_unit_that_may_go_any_way_has_room_for_the_return(tmp_path: Path) -> None:
    texts = printed(tmp_path, ("air", "ground", "sea"), ("shared", "single"))
    assert not any("Packing" in text for text in texts)
    assert any("Return" in text for text in texts)

"""Plates printed in advance never meet plates the station issues."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl_station.domain import site_codes
from rl_station.station.preprinted import FILE, PlatesUsedUpError, reserve_plates


def test_no_plate_is_printed_twice(tmp_path: Path) -> None:
    sheets = [reserve_plates(tmp_path, "D01", 20) for _ in range(3)]
    plates = [plate for sheet in sheets for plate in sheet]
    assert len(set(plates)) == 60
    assert all((code := site_codes.parse(plate)) and code.kind == site_codes.PARCEL_PLATE for plate in plates)


def test_the_last_numbers_are_not_exceeded(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(str(site_codes.PLATE_COUNTER_MAX))
    with pytest.raises(PlatesUsedUpError, match="only 1"):
        reserve_plates(tmp_path, "D01", 2)
    assert len(reserve_plates(tmp_path, "D01", 1)) == 1

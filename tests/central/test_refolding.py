"""A server whose folds have changed with its version."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from asked_front import Centre
from pushing import Log
from sqlalchemy import select, update

from rl_station.central import refolding, tables
from rl_station.central.database import put_fact, transaction
from rl_station.domain.events import ParcelHeld, ParcelReceived
from rl_station.domain.sync_wire import Ack, Known


@pytest.fixture
def centre(database_url: str) -> Iterator[Centre]:
    made = Centre(database_url)
    yield made
    made.engine.dispose()


def values(centre: Centre) -> dict[str, tuple[int, bytes]]:
    with centre.engine.connect() as connection:
        rows = connection.execute(select(tables.item.c.key, tables.item.c.position, tables.item.c.value))
        return {row.key: (row.position, row.value) for row in rows}


def worked(centre: Centre, parcels: int) -> None:
    log = Log("dock-1")
    events = [
        event
        for number in range(parcels)
        for event in (
            ParcelReceived(parcel=f"RLP{number}", outcome="blind"),
            ParcelHeld(parcel=f"RLP{number}", reason="hazard"),
        )
    ]
    assert isinstance(centre.send(centre.enrol("dock-1").token, log.push(events)), Ack)


def as_older_folds_left_it(centre: Centre, key: str, folds: str) -> None:
    """The parcel was never held, as an older version would have it."""

    def change(connection):  # type: ignore[no-untyped-def]
        value = connection.execute(select(tables.item.c.value).where(tables.item.c.key == key)).scalar_one()
        known = msgspec.json.decode(value, type=Known)
        row = msgspec.json.encode({**msgspec.json.decode(known.row), "held": ""})
        older = msgspec.json.encode(msgspec.structs.replace(known, row=msgspec.Raw(row)))
        connection.execute(update(tables.item).where(tables.item.c.key == key).values(value=older))
        put_fact(connection, refolding.FOLDED_BY, folds)

    transaction(centre.engine, change)


def test_rows_of_older_folds_are_folded_anew_and_only_they_are_sent_again(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refolding, "_NEXT", refolding._NEXT.limit(3))
    worked(centre, 8)
    before = values(centre)
    as_older_folds_left_it(centre, "RLP5", folds="1")
    newer = centre.replica()
    newer.prepare()
    newer.context.engine.dispose()
    after = values(centre)
    assert {key: value for key, (_, value) in after.items()} == {key: value for key, (_, value) in before.items()}
    assert after["RLP5"][0] > max(position for position, _ in before.values())
    assert {key for key in after if after[key] != before[key]} == {"RLP5"}


def test_rows_of_the_same_folds_are_left_alone(centre: Centre) -> None:
    worked(centre, 2)
    as_older_folds_left_it(centre, "RLP1", folds=str(refolding.FOLDS))
    changed = values(centre)
    assert refolding.refresh(centre.engine, 1) == 0
    assert values(centre) == changed

"""The feed: a whole copy in parts, then every change in the order of commits, and no cursor believed but this server's own."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec
import pytest
from asked_front import Centre
from projecting_world import Writer, store
from sqlalchemy import Connection, delete, update

from rl_station.central import cursors, feed, positions, tables
from rl_station.central.database import transaction
from rl_station.central.projecting import project
from rl_station.central.reference_import import How, import_reference, take
from rl_station.central.reference_read import Source
from rl_station.central.reference_values import taken
from rl_station.domain import events as ev
from rl_station.domain.reference import Operator, SaidClient
from rl_station.domain.sync_wire import Item, Page, Refused, digest

SITE = "north"
DAY = 24 * 3_600_000_000


@pytest.fixture
def centre(database_url: str) -> Iterator[Centre]:
    made = Centre(database_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def small_centre(sqlite_url: str) -> Iterator[Centre]:
    made = Centre(sqlite_url)
    yield made
    made.engine.dispose()


def clients(centre: Centre, *ids: str, name: str = "Acme") -> None:
    chunk = [taken("client", "", SaidClient(id_, name)) for id_ in ids]
    transaction(centre.engine, lambda connection: take(connection, SITE, chunk))


def ask(centre: Centre, token: str, cursor: str = "", limit: int = 2_000) -> Page | Refused:
    query = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
    answer = centre.ask("GET", "/v1/feed", token, b"", **query)
    if answer.status == 200:
        return msgspec.msgpack.decode(answer.body, type=Page)
    assert answer.status == 409
    return msgspec.msgpack.decode(answer.body, type=Refused)


def page(centre: Centre, token: str, cursor: str = "", limit: int = 2_000) -> Page:
    found = ask(centre, token, cursor, limit)
    assert isinstance(found, Page), found
    assert found.digest == digest(found.items)
    return found


class Follower:
    """What a station makes of the pages: a copy that counts once a page says so."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.token = centre.enrol("dock-01", SITE).token
        self.cursor = ""
        self.held: dict[tuple[str, str], bytes] = {}
        self.coming: dict[tuple[str, str], bytes] = {}
        self.pages = 0

    def step(self, limit: int = 2_000) -> Page:
        found = page(self.centre, self.token, self.cursor, limit)
        target = self.coming if found.snapshot else self.held
        if not found.snapshot and self.coming:
            target = self.held = self.coming
            self.coming = {}
        for item in found.items:
            self._put(target, item)
        self.cursor, self.pages = found.cursor, self.pages + 1
        return found

    def follow(self, limit: int = 2_000) -> dict[tuple[str, str], bytes]:
        while self.step(limit).more:
            pass
        return self.held

    def _put(self, target: dict[tuple[str, str], bytes], item: Item) -> None:
        if item.value is None:
            target.pop((item.kind, item.key), None)
        else:
            target[item.kind, item.key] = item.value


def stands(centre: Centre) -> dict[tuple[str, str], bytes]:
    item = tables.item.c
    with centre.engine.connect() as connection:
        rows = connection.execute(tables.item.select().where(~item.gone))
        return {(row.kind, row.key): bytes(row.value) for row in rows}


def test_a_whole_copy_comes_in_parts_and_then_nothing_until_something_changes(centre: Centre) -> None:
    clients(centre, *(f"c{number:02d}" for number in range(25)))
    station = Follower(centre)
    assert station.follow(limit=7) == stands(centre)
    assert len(station.held) == 25
    quiet = station.step()
    assert (quiet.items, quiet.more, quiet.snapshot) == ((), False, False)
    clients(centre, "c03", "c99", name="Changed")
    told = station.step()
    assert [item.key for item in told.items] == ["c03", "c99"]
    assert station.held == stands(centre)


def test_what_changes_while_the_copy_is_fetched_is_in_it_before_it_counts(centre: Centre) -> None:
    clients(centre, *(f"c{number}" for number in range(10)))
    station = Follower(centre)
    assert station.step(limit=4).snapshot
    clients(centre, "c0", "c9", "a-new-one-before", name="Changed")
    while (last := station.step(limit=4)).snapshot:
        assert last.more
    assert station.held == stands(centre)


def test_the_copy_goes_on_where_it_was_broken_off(centre: Centre) -> None:
    clients(centre, *(f"c{number}" for number in range(9)))
    station = Follower(centre)
    first = station.step(limit=3)
    again = page(centre, station.token, first.cursor, 3)
    assert [item.key for item in again.items] == ["c3", "c4", "c5"]
    assert page(centre, station.token, first.cursor, 3) == again, "asked twice it says the same"


def test_what_is_deleted_is_told_to_followers_and_a_copy_names_deleted_people(centre: Centre) -> None:
    station = Follower(centre)
    chunk = [taken("operator", "", Operator("mira", "Mira", "MIRA1")), taken("client", "", SaidClient("acme", "Acme"))]
    transaction(centre.engine, lambda connection: take(connection, SITE, chunk))
    station.follow()

    def forget(connection: Connection) -> None:
        head = positions.lock(connection, SITE)
        gone = update(tables.item).where(tables.item.c.kind == "operator")
        connection.execute(gone.values(gone=True, value=b"", position=head.position + 1))
        positions.advance(connection, SITE, head, [("operator", "mira", None)])

    transaction(centre.engine, forget)
    assert [(item.key, item.value) for item in station.step().items] == [("mira", None)]
    fresh = page(centre, station.token)
    assert [(item.kind, item.key, item.value is None) for item in fresh.items] == [
        ("client", "acme", False),
        ("operator", "mira", True),
    ]


def test_a_copy_names_recalls_and_reversals_that_were_taken_back(centre: Centre) -> None:
    """Else a reversal that only the station's settings still know would free what is recalled again."""

    def say(*references: str) -> None:
        recalls = "".join(f'{{"reference":"{each}","gtins":["9521234000013"]}}\n' for each in references)
        reversals = "".join(f'{{"reference":"{each}","reason":"safe","date":"2026-11-20"}}\n' for each in references)
        files = {"list.jsonl": '{"source":"x"}\n' + recalls, "reversed.jsonl": reversals}
        sources = [Source(name, "", partial(io.BytesIO, text.encode())) for name, text in files.items()]
        assert import_reference(centre.engine, SITE, sources, How(replace=True)).refused == 0

    say("R-1", "R-2")
    say("R-2")
    fresh = page(centre, Follower(centre).token)
    assert [(item.kind, item.key[:3], item.value is None) for item in fresh.items] == [
        ("recall", "R-1", True),
        ("recall", "R-2", False),
        ("recall_reversed", "R-1", True),
        ("recall_reversed", "R-2", False),
    ]


def test_pages_end_before_they_get_large(small_centre: Centre) -> None:
    chunk = [taken("client", "", SaidClient(f"c{number}", "N" * 200_000)) for number in range(25)]
    transaction(small_centre.engine, lambda connection: take(connection, SITE, chunk))
    station = Follower(small_centre)
    sizes = []
    while (found := station.step()).snapshot:
        sizes.append(sum(len(item.value or b"") for item in found.items))
    assert len(station.held) == 25
    assert max(sizes) <= feed.MOST_BYTES


def test_work_finished_long_ago_is_left_out_of_a_copy_but_not_of_the_changes(centre: Centre) -> None:
    dock = Writer("dock-01")
    now = centre.clock.at
    for parcel, at in (("OLD", now - 40 * DAY), ("NEW", now - 2 * DAY)):
        dock.write(ev.ParcelReceived(parcel=parcel, outcome="blind"), at)
        dock.write(ev.ParcelOpened(parcel=parcel), at)
        dock.write(ev.ParcelClosed(parcel=parcel, units=()), at)
    dock.write(ev.ParcelReceived(parcel="WAITS", outcome="blind"), now)
    follower = Follower(centre)
    follower.follow()

    def arrive(connection: Connection) -> None:
        store(connection, dock, dock.log)
        project(connection, SITE, dock.log, now)

    transaction(centre.engine, arrive)
    assert {item.key for item in follower.step().items} == {"OLD", "NEW", "WAITS"}
    assert {item.key for item in page(centre, follower.token).items} == {"NEW", "WAITS"}


@pytest.mark.parametrize("cursor", ["x", "....", "AAAA", "k" * 3000, "ZGVhZGJlZWY", "\u00e9"])
def test_a_cursor_that_is_none_is_refused(small_centre: Centre, cursor: str) -> None:
    station = Follower(small_centre)
    found = ask(small_centre, station.token, cursor)
    assert isinstance(found, Refused)
    assert found.code == "cursor_unknown"


def test_a_cursor_of_another_incarnation_is_refused(small_centre: Centre) -> None:
    clients(small_centre, "a")
    station = Follower(small_centre)
    station.follow()
    facts = tables.server_fact
    renamed = update(facts).where(facts.c.name == "incarnation").values(value="another")
    transaction(small_centre.engine, lambda connection: connection.execute(renamed))
    assert isinstance(ask(small_centre, station.token, station.cursor), Refused)


def test_a_cursor_from_before_the_server_was_restored_is_refused(small_centre: Centre) -> None:
    """Even where the restored server has gone on to the same position, and past it."""
    clients(small_centre, "a")
    image = _image(small_centre)
    clients(small_centre, "b")
    station = Follower(small_centre)
    station.follow()
    _restore(small_centre, image)
    assert isinstance(ask(small_centre, station.token, station.cursor), Refused), "ahead of the server"
    clients(small_centre, "other")
    assert isinstance(ask(small_centre, station.token, station.cursor), Refused), "the same position"
    clients(small_centre, "more", "and-more")
    assert isinstance(ask(small_centre, station.token, station.cursor), Refused), "behind it"


def test_a_server_that_said_the_same_after_its_restore_is_believed(small_centre: Centre) -> None:
    clients(small_centre, "a")
    image = _image(small_centre)
    clients(small_centre, "b")
    station = Follower(small_centre)
    station.follow()
    _restore(small_centre, image)
    clients(small_centre, "b")
    assert page(small_centre, station.token, station.cursor).items == ()


def test_an_old_cursor_is_known_by_an_anchor_and_a_forged_one_is_not(
    small_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("RECENT", 4), ("ANCHOR_EVERY", 3), ("ANCHORS", 5)):
        monkeypatch.setattr(positions, name, value)
    monkeypatch.setattr(cursors, "RECENT", 4)
    for number in range(4):
        clients(small_centre, f"c{number}")
    station = Follower(small_centre)
    station.follow()
    for number in range(12):
        clients(small_centre, f"d{number}")
    kept = small_centre.column(tables.feed_mark, "position")
    assert 4 not in kept, "its mark was forgotten"
    mine = cursors.opened(station.cursor)
    assert mine is not None
    forged = msgspec.structs.replace(mine, anchor=cursors.Mark(3, "another history"))
    assert isinstance(ask(small_centre, station.token, cursors.packed(forged)), Refused)
    assert len(page(small_centre, station.token, station.cursor).items) == 12
    for number in range(12):
        clients(small_centre, f"e{number}")
    assert isinstance(ask(small_centre, station.token, station.cursor), Refused), "away for too long"


@pytest.mark.slow
def test_a_follower_misses_nothing_that_eight_writers_commit_at_once(centre: Centre) -> None:
    """A cursor over a sequence would: numbers are drawn in one order and committed in another."""
    station = Follower(centre)
    station.follow()
    done = threading.Event()

    def write(writer: int) -> None:
        for number in range(20):
            clients(centre, *(f"w{writer}-{number}-{part}" for part in range(3)))

    def follow() -> None:
        while not done.is_set():
            station.step(limit=5)

    with ThreadPoolExecutor(9) as pool:
        reading = pool.submit(follow)
        try:
            for writing in [pool.submit(write, writer) for writer in range(8)]:
                writing.result()
        finally:
            done.set()
        reading.result()
    assert station.follow() == stands(centre)
    assert len(station.held) == 8 * 20 * 3


def test_another_site_s_items_are_not_told(small_centre: Centre) -> None:
    clients(small_centre, "a")
    other = small_centre.enrol("dock-01", "south").token
    assert page(small_centre, other).items == ()


Image = list[tuple[object, list[dict[str, object]]]]


def _image(centre: Centre) -> Image:
    kept = (tables.item, tables.feed, tables.feed_mark, tables.lookup)
    with centre.engine.connect() as connection:
        return [(table, [dict(row) for row in connection.execute(table.select()).mappings()]) for table in kept]


def _restore(centre: Centre, image: Image) -> None:
    def put_back(connection: Connection) -> None:
        for table, rows in image:
            connection.execute(delete(table))  # type: ignore[arg-type]  # tables, as `_image` says
            if rows:
                connection.execute(table.insert(), rows)  # type: ignore[attr-defined]  # as above

    transaction(centre.engine, put_back)

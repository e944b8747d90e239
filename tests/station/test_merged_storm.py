"""A storm of what the centre says comes in while a worker scans: both go on, and neither sees half of the other."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest
from engine_bench import demo_site, engine_in

from rl_station.domain.reference import AnnouncedLine, AnnouncedReturn
from rl_station.domain.sync_wire import Item, Page, digest
from rl_station.station.demo import DemoWorker, play_parcels
from rl_station.station.known_copy import KnownCopy
from rl_station.store.known import CHUNK
from rl_station.sync.enrolment import Enrolled

SITE = demo_site()
NOW = 1_795_262_400_000_000
ROWS, COPIES = 10_000, 3


def said(copy: int, first: int) -> list[Item]:
    """Returns whose order tells which copy they belong to."""
    return [
        Item("return", f"R{number:06d}", number, msgspec.json.encode(announced(copy, number)))
        for number in range(first, first + CHUNK)
    ]


def announced(copy: int, number: int) -> AnnouncedReturn:
    line = AnnouncedLine(1, "S", 1, serials=(f"SN{number:06d}",))
    return AnnouncedReturn(f"R{number:06d}", "acme", f"COPY{copy}", (line,), tracking=(f"1ZSTORM{number:06d}",))


def storm(folder: Path, over: threading.Event, failed: list[BaseException]) -> None:
    enrolled = Enrolled(url="http://x", site="main", station=SITE.station.id, token="t", server_key="00" * 32)  # noqa: S106
    copy = KnownCopy(folder, SITE, enrolled)
    try:
        for number in range(1, COPIES + 1):
            copy.start_over()
            for first in range(0, ROWS, CHUNK):
                items = tuple(said(number, first))
                page = Page(
                    incarnation="i", cursor=f"{number}-{first}", items=items, digest=digest(items), at=0, snapshot=True
                )
                copy.take(copy.cursor(), page, NOW)
            copy.take(copy.cursor(), Page(incarnation="i", cursor=f"{number}", items=(), digest=digest(()), at=0), NOW)
            while copy.tidy():
                pass
    except BaseException as error:
        failed.append(error)
        raise
    finally:
        copy.close()
        over.set()


@pytest.mark.slow
def test_scans_go_on_through_whole_copies_and_see_one_or_the_other(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, SITE)
    over, failed = threading.Event(), []
    stormy = threading.Thread(target=storm, args=(tmp_path, over, failed))
    stormy.start()
    hands = DemoWorker(SITE, 5)
    copies: list[str] = []
    while not over.is_set():
        for _, outcome in play_parcels(engine, hands, 1):
            assert outcome.stored
            engine.knowledge.look(between_units=False)
            found = [engine.knowledge.reference.announced(f"R{number:06d}") for number in (0, ROWS // 2, ROWS - 1)]
            orders = [each.order for each in found if each is not None]
            # Three looks: a copy may come into force between two of them, but never a part of one.
            assert len(orders) == 3 or not copies
            copies += orders
    stormy.join()
    assert failed == []
    engine.knowledge.look(between_units=True)
    assert engine.knowledge.reference.returns_by_tracking("1ZSTORM000007") == (announced(COPIES, 7),)
    assert copies == sorted(copies)
    assert copies
    assert engine.store.check(projections=True).ok
    engine.close()

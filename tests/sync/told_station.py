"""A station that takes what the centre says: the real downlink over real sockets into the real file."""

from __future__ import annotations

import io
import random
from pathlib import Path

import msgspec
from faulty_centre import SITE, Centre
from synced_station import Station

from rl_station.central.reference_import import How, Report, import_reference
from rl_station.central.reference_read import Source
from rl_station.settings import load_site
from rl_station.settings.paths import example_site
from rl_station.station.known_copy import KnownCopy
from rl_station.station.merged import MergedRows
from rl_station.store.known import KnownReader
from rl_station.sync.downlink import Downlink
from rl_station.sync.http_channel import HttpChannel
from rl_station.sync.retry import Pause

MOST_STEPS = 500
EXAMPLE = load_site(example_site(), station="demo", environ={})


class Told(Station):
    """The way up of a `Station`, and a way down."""

    def __init__(self, folder: Path, centre: Centre, *, name: str = "dock-01") -> None:
        super().__init__(folder, centre, name=name)
        self.known = KnownReader(folder)
        self.rows = MergedRows(name, self.store, self.known)
        self.follow()

    def follow(self) -> None:
        """A new downlink, as after a start."""
        self.copy_of = KnownCopy(self.folder, EXAMPLE, self.enrolled)
        self.down = HttpChannel(self.enrolled.url, read_s=10.0)
        self.downlink = Downlink(self.copy_of, self.down, self.enrolled, chance=random.Random(1))  # noqa: S311

    def hear(self) -> Pause:
        """One step down, and then the pause it asked for."""
        pause = self.downlink.step(self.clock.now())
        self.clock.at += pause.us
        self.centre.clock.at += pause.us
        return pause

    def hear_all(self) -> int:
        """Step until everything the centre has said is here; gives the number of steps."""
        for steps in range(1, MOST_STEPS):
            pause = self.hear()
            if self.downlink.trouble is None and pause.us > 500_000:
                self.known.refresh()
                return steps
        raise AssertionError(f"still not told everything: {self.downlink.trouble}")

    def knows(self, kind: str) -> dict[str, bytes | None]:
        self.known.refresh()
        return self.known.every(kind)

    def stop_following(self) -> None:
        self.copy_of.close()
        self.down.close()

    def close(self) -> None:
        self.stop_following()
        self.known.close()
        super().close()


def announce(centre: Centre, *rmas: str, replace: bool = False) -> Report:
    """Tell the centre of these returns."""
    values = [
        {
            "kind": "return",
            "value": {
                "rma": rma,
                "client": "acme",
                "order": f"O-{rma}",
                "lines": [{"line": 1, "sku": "S", "quantity": 1, "serials": [f"SN-{rma}"]}],
                "tracking": [f"1Z{rma}"],
            },
        }
        for rma in rmas
    ]
    content = msgspec.json.encode(values)
    source = Source("returns.json", "", lambda: io.BytesIO(content))
    return import_reference(centre._engine, SITE, [source], How(replace=replace))

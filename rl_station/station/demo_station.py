"""The demo: a running station whose simulated scanner a key fires at whatever the prompt asks for.

The tags of the goods lie before its simulated tag reader. Where that cannot be had (it needs the extra `llrp`), they are observed
without one.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from rl_station.devices import DeviceSet, FilledReader
from rl_station.domain.events import Recorded
from rl_station.domain.messages import message
from rl_station.station.demo import DemoWorker
from rl_station.station.demo_network import DemoSync
from rl_station.station.engine import Engine
from rl_station.station.hot_swap import HotSwap
from rl_station.station.running import RunningStation
from rl_station.station.supervisor_desk import Desk
from rl_station.tui.contract import ResultTone
from rl_station.workflow.inputs import Tag, TagsObserved


class DemoStation(RunningStation):
    """Adds `fire_next` and `pull_network` (`tui.contract.FiresScans`, `PullsNetwork`).

    The read goes through the simulated scanner, like any other.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a station, and its hands
        self,
        open_engine: Callable[[], Engine],
        devices: DeviceSet,
        hands: DemoWorker,
        hot_swap: HotSwap | None = None,
        wired: DemoSync | None = None,
        desk: Desk | None = None,
    ) -> None:
        super().__init__(open_engine, devices, hot_swap, wired.sync if wired else None, desk)
        self._hands = hands
        self._wired = wired
        self._lying: frozenset[str] = frozenset()

    def fire_next(self) -> None:
        """Read what the prompt asks for."""

        def fire(engine: Engine) -> None:
            scanner = self.devices.fired_scanner()
            if scanner is not None:
                scanner.push(self._hands.next(engine.prompt()))

        self._work.put(fire)

    def pull_network(self) -> None:
        """Pull the cable to the centre, or plug it in again."""
        if self._wired is None:
            return
        network = self._wired.network
        network.pulled = not network.pulled
        self._feed.tell(
            ResultTone.INFO, message("station.network_pulled" if network.pulled else "station.network_back")
        )
        self._wired.sync.hurry()

    def _begin(self, engine: Engine) -> None:
        self._hands.observe(engine.store.log())
        super()._begin(engine)
        self._lay()

    def _happened(self, recorded: tuple[Recorded, ...]) -> None:
        self._hands.observe(recorded)
        self._lay()

    def _lay(self) -> None:
        """Put the tags before the reader that belong there now, and take the others away."""
        before, self._lying = self._lying, self._hands.field.here
        fresh, gone = sorted(self._lying - before), sorted(before - self._lying)
        reader = self.devices.reader()
        if isinstance(reader, FilledReader):
            for epc in gone:
                reader.leave(epc)
            for epc in fresh:
                reader.appear(epc)
        else:
            now = time.time_ns() // 1000
            self._observed(TagsObserved(tuple(Tag(epc, now) for epc in fresh), tuple(gone)))

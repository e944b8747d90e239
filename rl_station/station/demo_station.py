"""The demo: a running station whose simulated scanner a key fires at whatever the prompt asks for."""

from __future__ import annotations

from collections.abc import Callable

from rl_station.devices import DeviceSet
from rl_station.domain.events import Recorded
from rl_station.station.demo import DemoWorker
from rl_station.station.engine import Engine
from rl_station.station.hot_swap import HotSwap
from rl_station.station.running import RunningStation


class DemoStation(RunningStation):
    """Adds `fire_next` (`tui.contract.FiresScans`). The read goes through the simulated scanner, like any other."""

    def __init__(
        self,
        open_engine: Callable[[], Engine],
        devices: DeviceSet,
        hands: DemoWorker,
        hot_swap: HotSwap | None = None,
    ) -> None:
        super().__init__(open_engine, devices, hot_swap)
        self._hands = hands

    def fire_next(self) -> None:
        """Read what the prompt asks for."""

        def fire(engine: Engine) -> None:
            scanner = self.devices.fired_scanner()
            if scanner is not None:
                scanner.push(self._hands.next(engine.prompt()))

        self._work.put(fire)

    def _begin(self, engine: Engine) -> None:
        self._hands.observe(engine.store.log())
        super()._begin(engine)

    def _happened(self, recorded: tuple[Recorded, ...]) -> None:
        self._hands.observe(recorded)

"""The station of a site as a process of its own without a screen: `python -m benchmarks.headless CONFIG DATA STATION`.

Says `ready` once every scanner is, and works until its standard input ends.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rl_station.devices import DeviceState
from rl_station.settings import load_site
from rl_station.station.compose import live_station

READY = "ready"
_LOOK_S = 0.01


def main(arguments: Sequence[str]) -> None:
    config, data, name = arguments
    station = live_station(load_site(Path(config), station=name, environ={}), Path(data))
    station.start()
    try:
        while any(each.state is not DeviceState.READY for each in station.devices.status() if each.kind == "scanner"):
            time.sleep(_LOOK_S)
        # Stands for the screen.
        station.subscribe(lambda view: None)
        print(READY, flush=True)
        sys.stdin.read()
    finally:
        station.stop()


if __name__ == "__main__":
    main(sys.argv[1:])

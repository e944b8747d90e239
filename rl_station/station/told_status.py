"""What the centre is told of the station's devices, so that a supervisor of the site sees which are lost."""

from __future__ import annotations

from rl_station.devices import DeviceSet, DeviceState
from rl_station.domain.sync_wire import DeviceTold, StationStatus


def told_status(devices: DeviceSet) -> StationStatus:
    """Without counters and times: it is sent with every change."""
    return StationStatus(
        devices=tuple(
            DeviceTold(each.name, each.kind, each.state.value, "" if each.state is DeviceState.READY else each.reason)
            for each in devices.status()
        )
    )

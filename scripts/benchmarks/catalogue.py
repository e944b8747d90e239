"""Every figure by name, and who measures it. A figure that takes very long is measured only when it is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks import (
    commit,
    driver_to_decision,
    eight_scanners,
    memory,
    rfid,
    rules,
    scan_to_paint,
    start,
    supervisor,
    sync,
    sync_cost,
    sync_downlink,
    sync_feed,
    thinking,
    wedge,
)
from benchmarks.bench import Bench
from benchmarks.figure import Figure


@dataclass(frozen=True, slots=True)
class Measurement:
    """Figures that come out of one run together."""

    names: tuple[str, ...]
    measure: Callable[[Bench], list[Figure]]
    only_by_name: bool = False


MEASUREMENTS = (
    Measurement(scan_to_paint.NAMES, scan_to_paint.measure),
    Measurement((scan_to_paint.REPLAY,), scan_to_paint.measure_replay),
    Measurement(commit.NAMES, commit.measure),
    Measurement(commit.MANY, commit.measure_many, only_by_name=True),
    Measurement(wedge.NAMES, wedge.measure),
    Measurement(rfid.NAMES, rfid.measure),
    Measurement(start.NAMES, start.measure),
    Measurement(supervisor.NAMES, supervisor.measure),
    Measurement(supervisor.MANY, supervisor.measure_many, only_by_name=True),
    Measurement(memory.NAMES, memory.measure),
    Measurement(thinking.NAMES, thinking.measure),
    Measurement(rules.NAMES, rules.measure),
    *(
        Measurement(driver_to_decision.names(driver), partial(driver_to_decision.measure, driver))
        for driver in driver_to_decision.DRIVERS
    ),
    Measurement(eight_scanners.NAMES, eight_scanners.measure),
    *(Measurement((name,), partial(sync.measure, name)) for name in sync.NAMES),
    Measurement(sync_downlink.NAMES, sync_downlink.measure),
    Measurement(sync_feed.NAMES, sync_feed.measure),
    *(
        Measurement(sync_cost.names(size), partial(sync_cost.measure, size), only_by_name=size != "10k")
        for size in sync_cost.SIZES
    ),
)
NAMES = tuple(name for measurement in MEASUREMENTS for name in measurement.names)
GROUPS = {
    "sync": (*sync.NAMES, *sync_feed.NAMES, *sync_downlink.NAMES, *sync_cost.names("10k"), *sync_cost.names("1m")),
}
"""Names for several figures; a group is for programs and always prints JSON."""


def chosen(wanted: Sequence[str]) -> tuple[Measurement, ...]:
    """The measurements that give the figures wanted; without any, all but the very long."""
    if not wanted:
        return tuple(measurement for measurement in MEASUREMENTS if not measurement.only_by_name)
    names = {name for each in wanted for name in GROUPS.get(each, (each,))}
    return tuple(measurement for measurement in MEASUREMENTS if names & set(measurement.names))

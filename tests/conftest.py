"""How property tests run: no deadlines, since nothing here is timed; fewer examples for `scripts/test --quick`."""

from __future__ import annotations

import pytest
from central_databases import *  # noqa: F403  # fixtures
from hypothesis import settings

SLOW_MODULES = (
    *("test_bench_", "test_devices_live", "test_devices_recording", "test_devices_testing", "test_doctor"),
    *("test_hot_swap", "test_llrp_", "test_serial_complaints", "test_simulated_tag_reader", "test_tcp_scanner"),
    *("test_device_stream", "test_entry_points", "test_escpos", "test_label_zpl", "test_label_text"),
    *(
        "test_station_screen",
        "test_supervisor_screen",
        "test_what_supervisors_see",
        "test_tags_at_work",
        "test_tags_in_a_station",
        "test_running_station",
        "test_replay_scanner",
    ),
)
"""Real devices, readers and screens at length: half of the time, and the rest stands or falls without them."""

settings.register_profile("whole", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.load_profile("whole")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name.startswith(SLOW_MODULES):
            item.add_marker(pytest.mark.slow)

"""A tag that was asked for is written beside the work, and what came of it is told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from rl_station.devices import DeviceError, DeviceSet
from rl_station.domain.events import TagWriteFailed, TagWriteRequested, TagWritten

WRITE_S = 5.0
_LAST_S = 2 * WRITE_S
_logger = logging.getLogger(__name__)

STOPPED = "the station was stopped"

Told = Callable[[TagWritten | TagWriteFailed], None]
"""Called with the event that says what came of it, on the thread that wrote."""


class TagWriter:
    """Each request on a thread of its own; the workflow makes one at a time. Never blocks its caller but in `stop`."""

    def __init__(self, devices: DeviceSet, told: Told) -> None:
        self._devices = devices
        self._told = told
        self._thread: threading.Thread | None = None

    def write(self, wanted: TagWriteRequested) -> None:
        self._thread = threading.Thread(target=self._write, args=(wanted,), name="tag-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """After the devices: what was under way has failed with them, and is told before this returns."""
        if self._thread is not None:
            self._thread.join(_LAST_S)

    def _write(self, wanted: TagWriteRequested) -> None:
        unit, parcel, old, epc = wanted.unit, wanted.parcel, wanted.old, wanted.epc
        reason = self._trouble(wanted)
        if reason:
            self._told(TagWriteFailed(unit=unit, parcel=parcel, old=old, epc=epc, reason=reason))
        else:
            self._told(TagWritten(unit=unit, parcel=parcel, old=old, epc=epc))

    def _trouble(self, wanted: TagWriteRequested) -> str:
        """Write it; why it is not certain that the tag is written, empty where it is."""
        try:
            self._devices.write_tag(wanted.old, wanted.epc, WRITE_S)
        except DeviceError as error:
            return str(error)
        except Exception as error:
            # The thread's outermost frame: adapters come from other packages too, and the workflow waits for an answer.
            _logger.exception("a tag could not be written")
            return f"internal error: {error}"
        return ""

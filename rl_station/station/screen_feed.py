"""What the screen is shown: the newest view, handed on whole and in order from whatever thread brings something new."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from rl_station.devices import DeviceSet, DeviceState, DeviceStatus
from rl_station.domain.messages import Message
from rl_station.tui.contract import DeviceLine, Link, Listener, ReadLine, Result, ResultTone, Status, View
from rl_station.workflow.prompt import Prompt

Notices = Callable[[], tuple[Message, ...]]


class ScreenFeed:
    """Keeps the view and publishes every change of it. `notices` and `link` are asked for each time."""

    def __init__(self, devices: DeviceSet, notices: Notices, link: Callable[[], Link]) -> None:
        self._devices = devices
        self._notices = notices
        self._link = link
        self._publishing = threading.Lock()
        self._results = count(1)
        self._devices_asked = 0
        self._looked_up = 0
        self._listener: Listener | None = None
        self._view: View | None = None

    def open(self, prompt: Prompt, status: Status) -> None:
        """The first view; before it nothing is published."""
        self._view = View(prompt, self._fresh(status))

    @property
    def view(self) -> View:
        if self._view is None:
            raise RuntimeError("the station has not been started")
        return self._view

    def subscribe(self, listener: Listener) -> None:
        """From now on every new view goes to the listener."""
        # Settings, screen and store stand by now. Going through them for garbage again and again would each time hold up
        # a scan by 0.1 s, and find nothing.
        gc.freeze()
        with self._publishing:
            self._listener = listener
            listener(self.view)

    def tell(self, tone: ResultTone, told: Message, echo: str = "", *, prompt: Prompt | None = None) -> None:
        """The answer to an input, or something the worker has to hear."""
        self.show(prompt=prompt, result=Result(tone, told, echo, next(self._results)))

    def show(self, *, prompt: Prompt | None = None, result: Result | None = None, status: Status | None = None) -> None:
        """Publish what is new; what is not given stays as it was."""
        with self._publishing:
            if self._view is None:
                return
            before = self._view
            self._view = View(
                prompt or before.prompt,
                self._fresh(status or before.status),
                result or before.result,
                self._devices_asked,
                self._looked_up,
            )
            if self._listener is not None:
                self._listener(self._view)

    def ask_for_devices(self) -> None:
        """The next view opens the devices screen, or closes it."""
        self._devices_asked += 1

    def look_up(self) -> None:
        """The next view tells that a history was asked for."""
        self._looked_up += 1

    def answer(self, tone: ResultTone, told: Message, echo: str, prompt: Prompt, status: Status) -> None:
        """Everything that an input changed, in one view."""
        self.show(prompt=prompt, result=Result(tone, told, echo, next(self._results)), status=status)

    def _fresh(self, status: Status) -> Status:
        lines = tuple(map(_line, self._devices.status()))
        return replace(status, devices=lines, notices=self._notices(), link=self._link(), clock=time.time_ns() // 1000)


def _line(status: DeviceStatus) -> DeviceLine:
    """A line of the device table as the screen knows it; why a device is ready needs no reason."""
    return DeviceLine(
        status.name,
        status.state.value,
        "" if status.state is DeviceState.READY else status.reason,
        kind=status.kind,
        driver=status.driver,
        good_reads=status.good_reads,
        duplicates=status.duplicates,
        refused=status.refused,
        errors=status.errors,
        reconnects=status.reconnects,
        last_seen_at=status.last_seen_at,
        last_reads=tuple(
            ReadLine(read.text, read.fate.value, read.at, read.symbology, read.note) for read in status.last_reads
        ),
    )

"""The demo's cable between its station and its centre, which a key pulls and plugs in again."""

from __future__ import annotations

from typing import NamedTuple

from rl_station.station.sync import StationSync
from rl_station.sync.channel import Channel, ChannelError, Request, Response


class DemoNetwork:
    """Plugged in to begin with. May be pulled from any thread."""

    def __init__(self) -> None:
        self.pulled = False

    def through(self, channel: Channel) -> Channel:
        """The same way, as long as the cable is in."""
        return _Cable(channel, self)


class DemoSync(NamedTuple):
    """A sync and the network that all its exchanges go through."""

    sync: StationSync
    network: DemoNetwork


class _Cable:
    """Implements `sync.channel.Channel`. What is on its way when the cable is pulled does not arrive."""

    def __init__(self, channel: Channel, network: DemoNetwork) -> None:
        self._channel = channel
        self._network = network

    def exchange(self, request: Request) -> Response:
        self._check()
        response = self._channel.exchange(request)
        self._check()
        return response

    def close(self) -> None:
        self._channel.close()

    def _check(self) -> None:
        if self._network.pulled:
            raise ChannelError("the demo's network is pulled")

"""Whether what clients and products say of channels and carriers names such as there are, and can be kept together."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rl_station.settings.documents import Layers
from rl_station.settings.models import ClientModel
from rl_station.settings.parsed import PRODUCTS_FILE, Parsed
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.toml_positions import Path


def check_clients(parsed: Parsed) -> Iterator[Problem]:
    """Every channel is one of an outcome, every carrier one of carriers.toml, and no channel is both allowed and prohibited."""
    channels = channels_of(parsed)
    couriers = None if parsed.carriers is None else {each.courier for each in parsed.carriers.formats}
    valid = {"channels_allowed": channels, "channels_prohibited": channels, "carriers": couriers, "label": None}
    for id_, client in (parsed.clients or {}).items():
        for key, known in valid.items():
            yield from _names(parsed.layers["clients"], (id_, key), getattr(client, key), known)
        for index, channel in enumerate(client.channels_prohibited):
            if channel in client.channels_allowed:
                path = (id_, "channels_prohibited", index)
                yield parsed.layers["clients"].problem(path, f"the channel {channel!r} is among the allowed ones")


def check_product_channels(parsed: Parsed) -> Iterator[Problem]:
    """A product is sold through channels there are, and that its client takes."""
    channels = channels_of(parsed)
    clients = parsed.clients or {}
    for numbered in parsed.products or ():
        row, line = numbered.row, numbered.line
        for channel in row.channels:
            if channels is not None and channel not in channels:
                message = f"there is no channel {channel!r} in dispositions.toml"
                yield Problem(PRODUCTS_FILE, line, "channels", message, nearest(channel, channels))
            elif row.client in clients and not _takes(clients[row.client], channel):
                message = f"{row.client} does not sell through {channel!r}, as clients.toml says"
                yield Problem(PRODUCTS_FILE, line, "channels", message)


def channels_of(parsed: Parsed) -> Collection[str] | None:
    """The channels that outcomes lead through, or None where those could not be read."""
    return None if parsed.rules is None else {each.channel for each in parsed.rules.outcomes.values() if each.channel}


def _takes(client: ClientModel, channel: str) -> bool:
    allowed = not client.channels_allowed or channel in client.channels_allowed
    return allowed and channel not in client.channels_prohibited


def _names(layers: Layers, path: Path, names: tuple[str, ...], valid: Collection[str] | None) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if valid is not None and name not in valid:
            what = "carrier" if path[-1] == "carriers" else "channel"
            yield layers.problem((*path, index), f"there is no {what} {name!r}", nearest(name, valid))
        elif name in names[:index]:
            yield layers.problem((*path, index), f"{name!r} stands here twice")
